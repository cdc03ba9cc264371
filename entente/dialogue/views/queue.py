"""The list of statements to be read: what is shown, in families of those that say nearly the same."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from entente.dialogue import queries
from entente.dialogue.forms.moderating import DecisionForm, FamilyForm, QueueForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.queries import Listed
from entente.dialogue.similarity import Part, differences
from entente.dialogue.views.public import passages
from entente.dialogue.views.steps import REFUSED_HERE, public_page
from entente.people.sign_in import MemberRequest

PAGE = 50
State = Statement.State


@dataclass
class Row:
    """One statement of the page, with what it changes in the one it repeats."""

    place: int
    statement: Statement
    text: queries.Worded
    parts: list[Part]
    is_chosen: bool


@dataclass
class Family:
    """Statements of the page that say nearly the same; `first` is the one they repeat, None for one alone."""

    first: Statement | None
    rows: list[Row] = field(default_factory=list)

    @property
    def is_first_here(self) -> bool:
        """Whether the one they repeat is decided about here too."""
        return self.first is not None and any(row.statement.pk == self.first.pk for row in self.rows)

    @property
    def repeats(self) -> list[Row]:
        """Those that say what the first says."""
        return [row for row in self.rows if self.first and row.statement.pk != self.first.pk]

    @property
    def is_same_hour(self) -> bool:
        """Whether another one came in the same hour as the first, so that nobody knows which was first."""
        first = self.first
        return first is not None and any(
            (row.statement.state, row.statement.received_at) == (first.state, first.received_at)
            for row in self.repeats
        )


def queue_page(
    request: MemberRequest, dialogue: Dialogue, wrong: DecisionForm | FamilyForm | None = None
) -> HttpResponse:
    """The page with the list as the address, or the form that was sent, asks for it."""
    asked = request.POST if request.method == "POST" else request.GET
    show = asked.get("show", "")
    show = show if show in State.values else State.WAITING
    everything = queries.listed(dialogue, request.member, show)
    form = QueueForm(asked, languages=sorted({row.language for row in everything}))
    chosen = _wanted(everything, form)
    page = Paginator(chosen, PAGE).get_page(asked.get("page"))
    families, texts = _families(request, dialogue, page)
    done, total = queries.progress(dialogue, request.member)
    kept = {name: form.wanted(name) for name in ("written", "kind", "order") if form.wanted(name)}
    context = {
        "dialogue": dialogue,
        "log_url": public_page("moderation_log", dialogue),
        "policy": passages(texts).get("policy"),
        "show": show,
        "shows": _shows(dialogue, request, show),
        "filter": form,
        "filtered": _filtered(len(chosen), len(everything)),
        "page": page,
        "kept": kept,
        "query": urlencode({"show": show} | kept),
        "families": families,
        "done": done,
        "total": total,
        "last": _last(dialogue, request),
        "form": wrong if isinstance(wrong, DecisionForm) else DecisionForm(),
        "wrong": wrong,
        "reasons": list(enumerate(Statement.Reason.choices, start=1)),
    }
    status = REFUSED_HERE if wrong else 200
    return render(request, "dialogue_staff/moderate_statements.html", context, status=status)


def _wanted(everything: list[Listed], form: QueueForm) -> list[Listed]:
    """Those asked for, families together, in the order asked for."""
    written, kind, order = (form.wanted(name) for name in ("written", "kind", "order"))
    rows = [
        row
        for row in everything
        if (not written or row.language == written) and (not kind or row.is_alike == (kind == "alike"))
    ]
    size = Counter(row.first for row in rows)
    oldest: dict[uuid.UUID, int] = {}
    newest: dict[uuid.UUID, int] = {}
    for row in rows:
        oldest.setdefault(row.first, row.place)
        newest[row.first] = row.place
    if order == "newest":
        return sorted(rows, key=lambda row: (-newest[row.first], row.place))
    if order == "most":
        return sorted(rows, key=lambda row: (-size[row.first], oldest[row.first], row.place))
    return sorted(rows, key=lambda row: (oldest[row.first], row.place))


def _families(
    request: MemberRequest, dialogue: Dialogue, page: Page[Listed]
) -> tuple[list[Family], dict[Any, Any]]:
    """The page's statements in families, and the texts in the reader's language."""
    listed = list(page.object_list)
    ids = {row.id for row in listed} | {row.first for row in listed if row.repeats}
    rows = Statement.objects.visible_to(request.member).filter(dialogue_id=dialogue.pk, pk__in=ids)
    known = {row.pk: row for row in rows.select_related("duplicate_of")}
    listed = [row for row in listed if row.id in known]
    shown = [known[row.id] for row in listed]
    texts = queries.wording(dialogue, shown, get_language() or "en", request.member)
    ticked = _ticked(request)
    sizes = Counter(row.first for row in listed)
    families: dict[uuid.UUID, Family] = {}
    for place, row in enumerate(listed):
        statement, first = known[row.id], known.get(row.first)
        is_alone = sizes[row.first] == 1 and not row.repeats
        family = families.setdefault(row.first, Family(None if is_alone else first))
        parts = differences(first.text, statement.text) if first and row.repeats else []
        is_chosen = ticked is None or str(row.id) in ticked
        family.rows.append(Row(place, statement, texts[row.id], parts, is_chosen))
    return list(families.values()), texts


def _ticked(request: MemberRequest) -> set[str] | None:
    """What was chosen in a form that comes back; None for all, which an address may ask for."""
    if request.method == "POST":
        return {*request.POST.getlist("chosen"), *request.POST.get("one", "").split(":")[1:2]}
    return None if request.GET.get("all") else set()


def _shows(dialogue: Dialogue, request: MemberRequest, show: str) -> list[dict[str, Any]]:
    counts = queries.statement_counts(dialogue, request.member)
    return [
        {"key": key, "label": label, "number": counts.get(key, 0), "is_open": key == show}
        for key, label in State.choices
    ]


def _filtered(number: int, total: int) -> str:
    if number == total:
        return ""
    said = ngettext("%(number)d statement of %(total)d", "%(number)d statements of %(total)d", number)
    return said % {"number": number, "total": total}


def _last(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any] | None:
    """What this person decided last, in a sentence, and what takes it back."""
    last = queries.last_step(dialogue, request.member)
    if last is None:
        return None
    number = len(last.ids)
    if number == 1:
        rows = Statement.objects.visible_to(request.member).filter(dialogue_id=dialogue.pk)
        text = rows.values_list("text", flat=True).get(pk=last.ids[0])
        text = text if len(text) <= 80 else f"{text[:79]}…"
        said = _("Accepted: “%(text)s”") if last.state == State.ACCEPTED else _("Not accepted: “%(text)s”")
        return {"said": said % {"text": text}, "at": last.at}
    said = {
        State.ACCEPTED.value: ngettext(
            "%(number)d statement accepted", "%(number)d statements accepted", number
        ),
        State.REJECTED.value: ngettext(
            "%(number)d statement not accepted", "%(number)d statements not accepted", number
        ),
    }.get(last.state) or ngettext("%(number)d statement decided", "%(number)d statements decided", number)
    return {"said": said % {"number": number}, "at": last.at}
