"""The directory: who lists, corrects, verifies and archives, and nobody overwrites another unseen."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection

from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Contact, Entry, EntryChange, Member, Organisation
from entente.people.queries import directory as queries
from entente.people.queries.directory import Wanted
from entente.people.services import adding, contacts, entries
from entente.people.services.entries import ChangedMeanwhile
from tests.conftest import City

SHELTER = NewEntry(
    name="Night Shelter",
    names={"fr": "Refuge de nuit", "ar": "مأوى الليل"},
    kind="housing",
    languages=["fr", "ar"],
    areas=["old_port"],
    services="A bed for a night, without questions.",
    email="desk@shelter.example",
    contacts=(
        NewContact("Ada Berg", "warden", phone="+00 1"),
        NewContact("Bo Dahl", "deputy", phone="+00 2"),
    ),
)


@pytest.fixture
def shelter(city: City) -> Entry:
    return adding.add_entry(SHELTER, by=city.amina)


def events(member: Member, name: str) -> list[Event]:
    with acting(member):
        return list(Event.objects.filter(name=name, actor_id=member.pk))


def test_a_coordinator_lists_an_organisation_and_looks_after_it(city: City, shelter: Entry) -> None:
    assert shelter.organisation.slug == "night-shelter"
    assert (shelter.state, shelter.keeper_id) == (Entry.State.DRAFT, city.amina.organisation_id)
    with acting(city.amina):
        assert [c.name for c in queries.contacts_of(shelter.organisation, city.amina)] == [
            "Ada Berg",
            "Bo Dahl",
        ]
    [event] = events(city.amina, "people.entry_added")
    assert event.allowed
    assert "coordinator" in event.reason


def test_without_a_language_nothing_is_listed(city: City) -> None:
    with pytest.raises(Refused, match="at least one language"):
        adding.add_entry(NewEntry("Silent House", "housing", []), by=city.amina)


def test_nobody_is_listed_twice_however_the_name_is_written(city: City, shelter: Entry) -> None:
    with pytest.raises(Refused, match="stands in the directory already"):
        adding.add_entry(NewEntry("NIGHT  shelter", "housing", ["en"]), by=city.amina)


@pytest.mark.parametrize("who", ["claire", "helene", "elisabeth"])
def test_who_is_no_coordinator_lists_nobody(city: City, who: str) -> None:
    with pytest.raises(Refused):
        adding.add_entry(SHELTER, by=getattr(city, who))


def test_who_does_not_look_after_an_entry_neither_corrects_nor_verifies_it(
    city: City, shelter: Entry
) -> None:
    for who in (city.radu, city.claire, city.peter):
        with pytest.raises(Refused):
            entries.edit_entry(shelter, by=who, phone="1234")
        with pytest.raises(Refused):
            entries.verify_entry(shelter, by=who)


def test_the_second_wall_refuses_a_stranger_who_goes_round_the_services(city: City, shelter: Entry) -> None:
    with acting(city.radu):
        with connection.cursor() as cursor:
            cursor.execute("update people_entry set phone = '666' where id = %s", [shelter.pk])
            assert cursor.rowcount == 0
            cursor.execute("update people_contact set phone = '666'")
            cursor.execute("select count(*) from people_contact where phone = '666'")
            found = cursor.fetchone()
        assert found is not None
    wrong: tuple[Any, ...] = (
        Entry(organisation=city.radu.organisation, keeper=city.amina.organisation, kind="police"),
        Contact(organisation=shelter.organisation, name="x", post="y"),
        EntryChange(entry=shelter, version=9, by_name="x"),
    )
    for row in wrong:
        with pytest.raises(DatabaseError, match="row-level security"), acting(city.radu):
            row.save(force_insert=True)
    with pytest.raises(DatabaseError, match="row-level security"), acting(city.claire):
        Organisation(slug="mine", name="Mine", kind="ngo").save(force_insert=True)
    with pytest.raises(DatabaseError, match="permission denied"), acting(city.amina):
        Organisation.objects.filter(pk=shelter.organisation_id).update(slug="other")


def test_a_correction_is_kept_with_what_stood_there_before(city: City, shelter: Entry) -> None:
    entries.edit_entry(shelter, by=city.amina, phone="+00 555", languages=["fr"])
    with acting(city.lena):
        entry = Entry.objects.visible_to(city.lena).get(pk=shelter.pk)
        [change] = queries.changes_of(entry, city.lena)
    assert (entry.phone, entry.version) == ("+00 555", 2)
    assert change.fields == {"phone": ["", "+00 555"], "languages": [["fr", "ar"], ["fr"]]}
    assert change.by_name == "Amina Haddad"


def test_two_who_correct_different_things_both_stay(city: City, shelter: Entry) -> None:
    entries.edit_entry(shelter, by=city.amina, seen=1, phone="+00 1", web="")
    entry = entries.edit_entry(shelter, by=city.amina, seen=1, phone="", web="https://shelter.example")
    assert (entry.phone, entry.web, entry.version) == ("+00 1", "https://shelter.example", 3)


def test_two_who_correct_the_same_are_told_and_nothing_is_lost(city: City, shelter: Entry) -> None:
    entries.edit_entry(shelter, by=city.amina, seen=1, phone="+00 1")
    with pytest.raises(ChangedMeanwhile) as told:
        entries.edit_entry(shelter, by=city.amina, seen=1, phone="+00 2")
    assert told.value.fields == {"phone"}
    assert told.value.changes[0].by_name == "Amina Haddad"
    with acting(city.amina):
        assert Entry.objects.visible_to(city.amina).get(pk=shelter.pk).phone == "+00 1"


def test_a_text_in_another_language_does_not_touch_the_first(city: City, shelter: Entry) -> None:
    entry = entries.edit_entry(shelter, by=city.amina, language="fr", services="Un lit pour une nuit.")
    assert entry.services.startswith("A bed")
    assert entry.texts["fr"]["services"] == "Un lit pour une nuit."


def test_an_archived_entry_is_read_and_no_longer_found_or_changed(city: City, shelter: Entry) -> None:
    with pytest.raises(Refused, match="Say why"):
        entries.archive_entry(shelter, by=city.amina, reason=" ")
    entry = entries.archive_entry(shelter, by=city.amina, reason="It closed.")
    with acting(city.amina):
        assert not queries.entries(city.amina, Wanted(words="shelter")).exists()
        assert queries.entry_of("night-shelter", city.amina) is not None
    with pytest.raises(Refused, match="archived"):
        entries.edit_entry(entry, by=city.amina, phone="1234")


def test_posts_are_read_by_whoever_may_ring_and_by_nobody_else(city: City, shelter: Entry) -> None:
    with acting(city.amina):
        assert Contact.objects.visible_to(city.amina).filter(organisation=shelter.organisation).count() == 2
    for who in (city.claire, city.radu, city.peter, city.elisabeth):
        with acting(who):
            rows = Contact.objects.visible_to(who).filter(organisation=shelter.organisation)
            assert not rows.exists()


def test_partners_in_a_living_agreement_ring_each_other_and_peter_rings_nobody(city: City) -> None:
    post = contacts.add_contact(
        city.radu.organisation,
        NewContact("Duty desk", "duty officer", out_of_hours_phone="+00 3"),
        by=city.lena,
    )
    for who, rings in ((city.ioana, True), (city.claire, True), (city.peter, False), (city.elisabeth, False)):
        with acting(who):
            assert Contact.objects.visible_to(who).filter(pk=post.pk).exists() is rings
            with connection.cursor() as cursor:
                cursor.execute("select count(*) from people_contact where id = %s", [post.pk])
                assert cursor.fetchone() == (int(rings),)


def test_deputies_have_an_order_and_move_up(city: City, shelter: Entry) -> None:
    first, second = queries.contacts_of(shelter.organisation, city.amina)
    contacts.order_contacts(shelter.organisation, [second.pk, first.pk], by=city.amina)
    with acting(city.amina):
        assert queries.contacts_of(shelter.organisation, city.amina) == [second, first]
    contacts.end_contact(second, by=city.amina)
    with acting(city.amina):
        [left] = queries.contacts_of(shelter.organisation, city.amina)
    assert (left, left.place) == (first, 1)
    with pytest.raises(Refused, match="has left"):
        second.refresh_from_db()
        contacts.edit_contact(second, by=city.amina, phone="+00 9")


def test_many_are_listed_with_one_event(city: City) -> None:
    rows = [
        NewEntry(f"House {n}", "ngo", ["en"], contacts=(NewContact(f"P {n}", "desk"),)) for n in range(30)
    ]
    before = len(events(city.amina, "people.entries_added"))
    made = adding.add_entries(rows, by=city.amina)
    assert len({entry.organisation.slug for entry in made}) == 30
    assert len(events(city.amina, "people.entries_added")) == before + 1


def test_of_many_with_one_that_is_refused_none_is_listed(city: City) -> None:
    with pytest.raises(Refused):
        adding.add_entries([SHELTER, NewEntry("B", "ngo", [])], by=city.amina)
    with pytest.raises(Refused):
        adding.add_entries([SHELTER, SHELTER], by=city.amina)
    with acting(city.amina):
        assert queries.entry_of("night-shelter", city.amina) is None
