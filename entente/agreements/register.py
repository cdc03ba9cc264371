"""Named reads of agreements: which there are for a reader, their parties and their clauses."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import (
    Case,
    CharField,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from entente.agreements.change_rules import Cell, Signs
from entente.agreements.models import Agreement, Clause, Mandate, Party
from entente.audit.actors import Actor, begin
from entente.audit.models import Event
from entente.audit.queries import history
from entente.people.models import Organisation

State = Agreement.State
OPENING_FIRST = (State.IN_FORCE, State.INTERIM, State.SUSPENDED, State.DRAFT)


def agreements(reader: Actor) -> QuerySet[Agreement]:
    """Every agreement but the drafts of others, newest first."""
    begin(reader)
    rows = Agreement.objects.select_related("keeper").order_by("-starts_at", "id")
    if reader.actor_kind == "job":
        return rows
    if reader.actor_kind != "member":
        return rows.none()
    return rows.filter(
        ~Q(state=Agreement.State.DRAFT) | Q(keeper_id=reader.actor_organisation_id) | Q(is_mine(reader))
    )


def in_order(reader: Actor, at: datetime) -> QuerySet[Agreement]:
    """The same: those that concern one's own organisation first, then what opens something."""
    own = Q(keeper_id=reader.actor_organisation_id) | Q(is_mine(reader))
    is_over = Q(ends_at__lte=at) | Q(state=State.ENDED)
    stands = [When(state=state, then=place) for place, state in enumerate(OPENING_FIRST)]
    return agreements(reader).order_by(
        Case(When(own, then=0), default=1, output_field=IntegerField()),
        Case(When(is_over, then=len(stands)), *stands, output_field=IntegerField()),
        "-starts_at",
        "id",
    )


def is_mine(reader: Actor) -> Exists:
    """Whether the reader's organisation is, or was, a party."""
    own = Q(organisation_id=reader.actor_organisation_id)
    return Exists(Party.objects.filter(own, agreement_id=OuterRef("pk")))


def parties_of(ids: Collection[uuid.UUID], reader: Actor) -> list[Party]:
    """The parties of these agreements, in the order in which they joined."""
    begin(reader)
    rows = Party.objects.filter(agreement_id__in=ids).select_related("organisation")
    return list(rows.order_by("joined_at", "organisation__name"))


def clauses_of(ids: Collection[uuid.UUID], reader: Actor) -> list[Clause]:
    """The clauses of these agreements by their number."""
    begin(reader)
    rows = list(Clause.objects.filter(agreement_id__in=ids).order_by("number"))
    # A few organisations stand in many clauses: each is read once.
    known = Organisation.objects.in_bulk({pk for row in rows for pk in (row.giving_id, row.receiving_id)})
    for row in rows:
        row.giving, row.receiving = known[row.giving_id], known[row.receiving_id]
    return rows


def clauses_in(agreement_id: uuid.UUID, cells: Collection[Cell], reader: Actor) -> dict[Cell, Clause]:
    """The clauses of one agreement that stand in these places of its matrix."""
    begin(reader)
    rows = Clause.objects.filter(
        agreement_id=agreement_id,
        purpose__in={cell.purpose for cell in cells},
        giving_id__in={cell.giving for cell in cells},
    )
    found = {cell_of(row): row for row in rows.order_by("number")}
    return {cell: found[cell] for cell in cells if cell in found}


def cell_of(clause: Clause) -> Cell:
    """Where a clause stands."""
    return Cell(clause.purpose, clause.category, clause.giving_id, clause.receiving_id)


def signs_of(clause: Clause) -> Signs:
    """What a clause says besides."""
    return Signs(clause.opens_secrecy, clause.holds_in_interim)


def mandates_of(reader: Actor) -> list[Mandate]:
    """Every mandate the reader's organisation recorded, the latest first."""
    own = reader.actor_organisation_id
    if own is None:
        return []
    begin(reader)
    rows = Mandate.objects.filter(organisation_id=own)
    return list(rows.select_related("membership__person", "organisation").order_by("-since", "id"))


def held(agreement: Agreement, by: Actor) -> Agreement:
    """The agreement as it is now; until the transaction ends, nobody else changes it or its terms.

    A party may not lock the keeper's row, so everybody takes the agreement's number in PostgreSQL's
    own list of locks. Raises Agreement.DoesNotExist for somebody who may not know of it.
    """
    number = Value(agreement.pk.int >> 65)  # 63 bits: a positive bigint
    lock = Func(number, function="pg_advisory_xact_lock", output_field=CharField())
    begin(by)
    list(Agreement.objects.filter(pk=agreement.pk).values_list(lock))
    return agreements(by).get(pk=agreement.pk)


def was_in_force(agreement: Agreement, reader: Actor) -> bool:
    """Whether it was ever brought into force, as the log tells."""
    return history(agreement.pk, reader).filter(name="agreements.agreement_brought_into_force").exists()


def changes(agreement: Agreement, reader: Actor) -> list[Event]:
    """What was done to an agreement, newest first, refusals left out."""
    return list(history(agreement.pk, reader).filter(allowed=True))
