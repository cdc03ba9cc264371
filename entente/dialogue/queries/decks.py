"""What everybody may answer in a dialogue, kept for some seconds, and one statement of it by lot."""

from __future__ import annotations

import random
import threading
import time
import uuid
from bisect import bisect
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from entente.audit.actors import VISITOR
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.queries.wording import wording

HEAD_START = 10  # a new statement is shown as if it had this many votes
KEPT_SECONDS = 4.0
AT_MOST = 50  # dialogues
TRIES = 30  # by lot, before those left are counted out one by one
SHOWN = ("dialogue_id", "number", "text", "language", "state", "votes")


@dataclass(frozen=True)
class Deck:
    """A public dialogue with its accepted statements, as a visitor reads them: nothing of anybody's own."""

    dialogue: Dialogue
    statements: list[Statement]
    read_at: float = field(default_factory=time.monotonic)
    wordings: dict[str, dict[Any, Any]] = field(default_factory=dict)

    @cached_property
    def reach(self) -> list[float]:
        """How far the weights of the first, the first two, … statements reach together."""
        return list(accumulate(1.0 / (row.votes + HEAD_START) for row in self.statements))

    @cached_property
    def numbers(self) -> dict[uuid.UUID, int]:
        """The statements' numbers by their ids."""
        return {row.pk: row.number or 0 for row in self.statements}

    @cached_property
    def by_number(self) -> dict[int, Statement]:
        """The statements by their numbers."""
        return {row.number or 0: row for row in self.statements}

    def draw(self, answered: Container[uuid.UUID], lot: random.Random | None = None) -> Statement | None:
        """One that was not answered; those with fewer votes come up more often, in inverse proportion.

        One that was answered is put back and another drawn, which leaves the odds of the rest as they are.
        """
        chance = (lot or random).random
        for _try in range(TRIES if self.reach else 0):
            row = self.statements[self._place(chance() * self.reach[-1])]
            if row.pk not in answered:
                return row
        left = [row for row in self.statements if row.pk not in answered]
        if not left:
            return None
        reach = list(accumulate(1.0 / (row.votes + HEAD_START) for row in left))
        return left[min(bisect(reach, chance() * reach[-1]), len(left) - 1)]

    def _place(self, point: float) -> int:
        return min(bisect(self.reach, point), len(self.statements) - 1)

    def worded(self, language: str) -> dict[Any, Any]:
        """The dialogue's texts and its statements' in `language`, like `wording`."""
        if language not in self.wordings:
            self.wordings[language] = wording(self.dialogue, self.statements, language, VISITOR)
        return self.wordings[language]


_decks: dict[str, Deck] = {}
_reading = threading.Lock()


def deck(reference: str, *, afresh: bool = False) -> Deck | None:
    """The public dialogue with this reference and what may be answered in it; None when there is none.

    It may be some seconds old: whoever writes an answer asks the rules about the present rows again.
    """
    kept = _decks.get(reference.upper())
    if kept is not None and not afresh:
        is_old = time.monotonic() - kept.read_at > KEPT_SECONDS
        # While somebody reads it anew, everybody else goes on with what there is.
        if not is_old or not _reading.acquire(blocking=False):
            return kept
        try:
            return _read(reference.upper())
        finally:
            _reading.release()
    return _read(reference.upper())


def forget_decks() -> None:
    """Read everything anew from now on."""
    _decks.clear()


def _read(reference: str) -> Deck | None:
    rows = Dialogue.objects.visible_to(VISITOR).select_related("owner").filter(reference=reference)
    dialogue = rows.first()
    if dialogue is None:
        _decks.pop(reference, None)
        return None
    accepted = Statement.objects.visible_to(VISITOR).filter(
        dialogue_id=dialogue.pk, state=Statement.State.ACCEPTED
    )
    found = Deck(dialogue, list(accepted.only("id", *SHOWN).order_by("number")))
    while len(_decks) >= AT_MOST:
        _decks.pop(next(iter(_decks)), None)
    _decks[reference] = found
    return found
