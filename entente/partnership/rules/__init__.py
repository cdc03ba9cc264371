"""Who may change the partnership's papers, and when. Each rule answers with a reason a person can read."""
