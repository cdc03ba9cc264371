"""The pages every record has, and those across records."""
