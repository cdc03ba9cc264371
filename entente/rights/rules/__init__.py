"""Who may do what in rights, one file for each part."""
