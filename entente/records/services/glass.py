"""Opening a record in an emergency, telling of it at once, and reviewing it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import EMERGENCY
from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import Decision, allow, refuse
from entente.audit.models import Event
from entente.audit.services import log
from entente.delivery.services import send
from entente.jobs.queue import defer
from entente.people.models import Account, Member, Membership
from entente.records import breakings
from entente.records.models import GlassReview, Opening, Participation, Record
from entente.records.references import as_reference
from entente.records.rules import glass as rules

TOLD_AT_ONCE = _("Every emergency is told to the owner's privacy officer and to the overseer.")
REVIEW_IS_DUE = _("A review is due within three working days.")
BREAKER_IS_TOLD = _("Who broke the glass is told that it was reviewed.")


@transaction.atomic
def break_glass(reference: str, *, by: Member, reason: str, hours: int = 4) -> Participation:
    """Open one record in an emergency, for one, two or four hours, as an ordinary short participation.

    The reason is sealed under the record's key; the owner's privacy officer and the overseer are told the
    reference at once. Raises Refused, for what is not there and for what must stay shut alike.
    """
    at, reason = clock.now(), reason.strip()
    record = breakings.behind_glass(reference, by)
    decision = rules.may_break_glass(
        by,
        at,
        earlier=breakings.own_breakings(by),
        is_there=record is not None,
        is_seen=_is_seen(reference, by),
        reason=reason,
        hours=hours,
    ).require()
    if record is None:
        raise AssertionError("the rule let somebody in to nothing")
    opened = _open(record, by, at, timedelta(hours=hours), reason)
    told = Decision(True, decision.reason, {"reference": record.reference, "until": opened.until.isoformat()})  # type: ignore[union-attr]
    log("records.glass_broken", by=by, about=opened, decision=told, details={"reason": reason})
    defer("records.announce_glass", participation=str(opened.pk))
    return opened


def _is_seen(reference: str, by: Member) -> bool:
    return Record.objects.visible_to(by).filter(reference=as_reference(reference)).exists()


def _open(record: Record, by: Member, at: datetime, lasts: timedelta, reason: str) -> Participation:
    """The participation and the stated purpose, both until the same moment."""
    opened = Participation(
        record=record,
        owner_id=record.owner_id,
        membership=by,
        purpose=EMERGENCY,
        since=at,
        until=at + lasts,
        is_emergency=True,
        invited_by=by,
    )
    opened.reason = reason
    opened.save(force_insert=True)
    # What is under professional secrecy stays shut: the walls say so, and nobody learns that it exists.
    if not _is_seen(record.reference, by):
        raise refuse(rules.NOTHING_THERE).as_refusal()
    stated = Opening(record_id=record.pk, membership=by, purpose=EMERGENCY, at=at, until=at + lasts)
    stated.save(force_insert=True)
    return opened


@transaction.atomic
def note_refused_glass(reference: str, *, by: Member, decision: Decision) -> None:
    """Log that somebody tried to break the glass and was refused, after what they tried was undone."""
    details = {"reference": as_reference(reference[:40])}
    log("records.glass_refused", by=by, about=None, decision=decision, details=details)


@transaction.atomic
def review_glass(participation: Participation, *, by: Member, finding: str, words: str) -> GlassReview:
    """Say, as the owner's privacy officer, whether breaking the glass was right. Raises Refused."""
    participation = Participation.objects.visible_to(by).get(pk=participation.pk, is_emergency=True)
    known = breakings.review_of(participation.pk, by)
    decision = rules.may_review_glass(by, participation, clock.now(), is_reviewed=known is not None).require()
    review = GlassReview(
        participation=participation,
        owner_id=participation.owner_id,
        breaker_id=_who_broke(participation).pk,
        reviewed_by=by,
        finding=finding,
    )
    review.words = words
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError as error:  # another officer, in the same moment
        raise refuse(rules.REVIEWED_ALREADY).as_refusal() from error
    log("records.glass_reviewed", by=by, about=review, decision=decision, details={"finding": finding})
    defer("records.tell_finding", participation=str(participation.pk))
    return review


def announce_glass(participation_id: uuid.UUID, *, by: Actor) -> None:
    """Tell the owner's privacy officers and the overseers which record was opened, by whom, until when."""
    with acting(by):
        opened = _emergencies(by).get(pk=participation_id)
        if _is_told("records.glass_announced", opened):
            return
        _write("records/glass_broken", _officers(opened) | _overseers(), opened, by)
        log("records.glass_announced", by=by, about=opened, decision=allow(TOLD_AT_ONCE))


def remind_of_reviews(*, by: Actor) -> None:
    """Remind once on the last day of a review, and tell once when it is late."""
    with acting(by):
        at = clock.now()
        reviewed = GlassReview.objects.visible_to(by).values("participation_id")
        for opened in _emergencies(by).exclude(pk__in=reviewed):
            if rules.review_due(opened.since) <= at:
                _tell_late(opened, by)
            elif clock.working_days_left(at, rules.review_due(opened.since)) <= 0:
                _tell_due(opened, by)


def _tell_due(opened: Participation, by: Actor) -> None:
    if not _is_told("records.glass_review_due", opened):
        _write("records/glass_review_due", _officers(opened), opened, by)
        log("records.glass_review_due", by=by, about=opened, decision=allow(REVIEW_IS_DUE))


def _tell_late(opened: Participation, by: Actor) -> None:
    if not _is_told("records.glass_review_late", opened):
        everybody = _officers(opened) | _overseers() | _breaker(opened)
        _write("records/glass_review_late", everybody, opened, by)
        log("records.glass_review_late", by=by, about=opened, decision=allow(REVIEW_IS_DUE))


def tell_finding(participation_id: uuid.UUID, *, by: Actor) -> None:
    """Tell whoever broke the glass that it was reviewed, and the overseer when it was not justified."""
    with acting(by):
        opened = _emergencies(by).get(pk=participation_id)
        review = GlassReview.objects.visible_to(by).get(participation_id=participation_id)
        if _is_told("records.glass_finding_told", opened):
            return
        _write("records/glass_reviewed", _breaker(opened), opened, by)
        if review.finding == GlassReview.Finding.UNJUSTIFIED:
            _write("records/glass_unjustified", _overseers(), opened, by)
        log("records.glass_finding_told", by=by, about=opened, decision=allow(BREAKER_IS_TOLD))


def _emergencies(by: Actor) -> QuerySet[Participation]:
    rows = Participation.objects.visible_to(by).filter(is_emergency=True).order_by("since", "id")
    return rows.select_related("record", "membership__person", "membership__organisation")


def _is_told(name: str, opened: Participation) -> bool:
    """Mails and their event are one transaction: what is logged was queued, and nothing is queued twice."""
    return Event.objects.filter(name=name, about_id=opened.pk, record_id=opened.record_id).exists()


def _acting_now() -> QuerySet[Membership]:
    at = clock.now()
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    return Membership.objects.filter(lasting, since__lte=at)


def _officers(opened: Participation) -> QuerySet[Membership]:
    """The owner's privacy officers; where there is none, its coordinators."""
    members = _acting_now().filter(organisation_id=opened.owner_id)
    officers = members.filter(role=Membership.Role.OFFICER)
    return officers if officers.exists() else members.filter(role=Membership.Role.COORDINATOR)


def _overseers() -> QuerySet[Membership]:
    return _acting_now().filter(role=Membership.Role.OVERSEER)


def _breaker(opened: Participation) -> QuerySet[Membership]:
    return _acting_now().filter(pk=_who_broke(opened).pk)


def _who_broke(opened: Participation) -> Member:
    if opened.membership is None:
        raise AssertionError("an emergency is made out to a member")
    return opened.membership


def _write(template: str, to: Iterable[Member], opened: Participation, by: Actor) -> None:
    """A mail to each: the reference, who and until when; never a title, a reason or any content."""
    breaker = _who_broke(opened)
    context = {
        "reference": opened.record.reference,
        "name": breaker.person.name,
        "organisation": breaker.organisation,
        "until": opened.until,
        "due": rules.review_due(opened.since) - clock.SMALLEST,
        "link": f"{settings.ENTENTE_ADDRESS}{reverse('records:glass_list')}",
    }
    for member in Membership.objects.filter(pk__in={one.pk for one in to}).select_related("person"):
        address = member.person.email
        if address:
            language = _language_of(member)
            send(template, to=address, language=language, by=by, about=opened.record, context=context)


def _language_of(member: Member) -> str:
    """The language of their account, else one they speak, else the city's."""
    chosen = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True).first()
    spoken = [code for code in member.person.languages if code in dict(settings.LANGUAGES)]
    return chosen or (spoken[0] if spoken else settings.LANGUAGE_CODE)
