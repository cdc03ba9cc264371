"""Named reads of groups: which there are, who belongs, and who sits there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Case, CharField, Func, IntegerField, Q, QuerySet, Value, When

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.partnership.models import Group, Place, Pledge
from entente.partnership.scoping import speaks
from entente.people.models import Member, Organisation, Seat

LASTING = (Place.State.INVITED, Place.State.ACCEPTED)
MOST_SEATS = 200


def groups(reader: Actor) -> QuerySet[Group]:
    """Every group, by name. What it works on opens by a seat; that it exists, every member may know."""
    rows = Group.objects.visible_to(reader).select_related("task_force", "keeper")
    return rows.order_by("task_force__name", "pk")


def own_first(reader: Member) -> QuerySet[Group]:
    """The same, those first that are among `own_group_ids`."""
    is_other = Case(When(pk__in=own_group_ids(reader), then=0), default=1, output_field=IntegerField())
    return groups(reader).order_by(is_other, "task_force__name", "pk")


def group_with(reference: str, reader: Actor) -> Group:
    """The group with this reference. Raises Group.DoesNotExist."""
    return groups(reader).select_related("chair__person").get(reference=reference)


def held(group: Group, by: Actor) -> Group:
    """The group as it is now; until the transaction ends, nobody else changes it or who belongs to it."""
    number = Value(group.pk.int >> 65)  # 63 bits: a positive bigint
    lock = Func(number, function="pg_advisory_xact_lock", output_field=CharField())
    list(Group.objects.visible_to(by).filter(pk=group.pk).values_list(lock))
    return groups(by).get(pk=group.pk)


def seated(group: Group, reader: Actor) -> list[Seat]:
    """Who sits there now, as far as the reader may know them, by organisation and name."""
    begin(reader)
    at = clock.now()
    rows = Seat.objects.filter(Q(until=None) | Q(until__gt=at), task_force_id=group.pk, since__lte=at)
    told = rows.select_related("membership__person", "membership__organisation")
    return list(told.order_by("membership__organisation__name", "membership__person__name")[:MOST_SEATS])


def is_seated(group: Group, reader: Actor) -> bool:
    """Whether the reader sits there."""
    return group.pk in getattr(reader, "task_forces", ())


def own_group_ids(reader: Member) -> set[uuid.UUID]:
    """The groups in which the reader sits or their organisation belongs, or that they speak for as keeper."""
    places = Place.objects.visible_to(reader).filter(
        organisation_id=reader.organisation_id, state__in=LASTING
    )
    kept = Group.objects.visible_to(reader).filter(keeper_id=reader.organisation_id)
    kept_ids = kept.values_list("pk", flat=True) if speaks(reader) else ()
    return {*reader.task_forces, *places.values_list("group_id", flat=True), *kept_ids}


def places_of(group: Group, reader: Actor) -> list[Place]:
    """The organisations that were ever asked, those who belong first, in the order in which they came."""
    rows = Place.objects.visible_to(reader).filter(group_id=group.pk)
    told = rows.select_related("organisation", "group", "representative__person", "deputy__person")
    order = [Place.State.ACCEPTED, Place.State.INVITED, *Place.State]
    return sorted(told, key=lambda place: (order.index(Place.State(place.state)), place.since))


def members_of(group: Group, reader: Actor) -> list[Organisation]:
    """The organisations that belong to the group now."""
    return [place.organisation for place in places_of(group, reader) if place.state == Place.State.ACCEPTED]


def place_with(place_id: uuid.UUID, reader: Actor) -> Place:
    """One place, with its group. Raises Place.DoesNotExist."""
    rows = Place.objects.visible_to(reader).select_related(
        "organisation", "group__task_force", "group__keeper", "representative__person", "deputy__person"
    )
    return rows.get(pk=place_id)


def own_place(group: Group, reader: Actor) -> Place | None:
    """The lasting place of the reader's organisation in the group."""
    rows = Place.objects.visible_to(reader).filter(group_id=group.pk, state__in=LASTING)
    return rows.filter(organisation=reader.actor_organisation_id).select_related("organisation").first()


def pledged(seats: Iterable[Seat], reader: Actor) -> dict[uuid.UUID, Pledge]:
    """The promises of confidentiality given, by the seat's id."""
    ids = [seat.pk for seat in seats]
    return {pledge.seat_id: pledge for pledge in Pledge.objects.visible_to(reader).filter(seat_id__in=ids)}


def organisations_to_invite(group: Group, reader: Actor) -> QuerySet[Organisation]:
    """Organisations that are neither invited nor members, by name."""
    begin(reader)
    there = Place.objects.visible_to(reader).filter(group_id=group.pk, state__in=LASTING)
    rows = Organisation.objects.exclude(pk__in=there.values("organisation_id"))
    return rows.order_by("name", "pk")
