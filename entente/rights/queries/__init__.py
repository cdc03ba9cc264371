"""Named reads of rights, one file for each part."""
