"""Tells coordinators by mail what waits for them in groups; each message is written once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.queries import is_queued
from entente.delivery.services import send
from entente.partnership.models import Charter, Group, Place
from entente.partnership.queries.charters import charters, signatures_of, unsigned
from entente.partnership.queries.groups import groups, held, places_of
from entente.people.models import Account, Member, Organisation
from entente.people.words import in_readers_language

FROM_HOUR = 7  # in the city: a message at night helps nobody
BEFORE_REVIEW = timedelta(days=14)
REVIEW_IS_NEAR = _("The review is at most two weeks away, and nobody was told.")
HEADS = (Member.Role.COORDINATOR, Member.Role.OVERSEER)


def tell_invited(place_id: uuid.UUID, *, by: Actor) -> None:
    """Tell the coordinators of an invited organisation, unless somebody answered meanwhile."""
    with acting(by):
        rows = Place.objects.visible_to(by).select_related("organisation", "group__task_force")
        place = rows.select_related("group__keeper").get(pk=place_id)
        if place.state == Place.State.INVITED:
            link = reverse("partnership_staff:place", args=[place.pk])
            _tell(place.organisation, "organisation_invited", place, link, by=by)


def tell_to_sign(charter_id: uuid.UUID, *, by: Actor) -> None:
    """Tell the coordinators of each organisation whose signature is missing."""
    with acting(by):
        charter = charters(by).get(pk=charter_id)
        if charter.state != Charter.State.OPEN:
            return
        link = reverse("partnership_staff:charter", args=[charter.group.reference, charter.number])
        for organisation in unsigned(places_of(charter.group, by), signatures_of(charter, by)):
            _tell(organisation, "charter_to_sign", charter, link, by=by)


def remind_of_reviews(*, by: Actor) -> None:
    """Tell the keeper's coordinators two weeks before a review, once for each review."""
    if timezone.localtime(clock.now()).hour < FROM_HOUR:
        return
    with acting(by):
        near = groups(by).filter(review_on__lte=clock.today() + BEFORE_REVIEW)
        due = near.exclude(state=Group.State.CLOSED).exclude(review_told_for=models.F("review_on"))
        for found in list(due):
            # Held from here on: two workers tell nobody twice.
            group = held(found, by)
            if group.review_on is not None and group.review_told_for != group.review_on:
                _remind(group, by=by)


def _remind(group: Group, *, by: Actor) -> None:
    link = reverse("partnership_staff:review_group", args=[group.reference])
    _tell(group.keeper, "review_due", group, link, by=by, again=str(group.review_on))
    group.review_told_for = group.review_on
    group.save(update_fields=["review_told_for"])
    log("partnership.review_reminded", by=by, about=group, decision=allow(REVIEW_IS_NEAR))


def _tell(
    organisation: Organisation, template: str, about: models.Model, link: str, *, by: Actor, again: str = ""
) -> None:
    """One message to each coordinator of an organisation."""
    group = about if isinstance(about, Group) else about.group  # type: ignore[attr-defined]
    for member in _heads(organisation):
        message_id = uuid.uuid5(about.pk, f"{template}|{member.pk}|{again}")
        if is_queued(message_id, by):
            continue
        language = _language_of(member)
        send(
            f"partnership_staff/mail/{template}",
            to=member.person.email,
            language=language,
            by=by,
            about=about,
            message_id=message_id,
            context={
                "group": group,
                "group_name": _named(group.task_force.names, group.task_force.name, language),
                "keeper": _named(group.keeper.names, group.keeper.name, language),
                "link": settings.ENTENTE_ADDRESS + link,
            },
        )


def _named(names: dict[str, str], name: str, language: str) -> str:
    return names.get(language) or in_readers_language({}, name)


def _heads(organisation: Organisation) -> list[Member]:
    at = clock.now()
    rows = Member.objects.filter(organisation=organisation, role__in=HEADS, since__lte=at)
    lasting = rows.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=at)).select_related("person")
    return [member for member in lasting.order_by("person__name", "id") if member.person.email]


def _language_of(member: Member) -> str:
    rows = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True)
    return rows.first() or settings.LANGUAGE_CODE
