"""The records open to a member, as JSON: the same session, the same queries and the same log as the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.people.models import Member
from entente.people.sign_in import MemberRequest
from entente.records import queries, services
from entente.records.listing import Cursor
from entente.records.models import Part, Record
from entente.records.reading import let_in, stated_purposes
from entente.records.references import as_cursor, from_cursor
from entente.records.rules.sharing import works_inside

ON_A_PAGE = 100


def _error(code: str, status: int) -> HttpResponse:
    """The same bytes for whatever is hidden and whatever never was."""
    return JsonResponse({"error": code}, status=status)


@require_GET
def api_records(request: MemberRequest) -> HttpResponse:
    """Everything open to the member that is not merely public, newest first, a hundred at a time."""
    reader, given = request.member, request.GET.get("before", "")
    before = from_cursor(given)
    if given and before is None:
        return _error("bad_cursor", 400)
    found = queries.open_to(reader, ON_A_PAGE + 1, before=Cursor(*before) if before else None)
    page, last = found[:ON_A_PAGE], found[ON_A_PAGE - 1] if len(found) > ON_A_PAGE else None
    titles = queries.titles(page, get_language() or "en", reader)
    return JsonResponse(
        {
            "records": [_head(record, titles[record.pk]) for record in page],
            "before": as_cursor(last.opened_at, last.pk) if last else None,
        }
    )


@require_GET
def api_record(request: MemberRequest, reference: str) -> HttpResponse:
    """One record's head, and those of its parts that are open to the member."""
    reader = request.member
    record = queries.record_with(reference, reader)
    if record is None:
        return _error("not_found", 404)
    is_inside = works_inside(reader, record, clock.now(), list(let_in(record, reader)))
    shown: dict[str, Any] = _head(record, queries.titles([record], get_language() or "en", reader)[record.pk])
    if is_inside or stated_purposes(record, reader):
        if not is_inside:
            services.log_reading(record, by=reader)
        shown |= _parts(record, reader)
    return JsonResponse(shown)


def _head(record: Record, title: str) -> dict[str, Any]:
    return {
        "reference": record.reference,
        "url": reverse("records:api_record", args=[record.reference]),
        "kind": record.kind,
        "title": title,
        "owner": record.owner.slug,
        "category": record.category,
        "is_secret": record.is_secret,
        "audience": record.audience,
        "opened_at": record.opened_at.isoformat(),
    }


def _parts(record: Record, reader: Member) -> dict[str, list[dict[str, Any]]]:
    return {
        "notes": [
            _part(note)
            | {"text": note.text, "author": note.author_name, "written_at": note.written_at.isoformat()}
            for note in queries.notes_on(record, reader)
        ],
        "files": [
            _part(file)
            | {
                "name": file.name,
                "size": file.size,
                "author": file.author_name,
                "kept_at": file.kept_at.isoformat(),
                "url": reverse("records:download_file", args=[record.reference, file.pk]),
            }
            for file in queries.files_on(record, reader)
        ],
        "actions": [
            _part(action)
            | {
                "what": action.what,
                "assigned_to": action.assigned_to.person.name,
                "due_on": action.due_on.isoformat(),
                "done_at": action.done_at.isoformat() if action.done_at else None,
            }
            for action in queries.actions_on(record, reader)
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    return {"id": str(part.pk), "category": part.category, "is_secret": part.is_secret}
