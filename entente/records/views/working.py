"""What a member meets first: their work, the search, and what can be done on any record."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.people.models import Member
from entente.people.sign_in import MemberRequest
from entente.records import queries, rules, services
from entente.records.breakings import glass_waiting
from entente.records.forms.categories import PartForm
from entente.records.forms.working import ActionForm, NoteForm, SearchForm
from entente.records.kinds import all_kinds, kind_of, waiting_for
from entente.records.listing import SHARED
from entente.records.models import Action, Record
from entente.records.reading import let_in
from entente.records.references import as_reference, is_reference
from entente.records.rules.sharing import works_inside

ON_A_PAGE = 25
LATELY_SHARED = 8
COLUMNS = (
    gettext_lazy("Title"),
    gettext_lazy("Kind"),
    gettext_lazy("Reference"),
    gettext_lazy("State"),
    gettext_lazy("Looked after by"),
)


def page_of(record: Record, reader: Member) -> str:
    """Where the reader opens a record: its staff page; of others' records the public or the general one."""
    kind = kind_of(record.kind)
    if record.owner_id == reader.organisation_id:
        return reverse(kind.staff_page, args=[record.reference])
    page = kind.public_page if record.public_since is not None else "records:record"
    return reverse(page, args=[record.reference])


def title_of(record: Record, reader: Member) -> str:
    """A record's title in the reader's language."""
    return queries.titles([record], _language(), reader)[record.pk]


@require_GET
def my_work(request: MemberRequest) -> HttpResponse:
    """What the member promised, what waits for them, and what their organisation changed lately."""
    reader = request.member
    actions = list(queries.my_work(reader))
    changes = queries.lately_changed(reader)
    shared = queries.open_to(reader, LATELY_SHARED, queries.Wanted(whose=SHARED))
    named = [action.record for action in actions] + [change.record for change in changes] + shared
    titles = queries.titles(named, _language(), reader)
    context = {
        "actions": [_promised(action, titles, reader) for action in actions],
        "waiting": glass_waiting(reader) + waiting_for(reader),
        "changes": [_changed(change, titles, reader) for change in changes],
        "shared": [
            {"record": record, "title": titles[record.pk], "url": page_of(record, reader)}
            for record in shared
        ],
    }
    return render(request, "records/my_work.html", context)


def _language() -> str:
    return get_language() or "en"


def _promised(action: Action, titles: dict[uuid.UUID, str], reader: Member) -> dict[str, Any]:
    days = (action.due_on - clock.today()).days
    return {
        "action": action,
        "title": titles[action.record_id],
        "url": page_of(action.record, reader),
        "due": _due(days),
        "due_kind": "late" if days < 0 else "due" if days <= 1 else "open",
    }


def _due(days: int) -> str:
    """When something is due, in words; `days` from today, negative when it is late."""
    if days < 0:
        late = ngettext("One day late", "%(days)d days late", -days)
        return late % {"days": -days}
    if days <= 1:
        return _("Due tomorrow") if days else _("Due today")
    return ngettext("Due in one day", "Due in %(days)d days", days) % {"days": days}


def _changed(change: queries.Change, titles: dict[uuid.UUID, str], reader: Member) -> dict[str, Any]:
    record = change.record
    return {
        "record": record,
        "title": titles[record.pk],
        "kind": kind_of(record.kind).name,
        "url": page_of(record, reader),
        "at": change.at,
        "by": change.by,
    }


@require_GET
def search(request: MemberRequest) -> HttpResponse:
    """Find a record by words in any language, or go straight to it by its reference."""
    reader = request.member
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if is_reference(as_reference(words)) and (record := queries.record_with(words, reader)):
        return redirect(page_of(record, reader))
    page = Paginator(queries.search(words, reader), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "words": words,
        "page": page,
        "query": urlencode({"q": words}),
        "columns": [{"label": label} for label in COLUMNS],
        "rows": _found(list(page), reader),
    }
    return render(request, "records/search.html", context)


def _found(records: list[Record], reader: Member) -> list[dict[str, Any]]:
    """Rows of the table of results."""
    titles = queries.titles(records, _language(), reader)
    ids = [record.pk for record in records]
    states = {pk: state for kind in all_kinds() for pk, state in kind.states(ids, reader).items()}
    rows = []
    for record in records:
        state = states.get(record.pk)
        cells = [
            {"text": titles[record.pk], "url": page_of(record, reader)},
            {"text": capfirst(str(kind_of(record.kind).name))},
            {"text": record.reference},
            {"text": capfirst(str(state.label)), "state_kind": state.kind} if state else {"text": ""},
            {"text": record.owner},
        ]
        rows.append({"cells": cells})
    return rows


@require_POST
def complete_action(request: MemberRequest, action_id: uuid.UUID) -> HttpResponse:
    """Say that something promised is done."""
    actions = Action.objects.visible_to(request.member).select_related("record")
    action = get_object_or_404(actions, pk=action_id)
    back = _back(request, reverse("records:my_work"))
    try:
        _inside(action.record, request.member).require()
        services.complete_action(action, by=request.member)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect(back)
    messages.success(
        request, _("Done: “%(what)s”. Everybody who sees the record sees that.") % {"what": action.what}
    )
    return redirect(back)


def _back(request: HttpRequest, otherwise: str) -> str:
    """Where the form says the person came from, if that is one of our own pages."""
    back = request.POST.get("next", "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else otherwise


def write_note(request: MemberRequest, reference: str) -> HttpResponse:
    """Write a note on a record; what was typed stays when something is wrong with it."""
    record = worked_on(request, reference)
    form = NoteForm(request.POST or None, record=record)
    if form.is_valid():
        services.write_note(record, by=request.member, **form.cleaned_data)
        messages.success(request, _("Your note is kept on the record."))
        return redirect(f"{page_of(record, request.member)}#notes")
    return form_page(request, "records/write_note.html", record, form)


def add_action(request: MemberRequest, reference: str) -> HttpResponse:
    """Say who does what by when, on a record."""
    record = worked_on(request, reference)
    form = ActionForm(request.POST or None, by=request.member, record=record)
    if form.is_valid():
        services.add_action(record, by=request.member, **form.cleaned_data)
        messages.success(request, _("The action is kept. Whoever does it finds it under “My work”."))
        return redirect(f"{page_of(record, request.member)}#actions")
    return form_page(request, "records/add_action.html", record, form)


def worked_on(request: MemberRequest, reference: str) -> Record:
    """A record the member works on. Raises Http404 when it does not exist for them, Refused for readers."""
    record = queries.record_with(reference, request.member)
    if record is None:
        raise Http404
    rules.may_work_on(request.member, record, clock.now()).require()
    _inside(record, request.member).require()
    return record


def _inside(record: Record, reader: Member) -> Decision:
    """Within its organisation too, a record is worked on by those it is for; broken glass only shows it."""
    return works_inside(reader, record, clock.now(), list(let_in(record, reader)))


def form_page(
    request: MemberRequest,
    template: str,
    record: Record,
    form: PartForm,
    *,
    refusal: str = "",
    status: int = 0,
) -> HttpResponse:
    """The page of a form about one record."""
    title, back = title_of(record, request.member), page_of(record, request.member)
    context = {"record": record, "title": title, "form": form, "back": back, "refusal": refusal}
    return render(request, template, context, status=status or (400 if form.is_bound else 200))
