"""What ships as written words in four languages, read once from `content/*.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

CONTENT = Path(__file__).parent / "content"
Words = dict[str, Any]


@cache
def content(name: str) -> Words:
    """One of the YAML files."""
    words: Words = yaml.safe_load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8"))
    return words


def spoken(text: dict[str, str]) -> str:
    """A text in the language of the moment."""
    return text.get(get_language() or "en") or text["en"]
