"""What everything the partnership works on has in common: owner, audience, reference, notes, actions, history."""
