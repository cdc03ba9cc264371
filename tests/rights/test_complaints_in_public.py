"""The public process, whose role may touch little, takes complaints in and shows them to their person."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def as_public(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_public")


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(key|code)" value="([^"]*)"', page))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_resident_complains_reads_and_writes_back_there(language: str) -> None:
    person, here = Client(), f"/{language}/complaints/"
    words = {"about": "decision", "what_happened": "The door was shut.", "language": language}
    words |= {"contact": "me@example.org"} | fields(person.get(here).content.decode())
    made = person.post(here, words).content.decode()
    reference, code = re.search(r"CMP-[0-9A-Z]{7}", made), re.search(r"(?:\d{5} ){4}\d{5}", made)
    assert reference
    assert code
    page = person.post(f"{here}{reference[0]}/", {"code": code[0]}).content.decode()
    assert "The door was shut." in page
    sent = person.post(f"{here}{reference[0]}/", fields(page) | {"text": "It was open on Monday."})
    assert sent.status_code == 200
    assert "It was open on Monday." in sent.content.decode()
    wrong = person.post(f"{here}{reference[0]}/", {"code": "12345 12345 12345 12345 12345"})
    assert wrong.status_code == 400
    assert "The door was shut." not in wrong.content.decode()
