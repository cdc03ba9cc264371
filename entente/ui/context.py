"""What every page is told: its direction, its languages and the name of the city."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_bidi


def _in_language(text: str | dict[str, str], code: str) -> str:
    if isinstance(text, str):
        return text
    return text.get(code) or text.get("en") or next(iter(text.values()), "")


def _languages(path: str, current: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": LANG_INFO[code]["name_local"].capitalize(),
            "direction": "rtl" if LANG_INFO[code]["bidi"] else "ltr",
            "url": translate_url(path, code),
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


def city_name() -> str:
    """What the city is called in the language of the moment."""
    return _in_language(getattr(settings, "ENTENTE_CITY_NAME", ""), get_language() or settings.LANGUAGE_CODE)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return text_direction, languages, city_name and theme.

    A language is its code, its own name, its direction, the url of this page in it and whether it is the
    current one. `ENTENTE_CITY_NAME` is a text, or texts by language code. The theme is always "system": a
    person's choice stays in their own browser and never reaches the server.
    """
    current = get_language() or settings.LANGUAGE_CODE
    return {
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "languages": _languages(request.get_full_path(), current),
        "city_name": city_name(),
        "theme": "system",
    }
