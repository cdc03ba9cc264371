"""Every change in rights, one file for each part."""
