"""Invites organisations to a group, seats their people, and lets them go."""

from __future__ import annotations

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.services import log
from entente.jobs.queue import defer
from entente.partnership.models import Group, Place, Pledge
from entente.partnership.queries.groups import held, place_with, places_of, pledged, seated
from entente.partnership.rules import places as rules
from entente.partnership.scoping import forget_seats
from entente.people import services as people
from entente.people.models import Member, Organisation, Seat

Part, State = Place.Part, Place.State


@transaction.atomic
def invite_organisation(
    group: Group, *, by: Actor, organisation: Organisation, answers_for: str = ""
) -> Place:
    """Ask an organisation to belong; its coordinators get a message. Raises Refused."""
    group = held(group, by)
    decision = rules.may_invite_organisation(
        by, group, places_of(group, by), organisation, clock.now()
    ).require()
    at = clock.now()
    place = Place(group=group, organisation=organisation, answers_for=answers_for, since=at, invited_at=at)
    log(
        "partnership.organisation_invited",
        by=by,
        about=place,
        decision=decision,
        details=_who(organisation),
    )
    place.save(force_insert=True)
    defer("partnership.tell_invited", place=str(place.pk))
    return place


@transaction.atomic
def accept_place(
    place: Place,
    *,
    by: Actor,
    representative: Member | None = None,
    deputy: Member | None = None,
    may_commit: bool = False,
    answers_for: str | None = None,
) -> Place:
    """Say yes for one's own organisation, and who of its people sits there. Raises Refused."""
    place = _held_place(place, by)
    members = [member for member in (representative, deputy) if member is not None]
    decision = rules.may_accept_place(by, place, members, clock.now()).require()
    place.state, place.since, place.may_commit = State.ACCEPTED, clock.now(), may_commit
    place.representative, place.deputy = representative, deputy
    if answers_for is not None:
        place.answers_for = answers_for
    place.save(
        update_fields=["state", "since", "may_commit", "representative", "deputy", "answers_for"],
    )
    log("partnership.place_accepted", by=by, about=place, decision=decision, details=_who(place.organisation))
    sits = {seat.membership_id for seat in seated(place.group, by)}
    for member in members:
        if member.pk not in sits:
            _seat(place, member, by=by)
    return place


@transaction.atomic
def decline_place(place: Place, *, by: Actor, reason: str = "") -> Place:
    """Say no for one's own organisation. Raises Refused."""
    place = _held_place(place, by)
    decision = rules.may_decline_place(by, place, clock.now()).require()
    _ends(place, State.DECLINED, reason)
    details = {**_who(place.organisation), "reason": reason}
    log("partnership.place_declined", by=by, about=place, decision=decision, details=details)
    return place


@transaction.atomic
def withdraw_invitation(place: Place, *, by: Actor) -> Place:
    """Take an invitation back that nobody has answered. Raises Refused."""
    place = _held_place(place, by)
    decision = rules.may_withdraw_invitation(by, place, clock.now()).require()
    _ends(place, State.WITHDRAWN, "")
    details = _who(place.organisation)
    log("partnership.invitation_withdrawn", by=by, about=place, decision=decision, details=details)
    return place


@transaction.atomic
def edit_place(place: Place, *, by: Actor, answers_for: str, may_commit: bool) -> Place:
    """Say what one's own organisation answers for, and whether its representative may commit it."""
    place = _held_place(place, by)
    decision = rules.may_edit_place(by, place, clock.now()).require()
    before = {"answers_for": place.answers_for, "may_commit": place.may_commit}
    place.answers_for, place.may_commit = answers_for, may_commit
    place.save(update_fields=["answers_for", "may_commit"])
    details = {**_who(place.organisation), "before": before}
    log("partnership.place_edited", by=by, about=place, decision=decision, details=details)
    return place


@transaction.atomic
def leave_group(place: Place, *, by: Actor, reason: str) -> Place:
    """Take one's own organisation out: its seats end in the same second. Raises Refused."""
    place = _held_place(place, by)
    decision = rules.may_leave_group(by, place, clock.now()).require()
    details = {**_who(place.organisation), "reason": reason}
    log("partnership.organisation_left", by=by, about=place, decision=decision, details=details)
    for seat in seated(place.group, by):
        if seat.membership.organisation_id == place.organisation_id:
            people.end_seat(seat, by=by)
    _ends(place, State.LEFT, reason)
    # Where only its signature was missing, the charter is in force without it.
    defer("partnership.bring_charters_into_force", group=str(place.group_id))
    forget_seats(by)
    return place


@transaction.atomic
def name_representative(place: Place, *, by: Actor, member: Member, part: str = Part.REPRESENTATIVE) -> Seat:
    """Say who of one's own people sits there, and as what; a new seat where there is none. Raises Refused."""
    place = _held_place(place, by)
    decision = rules.may_name_representative(by, place, member, clock.now()).require()
    _out_of_parts(place, member)
    if part == Part.REPRESENTATIVE:
        place.representative = member
    elif part == Part.DEPUTY:
        place.deputy = member
    place.save(update_fields=["representative", "deputy"])
    details = {**_who(place.organisation), "part": str(part), "member": member.person.name}
    log("partnership.representative_named", by=by, about=place, decision=decision, details=details)
    lasting = next((seat for seat in seated(place.group, by) if seat.membership_id == member.pk), None)
    return lasting or _seat(place, member, by=by)


@transaction.atomic
def end_seat(place: Place, *, by: Actor, seat: Seat) -> Seat:
    """Say who of one's own people no longer sits there. Raises Refused."""
    place = _held_place(place, by)
    decision = rules.may_end_seat(by, place, seat, clock.now()).require()
    _out_of_parts(place, seat.membership)
    place.save(update_fields=["representative", "deputy"])
    details = {**_who(place.organisation), "member": seat.membership.person.name}
    log("partnership.seat_taken_back", by=by, about=place, decision=decision, details=details)
    ended = people.end_seat(seat, by=by)
    forget_seats(by)
    return ended


@transaction.atomic
def give_pledge(group: Group, *, by: Member, words: str, language: str) -> Pledge:
    """Promise to keep to oneself what is said about people in the group. Raises Refused."""
    seat = next((one for one in seated(group, by) if one.membership_id == by.pk), None)
    is_given = seat is not None and bool(pledged([seat], by))
    decision = rules.may_give_pledge(by, seat, is_given=is_given, at=clock.now()).require()
    pledge = Pledge(group=group, seat=seat, membership=by, words=words, language=language)
    pledge.given_at = clock.now()
    log("partnership.pledge_given", by=by, about=pledge, decision=decision)
    pledge.save(force_insert=True)
    return pledge


def _held_place(place: Place, by: Actor) -> Place:
    """The place as it is now, while nobody else changes who belongs to its group."""
    group = Group(pk=place.group_id)
    held(group, by)
    return place_with(place.pk, by)


def _seat(place: Place, member: Member, *, by: Actor) -> Seat:
    begin(by)
    seat = people.seat_member(place.group.task_force, member, by=by)
    member.__dict__.pop("task_forces", None)
    forget_seats(by)
    return seat


def _out_of_parts(place: Place, member: Member) -> None:
    if place.representative_id == member.pk:
        place.representative = None
    if place.deputy_id == member.pk:
        place.deputy = None


def _ends(place: Place, state: str, reason: str) -> None:
    place.state, place.reason, place.until = state, reason, clock.now()
    place.save(update_fields=["state", "reason", "until"])


def _who(organisation: Organisation) -> dict[str, object]:
    return {"organisation": organisation.name, "names": organisation.names}
