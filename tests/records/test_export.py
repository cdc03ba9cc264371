from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.test import Client

from entente.audit.actors import acting
from entente.audit.models import Event
from entente.people.models import Member
from entente.records import services
from entente.records.views.csv_files import plain_cell
from tests.records.shared_world import World, share

ClientOf = Callable[[Member], Client]
PAGE = "/staff/records/export.csv"


def rows(client: Client, **asked: str) -> list[list[str]]:
    answer = client.get(PAGE, asked)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(text)))


def exports(reader: Member) -> list[Event]:
    with acting(reader):
        return list(Event.objects.filter(name="records.records_exported"))


def test_the_file_holds_what_the_list_shows(world: World, client_of: ClientOf) -> None:
    share(world)
    head, *found = rows(client_of(world.city.sofia))
    assert head == ["reference", "title", "kind", "what it is about", "looked after by", "opened on"]
    (row,) = (row for row in found if row[0] == world.matter.reference)
    owner = str(world.city.amina.organisation)
    assert row[1:5] == ["A flat for a family", "matter", "housing", owner]
    assert rows(client_of(world.city.sofia), whose="ours", words="flat")[1:] == []


def test_one_event_keeps_who_took_which_records(world: World, client_of: ClientOf) -> None:
    share(world)
    taken = [row[0] for row in rows(client_of(world.city.sofia))[1:]]
    (event,) = exports(world.city.sofia)
    assert (event.record_id, event.actor_id) == (None, world.city.sofia.pk)
    with acting(world.city.sofia):
        assert json.loads(event.details) == {"number": len(taken), "references": taken}
        assert event.why == "Every one of these records is open to the person who took the list."


def test_whose_records_are_not_open_gets_a_head_and_nothing_else(world: World, client_of: ClientOf) -> None:
    assert len(rows(client_of(world.city.peter))) == 1
    assert world.matter.reference not in client_of(world.city.peter).get(PAGE).content.decode()


def test_a_suspended_agreement_ends_the_export_too(world: World, client_of: ClientOf) -> None:
    share(world)
    world.agreed.change(state="suspended")
    assert world.matter.reference not in client_of(world.city.sofia).get(PAGE).content.decode()


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"])
def test_no_spreadsheet_calculates_a_title(world: World, client_of: ClientOf, title: str) -> None:
    with acting(world.city.peter):
        services.open_matter(by=world.city.peter, title=title, category="housing")
    assert rows(client_of(world.city.peter))[1][1] == f"'{title}"
    assert plain_cell("plain") == "plain"
