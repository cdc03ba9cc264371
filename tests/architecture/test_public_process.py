"""The public process connects as a role of its own, and residents can do everything there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from entente.dialogue import queries

pytestmark = pytest.mark.usefixtures("as_public")


@pytest.fixture
def as_public(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_public")


def reference(state: str) -> str:
    with transaction.atomic():
        return queries.public_dialogues().filter(state=state)[0].reference


@pytest.mark.parametrize("page", ["", "statement/", "code/", "vote/", "standing/"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_resident_gets_each_page_of_an_open_dialogue(page: str, language: str) -> None:
    assert Client().get(f"/{language}/dialogues/{reference('open')}/{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "report/", "report/map.svg", "report/open-data.zip"])
def test_a_visitor_gets_what_was_published(page: str) -> None:
    assert Client().get(f"/fr/dialogues/{reference('closed')}/{page}").status_code == 200


def test_a_resident_votes_writes_and_comes_back() -> None:
    resident, place = Client(), f"/en/dialogues/{reference('open')}"
    shown = resident.get(f"{place}/vote/").content.decode()
    fields = dict(re.findall(r'name="(statement|start)" value="([^"]+)"', shown))
    assert resident.post(f"{place}/vote/", {**fields, "vote": "agree"}).status_code == 303
    written = {"text": "A bench at the tram stop", "language": "en"}
    assert resident.post(f"{place}/statement/", written).status_code == 303
    assert "A bench at the tram stop" in resident.get(f"{place}/statement/").content.decode()
    assert resident.get(f"{place}/standing/").status_code == 200


def test_a_forged_code_is_refused_in_words_there_too() -> None:
    with transaction.atomic():
        dialogue = queries.public_dialogues().filter(state="open")[0]
    answer = Client().post(f"/en/dialogues/{dialogue.reference}/code/", {"code": "ABCD-EFGH-JKMN"})
    assert answer.status_code in {200, 409}
    assert "know this code" in answer.content.decode()
