"""The parts of the bench of opinion groups: from arrays, beside red-dwarf, in the running product."""
