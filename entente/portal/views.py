"""The public home of the partnership: what it asks, what it heard, what it refuses to do."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from entente.portal import queries

ROBOTS = """User-agent: *
Disallow: /account/
Disallow: /*/demo/
Disallow: /staff/
"""


def root(request: HttpRequest) -> HttpResponse:
    """To the first page in the language the browser asks for, or the one chosen here before."""
    response = redirect("portal:home")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def home(request: HttpRequest) -> HttpResponse:
    """The partnership's page: what it asks now and what it heard."""
    language = get_language() or "en"
    context = {"asked": queries.asked(language), "heard": queries.heard(language)}
    return render(request, "portal/home.html", context)


def refusals(request: HttpRequest) -> HttpResponse:
    """What this refuses to do, and what it does instead."""
    return render(request, "portal/refusals.html")


def health(request: HttpRequest) -> HttpResponse:
    """Whether this process and its database answer; for those who watch over the server."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok", content_type="text/plain")


def robots(request: HttpRequest) -> HttpResponse:
    """What search engines are asked to leave out."""
    return HttpResponse(ROBOTS, content_type="text/plain")
