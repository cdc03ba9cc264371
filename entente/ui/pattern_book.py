"""The content of the pattern book: every pattern once, with things that could happen in Marenne."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from django import forms
from django.core.paginator import Paginator
from django.utils.safestring import SafeString, mark_safe

CONTENT = Path(__file__).resolve().parent / "content"

REFERENCE = "DIAL-4MQ7TX2"
AS_THEY_ARE = (
    "board",
    "confirm",
    "dialogue_title",
    "empty",
    "headings",
    "notices",
    "readers",
    "record",
    "visibility",
    "vote",
)


class StatementForm(forms.Form):
    """A form with one field of each common kind, one of them sensitive and one of them filled in wrongly."""

    text = forms.CharField(max_length=140, widget=forms.Textarea(attrs={"rows": 3}))
    area = forms.ChoiceField(required=False)
    close = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    who = forms.ChoiceField(widget=forms.RadioSelect)
    agreed = forms.BooleanField()


class FilterForm(forms.Form):
    """The filter of a list, which reads as a sentence."""

    state = forms.ChoiceField(required=False)
    led_by = forms.ChoiceField(required=False)


def _statement_form(words: dict[str, Any]) -> StatementForm:
    form = StatementForm(data={"close": "2026-12-04", "who": "everyone", "agreed": "on", "text": ""})
    for name, (label, help_text) in words["fields"].items():
        form.fields[name].label, form.fields[name].help_text = label, help_text
    _choices(form, "area", words["areas"])
    _choices(form, "who", words["audiences"])
    form.fields["text"].error_messages["required"] = words["text_missing"]
    return form


def _choices(form: forms.Form, name: str, labels: list[str]) -> None:
    field = form.fields[name]
    keys = ["everyone", "partners", *map(str, range(2, len(labels)))]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(zip(keys, labels, strict=False))


def _filter_form(words: dict[str, Any]) -> FilterForm:
    form = FilterForm()
    for name, (label, labels) in words["filters"].items():
        form.fields[name].label = label
        _choices(form, name, labels)
    return form


def _table(words: dict[str, Any]) -> dict[str, Any]:
    columns = [{"label": label} for label in words["columns"]]
    columns[-1]["number"] = True
    kinds = ["due", "open", "done", "late"]
    rows = []
    for kind, (title, state, owner, people) in zip(kinds, words["rows"], strict=True):
        cells = [
            {"text": title, "url": "#list"},
            {"text": state, "state_kind": kind},
            {"text": owner},
            {"text": people},
        ]
        rows.append({"cells": cells})
    return {"caption": words["list_caption"], "columns": columns, "rows": rows}


def _picture(words: dict[str, Any]) -> SafeString:
    """Draw two groups of points from a fixed row of numbers: this shows the styles, it measures nothing."""
    drawing, seed = [], 7
    for group, across, down in (("g1", 170, 120), ("g2", 430, 170)):
        drawing.append(f'<ellipse class="area {group}" cx="{across}" cy="{down}" rx="120" ry="86"/>')
        drawing.append(f'<ellipse cx="{across}" cy="{down}" rx="120" ry="86" fill="url(#pattern-{group})"/>')
        for _point in range(34):
            seed = (seed * 1103515245 + 12345) % 2**31
            x, y = across + (seed % 181 - 90), down + (seed // 181 % 121 - 60)
            drawing.append(f'<use class="mark {group}" href="#mark-{group}" x="{x}" y="{y}" opacity="0.55"/>')
    labels = zip((("g1", 170, 24), ("g2", 430, 74)), words["groups"], strict=True)
    drawing += [
        f'<text x="{x}" y="{y}" text-anchor="middle">{name}</text>' for (_group, x, y), name in labels
    ]
    drawing.append('<circle class="you" cx="262" cy="176" r="9"/>')
    drawing.append(f'<text x="262" y="206" text-anchor="middle">{words["you"]}</text>')
    axes = '<path class="axis" d="M20 280H580M20 280V10"/>'
    opening = f'<svg class="picture" viewBox="0 0 600 300" role="img" aria-label="{words["figure_title"]}">'
    return mark_safe(f"{opening}{axes}{''.join(drawing)}</svg>")  # our own words and numbers only


def pattern_book(language: str) -> dict[str, Any]:
    """Return the context of `ui/pattern_book.html`, in Arabic for "ar" and else in English."""
    name = "pattern_book.ar.yaml" if language.startswith("ar") else "pattern_book.en.yaml"
    words = yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))
    moments = [dict(zip(("when", "title", "text"), moment, strict=True)) for moment in words["moments"]]
    doors = [
        {"icon": icon, "title": title, "text": text, "url": "#doors"} for icon, title, text in words["doors"]
    ]
    hour = datetime(2026, 11, 18, 8, 40, tzinfo=UTC)
    history = [{"sentence": sentence, "why": why, "at": hour} for sentence, why in words["history"]]
    figure_columns = [
        {"label": label, "number": place > 0} for place, label in enumerate(words["figure_columns"])
    ]
    figure_rows = [{"cells": [{"text": text} for text in row]} for row in words["figure_rows"]]
    return {
        **{key: words[key] for key in AS_THEY_ARE},
        "reference": REFERENCE,
        "words": words,
        "filter": _filter_form(words),
        "list": _table(words),
        "page": Paginator(range(60), 20).page(2),
        "form": _statement_form(words),
        "moments": moments,
        "doors": doors,
        "history": history,
        "figure": {"picture": _picture(words), "columns": figure_columns, "rows": figure_rows},
    }
