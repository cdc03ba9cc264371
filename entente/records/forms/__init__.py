"""What a person may type about any record."""
