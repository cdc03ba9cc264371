from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit import clock
from entente.audit.actors import acting
from entente.people.models import Member
from entente.records import queries, services
from entente.records.models import Record
from entente.records.references import as_cursor, from_cursor
from entente.records.views import lists
from tests.conftest import City
from tests.records.shared_world import World, agreement, share

ClientOf = Callable[[Member], Client]
PAGE = "/staff/records/"


def shown(client: Client, **asked: str) -> str:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def number_open_to(reader: Member) -> int:
    with acting(reader):
        return queries.count_open_to(reader)


def matters(by: Member, number: int) -> list[Record]:
    """So many matters, one a minute, the oldest first."""
    made = []
    for place in range(number):
        with clock.frozen(clock.now() - timedelta(minutes=number - place)), acting(by):
            made.append(services.open_matter(by=by, title=f"Matter number {place}", category="work"))
    return made


def test_the_list_shows_ours_and_what_is_shared_with_us(world: World, client_of: ClientOf) -> None:
    share(world)
    with acting(world.city.sofia):
        own = services.open_matter(by=world.city.sofia, title="School bus", category="school")
    page = shown(client_of(world.city.sofia))
    assert page.index(own.reference) < page.index(world.matter.reference)
    assert f"{number_open_to(world.city.sofia)} records" in page
    assert f'href="/staff/records/{world.matter.reference}/"' in page
    ours = shown(client_of(world.city.sofia), whose="ours")
    assert own.reference in ours
    assert world.matter.reference not in ours
    theirs = shown(client_of(world.city.sofia), whose="shared")
    assert world.matter.reference in theirs
    assert own.reference not in theirs


def test_what_is_merely_public_is_not_on_it(world: World, client_of: ClientOf) -> None:
    assert world.city.dialogue.reference not in shown(client_of(world.city.sofia))
    page = shown(client_of(world.city.peter))
    assert world.city.dialogue.reference not in page
    assert "No records yet" in page


def test_kinds_and_words_narrow_it(world: World, client_of: ClientOf) -> None:
    amina = client_of(world.city.amina)
    assert world.matter.reference not in shown(amina, kind="dialogue")
    assert world.city.library.reference in shown(amina, kind="dialogue")
    assert world.matter.reference in shown(amina, words="flat family")
    assert world.matter.reference not in shown(amina, words="asthma")
    assert "No record that is open to you fits." in shown(amina, words="zeppelin")


def test_a_named_matter_is_on_the_list_of_those_named_only(world: World, client_of: ClientOf) -> None:
    with acting(world.city.amina):
        named = services.open_matter(
            by=world.city.amina, title="For me", category="housing", audience="named"
        )
    assert named.reference in shown(client_of(world.city.amina))
    assert named.reference not in shown(client_of(world.city.claire))


def test_an_agreement_that_is_suspended_takes_the_record_off_the_list(
    world: World, client_of: ClientOf
) -> None:
    share(world)
    sofia = client_of(world.city.sofia)
    assert world.matter.reference in shown(sofia)
    before = number_open_to(world.city.sofia)
    world.agreed.change(state="suspended")
    assert agreement(world).state == "suspended"
    assert world.matter.reference not in shown(sofia)
    assert number_open_to(world.city.sofia) == before - 1


def test_a_long_list_has_pages(city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ON_A_PAGE", 2)
    made = matters(city.peter, 5)
    peter, seen, page = client_of(city.peter), [], PAGE
    for number in (2, 2, 1):
        answer = peter.get(page)
        here = [one.reference for one in made if one.reference in answer.content.decode()]
        assert len(here) == number
        seen += here
        following = answer.context["next_page"]
        page = f"{PAGE}?{following}"
    assert not following
    assert sorted(seen) == sorted(one.reference for one in made)
    assert "5 records" in shown(peter)


def test_found_by_words_has_pages_too(
    city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ON_A_PAGE", 2)
    matters(city.peter, 3)
    first = client_of(city.peter).get(PAGE, {"words": "number"})
    second = client_of(city.peter).get(f"{PAGE}?{first.context['next_page']}").content.decode()
    assert "Matter number 0" in second
    assert "Matter number 1" not in second


def test_many_are_more_than(city: City, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ON_A_PAGE", 1)
    monkeypatch.setattr(lists, "MANY", 2)
    monkeypatch.setattr(queries, "MANY", 2)
    matters(city.peter, 4)
    assert "More than 2 records" in shown(client_of(city.peter))


def test_a_cursor_is_written_and_read() -> None:
    at, record = datetime(2026, 11, 20, 9, 8, 7, 654321, tzinfo=UTC), uuid.uuid4()
    assert from_cursor(as_cursor(at, record)) == (at, record)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "20269999T999999999999-" + "0" * 32, "20261120T000000000000-' or 1=1", "-" * 300, "\x00"],
)
def test_a_forged_cursor_is_the_beginning(city: City, client_of: ClientOf, cursor: str) -> None:
    matters(city.peter, 1)
    assert from_cursor(cursor) is None
    assert "Matter number 0" in shown(client_of(city.peter), before=cursor)


def test_a_cursor_made_of_a_record_one_cannot_see_shows_nothing_of_it(
    world: World, client_of: ClientOf
) -> None:
    hidden = world.matter
    page = shown(client_of(world.city.peter), before=as_cursor(hidden.opened_at, hidden.pk))
    assert hidden.reference not in page


@pytest.mark.parametrize("asked", [{"kind": "x"}, {"whose": "x"}, {"words": "a" * 5000}, {"words": "\x00"}])
def test_a_filter_that_is_not_understood_is_left_out(
    city: City, client_of: ClientOf, asked: dict[str, str]
) -> None:
    assert client_of(city.peter).get(PAGE, asked).status_code == 200


def test_a_longer_list_asks_the_database_no_more_often(city: City, client_of: ClientOf) -> None:
    peter = client_of(city.peter)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            shown(peter)
        return len(found)

    matters(city.peter, 1)
    few = asked()
    matters(city.peter, 30)
    assert asked() <= few


def test_my_work_shows_what_was_shared(world: World, client_of: ClientOf) -> None:
    share(world)
    page = client_of(world.city.sofia).get("/staff/").content.decode()
    assert "Shared with you" in page
    assert f'href="/staff/records/{world.matter.reference}/"' in page


def test_a_reference_leads_a_partner_to_the_record(world: World, client_of: ClientOf) -> None:
    share(world)
    sofia = client_of(world.city.sofia)
    found = sofia.get("/staff/search/", {"q": world.matter.reference})
    assert found["Location"] == f"/staff/records/{world.matter.reference}/"
    assert world.matter.reference in sofia.get("/staff/search/", {"q": "flat"}).content.decode()
