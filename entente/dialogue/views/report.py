"""The published result: a paper to read and print, its picture and its data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.audit.actors import VISITOR
from entente.dialogue import open_data as files
from entente.dialogue import queries, sentences
from entente.dialogue.models import Dialogue, Outcome, Statement
from entente.dialogue.pictures import group_mark, numbers_on_map, opinion_map
from entente.dialogue.views.public import passages
from entente.dialogue.views.standing import map_key, map_words, positioned
from entente.dialogue.views.voices import public_dialogue
from entente.dialogue.views.ways_in import ways_in
from entente.people.queries import area_names
from entente.ui.templatetags.ui import number, percent

Plain = dict[str, Any]
Texts = dict[int, queries.Worded]
STRONGEST = 5  # statements listed for each group


def published(reference: str) -> tuple[Dialogue, Outcome]:
    """The dialogue with its newest published result, without what was turned down since; 404 without one."""
    dialogue = public_dialogue(reference)
    outcome = queries.published_outcome(dialogue, VISITOR)
    if outcome is None:
        raise Http404
    return dialogue, queries.still_told(outcome, dialogue, VISITOR)


@require_safe
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """What was heard, as sentences, a picture and tables."""
    dialogue = public_dialogue(reference)
    outcome = queries.published_outcome(dialogue, VISITOR)
    outcome = outcome and queries.still_told(outcome, dialogue, VISITOR)
    if outcome is None:
        texts = queries.wording(dialogue, [], get_language() or "en", VISITOR)
        context: Plain = {"dialogue": dialogue, "texts": texts, "outcome": None}
        return render(request, "dialogue/report.html", context, status=404)
    return render(request, "dialogue/report.html", told(dialogue, outcome))


def told(dialogue: Dialogue, outcome: Outcome) -> Plain:
    """Everything a published result tells in the reader's language, for the page and for the paper alike."""
    rows = _statements(dialogue, outcome)
    texts = queries.wording(dialogue, rows, get_language() or "en", VISITOR)
    content = outcome.content
    worded = {int(row.number or 0): texts[row.pk] for row in rows}
    context: Plain = {"dialogue": dialogue, "texts": texts, "outcome": outcome}
    context |= {"content": content, "passages": passages(texts), "worded": worded}
    context |= _reading(dialogue, content, worded) | _picture(content, worded) | _lists(content, worded)
    context |= ways_in(content, worded)
    return context | {"everything": _everything(content, worded), "who": _who(content)}


def _statements(dialogue: Dialogue, outcome: Outcome) -> list[Statement]:
    """The statements of the result."""
    return list(queries.statements(dialogue, VISITOR).filter(number__in=outcome.content["numbers"]))


def _reading(dialogue: Dialogue, content: Plain, worded: Texts) -> Plain:
    said = sentences.headline(content, {at: words.text for at, words in worded.items()})
    in_short = sentences.heard_in_short(content)
    if sentences.rests_on_some(content):
        said.insert(1, in_short)  # before the first share, since the number of everybody stands there
        in_short = ""
    return {
        "said": said,
        "heard_in_short": in_short,
        "heard_from": [*sentences.who_was_heard(content), sentences.what_it_rests_on(content)],
        "stable": sentences.how_stable(content),
        "stable_means": sentences.what_stable_means(content),
        "is_unstable": sentences.is_unstable(content),
        "attribution": files.POLIS if files.is_from_polis(content, dialogue.source) else "",
    }


def _picture(content: Plain, worded: Texts) -> Plain:
    """The map with its sentence, its key, what its numbers say, and the same as a table."""
    content = positioned(content, worded)
    names = sentences.group_names(content)
    words = map_words(content, names)
    rows = [
        {"cells": [{"text": name}, {"text": number(group["size"])}, {"text": percent(group["share"] / 100)}]}
        for name, group in zip(names, content["groups"], strict=True)
    ]
    return {
        "picture": SafeString(opinion_map(content, words)),
        "reading": words.description,
        "key": map_key(content, names),
        "on_map": [{"number": at, "worded": worded[at]} for at in numbers_on_map(content, words)],
        "map_columns": [
            {"label": _("Group")},
            {"label": _("People"), "number": True},
            {"label": _("Share of those in the map"), "number": True},
        ],
        "map_rows": rows,
    }


def _lists(content: Plain, worded: Texts) -> Plain:
    """What each group stands for, what bridges, what divides, and what too few have answered."""
    groups = [
        {
            "name": name,
            "size": group["size"],
            "mark": SafeString(group_mark(place)),
            "stands": [
                {
                    "number": row["statement"],
                    "worded": worded[row["statement"]],
                    "said": sentences.stands_for(row),
                }
                for row in _known(group["stands_for"], worded)[:STRONGEST]
            ],
        }
        for place, (name, group) in enumerate(
            zip(sentences.group_names(content), content["groups"], strict=True)
        )
    ]
    return {
        "groups": groups if content["is_clear"] else [],
        "bridging": _bridges(content, worded, 1),
        "rejected": _bridges(content, worded, -1),
        "dividing": [_divided(row, content, worded) for row in _known(content["dividing"], worded)],
        "uncertain": [{"number": at, "worded": worded[at]} for at in content["uncertain"] if at in worded],
    }


def _bridges(content: Plain, worded: Texts, direction: int) -> list[Plain]:
    """What a majority everywhere agrees with, or disagrees with."""
    rows = [row for row in _known(content["bridging"], worded) if row["direction"] == direction]
    return [_listed(row, content, worded, direction) for row in rows]


def _known(rows: list[Plain], worded: Texts) -> list[Plain]:
    return [row for row in rows if row["statement"] in worded]


def _listed(row: Plain, content: Plain, worded: Texts, direction: int) -> Plain:
    at = row["statement"]
    shares = sentences.group_shares(row, direction) if content["is_clear"] else ""
    return {"number": at, "worded": worded[at], "cell": content["shares"].get(str(at)), "shares": shares}


def _divided(row: Plain, content: Plain, worded: Texts) -> Plain:
    """A statement that divides: a bar for each group instead of one for everybody."""
    bars = [
        {
            "mark": SafeString(group_mark(place)),
            "letter": sentences.letter(place),
            "width": f"{100 * share:.1f}",
        }
        for place, share in enumerate(row["shares"])
    ]
    return _listed(row, content, worded, 1) | ({"cell": None, "bars": bars} if content["is_clear"] else {})


def _everything(content: Plain, worded: Texts) -> Plain:
    """Every statement with everybody's answers, and what share of each group agrees."""
    groups = content["groups"] if content["is_clear"] else []
    labels = [_("Agree"), _("Disagree"), _("Pass"), _("People")]
    labels += [_("%(group)s agrees") % {"group": sentences.group_name(place)} for place in range(len(groups))]
    rows = []
    for at, words in worded.items():
        cell = content["shares"].get(str(at))
        cells = [percent(part / 100) for part in cell] if cell else [_("few")] * 3
        cells.append(number(content["seen"][str(at)]) if cell else _("few"))
        cells += [_agreement(group["shares"].get(str(at))) for group in groups]
        text = format_html('{} <span lang="{}" dir="auto">{}</span>', f"{at}.", words.language, words.text)
        rows.append({"cells": [{"text": text}, *({"text": cell} for cell in cells)]})
    columns = [{"label": _("Statement")}, *({"label": label, "number": True} for label in labels)]
    return {"columns": columns, "rows": rows}


def _agreement(cell: list[int] | None) -> str:
    return percent(cell[0] / 100) if cell else _("few")


def _who(content: Plain) -> list[Plain]:
    """Who took part, each way of counting with its table; small numbers are hidden in what was published."""
    took_part = content["took_part"]
    areas = area_names(VISITOR)
    ways = [
        (
            _("How they came in"),
            {key: sentences.way_in(key) for key in took_part["stratum"]},
        ),
        (_("District"), {key: areas.get(key, key) or _("not said") for key in took_part["area"]}),
        (_("Language"), {key: sentences.language_name(key) for key in took_part["language"]}),
    ]
    found = []
    for (label, names), counts in zip(
        ways, (took_part["stratum"], took_part["area"], took_part["language"]), strict=True
    ):
        if set(counts) - {""}:
            columns = [{"label": label}, {"label": _("People"), "number": True}]
            rows = [
                {
                    "cells": [
                        {"text": names[key]},
                        {"text": _("fewer than ten") if few is None else number(few)},
                    ]
                }
                for key, few in counts.items()
            ]
            found.append({"label": label, "columns": columns, "rows": rows})
    return found


@require_safe
def map_picture(request: HttpRequest, reference: str) -> HttpResponse:
    """The map as a file, with its own colours, in the reader's language."""
    dialogue, outcome = published(reference)
    content = positioned(outcome.content, {int(row.number or 0) for row in _statements(dialogue, outcome)})
    drawn = opinion_map(content, map_words(content, sentences.group_names(content)), is_file=True)
    if not drawn:
        raise Http404
    return _file(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}'.encode(), "image/svg+xml", dialogue, "svg"
    )


@require_safe
def open_data(request: HttpRequest, reference: str) -> HttpResponse:
    """The published numbers as a zip of tables, with licence and method."""
    dialogue, outcome = published(reference)
    content = outcome.content
    rows = _statements(dialogue, outcome)
    texts = {code: queries.wording(dialogue, rows, code, VISITOR) for code in dialogue.languages}
    listed = [
        {
            "number": row.number,
            "language": row.language,
            "origin": row.origin,
            "text": row.text,
            "texts": {
                code: found[row.pk].text for code, found in texts.items() if found[row.pk].language == code
            },
        }
        for row in rows
    ]
    language = get_language() or "en"
    readme = render_to_string(
        "dialogue/open_data_readme.txt",
        {
            "dialogue": dialogue,
            "outcome": outcome,
            "content": content,
            "texts": queries.wording(dialogue, [], language, VISITOR),
            "heard_from": [
                *sentences.who_was_heard(content),
                sentences.what_it_rests_on(content),
            ],
            "stable": [sentences.how_stable(content), sentences.what_stable_means(content)],
            "attribution": files.POLIS if files.is_from_polis(content, dialogue.source) else "",
        },
    )
    tables = {
        "statements.csv": files.statements_table(listed, dialogue.languages),
        "totals.csv": files.totals_table(content),
        "groups.csv": files.groups_table(content),
        "ways-in.csv": files.ways_in_table(content),
    }
    packed = files.archive({"README.txt": readme.encode("utf-8-sig"), **tables}, outcome.made_at)
    return _file(packed, "application/zip", dialogue, "zip")


def _file(content: bytes, kind: str, dialogue: Dialogue, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{dialogue.reference}.{ending}"'
    return response
