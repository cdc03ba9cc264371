"""Settings, URL lists, the command line, and the private PostgreSQL of demo and tests."""
