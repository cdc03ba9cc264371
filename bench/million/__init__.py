"""A million records of 200 organisations, for measuring the walls."""
