"""Addresses as they stand on a wall, in a letter and on a sheet of paper."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from entente.dialogue.codes import normal
from entente.dialogue.models import Dialogue


def whole_address(request: HttpRequest, dialogue: Dialogue, tail: str, language: str) -> str:
    """The address of a dialogue's public page, also from a process that answers the staff only."""
    is_known = settings.MODE == "production"  # elsewhere it is wherever somebody looks at it
    site = settings.ENTENTE_ADDRESS if is_known else request.build_absolute_uri("/").rstrip("/")
    return f"{site}/{language}/dialogues/{dialogue.reference}/{tail}"


def code_address(request: HttpRequest, dialogue: Dialogue, language: str) -> str:
    """Where somebody types a code."""
    return whole_address(request, dialogue, "code/", language)


def join_address(request: HttpRequest, dialogue: Dialogue, code: str, language: str) -> str:
    """Where the square of a code leads."""
    return whole_address(request, dialogue, f"join/{normal(code)}/", language)
