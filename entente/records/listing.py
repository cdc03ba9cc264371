"""The newest records open to a reader, found from both ends: what they own, and where they were let in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from entente.audit.actors import begin
from entente.people.models import Member
from entente.records.models import Participation, Record

OURS, SHARED = "ours", "shared"
FURTHEST = 50_000  # how far back it looks for what is rare
STEP = 4  # how much further each look goes back when the last one did not find enough


class Cursor(NamedTuple):
    """Where a page ended: the next one begins just before this record."""

    opened_at: datetime
    record_id: uuid.UUID


def newest(
    reader: Member,
    number: int,
    *,
    before: Cursor | None = None,
    matching: Q | None = None,
    whose: str = "",
) -> list[Record]:
    """At most `number` records of or for the reader's organisation that they may see, newest first.

    Only as many rows pass the walls as are needed: the walls' price is per row, and there may be a million.
    """
    size = number + 1  # one more row shows that nothing between was left out
    while True:
        ids, certain_after = _candidates(reader, size, before, whose)
        wanted = Q(pk__in=ids) if matching is None else Q(matching, pk__in=ids)
        found = among(reader, number, wanted, before=before, whose=whose)
        if certain_after is None or size > FURTHEST:
            return found
        if len(found) == number and found[-1].opened_at > certain_after:
            return found
        size *= STEP


def among(
    reader: Member, number: int, matching: Q, *, before: Cursor | None = None, whose: str = ""
) -> list[Record]:
    """At most `number` of few records that are known already, as far as they are open, newest first."""
    rows = Record.objects.visible_to(reader).filter(matching).select_related("owner")
    if whose == OURS:
        rows = rows.filter(owner_id=reader.organisation_id)
    elif whose == SHARED:
        rows = rows.exclude(owner_id=reader.organisation_id)
    return list(_before(rows.order_by("-opened_at", "-pk"), before)[:number])


def _before(rows: QuerySet[Record], cursor: Cursor | None) -> QuerySet[Record]:
    if cursor is None:
        return rows
    return rows.filter(
        Q(opened_at__lt=cursor.opened_at) | Q(opened_at=cursor.opened_at, pk__lt=cursor.record_id)
    )


def _candidates(
    reader: Member, size: int, before: Cursor | None, whose: str
) -> tuple[set[uuid.UUID], datetime | None]:
    """The newest `size` from each end; everything opened later than the second value is among them.

    None: that was everything.
    """
    begin(reader)
    ends = []
    with _along_the_index():
        if whose != SHARED:
            own: QuerySet[Any] = QuerySet(Record).filter(owner_id=reader.organisation_id)
            ends.append(_end(own, "pk", "opened_at", size, before))
        if whose != OURS:
            for key in (reader.pk, reader.organisation_id, *reader.task_forces):
                made_out: QuerySet[Any] = QuerySet(Participation).filter(to_id=key)
                ends.append(_end(made_out, "record_id", "record_opened_at", size, before))
    cut = [rows[-1][1] for rows in ends if len(rows) == size]
    return {record_id for rows in ends for record_id, _at in rows}, max(cut, default=None)


@contextmanager
def _along_the_index() -> Iterator[None]:
    """The planner takes the walls for narrower than they are: it would sort all rows of a reader."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_sort = off")
        yield
        cursor.execute("set local enable_sort = on")


def _end(
    rows: QuerySet[Any], record: str, opened_at: str, size: int, before: Cursor | None
) -> list[tuple[uuid.UUID, datetime]]:
    if before is not None:
        rows = rows.filter(**{f"{opened_at}__lte": before.opened_at})
    return list(rows.order_by(f"-{opened_at}").values_list(record, opened_at)[:size])
