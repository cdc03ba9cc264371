"""Who did what, whether it was allowed, and why."""
