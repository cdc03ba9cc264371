"""Django's entry for dialogue, and what `records` is told about this kind of record."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.records.kinds import Kind, StateWords, Waiting, register

if TYPE_CHECKING:
    from entente.audit.models import Event
    from entente.people.models import Member


class DialogueConfig(AppConfig):
    """Registers the app and its kind of record."""

    name = "entente.dialogue"

    def ready(self) -> None:
        register(
            Kind(
                key="dialogue",
                name=_("dialogue"),
                prefix="DLG",
                staff_page="dialogue_staff:manage_dialogue",
                public_page="dialogue:dialogue",
                waiting=waiting_for,
                states=states,
                sentences=sentences,
            )
        )


def waiting_for(reader: Member) -> list[Waiting]:
    """What waits for the reader in the dialogues they run: statements to be read."""
    from entente.dialogue import queries

    if reader.role != reader.Role.COORDINATOR:
        return []
    counts = queries.waiting_counts(list(queries.dialogues(reader).values_list("pk", flat=True)), reader)
    rows = list(queries.dialogues(reader).filter(pk__in=list(counts)))
    titles = queries.titles(rows, get_language() or "en", reader)
    return [
        Waiting(
            _waiting_sentence(counts[row.pk], titles[row.pk, "title"].text),
            reverse("dialogue_staff:moderate_statements", args=[row.reference]),
        )
        for row in rows
    ]


def _waiting_sentence(number: int, title: str) -> str:
    sentence = ngettext(
        "%(number)d statement waits to be read in “%(title)s”.",
        "%(number)d statements wait to be read in “%(title)s”.",
        number,
    )
    return sentence % {"number": number, "title": title}


def states(record_ids: list[uuid.UUID], reader: Actor) -> dict[uuid.UUID, StateWords]:
    """Where those dialogues stand that the reader may see."""
    from entente.dialogue.models import Dialogue
    from entente.dialogue.queries import STATE_KINDS

    rows = Dialogue.objects.visible_to(reader).filter(pk__in=record_ids)
    return {
        row.pk: StateWords(STATE_KINDS[Dialogue.State(row.state)], row.get_state_display()) for row in rows
    }


def sentences(events: list[Event], reader: Member) -> dict[uuid.UUID, str]:
    """What happened to dialogues, with the statements it is about, by the event's id."""
    from entente.dialogue.events import in_sentence
    from entente.dialogue.models import Statement
    from entente.records.models import Translation

    about = [event.about_id for event in events if event.about_kind == Statement._meta.label_lower]
    texts = dict(Statement.objects.visible_to(reader).filter(pk__in=about).values_list("pk", "text"))
    here = Translation.objects.visible_to(reader).filter(
        about_id__in=list(texts), field="text", language=get_language() or "en"
    )
    texts |= dict(here.values_list("about_id", "text"))
    return {event.pk: in_sentence(event, texts) for event in events}
