"""What the wall of a room may show while people answer: tens of people, shares in steps. Free of Django.

The rules are those of decisions 4 and 20, for each statement apart: no bar for fewer than 25 answers, and
a new picture only when at least ten more answered than at the last one. So nobody can look, let one person
answer, and look again. Nor can anybody subtract a room from the whole: nobody is left, or ten people or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from entente.dialogue.publication.rounding import LEAST, LIVE_STEP, part_shares

ENOUGH = 25  # answers to a statement: with fewer a step may be a half of them, and a bar would mislead

Plain = dict[str, Any]


def session_picture(
    people: int,
    counts: Mapping[int, Sequence[int]],
    wholes: Iterable[Mapping[int, int]],
    before: Mapping[str, Any] | None = None,
) -> Plain:
    """The picture of one session: `{"people": tens, "statements": {number: told}}`.

    `counts`: agree, disagree, pass by statement number; `wholes`: how many answered each statement in larger
    groups that are told as well and that hold this room; `before`: the picture that it replaces.
    What is told is `answered`, `shares` and `is_told`. `answered` is exact, to know when ten more have
    answered: never show it. What may not be told now is kept with `is_told` false, for the same reason.
    """
    shown = before["statements"] if before else {}
    larger = list(wholes)
    statements = {}
    for number, cell in sorted(counts.items()):
        known = shown.get(str(number))
        leaves_few = any(_leaves_few(whole.get(number), sum(cell)) for whole in larger)
        if known is not None and (leaves_few or sum(cell) < known["answered"] + LEAST):
            statements[str(number)] = {**known, "is_told": not leaves_few}
        elif sum(cell) >= ENOUGH and not leaves_few and (shares := part_shares(cell, LIVE_STEP)):
            statements[str(number)] = {"answered": sum(cell), "shares": shares, "is_told": True}
    return {"people": people // LEAST * LEAST, "statements": statements}


def _leaves_few(whole: int | None, answered: int) -> bool:
    return whole is not None and 0 < whole - answered < LEAST


def on_the_wall(picture: Mapping[str, Any], numbers: Iterable[int], most: int) -> list[Plain]:
    """A few statements for a wall: those the room agrees or disagrees on most, then those that divide it.

    `numbers` are the statements that may be shown; each row is `{"number", "shares", "is_shared"}`.
    """
    may = set(numbers)
    rows = [
        {"number": int(number), "shares": told["shares"], "is_shared": True}
        for number, told in picture["statements"].items()
        if int(number) in may and told["is_told"] and told["answered"] >= ENOUGH
    ]
    rows.sort(key=lambda row: (-max(row["shares"][:2]), row["number"]))
    shared = rows[: most - most // 2]
    rest = sorted(
        rows[len(shared) :], key=lambda row: (abs(row["shares"][0] - row["shares"][1]), row["number"])
    )
    divided = [{**row, "is_shared": False} for row in rest if _divides(row["shares"])][: most // 2]
    return shared + divided


def _divides(shares: Sequence[int]) -> bool:
    return min(shares[:2]) >= 30
