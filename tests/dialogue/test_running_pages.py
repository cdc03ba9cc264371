"""The pages of a coordinator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]


def page(name: str, *arguments: object) -> str:
    """The address of one of the pages."""
    return reverse(f"dialogue_staff:{name}", args=arguments)


def test_the_record_page_shows_everything(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(page("manage_dialogue", city.dialogue.reference))
    assert answer.status_code == 200
    open("/tmp/hq/manage.html", "w").write(answer.content.decode())
