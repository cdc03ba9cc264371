"""The directory is found by words in four languages, with a typing error, and tells nobody's numbers."""

from __future__ import annotations

import pytest

from entente.audit.actors import acting
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Member
from entente.people.queries import directory as queries
from entente.people.queries.directory import Wanted
from entente.people.services import adding, contacts
from tests.conftest import City


def found(reader: Member, words: str = "", **wanted: str) -> set[str]:
    with acting(reader):
        rows = queries.entries(reader, Wanted(words=words, **wanted))
        return {entry.organisation.slug for entry in rows}


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("police", "police"),
        ("poliția", "police"),
        ("politia", "police"),
        ("poliţia", "police"),
        ("شرطة", "police"),
        ("الشرطة", "police"),
        ("والشرطة", "police"),
        ("مستشفي النهر", "river-hospital"),
        ("hopital", "river-hospital"),
        ("hopsital", "river-hospital"),
        ("l’hôpital du fleuve", "river-hospital"),
        ("spitalul", "river-hospital"),
        ("interpretor", "interpreters"),
        ("Womens House", "womens-house"),
        ("locuinte port", "harbour"),
    ],
)
def test_an_organisation_is_found_as_people_write_it(city: City, words: str, slug: str) -> None:
    assert slug in found(city.lena, words)


def test_every_word_must_be_there(city: City) -> None:
    assert found(city.lena, "river hospital") == {"river-hospital"}
    assert found(city.lena, "zzzzqqqq") == set()
    assert found(city.lena, "river zzzzqqqq") == set()
    assert "police" in found(city.lena, "?!")  # nothing to look for: everything


def test_who_does_what_where_in_which_language_for_what(city: City) -> None:
    assert found(city.lena, spoken="ro", prevention="tertiary") == {"new_page"}
    assert found(city.lena, spoken="ro", prevention="tertiary", area="mill_fields") == set()
    assert found(city.lena, area="mill_fields", kind="youth_work") == {"open_door", "youth_council"}
    assert found(city.lena, scenario="interpreter") == {"interpreters"}
    assert found(city.lena, state="stale") == {"chamber-of-trade"}


def test_a_person_is_found_only_by_whoever_may_ring_them(city: City) -> None:
    shelter = adding.add_entry(NewEntry("Night Shelter", "housing", ["fr"]), by=city.amina)
    contacts.add_contact(
        shelter.organisation, NewContact("Zebedee Quill", "warden", phone="1"), by=city.amina
    )
    assert found(city.amina, "Zebedee Quill") == {"night-shelter"}
    for who in (city.claire, city.lena, city.peter, city.elisabeth):
        assert found(who, "Zebedee Quill") == set()
    assert found(city.ioana, "Lena Koch") == {"police"}
    assert found(city.peter, "Lena Koch") == set()


def test_a_visitor_finds_nothing(city: City) -> None:
    from entente.audit.actors import VISITOR

    with acting(VISITOR):
        assert not queries.entries(VISITOR, Wanted(words="police")).exists()
        assert not queries.entries(VISITOR).exists()


def test_the_gap_of_mill_fields_is_told(city: City) -> None:
    from entente.people.queries.coverage import Gap, coverage

    with acting(city.amina):
        gaps = coverage(city.amina).gaps(["ro", "fr"])
    assert Gap("tertiary", "ro", ("mill_fields",)) in gaps
    assert not any(gap.language == "fr" for gap in gaps)
