"""A matter that can be shared, for every test of records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import City
from tests.records.shared_world import Agreed, World, agreed, world_of


@pytest.fixture
def agreement_made() -> Iterator[Agreed]:
    """Made before the test's own transaction begins, and taken away after it has ended."""
    with agreed() as made:
        yield made


@pytest.fixture
def world(agreement_made: Agreed, city: City) -> World:
    """The city's matter, and an agreement with the School Board and the police."""
    return world_of(city, agreement_made)
