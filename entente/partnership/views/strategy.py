"""The strategy as its writers see it: the list, one version, its title and its paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.strategy import DraftStrategyForm, StrategyForm
from entente.partnership.models import Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.rules import strategy as rules
from entente.partnership.services import strategy as services
from entente.partnership.views import strategy_steps as steps
from entente.partnership.views.library_papers import printed
from entente.partnership.views.library_steps import REFUSED_HERE
from entente.partnership.views.steps import note_refusal
from entente.partnership.views.strategy_page import STATE_KINDS, told
from entente.partnership.views.wording import language_links
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

ON_A_PAGE = 40


@require_GET
def strategies(request: MemberRequest) -> HttpResponse:
    """Every version there is, the newest first."""
    page = Paginator(queries.strategies(request.member), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"strategy": one, "state_kind": STATE_KINDS[one.state]} for one in page],
        "may_draft": bool(rules.may_draft_strategy(request.member)),
        "public_page": _public_page(),
    }
    return render(request, "partnership_staff/strategies.html", context)


def _public_page() -> str:
    """Where everybody reads it; empty where this process has no public pages."""
    try:
        return reverse("partnership:strategy")
    except NoReverseMatch:
        return ""


def draft_strategy(request: MemberRequest) -> HttpResponse:
    """Begin a strategy: its title and its years."""
    rules.may_draft_strategy(request.member).require()
    year = clock.today().year
    initial = {
        "language": get_language() or "en",
        "first_day": date(year + 1, 1, 1),
        "last_day": date(year + 3, 12, 31),
    }
    form = DraftStrategyForm(request.POST or None, by=request.member, initial=initial)
    if form.is_valid():
        made = services.draft_strategy(by=request.member, **form.chosen)
        messages.success(request, _("The draft is yours. Nobody else reads it until you ask the members."))
        return redirect("partnership_staff:strategy", made.reference)
    status = 422 if form.errors else 200
    return render(request, "partnership_staff/draft_strategy.html", {"form": form}, status=status)


def found(request: MemberRequest, reference: str) -> tuple[Strategy, list[Strategy]]:
    """The version that the address asks for, with all others; 404 for who may not know of it."""
    versions = queries.versions_of(reference, request.member)
    asked = request.GET.get("version", "")
    shown = queries.shown_version(versions, int(asked) if asked.isdigit() and len(asked) < 5 else None)
    if shown is None:
        raise Http404
    return shown, versions


@require_GET
def strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """One version with everything in it, and what its writers can do."""
    shown, versions = found(request, reference)
    context = told(shown, request.member, clock.today())
    context |= _tools(steps.Place(shown, versions, context["found"]), request.member)
    return render(request, "partnership_staff/strategy.html", context)


def _tools(place: steps.Place, reader: Member) -> dict[str, Any]:
    shown = place.shown
    return {
        "reader": reader,
        "versions": place.versions,
        "may_edit": bool(rules.may_edit_strategy(reader, shown)),
        "may_rename": bool(rules.may_rename_strategy(reader, shown, shown.first_day, shown.last_day)),
        "steps": steps.open_steps(reader, place),
        "can_progress": shown.state in {Strategy.State.ADOPTED, Strategy.State.IN_FORCE},
        "language_code": get_language() or shown.language,
        "public_page": _public_page() if shown.state == Strategy.State.IN_FORCE else "",
    }


def edit_strategy(request: MemberRequest, reference: str, language: str) -> HttpResponse:
    """Its title in one language, and its years."""
    shown = draft_of(request, reference)
    links = language_links(shown, "partnership_staff:edit_strategy", [reference])
    if language not in {link["code"] for link in links}:
        raise Http404
    rules.may_rename_strategy(request.member, shown, shown.first_day, shown.last_day).require()
    initial = {name: getattr(shown, name) for name in ("first_day", "last_day")}
    initial |= {"title": shown.texts.get(language, {}).get("title", ""), "seen": shown.edition}
    form = StrategyForm(request.POST or None, initial=initial)
    refusal = ""
    if form.is_valid():
        try:
            with transaction.atomic():
                services.edit_strategy(shown, by=request.member, language=language, **form.cleaned_data)
        except Refused as refused:
            refusal = str(note_refusal(request, shown, refused))
        else:
            messages.success(request, _("Saved."))
            return redirect(page_of(shown))
    context = {"strategy": shown, "form": form, "refusal": refusal, "languages": links, "language": language}
    context |= {"page": page_of(shown), "title": _("Title and years")}
    status = REFUSED_HERE if refusal else 422 if form.errors else 200
    return render(request, "partnership_staff/edit_strategy.html", context, status=status)


def draft_of(request: MemberRequest, reference: str) -> Strategy:
    """The version that can be written, else the one shown; 404 for who may not know of it."""
    versions = queries.versions_of(reference, request.member)
    if not versions:
        raise Http404
    return next((one for one in versions if one.state in rules.OPEN), versions[0])


def page_of(shown: Strategy, anchor: str = "") -> str:
    """The page of this version."""
    page = reverse("partnership_staff:strategy", args=[shown.reference])
    return f"{page}?version={shown.number}{anchor}"


@require_safe
def printed_strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """One version as PDF, also while it is a draft."""
    shown, _versions = found(request, reference)
    context = told(shown, request.member, clock.today())
    page = render_to_string("partnership/parts/strategy_article.html", context)
    address = request.build_absolute_uri(page_of(shown))
    return printed(page, reference=shown.reference, made_at=clock.now(), address=address)
