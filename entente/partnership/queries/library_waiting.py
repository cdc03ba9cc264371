"""What waits for a member in protocols and the strategy: reviews, new versions, late actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from entente.audit import clock
from entente.partnership.models import Protocol
from entente.partnership.queries import protocols, strategy
from entente.records.kinds import Waiting

if TYPE_CHECKING:
    from entente.people.models import Member

SOON = timedelta(days=14)


def waiting(reader: Member) -> list[Waiting]:
    """Reviews that are due, versions to confirm, and actions of the reader's organisation that are late."""
    if reader.role == reader.Role.OVERSEER:
        return []
    found = _to_confirm(reader) if reader.role in {reader.Role.COORDINATOR, reader.Role.OFFICER} else []
    if reader.role == reader.Role.COORDINATOR:
        found += _reviews(reader)
    return found + _late(reader)


def _to_confirm(reader: Member) -> list[Waiting]:
    sentence = _("“%(title)s”: version %(number)s is in use now. Adopt it, or stay with yours.")
    return [
        Waiting(sentence % {"title": one, "number": one.number}, _protocol(one))
        for _adoption, one in protocols.to_confirm(reader)
    ]


def _protocol(one: Protocol) -> str:
    return reverse("partnership_staff:protocol", args=[one.reference])


def _reviews(reader: Member) -> list[Waiting]:
    before = clock.today() + SOON
    said = pgettext("a protocol", "The review of “%(title)s” is due.")
    found = [
        Waiting(said % {"title": one}, _protocol(one)) for one in protocols.due_for_review(reader, before)
    ]
    said = pgettext("a strategy", "The review of “%(title)s” is due.")
    for review in strategy.reviews_due(reader, before):
        page = reverse("partnership_staff:review_strategy", args=[review.strategy.reference])
        found.append(Waiting(said % {"title": review.strategy}, page))
    return found


def _late(reader: Member) -> list[Waiting]:
    said = _("An action of the strategy is late: “%(action)s”. Say how far it is.")
    return [
        Waiting(
            said % {"action": one.action},
            reverse("partnership_staff:note_progress", args=[one.action.strategy.reference, one.action.pk]),
        )
        for one in strategy.late_actions(reader, clock.today())
    ]
