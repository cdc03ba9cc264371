"""The texts of charters: what ships, the one spelling that is hashed, and two versions side by side."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Texts = Mapping[str, Mapping[str, str]]
SHIPPED = Path(__file__).parent / "content" / "charter.yaml"


@cache
def shipped() -> dict[str, Any]:
    """The starting text of a charter and of the pledge, in four languages."""
    found: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return found


def canonical(reference: str, number: int, language: str, texts: Texts) -> str:
    """The one spelling of a version: whoever has it can work its hash out again."""
    told = {
        part: {code: _plain(text) for code, text in sorted(by_language.items()) if text.strip()}
        for part, by_language in sorted(texts.items())
    }
    content = {"charter": reference, "number": number, "language": language, "texts": told}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(reference: str, number: int, language: str, texts: Texts) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(reference, number, language, texts).encode()).hexdigest()


def _plain(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def paragraphs(text: str) -> list[str]:
    """A text in its paragraphs; each line is one."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@dataclass(frozen=True)
class Row:
    """One paragraph in two versions: kind is same, changed, added or removed."""

    kind: str
    before: str
    after: str


def compared(before: str, after: str) -> list[Row]:
    """Two texts paragraph by paragraph."""
    return list(_rows(paragraphs(before), paragraphs(after)))


def _rows(old: list[str], new: list[str]) -> Iterator[Row]:
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Row("same", text, text) for text in old[i:j])
            continue
        for place in range(max(j - i, m - k)):
            was = old[i + place] if i + place < j else ""
            now = new[k + place] if k + place < m else ""
            yield Row("changed" if was and now else "added" if now else "removed", was, now)
