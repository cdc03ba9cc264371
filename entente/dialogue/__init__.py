"""Dialogue at scale: a question, statements, votes, and the groups of opinion they show."""
