"""What an agreement says, in words: its essence, its matrix, what it opens to somebody and asks of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from entente.agreements.models import Agreement, Clause, Mandate, Party
from entente.agreements.preparing import Prepared
from entente.agreements.rules import Term, holds, lasts
from entente.agreements.vocabulary import Category, Purpose
from entente.people.models import Organisation

State = Agreement.State
SHOWN = 4  # categories named in a list before the rest is counted
STATE_KINDS = {
    State.IN_FORCE: "done",
    State.INTERIM: "due",
    State.SUSPENDED: "late",
    State.DRAFT: "draft",
    State.ENDED: "closed",
}
WHAT_IT_DOES: dict[str, Promise] = {
    State.DRAFT: gettext_lazy("It opens nothing yet. Only its keeper and its parties see it."),
    State.INTERIM: gettext_lazy(
        "Not everybody has signed. Until then it opens only what is about nobody in particular:"
        " the clauses marked “holds before signature”."
    ),
    State.IN_FORCE: gettext_lazy("It opens what its clauses name, to those they name, and nothing else."),
    State.SUSPENDED: gettext_lazy(
        "It opens nothing until it is resumed. What was shared under it is closed and not lost."
    ),
    State.ENDED: gettext_lazy("It opens nothing any more, and it stays here so that everybody can read it."),
}
NOT_BEGUN = gettext_lazy("It opens nothing before the day on which it begins.")


def listed(words: Sequence[object]) -> str:
    """Words one after the other, as the reader's language separates them."""
    return pgettext("between the members of a list", ", ").join(str(word) for word in words)


def shortly(words: Sequence[object]) -> str:
    """The first few, and how many more there are."""
    if len(words) <= SHOWN:
        return listed(words)
    rest = len(words) - SHOWN + 1
    more = ngettext("%(number)d more", "%(number)d more", rest) % {"number": rest}
    return listed([*words[: SHOWN - 1], more])


@dataclass
class Text:
    """One agreement with its parties and clauses, as it stands at a moment."""

    agreement: Agreement
    parties: list[Party]
    clauses: list[Clause]
    at: datetime
    mandates: list[Mandate] = field(default_factory=list)  # of the reader's organisation
    prepared: Prepared = field(default_factory=Prepared)

    @cached_property
    def state(self) -> str:
        """Where it stands; when its time has run out it has ended, whatever was last done to it."""
        ends_at = self.agreement.ends_at
        return State.ENDED if ends_at is not None and ends_at <= self.at else self.agreement.state

    @property
    def state_label(self) -> str:
        """The state in words."""
        return capfirst(str(State(self.state).label))

    @property
    def state_kind(self) -> str:
        """One of the look's kinds of state."""
        return STATE_KINDS[State(self.state)]

    @property
    def what_it_does(self) -> str:
        """What it opens at this moment."""
        is_early = self.agreement.starts_at > self.at and self.state in {State.INTERIM, State.IN_FORCE}
        return str(NOT_BEGUN if is_early else WHAT_IT_DOES[self.state])

    @property
    def opens_now(self) -> bool:
        """Whether it opens anything at this moment."""
        return any(self.holds(clause) for clause in self.clauses)

    @cached_property
    def present(self) -> list[Party]:
        """The parties that have not left."""
        return [party for party in self.parties if lasts(self.at, party.joined_at, party.left_at)]

    def party(self, organisation: uuid.UUID | None) -> Party | None:
        """The row of one organisation, whether it has left or not."""
        return next((row for row in self.parties if row.organisation_id == organisation), None)

    def holds(self, clause: Clause) -> bool:
        """Whether a clause opens something at this moment; the reading rule answers."""
        giving, receiving = self.party(clause.giving_id), self.party(clause.receiving_id)
        return bool(holds(Term(clause, self.agreement, giving, receiving), self.at, is_secret=False))

    @property
    def essence(self) -> str:
        """Who shares with whom, and what for, in one sentence."""
        if not self.present:
            return _("Nobody is a party to this agreement.")
        told = {"parties": listed([party.organisation for party in self.present])}
        if not self.clauses:
            return _("%(parties)s. No clause says yet what they share.") % told
        purposes = [Purpose(value).label for value in self.purposes]
        sentence = _(
            "%(parties)s share what the clauses name, to %(purposes)s. Everything else stays closed."
        )
        return sentence % {**told, "purposes": listed(purposes)}

    @cached_property
    def purposes(self) -> list[str]:
        """What its clauses are for, in the order in which they come."""
        return list(dict.fromkeys(clause.purpose for clause in self.clauses))

    def part(self, purpose: str, giving: uuid.UUID) -> Text:
        """The same agreement with the clauses alone that are for one purpose and let one party give."""
        chosen = [row for row in self.clauses if row.purpose == purpose and row.giving_id == giving]
        return replace(self, clauses=chosen)

    def opened_to(self, organisation: uuid.UUID) -> str:
        """What an organisation gets, or what it would get."""
        return self._categories([row for row in self.clauses if row.receiving_id == organisation])

    def asked_of(self, organisation: uuid.UUID) -> str:
        """What an organisation is asked to share, or would be asked to."""
        return self._categories([row for row in self.clauses if row.giving_id == organisation])

    def _categories(self, clauses: list[Clause]) -> str:
        holding = [row for row in clauses if self.holds(row)]
        words = shortly(list(dict.fromkeys(Category(row.category).label for row in holding or clauses)))
        if not clauses:
            return _("Nothing")
        if holding:
            return capfirst(words)
        if self.state == State.SUSPENDED:
            return _("Nothing now. Suspended: %(categories)s") % {"categories": words}
        if self.state == State.ENDED:
            return _("Nothing any more")
        return _("Nothing yet. Foreseen: %(categories)s") % {"categories": words}

    def matrices(self) -> list[dict[str, Any]]:
        """For each purpose a table: who gives in the rows, who receives in the columns."""
        return [self._matrix(purpose) for purpose in self.purposes]

    def _matrix(self, purpose: str) -> dict[str, Any]:
        clauses = [row for row in self.clauses if row.purpose == purpose]
        cells: dict[tuple[uuid.UUID, uuid.UUID], list[dict[str, Any]]] = defaultdict(list)
        for row in clauses:
            cells[row.giving_id, row.receiving_id].append(self.in_words(row))
        giving = organisations([row.giving for row in clauses])
        receiving = organisations([row.receiving for row in clauses])
        rows = [
            {
                "giving": giver,
                "cells": [
                    {
                        "receiving": taker,
                        "is_same": giver == taker,
                        "clauses": cells[giver.pk, taker.pk],
                    }
                    for taker in receiving
                ],
            }
            for giver in giving
        ]
        return {"purpose": capfirst(str(Purpose(purpose).label)), "receiving": receiving, "rows": rows}

    def in_words(self, clause: Clause) -> dict[str, Any]:
        """One clause for the page."""
        return {
            "clause": clause,
            "category": capfirst(str(Category(clause.category).label)),
            "purpose": capfirst(str(Purpose(clause.purpose).label)),
            "holds": self.holds(clause),
        }


def organisations(rows: Iterable[Organisation]) -> list[Organisation]:
    """Each once, by name."""
    return sorted(set(rows), key=str)
