"""What everything the partnership works on has in common: owner, audience, notes, actions, history."""
