"""A matter: opening one, and the page of a record for whoever works on it or was let in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.agreements.rules import lasts
from entente.agreements.vocabulary import SENSITIVE
from entente.audit import clock
from entente.audit.decisions import Decision
from entente.audit.queries import history
from entente.people.models import Member, Organisation
from entente.people.sign_in import MemberRequest
from entente.records import queries, rules, services
from entente.records.breakings import glass_open
from entente.records.events import in_sentences
from entente.records.forms.files import FileForm
from entente.records.forms.matters import MatterForm
from entente.records.forms.working import ActionForm, NoteForm
from entente.records.kinds import kind_of
from entente.records.models import Part, Record
from entente.records.reading import Facts, names_here, stated_purposes
from entente.records.rules.sharing import works_inside
from entente.records.sentences import why_told
from entente.records.services.opening import log_reading
from entente.records.views.working import page_of, title_of

EVENTS = 20
GENERAL = "records:record"


def open_matter(request: MemberRequest) -> HttpResponse:
    """Open a matter. The same one sent twice is one matter."""
    rules.may_open_matter(request.member, Record.Audience.ORGANISATION, None, clock.now()).require()
    form = MatterForm(request.POST or None, by=request.member)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "records/open_matter.html", {"form": form}, status=status)
    if known := queries.opened_just_now(request.member, form.cleaned_data["title"]):
        messages.info(request, _("This matter is already here; it was not opened a second time."))
        return redirect(GENERAL, known.reference)
    record = services.open_matter(by=request.member, **form.chosen)
    messages.success(
        request, _("The matter is open. Its reference is %(reference)s.") % {"reference": record.reference}
    )
    return redirect(GENERAL, record.reference)


@require_GET
def record(request: MemberRequest, reference: str) -> HttpResponse:
    """The page of a record: its head, and those of its parts that are open to the reader."""
    found = queries.record_with(reference, request.member)
    if found is None:
        raise Http404
    facts = Facts.of(found, request.member)
    is_inside = bool(works_inside(request.member, found, clock.now(), facts.participations))
    if is_inside and kind_of(found.kind).staff_page != GENERAL:
        return redirect(page_of(found, request.member))
    because = facts.why(request.member)
    if not is_inside and kind_of(found.kind).public_page != GENERAL and not _is_guest(facts, request.member):
        return redirect(page_of(found, request.member))
    context = _head(found, because, request.member) | {"is_inside": is_inside}
    if is_inside:
        context |= _parts(found, request.member) | _writing(found, request) | _history(found, request)
    elif stated_purposes(found, request.member):
        log_reading(found, by=request.member)
        context |= _parts(found, request.member) | {"is_stated": True}
    return render(request, "records/record.html", context)


def _is_guest(facts: Facts, reader: Member) -> bool:
    """Whether somebody let the reader in; a public record is open to everybody else too."""
    mine = {reader.pk, reader.organisation_id, *reader.task_forces}
    at = clock.now()
    return any(
        mine & {p.organisation_id, p.task_force_id, p.membership_id} and lasts(at, p.since, p.until)
        for p in facts.participations
    )


def _head(record: Record, because: Decision, reader: Member) -> dict[str, Any]:
    return {
        "record": record,
        "glass": glass_open(record, reader),
        "title": title_of(record, reader),
        "kind_label": kind_of(record.kind).name,
        "because": because,
        "is_sensitive": record.category in SENSITIVE,
        "category": queries.category_label(record.category),
        "is_closed": record.audience != Record.Audience.ORGANISATION,
        "today": clock.today(),
    }


def _parts(record: Record, reader: Member) -> dict[str, Any]:
    """What the reader sees on the record; what they don't see is not counted either."""
    return {
        "shows_parts": True,
        "notes": _marked(queries.notes_on(record, reader)),
        "files": _marked(queries.files_on(record, reader)),
        "actions": _marked(queries.actions_on(record, reader)),
    }


def _marked(parts: Any) -> list[Part]:
    rows = list(parts)
    for part in rows:
        part.label, part.is_sensitive = queries.category_label(part.category), part.category in SENSITIVE
    return rows


def _writing(record: Record, request: MemberRequest) -> dict[str, Any]:
    """The forms of those who work on it."""
    if not rules.may_work_on(request.member, record, clock.now()):
        return {}
    return {
        "may_work": True,
        "note_form": NoteForm(record=record),
        "action_form": ActionForm(by=request.member, record=record),
        "file_form": FileForm(record=record),
    }


def _history(record: Record, request: MemberRequest) -> dict[str, Any]:
    page = Paginator(history(record.pk, request.member), EVENTS).get_page(request.GET.get("page"))
    told = in_sentences([(event, record) for event in page], request.member)
    wanted = {event.actor_organisation_id for event in page if event.actor_organisation_id}
    known = {one.pk: one for one in Organisation.objects.filter(pk__in=wanted)}
    names = names_here()
    entries = [
        {"sentence": told[event.pk], "at": event.at, "why": why_told(event, request.member, known, names)}
        for event in page
    ]
    return {"events": page, "entries": entries}
