"""The directory as a whole: what to check, where nobody is, and who works with whom."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.people.forms.directory import CoverageForm, NetworkForm
from entente.people.models import Entry, Tie
from entente.people.pictures.network import Line, NetworkWords, Node
from entente.people.pictures.network import network as drawn_network
from entente.people.queries import coverage as counting
from entente.people.queries import directory as queries
from entente.people.sentences.directory import gap_in_words, rows_in_words, tie_in_words
from entente.people.sign_in import MemberRequest
from entente.people.vocabulary import Prevention, TieKind, language_name
from entente.ui.templatetags.ui import number

ON_A_PAGE = 50
GAPS = 12  # sentences about gaps on a page
DRAWN = 60  # organisations in one picture; from there on only the neighbours of one


@require_GET
def stale_entries(request: MemberRequest) -> HttpResponse:
    """What can't be relied on, the oldest first."""
    reader = request.member
    page = Paginator(queries.stale_entries(reader), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = rows_in_words(list(page), [])
    for row in rows:
        row |= {"relied_on": row["entry"].relied_on_since, "keeper": row["entry"].keeper}
        row["asked"] = _asked(row["entry"])
    total = page.paginator.count
    count = ngettext("%(number)s entry to check", "%(number)s entries to check", total)
    context = {"rows": rows, "page": page, "count": count % {"number": number(total)}}
    return render(request, "people/stale_entries.html", context)


def _asked(entry: Entry) -> str:
    if not entry.email:
        return _("There is no address to ask.")
    if not entry.unanswered:
        return _("Not asked.")
    words = ngettext("Asked once, no answer.", "Asked %(number)d times, no answer.", entry.unanswered)
    return words % {"number": entry.unanswered} if "%" in words else words


@require_GET
def coverage(request: MemberRequest) -> HttpResponse:
    """Stages of prevention by district, in one language; the gaps in sentences."""
    form = CoverageForm(request.GET)
    language = form.chosen
    found = counting.coverage(request.member)
    own = [code for code, _name in form.own_languages]
    gaps = found.gaps(own)
    told = [gap_in_words(gap, found.districts) for gap in gaps]
    missing = found.gaps([language])
    context = {
        "filter": form,
        "language": language_name(language),
        "caption": _("Organisations by district and stage of prevention"),
        "columns": [capfirst(str(stage.label)) for stage in Prevention],
        "rows": [
            {
                "label": name,
                "cells": [_cell(found, stage.value, slug, language) for stage in Prevention],
            }
            for slug, name in found.districts.items()
        ],
        "sentence": gap_in_words(missing[0], found.districts)
        if missing
        else _("In this language somebody is there at every stage in every district."),
        "gaps": told[:GAPS],
        "more_gaps": _more(len(told) - GAPS),
    }
    return render(request, "people/coverage.html", context)


def _more(left: int) -> str:
    if left <= 0:
        return ""
    return ngettext(
        "%(number)s more gap is not listed here.", "%(number)s more gaps are not listed here.", left
    ) % {"number": number(left)}


def _cell(found: counting.Coverage, stage: str, area: str, language: str) -> dict[str, Any]:
    total = found.number(stage, area, language)
    query = urlencode({"prevention": stage, "area": area, "spoken": language})
    return {
        "number": total,
        "words": number(total) if total else _("nobody"),
        "url": f"{reverse('people:directory')}?{query}",
    }


@require_GET
def network(request: MemberRequest) -> HttpResponse:
    """Who works with whom, as picture, sentence and table."""
    form, seen = NetworkForm(request.GET), _seen(request)
    context: dict[str, Any] = {"form": form, "sentence": seen["sentence"]}
    if seen["nodes"]:
        query = f"?of={seen['chosen']}" if seen["chosen"] else ""
        context |= {
            "picture": SafeString(_drawn(seen)),  # our own drawing, every name in it escaped
            "columns": [{"label": _("Tie")}, {"label": _("Since")}, {"label": _("Noted by")}],
            "rows": [
                {
                    "cells": [
                        {"text": tie_in_words(tie)},
                        {"text": tie.since.isoformat()},
                        {"text": str(tie.noted_by)},
                    ]
                }
                for tie in seen["ties"]
            ],
            "caption": _("Every tie in the picture"),
            "download_url": reverse("people:network_picture") + query,
        }
    return render(request, "people/network.html", context)


@require_GET
def network_picture(request: MemberRequest) -> HttpResponse:
    """The picture as a file."""
    seen = _seen(request)
    if not seen["nodes"]:
        raise Http404
    response = HttpResponse(_drawn(seen, is_file=True), content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="network.svg"'
    return response


def _drawn(seen: dict[str, Any], *, is_file: bool = False) -> str:
    words = NetworkWords(
        title=_("Who works with whom"),
        description=seen["sentence"],
        kinds=[(kind.value, str(kind.label)) for kind in TieKind],
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
    )
    return drawn_network(seen["nodes"], seen["lines"], words, chosen=seen["chosen"], is_file=is_file)


def _seen(request: MemberRequest) -> dict[str, Any]:
    """What a picture shows: everything while that is readable, else one organisation and its neighbours."""
    reader, chosen = request.member, request.GET.get("of", "").strip()
    entry = queries.entry_of(chosen, reader) if chosen else None
    if chosen and entry is None:
        named = queries.named(chosen, reader)
        entry = queries.entry_of(named[0].slug, reader) if len(named) == 1 else None
    total = queries.tied_organisations(reader)
    rows: list[Tie] = []
    if entry is not None:
        rows = list(queries.ties_of(entry.organisation, reader)[: DRAWN - 1])
    elif total <= DRAWN:
        rows = list(queries.ties(reader))
    organisations = {one.pk: one for tie in rows for one in (tie.one, tie.other)}
    nodes = [Node(one.slug, str(one), one.kind) for one in organisations.values()]
    lines = [Line(tie.one.slug, tie.other.slug, tie.kind, tie_in_words(tie)) for tie in rows]
    return {
        "nodes": nodes,
        "lines": lines,
        "ties": rows,
        "chosen": entry.organisation.slug if entry is not None else "",
        "sentence": _sentence(entry, rows, len(nodes), total),
    }


def _sentence(entry: Entry | None, rows: list[Tie], nodes: int, total: int) -> str:
    if entry is not None:
        words = ngettext("%(name)s has one noted tie.", "%(name)s has %(number)s noted ties.", len(rows))
        return words % {"name": entry, "number": number(len(rows))}
    if not total:
        return _("No tie between organisations is noted yet.")
    if not rows:
        words = _("%(number)s organisations have ties: too many for one picture. Choose one above.")
        return words % {"number": number(total)}
    return f"{_ties_told(len(rows))} {_joined_told(nodes, _most(rows))}"


def _ties_told(count: int) -> str:
    said = ngettext("%(number)s tie is drawn here.", "%(number)s ties are drawn here.", count)
    return said % {"number": number(count)}


def _joined_told(count: int, most: str) -> str:
    said = ngettext(
        "%(number)s organisation is joined; %(name)s has the most ties.",
        "%(number)s organisations are joined; %(name)s has the most ties.",
        count,
    )
    return said % {"number": number(count), "name": most}


def _most(rows: list[Tie]) -> str:
    counts: dict[str, int] = {}
    for tie in rows:
        for one in (tie.one, tie.other):
            counts[str(one)] = counts.get(str(one), 0) + 1
    return max(sorted(counts), key=lambda name: counts[name])
