"""Money: who gives it, what was spent to the cent, who reads about it, and a word before it ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from entente.audit import clock
from entente.audit import queries as audit
from entente.audit.actors import acting, job
from entente.audit.decisions import Refused
from entente.delivery.models import Message
from entente.partnership.forms.money import DaysField, NumbersField
from entente.partnership.fund_bars import TOP, WIDTH, bars
from entente.partnership.models import Fund, FundEntry, FundReader
from entente.partnership.queries import money as queries
from entente.partnership.services import money as services
from entente.people.models import Member, Organisation
from entente.people.sign_in import member_with
from tests.conftest import City
from tests.template_city import session_key

OWNER = job("test", None)
CENTS = some.integers(-1_000_000, 1_000_000).map(lambda cents: Decimal(cents) / 100)


def noted(by: Member, ends_in: int = 200, **said: Any) -> Fund:
    today = clock.today()
    terms = {
        "funder": "The region", "programme": "Open doors", "what_for": "Tea", "amount": Decimal("1000.10"),
        "starts_on": today - timedelta(days=100), "ends_on": today + timedelta(days=ends_in),
    }  # fmt: skip
    return services.add_fund(by=by, **(terms | said))


def organisation(member: Member) -> Organisation:
    with acting(member):
        return Organisation.objects.get(pk=member.organisation_id)


# It works


@pytest.mark.parametrize("comma", [",", ";", "،", "؛", " "])
def test_days_are_taken_with_the_comma_of_every_language(comma: str) -> None:
    assert NumbersField().clean(f"30{comma} 90") == [90, 30]
    assert DaysField().clean(f"2027-02-01{comma}2027-01-31") == ["2027-01-31", "2027-02-01"]


@pytest.mark.parametrize(
    ("days", "said"), [(0, "ends today."), (1, "ends in 1 day."), (2, "ends in 2 days.")]
)
def test_what_waits_counts_days_as_one_speaks(city: City, days: int, said: str) -> None:
    noted(city.amina, ends_in=days, warn_days=[30])
    with acting(city.amina):
        told = [one.sentence for one in queries.waiting_for(city.amina)]
    assert f"The money of “Open doors” {said}" in told


def test_what_was_spent_adds_up_to_the_cent(city: City) -> None:
    fund = noted(city.amina)
    for amount in ("0.10", "0.20", "333.33", "-0.03"):
        services.add_entry(fund, by=city.amina, spent_on=clock.today(), amount=Decimal(amount), what="Tea")
    with acting(city.amina):
        assert queries.spent([fund], city.amina)[fund.pk] == Decimal("333.60")
        (total,) = [
            one
            for one in queries.totals([fund], queries.spent([fund], city.amina))
            if one["currency"] == "EUR"
        ]
    assert total["left"] == Decimal("666.50")


@given(
    some.lists(some.tuples(some.sampled_from(["EUR", "CHF", "RON"]), CENTS, CENTS), min_size=1, max_size=30)
)
def test_sums_by_currency_are_the_sums_of_their_parts(rows: list[tuple[str, Decimal, Decimal]]) -> None:
    funds: list[Any] = [
        SimpleNamespace(pk=number, currency=currency, amount=amount)
        for number, (currency, amount, _spent) in enumerate(rows)
    ]
    sums: Any = {number: spent for number, (_currency, _amount, spent) in enumerate(rows)}
    totals = queries.totals(funds, sums)
    assert [one["currency"] for one in totals] == sorted({row[0] for row in rows})
    assert sum(one["amount"] for one in totals) == sum(row[1] for row in rows)
    assert sum(one["left"] for one in totals) == sum(row[1] - row[2] for row in rows)


DAYS = some.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


@given(some.lists(some.tuples(DAYS, DAYS), min_size=1, max_size=20), DAYS, some.booleans())
def test_every_bar_lies_within_the_picture(
    spans: list[tuple[date, date]], today: date, from_right: bool
) -> None:
    rows = [(str(number), min(span), max(span)) for number, span in enumerate(spans)]
    picture = bars(rows, today, from_right=from_right)
    assert picture is not None
    assert len(picture.bars) == len(spans)
    for bar in picture.bars:
        assert 0 <= bar.x <= WIDTH
        assert bar.x + bar.width <= WIDTH + 2.2
        assert TOP <= bar.y < picture.height
    first, last = min(row[1] for row in rows), max(row[2] for row in rows)
    assert (picture.today is not None) == (first <= today <= last)


# It is logged with its reason


def test_changed_terms_are_logged_as_they_were_and_as_they_are(city: City) -> None:
    fund = noted(city.amina)
    services.edit_fund(fund, by=city.amina, amount=Decimal("900.00"))
    with acting(city.elisabeth):
        event = audit.all_events(city.elisabeth).get(name="partnership.fund_edited", about_id=fund.pk)
        assert "1000.10" in event.details
        assert "900.00" in event.details
        assert event.why == "You coordinate the organisation that keeps the books."


# Who is refused


def test_only_coordinators_of_the_keeper_write(city: City) -> None:
    fund = noted(city.amina)
    services.name_readers(fund, by=city.amina, organisations=[organisation(city.ioana)])
    for member in (city.helene, city.ioana):
        with pytest.raises(Refused):
            services.add_entry(fund, by=member, spent_on=clock.today(), amount=Decimal(1), what="x")
        with pytest.raises(Refused):
            services.edit_fund(fund, by=member, amount=Decimal(1))
    with pytest.raises(Fund.DoesNotExist):
        services.edit_fund(fund, by=city.radu, amount=Decimal(1))


def test_a_pledge_stays_as_it_was_said(city: City) -> None:
    fund = noted(city.amina)
    said: dict[str, Any] = {"pledge_by": "The mayor", "pledged_on": clock.today()}
    said["pledge_words"] = "Two more years."
    services.record_pledge(fund, by=city.amina, **said)
    with pytest.raises(Refused, match="stays as it was said"):
        services.record_pledge(fund, by=city.amina, **said | {"pledge_words": "One year."})
    with acting(city.amina), pytest.raises(DatabaseError), transaction.atomic():
        Fund.objects.visible_to(city.amina).filter(pk=fund.pk).update(pledge_words="One year.")


def test_by_sql_entries_stay_and_nobody_writes_in_anothers_books(city: City) -> None:
    fund = noted(city.amina)
    entry = services.add_entry(fund, by=city.amina, spent_on=clock.today(), amount=Decimal(5), what="Tea")
    with acting(city.amina):
        mine = FundEntry.objects.visible_to(city.amina).filter(pk=entry.pk)
        for change in (lambda: mine.update(amount=1), mine.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    services.name_readers(fund, by=city.amina, organisations=[organisation(city.ioana)])
    for member in (city.helene, city.ioana, city.radu):
        with acting(member):
            assert not Fund.objects.visible_to(member).filter(pk=fund.pk).update(amount=1)
            for row in (
                FundEntry(fund=fund, spent_on=clock.today(), amount=1, what="x", entered_by=member),
                FundReader(fund=fund, keeper_id=fund.keeper_id, organisation_id=member.organisation_id),
                FundReader(
                    fund=fund, keeper_id=member.organisation_id, organisation_id=member.organisation_id
                ),
                Fund(keeper_id=fund.keeper_id, funder="x", programme="x", what_for="x", amount=1,
                     starts_on=clock.today(), ends_on=clock.today()),
            ):  # fmt: skip
                with pytest.raises(DatabaseError), transaction.atomic():
                    row.save(force_insert=True)


# For whom it does not exist


def test_it_is_there_for_the_keeper_and_those_it_named_only(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    fund = noted(city.amina, programme="Quiet money")
    page = f"/staff/funding/{fund.pk}/"
    assert client_of(city.ioana).get(page).status_code == 404
    services.name_readers(fund, by=city.amina, organisations=[organisation(city.ioana)])
    assert "Quiet money" in client_of(city.ioana).get(page).content.decode()
    assert "Quiet money" in client_of(city.ioana).get("/staff/funding/").content.decode()
    for member in (city.radu, city.peter, city.elisabeth):
        assert client_of(member).get(page).status_code == 404
        assert "Quiet money" not in client_of(member).get("/staff/funding/").content.decode()
        assert "Quiet money" not in client_of(member).get("/staff/funding/list.csv").content.decode()
    services.name_readers(fund, by=city.amina, organisations=[])
    assert client_of(city.ioana).get(page).status_code == 404


# The pages


def test_the_pages_note_money_what_was_pledged_and_what_was_spent(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.amina)
    today = clock.today()
    terms = {
        "funder": "=1+1", "programme": "Evenings", "what_for": "Tea", "amount": "500.50", "currency": "EUR",
        "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=20)).isoformat(),
        "warn_days": "30, 5", "reports_on": "2027-01-31", "organisations": [organisation(city.ioana).pk],
    }  # fmt: skip
    bad = client.post("/staff/funding/new/", terms | {"warn_days": "soon", "amount": "0"})
    assert bad.status_code == 400
    assert "Evenings" in bad.content.decode()
    page = client.post("/staff/funding/new/", terms)["Location"]
    assert (
        client.post(f"{page}spent/", {"spent_on": today.isoformat(), "amount": "0", "what": "x"}).status_code
        == 400
    )
    spent = {"spent_on": today.isoformat(), "amount": "100.25", "what": "Tea"}
    assert client.post(f"{page}spent/", spent).status_code == 302
    pledge = {"pledge_by": "The mayor", "pledged_on": today.isoformat(), "pledge_words": "It goes on."}
    assert client.post(f"{page}pledge/", pledge).status_code == 302
    assert client.get(f"{page}pledge/").status_code == 403
    shown = client.get(page).content.decode()
    for words in ("400.25", "It goes on.", "31 January 2027", "ends soon"):
        assert words in shown, words
    listed = client.get("/staff/funding/").content.decode()
    assert "fund-bar" in listed
    assert "ends in 20 days" in client.get("/staff/").content.decode()
    assert client.post(f"{page}edit/", terms | {"warn_days": "5"}).status_code == 302
    rows = list(csv.DictReader(io.StringIO(client.get("/staff/funding/list.csv").content.decode())))
    (row,) = [row for row in rows if row["programme"] == "Evenings"]
    assert (row["funder"], row["left"]) == ("'=1+1", "400.25")


def test_the_list_asks_as_often_for_many(city: City, client_of: Callable[[Member], Client]) -> None:
    client, counts = client_of(city.amina), []
    for more in (3, 27):
        for _ in range(more):
            noted(city.amina)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/staff/funding/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


# The mail goes out


def warned(day: date) -> list[str]:
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    with clock.frozen(datetime(day.year, day.month, day.day, 9, tzinfo=clock.now().tzinfo)):
        services.warn_of_ends(by=OWNER)
    with acting(OWNER):
        new = Message.objects.exclude(pk__in=before).filter(template="partnership_staff/fund_ends_soon")
        return sorted(message.subject for message in new)


def test_each_warning_is_sent_once_and_a_later_end_begins_anew(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")
    today = clock.today()
    warned(today)
    with transaction.atomic():
        amina = member_with(session_key("amina"))
    fund = noted(amina, ends_in=400, programme="Evenings", warn_days=[90, 30])
    end = fund.ends_on

    def mine(day: date) -> list[str]:
        return [subject for subject in warned(day) if "Evenings" in subject]

    assert mine(end - timedelta(days=91)) == []
    assert len(mine(end - timedelta(days=90))) == 1
    assert mine(end - timedelta(days=89)) == []
    assert len(mine(end - timedelta(days=10))) == 1
    assert mine(end - timedelta(days=9)) == mine(end) == mine(end + timedelta(days=5)) == []
    services.edit_fund(fund, by=amina, ends_on=end + timedelta(days=500))
    assert mine(end) == []
    assert len(mine(end + timedelta(days=470))) == 1  # both are due: one mail
    assert mine(end + timedelta(days=471)) == []
