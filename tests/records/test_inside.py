"""What is written inside a record stays inside, also when the record is public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.audit.queries import history
from entente.records import services
from entente.records.models import Action, Note
from tests.conftest import City


@pytest.fixture
def noted(city: City) -> City:
    services.write_note(city.dialogue, by=city.amina, text="Ask the police about the date.")
    due_on = clock.today() + timedelta(days=3)
    services.add_action(city.dialogue, by=city.amina, what="Call", assigned_to=city.amina, due_on=due_on)
    return city


def test_colleagues_read_the_notes_actions_and_history_of_a_public_record(noted: City) -> None:
    for kind in (Note, Action):
        assert kind.objects.visible_to(noted.claire).filter(record_id=noted.dialogue.pk).exists()
    assert history(noted.dialogue.pk, noted.claire).exists()


@pytest.mark.parametrize("reader", ["lena", "peter", "elisabeth", "visitor"])
def test_others_read_the_record_and_nothing_inside_it(noted: City, reader: str) -> None:
    who = VISITOR if reader == "visitor" else getattr(noted, reader)
    for kind in (Note, Action):
        assert not kind.objects.visible_to(who).filter(record_id=noted.dialogue.pk).exists()
    if reader != "elisabeth":  # the overseer reads who did what on every record, and no record
        assert not history(noted.dialogue.pk, who).exists()


def test_the_second_wall_alone_hides_it_too(noted: City) -> None:
    from entente.audit.actors import begin

    for who in (noted.peter, VISITOR):
        begin(who)
        assert not Note._base_manager.exists()
        assert not Action._base_manager.exists()
