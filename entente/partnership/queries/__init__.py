"""Named reads of the partnership's papers, one file for each of their parts."""
