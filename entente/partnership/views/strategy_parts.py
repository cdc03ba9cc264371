"""The pages on which a strategy is written, part by part, and on which its progress is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from entente.audit.decisions import Decision, Refused
from entente.partnership.forms.strategy import (
    ActionForm,
    CitationForm,
    FindingForm,
    ObjectiveForm,
    PassageForm,
    ProgressForm,
)
from entente.partnership.models import Citation, Finding, Objective, PlannedAction, Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.rules import strategy as rules
from entente.partnership.services import strategy_parts as services
from entente.partnership.views.library_steps import REFUSED_HERE, Step, take_step
from entente.partnership.views.steps import note_refusal
from entente.partnership.views.strategy import draft_of, page_of
from entente.partnership.views.wording import language_links
from entente.people.sign_in import MemberRequest

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class Sort:
    """One sort of part: its form, its table, its texts, and where it stands on the page."""

    form: type[Any]
    model: type[Any]
    texts: tuple[str, ...]
    plain: tuple[str, ...]
    add: Callable[..., Any]
    edit: Callable[..., Any]
    new: Promise
    old: Promise
    anchor: str


def _add_action(strategy: Strategy, *, by: Any, objective: Objective, **told: Any) -> PlannedAction:
    objective.strategy = strategy
    return services.add_strategy_action(objective, by=by, **told)


SORTS = {
    "finding": Sort(
        FindingForm,
        Finding,
        ("text", "source"),
        ("sort", "area", "source_on"),
        services.add_finding,
        services.edit_finding,
        _("A need or an asset of a place"),
        _("Need or asset"),
        "#places",
    ),
    "objective": Sort(
        ObjectiveForm,
        Objective,
        ("what", "measure", "baseline", "target"),
        ("by_when",),
        services.add_objective,
        services.edit_objective,
        _("A new objective"),
        _("Objective"),
        "#objectives",
    ),
    "action": Sort(
        ActionForm,
        PlannedAction,
        ("what", "post"),
        ("objective", "owner", "starts_on", "ends_on", "budget", "secured", "currency"),
        _add_action,
        services.edit_strategy_action,
        _("A new action"),
        _("Action"),
        "#objectives",
    ),
}


def _save(request: MemberRequest, about: Strategy, take: Callable[[], Any]) -> str:
    """Do it, or say why not: the reason of the refusal, empty when it is done."""
    try:
        with transaction.atomic():
            take()
    except Refused as refused:
        return str(note_refusal(request, about, refused))
    messages.success(request, say("Saved."))
    return ""


def _answer(
    request: MemberRequest, strategy: Strategy, form: forms.Form, title: Any, refusal: str, **more: Any
) -> HttpResponse:
    context = {"strategy": strategy, "form": form, "title": title, "refusal": refusal} | more
    context |= {"page": page_of(strategy, more.get("anchor", ""))}
    status = REFUSED_HERE if refusal else 422 if form.errors else 200
    return render(request, "partnership_staff/edit_strategy.html", context, status=status)


def edit_passage(request: MemberRequest, reference: str, part: str, language: str) -> HttpResponse:
    """One part of the text in one language; when two write at once, both texts stand side by side."""
    strategy = _writable(request, reference)
    passage = queries.whole(strategy, request.member).passage(part)
    if passage is None or language not in LANGUAGES:
        raise Http404
    text = passage.texts.get(language, {}).get("text", "")
    form = PassageForm(request.POST or None, initial={"text": text, "seen": passage.edition})
    refusal, now = "", ""
    if form.is_valid():
        typed = form.cleaned_data

        def take() -> None:
            services.edit_passage(passage, by=request.member, language=language, **typed)

        refusal = _save(request, strategy, take)
        if not refusal:
            return redirect(page_of(strategy, f"#{part}"))
        again = queries.whole(strategy, request.member).passage(part)
        now = again.texts.get(language, {}).get("text", "") if again else ""
        form = PassageForm(_knowing(request, again.edition if again else 0))
        form.is_valid()
    return _answer(
        request,
        strategy,
        form,
        passage.get_part_display(),
        refusal,
        now=now,
        anchor=f"#{part}",
        languages=language_links(passage, "partnership_staff:edit_passage", [reference, part]),
        language=language,
        original=""
        if language == passage.language
        else passage.texts.get(passage.language, {}).get("text", ""),
    )


def _knowing(request: MemberRequest, edition: int) -> Any:
    """What was sent, as by somebody who has seen the newest edition."""
    sent = request.POST.copy()
    sent["seen"] = str(edition)
    return sent


def _writable(request: MemberRequest, reference: str) -> Strategy:
    strategy = draft_of(request, reference)
    rules.may_edit_strategy(request.member, strategy).require()
    return strategy


def add_strategy_part(request: MemberRequest, reference: str, sort: str) -> HttpResponse:
    """A need or an asset, an objective, an action."""
    if sort not in SORTS:
        draft_of(request, reference)
        raise Http404
    strategy, kind = _writable(request, reference), SORTS[sort]
    initial: dict[str, Any] = {"starts_on": strategy.first_day, "ends_on": strategy.last_day}
    initial["by_when"] = strategy.last_day
    initial |= {"objective": request.GET.get("objective", "")} if sort == "action" else {}
    form = kind.form(request.POST or None, by=request.member, strategy=strategy, initial=initial)
    refusal = ""
    if form.is_valid():
        told = {name: value for name, value in form.chosen.items() if name != "seen"}
        refusal = _save(
            request,
            strategy,
            lambda: kind.add(strategy, by=request.member, language=get_language() or "", **told),
        )
        if not refusal:
            return redirect(page_of(strategy, kind.anchor))
    return _answer(request, strategy, form, kind.new, refusal, anchor=kind.anchor)


def _part(request: MemberRequest, strategy: Strategy, part_id: uuid.UUID) -> tuple[Sort, Any]:
    for kind in SORTS.values():
        row = (
            kind.model.objects.visible_to(request.member).filter(strategy_id=strategy.pk, pk=part_id).first()
        )
        if row is not None:
            return kind, row
    raise Http404


def edit_strategy_part(
    request: MemberRequest, reference: str, part_id: uuid.UUID, language: str
) -> HttpResponse:
    """One of them in one language; when two write at once, both stand side by side."""
    strategy = _writable(request, reference)
    kind, row = _part(request, strategy, part_id)
    if language not in LANGUAGES:
        raise Http404
    initial = {name: row.texts.get(language, {}).get(name, "") for name in kind.texts}
    initial |= {name: _plain(row, name) for name in kind.plain} | {"seen": row.edition}
    form = kind.form(request.POST or None, by=request.member, strategy=strategy, initial=initial)
    refusal, now = "", ""
    if form.is_valid():
        refusal = _save(
            request,
            strategy,
            lambda: kind.edit(row, by=request.member, language=language, **form.chosen),
        )
        if not refusal:
            return redirect(page_of(strategy, kind.anchor))
        _kind, row = _part(request, strategy, part_id)
        now = "\n".join(str(row.texts.get(language, {}).get(name, "")) for name in kind.texts)
        form = kind.form(_knowing(request, row.edition), by=request.member, strategy=strategy, initial={})
        form.is_valid()
    links = language_links(row, "partnership_staff:edit_strategy_part", [reference, part_id])
    original = row.texts.get(row.language, {}) if language != row.language else {}
    return _answer(
        request,
        strategy,
        form,
        kind.old,
        refusal,
        now=now,
        anchor=kind.anchor,
        languages=links,
        language=language,
        original="\n".join(str(original[name]) for name in kind.texts if name in original),
        remove_url=reverse("partnership_staff:remove_strategy_part", args=[reference, part_id]),
    )


def _plain(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return str(value.pk) if hasattr(value, "pk") else value


def _may_edit(by: Any, part: Any) -> Decision:
    return rules.may_edit_strategy(by, part.strategy)


REMOVE_PART = Step(
    name="remove_strategy_part",
    label=_("Take it out of the strategy"),
    icon="cross",
    what=_("It no longer stands in this draft. The log keeps what it said."),
    to_whom=_("Everybody who reads the draft."),
    undo=_("No. It would have to be written again."),
    done=_("It is taken out."),
    may=_may_edit,
    take=services.remove_part,
    is_grave=True,
)
REMOVE_CITATION = Step(
    name="remove_citation",
    label=_("Take this source out"),
    icon="cross",
    what=_("The passage no longer cites this source."),
    to_whom=_("Everybody who reads the draft."),
    undo=_("It can be cited again."),
    done=_("The source is taken out."),
    may=_may_edit,
    take=services.remove_citation,
)


def remove_strategy_part(request: MemberRequest, reference: str, part_id: uuid.UUID) -> HttpResponse:
    """Take a need, an asset, an objective or an action out."""
    strategy = _writable(request, reference)
    kind, row = _part(request, strategy, part_id)
    row.strategy = strategy
    page = page_of(strategy, kind.anchor)
    return take_step(request, REMOVE_PART, row, about=strategy, page=page, of=row)


def cite(request: MemberRequest, reference: str, part: str) -> HttpResponse:
    """Give a passage its source."""
    strategy = _writable(request, reference)
    passage = queries.whole(strategy, request.member).passage(part)
    if passage is None:
        raise Http404
    form = CitationForm(request.POST or None)
    refusal = ""
    if form.is_valid():
        told = form.cleaned_data | {"language": get_language() or ""}
        refusal = _save(request, strategy, lambda: services.cite(passage, by=request.member, **told))
        if not refusal:
            return redirect(page_of(strategy, f"#{part}"))
    return _answer(request, strategy, form, say("Cite a source"), refusal, anchor=f"#{part}")


def remove_citation(request: MemberRequest, reference: str, citation_id: uuid.UUID) -> HttpResponse:
    """Take a source out again."""
    strategy = _writable(request, reference)
    rows = Citation.objects.visible_to(request.member).filter(strategy_id=strategy.pk)
    citation = rows.select_related("passage").filter(pk=citation_id).first()
    if citation is None:
        raise Http404
    citation.strategy = strategy
    page = page_of(strategy, f"#{citation.passage.part}")
    return take_step(request, REMOVE_CITATION, citation, about=strategy, page=page, of=citation)


def note_progress(request: MemberRequest, reference: str, action_id: uuid.UUID) -> HttpResponse:
    """Say how far an action is."""
    rows = queries.strategies(request.member).filter(reference=reference)
    strategies = {one.pk: one for one in rows}
    found = PlannedAction.objects.visible_to(request.member).filter(pk=action_id, strategy_id__in=strategies)
    action = found.select_related("owner").first()
    if action is None:
        raise Http404
    strategy = action.strategy = strategies[action.strategy_id]
    doing = next(one for one in queries.doings(strategy, request.member) if one.action.pk == action_id)
    rules.may_note_progress(
        request.member, action, state=doing.state, note="-", secured=doing.secured
    ).require()
    initial = {"state": doing.state, "secured": doing.secured}
    form = ProgressForm(request.POST or None, initial=initial)
    refusal = ""
    if form.is_valid():
        told = form.cleaned_data | {"language": get_language() or "en"}
        refusal = _save(request, strategy, lambda: services.note_progress(action, by=request.member, **told))
        if not refusal:
            return redirect(page_of(strategy, "#objectives"))
    return _answer(request, strategy, form, say("How far it is"), refusal, anchor="#objectives", lead=action)
