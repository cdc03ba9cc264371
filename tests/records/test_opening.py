"""Saying what another organisation's record is needed for, before its parts show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.models import Member
from entente.records import services
from entente.records.models import Note, Record
from tests.conftest import City
from tests.records.shared_world import SUPPORT, TITLE, Agreed, World, agreed, share, world_of


@pytest.fixture
def agreement_made() -> Iterator[Agreed]:
    with agreed() as made:
        yield made


@pytest.fixture
def world(agreement_made: Agreed, city: City) -> World:
    return world_of(city, agreement_made)


def texts(world: World, reader: Member) -> set[str]:
    with acting(reader):
        return {note.text for note in Note.objects.visible_to(reader).filter(record_id=world.matter.pk)}


def events(world: World, name: str) -> list[Event]:
    with acting(world.city.amina):
        return list(Event.objects.filter(name=name, record_id=world.matter.pk).order_by("at"))


def test_what_the_clauses_cover_shows_once_the_purpose_is_stated(world: World) -> None:
    share(world)
    sofia = world.city.sofia
    assert texts(world, sofia) == set()
    with acting(sofia):
        services.open_record(world.matter, by=sofia, purpose=SUPPORT)
    assert texts(world, sofia) == {"The flat is free in May.", "Told in confidence."}


def test_it_lasts_for_twelve_hours(world: World) -> None:
    share(world)
    sofia = world.city.sofia
    with acting(sofia):
        opening = services.open_record(world.matter, by=sofia, purpose=SUPPORT)
    assert opening.until - opening.at == timedelta(hours=12)
    with clock.frozen(opening.until):
        assert texts(world, sofia) == set()


def test_the_disclosure_is_logged_with_its_clause_and_purpose(world: World) -> None:
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    (event,) = events(world, "records.record_opened")
    assert event.actor_id == world.city.sofia.pk
    assert event.why == (
        "Clause 1 of “Marenne sharing agreement” lets your organisation have “housing”"
        " to plan and coordinate support."
    )
    assert "plan and coordinate support" in event.details


def test_the_log_is_in_one_language_whoever_acts(world: World) -> None:
    world.agreed.raw.execute(
        """update agreements_agreement set titles = '{"ar": "اتفاق"}' where id = %s""", [world.agreed.pk]
    )
    with translation.override("ar"):
        share(world)
        with acting(world.city.sofia):
            services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    for name in ("records.record_shared", "records.record_opened"):
        (event,) = events(world, name)
        assert event.reason_values["agreement"] == TITLE


def test_stating_it_again_while_it_lasts_changes_nothing(world: World) -> None:
    share(world)
    with acting(world.city.sofia):
        first = services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
        again = services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    assert again.pk == first.pk
    assert len(events(world, "records.record_opened")) == 1


def test_each_colleague_states_it_for_themselves(world: World) -> None:
    share(world, world.police)
    with acting(world.city.lena):
        services.open_record(world.matter, by=world.city.lena, purpose=SUPPORT)
    assert texts(world, world.city.lena)
    assert texts(world, world.city.radu) == set()


@pytest.mark.parametrize("purpose", [Purpose.AVERT_DANGER, "", "curiosity"])
def test_a_purpose_nobody_was_let_in_for_is_refused(world: World, purpose: str) -> None:
    share(world)
    with acting(world.city.sofia), pytest.raises(Refused, match="Nobody let you in to this record"):
        services.open_record(world.matter, by=world.city.sofia, purpose=purpose)
    assert events(world, "records.record_opened") == []


def test_nobody_states_a_purpose_for_their_own_record(world: World) -> None:
    with acting(world.city.jonas), pytest.raises(Refused, match="nothing has to be stated"):
        services.open_record(world.matter, by=world.city.jonas, purpose=SUPPORT)


@pytest.mark.parametrize("name", ["lena", "peter"])
def test_for_those_not_let_in_it_does_not_exist(world: World, name: str) -> None:
    share(world)
    reader = getattr(world.city, name)
    with acting(reader), pytest.raises(Record.DoesNotExist):
        services.open_record(world.matter, by=reader, purpose=SUPPORT)


# Reading


def test_reading_as_a_guest_is_logged_with_the_clause(world: World) -> None:
    share(world)
    sofia = world.city.sofia
    with acting(sofia):
        services.open_record(world.matter, by=sofia, purpose=SUPPORT)
        services.log_reading(world.matter, by=sofia)
    (event,) = events(world, "records.record_read")
    assert event.actor_organisation_id == world.school.pk
    assert event.reason_values["number"] == 1
    assert "plan and coordinate support" in event.details


def test_reading_the_head_alone_is_logged_too(world: World) -> None:
    share(world)
    with acting(world.city.sofia):
        services.log_reading(world.matter, by=world.city.sofia)
    assert len(events(world, "records.record_read")) == 1


def test_reading_what_is_ones_own_or_public_is_no_disclosure(world: World) -> None:
    city = world.city
    for reader, record in ((city.jonas, world.matter), (city.lena, city.dialogue)):
        with acting(reader):
            assert services.log_reading(record, by=reader) is None
