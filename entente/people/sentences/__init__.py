"""The directory in sentences."""
