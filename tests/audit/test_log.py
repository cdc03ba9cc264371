"""The log: once per change, with its reason, and only ever added to."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from entente.audit.actors import Unproven
from entente.audit.decisions import Refused, allow, refuse
from entente.audit.models import Event
from entente.audit.queries import history
from entente.audit.services import log
from entente.dialogue import services as dialogues
from entente.people.models import Member
from tests.conftest import City


def newest(city: City, reader: Member, name: str) -> Event:
    found = history(city.library.pk, reader).filter(name=name).first()
    assert found is not None
    return found


def test_a_change_is_logged_once_with_who_and_why(city: City) -> None:
    before = history(city.library.pk, city.amina).count()
    dialogues.edit_dialogue(city.library, by=city.amina, title="Longer evenings at the library")
    assert history(city.library.pk, city.amina).count() == before + 1
    event = newest(city, city.amina, "dialogue.dialogue_edited")
    assert (event.actor_name, event.actor_id) == ("Amina Haddad", city.amina.id)
    assert event.reason == "You coordinate dialogues for the organisation that owns this one."


def test_a_change_of_nothing_is_not_logged(city: City) -> None:
    before = history(city.library.pk, city.amina).count()
    dialogues.edit_dialogue(city.library, by=city.amina, title=city.library.title)
    assert history(city.library.pk, city.amina).count() == before


def test_details_are_sealed_in_the_database_and_open_for_the_reader(city: City) -> None:
    dialogues.edit_dialogue(city.library, by=city.amina, title="Late")
    event = newest(city, city.amina, "dialogue.dialogue_edited")
    with connection.cursor() as cursor:
        cursor.execute("select details from audit_event where id = %s", [event.pk])
        (raw,) = cursor.fetchone()
    assert b"title" not in bytes(raw)
    assert event.details == '{"changed": ["title"]}'


def test_history_is_shown_to_whoever_sees_the_record_and_to_nobody_else(city: City) -> None:
    assert history(city.library.pk, city.jonas).exists()
    assert not history(city.library.pk, city.peter).exists()


def test_an_event_can_be_neither_changed_nor_deleted(city: City) -> None:
    event = history(city.library.pk, city.amina)[0]
    for attempt in (event.delete, event.save):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            attempt()
        assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_who_proved_nothing_can_not_act(city: City) -> None:
    colleague = Member(person=city.jonas.person, organisation=city.jonas.organisation)
    with pytest.raises(Unproven):
        log("x.tried", by=colleague, about=None, decision=allow("x"))


def test_what_residents_do_carries_the_hour_only(city: City) -> None:
    participant, _token = dialogues.join_dialogue(city.dialogue, language="en")
    statement = dialogues.add_statement(city.dialogue, by=participant, text="A bench", language="en")
    event = history(city.dialogue.pk, city.amina).get(about_id=statement.pk)
    assert (event.at.minute, event.at.second, event.actor_id, event.actor_name) == (0, 0, None, "participant")


def test_a_reason_is_kept_in_the_source_language_and_read_in_anybodys() -> None:
    decision = refuse("Only %(number)d were added.", number=2)
    with translation.override("fr"):
        assert decision.source == "Only %(number)d were added."
    assert str(decision) == "Only 2 were added."
    with pytest.raises(Refused, match="Only 2 were added"):
        decision.require()
