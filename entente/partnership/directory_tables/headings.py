"""Which column is which: headings in four languages and by what else people call them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parents[1] / "content" / "directory_columns.yaml"
LANGUAGES = ("en", "fr", "ar", "ro")
# One letter for what people write in several ways; the article and vowel signs are taken away below.
ALIKE = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": ""}
)
WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Column:
    """One column of a file: its heading, what it is taken for, and whether it never comes in."""

    heading: str
    field: str = ""
    is_never: bool = False


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return content


def fields() -> tuple[str, ...]:
    """Every column that a file may have, in the order of a template."""
    return tuple(_content()["columns"])


def heading(field: str, language: str) -> str:
    """What a column is called in a language."""
    said: str = _content()["columns"][field][language if language in LANGUAGES else "en"][0]
    return said


@lru_cache(10_000)
def folded(text: str) -> str:
    """A text as it is compared: lower case, no accents, Arabic letters unified, only words."""
    plain = unicodedata.normalize("NFKD", text.translate(ALIKE)).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(ALIKE)
    return " ".join(word.removeprefix("ال") if len(word) > 4 else word for word in WORDS.findall(bare))


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for field, names in _content()["columns"].items():
        known[folded(field.replace("_", " "))] = field
        for language in LANGUAGES:
            for name in names[language]:
                known.setdefault(folded(name), field)
    return known


@cache
def _never() -> tuple[re.Pattern[str], ...]:
    words = [_pattern(str(word)) for line in _content()["never"] for word in line]
    return tuple(re.compile(rf"(?:^|\s){word}(?:\s|$)") for word in words)


def _pattern(word: str) -> str:
    """A listed word as a pattern; a star stands for any ending."""
    return re.escape(folded(word.rstrip("*"))) + (r"\w*" if word.endswith("*") else "")


def is_never_brought_in(text: str) -> bool:
    """Whether a heading promises a score, a danger, a belief, an origin or a home of a person."""
    bare = folded(text)
    return bare not in _known() and any(pattern.search(bare) for pattern in _never())


def recognised(headings: tuple[str, ...], chosen: dict[int, str] | None = None) -> list[Column]:
    """What each column is. `chosen` says it for some by their place; what never comes in can't be chosen."""
    columns: list[Column] = []
    taken: set[str] = set()
    for at, text in enumerate(headings):
        if is_never_brought_in(text):
            columns.append(Column(text, is_never=True))
            continue
        field = _known().get(folded(text), "") if chosen is None else chosen.get(at, "")
        if field not in fields() or field in taken:
            field = ""
        taken.add(field)
        columns.append(Column(text, field))
    return columns
