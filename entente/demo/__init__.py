"""One imagined city, built only through services; never installed in production."""
