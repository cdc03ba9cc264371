"""Reminds coordinators, once a day, of statements that nobody has read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.dialogue import queries
from entente.dialogue.models import Dialogue
from entente.dialogue.services.drafting import locked
from entente.people.models import Account, Member

FROM_HOUR = 7  # in the city: a message at night helps nobody
WAIT_LONG = _("Statements wait longer than a day, and nobody was told today.")


def remind_of_statements(*, by: Actor) -> None:
    """Tell an organisation's coordinators once a day how many statements have waited longer than a day."""
    if timezone.localtime(clock.now()).hour < FROM_HOUR:
        return
    with acting(by):
        counts = queries.long_waiting(by)
        due = Dialogue.objects.visible_to(by).filter(pk__in=list(counts)).order_by("owner_id", "reference")
        for _owner, dialogues in groupby(due, key=lambda dialogue: dialogue.owner_id):
            # Held from here on: two workers tell nobody twice.
            rows = [locked(dialogue, by) for dialogue in dialogues]
            if not any(row.reminded_on == clock.today() for row in rows):
                _remind(rows, counts, by=by)


def _remind(dialogues: list[Dialogue], counts: dict[uuid.UUID, int], *, by: Actor) -> None:
    """One message to each coordinator of the organisation that owns these dialogues."""
    for member in _coordinators(dialogues[0]):
        _tell(member, dialogues, counts, by=by)
    for dialogue in dialogues:
        dialogue.reminded_on = clock.today()
        dialogue.save(update_fields=["reminded_on"])
        log(
            "dialogue.statements_wait",
            by=by,
            about=dialogue,
            decision=allow(WAIT_LONG),
            details={"number": counts[dialogue.pk]},
        )


def _coordinators(dialogue: Dialogue) -> Iterable[Member]:
    members = Member.objects.filter(organisation_id=dialogue.owner_id, role=Member.Role.COORDINATOR)
    acting_now = [
        one for one in members.select_related("person") if one.ended_at is None or one.ended_at > clock.now()
    ]
    return [member for member in acting_now if member.since <= clock.now() and member.person.email]


def _tell(member: Member, dialogues: list[Dialogue], counts: dict[uuid.UUID, int], *, by: Actor) -> None:
    language = (
        Account.objects.filter(person_id=member.person_id).values_list("language", flat=True).first()
        or settings.LANGUAGE_CODE
    )
    titles = queries.titles(dialogues, language, by)
    rows = [
        {
            "title": titles[dialogue.pk, "title"].text,
            "number": counts[dialogue.pk],
            "link": settings.ENTENTE_ADDRESS
            + reverse("dialogue_staff:moderate_statements", args=[dialogue.reference]),
        }
        for dialogue in dialogues
    ]
    send(
        "dialogue_staff/statements_wait",
        to=member.person.email,
        language=language,
        by=by,
        about=dialogues[0],
        member_id=member.pk,
        context={
            "rows": rows,
            "total": sum(counts[d.pk] for d in dialogues),
            "city_name": settings.ENTENTE_CITY_NAME,
        },
    )
