from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.models import Member, TaskForce
from entente.records import queries, services
from entente.records.models import Action, Note, Participation, Record
from entente.records.references import is_reference, new_reference
from tests.conftest import City
from tests.records.shared_world import SUPPORT, World, share

ClientOf = Callable[[Member], Client]

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


def test_a_matter_for_a_task_force_is_for_those_who_sit_in_it(city: City, client_of: ClientOf) -> None:
    with acting(city.amina):
        force = queries.own_task_forces(city.amina).get(slug="north_quay_recovery")
    client_of(city.amina).post(
        "/staff/records/new/",
        {"title": "Beside the quay", "category": "housing", "audience": f"task_force:{force.pk}"},
    )
    record = newest(city)
    assert (record.title, record.audience) == ("Beside the quay", "task_force")
    with acting(city.claire):
        assert not Record.objects.visible_to(city.claire).filter(pk=record.pk).exists()
    with acting(city.amina):
        (let_in,) = Participation.objects.visible_to(city.amina).filter(record_id=record.pk)
        assert let_in.task_force_id == force.pk
        assert {member.pk for member in queries.who_works_on(record, city.amina)} == {city.amina.pk}


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


# Pages


def opened(city: City, client_of: ClientOf, **typed: str) -> Client:
    """Amina's browser after she sent the form of a matter."""
    client = client_of(city.amina)
    given = {"title": "Empty shops", "category": "housing", "audience": "organisation", **typed}
    client.answer = client.post("/staff/records/new/", given)  # type: ignore[attr-defined]
    return client


def newest(city: City) -> Record:
    with acting(city.amina):
        return Record.objects.visible_to(city.amina).filter(kind="matter").latest("opened_at")


def test_the_page_opens_a_matter_and_leads_to_it(city: City, client_of: ClientOf) -> None:
    client = opened(city, client_of, text=SECRET_WORDS, is_secret="on")
    record = newest(city)
    assert client.answer["Location"] == f"/staff/records/{record.reference}/"  # type: ignore[attr-defined]
    shown = client.get(f"/staff/records/{record.reference}/").content.decode()
    for words in (
        "Empty shops",
        record.reference,
        SECRET_WORDS,
        "Housing",
        "professional secrecy",
        "History",
    ):
        assert words in shown
    assert "Amina Haddad opened this matter." in shown
    assert "Your organisation owns this record." in shown


def test_the_same_matter_sent_twice_is_one(city: City, client_of: ClientOf) -> None:
    client = opened(city, client_of)
    again = client.post(
        "/staff/records/new/", {"title": "Empty shops", "category": "housing", "audience": "organisation"}
    )
    assert again["Location"] == client.answer["Location"]  # type: ignore[attr-defined]
    with acting(city.amina):
        assert Record.objects.visible_to(city.amina).filter(title="Empty shops").count() == 1


def test_a_matter_for_named_persons_does_not_exist_for_a_colleague(city: City, client_of: ClientOf) -> None:
    opened(city, client_of, audience="named")
    page = f"/staff/records/{newest(city).reference}/"
    assert client_of(city.amina).get(page).status_code == 200
    assert client_of(city.claire).get(page).status_code == 404


def test_what_needs_protection_is_marked_with_the_reason(city: City, client_of: ClientOf) -> None:
    record = matter(city, category="health")
    shown = client_of(city.amina).get(f"/staff/records/{record.reference}/").content.decode()
    assert "specially protected" in shown
    assert "The law protects this category more than others" in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "required"),
        ({"title": "…"}, "Write at least one letter or number here."),
        ({"title": "x" * 201}, "A title has at most 200 characters."),
        ({"category": "gossip"}, "gossip"),
        ({"category": ""}, "Choose what it is about."),
        ({"audience": "task_force:1"}, "task_force:1"),
        ({"text": "x" * 5000}, "4000"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    city: City, client_of: ClientOf, typed: dict[str, str], words: str
) -> None:
    client = opened(city, client_of, **{"title": "Empty shops", **typed})
    assert client.answer.status_code == 400  # type: ignore[attr-defined]
    assert words in client.answer.content.decode()  # type: ignore[attr-defined]


def test_the_overseer_is_told_why_there_is_no_form(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.elisabeth).get("/staff/records/new/")
    assert answer.status_code == 403
    assert "The overseer reads who did what, and works on no record." in answer.content.decode()


# Parts have a category and a secrecy of their own


def test_whoever_writes_a_part_says_what_it_is_about(city: City, client_of: ClientOf) -> None:
    record = matter(city)
    amina, page = client_of(city.amina), f"/staff/records/{record.reference}"
    assert amina.post(f"{page}/note/", {"text": "In haste"}).status_code == 400
    amina.post(f"{page}/note/", {"text": "Plain", "category": "housing"})
    amina.post(f"{page}/note/", {"text": "Delicate", "category": "health", "is_secret": "on"})
    due_on = (clock.today() + timedelta(days=3)).isoformat()
    amina.post(
        f"{page}/action/",
        {"what": "Call", "assigned_to": str(city.jonas.pk), "due_on": due_on, "category": "work"},
    )
    with acting(city.amina):
        notes = {n.text: n for n in Note.objects.visible_to(city.amina).filter(record_id=record.pk)}
        action = Action.objects.visible_to(city.amina).get(record_id=record.pk)
    assert "In haste" not in notes
    assert (notes["Plain"].category, notes["Plain"].is_secret) == ("housing", False)
    assert (notes["Delicate"].category, notes["Delicate"].is_secret) == ("health", True)
    assert (action.category, action.is_secret) == ("work", False)


def test_who_is_not_named_can_promise_nothing_on_it(city: City, client_of: ClientOf) -> None:
    record = matter(city, audience="named")
    due_on = (clock.today() + timedelta(days=3)).isoformat()
    sent = {"what": "Call", "assigned_to": str(city.jonas.pk), "due_on": due_on}
    answer = client_of(city.amina).post(f"/staff/records/{record.reference}/action/", sent)
    assert answer.status_code == 400


# Somebody was let in


def test_a_partner_states_the_purpose_first_and_then_sees_the_parts_of_the_clause(
    world: World, client_of: ClientOf
) -> None:
    share(world)
    sofia, page = client_of(world.city.sofia), f"/staff/records/{world.matter.reference}/"
    before = sofia.get(page).content.decode()
    assert "A flat for a family" in before
    assert "Say first what you need this record for" in before
    assert "The flat is free in May." not in before
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    after = sofia.get(page).content.decode()
    assert "The flat is free in May." in after
    assert "Told in confidence." in after
    for hidden in ("Asthma", "ground floor", "Keep the note", "History"):
        assert hidden not in after


def test_each_reading_by_a_partner_is_in_the_log(world: World, client_of: ClientOf) -> None:
    share(world)
    page = f"/staff/records/{world.matter.reference}/"
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    client_of(world.city.sofia).get(page)
    client_of(world.city.amina).get(page)
    with acting(world.city.amina):
        (read,) = Event.objects.filter(record_id=world.matter.pk, name="records.record_read")
    assert read.actor_id == world.city.sofia.pk


def test_a_partner_reads_and_does_not_write(world: World, client_of: ClientOf) -> None:
    share(world)
    sofia, page = client_of(world.city.sofia), f"/staff/records/{world.matter.reference}"
    for form in ("note", "action", "file"):
        assert sofia.get(f"{page}/{form}/").status_code == 403


def test_what_is_hidden_and_what_never_was_look_the_same(world: World, client_of: ClientOf) -> None:
    peter, unknown = client_of(world.city.peter), new_reference("MAT")

    def seen(reference: str, rest: str) -> bytes:
        answer = peter.get(f"/staff/records/{reference}/{rest}")
        assert answer.status_code == 404
        body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)
        return body.replace(reference.encode(), b"R")

    for rest in ("", "note/", "action/", "file/", f"files/{uuid.uuid4()}/"):
        assert seen(world.matter.reference, rest) == seen(unknown, rest)
