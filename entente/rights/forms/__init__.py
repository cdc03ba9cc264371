"""What people type in rights, one file for each part."""
