"""Every change to the partnership's papers: each asks its rule, writes and logs, in one transaction."""
