"""A calendar reads what a member reads in their seats: nothing restricted, and nothing once a seat ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from entente.audit.actors import acting
from entente.partnership.models import CalendarKey
from entente.partnership.queries import meetings as queries
from entente.partnership.queries.groups import own_place
from entente.partnership.services import calendars, meetings, places
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.meeting_rooms import a_group, planned

ClientOf = Callable[[Member], Client]


def feed(client: Client, token: str) -> list[dict[str, str]]:
    """The meetings a calendar reads."""
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == HTTPStatus.OK
    assert answer["Content-Type"].startswith("text/calendar")
    found = Calendar.from_ical(answer.getvalue().decode())
    return [{str(name): str(value) for name, value in one.items()} for one in found.walk("VEVENT")]


def test_it_reads_the_meetings_of_ones_seats_without_restricted_points(
    city: City, visitor_client: Client
) -> None:
    meeting = planned(a_group(city), city.amina, title="First of spring")
    meetings.add_point(meeting, by=city.amina, title="Lamps")
    meetings.add_point(meeting, by=city.amina, title="Who covers the night", is_restricted=True)
    token = calendars.make_calendar_key(by=city.radu)
    found = {one["SUMMARY"]: one for one in feed(visitor_client, token)}
    one = found["Round table: First of spring"]
    assert "Lamps" in one["DESCRIPTION"]
    assert "night" not in one["DESCRIPTION"]
    assert one["LOCATION"] == "Town hall"


def test_it_closes_the_second_the_seat_ends(city: City, visitor_client: Client) -> None:
    group = a_group(city)
    planned(group, city.amina, title="First of spring")
    token = calendars.make_calendar_key(by=city.radu)
    assert any("spring" in one["SUMMARY"] for one in feed(visitor_client, token))
    with acting(city.radu):
        place = own_place(group, city.radu)
        assert place is not None
    places.leave_group(place, by=city.radu, reason="We leave.")
    assert not any("spring" in one["SUMMARY"] for one in feed(visitor_client, token))


def test_only_a_hash_is_kept_and_an_older_address_stops(city: City, visitor_client: Client) -> None:
    first = calendars.make_calendar_key(by=city.radu)
    second = calendars.make_calendar_key(by=city.radu)
    with acting(city.radu):
        kept = list(queries.calendar_keys(city.radu))
        assert not [key for key in kept if second in key.token_hash]
    assert visitor_client.get(f"/calendar/{first}.ics").status_code == HTTPStatus.NOT_FOUND
    feed(visitor_client, second)
    calendars.revoke_calendar_key(by=city.radu)
    assert visitor_client.get(f"/calendar/{second}.ics").status_code == HTTPStatus.NOT_FOUND


def test_a_wrong_address_says_nothing(visitor_client: Client, db: None) -> None:
    assert visitor_client.get("/calendar/nobody.ics").status_code == HTTPStatus.NOT_FOUND


def test_an_address_reads_as_a_seat_and_holds_no_role(city: City, visitor_client: Client) -> None:
    a_group(city)
    token = calendars.make_calendar_key(by=city.elisabeth)
    planned(a_group(city), city.amina, title="Not of hers")
    assert not any("Not of hers" in one["SUMMARY"] for one in feed(visitor_client, token))


def test_nobody_sees_anothers_address(city: City) -> None:
    calendars.make_calendar_key(by=city.radu)
    with acting(city.amina):
        assert not CalendarKey.objects.visible_to(city.amina).exists()


def test_the_page_shows_an_address_once(city: City, client_of: ClientOf, visitor_client: Client) -> None:
    radu, page = client_of(city.radu), reverse("partnership_staff:calendar")
    told = radu.post(reverse("partnership_staff:make_calendar_key")).content.decode()
    token = re.search(r"/calendar/([\w-]+)\.ics", told)
    assert token
    feed(visitor_client, token[1])
    assert token[1] not in radu.get(page).content.decode()
    radu.post(reverse("partnership_staff:revoke_calendar_key"))
    assert visitor_client.get(f"/calendar/{token[1]}.ics").status_code == HTTPStatus.NOT_FOUND


def test_one_meeting_is_a_file_of_its_own(city: City, client_of: ClientOf) -> None:
    meeting = planned(a_group(city), city.amina, title="First of spring")
    page = reverse("partnership_staff:meeting_file", args=[meeting.reference])
    answer = client_of(city.radu).get(page)
    found = Calendar.from_ical(answer.getvalue().decode()).walk("VEVENT")
    assert str(found[0]["SUMMARY"]) == "Round table: First of spring"
    assert client_of(city.peter).get(page).status_code == HTTPStatus.NOT_FOUND
