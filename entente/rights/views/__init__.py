"""The pages of rights, one file for each part."""
