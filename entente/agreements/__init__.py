"""What decides who sees what: the rule, and the two walls that express it for sets."""
