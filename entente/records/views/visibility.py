"""Our signature: who can see a record, why the reader does, who has seen it, and whether it is still open."""

from __future__ import annotations

import json
import uuid
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from entente.agreements.models import Clause
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.models import DISCLOSURES, Event
from entente.audit.queries import history
from entente.people.models import Member, Organisation
from entente.people.sign_in import MemberRequest
from entente.records import events, queries
from entente.records.models import Record
from entente.records.reading import Facts, stated_purposes
from entente.records.rules.sharing import works_inside
from entente.records.sentences import category_name, opened, why_hidden, why_they_saw, why_they_see
from entente.records.sights import Basis, Sight, bases, sights
from entente.records.views.opening import found_record
from entente.records.views.working import page_of, title_of

ON_A_PAGE = 50


def _head(record: Record, reader: Member) -> dict[str, Any]:
    at = clock.now()
    return {
        "record": record,
        "title": title_of(record, reader),
        "back": page_of(record, reader),
        "at": at,
        "is_public": record.public_since is not None and record.public_since <= at,
    }


@require_GET
def who_can_see(request: MemberRequest, reference: str) -> HttpResponse:
    """Everybody who can see a record now, by organisation, because of what, until when, and what of it."""
    record, reader = found_record(request, reference), request.member
    is_guest = bool(bases(record, reader))
    found = sights(record, reader) if is_guest else None
    by_functions = "functions" in request.GET
    groups = [_group(rows, by_functions) for rows in _grouped(found.seen_by if found else [])]
    context = _head(record, reader) | {
        "groups": groups,
        "hidden": [why_hidden(one) for one in found.hidden] if found else [],
        "not_invited": found.not_invited if found else [],
        "by_functions": by_functions,
        "is_guest": is_guest,
    }
    return render(request, "records/who_can_see.html", context)


def _grouped(rows: list[Sight]) -> list[list[Sight]]:
    return [list(group) for _key, group in groupby(rows, key=lambda sight: sight.organisation.pk)]


def _group(rows: list[Sight], by_functions: bool) -> dict[str, Any]:
    """The people of one organisation; what they all share is said once."""
    people = [_seen(sight, by_functions) for sight in rows]
    shared = people[0]["doors"] if all(one["doors"] == people[0]["doors"] for one in people) else []
    if shared:
        people = [{**one, "doors": []} for one in people]
    return {"organisation": rows[0].organisation, "people": people, "doors": shared}


def _seen(sight: Sight, by_functions: bool) -> dict[str, Any]:
    """Somebody who can see it; without the name where safety asks for that."""
    member = sight.member
    function = (member.role_title or member.get_role_display()) if member else ""
    return {
        "name": "" if member is None else function if by_functions else str(member.person),
        "function": "" if by_functions else function,
        "doors": [
            {
                "why": why_they_see(door, sight.organisation),
                "until": door.participation.until if door.participation else None,
                "agreement": door.participation.agreement if door.participation else None,
                "opens": opened(door),
                "is_emergency": door.is_emergency,
            }
            for door in sight.doors
        ],
    }


@require_GET
def why_do_i_see_this(request: MemberRequest, reference: str) -> HttpResponse:
    """Why the reader sees a record: door, clause, invitation, what they stated, and what of it."""
    record, reader = found_record(request, reference), request.member
    facts = Facts.of(record, reader)
    stated = stated_purposes(record, reader)
    found = bases(record, reader)
    context = _head(record, reader) | {
        "because": facts.why(reader),
        "is_inside": bool(works_inside(reader, record, clock.now(), facts.participations)),
        "bases": [_basis(basis, stated) for basis in found],
        "closed": _closed(found),
        "reader": reader,
    }
    return render(request, "records/why_do_i_see_this.html", context)


def _basis(basis: Basis, stated: set[str]) -> dict[str, Any]:
    door, participation = basis.door, basis.door.participation
    return {
        "door": door,
        "why": str(door.decision),
        "clause": basis.clause,
        "agreement": basis.clause.agreement if basis.clause else None,
        "purpose": Purpose(participation.purpose).label if participation and participation.purpose else "",
        "category": category_name(basis.clause.category) if basis.clause else "",
        "participation": participation,
        "opening": basis.opening,
        "is_stated": participation is not None and participation.purpose in stated,
        "rows": [
            {"name": category_name(code), "is_secret_too": code in door.under_secrecy}
            for code in door.categories
        ],
    }


def _closed(found: list[Basis]) -> list[str]:
    """The categories that no door opens, named whether or not anything here is about them."""
    if any(basis.door.is_own or basis.door.is_emergency for basis in found):
        return []
    open_ones = {code for basis in found for code in (*basis.door.categories, *basis.door.under_secrecy)}
    return [str(category.label) for category in Category if category.value not in open_ones]


@require_GET
def who_has_seen(request: MemberRequest, reference: str) -> HttpResponse:
    """Who of other organisations looked at a record, when, for what and under which clause."""
    record, reader = found_record(request, reference), request.member
    rows = history(record.pk, reader).filter(name__in=DISCLOSURES)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = _head(record, reader) | {"page": page, "entries": _looks(page)}
    return render(request, "records/who_has_seen.html", context)


def _looks(page: Page[Event]) -> list[dict[str, Any]]:
    actors = {event.actor_id for event in page if event.actor_id}
    members = {m.pk: m for m in Member.objects.filter(pk__in=actors).select_related("person")}
    wanted = {event.actor_organisation_id for event in page if event.actor_organisation_id}
    organisations = {o.pk: o for o in Organisation.objects.filter(pk__in=wanted)}
    told = {event.pk: json.loads(event.details) if event.details else {} for event in page}
    named = [details["clause"] for details in told.values() if details.get("clause")]
    rows = Clause.objects.filter(pk__in=named).select_related("agreement")
    agreements = {str(clause.pk): clause.agreement for clause in rows}
    looks = []
    for event in page:
        details = told[event.pk]
        look = _look(event, details, members, organisations)
        agreement = agreements.get(details.get("clause", ""))
        looks.append(look | {"why": why_they_saw(event, look["organisation"], agreement)})
    return looks


def _look(
    event: Event,
    details: dict[str, Any],
    members: dict[uuid.UUID, Member],
    organisations: dict[uuid.UUID, Organisation],
) -> dict[str, Any]:
    member = members.get(event.actor_id) if event.actor_id else None
    organisation = organisations.get(event.actor_organisation_id) if event.actor_organisation_id else None
    return {
        "at": event.at,
        "who": event.actor_name,
        "function": member.role_title if member else "",
        "organisation": organisation or "",
        "what": events.in_sentence(event),
        "purpose": _purpose(str(details.get("purpose") or event.reason_values.get("purpose") or "")),
    }


def _purpose(told: str) -> str:
    """A purpose as the log keeps it, in the reader's language."""
    return gettext(told) if told else ""


@require_GET
def still_open(request: MemberRequest, reference: str) -> HttpResponse:
    """Whether the record is open to the reader at this moment: for a page that is being read."""
    is_open = queries.record_with(reference, request.member) is not None
    return JsonResponse({"open": is_open}, status=200 if is_open else 404)
