"""Meetings: planned with an agenda, held with a quorum, written down by two people, approved by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.partnership.models import Meeting
from entente.partnership.queries import meetings as queries
from entente.partnership.queries.papers import waiting_in_papers
from entente.partnership.services import meetings as services
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.meeting_rooms import a_group, begun, planned

ClientOf = Callable[[Member], Client]


def test_a_meeting_is_planned_and_everybody_brings_points(city: City) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    services.add_point(meeting, by=city.amina, title="Welcome", minutes=5)
    last = services.add_point(meeting, by=city.radu, title="Lamps", minutes=20)
    services.move_point(last, by=city.radu)
    with acting(city.sofia):
        points = queries.agenda(meeting, city.sofia)
        assert [(p.title, p.minutes, p.brought_by_name) for p in points] == [
            ("Lamps", 20, "Radu Ionescu"),
            ("Welcome", 5, "Amina Haddad"),
        ]
        assert queries.next_meeting(group, city.sofia) == meeting
    services.remove_point(last, by=city.radu)
    with acting(city.sofia):
        assert [point.title for point in queries.agenda(meeting, city.sofia)] == ["Welcome"]


def test_who_came_makes_a_quorum_and_is_said_in_a_sentence(city: City) -> None:
    group = a_group(city, quorum=3)
    meeting = begun(group, city.amina)
    came = {
        city.amina.pk: ("present", ""),
        city.radu.pk: ("deputy", "Lena Koch"),
        city.sofia.pk: ("excused", ""),
        city.ioana.pk: ("absent", ""),
    }
    meeting = services.hold_meeting(meeting, by=city.amina, attendance=came)
    assert meeting.state == Meeting.State.HELD
    with acting(city.radu):
        there = queries.organisations_there(meeting, city.radu)
        assert "was not reached" in queries.quorum_in_words(there, meeting.quorum or 0)
    services.hold_meeting(meeting, by=city.amina, attendance={city.sofia.pk: ("present", "")})
    with acting(city.radu):
        there = queries.organisations_there(meeting, city.radu)
        assert queries.quorum_in_words(there, 3) == (
            "3 organisations were there. 3 are needed: the quorum was reached."
        )
        deputies = {row.name: row.deputy_name for row in queries.attendances(meeting, city.radu)}
        assert deputies["Radu Ionescu"] == "Lena Koch"


def test_the_next_meeting_approves_the_minutes(city: City) -> None:
    group = a_group(city)
    meeting = begun(group, city.amina, "Lamps")
    services.hold_meeting(meeting, by=city.amina, attendance={city.amina.pk: ("present", "")})
    with acting(city.radu):
        point = queries.agenda(meeting, city.radu)[0]
    services.write_minutes(point, by=city.radu, text="They are repaired.", read=0)
    with pytest.raises(Refused, match="next meeting"):
        services.approve_minutes(meeting, by=city.amina)
    later = planned(group, city.amina, starts_at=clock.now() - timedelta(hours=1), title="Second")
    with acting(city.amina):
        assert any(meeting.title in one.sentence for one in waiting_in_papers(city.amina))
    meeting = services.approve_minutes(meeting, by=city.amina)
    assert (meeting.state, meeting.approved_in) == (Meeting.State.APPROVED, later)
    with pytest.raises(Refused, match="approved"):
        services.write_minutes(point, by=city.radu, text="Otherwise.", read=1)


def test_each_step_is_logged_with_its_reason(city: City) -> None:
    group = a_group(city)
    meeting = begun(group, city.amina, "Lamps")
    services.hold_meeting(meeting, by=city.amina, attendance={city.amina.pk: ("present", "")})
    with acting(city.amina):
        newest = history(group.pk, city.amina)[0]
    assert newest.name == "partnership.meeting_held"
    assert newest.reason == "Your organisation keeps this group's papers."


def test_two_people_type_minutes_and_nothing_is_lost(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    meeting = begun(group, city.amina, "Lamps")
    with acting(city.radu):
        point = queries.agenda(meeting, city.radu)[0]
    page = reverse("partnership_staff:write_minutes", args=[point.pk])
    first = client_of(city.radu).post(page, {"text": "Radu's words.", "read": 0})
    assert first.status_code == HTTPStatus.FOUND
    second = client_of(city.sofia).post(page, {"text": "Sofia's words.", "read": 0})
    assert second.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = second.content.decode()
    assert "Radu&#x27;s words." in told
    assert "Sofia&#x27;s words." in told
    assert 'name="read" value="1"' in told
    both = client_of(city.sofia).post(page, {"text": "Radu's words. Sofia's words.", "read": 1})
    assert both.status_code == HTTPStatus.FOUND
    with acting(city.radu):
        texts = [edition.text for edition in queries.editions(point, city.radu)]
    assert texts == ["Radu's words. Sofia's words.", "Radu's words."]


def test_only_who_keeps_the_papers_calls_meetings(city: City) -> None:
    group = a_group(city)
    with pytest.raises(Refused, match="keeps this group's papers"):
        planned(group, city.radu)
    with pytest.raises(Refused, match="has passed"):
        services.plan_meeting(group, by=city.amina, title="Gone", starts_at=clock.now() - timedelta(hours=1))
    meeting = planned(group, city.amina)
    for step in (services.invite_to_meeting, lambda m, by: services.cancel_meeting(m, by=by, reason="x")):
        with pytest.raises(Refused, match="keeps this group's papers"):
            step(meeting, by=city.radu)


def test_nobody_comes_who_does_not_sit_there_and_nothing_is_noted(city: City) -> None:
    group = a_group(city)
    meeting = begun(group, city.amina)
    came = {city.amina.pk: ("present", ""), city.lena.pk: ("present", "")}
    with pytest.raises(Refused, match="Lena Koch does not sit in this group"):
        services.hold_meeting(meeting, by=city.amina, attendance=came)
    with acting(city.amina):
        assert queries.attendances(meeting, city.amina) == []


def test_a_meeting_in_the_future_has_no_minutes_and_nobody_came(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    point = services.add_point(meeting, by=city.amina, title="Welcome")
    with pytest.raises(Refused, match="future"):
        services.write_minutes(point, by=city.amina, text="Before", read=0)
    with pytest.raises(Refused, match="has not begun"):
        services.hold_meeting(meeting, by=city.amina, attendance={})
    page = reverse("partnership_staff:hold_meeting", args=[meeting.reference])
    assert client_of(city.amina).get(page).status_code == HTTPStatus.CONFLICT


def test_a_point_is_taken_off_by_who_brought_it_only(city: City) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    point = services.add_point(meeting, by=city.radu, title="Lamps")
    with pytest.raises(Refused, match="brought this point"):
        services.remove_point(point, by=city.sofia)
    services.remove_point(point, by=city.amina)


def test_without_a_seat_a_meeting_does_not_exist(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    services.add_point(meeting, by=city.amina, title="Welcome")
    for reader in (city.peter, city.lena, city.helene, city.jonas):
        with acting(reader):
            assert not queries.meetings(reader).filter(pk=meeting.pk).exists()
        answer = client_of(reader).get(reverse("partnership_staff:meeting", args=[meeting.reference]))
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_the_overseer_reads_it_without_restricted_points(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    services.add_point(meeting, by=city.amina, title="Who covers the night", is_restricted=True)
    services.add_point(meeting, by=city.amina, title="Lamps of the passage")
    page = reverse("partnership_staff:meeting", args=[meeting.reference])
    told = client_of(city.elisabeth).get(page).content.decode()
    assert "Lamps of the passage" in told
    assert "Who covers the night" not in told
    assert "Who covers the night" in client_of(city.radu).get(page).content.decode()
    with pytest.raises(Refused, match="do not sit"):
        services.add_point(meeting, by=city.elisabeth, title="x")
    listed = client_of(city.elisabeth).get(reverse("partnership_staff:meetings", args=[group.reference]))
    assert meeting.title in listed.content.decode()
    plan = reverse("partnership_staff:plan_meeting", args=[group.reference])
    assert client_of(city.elisabeth).get(plan).status_code == HTTPStatus.CONFLICT


def test_a_meeting_is_planned_and_filled_on_its_pages(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    amina = client_of(city.amina)
    page = reverse("partnership_staff:plan_meeting", args=[group.reference])
    typed = {"title": "Spring", "starts_at": "2020-03-03T14:00", "minutes": 60}
    wrong = amina.post(page, typed)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="Spring"' in wrong.content.decode()
    done = amina.post(page, typed | {"starts_at": "2099-03-03T14:00"})
    assert done.status_code == HTTPStatus.FOUND
    told = amina.post(f"{done['Location']}agenda/", {"title": "Lamps", "minutes": 15}, follow=True)
    assert "Lamps" in told.content.decode()
    paper = amina.get(f"{done['Location']}paper/")
    assert paper.getvalue().startswith(b"%PDF")


def test_who_came_is_noted_on_its_page(city: City, client_of: ClientOf) -> None:
    group = a_group(city, quorum=2)
    meeting = begun(group, city.amina, "Lamps")
    page = reverse("partnership_staff:hold_meeting", args=[meeting.reference])
    amina = client_of(city.amina)
    members = (city.amina, city.radu, city.sofia, city.ioana)
    typed = {f"how_{member.pk}": "present" for member in members} | {f"how_{city.radu.pk}": "deputy"}
    assert amina.post(page, typed).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = amina.post(page, typed | {f"deputy_{city.radu.pk}": "Lena Koch"}, follow=True).content.decode()
    assert "the quorum was reached" in told
    assert "Lena Koch" in told


def test_a_meeting_without_an_agenda_waits_for_who_keeps_the_papers(city: City) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina, starts_at=clock.now() + timedelta(days=2), title="Soon")
    with acting(city.amina):
        assert any("no agenda: Soon" in one.sentence for one in waiting_in_papers(city.amina))
    services.add_point(meeting, by=city.amina, title="Lamps")
    with acting(city.amina):
        assert not any("Soon" in one.sentence for one in waiting_in_papers(city.amina))


def test_a_meeting_with_many_points_asks_the_database_no_more_often(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    meeting = planned(group, city.amina)
    page, amina = reverse("partnership_staff:meeting", args=[meeting.reference]), client_of(city.amina)
    counts = []
    for number in (3, 27):
        for place in range(number):
            services.add_point(meeting, by=city.amina, title=f"Point {place}")
        with CaptureQueriesContext(connection) as asked:
            assert amina.get(page).status_code == HTTPStatus.OK
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_group_with_many_meetings_asks_the_database_no_more_often(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    page, amina = reverse("partnership_staff:meetings", args=[group.reference]), client_of(city.amina)
    counts = []
    for number in (3, 22):
        for place in range(number):
            planned(group, city.amina, title=f"Meeting {place}")
        with CaptureQueriesContext(connection) as asked:
            assert amina.get(page).status_code == HTTPStatus.OK
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 15
