"""The part of all matrices that concerns one organisation: what it gives and what it receives."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from entente.agreements import register
from entente.agreements.models import Agreement, Clause, Party
from entente.agreements.rules import Term, lasts
from entente.audit.actors import begin
from entente.partnership.rules.sharing import Answer, Verdict, Way, answer, way_of
from entente.people.models import Member, Organisation


@dataclass
class Matrix:
    """Every clause that lets one organisation give or receive something, as it stands at a moment."""

    own: Organisation
    at: datetime
    parties: dict[uuid.UUID, list[Party]] = field(default_factory=dict)
    terms: dict[Way, list[Term]] = field(default_factory=dict)

    def answer(self, way: Way) -> Answer:
        """What the reading rule says of one way."""
        return answer(way, self.terms.get(way, ()), self.at)

    def way(self, purpose: str, category: str, other: uuid.UUID, *, receives: bool) -> Way:
        """From one's own organisation to the other, or back."""
        ends = (other, self.own.pk) if receives else (self.own.pk, other)
        return Way(purpose, category, *ends)

    @cached_property
    def partners(self) -> list[Organisation]:
        """Who stands in an agreement with one's own organisation, by name; also those who left."""
        found = {row.organisation_id: row.organisation for rows in self.parties.values() for row in rows}
        return sorted((one for pk, one in found.items() if pk != self.own.pk), key=str)

    def ways(self, *, receives: bool) -> list[Way]:
        """Every way that a clause names, in the direction asked for."""
        own = self.own.pk
        return [way for way in self.terms if (way.receiving if receives else way.giving) == own]

    def unsigned(self, agreement_id: uuid.UUID) -> list[Organisation]:
        """Who belongs to an agreement and has not signed it."""
        return [
            row.organisation
            for row in self.parties.get(agreement_id, [])
            if row.signed_at is None and lasts(self.at, row.joined_at, row.left_at)
        ]

    def party(self, agreement_id: uuid.UUID, organisation_id: uuid.UUID) -> Party | None:
        """The row of one organisation in one agreement."""
        rows = self.parties.get(agreement_id, [])
        return next((row for row in rows if row.organisation_id == organisation_id), None)

    def opened(self, category: str, other: uuid.UUID) -> Answer | None:
        """Any way to the other organisation on which this category may go now."""
        for way in self.ways(receives=False):
            if way.category == category and way.receiving == other:
                found = self.answer(way)
                if found.verdict == Verdict.YES:
                    return found
        return None


def matrix_of(reader: Member, at: datetime) -> Matrix:
    """The reader's organisation in every agreement it is a party to, drafts too; three questions."""
    own = reader.organisation_id
    agreements = register.agreements(reader).filter(register.is_mine(reader))
    known: dict[uuid.UUID, Agreement] = {row.pk: row for row in agreements}
    matrix = Matrix(reader.organisation, at)
    parties: dict[uuid.UUID, dict[uuid.UUID, Party]] = defaultdict(dict)
    for party in register.parties_of(list(known), reader):
        parties[party.agreement_id][party.organisation_id] = party
    matrix.parties = {pk: list(rows.values()) for pk, rows in parties.items()}
    for clause in _clauses(reader, own, list(known)):
        of = parties[clause.agreement_id]
        term = Term(clause, known[clause.agreement_id], of.get(clause.giving_id), of.get(clause.receiving_id))
        matrix.terms.setdefault(way_of(term), []).append(term)
    return matrix


def _clauses(reader: Member, own: uuid.UUID, ids: list[uuid.UUID]) -> list[Clause]:
    begin(reader)
    ours = Q(giving_id=own) | Q(receiving_id=own)
    rows = Clause.objects.filter(ours, agreement_id__in=ids).select_related("giving", "receiving")
    return list(rows.order_by("agreement_id", "number"))


def own_coordinators(reader: Member) -> list[str]:
    """Whom else to ask in one's own organisation, by name."""
    begin(reader)
    rows = Member.objects.filter(
        organisation_id=reader.organisation_id, role=Member.Role.COORDINATOR, ended_at=None
    ).exclude(pk=reader.pk)
    return [str(one.person) for one in rows.select_related("person").order_by("person__name")[:3]]
