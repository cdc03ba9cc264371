"""Offers what an organisation lends, asks for it, confirms it, and notes that it came back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import allow, refuse
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models.means import Booking, Resource
from entente.partnership.queries import means as queries
from entente.partnership.rules import means as rules
from entente.people.models import Account, Member, Membership

State = Booking.State
ONCE = _("Both organisations are told once what was asked, what was decided and what is late.")
ASKED = _("Another organisation asks for something yours lends.")
DECIDED = _("There is an answer to what your organisation asked for.")
LATE = _("Something that was lent should be back by now.")


@transaction.atomic
def add_resource(*, by: Member, **offer: Any) -> Resource:
    """Offer something one's organisation lends; `offer` are the fields of a resource. Raises Refused."""
    decision = rules.may_add_resource(by, clock.now()).require()
    begin(by)
    resource = Resource(owner_id=by.organisation_id, **offer)
    resource.save(force_insert=True)
    log(
        "partnership.resource_added",
        by=by,
        about=resource,
        decision=decision,
        details={"name": resource.name},
    )
    return resource


@transaction.atomic
def edit_resource(resource: Resource, *, by: Member, **offer: Any) -> Resource:
    """Describe anew what one's organisation lends; bookings stay. Raises Refused."""
    resource = _held(resource, by)
    decision = rules.may_edit_resource(by, resource, clock.now()).require()
    for name, value in offer.items():
        setattr(resource, name, value)
    resource.save(update_fields=sorted(offer))
    log(
        "partnership.resource_edited",
        by=by,
        about=resource,
        decision=decision,
        details={"name": resource.name},
    )
    return resource


@transaction.atomic
def withdraw_resource(resource: Resource, *, by: Member) -> Resource:
    """Lend it no longer; what was confirmed stays. Raises Refused."""
    resource = _held(resource, by)
    decision = rules.may_withdraw_resource(by, resource, clock.now()).require()
    resource.withdrawn_at = clock.now()
    resource.save(update_fields=["withdrawn_at"])
    log("partnership.resource_withdrawn", by=by, about=resource, decision=decision)
    return resource


@transaction.atomic
def book_resource(
    resource: Resource, *, by: Member, starts_at: datetime, ends_at: datetime, purpose: str
) -> Booking:
    """Ask for something for a time; whoever lends it confirms or declines. Raises Refused."""
    at = clock.now()
    resource = Resource.objects.visible_to(by).get(pk=resource.pk)
    is_taken = bool(ends_at > starts_at and queries.taken(resource, starts_at, ends_at, by))
    decision = rules.may_book_resource(by, resource, starts_at, ends_at, is_taken=is_taken, at=at).require()
    booking = Booking(
        resource=resource,
        owner_id=resource.owner_id,
        organisation_id=by.organisation_id,
        asked_by=by,
        asked_at=at,
        starts_at=starts_at,
        ends_at=ends_at,
        purpose=purpose,
    )
    booking.save(force_insert=True)
    log("partnership.resource_booked", by=by, about=booking, decision=decision, details={"purpose": purpose})
    return booking


@transaction.atomic
def confirm_booking(booking: Booking, *, by: Member) -> Booking:
    """Promise it for that time. Raises Refused, also when another one was confirmed in the same moment."""
    booking, at = _booked(booking, by), clock.now()
    is_taken = bool(queries.taken(booking.resource, booking.starts_at, booking.ends_at, by))
    decision = rules.may_confirm_booking(by, booking, is_taken=is_taken, at=at).require()
    try:
        with transaction.atomic():
            _decide(booking, State.CONFIRMED, "", by)
    except IntegrityError as error:
        raise refuse(rules.TAKEN).as_refusal() from error
    log("partnership.booking_confirmed", by=by, about=booking, decision=decision)
    return booking


@transaction.atomic
def decline_booking(booking: Booking, *, by: Member, reason: str) -> Booking:
    """Say no, and why. Raises Refused."""
    booking = _booked(booking, by)
    decision = rules.may_decide_booking(by, booking, clock.now()).require()
    _decide(booking, State.DECLINED, reason, by)
    log("partnership.booking_declined", by=by, about=booking, decision=decision, details={"reason": reason})
    return booking


@transaction.atomic
def cancel_booking(booking: Booking, *, by: Member, reason: str) -> Booking:
    """Take it back, from either side, and say why. Raises Refused."""
    booking = _booked(booking, by)
    decision = rules.may_cancel_booking(by, booking, clock.now()).require()
    _decide(booking, State.CANCELLED, reason, by)
    log("partnership.booking_cancelled", by=by, about=booking, decision=decision, details={"reason": reason})
    return booking


@transaction.atomic
def return_booking(booking: Booking, *, by: Member, note: str) -> Booking:
    """Note that it came back, and in which state. Raises Refused."""
    booking = _booked(booking, by)
    decision = rules.may_return_booking(by, booking, clock.now()).require()
    booking.state, booking.returned_at, booking.return_note = State.RETURNED, clock.now(), note
    booking.save(update_fields=["state", "returned_at", "return_note"])
    log("partnership.booking_returned", by=by, about=booking, decision=decision, details={"note": note})
    return booking


def _held(resource: Resource, by: Member) -> Resource:
    found: Resource = Resource.objects.visible_to(by).get(pk=resource.pk)
    return found


def _booked(booking: Booking, by: Member) -> Booking:
    rows = Booking.objects.visible_to(by).select_for_update(of=("self",)).select_related("resource")
    found: Booking = rows.get(pk=booking.pk)
    return found


def _decide(booking: Booking, state: str, reason: str, by: Member) -> None:
    booking.state, booking.reason = state, reason
    booking.decided_at, booking.decided_by = clock.now(), by
    booking.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def watch_bookings(*, by: Actor) -> None:
    """Tell each once: what was asked, what was decided, and what should be back."""
    with acting(by):
        at = clock.now()
        rows = Booking.objects.visible_to(by).select_related("resource", "owner", "organisation")
        rows = rows.select_for_update(of=("self",), skip_locked=True)
        for booking in rows.filter(state=State.ASKED, asked_told_at=None, ends_at__gt=at):
            _tell(booking, _lenders(booking), ASKED, by=by)
            _mark(booking, "asked_told_at", "partnership.booking_announced", by=by)
        decided = rows.filter(
            state__in=[State.CONFIRMED, State.DECLINED, State.CANCELLED],
            decision_told_at=None,
            ends_at__gt=at,
        )
        for booking in decided:
            to = _lenders(booking) if _is_by_borrower(booking) else _borrowers(booking)
            _tell(booking, to, DECIDED, by=by)
            _mark(booking, "decision_told_at", "partnership.decision_announced", by=by)
        late = rows.filter(state=State.CONFIRMED, ends_at__lte=at, late_told_at=None)
        for booking in late.filter(resource__kind__in=Resource.COME_BACK):
            _tell(booking, _borrowers(booking) | _lenders(booking), LATE, by=by)
            _mark(booking, "late_told_at", "partnership.return_late", by=by)


def _is_by_borrower(booking: Booking) -> bool:
    by = booking.decided_by
    return by is not None and by.organisation_id == booking.organisation_id != booking.owner_id


def _mark(booking: Booking, column: str, event: str, *, by: Actor) -> None:
    """In the same transaction as the mails: what is marked was queued, and nothing is queued twice."""
    setattr(booking, column, clock.now())
    booking.save(update_fields=[column])
    log(event, by=by, about=booking, decision=allow(ONCE))


def _acting_now() -> QuerySet[Membership]:
    at = clock.now()
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    return Membership.objects.filter(lasting, since__lte=at).exclude(role=Membership.Role.OVERSEER)


def _of(organisation_id: uuid.UUID) -> QuerySet[Membership]:
    """Its coordinators; where there is none, everybody who acts for it."""
    members = _acting_now().filter(organisation_id=organisation_id)
    coordinators = members.filter(role=Membership.Role.COORDINATOR)
    return coordinators if coordinators.exists() else members


def _lenders(booking: Booking) -> QuerySet[Membership]:
    return _of(booking.owner_id)


def _borrowers(booking: Booking) -> QuerySet[Membership]:
    """Whoever asked, and those who coordinate their organisation."""
    return _of(booking.organisation_id) | _acting_now().filter(pk=booking.asked_by_id)


def _tell(booking: Booking, to: Iterable[Member], sentence: Promise, *, by: Actor) -> None:
    link = f"{settings.ENTENTE_ADDRESS}{reverse('partnership_staff:booking', args=[booking.pk])}"
    for member in Membership.objects.filter(pk__in={one.pk for one in to}).select_related("person"):
        if member.person.email:
            context = {"booking": booking, "sentence": sentence, "link": link}
            send(
                "partnership_staff/booking_told",
                to=member.person.email,
                language=_language_of(member),
                by=by,
                context=context,
            )


def _language_of(member: Member) -> str:
    """The language of their account, else one they speak, else the city's."""
    chosen = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True).first()
    spoken = [code for code in member.person.languages if code in dict(settings.LANGUAGES)]
    return chosen or (spoken[0] if spoken else settings.LANGUAGE_CODE)
