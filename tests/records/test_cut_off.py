"""The moment an agreement, a party or an invitation ends, the record is gone everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.models import Event
from entente.delivery.models import Message
from entente.people.models import Member
from entente.records import queries, readers, services
from entente.records.models import Note, Participation, Record
from tests.conftest import City
from tests.records.shared_world import SUPPORT, Agreed, World, agreed, share, world_of

ClientOf = Callable[[Member], Client]


@pytest.fixture
def agreement_made() -> Iterator[Agreed]:
    with agreed() as made:
        yield made


@pytest.fixture
def shared(agreement_made: Agreed, city: City) -> tuple[World, Participation]:
    """Shared with the School Board, opened by Sofia, a mail to her still waiting."""
    world = world_of(city, agreement_made)
    participation = share(world)
    with acting(city.sofia):
        services.open_record(world.matter, by=city.sofia, purpose=SUPPORT)
    return world, participation


def suspended(world: World, participation: Participation) -> None:
    world.agreed.change(state="suspended")


def ended(world: World, participation: Participation) -> None:
    world.agreed.change(state="ended")


def run_out(world: World, participation: Participation) -> None:
    world.agreed.change(ends_at=clock.now())


def receiver_left(world: World, participation: Participation) -> None:
    world.agreed.part_with("school")


def owner_left(world: World, participation: Participation) -> None:
    world.agreed.part_with("city")


def taken_back(world: World, participation: Participation) -> None:
    with acting(world.city.amina):
        services.end_participation(participation, by=world.city.amina, reason="It is done.")


WAYS = [suspended, ended, run_out, receiver_left, owner_left, taken_back]
Way = Callable[[World, Participation], None]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


Shared = tuple[World, Participation]


def test_it_is_gone_from_list_count_and_search(shared: Shared, way: Way) -> None:
    world, participation = shared
    sofia = world.city.sofia

    def found() -> tuple[int, int, bool]:
        with acting(sofia):
            rows = Record.objects.visible_to(sofia).filter(pk=world.matter.pk)
            hits = {record.pk for record in queries.search("flat", sofia)}
            return rows.count(), len(rows), world.matter.pk in hits

    assert found() == (1, 1, True)
    way(world, participation)
    assert found() == (0, 0, False)


def test_its_parts_are_gone_although_the_purpose_was_stated(shared: Shared, way: Way) -> None:
    world, participation = shared
    sofia = world.city.sofia
    with acting(sofia):
        assert Note.objects.visible_to(sofia).filter(record_id=world.matter.pk).count() == 2
    way(world, participation)
    with acting(sofia):
        assert not Note.objects.visible_to(sofia).filter(record_id=world.matter.pk).exists()


def test_the_second_wall_alone_lets_nothing_through(shared: Shared, way: Way) -> None:
    world, participation = shared
    way(world, participation)
    with acting(world.city.sofia), connection.cursor() as cursor:
        for table, column in (("records_record", "id"), ("records_note", "record_id")):
            cursor.execute(f"select count(*) from {table} where {column} = %s", [world.matter.pk])
            assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from authz.let_in(%s)", [world.matter.pk])
        assert cursor.fetchone() == (0,)


def test_what_was_read_of_it_is_no_longer_told(shared: Shared, way: Way) -> None:
    world, participation = shared
    way(world, participation)
    with acting(world.city.sofia):
        assert not Event.objects.filter(record_id=world.matter.pk).exists()


def test_a_mail_that_waits_may_not_go_any_more(shared: Shared, way: Way) -> None:
    world, participation = shared
    with acting(world.city.amina):
        (message,) = Message.objects.filter(record_id=world.matter.pk, member_id=world.city.sofia.pk)
        assert readers.may_message_go(message, world.city.amina)
    way(world, participation)
    with acting(world.city.amina):
        assert not readers.may_message_go(message, world.city.amina)


# Every surface


def surfaces(world: World, file_id: object) -> dict[str, str]:
    """Pages, files, feeds and the interface for programs; each shows the record or is not there."""
    record = f"/staff/records/{world.matter.reference}"
    return {
        "page": f"{record}/",
        "file": f"{record}/files/{file_id}/",
        "api of one": f"/staff/api/records/{world.matter.reference}/",
        "purpose": f"{record}/purpose/",
        "who can see": f"{record}/who-can-see/",
        "why": f"{record}/why/",
        "who has seen": f"{record}/who-has-seen/",
        "still open": f"{record}/still-open/",
    }


LISTS = (
    "/staff/",
    "/staff/records/",
    "/staff/records/export.csv",
    "/staff/records/changes/",
    "/staff/records/changes.atom",
    "/staff/api/records/",
    "/staff/search/?q=flat",
)


def test_it_is_gone_from_every_page_file_and_feed(shared: Shared, way: Way, client_of: ClientOf) -> None:
    world, participation = shared
    with acting(world.city.amina):
        file = services.keep_file(
            world.matter, by=world.city.amina, name="plan.txt", content=b"The plan.", category="housing"
        )
    client = client_of(world.city.sofia)
    pages = surfaces(world, file.pk)
    assert {name: client.get(path).status_code for name, path in pages.items()} == dict.fromkeys(pages, 200)
    reference = world.matter.reference.encode()
    assert {path: reference in client.get(path).getvalue() for path in LISTS} == dict.fromkeys(LISTS, True)
    way(world, participation)
    assert {name: client.get(path).status_code for name, path in pages.items()} == dict.fromkeys(pages, 404)
    assert {path: reference in client.get(path).getvalue() for path in LISTS} == dict.fromkeys(LISTS, False)
