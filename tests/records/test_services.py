from __future__ import annotations

from datetime import timedelta

import pytest

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.records import queries, services
from entente.records.models import Action, Note, Record, Translation
from tests.conftest import City


def test_a_note_is_kept_sealed_and_logged_with_its_reason(city: City) -> None:
    with acting(city.amina):
        note = services.write_note(city.library, by=city.amina, text="Two rooms, not one.")
        assert Note.objects.visible_to(city.amina).get(pk=note.pk).text == "Two rooms, not one."
        event = Event.objects.get(about_id=note.pk)
    assert (event.name, event.reason) == ("records.note_written", "Your organisation owns this record.")


def test_a_note_is_refused_to_other_organisations_and_nothing_is_kept(city: City) -> None:
    with acting(city.lena), pytest.raises(Refused, match="Only members of the organisation that owns"):
        services.write_note(city.dialogue, by=city.lena, text="Hello")
    with acting(city.amina):
        assert not Note.objects.visible_to(city.amina).filter(record_id=city.dialogue.pk).exists()


def test_for_those_who_cannot_see_a_record_there_is_nothing_to_write_on(city: City) -> None:
    with acting(city.peter), pytest.raises(Record.DoesNotExist):
        services.write_note(city.library, by=city.peter, text="Hello")


def test_an_action_is_done_once(city: City) -> None:
    with acting(city.amina):
        due_on = clock.today() + timedelta(days=2)
        action = services.add_action(
            city.library, by=city.amina, what="Ring the architect", assigned_to=city.amina, due_on=due_on
        )
        assert action in queries.my_work(city.amina)
        done = services.complete_action(action, by=city.amina)
        assert done.done_at is not None
        assert action not in queries.my_work(city.amina)
        with pytest.raises(Refused, match="already done"):
            services.complete_action(action, by=city.amina)


def test_an_action_nobody_else_sees_does_not_exist_for_them(city: City) -> None:
    with acting(city.amina):
        action = services.add_action(
            city.library, by=city.amina, what="Ring", assigned_to=city.amina, due_on=clock.today()
        )
    with acting(city.peter), pytest.raises(Action.DoesNotExist):
        services.complete_action(action, by=city.peter)


def test_a_new_translation_is_unchecked_until_somebody_says_so(city: City) -> None:
    with acting(city.amina):
        written = [
            services.write_translation(
                city.library,
                by=city.amina,
                about_id=city.library.pk,
                field="title",
                language="ro",
                text=text,
                is_checked=is_checked,
            )
            for text, is_checked in (("Seri la bibliotecă", True), ("Seri târzii", False))
        ]
        rows = Translation.objects.visible_to(city.amina).filter(
            about_id=city.library.pk, field="title", language="ro"
        )
        assert [(row.text, row.checked_by) for row in rows] == [("Seri târzii", "")]
        assert queries.titles([city.library], "ro", city.amina)[city.library.pk] == "Seri târzii"
    assert written[0].pk == written[1].pk


def test_lately_changed_names_each_record_once_and_only_ones_own(city: City) -> None:
    with acting(city.amina):
        services.write_note(city.library, by=city.amina, text="Newest.")
        changes = queries.lately_changed(city.amina)
    assert changes[0].record.pk == city.library.pk
    assert len({change.record.pk for change in changes}) == len(changes)
    with acting(city.peter):
        assert queries.lately_changed(city.peter) == []
