"""What happened to a record of any kind, as sentences: one for each event its log can hold."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.audit.models import Event
from entente.people.models import Member
from entente.records.kinds import kind_of
from entente.records.models import Record

# The details fill the placeholders.
SENTENCES: dict[str, Promise | str] = {
    "records.matter_opened": _("%(who)s opened this matter."),
    "records.note_written": _("%(who)s wrote a note."),
    "records.file_kept": _("%(who)s kept the file “%(file)s”."),
    "records.file_downloaded": _("%(who)s took a copy of the file “%(file)s”."),
    "records.action_added": _("%(who)s said who does what by when."),
    "records.action_completed": _("%(who)s did what was to be done."),
    "records.translation_written": _("%(who)s wrote a translation."),
    "records.record_shared": _("%(who)s let somebody in to this record."),
    "records.participation_ended": _("%(who)s ended an invitation to this record."),
    "records.record_opened": _("%(who)s said what they need this record for."),
    "records.record_read": _("%(who)s read this record."),
    "records.glass_broken": _("%(who)s broke the glass of this record."),
    "records.glass_announced": _("The owner's privacy officer and the overseer were told of the emergency."),
    "records.glass_review_due": _("The privacy officer was reminded of the review."),
    "records.glass_review_late": _(
        "The review of the emergency is late; the right to break the glass pauses."
    ),
    "records.glass_finding_told": _("Whoever broke the glass was told that it was reviewed."),
    "records.glass_reviewed": _("%(who)s reviewed a breaking of the glass."),
    "records.receipt_issued": _("%(who)s issued a receipt: with it, a person reads who looked here."),
    "records.refused": _("%(who)s tried something that was refused."),
}
ISOLATED, ISOLATED_UNTIL = "\u2068", "\u2069"  # a file's name keeps its own direction
UNKNOWN = _("%(who)s did something that this page has no words for yet.")


def in_sentence(event: Event) -> str:
    """One event in the reader's language."""
    details: dict[str, Any] = json.loads(event.details) if event.details else {}
    if "file" in details:
        details["file"] = f"{ISOLATED}{details['file']}{ISOLATED_UNTIL}"
    return str(SENTENCES.get(event.name, UNKNOWN)) % _Values({"who": event.actor_name, **details})


def in_sentences(happened: Iterable[tuple[Event, Record]], reader: Member) -> dict[uuid.UUID, str]:
    """The same for many events on many records, by the event's id, in the words of each record's kind."""
    by_kind: dict[str, list[Event]] = defaultdict(list)
    for event, record in happened:
        by_kind[record.kind].append(event)
    told: dict[uuid.UUID, str] = {}
    for key, events in by_kind.items():
        told |= {event.pk: in_sentence(event) for event in events if event.name in SENTENCES}
        own = [event for event in events if event.name not in SENTENCES]
        told |= {event.pk: str(UNKNOWN) % {"who": event.actor_name} for event in own}
        told |= kind_of(key).sentences(own, reader)
    return told


class _Values(dict[str, Any]):
    """Details that an event did not keep are left out of its sentence."""

    def __missing__(self, key: str) -> str:
        return "…"
