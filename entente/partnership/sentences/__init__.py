"""What happened to the partnership's papers, in words, one file for each of their parts."""
