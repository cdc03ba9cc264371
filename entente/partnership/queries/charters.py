"""Named reads of charters: versions, signatures, and who has not signed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from entente.audit.actors import Actor
from entente.partnership.models import Charter, Group, Place, Signature
from entente.people.models import Organisation

TO_SIGN = (Charter.State.OPEN, Charter.State.IN_FORCE)


def charters(reader: Actor) -> QuerySet[Charter]:
    """Every version the reader may know, newest first."""
    rows = Charter.objects.visible_to(reader).select_related("group__task_force", "group__keeper")
    return rows.order_by("group", "-number")


def versions_of(group: Group, reader: Actor) -> list[Charter]:
    """The versions of a group's charter, newest first."""
    return list(charters(reader).filter(group_id=group.pk))


def charter_with(reference: str, number: int, reader: Actor) -> Charter:
    """One version. Raises Charter.DoesNotExist."""
    return charters(reader).get(group__reference=reference, number=number)


def signatures_of(charter: Charter, reader: Actor) -> list[Signature]:
    """Who signed a version, in the order in which they did."""
    rows = Signature.objects.visible_to(reader).filter(charter_id=charter.pk)
    return list(rows.select_related("organisation").order_by("signed_at", "id"))


def unsigned(places: Sequence[Place], signatures: Sequence[Signature]) -> list[Organisation]:
    """The member organisations that have not signed yet."""
    signed = {row.organisation_id for row in signatures}
    return [
        place.organisation
        for place in places
        if place.state == Place.State.ACCEPTED and place.organisation_id not in signed
    ]


def in_force(versions: Sequence[Charter]) -> Charter | None:
    """The version that holds."""
    return next((row for row in versions if row.state == Charter.State.IN_FORCE), None)


def on_its_way(versions: Sequence[Charter]) -> Charter | None:
    """The version that is being written or signed."""
    moving = {Charter.State.DRAFT, Charter.State.CONSULTED, Charter.State.OPEN}
    return next((row for row in versions if row.state in moving), None)
