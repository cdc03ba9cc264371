"""The strategy as everybody reads it: the page, earlier versions, and the paper."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.partnership.models import Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.views.library_papers import printed
from entente.partnership.views.strategy_page import told


@require_GET
def strategy(request: HttpRequest) -> HttpResponse:
    """The strategy that is in force, with its progress; or that there is none yet."""
    found = queries.public_strategy(clock.today())
    return _shown(request, found)


@require_GET
def strategy_version(request: HttpRequest, reference: str) -> HttpResponse:
    """One version that was or is in force."""
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdigit() and len(asked) < 5 else None
    found = queries.shown_version(queries.versions_of(reference, VISITOR), number)
    if found is None:
        raise Http404
    return _shown(request, found)


def _shown(request: HttpRequest, found: Strategy | None) -> HttpResponse:
    others = [one for one in queries.strategies(VISITOR)[:50] if found is None or one.pk != found.pk]
    context = {"others": others, "strategy": found}
    context |= told(found, VISITOR, clock.today()) if found else {}
    return render(request, "partnership/strategy.html", context)


@require_safe
def printed_strategy(request: HttpRequest) -> HttpResponse:
    """The strategy in force as PDF."""
    found = queries.public_strategy(clock.today())
    if found is None:
        raise Http404
    page = render_to_string("partnership/parts/strategy_article.html", told(found, VISITOR, clock.today()))
    address = request.build_absolute_uri(reverse("partnership:strategy"))
    return printed(page, reference=found.reference, made_at=clock.now(), address=address)
