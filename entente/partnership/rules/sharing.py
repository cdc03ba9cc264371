"""Whether something may be shared, before anybody types a name: the matrix asks, the reading rule answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from entente.agreements.rules import Term, holds
from entente.audit.decisions import Decision

DRAFT, ENDED = "draft", "ended"


class Verdict(StrEnum):
    """The three words of an answer."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


ORDER = list(Verdict)


@dataclass(frozen=True)
class Way:
    """What goes from whom to whom, and what for."""

    purpose: str
    category: str
    giving: uuid.UUID
    receiving: uuid.UUID


@dataclass(frozen=True)
class Ruling:
    """What one clause says at one moment; the second lock is that of professional secrecy."""

    term: Term
    decision: Decision
    verdict: Verdict
    opens_secrecy: bool


@dataclass(frozen=True)
class Answer:
    """What all clauses together say about one way."""

    way: Way
    rulings: tuple[Ruling, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Yes where one clause says yes, no where none says more."""
        return self.rulings[0].verdict if self.rulings else Verdict.NO

    @property
    def opens_secrecy(self) -> bool:
        """Whether what is under professional secrecy may go the same way."""
        return any(ruling.opens_secrecy for ruling in self.rulings)


def rule_on(term: Term, at: datetime) -> Ruling:
    """One clause; only the reading rule says yes."""
    decision = holds(term, at, is_secret=False)
    closed = Verdict.NO if is_over(term, at) else Verdict.NOT_YET
    verdict = Verdict.YES if decision else closed
    return Ruling(term, decision, verdict, bool(holds(term, at, is_secret=True)))


def is_over(term: Term, at: datetime) -> bool:
    """Whether the clause's agreement has ended, whatever was last done to it."""
    ends_at = term.agreement.ends_at
    return term.agreement.state == ENDED or (ends_at is not None and ends_at <= at)


def way_of(term: Term) -> Way:
    """The way that a clause is about."""
    clause = term.clause
    return Way(clause.purpose, clause.category, clause.giving_id, clause.receiving_id)


def answer(way: Way, terms: Iterable[Term], at: datetime) -> Answer:
    """What the clauses about one way say, those that open something first; others are passed over."""
    rulings = [rule_on(term, at) for term in terms if way_of(term) == way]
    rulings.sort(key=lambda ruling: (ORDER.index(ruling.verdict), not ruling.opens_secrecy))
    return Answer(way, tuple(rulings))
