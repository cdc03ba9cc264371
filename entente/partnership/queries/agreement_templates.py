"""The templates agreements begin from, read once from `content/agreement_templates.yaml`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from entente.agreements.change_rules import Cell, Signs
from entente.agreements.vocabulary import INTERIM
from entente.partnership.models import Dossier
from entente.people.models import Organisation
from entente.people.words import in_readers_language

CONTENT = Path(__file__).resolve().parent.parent / "content" / "agreement_templates.yaml"
ANY = "any"
TO_FILL_IN = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]")


@cache
def _content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    return found


def templates() -> list[dict[str, Any]]:
    """Every template: key, kind, name and what it is for in the reader's language."""
    return [
        {
            "key": row["key"],
            "kind": row["kind"],
            "name": in_readers_language(row["name"], row["name"]["en"]),
            "for_what": in_readers_language(row["for_what"], row["for_what"]["en"]),
        }
        for row in _content()["templates"]
    ]


def template_of(key: str) -> dict[str, Any]:
    """One template as it is written. Raises KeyError."""
    found: dict[str, dict[str, Any]] = {row["key"]: row for row in _content()["templates"]}
    return found[key]


def template_for_kind(kind: str) -> str:
    """The template of a kind of agreement."""
    return next((str(row["key"]) for row in _content()["templates"] if row["kind"] == kind), "sharing")


def texts_of(key: str) -> dict[str, dict[str, str]]:
    """The dossier's texts a template begins with: by language, then by field."""
    own, common = template_of(key)["texts"], _content()["common"]
    words = {field: own.get(field) or common[field] for field in Dossier.FIELDS}
    return {code: {field: said[code] for field, said in words.items()} for code in next(iter(words.values()))}


def starting_cells(key: str, organisations: Sequence[Organisation]) -> dict[Cell, Signs]:
    """The clauses a template begins with between these parties, by their kinds."""
    return {cell: signs for row in template_of(key)["clauses"] for cell, signs in _cells(row, organisations)}


def _cells(row: dict[str, Any], organisations: Sequence[Organisation]) -> Iterator[tuple[Cell, Signs]]:
    for giving, receiving in _pairs(row, organisations):
        for category in row["categories"]:
            interim = bool(row.get("interim")) and category in INTERIM
            yield Cell(row["purpose"], category, giving, receiving), Signs(bool(row.get("secret")), interim)


def _pairs(
    row: dict[str, Any], organisations: Sequence[Organisation]
) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    for giving in organisations:
        for receiving in organisations:
            fits = row["from"] in {ANY, giving.kind} and row["to"] in {ANY, receiving.kind}
            if giving.pk != receiving.pk and fits:
                yield giving.pk, receiving.pk


def to_fill_in(dossier: Dossier) -> list[str]:
    """Fields whose text is missing, or still has a place to fill in, in the language it was written in."""
    texts = dossier.texts.get(dossier.language, {})
    return [field for field in Dossier.FIELDS if not texts.get(field) or TO_FILL_IN.search(texts[field])]
