"""Texts beside their original, to be written in another language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entente.dialogue.events import FIELDS
from entente.dialogue.models import IMPORTED_LENGTH, STATEMENT_LENGTH, Dialogue, Statement
from entente.records.fields import Passage
from entente.records.queries import Texts

SHORT = {"title": 200, "question": 300}
PASSAGE = 6000


class TranslationForm(forms.Form):
    """One field for each text that exists in the original: the dialogue's own, then statements."""

    is_checked = forms.BooleanField(
        label=_("I compared these texts with the original; they say the same"), required=False
    )

    def __init__(
        self, data: Any, *, dialogue: Dialogue, statements: list[Statement], language: str, known: Texts
    ) -> None:
        super().__init__(data)
        self.dialogue, self.language, self.known = dialogue, language, known
        self.originals: dict[str, Any] = {}
        for name in Dialogue.TRANSLATED:
            if original := getattr(dialogue, name):
                self._add(name, (dialogue.pk, name), str(FIELDS[name]), original, SHORT.get(name, PASSAGE))
        for row in statements:
            if row.language != language:
                label = _("Statement %(number)s") % {"number": row.number}
                limit = max(STATEMENT_LENGTH, min(IMPORTED_LENGTH, 2 * len(row.text)))
                self._add(f"s{row.pk.hex}", (row.pk, "text"), label, row.text, limit)
        self.order_fields([*self.originals, "is_checked"])

    def _add(self, name: str, key: Any, label: str, original: str, limit: int) -> None:
        row = self.known.get(key, {}).get(self.language)
        box = forms.Textarea(
            attrs={
                "rows": 2 + len(original) // 60 + original.count("\n"),
                "lang": self.language,
                "dir": "auto",
            }
        )
        self.fields[name] = Passage(
            label=label, required=False, max_length=limit, initial=row.text if row else "", widget=box
        )
        self.originals[name] = {"key": key, "text": original, "row": row}

    def pairs(self) -> Iterator[dict[str, Any]]:
        """Each original with its field."""
        for name, original in self.originals.items():
            yield {"field": self[name], "original": original["text"], "row": original["row"]}

    def changed(self) -> dict[Any, str]:
        """What has to be written: new texts, and with the check also those nobody had checked."""
        is_checked = self.cleaned_data["is_checked"]
        found = {}
        for name, original in self.originals.items():
            text, row = self.cleaned_data[name], original["row"]
            is_new = text != (row.text if row else "")
            if is_new or (is_checked and row and row.text and not row.checked_by):
                found[original["key"]] = text
        return found
