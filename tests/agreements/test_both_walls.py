"""Each wall alone, and both together, let every reader of a made-up world see what the rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connection

from entente.config import database, environment
from tests.agreements.asking import as_kept, lasts_for
from tests.agreements.both_walls import (
    Ids,
    Judged,
    is_turned_away,
    seen_through_both,
    seen_through_first_wall,
    seen_through_second_wall,
)
from tests.agreements.facts import Member, Reader, World
from tests.agreements.worlds import make_world
from tests.agreements.writing import write_world
from tests.database import CLOCK_ROLE, copy_of_city, worker_name

CATEGORIES = ("coordination", "consultation", "plan", "health")


@dataclass
class Written:
    """A world in a database of its own, and what the oracle says of each reader."""

    world: World
    url: Callable[[str], str]
    expected: dict[Reader, Ids]
    everything: Ids


@pytest.fixture(scope="module")
def written() -> Iterator[Written]:
    made = make_world(
        11, organisations=5, members=60, task_forces=6, agreements=12, records=150, categories=CATEGORIES
    )
    world, name = as_kept(made), f"walls_{worker_name()}"
    admin_url = copy_of_city(name)
    write_world(database.url_for("entente_owner", admin_url, name), world)
    judged = Judged(world)
    expected = {reader: judged.expected(reader, at) for reader, at in world.readers}
    yield Written(world, lambda role: _url(role, admin_url, name), expected, judged.everything)
    connection.close()
    database.drop_database(admin_url, name)


def _url(role: str, admin_url: str, name: str) -> str:
    return (
        admin_url.rpartition("/")[0] + f"/{name}" if role == "" else database.url_for(role, admin_url, name)
    )


@pytest.fixture
def connected(django_db_blocker: pytest.FixtureRequest, written: Written) -> Iterator[Callable[[str], None]]:
    """Django connects to the written world as a role; the empty one is the administrator's."""
    before = dict(connection.settings_dict)

    def connect(role: str) -> None:
        connection.close()
        parts = environment.database(written.url(role))
        connection.settings_dict.update({key: parts[key] for key in ("NAME", "USER", "PASSWORD")})

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield connect
        connection.close()
        connection.settings_dict.update(before)


def test_what_is_asked_has_both_answers(written: Written) -> None:
    members = [seen for reader, seen in written.expected.items() if isinstance(reader, Member)]
    share = sum(map(len, members)) / (len(members) * len(written.everything))
    assert 0.2 < share < 0.8


def test_the_second_wall_alone_says_what_the_rule_says(written: Written) -> None:
    with psycopg.connect(written.url(CLOCK_ROLE)) as raw:
        for reader, at in written.world.readers:
            seen = seen_through_second_wall(raw, reader, at) & written.everything
            assert seen == written.expected[reader], (reader, at)


def test_the_first_wall_alone_says_what_the_rule_says(
    written: Written, connected: Callable[[str], None]
) -> None:
    connected("")
    for reader, at in written.world.readers:
        seen = seen_through_first_wall(written.world, reader, at) & written.everything
        assert seen == written.expected[reader], (reader, at)


def test_both_walls_together_say_what_the_rule_says(
    written: Written, connected: Callable[[str], None]
) -> None:
    connected(CLOCK_ROLE)
    for reader, at in written.world.readers:
        assert seen_through_both(reader, at) & written.everything == written.expected[reader], (reader, at)


def test_nobody_begins_with_a_membership_that_does_not_last(written: Written) -> None:
    with psycopg.connect(written.url(CLOCK_ROLE)) as raw:
        for reader, at in written.world.readers:
            if isinstance(reader, Member):
                assert is_turned_away(raw, reader, at) is not lasts_for(reader, at)
