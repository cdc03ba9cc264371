"""Who the database takes an actor for, whatever was nested in what."""

from __future__ import annotations

import itertools
import threading

import pytest
from django.db import connection, transaction

from entente.audit.actors import VISITOR, Actor, acting, begin
from tests.conftest import City


def known() -> str:
    """The kind of actor the database knows now."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(authz.kind(), 'nobody')")
        (kind,) = cursor.fetchone()
    return str(kind)


def test_who_began_inside_does_not_serve_who_stood_outside(city: City) -> None:
    with acting(VISITOR):
        with acting(VISITOR):
            begin(city.amina)
        begin(VISITOR)
        assert known() == "visitor"


@pytest.mark.parametrize("order", list(itertools.product("VM", repeat=4)))
@pytest.mark.parametrize("fails_at", [0, 2, 3])
def test_however_deep_and_however_it_ends_each_acts_as_themselves(
    city: City, order: tuple[str, ...], fails_at: int
) -> None:
    who: dict[str, Actor] = {"V": VISITOR, "M": city.amina}
    kinds = {"V": "visitor", "M": "member"}

    def nest(left: tuple[str, ...]) -> None:
        if not left:
            return
        with acting(who[left[0]]):
            try:
                with transaction.atomic():
                    begin(who[left[-1]])
                    nest(left[1:])
                    begin(who[left[-1]])
                    if len(left) == fails_at:
                        raise RuntimeError
            except RuntimeError:
                pass
            for one in left:
                begin(who[one])
                assert known() == kinds[one]
            begin(who[left[0]])

    nest(order)


def test_another_thread_has_begun_as_nobody(city: City) -> None:
    seen: list[str] = []

    def ask() -> None:
        with transaction.atomic():
            seen.append(known())
        connection.close()

    with acting(city.amina):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert seen == ["nobody"]
