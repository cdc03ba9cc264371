"""The rule and the policies made wrong in many small ways: the tests must notice nearly every one.

    python -m proof mutants [rule|policies]

`proof/survivors.md` lists each that is not noticed, with the reason why it changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

SURVIVORS = Path(__file__).with_name("survivors.md")
SCORE = 0.95


def main(arguments: list[str]) -> int:
    """Run them; 1 when fewer than 95 of 100 are noticed, of the rule or of the policies."""
    wanted = arguments or ["rule", "policies"]
    result = 0
    # The policies first: each of their mutants is a process in which Django has not started yet.
    if "policies" in wanted:
        from proof import policy_mutants

        result |= _told("policies", *policy_mutants.run())
    if "rule" in wanted:
        from proof import made_up_city

        made_up_city.set_up()
        from proof import rule_mutants

        result |= _told("rule", *rule_mutants.run())
    return result


def _told(what: str, number: int, survivors: list[str]) -> int:
    explained = SURVIVORS.read_text() if SURVIVORS.exists() else ""
    for one in survivors:
        mark = "" if one in explained else "  (not explained in proof/survivors.md)"
        sys.stdout.write(f"SURVIVED {one}{mark}\n")
    killed = number - len(survivors)
    sys.stdout.write(f"{what}: killed {killed} of {number} ({killed / number:.1%})\n")
    sys.stdout.flush()
    return int(killed < SCORE * number)
