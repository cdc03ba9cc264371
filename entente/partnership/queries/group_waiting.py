"""What waits for a member in groups: an invitation, a charter to sign, a review."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.partnership.models import Group, Place, Signature
from entente.partnership.queries.charters import TO_SIGN, charters
from entente.partnership.queries.groups import groups
from entente.partnership.scoping import speaks
from entente.people.models import Member
from entente.records.kinds import Waiting

MOST = 20
BEFORE_REVIEW = timedelta(days=14)


def invitations_to_answer(reader: Member) -> list[Waiting]:
    """Groups that ask the reader's organisation to belong."""
    if not speaks(reader):
        return []
    rows = Place.objects.visible_to(reader).filter(
        organisation_id=reader.organisation_id, state=Place.State.INVITED
    )
    asked = rows.exclude(group__state=Group.State.CLOSED).select_related("group__task_force")
    said = _("“%(group)s” invites your organisation. Say yes or no.")
    return [
        Waiting(said % {"group": place.group}, reverse("partnership_staff:place", args=[place.pk]))
        for place in asked.order_by("since")[:MOST]
    ]


def charters_to_sign(reader: Member) -> list[Waiting]:
    """Charters of the reader's groups that their organisation has not signed yet."""
    if not speaks(reader):
        return []
    own = {"organisation_id": reader.organisation_id}
    places = Place.objects.visible_to(reader).filter(**own, state=Place.State.ACCEPTED)
    signed = Signature.objects.visible_to(reader).filter(**own)
    rows = charters(reader).filter(state__in=TO_SIGN, group_id__in=places.values("group_id"))
    rows = rows.exclude(pk__in=signed.values("charter_id")).exclude(group__state=Group.State.CLOSED)
    said = _("The charter of “%(group)s”, version %(number)s, waits for your signature.")
    return [
        Waiting(
            said % {"group": charter.group, "number": charter.number},
            reverse("partnership_staff:charter", args=[charter.group.reference, charter.number]),
        )
        for charter in rows[:MOST]
    ]


def reviews_due(reader: Member) -> list[Waiting]:
    """Groups that the reader's organisation keeps and that should be looked at again."""
    if not speaks(reader):
        return []
    rows = groups(reader).filter(
        keeper_id=reader.organisation_id, review_on__lte=clock.today() + BEFORE_REVIEW
    )
    said = _("“%(group)s” is due for its review.")
    return [
        Waiting(said % {"group": group}, reverse("partnership_staff:review_group", args=[group.reference]))
        for group in rows.exclude(state=Group.State.CLOSED)[:MOST]
    ]
