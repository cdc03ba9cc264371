"""Texts of dialogues and statements in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entente.audit.actors import Actor
from entente.dialogue.models import (
    Dialogue,
    Statement,
)
from entente.records.models import Translation

FEW = 50  # statements whose translations are fetched one by one; for more, all of a dialogue's are


@dataclass(frozen=True)
class Worded:
    """A text in the reader's language, with what it was written in."""

    text: str
    language: str
    original: str
    original_language: str
    is_checked: bool
    made_by: str

    @property
    def is_translated(self) -> bool:
        """Whether the reader sees a translation."""
        return self.language != self.original_language


def _worded(known: Translation | None, original: str, written_in: str, language: str) -> Worded:
    if known is None or not known.text or written_in == language or not original:
        return Worded(original, written_in, original, written_in, is_checked=True, made_by="")
    return Worded(known.text, language, original, written_in, bool(known.checked_by), known.made_by)


def wording(dialogue: Dialogue, rows: list[Statement], language: str, reader: Actor) -> dict[Any, Any]:
    """The dialogue's texts by field name and its statements' by id, in `language` where they exist in it."""
    translations = Translation.objects.visible_to(reader).filter(record_id=dialogue.pk, language=language)
    if len(rows) <= FEW:
        translations = translations.filter(about_id__in=[dialogue.pk, *(row.pk for row in rows)])
    found = {(known.about_id, known.field): known for known in translations}
    texts: dict[Any, Any] = {
        field: _worded(found.get((dialogue.pk, field)), getattr(dialogue, field), dialogue.language, language)
        for field in Dialogue.TRANSLATED
    }
    return texts | {
        row.pk: _worded(found.get((row.pk, "text")), row.text, row.language, language) for row in rows
    }


def titles(rows: list[Dialogue], language: str, reader: Actor) -> dict[tuple[Any, str], Worded]:
    """Title and question of several dialogues in `language` where they exist in it, by (dialogue, field)."""
    fields = ("title", "question")
    translations = Translation.objects.visible_to(reader).filter(
        record_id__in=[row.pk for row in rows], language=language, field__in=fields
    )
    found = {(row.about_id, row.field): row for row in translations}
    return {
        (row.pk, field): _worded(found.get((row.pk, field)), getattr(row, field), row.language, language)
        for row in rows
        for field in fields
    }
