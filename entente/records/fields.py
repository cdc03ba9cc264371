"""Text as people may type it here: tidied before it is counted, so that nobody can hide anything in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.records.typed_text import says_something, tidy

NOTHING_SAID = _("Write at least one letter or number here.")


class Line(forms.CharField):
    """One line: control and direction marks are removed, spaces are single."""

    def tidied(self, value: str) -> str:
        """What is kept of a text."""
        return tidy(value)

    def to_python(self, value: Any) -> Any:
        """Tidy what can be kept at all; what is far too long is refused by its length."""
        text = super().to_python(value)
        if not isinstance(text, str) or not text or len(text) > 4 * (self.max_length or len(text)):
            return text
        return self.tidied(text)

    def validate(self, value: Any) -> None:
        """A text that must be there says something."""
        super().validate(value)
        if value and self.required and not says_something(value):
            raise ValidationError(NOTHING_SAID, code="nothing_said")


class Passage(Line):
    """Several lines; empty ones between paragraphs stay."""

    widget = forms.Textarea

    def tidied(self, value: str) -> str:
        """Each line is tidied; there is never more than one empty line."""
        kept: list[str] = []
        for line in map(tidy, value.splitlines()):
            if line or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip()


def several_lines(rows: int) -> forms.Textarea:
    """A box of that height, in the direction of what is typed."""
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


def one_line() -> forms.TextInput:
    """A line in the direction of what is typed."""
    return forms.TextInput(attrs={"dir": "auto"})
