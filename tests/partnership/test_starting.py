"""A town's first afternoon: four steps worked out from what exists, and what is left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.partnership.queries import starting as queries
from entente.partnership.services import starting as services
from entente.people.models import Area, Entry, Member
from entente.people.services.members import add_area
from tests.conftest import City

SAID: dict[str, Any] = {
    "name": "City of Marenne", "names": {"fr": "Ville de Marenne", "ar": ""}, "kind": "local_authority",
    "languages": ["fr", "ar"], "districts": ["Valmer Hill", "valmer hill", "Port 9"], "phone": "+32 2 555",
}  # fmt: skip


def district_names(member: Member) -> list[str]:
    return [area.name for area in queries.districts(member)]


def test_the_organisation_and_its_districts_stand_in_the_directory(city: City) -> None:
    with acting(city.amina):
        entry = services.start_organisation(by=city.amina, **SAID)
        assert entry.languages == ["ar", "fr"]
        assert entry.organisation.names["fr"] == "Ville de Marenne"
        assert [
            name for name in district_names(city.amina) if name in ("Valmer Hill", "valmer hill", "Port 9")
        ] == [
            "Port 9",
            "Valmer Hill",
        ]
        again = services.start_organisation(by=city.amina, **SAID)
        assert again.version == entry.version


def test_each_part_is_logged(city: City) -> None:
    with acting(city.amina):
        services.start_organisation(by=city.amina, **SAID)
        area = Area.objects.get(name="Port 9")
        assert Event.objects.filter(name="people.area_added", about_id=area.pk).count() == 1


def test_nobody_but_a_coordinator_begins(city: City) -> None:
    for member in (city.helene, city.peter, city.elisabeth):
        with acting(member), pytest.raises(Refused):
            services.start_organisation(by=member, **SAID)
        with acting(member), pytest.raises(Refused):
            add_area(by=member, slug="x", name="X")


def test_the_second_wall_keeps_districts_as_they_were_named(city: City) -> None:
    with acting(city.peter), pytest.raises(Error), transaction.atomic():
        Area.objects.create(slug="peters", name="Peter’s")
    with acting(city.amina), connection.cursor() as cursor:
        cursor.execute("update people_area set name = 'Other'")
        assert cursor.rowcount == 0
        cursor.execute("delete from people_area")
        assert cursor.rowcount == 0


def test_the_steps_say_what_is_there(city: City, client_of: Callable[[Member], Client]) -> None:
    steps = {step.key: step for step in _steps(city.amina)}
    assert list(steps) == ["organisation", "contacts", "group", "agreement"]
    assert steps["agreement"].is_done
    answer = client_of(city.amina).get(reverse("partnership_staff:start_town"))
    assert answer.status_code == 200
    assert f'data-done="{sum(step.is_done for step in steps.values())}"' in answer.content.decode()


def _steps(member: Member) -> list[queries.Step]:
    with acting(member):
        return queries.steps(member)


def test_what_is_left_is_only_what_is_missing(city: City) -> None:
    with acting(city.amina):
        left = {one.key for one in queries.left_to_do(city.amina)}
    assert not {"colleague", "officer", "districts", "partners"} & left
    assert "invite" in left


def test_whoever_may_not_begin_sees_where_it_stands_and_no_step(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.peter)
    page = client.get(reverse("partnership_staff:start_town")).content.decode()
    assert reverse("partnership_staff:start_organisation") not in page.partition('id="left"')[0]
    for name in ("start_organisation", "start_group", "start_agreement"):
        assert client.post(reverse(f"partnership_staff:{name}"), {}).status_code == 403


def test_the_pages_do_each_step(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    bad = client.post(reverse("partnership_staff:start_organisation"), {"name": "", "districts": "Kept"})
    assert bad.status_code == 422
    assert b"Kept" in bad.content
    said = {"name": "City of Marenne", "kind": "local_authority", "languages": ["fr"], "districts": "Port 9"}
    assert client.post(reverse("partnership_staff:start_organisation"), said).status_code == 302
    group = {"name": "Evening group", "kind": "prevention", "purpose": "To listen."}
    assert client.post(reverse("partnership_staff:start_group"), group).status_code == 302
    draft = {"template": "sharing", "title": "What we share"}
    assert client.post(reverse("partnership_staff:start_agreement"), draft).status_code == 302
    with acting(city.amina):
        assert "Evening group" in [str(group) for group in queries.own_groups(city.amina)]
        assert "What we share" in [str(one) for one in queries.own_agreements(city.amina)]
        assert Entry.objects.visible_to(city.amina).get(
            organisation_id=city.amina.organisation_id
        ).languages == ["fr"]


def test_the_first_page_asks_few_questions(
    city: City, client_of: Callable[[Member], Client], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = client_of(city.amina)
    client.get(reverse("partnership_staff:start_town"))
    with django_assert_max_num_queries(25):
        client.get(reverse("partnership_staff:start_town"))
