"""The library of protocols: the list, one protocol, its drafting, its comparison and its paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.protocols import DraftProtocolForm, ProtocolFilterForm, ProtocolForm
from entente.partnership.models import Protocol
from entente.partnership.queries import protocols as queries
from entente.partnership.rules import protocols as rules
from entente.partnership.services import protocols as services
from entente.partnership.views import protocol_steps as steps
from entente.partnership.views.library_papers import printed
from entente.partnership.views.library_steps import REFUSED_HERE
from entente.partnership.views.steps import note_refusal
from entente.partnership.views.wording import language_links
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

ON_A_PAGE = 40
STATE_KINDS = {"draft": "draft", "in_use": "open", "replaced": "closed", "withdrawn": "closed"}


@require_GET
def protocols(request: MemberRequest) -> HttpResponse:
    """How the partnership shares, responds and reaches out, and what of it needs attention."""
    form = ProtocolFilterForm(request.GET)
    today, wanted = clock.today(), form.wanted
    page = Paginator(queries.protocols(request.member, today, wanted), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    number = page.paginator.count
    context = {
        "filter": form,
        "is_filtered": bool(wanted.kind or wanted.which),
        "count": ngettext("%(number)d protocol", "%(number)d protocols", number) % {"number": number},
        "page": page,
        "query": urlencode({name: value for name, value in vars(wanted).items() if value}),
        "rows": [{"protocol": one, **_row(one)} for one in page],
        "may_draft": bool(rules.may_draft_protocol(request.member)),
    }
    return render(request, "partnership_staff/protocols.html", context)


def _row(protocol: Any) -> dict[str, Any]:
    return {
        "state_kind": STATE_KINDS[protocol.state],
        "marks": attention(protocol, protocol.adopters, protocol.last_on),
    }


def attention(protocol: Protocol, adopters: int, last_on: object) -> list[str]:
    """What is stale about a protocol in use, in words."""
    if protocol.state != Protocol.State.IN_USE:
        return []
    found = []
    if protocol.review_on < clock.today():
        found.append(_("Its review is late."))
    if last_on is None:
        found.append(_("It was never exercised."))
    if not adopters:
        found.append(_("Nobody has adopted it."))
    return found


def draft_protocol(request: MemberRequest) -> HttpResponse:
    """Begin a protocol from one that ships, or from nothing."""
    rules.may_draft_protocol(request.member).require()
    language = get_language() or "en"
    form = DraftProtocolForm(request.POST or None, by=request.member, language=language)
    if form.is_valid():
        made = services.draft_protocol(by=request.member, **form.chosen)
        messages.success(request, _("The draft is yours. Nobody else reads it until it is in use."))
        return redirect("partnership_staff:edit_protocol", made.reference, made.language)
    status = 422 if form.errors else 200
    return render(request, "partnership_staff/draft_protocol.html", {"form": form}, status=status)


def found(request: MemberRequest, reference: str) -> tuple[Protocol, list[Protocol]]:
    """The version that the address asks for, with all others; 404 for who may not know of it."""
    asked = request.GET.get("version", "")
    all_of_them = queries.versions_of(reference, request.member)
    shown = queries.shown_version(all_of_them, int(asked) if asked.isdigit() and len(asked) < 5 else None)
    if shown is None:
        raise Http404
    return shown, all_of_them


@require_GET
def protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """One version of a protocol, who adopted it and how it was exercised."""
    shown, versions = found(request, reference)
    return render(request, "partnership_staff/protocol.html", _told(shown, versions, request.member))


def _told(shown: Protocol, versions: list[Protocol], reader: Member) -> dict[str, Any]:
    adoptions = queries.adoptions_of(shown.family, reader)
    rehearsals = queries.rehearsals_of(shown.family, reader)
    living = [one for one in adoptions if one.until is None]
    own = next((one for one in living if one.organisation_id == reader.organisation_id), None)
    in_use = next((one for one in versions if one.state == Protocol.State.IN_USE), None)
    place = steps.Place(shown, versions, own, in_use)
    newer = in_use if own and in_use and own.protocol_id != in_use.pk else None
    return {
        "protocol": shown,
        "versions": versions,
        "state_kind": STATE_KINDS[shown.state],
        "marks": attention(shown, len(living), rehearsals[0].on if rehearsals else None),
        "adoptions": [{"one": one, **_adoption(one, in_use)} for one in adoptions],
        "adopters": len(living),
        "rehearsals": rehearsals,
        "last": rehearsals[0] if rehearsals else None,
        "own": own,
        "in_use": in_use,
        "asks_to_confirm": bool(newer and own and own.stays_with != newer.number),
        "steps": steps.open_steps(reader, place),
        "may_edit": bool(rules.may_edit_protocol(reader, shown)),
        "languages": language_links(shown, "partnership_staff:edit_protocol", [shown.reference]),
        "reference": shown.reference,
    }


def _adoption(one: Any, in_use: Protocol | None) -> dict[str, Any]:
    """Where an organisation stands with a protocol."""
    if one.until and one.until_reason:
        return {"kind": "closed", "label": _("Has left")}
    if one.until:
        return {"kind": "closed", "label": _("Went on to a newer version")}
    if in_use is None or one.protocol_id == in_use.pk:
        return {"kind": "done", "label": _("Has adopted it")}
    if one.stays_with == in_use.number:
        return {"kind": "open", "label": _("Stays with the older version")}
    return {"kind": "due", "label": _("Has not confirmed the new version")}


def edit_protocol(request: MemberRequest, reference: str, language: str) -> HttpResponse:
    """Write a draft in one language; when two write at once, both texts stand side by side."""
    versions = queries.versions_of(reference, request.member)
    draft = next((one for one in versions if one.state == Protocol.State.DRAFT), None)
    links = draft and language_links(draft, "partnership_staff:edit_protocol", [reference])
    if draft is None or not links or language not in {link["code"] for link in links}:
        raise Http404
    rules.may_edit_protocol(request.member, draft).require()
    texts = draft.texts.get(language, {})
    form = ProtocolForm(
        request.POST or None, texts=texts, initial={"review_on": draft.review_on, "seen": draft.edition}
    )
    refusal, now = "", None
    if form.is_valid():
        told = form.cleaned_data
        try:
            with transaction.atomic():
                services.edit_protocol(
                    draft,
                    by=request.member,
                    language=language,
                    texts=form.texts,
                    seen=told["seen"],
                    review_on=told["review_on"],
                )
        except Refused as refused:
            refusal = str(note_refusal(request, draft, refused))
            now, form = _side_by_side(request, draft, form)
        else:
            messages.success(request, _("Saved."))
            return redirect(
                f"{reverse('partnership_staff:protocol', args=[reference])}?version={draft.number}"
            )
    context = {
        "protocol": draft,
        "form": form,
        "refusal": refusal,
        "now": now and now.texts.get(language, {}),
        "languages": links,
        "language": language,
        "original": {} if language == draft.language else draft.texts.get(draft.language, {}),
    }
    status = REFUSED_HERE if refusal else 422 if form.errors else 200
    return render(request, "partnership_staff/edit_protocol.html", context, status=status)


def _side_by_side(
    request: MemberRequest, draft: Protocol, typed: ProtocolForm
) -> tuple[Protocol, ProtocolForm]:
    """What somebody else saved meanwhile, and the form as it was typed, which now knows of that."""
    now = queries.versions(request.member).get(pk=draft.pk)
    sent = request.POST.copy()
    sent["seen"] = str(now.edition)
    form = ProtocolForm(sent, texts={name: typed.texts[name] for name in ("roles", "steps")}, initial={})
    form.is_valid()
    return now, form


@require_GET
def compare_protocols(request: MemberRequest, reference: str) -> HttpResponse:
    """Two versions side by side, part by part."""
    newer, versions = found(request, reference)
    older = next((one for one in versions if one.number < newer.number), None)
    asked = request.GET.get("with", "")
    if asked.isdigit():
        older = next((one for one in versions if one.number == int(asked[:5])), older)
    rows = [] if older is None else steps.compared(older, newer)
    context = {"protocol": newer, "older": older, "newer": newer, "rows": rows, "versions": versions}
    return render(request, "partnership_staff/compare_protocols.html", context)


@require_safe
def printed_protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """One version as PDF."""
    shown, versions = found(request, reference)
    page = render_to_string(
        "partnership_staff/parts/protocol_article.html", _told(shown, versions, request.member)
    )
    address = request.build_absolute_uri(reverse("partnership_staff:protocol", args=[reference]))
    made_at = shown.in_use_since or clock.now()
    return printed(page, reference=shown.reference, made_at=made_at, address=address)
