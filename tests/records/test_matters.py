from __future__ import annotations

import pytest

from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.models import TaskForce
from entente.records import queries, services
from entente.records.models import Note, Participation, Record
from entente.records.references import is_reference
from tests.conftest import City

SECRET_WORDS = "Ring the caretaker before ten"


def matter(city: City, **given: object) -> Record:
    """A matter of the city, opened by Amina."""
    given = {"title": "Empty shops on the quay", "category": "housing", "by": city.amina, **given}
    with acting(city.amina):
        return services.open_matter(**given)  # type: ignore[arg-type]


def test_amina_opens_a_matter_and_her_colleagues_see_it(city: City) -> None:
    record = matter(city, text=SECRET_WORDS)
    assert is_reference(record.reference)
    assert record.reference.startswith("MAT-")
    with acting(city.claire):
        found = Record.objects.visible_to(city.claire).get(pk=record.pk)
        note = Note.objects.visible_to(city.claire).get(record_id=record.pk)
    assert (found.title, found.category, found.is_secret) == ("Empty shops on the quay", "housing", False)
    assert (note.text, note.category, note.is_secret) == (SECRET_WORDS, "housing", False)


def test_a_matter_for_named_persons_names_its_opener_and_nobody_else(city: City) -> None:
    record = matter(city, audience="named", is_secret=True, text=SECRET_WORDS)
    with acting(city.amina):
        (named,) = Participation.objects.visible_to(city.amina).filter(record_id=record.pk)
        assert (named.membership_id, named.agreement_id, named.purpose) == (city.amina.pk, None, "")
        assert Note.objects.visible_to(city.amina).get(record_id=record.pk).is_secret
    with acting(city.claire):
        assert not Record.objects.visible_to(city.claire).filter(pk=record.pk).exists()
        assert not Note.objects.visible_to(city.claire).filter(record_id=record.pk).exists()


def test_it_is_logged_with_its_reason(city: City) -> None:
    record = matter(city)
    with acting(city.amina):
        event = Event.objects.get(record_id=record.pk, name="records.matter_opened")
    assert (event.actor_name, event.allowed) == ("Amina Haddad", True)
    assert event.reason == "Every member may open a matter for their organisation."


def test_its_title_is_found_in_every_language_and_its_notes_are_not(city: City) -> None:
    record = matter(city, titles={"fr": "Commerces vides"}, text=SECRET_WORDS)
    with acting(city.amina):
        for words in ("empty shops", "commerces", record.reference):
            assert record in queries.search(words, city.amina)
        assert not queries.search("caretaker", city.amina).exists()
        assert queries.titles([record], "fr", city.amina)[record.pk] == "Commerces vides"
        assert queries.titles([record], "ro", city.amina)[record.pk] == record.title


def test_the_overseer_opens_none(city: City) -> None:
    with acting(city.elisabeth), pytest.raises(Refused, match="works on no record"):
        services.open_matter(by=city.elisabeth, title="Mine", category="housing")


def test_a_task_force_one_does_not_sit_in_gets_no_matter(city: City) -> None:
    force = TaskForce(slug="quay", name="Quay")
    with acting(city.amina), pytest.raises(Refused, match="in which you sit"):
        services.open_matter(
            by=city.amina, title="Theirs", category="housing", audience="task_force", task_force=force
        )
