"""Marenne's written words, read once from `content/*.yaml`, and what the first screen makes of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

CONTENT = Path(__file__).parent / "content"
BUILT = frozenset(
    {"agreements", "dialogue"}
)  # parts of the product that exist; a moment that needs another is left out
Words = dict[str, Any]


@cache
def content(name: str) -> Words:
    """One of the YAML files with Marenne's words."""
    words: Words = yaml.safe_load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8"))
    return words


def spoken(text: dict[str, str]) -> str:
    """A text in the language of the moment."""
    return text.get(get_language() or "en") or text["en"]


def _is_built(needs: list[str]) -> bool:
    return BUILT.issuperset(needs)


SCALE = 0.6  # the outlines are drawn 1000 units wide, pictures 600


def _points(outline: list[list[int]]) -> str:
    return " ".join(f"{x * SCALE:g},{y * SCALE:g}" for x, y in outline)


def city_map() -> Words:
    """The map of the city in a picture 600 units wide: title, sentence, districts, river, basins, places."""
    city, drawn = content("city"), content("districts")
    told = {row["slug"]: row for row in city["districts"]}
    districts = [
        {
            "name": spoken(told[row["slug"]]["name"]),
            "sentence": spoken(told[row["slug"]]["sentence"]),
            "points": _points(row["outline"]),
            "x": row["label_at"][0] * SCALE,
            "y": row["label_at"][1] * SCALE,
        }
        for row in drawn["districts"]
    ]
    return {
        "title": spoken(city["name"]),
        "sentence": spoken(city["sentence"]),
        "districts": districts,
        "river": _points(drawn["river"]["outline"]),
        "basins": [_points(basin) for basin in drawn["port"]["basins"]],
        "rows": [{"cells": [{"text": row["name"]}, {"text": row["sentence"]}]} for row in districts],
    }


def moments() -> list[dict[str, str]]:
    """The story's moments whose part of the product is built: slug, when, title, text."""
    shown = []
    for moment in content("first_screen")["moments"]:
        if not _is_built(moment["needs"]):
            continue
        fuller = moment.get("fuller")
        text = fuller["text"] if fuller and _is_built(fuller["needs"]) else moment["text"]
        words = {"when": spoken(moment["time"]), "title": spoken(moment["title"]), "text": spoken(text)}
        shown.append({"slug": moment["slug"], **words})
    return shown


@cache
def _organisations() -> dict[str, Words]:
    return {row["slug"]: row for row in content("cast")["organisations"]}


@cache
def _people() -> dict[str, Words]:
    return {row["slug"]: row for row in content("cast")["people"]}


def person(first_name: str) -> dict[str, str] | None:
    """One of the cast: slug, name, first_name, role, organisation, sentence, email."""
    row = _people().get(first_name)
    if row is None:
        return None
    name = row["name_ar"] if get_language() == "ar" else row["name"]
    return {
        "slug": row["slug"],
        "name": name,
        "first_name": name.split()[0],
        "role": spoken(row["title"]),
        "organisation": spoken(_organisations()[row["organisation"]]["name"]),
        "sentence": spoken(row["sentence"]),
        "email": row["email"],
    }


def cast() -> list[dict[str, str]]:
    """Everybody in Marenne, in the order of the cast."""
    return [found for slug in _people() if (found := person(slug))]


def doors() -> list[dict[str, str | None]]:
    """The four doors: slug, person (None for a resident), title, sentence, for_whom."""
    rows = content("first_screen")["doors"]["items"]
    spoken_fields = ("title", "sentence", "for_whom")
    return [
        {
            "slug": row["slug"],
            "person": row["person"],
            **{field: spoken(row[field]) for field in spoken_fields},
        }
        for row in rows
    ]


def others() -> list[dict[str, str]]:
    """The cast without those who have a door of their own."""
    with_a_door = {row["person"] for row in content("first_screen")["doors"]["items"]}
    return [found for found in cast() if found["slug"] not in with_a_door]
