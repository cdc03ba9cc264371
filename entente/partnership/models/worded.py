"""Texts that stay in the language they were written in, beside their translations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language


class Worded(models.Model):
    """Something with texts in several languages; one of them is the one it was written in."""

    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    # {"en": {"title": …}, "fr": {"title": …}}
    texts = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def said(self, field: str, language: str = "") -> Any:
        """One of its texts in that language or the reader's, else as it was written."""
        wanted = self.texts.get(language or get_language() or "", {}).get(field)
        return wanted or self.texts.get(self.language, {}).get(field) or ""

    def spoken(self, field: str) -> str:
        """The language in which `said` answers the reader."""
        here = get_language() or ""
        return here if self.texts.get(here, {}).get(field) else self.language

    @property
    def languages(self) -> list[str]:
        """In which languages something stands, the one it was written in first."""
        others = [code for code, _name in settings.LANGUAGES if code != self.language]
        return [code for code in (self.language, *others) if any(self.texts.get(code, {}).values())]
