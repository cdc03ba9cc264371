from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from entente.audit.actors import acting
from entente.audit.models import Event
from entente.people.models import Member
from entente.records import api, queries, services
from entente.records.references import new_reference
from tests.records.shared_world import SUPPORT, World, share

ClientOf = Callable[[Member], Client]
LIST = "/staff/api/records/"


def one(world: World) -> str:
    return f"{LIST}{world.matter.reference}/"


def test_the_list_holds_heads_and_no_parts(world: World, client_of: ClientOf) -> None:
    share(world)
    found = client_of(world.city.sofia).get(LIST).json()
    assert found["before"] is None
    heads = {head["reference"]: head for head in found["records"]}
    assert heads[world.matter.reference] == {
        "reference": world.matter.reference,
        "url": one(world),
        "kind": "matter",
        "title": "A flat for a family",
        "owner": "city",
        "category": "housing",
        "is_secret": False,
        "audience": "organisation",
        "opened_at": world.matter.opened_at.isoformat(),
    }


def test_pages_follow_each_other(world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ON_A_PAGE", 2)
    amina, seen = client_of(world.city.amina), []
    before: str | None = ""
    while before is not None:
        found = amina.get(LIST, {"before": before} if before else {}).json()
        seen += [record["reference"] for record in found["records"]]
        before = found["before"]
    with acting(world.city.amina):
        assert len(seen) == len(set(seen)) == queries.count_open_to(world.city.amina)
    assert world.matter.reference in seen


def test_a_record_holds_the_parts_that_are_open(world: World, client_of: ClientOf) -> None:
    share(world)
    sofia = client_of(world.city.sofia)
    assert "notes" not in sofia.get(one(world)).json()
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    found = sofia.get(one(world)).json()
    assert {note["text"] for note in found["notes"]} == {"The flat is free in May.", "Told in confidence."}
    assert (found["files"], found["actions"]) == ([], [])
    assert len(client_of(world.city.amina).get(one(world)).json()["notes"]) == 4


def test_reading_by_a_partner_is_in_the_log(world: World, client_of: ClientOf) -> None:
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    client_of(world.city.sofia).get(one(world))
    with acting(world.city.amina):
        assert Event.objects.filter(name="records.record_read", record_id=world.matter.pk).count() == 1


def test_hidden_and_unknown_are_the_same_bytes(world: World, client_of: ClientOf) -> None:
    peter = client_of(world.city.peter)
    hidden, unknown = peter.get(one(world)), peter.get(f"{LIST}{new_reference('MAT')}/")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.content == unknown.content == b'{"error": "not_found"}'
    assert hidden.headers == unknown.headers


def test_whoever_did_not_sign_in_reads_nothing(world: World) -> None:
    for page in (LIST, one(world)):
        assert Client().get(page).status_code == 302


@pytest.mark.parametrize("cursor", ["x", "0", "20269999T999999999999-" + "0" * 32])
def test_a_forged_cursor_is_refused(world: World, client_of: ClientOf, cursor: str) -> None:
    answer = client_of(world.city.amina).get(LIST, {"before": cursor})
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_cursor"})


def test_nothing_is_posted_here(world: World, client_of: ClientOf) -> None:
    assert client_of(world.city.amina).post(one(world)).status_code == 405
