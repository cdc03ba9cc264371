"""Tells adopters of a new version, and reminds of reviews: each exactly once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models import Adoption, Protocol, Strategy, StrategyReview
from entente.people.models import Account, Member

BEFORE = timedelta(days=14)
TOLD = _("Organisations that adopted an older version are told of the new one.")
DUE = _("A review is due within fourteen days.")


def _coordinators(organisation_id: uuid.UUID, by: Actor) -> list[Member]:
    at = clock.now()
    rows = Member.objects.filter(organisation_id=organisation_id, role=Member.Role.COORDINATOR, since__lte=at)
    members = rows.select_related("person").order_by("since", "id")
    return [one for one in members if (one.ended_at is None or one.ended_at > at) and one.person.email]


def _write(
    template: str, organisation_id: uuid.UUID, page: str, about: object, by: Actor, **told: str
) -> int:
    """One message to each coordinator of an organisation, in their own language; returns how many."""
    members = _coordinators(organisation_id, by)
    for member in members:
        account = Account.objects.filter(person_id=member.person_id).first()
        language = account.language if account else settings.LANGUAGE_CODE
        with translation.override(language):
            title = str(about)
        send(
            f"partnership_staff/{template}",
            to=member.person.email,
            language=language,
            by=by,
            context={
                "title": title,
                "link": settings.ENTENTE_ADDRESS + page,
                "city_name": settings.ENTENTE_CITY_NAME,
                **told,
            },
        )
    return len(members)


@transaction.atomic
def tell_adopters(protocol_id: uuid.UUID, *, by: Actor) -> None:
    """Write once to every organisation that adopted an older version of a protocol now in use."""
    with acting(by):
        protocol = Protocol.objects.visible_to(by).select_for_update().get(pk=protocol_id)
        if protocol.told_at is not None or protocol.state != Protocol.State.IN_USE:
            return
        older = Adoption.objects.visible_to(by).filter(family=protocol.family, until=None)
        page = reverse("partnership_staff:protocol", args=[protocol.reference])
        for adoption in older.exclude(protocol_id=protocol.pk).order_by("organisation_id"):
            _write("protocol_replaced", adoption.organisation_id, page, protocol, by)
        protocol.told_at = clock.now()
        protocol.save(update_fields=["told_at"])
        log("partnership.adopters_told", by=by, about=protocol, decision=allow(TOLD))


@transaction.atomic
def remind_of_reviews(*, by: Actor) -> None:
    """Write once before the review of a protocol or of the strategy is due."""
    with acting(by):
        soon = clock.today() + BEFORE
        for protocol in (
            Protocol.objects.visible_to(by)
            .filter(state=Protocol.State.IN_USE, review_on__lte=soon)
            .exclude(reminded_for=F("review_on"))
            .select_for_update()
            .order_by("reference")
        ):
            page = reverse("partnership_staff:protocol", args=[protocol.reference])
            _write("protocol_review_due", protocol.owner_id, page, protocol, by)
            protocol.reminded_for = protocol.review_on
            protocol.save(update_fields=["reminded_for"])
            log("partnership.protocol_review_due", by=by, about=protocol, decision=allow(DUE))
        _remind_of_strategies(soon, by)


def _remind_of_strategies(soon: object, by: Actor) -> None:
    due = StrategyReview.objects.visible_to(by).filter(held_on=None, reminded_at=None, due_on__lte=soon)
    rows = due.filter(strategy__state=Strategy.State.IN_FORCE).select_related("strategy")
    for review in rows.select_for_update(of=("self",)).order_by("due_on"):
        page = reverse("partnership_staff:strategy", args=[review.strategy.reference])
        _write("strategy_review_due", review.strategy.owner_id, page, review.strategy, by)
        review.reminded_at = clock.now()
        review.save(update_fields=["reminded_at"])
        log("partnership.strategy_review_due", by=by, about=review, decision=allow(DUE))
