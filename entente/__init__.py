"""The shared workspace of a city's prevention partnership."""
