"""The protocols that ship, read once from `content/protocols.yaml`; a city adopts and edits its own copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language

CONTENT = Path(__file__).parent / "content" / "protocols.yaml"


@dataclass(frozen=True)
class Shipped:
    """One of the protocols that ship: its kind, and its texts in every language."""

    slug: str
    kind: str
    texts: dict[str, Any]

    @property
    def title(self) -> str:
        """What it is called in the reader's language."""
        return str(self.texts.get(get_language() or "en", self.texts["en"])["title"])


@cache
def shipped_protocols() -> tuple[Shipped, ...]:
    """All of them, in the order of the file."""
    rows = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return tuple(Shipped(row["slug"], row["kind"], _texts(row)) for row in rows)


def starting_texts(slug: str) -> Shipped:
    """One of them by its slug. Raises KeyError."""
    return {one.slug: one for one in shipped_protocols()}[slug]


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    return {code: _in_one(row, code) for code, _name in settings.LANGUAGES}


def _in_one(row: dict[str, Any], code: str) -> dict[str, Any]:
    return {
        **{name: row[name][code] for name in ("title", "purpose", "applies")},
        "roles": [{"role": one["role"][code], "does": one["does"][code]} for one in row["roles"]],
        "steps": [{name: one[name][code] for name in ("who", "what", "within")} for one in row["steps"]],
    }
