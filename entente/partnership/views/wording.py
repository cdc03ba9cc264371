"""Links to the languages in which something can be written."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from entente.partnership.models.worded import Worded


def language_links(thing: Worded, view: str, args: list[Any]) -> list[dict[str, Any]]:
    """One for each language: code, name, the page to write in it, whether something stands there."""
    return [
        {
            "code": code,
            "name": name,
            "url": reverse(view, args=[*args, code]),
            "is_written": any(thing.texts.get(code, {}).values()),
            "is_first": code == thing.language,
        }
        for code, name in settings.LANGUAGES
    ]
