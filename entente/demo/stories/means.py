"""The demo's story: rooms, interpreters and money."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import FIRST, days_ago
from entente.partnership.models import Booking, Resource
from entente.partnership.services import means, money
from entente.people.models import Area, Member, Organisation

OFFERED_DAYS_AGO = 180
ASKED_BEFORE = timedelta(days=6)


def build(members: dict[str, Member], set_up: Actor) -> None:
    """What the partners of Marenne lend each other, and who pays for what."""
    words = content("means")
    with acting(set_up):
        areas = {area.slug: area for area in Area.objects.all()}
        organisations = {one.slug: one for one in Organisation.objects.all()}
    offered = {row["slug"]: _offer(row, members, areas) for row in words["resources"]}
    for row in words["bookings"]:
        _book(row, offered[row["resource"]], members)
    for row in words["funds"]:
        _fund(row, members, organisations)


def _offer(row: Words, members: dict[str, Member], areas: dict[str, Area]) -> tuple[Resource, Member]:
    by, texts = members[row["by"]], row["texts"]
    offer: dict[str, Any] = {
        **texts[FIRST],
        "kind": row["kind"],
        "place": row["place"],
        "area": areas[row["area"]],
        "capacity": row.get("capacity"),
        "languages": row["languages"],
        "cost": Decimal(row["cost"]) if "cost" in row else None,
        "offered_from": clock.today() - timedelta(days=OFFERED_DAYS_AGO),
        "weekdays": row.get("weekdays", []),
        "opens": time.fromisoformat(row["opens"]) if "opens" in row else None,
        "closes": time.fromisoformat(row["closes"]) if "closes" in row else None,
        "texts": {code: told for code, told in texts.items() if code != FIRST},
    }
    with days_ago(OFFERED_DAYS_AGO):
        return means.add_resource(by=by, **offer), by


def _book(row: Words, offered: tuple[Resource, Member], members: dict[str, Member]) -> Booking:
    resource, lender = offered
    starts_at, ends_at = (_moment(row["weeks"], row["day"], row[name]) for name in ("from", "to"))
    asked_at = min(starts_at, clock.now()) - ASKED_BEFORE
    with clock.frozen(asked_at):
        booking = means.book_resource(
            resource, by=members[row["by"]], starts_at=starts_at, ends_at=ends_at, purpose=row["purpose"]
        )
    with clock.frozen(asked_at + timedelta(days=1)):
        if row.get("confirmed"):
            booking = means.confirm_booking(booking, by=lender)
        elif "declined" in row:
            booking = means.decline_booking(booking, by=lender, reason=row["declined"])
    if "returned_weeks" in row:
        with clock.frozen(_moment(row["returned_weeks"], row["day"], row["to"])):
            booking = means.return_booking(booking, by=lender, note=row["note"])
    return booking


def _moment(weeks: int, weekday: int, hour: int) -> datetime:
    """An hour of a day of the week, so many weeks from this one, in the city."""
    today = clock.today()
    day = today + timedelta(days=7 * weeks + weekday - today.weekday())
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _in(days: int) -> date:
    return clock.today() + timedelta(days=days)


def _fund(row: Words, members: dict[str, Member], organisations: dict[str, Organisation]) -> None:
    by = members[row["by"]]
    fund = money.add_fund(
        by=by,
        amount=Decimal(row["amount"]),
        hours=Decimal(row["hours"]),
        starts_on=_in(row["begins"]),
        ends_on=_in(row["ends"]),
        reports_on=[_in(days).isoformat() for days in row["reports"]],
        **{name: row[name] for name in ("funder", "programme", "what_for", "pays_for")},
    )
    money.name_readers(fund, by=by, organisations=[organisations[slug] for slug in row["read_by"]])
    if pledge := row.get("pledge"):
        money.record_pledge(
            fund, by=by, pledge_by=pledge["by"], pledged_on=_in(pledge["days"]), pledge_words=pledge["words"]
        )
    for spent in row["spent"]:
        money.add_entry(
            fund, by=by, spent_on=_in(spent["days"]), amount=Decimal(spent["amount"]), what=spent["what"]
        )
