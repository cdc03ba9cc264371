"""What partners lend each other: offered, asked for, confirmed once for a time, and brought back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entente.audit import clock
from entente.audit import queries as audit
from entente.audit.actors import acting, job
from entente.audit.decisions import Refused
from entente.delivery.models import Message
from entente.partnership.models import Booking, Resource
from entente.partnership.queries import means as queries
from entente.partnership.services import means as services
from entente.people.models import Member
from entente.people.sign_in import member_with
from tests.conftest import City
from tests.template_city import session_key

OWNER = job("test", None)


def monday(hour: int, weeks: int = 1, days: int = 0) -> datetime:
    day = clock.today() + timedelta(days=7 * weeks + days - clock.today().weekday())
    return timezone.make_aware(datetime.combine(day, time(hour)))


def offered(by: Member, **said: Any) -> Resource:
    offer = {"kind": "room", "name": "The blue room", "offered_from": date(2020, 1, 1)} | said
    return services.add_resource(by=by, **offer)


def asked(resource: Resource, by: Member, begin: int = 10, end: int = 12, weeks: int = 1) -> Booking:
    return services.book_resource(
        resource, by=by, starts_at=monday(begin, weeks), ends_at=monday(end, weeks), purpose="An evening"
    )


# It works


def test_something_is_asked_for_confirmed_and_brought_back(city: City) -> None:
    kit = offered(city.yusuf, kind="equipment", name="Headsets")
    booking = asked(kit, city.nadia)
    services.confirm_booking(booking, by=city.yusuf)
    with clock.frozen(monday(11)):
        services.return_booking(booking, by=city.yusuf, note="All there.")
    with acting(city.nadia):
        seen = Booking.objects.visible_to(city.nadia).get(pk=booking.pk)
        assert (seen.state, seen.return_note) == ("returned", "All there.")
    again = services.book_resource(
        kit, by=city.ioana, starts_at=monday(11), ends_at=monday(13), purpose="It is free again"
    )
    assert again.state == "asked"


def test_every_member_sees_when_it_is_taken_and_two_organisations_by_whom(city: City) -> None:
    room = offered(city.amina)
    booking = services.confirm_booking(asked(room, city.ioana), by=city.amina)
    for reader in (city.amina, city.ioana, city.peter, city.radu):
        with acting(reader):
            taken = queries.taken(room, monday(0), monday(23), reader)
            assert [(one.starts_at, one.ends_at) for one in taken] == [(monday(10), monday(12))]
            found = Booking.objects.visible_to(reader).filter(pk=booking.pk).exists()
            assert found == (reader in (city.amina, city.ioana))


# It is logged with its reason


def test_each_change_is_one_event_with_its_reason(city: City) -> None:
    room = offered(city.amina)
    booking = asked(room, city.ioana)
    services.decline_booking(booking, by=city.amina, reason="The heating is out.")
    with acting(city.elisabeth):
        events = audit.all_events(city.elisabeth).filter(about_id__in=[room.pk, booking.pk])
        assert sorted(event.name for event in events) == [
            "partnership.booking_declined",
            "partnership.resource_added",
            "partnership.resource_booked",
        ]
        declined = events.get(name="partnership.booking_declined")
        assert "The heating is out." in declined.details
        assert declined.why == "Your organisation lends this."


# Who is refused


def test_nothing_is_confirmed_twice_for_the_same_time(city: City) -> None:
    room = offered(city.amina)
    first, second = asked(room, city.ioana), asked(room, city.nadia, 11, 13)
    services.confirm_booking(first, by=city.amina)
    with pytest.raises(Refused, match="Somebody else has it"):
        services.confirm_booking(second, by=city.amina)
    with pytest.raises(Refused, match="Somebody else has it"):
        asked(room, city.nadia, 9, 11)
    after = asked(room, city.nadia, 12, 13)
    assert services.confirm_booking(after, by=city.amina).state == "confirmed"


def test_the_database_refuses_the_same_time_too_and_only_for_the_same_thing(city: City) -> None:
    room, other = offered(city.amina), offered(city.amina, name="The green room")
    first, second = asked(room, city.ioana), asked(room, city.nadia)
    third = asked(other, city.nadia)
    services.confirm_booking(first, by=city.amina)
    with acting(city.amina):
        with pytest.raises(IntegrityError, match="partnership_one_at_a_time"), transaction.atomic():
            Booking.objects.visible_to(city.amina).filter(pk=second.pk).update(state="confirmed")
        assert Booking.objects.visible_to(city.amina).filter(pk=third.pk).update(state="confirmed") == 1


@pytest.mark.parametrize(
    ("said", "begin", "end", "why"),
    [
        ({"weekdays": [1, 2]}, 10, 12, "day of the week"),
        ({"opens": time(11), "closes": time(18)}, 10, 12, "these hours"),
        ({"offered_until": date(2021, 1, 1)}, 10, 12, "these days"),
        ({}, 12, 10, "ends before it begins"),
    ],
)
def test_it_is_lent_only_when_it_is_offered(
    city: City, said: dict[str, Any], begin: int, end: int, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        asked(offered(city.amina, **said), city.ioana, begin, end)


def test_only_who_lends_confirms_and_only_the_two_cancel(city: City) -> None:
    room = offered(city.amina)
    booking = asked(room, city.ioana)
    with pytest.raises(Refused, match="Only the organisation that lends it"):
        services.confirm_booking(booking, by=city.ioana)
    with pytest.raises(Booking.DoesNotExist):
        services.cancel_booking(booking, by=city.nadia, reason="x")
    with pytest.raises(Refused, match="overseer"):
        offered(city.elisabeth)
    with pytest.raises(Refused, match="Only the organisation"):
        services.edit_resource(room, by=city.ioana, name="Mine")
    services.cancel_booking(booking, by=city.ioana, reason="We found another one.")
    services.withdraw_resource(room, by=city.amina)
    with pytest.raises(Refused, match="no longer"):
        asked(room, city.ioana)


def test_by_sql_nobody_lends_what_is_not_theirs_or_confirms_for_another(city: City) -> None:
    room = offered(city.amina)
    booking = asked(room, city.ioana)
    with acting(city.radu):
        assert not Resource.objects.visible_to(city.radu).filter(pk=room.pk).update(name="Mine")
        assert not Booking.objects.visible_to(city.radu).filter(pk=booking.pk).update(state="cancelled")
        with pytest.raises(DatabaseError), transaction.atomic():
            Resource(owner=room.owner, kind="room", name="x", offered_from=date(2020, 1, 1)).save(
                force_insert=True
            )
    with acting(city.ioana):
        mine = Booking.objects.visible_to(city.ioana).filter(pk=booking.pk)
        for change in (
            {"state": "confirmed"},
            {"starts_at": monday(1)},
            {"owner_id": city.ioana.organisation_id},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                mine.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.delete()
    services.decline_booking(booking, by=city.amina, reason="No.")
    with acting(city.amina), pytest.raises(DatabaseError), transaction.atomic():
        Booking.objects.visible_to(city.amina).filter(pk=booking.pk).update(state="confirmed")


# The pages


def test_the_pages_lead_from_an_offer_to_its_return(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    lender, borrower = client_of(city.yusuf), client_of(city.nadia)
    offer = {
        "kind": "equipment", "name": "Headsets", "languages": ["ar", "fr"], "currency": "EUR",
        "offered_from": "2020-01-01", "capacity": "20",
    }  # fmt: skip
    made = lender.post("/staff/resources/new/", offer)
    assert made.status_code == 302
    here = made["Location"]
    assert "Headsets" in borrower.get("/staff/resources/?spoken=ar&kind=equipment").content.decode()
    assert "Headsets" not in borrower.get("/staff/resources/?spoken=ro").content.decode()
    words = {"starts_at": f"{monday(10):%Y-%m-%dT%H:%M}", "ends_at": f"{monday(12):%Y-%m-%dT%H:%M}"}
    kept = borrower.post(f"{here}book/", words | {"purpose": ""})
    assert kept.status_code == 400
    assert words["starts_at"] in kept.content.decode()
    page = borrower.post(f"{here}book/", words | {"purpose": "A meeting"})["Location"]
    assert "A meeting" not in client_of(city.radu).get(here).content.decode()
    assert client_of(city.radu).get(page).status_code == 404
    assert borrower.get(f"{page}confirm/").status_code == 409
    assert lender.post(f"{page}confirm/").status_code == 302
    week = borrower.get(f"{here}?week={monday(10):%Y-%m-%d}").content.decode()
    assert "10:00–12:00" in week
    assert borrower.post(f"{here}book/", words | {"purpose": "Again"}).status_code == 409
    calendar = client_of(city.radu).get(f"{here}calendar.ics").content.decode()
    assert calendar.count("BEGIN:VEVENT") == 1
    assert "A meeting" not in calendar
    assert lender.get(f"{page}return/").status_code == 409
    with acting(city.yusuf):
        booked = Booking.objects.visible_to(city.yusuf).get(resource__name="Headsets", purpose="A meeting")
    with clock.frozen(monday(13)):
        services.return_booking(booked, by=city.yusuf, note="One is missing.")
    shown = borrower.get(page).content.decode()
    assert "One is missing." in shown
    assert "later than agreed" in shown
    assert "?week" in borrower.get(f"{here}?week=9999-99-99").content.decode()


def test_every_offer_says_how_often_it_was_lent(city: City, client_of: Callable[[Member], Client]) -> None:
    with acting(city.amina):
        offers = list(Resource.objects.visible_to(city.amina))
    client = client_of(city.amina)
    pages = [client.get(f"/staff/resources/{one.pk}/") for one in offers]
    assert {page.status_code for page in pages} == {200}
    assert any("hours in all" in page.content.decode() for page in pages)


def test_the_lists_ask_as_often_for_many(city: City, client_of: Callable[[Member], Client]) -> None:
    client, counts = client_of(city.ioana), []
    for more in (3, 20):
        for number in range(more):
            room = offered(city.amina, name=f"Room {more} {number}")
            asked(room, city.ioana)
        for page in ("/staff/resources/", "/staff/bookings/"):
            with CaptureQueriesContext(connection) as queries_made:
                assert client.get(page).status_code == 200
            counts.append(len(queries_made))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 15


# The mail goes out


def told(at: datetime) -> list[tuple[str, str]]:
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    with clock.frozen(at):
        services.watch_bookings(by=OWNER)
    with acting(OWNER):
        new = Message.objects.exclude(pk__in=before)
        return sorted((message.address, message.subject) for message in new)


def test_each_is_told_once_and_a_late_return_once(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")
    now = clock.now()
    told(now)
    with transaction.atomic():
        yusuf, nadia = (member_with(session_key(name)) for name in ("yusuf", "nadia"))
    kit = offered(yusuf, kind="equipment", name="Headsets")
    booking = asked(kit, nadia)
    lender, borrower = yusuf.person.email, nadia.person.email
    assert [address for address, _subject in told(now)] == [lender]
    services.confirm_booking(booking, by=yusuf)
    assert [address for address, _subject in told(now)] == [borrower]
    assert told(monday(11)) == []
    late = told(monday(13))
    assert [address for address, _subject in late] == sorted([lender, borrower])
    assert all(re.search("Headsets", subject) for _address, subject in late)
    assert told(monday(13)) == told(monday(9, weeks=4)) == []
