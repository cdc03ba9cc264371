"""No address changes anything when it is only opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from entente.people.models import Member
from tests.architecture.test_every_page import WHO_GETS, address
from tests.conftest import City

CHANGES = ("insert", "update", "delete")
# What opening a page may write: that somebody was here, a try, a refusal, a challenge for a passkey; that a
# guest read a record; and what the first screen's four readers state, which is rolled back.
MAY = {"people_session", "people_attempt", "audit_event", "records_opening"}


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
@pytest.mark.parametrize("name", sorted(WHO_GETS))
def test_what_changes_something_is_posted(
    name: str, method: str, city: City, client_of: Callable[[Member], Client]
) -> None:
    written: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.lower().split()
        if words and words[0] in CHANGES:
            written.append(words[1 if words[0] == "update" else 2].strip('"'))
        return execute(sql, params, many, context)

    clients = [client_of(city.amina), Client()]
    for client in clients:
        with connection.execute_wrapper(listen):
            getattr(client, method)(address(name, city))
    assert not set(written) - MAY
