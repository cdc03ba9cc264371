"""Records as a set: the list, its export, and what changed lately."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.agreements.vocabulary import SENSITIVE
from entente.audit import clock
from entente.people.models import Member
from entente.people.sign_in import MemberRequest
from entente.records import queries, services
from entente.records.events import in_sentences
from entente.records.forms.matters import WantedForm
from entente.records.kinds import all_kinds
from entente.records.listing import Cursor
from entente.records.models import Record
from entente.records.queries import MANY
from entente.records.references import as_cursor, from_cursor
from entente.records.views.csv_files import csv_file
from entente.records.views.working import page_of
from entente.ui.templatetags.ui import number, reading_date

ON_A_PAGE = 100
LATELY = 100
IN_A_FILE = 10_000


@require_GET
def record_list(request: MemberRequest) -> HttpResponse:
    """Everything open to the member that is not merely public, newest first."""
    reader, form = request.member, WantedForm(request.GET)
    wanted = form.wanted
    before = from_cursor(request.GET.get("before", ""))
    # The first page asks for as many as the number over it counts to: one look for both.
    number_asked = ON_A_PAGE if before else max(ON_A_PAGE, MANY)
    found = queries.open_to(reader, number_asked + 1, wanted, Cursor(*before) if before else None)
    page, last = found[:ON_A_PAGE], found[ON_A_PAGE - 1] if len(found) > ON_A_PAGE else None
    asked = {name: value for name, value in vars(wanted).items() if value}
    context = {
        "filter": form,
        "is_filtered": bool(asked),
        "is_later": before is not None,
        "count": "" if before else _count(len(found)),
        "rows": _rows(page, reader),
        "query": urlencode(asked),
        "next_page": urlencode(asked | {"before": as_cursor(last.opened_at, last.pk)}) if last else "",
    }
    return render(request, "records/record_list.html", context)


def _count(total: int) -> str:
    """How many records there are, in words."""
    if total > MANY:
        return _("More than %(number)s records") % {"number": number(MANY)}
    return ngettext("%(number)s record", "%(number)s records", total) % {"number": number(total)}


def _rows(page: list[Record], reader: Member) -> list[dict[str, Any]]:
    """What the list shows of each, with as few look-ups as can be: there may be a hundred of a million."""
    titles = queries.titles(page, get_language() or "en", reader)
    kinds = {kind.key: capfirst(str(kind.name)) for kind in all_kinds()}
    labels = {
        category: capfirst(queries.category_label(category)) for category in {row.category for row in page}
    }
    owners = {row.owner_id: str(row.owner) for row in page}
    days = {row.opened_at.date(): "" for row in page}
    days = {day: str(reading_date(day)) for day in days}
    return [
        {
            "reference": row.reference,
            "title": titles[row.pk],
            "url": page_of(row, reader),
            "kind": kinds[row.kind],
            "category": labels[row.category],
            "is_marked": row.is_secret or row.category in SENSITIVE,
            "owner": owners[row.owner_id],
            "is_ours": row.owner_id == reader.organisation_id,
            "is_closed": row.audience != Record.Audience.ORGANISATION,
            "day": days[row.opened_at.date()],
        }
        for row in page
    ]


@require_GET
def export_records(request: MemberRequest) -> HttpResponse:
    """The list as a file for a spreadsheet. That somebody took it is in the log before they have it."""
    reader, wanted = request.member, WantedForm(request.GET).wanted
    found = queries.open_to(reader, IN_A_FILE, wanted)
    services.log_export([row.reference for row in found], by=reader)
    titles = queries.titles(found, get_language() or "en", reader)
    kinds = {kind.key: str(kind.name) for kind in all_kinds()}
    head = [
        _("reference"),
        _("title"),
        _("kind"),
        _("what it is about"),
        _("looked after by"),
        _("opened on"),
    ]
    rows = [
        [
            row.reference,
            titles[row.pk],
            kinds[row.kind],
            queries.category_label(row.category),
            row.owner,
            timezone.localtime(row.opened_at).date().isoformat(),
        ]
        for row in found
    ]
    return csv_file(f"records-{clock.today().isoformat()}.csv", [head, *rows])


@require_GET
def changes(request: MemberRequest) -> HttpResponse:
    """What happened lately on records open to the member, as far as the log is open to them."""
    reader = request.member
    happened = queries.changes_open_to(reader, LATELY)
    told = in_sentences(happened, reader)
    titles = queries.titles([record for _event, record in happened], get_language() or "en", reader)
    rows: list[dict[str, Any]] = []
    for event, record in happened:
        sentence, before = told[event.pk], rows[-1] if rows else {}
        if (before.get("reference"), before.get("sentence")) == (record.reference, sentence):
            before["times"] += 1
            continue
        row = {"sentence": sentence, "at": event.at, "times": 1, "reference": record.reference}
        rows.append(row | {"title": titles[record.pk], "url": page_of(record, reader)})
    return render(request, "records/changes.html", {"rows": rows})


@require_GET
def changes_feed(request: MemberRequest) -> HttpResponse:
    """The same as an Atom feed: references and moments, and nothing of what the records say."""
    here = settings.ENTENTE_ADDRESS
    feed = Atom1Feed(
        title=_("What changed lately"),
        link=f"{here}{reverse('records:changes')}",
        feed_url=f"{here}{reverse('records:changes_feed')}",
        description="",
        language=get_language(),
    )
    for event, record in queries.changes_open_to(request.member, LATELY):
        feed.add_item(
            title=record.reference,
            link=f"{here}{page_of(record, request.member)}",
            description="",
            unique_id=event.pk.urn,
            updateddate=event.at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
