"""Work for later: jobs live in PostgreSQL and roll back with the data."""
