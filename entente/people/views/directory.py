"""The directory: the list, one organisation, and each step its entry can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.people.forms.directory import (
    ArchiveForm,
    AskForm,
    EntryForm,
    WantedForm,
    as_it_stands,
    written_in,
)
from entente.people.models import Entry
from entente.people.queries import directory as queries
from entente.people.rules import directory as may
from entente.people.sentences.directory import (
    changes_in_words,
    contacts_in_words,
    entry_facts,
    rows_in_words,
    standing,
    ties_in_words,
)
from entente.people.services import adding, confirming, entries
from entente.people.services.entries import ChangedMeanwhile
from entente.people.sign_in import MemberRequest
from entente.people.vocabulary import language_name
from entente.ui.templatetags.ui import number

ON_A_PAGE = 50
REFUSED_HERE = 409
CHANGES = 8  # of an entry, on its page


def found(request: MemberRequest, slug: str) -> Entry:
    """The entry of one organisation, or 404."""
    entry = queries.entry_of(slug, request.member)
    if entry is None:
        raise Http404
    return entry


@require_GET
def directory(request: MemberRequest) -> HttpResponse:
    """Who does what, where, in which language and for what."""
    reader = request.member
    districts = queries.areas(reader)
    form = WantedForm(request.GET, areas=districts)
    wanted = form.wanted
    page = Paginator(queries.entries(reader, wanted), ON_A_PAGE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in vars(wanted).items() if value}
    total = page.paginator.count
    context = {
        "filter": form,
        "is_filtered": bool(asked),
        "count": ngettext("%(number)s organisation", "%(number)s organisations", total)
        % {"number": number(total)},
        "rows": rows_in_words(list(page), districts),
        "page": page,
        "query": urlencode(asked),
        "may_add": bool(may.may_add_entry(reader, clock.now())),
    }
    return render(request, "people/directory.html", context)


@require_GET
def organisation(request: MemberRequest, slug: str) -> HttpResponse:
    """One organisation: what it does, whom to ring there, and what it has to do with others."""
    entry, reader, at = found(request, slug), request.member, clock.now()
    can_ring = queries.may_ring(entry, reader)
    changes = list(queries.changes_of(entry, reader)[:CHANGES])
    questions = list(queries.questions_about(entry, reader)[:1])
    context = {
        "entry": entry,
        "organisation": entry.organisation,
        "standing": standing(entry, questions[0] if questions else None),
        "facts": entry_facts(entry, queries.areas(reader)),
        "can_ring": can_ring,
        "contacts": contacts_in_words(queries.contacts_of(entry.organisation, reader) if can_ring else []),
        "ties": ties_in_words(list(queries.ties_of(entry.organisation, reader)[:ON_A_PAGE]), entry, reader),
        "groups": queries.groups_of(entry.organisation, reader),
        "changes": changes_in_words(entry, changes),
        "may_edit": may.may_edit_entry(reader, entry, at),
        "may_verify": may.may_verify_entry(reader, entry, at),
        "may_ask": may.may_keep_entry(reader, entry) and entry.state != Entry.State.ARCHIVED,
        "may_confirm": may.may_confirm_entry(reader, entry, at),
        "may_write_contacts": may.may_write_contacts(reader, entry.organisation, entry, at),
    }
    return render(request, "people/organisation.html", context)


def add_entry(request: MemberRequest) -> HttpResponse:
    """List an organisation: new, or known to the partnership and not listed yet."""
    reader = request.member
    may.may_add_entry(reader, clock.now()).require()
    form = EntryForm(request.POST or None, areas=queries.areas(reader))
    refusal = ""
    if form.is_valid():
        try:
            entry = adding.add_entry(form.new_entry(get_language() or "en"), by=reader)
        except Refused as refused:
            refusal = str(refused.decision)
        else:
            messages.success(
                request, _("The organisation stands in the directory. Now say whom to ring there.")
            )
            return redirect("people:organisation", entry.organisation.slug)
    status = REFUSED_HERE if refusal else 400 if form.is_bound else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "people/add_entry.html", context, status=status)


def edit_entry(request: MemberRequest, slug: str) -> HttpResponse:
    """Correct what the directory says. What others changed meanwhile is shown, and nothing typed is lost."""
    entry, reader = found(request, slug), request.member
    may.may_edit_entry(reader, entry, clock.now()).require()
    language = written_in(entry, get_language() or "en")
    form = EntryForm(request.POST or None, areas=queries.areas(reader), initial=as_it_stands(entry, language))
    context: dict[str, Any] = {"entry": entry, "form": form, "status": 400 if form.is_bound else 200}
    if form.is_valid():
        language = form.cleaned_data["written_in"] or language
        seen = form.cleaned_data["seen"]
        try:
            entries.edit_entry(entry, by=reader, seen=seen, language=language, **form.corrections)
        except ChangedMeanwhile as meanwhile:
            context |= told_meanwhile(entry, form, meanwhile)
        except Refused as refused:
            context |= {"refusal": str(refused.decision), "status": REFUSED_HERE}
        else:
            messages.success(request, _("The entry is corrected."))
            return redirect("people:organisation", slug)
    context["texts_in"] = language_name(language)
    return render(request, "people/edit_entry.html", context, status=context.pop("status"))


def told_meanwhile(entry: Entry, form: Any, meanwhile: ChangedMeanwhile) -> dict[str, Any]:
    """Who changed what since the page was opened; sent again, the form replaces it on purpose."""
    newest = max(change.version for change in meanwhile.changes)
    form.data = form.data.copy()
    form.data["seen"] = str(max(newest, entry.version))
    return {
        "meanwhile": changes_in_words(entry, meanwhile.changes, only=meanwhile.fields),
        "status": REFUSED_HERE,
    }


def verify_entry(request: MemberRequest, slug: str) -> HttpResponse:
    """Say that one checked the entry."""
    entry = found(request, slug)
    decision = may.may_verify_entry(request.member, entry, clock.now())
    return _step(request, entry, "people/verify_entry.html", decision, entries.verify_entry, None)


def archive_entry(request: MemberRequest, slug: str) -> HttpResponse:
    """Take an entry out of the directory, with a reason."""
    entry = found(request, slug)
    decision = may.may_archive_entry(request.member, entry, "—", clock.now())
    form = ArchiveForm(request.POST or None)
    return _step(request, entry, "people/archive_entry.html", decision, entries.archive_entry, form)


def ask_for_confirmation(request: MemberRequest, slug: str) -> HttpResponse:
    """Mail the organisation a link to its entry."""
    entry, reader = found(request, slug), request.member
    decision = may.may_ask_for_confirmation(reader, entry, queries.open_question(entry, reader))
    form = AskForm(request.POST or None, initial={"language": entry.language})
    template = "people/ask_for_confirmation.html"
    return _step(request, entry, template, decision, confirming.ask_for_confirmation, form)


def confirm_entry(request: MemberRequest, slug: str) -> HttpResponse:
    """Say for one's own organisation that the entry is right as it stands."""
    entry = found(request, slug)
    decision = may.may_confirm_entry(request.member, entry, clock.now())
    return _step(request, entry, "people/confirm_own_entry.html", decision, confirming.confirm_entry, None)


def _step(
    request: MemberRequest,
    entry: Entry,
    template: str,
    decision: Decision,
    take: Callable[..., Any],
    form: Any,
) -> HttpResponse:
    """A confirmation page, or the reason why this can't be done now."""
    refusal = "" if decision else str(decision)
    if request.method == "POST" and decision and (form is None or form.is_valid()):
        try:
            take(entry, by=request.member, **(form.cleaned_data if form else {}))
        except Refused as refused:
            refusal = str(refused.decision)
        else:
            messages.success(request, _("Done."))
            return redirect("people:organisation", entry.organisation.slug)
    if refusal and not may.may_edit_entry(request.member, entry, clock.now()):
        decision.require()
    status = REFUSED_HERE if refusal else 400 if form is not None and form.errors else 200
    context = {"entry": entry, "form": form, "refusal": refusal}
    return render(request, template, context, status=status)
