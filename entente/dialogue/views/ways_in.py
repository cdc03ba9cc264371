"""How voices came in: how many, where they stand beside the result, and what they answer differently."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from entente.dialogue import queries, sentences
from entente.dialogue.pictures import ChartWords, line_mark, share_lines
from entente.ui.templatetags.ui import number, percent

MOST_LINES = 8
LEAST_APART = 0.05  # of shares as they are told

Plain = dict[str, Any]
Texts = dict[int, queries.Worded]


def ways_in(content: Plain, worded: Texts) -> Plain:
    """Sentences, a table and a picture; empty where everybody came the same way."""
    strata = content["strata"]
    excluded = [
        {"said": sentences.left_out(row), "reason": row["reason"]} for row in content.get("excluded", [])
    ]
    context: Plain = {"excluded": excluded, "rests_on": sentences.what_it_rests_on(content)}
    if len(strata) < 2:
        return context | {"ways": []}
    ways = [_way(stratum, content, worded) for stratum in strata]
    return context | {"ways": ways, "ways_table": _table(content)} | _picture(content, worded, ways)


def _way(stratum: Plain, content: Plain, worded: Texts) -> Plain:
    rows = []
    for row in stratum["stands_out"]:
        at, direction = row["statement"], row["direction"]
        here, there = (_side(part["shares"].get(str(at)), direction) for part in (stratum, content))
        if at in worded and here is not None and there is not None and here - there >= LEAST_APART:
            said = sentences.beside_the_result(direction, here, there)
            rows.append({"number": at, "worded": worded[at], "said": said})
    return {
        "name": sentences.way_in(stratum["stratum"]),
        "said": sentences.differs(stratum, len(rows)),
        "rows": rows,
    }


def _side(shares: list[int] | None, direction: int) -> float | None:
    return shares[0 if direction > 0 else 1] / 100 if shares else None


def _table(content: Plain) -> Plain:
    """How many came each way, and near which group they stand, under a line for the result itself."""
    groups = content["groups"] if content["is_clear"] else []
    labels = [_("People"), *(sentences.group_name(place) for place in range(len(groups)))]
    columns = [{"label": _("How they came in")}, *({"label": label, "number": True} for label in labels)]
    rows = [
        _line(
            _("The result"),
            content["eligible"],
            [group["share"] for group in groups],
            len(groups),
        )
    ]
    rows += [
        _line(sentences.way_in(row["stratum"]), row["people"], row["groups"], len(groups))
        for row in content["strata"]
    ]
    return {"columns": columns, "rows": rows}


def _line(name: str, people: int | None, shares: list[int] | None, groups: int) -> Plain:
    told = _("fewer than ten") if people is None else number(people)
    is_told = shares is not None and len(shares) == groups
    parts = [percent(share / 100) for share in shares or []] if is_told else [_("not shown")] * groups
    return {"cells": [{"text": text} for text in (name, told, *parts)]}


def _picture(content: Plain, worded: Texts, ways: list[Plain]) -> Plain:
    """The statements on which a way in differs most: what share of each agrees."""
    shown = [row for row in content["strata"] if any(row["shares"].values())]
    names = [_("The result"), *(sentences.way_in(row["stratum"]) for row in shown)]
    lines = []
    for at in sorted({row["number"] for way in ways for row in way["rows"]}):
        parts = [content["shares"][str(at)], *(row["shares"].get(str(at)) for row in shown)]
        lines.append({"number": at, "shares": [_side(part, 1) for part in parts]})
    lines = [row for row in lines if None not in row["shares"]]
    lines = sorted(lines, key=lambda row: min(row["shares"]) - max(row["shares"]))[:MOST_LINES]
    if not lines or len(shown) < 1:
        return {"ways_picture": ""}
    reading = sentences.ways_read_aloud(names, lines)
    words = ChartWords(
        title=_("Who agrees, by how they came in"),
        description=reading,
        none=percent(0),
        half=percent(0.5),
        all=percent(1),
        language=get_language() or "en",
        from_right=get_language_bidi(),
    )
    return {
        "ways_picture": SafeString(share_lines(lines, len(names), words)),
        "ways_reading": reading,
        "ways_key": [{"mark": SafeString(line_mark(at)), "name": name} for at, name in enumerate(names)],
        "ways_columns": [{"label": _("Statement")}, *({"label": n, "number": True} for n in names)],
        "ways_rows": [
            {
                "cells": [
                    {"text": _text(row["number"], worded)},
                    *({"text": percent(s)} for s in row["shares"]),
                ]
            }
            for row in lines
        ],
    }


def _text(at: int, worded: Texts) -> SafeString:
    words = worded[at]
    return format_html('{} <span lang="{}" dir="auto">{}</span>', f"{at}.", words.language, words.text)
