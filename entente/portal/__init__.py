"""The public home: what the partnership does, says, asks and answers."""
