"""Why somebody may read a record, and who else may: the rule, asked with what the tables say."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q, QuerySet

from entente.agreements.counting import Shared
from entente.agreements.models import Agreement, Clause, Party
from entente.agreements.rules import LetIn, Term, may_read, may_read_part
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.decisions import Decision
from entente.people.models import Member, Organisation
from entente.records.models import Opening, Part, Participation, Record


@dataclass
class Facts:
    """What the rule is told about one record."""

    record: Record
    participations: Sequence[LetIn]
    terms: Sequence[Term]

    @classmethod
    def of(cls, record: Record, reader: Actor) -> Facts:
        """What the database shows `reader` of who is let in, and under which clauses."""
        begin(reader)
        participations = list(let_in(record, reader))
        return cls(record, participations, terms_between(participations, record.owner_id))

    def why(self, reader: Actor) -> Decision:
        """May this reader see the record's head, and because of what?"""
        return may_read(reader, (), clock.now(), self.record, self.participations, self.terms)

    def why_part(self, reader: Actor, part: Part, purposes: Iterable[str]) -> Decision:
        """The same for one part."""
        thing = PartThing(self.record, part.category, part.is_secret)
        return may_read_part(
            reader, set(purposes), clock.now(), self.record, thing, self.participations, self.terms
        )


@dataclass(frozen=True)
class PartThing:
    """A part as the rule sees it: owner and audience are its record's."""

    record: Record
    category: str
    is_secret: bool
    public_since = None

    @cached_property
    def owner_id(self) -> uuid.UUID:
        """Parts belong to whoever owns the record."""
        return self.record.owner_id

    @cached_property
    def audience(self) -> str:
        """To whom the record is open before anybody is invited."""
        return self.record.audience


def let_in(record: Record, reader: Actor) -> Iterable[Participation]:
    """Everybody's participations in a record that the reader sees; none of one the reader does not see."""
    begin(reader)
    rows: QuerySet[Participation] = QuerySet(Participation)
    return rows.raw("select * from authz.let_in(%s)", [record.pk])


def terms_between(participations: Iterable[LetIn], giving: uuid.UUID) -> list[Term]:
    """What the record's owner gives under the agreements these participations name, with both parties."""
    agreements = {p.agreement_id for p in participations if p.agreement_id}
    if not agreements:
        return []
    parties = {
        (party.agreement_id, party.organisation_id): party
        for party in Party.objects.filter(agreement_id__in=agreements)
    }
    clauses = Clause.objects.filter(agreement_id__in=agreements, giving_id=giving).select_related(
        "agreement", "giving", "receiving"
    )
    return [
        Term(
            clause,
            clause.agreement,
            parties.get((clause.agreement_id, clause.giving_id)),
            parties.get((clause.agreement_id, clause.receiving_id)),
        )
        for clause in clauses.order_by("agreement_id", "number")
    ]


def names_here() -> dict[str, str]:
    """Organisations and agreements in the reader's language, by every name they have: reasons keep one."""
    told: dict[str, str] = {}
    for one in Organisation.objects.all():
        told |= dict.fromkeys([one.name, *one.names.values()], str(one))
    for agreement in Agreement.objects.all():
        told |= dict.fromkeys([agreement.title, *agreement.titles.values()], str(agreement))
    return told


def stated_purposes(record: Record, reader: Member) -> set[str]:
    """What the reader said they need the record for, still lasting."""
    begin(reader)
    at = clock.now()
    rows = Opening.objects.filter(
        Q(until=None) | Q(until__gt=at), record_id=record.pk, membership_id=reader.pk, at__lte=at
    )
    return set(rows.values_list("purpose", flat=True))


def shared_under(agreements: Collection[uuid.UUID], reader: Member) -> dict[uuid.UUID, Shared]:
    """How many records participations open at this moment, by agreement, to others and to the reader."""
    begin(reader)
    at = clock.now()
    rows: QuerySet[Participation] = QuerySet(Participation)
    rows = rows.filter(Q(until=None) | Q(until__gt=at), since__lte=at, agreement_id__in=agreements)
    given = (
        rows.filter(owner_id=reader.organisation_id)
        .values_list("agreement_id")
        .annotate(Count("record_id", distinct=True), Count("id"))
    )
    made_out_to = [reader.pk, reader.organisation_id, *reader.task_forces]
    taken = rows.filter(to_id__in=made_out_to).exclude(owner_id=reader.organisation_id)
    counts = {pk: [ours, invitations, 0] for pk, ours, invitations in given}
    for pk, theirs in taken.values_list("agreement_id").annotate(Count("record_id", distinct=True)):
        counts.setdefault(pk, [0, 0, 0])[2] = theirs
    return {pk: Shared(*numbers) for pk, numbers in counts.items() if pk is not None}


def why(record: Record, reader: Actor) -> Decision:
    """May this reader see this record, and because of what?"""
    return Facts.of(record, reader).why(reader)
