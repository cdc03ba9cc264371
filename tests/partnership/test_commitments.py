"""Commitments: offered, accepted, changed with a reason, kept with evidence; never quietly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
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
from entente.partnership.models import Commitment
from entente.partnership.queries import commitments as queries
from entente.partnership.queries.commitments import step_of
from entente.partnership.queries.papers import waiting_in_papers
from entente.partnership.services import commitments as services
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.meeting_rooms import a_group, accepted, offered, promise

ClientOf = Callable[[Member], Client]
State = Commitment.State
LATER = {"what": "Write down who opens the door", "evidence_wanted": ""}


def test_an_organisation_accepts_keeps_and_shows_it(city: City) -> None:
    commitment = offered(a_group(city), city.amina, city.radu)
    with acting(city.radu):
        assert any("Accept" in one.sentence for one in waiting_in_papers(city.radu))
    commitment = services.accept_commitment(commitment, by=city.radu)
    kept = services.keep_commitment(commitment, by=city.radu, evidence="It hangs at the door.")
    assert (kept.state, kept.closing) == (State.DONE, "It hangs at the door.")


def test_a_change_is_a_new_version_and_the_first_date_stays(city: City) -> None:
    commitment = accepted(a_group(city), city.amina, city.radu)
    first = clock.today() + timedelta(days=14)
    services.change_commitment(
        commitment, by=city.radu, due_on=first + timedelta(days=7), reason="A holiday.", read=1, **LATER
    )
    with acting(city.sofia):
        now = queries.commitments(city.sofia).get(pk=commitment.pk)
        assert (now.first_due_on, now.due_on) == (first, first + timedelta(days=7))
        reasons = [version.reason for version in queries.versions_of(commitment, city.sofia)]
    assert reasons == ["", "A holiday."]
    with pytest.raises(Refused, match="meanwhile"):
        services.change_commitment(commitment, by=city.radu, due_on=first, reason="Back.", read=1, **LATER)


def test_it_is_withdrawn_with_a_reason_and_stays(city: City) -> None:
    commitment = accepted(a_group(city), city.amina, city.radu)
    with pytest.raises(Refused, match="why"):
        services.withdraw_commitment(commitment, by=city.radu, reason=" ")
    services.withdraw_commitment(commitment, by=city.radu, reason="The door is gone.")
    with pytest.raises(Refused, match="already"):
        services.keep_commitment(commitment, by=city.radu, evidence="x")
    with acting(city.sofia):
        assert queries.commitments(city.sofia).get(pk=commitment.pk).closing == "The door is gone."


def test_it_is_logged_with_its_reason(city: City) -> None:
    group = a_group(city)
    accepted(group, city.amina, city.radu)
    with acting(city.amina):
        newest = history(group.pk, city.amina)[0]
    assert (newest.name, newest.reason) == (
        "partnership.commitment_accepted", "Your organisation made this promise.",
    )  # fmt: skip


def test_a_promise_needs_a_person_who_sits_there_and_a_day_to_come(city: City) -> None:
    group = a_group(city)
    with pytest.raises(Refused, match="sits in this group"):
        offered(group, city.amina, city.lena)
    with pytest.raises(Refused, match="has passed"):
        offered(group, city.amina, city.radu, days=-1)
    commitment = accepted(group, city.amina, city.radu)
    with pytest.raises(Refused, match="has passed"):
        services.change_commitment(
            commitment, by=city.radu, due_on=clock.today() - timedelta(days=1), reason="x", read=1, **LATER
        )
    with pytest.raises(Refused, match="Say why"):
        services.change_commitment(
            commitment, by=city.radu, due_on=clock.today() + timedelta(days=1), reason="", read=1, **LATER
        )


def test_only_who_must_keep_it_accepts_changes_and_keeps_it(city: City) -> None:
    commitment = offered(a_group(city), city.amina, city.radu)
    with pytest.raises(Refused, match="must keep"):
        services.accept_commitment(commitment, by=city.amina)
    with pytest.raises(Refused, match="accepted this commitment yet"):
        services.keep_commitment(commitment, by=city.radu, evidence="x")
    services.accept_commitment(commitment, by=city.radu)
    for step in (
        lambda: services.keep_commitment(commitment, by=city.sofia, evidence="x"),
        lambda: services.withdraw_commitment(commitment, by=city.amina, reason="x"),
        lambda: services.change_commitment(
            commitment, by=city.amina, due_on=clock.today(), reason="x", read=1, **LATER
        ),
    ):
        with pytest.raises(Refused, match="must keep"):
            step()


def test_without_a_seat_it_does_not_exist_but_for_who_must_keep_it(city: City, client_of: ClientOf) -> None:
    commitment = offered(a_group(city), city.amina, city.radu)
    page = reverse("partnership_staff:commitment", args=[commitment.reference])
    for reader in (city.peter, city.helene, city.tomas):
        assert client_of(reader).get(page).status_code == HTTPStatus.NOT_FOUND
        assert "who opens the door" not in client_of(reader).get("/staff/commitments/").content.decode()
    assert client_of(city.lena).get(page).status_code == HTTPStatus.OK  # the police must keep it
    assert client_of(city.lena).get(f"{page}accept/").status_code == HTTPStatus.CONFLICT


def test_the_board_shows_ones_own_first_then_the_late_ones(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    late = offered(group, city.amina, city.sofia, days=-3, made=20)
    services.accept_commitment(late, by=city.sofia)
    soon = accepted(group, city.amina, city.ioana, days=3)
    own = accepted(group, city.amina, city.radu, days=30)
    with acting(city.radu):
        rows = list(queries.board(city.radu, clock.today()).filter(group_id=group.pk))
        assert [row.pk for row in rows] == [own.pk, late.pk, soon.pk]
        assert [queries.standing(row).kind for row in rows] == ["open", "late", "due"]
    radu = client_of(city.radu)
    told = radu.get(f"/staff/commitments/?group={group.pk}&show=late").content.decode()
    assert late.reference in told
    assert soon.reference not in told
    of_school = radu.get("/staff/commitments/?organisation=school").content.decode()
    assert late.reference in of_school
    assert own.reference not in of_school
    table = radu.get(f"/staff/commitments/file/?group={group.pk}").content.decode()
    assert late.reference in table
    assert "3 days late" in table


def test_a_commitment_is_made_and_kept_on_its_pages(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    offer = reverse("partnership_staff:offer_commitment", args=[group.reference])
    amina, radu = client_of(city.amina), client_of(city.radu)
    typed = {"person": str(city.radu.pk), "what": "Open the door", "due_on": "2020-01-01"}
    assert amina.post(offer, typed).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    typed["due_on"] = (clock.today() + timedelta(days=5)).isoformat()
    nobody = amina.post(offer, typed | {"person": ""})
    assert nobody.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Open the door" in nobody.content.decode()
    made = amina.post(offer, typed)
    assert made.status_code == HTTPStatus.FOUND
    page = made["Location"]
    assert radu.post(f"{page}accept/").status_code == HTTPStatus.FOUND
    wanted = {"what": "Open the door", "reason": "Late key", "read": 1}
    day = (clock.today() + timedelta(days=8)).isoformat()
    assert radu.post(f"{page}change/", wanted | {"due_on": day}).status_code == HTTPStatus.FOUND
    told = radu.post(f"{page}done/", {"evidence": "It is open."}, follow=True).content.decode()
    assert "It is open." in told
    assert "Late key" in told


def test_the_board_asks_the_database_no_more_often_for_many(city: City, client_of: ClientOf) -> None:
    group = a_group(city)
    radu, counts = client_of(city.radu), []
    for number in (3, 27):
        for _place in range(number):
            accepted(group, city.amina, city.radu)
        with CaptureQueriesContext(connection) as asked:
            assert radu.get("/staff/commitments/").status_code == HTTPStatus.OK
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 15


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (8, ""), (7, "week_before"), (1, "week_before"), (0, "on_the_day"), (-1, ""), (-6, ""),
        (-7, "week_late"), (-13, "week_late"), (-14, "fortnight_late"), (-60, "fortnight_late"),
    ],
)  # fmt: skip
def test_each_step_has_its_days(days: int, step: str) -> None:
    today = date(2026, 11, 20)
    assert step_of(today + timedelta(days=days), today) == step


def test_a_promise_reads_as_it_stands(city: City) -> None:
    commitment = offered(a_group(city), city.amina, city.radu)
    assert queries.standing(promise(commitment, city.sofia)).kind == "draft"
