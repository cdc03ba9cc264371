"""The reading rule expressed for sets: the first wall. PostgreSQL's policies are the second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    Field,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
)

from entente.agreements.models import Clause, Party
from entente.agreements.rules import NAMED, ORGANISATION, TASK_FORCE
from entente.audit.actors import Actor

NOTHING = Q(pk__in=[])


def lasts(at: datetime, since: str = "since", until: str = "until") -> Q:
    """From its beginning on, until just before its end if it has one."""
    return Q(**{f"{since}__lte": at}) & (Q(**{until: None}) | Q(**{f"{until}__gt": at}))


@dataclass(frozen=True)
class FirstWall:
    """The doors of docs/build/the-rule.md as conditions for one reader at one moment.

    `path` leads from the filtered model to its record; the query sets are the tables, unfiltered.
    """

    reader: Actor
    at: datetime
    records: QuerySet[Any]
    participations: QuerySet[Any]
    openings: QuerySet[Any]
    path: str = ""

    def head(self) -> Q:
        """Records whose head the reader may read."""
        if self.reader.actor_kind == "job":
            return Q()
        public = Q(**{f"{self.path}public_since__lte": self.at})
        if self.reader.actor_kind != "member":
            return public
        return self._candidates() & (public | self._own() | Q(self._shared(self.path)))

    def part(self) -> Q:
        """Parts the reader may read; the path leads from the part to its record."""
        if self.reader.actor_kind == "job":
            return Q()
        if self.reader.actor_kind != "member":
            return NOTHING
        return self.head() & (self._own() | Q(self._shared("", is_part=True)))

    def _readers(self) -> list[Any]:
        forces = getattr(self.reader, "task_forces", ())
        return [self.reader.actor_id, self.reader.actor_organisation_id, *forces]

    def _candidates(self) -> Q:
        """Everything that could be the reader's, found by index: the doors then look at those rows only."""
        own = self.records.filter(owner_id=self.reader.actor_organisation_id).values("pk")
        invited = self.participations.filter(to_id__in=self._readers()).values("record_id")
        public = self.records.filter(public_since__lte=self.at).values("pk")
        return Q(**{f"{self.path}pk__in": own.union(invited, public, all=True)})

    def _here(self) -> QuerySet[Any]:
        """Participations in the record, made out to the reader, that last."""
        rows = self.participations.filter(record_id=OuterRef(f"{self.path}pk"), to_id__in=self._readers())
        return rows.filter(lasts(self.at))

    def _own(self) -> Q:
        named = self._here().filter(is_emergency=False)
        to_force = Q(Exists(named.filter(organisation=None)), **{f"{self.path}audience": TASK_FORCE})
        to_person = Q(Exists(named.exclude(membership=None)), **{f"{self.path}audience": NAMED})
        mine = Q(**{f"{self.path}owner_id": self.reader.actor_organisation_id})
        return mine & (Q(**{f"{self.path}audience": ORGANISATION}) | to_force | to_person)

    def _shared(self, thing: str, *, is_part: bool = False) -> Exists:
        """Let in under a clause, or by broken glass; `thing` leads to what has the category and secrecy."""
        rows = self._here().annotate(
            audience=_outer(f"{self.path}audience", CharField()),
            owned_by=_outer(f"{self.path}owner_id", UUIDField()),
            category=_outer(f"{thing}category", CharField()),
            is_closed=_outer(f"{thing}is_secret", BooleanField()),
        )
        admits = (
            Q(audience=ORGANISATION)
            | Q(audience=TASK_FORCE, organisation=None)
            | Q(audience=NAMED, membership__isnull=False)
        )
        elsewhere = ~Q(owned_by=self.reader.actor_organisation_id)
        under_a_clause = Q(admits, elsewhere, Exists(self._clauses()), is_emergency=False)
        rows = rows.filter(under_a_clause | Q(is_emergency=True, is_closed=False))
        if is_part:
            stated = self.openings.filter(
                lasts(self.at, "at"),
                record_id=OuterRef("record_id"),
                membership_id=self.reader.actor_id,
                purpose=OuterRef("purpose"),
            )
            rows = rows.filter(Exists(stated))
        return Exists(rows)

    def _clauses(self) -> QuerySet[Clause]:
        """Clauses of a participation's agreement that cover the thing on its way to the reader."""
        clauses = Clause.objects.annotate(is_closed=_outer("is_closed", BooleanField())).filter(
            lasts(self.at, "agreement__starts_at", "agreement__ends_at"),
            Q(agreement__state="in_force") | Q(agreement__state="interim", holds_in_interim=True),
            Q(opens_secrecy=True) | Q(is_closed=False),
            agreement_id=OuterRef("agreement_id"),
            purpose=OuterRef("purpose"),
            category=OuterRef("category"),
            giving_id=OuterRef("owned_by"),
            receiving_id=self.reader.actor_organisation_id,
        )
        return clauses.filter(Exists(self._party("giving_id")), Exists(self._party("receiving_id")))

    def _party(self, organisation: str) -> QuerySet[Party]:
        """An organisation joined the clause's agreement and did not leave; in force, it has signed."""
        return Party.objects.filter(
            lasts(self.at, "joined_at", "left_at"),
            Q(agreement__state="interim") | Q(signed_at__lte=self.at),
            agreement_id=OuterRef("agreement_id"),
            organisation_id=OuterRef(organisation),
        )


def _outer(name: str, field: Field[Any, Any]) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(OuterRef(name), output_field=field)
