"""What somebody could do in SQL to a dossier, its versions, bases and opinions, if a page ever let them."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from entente.agreements import services as agreements
from entente.audit.actors import VISITOR, Actor, begin
from entente.partnership.services import drafting
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.drafts import dossier_of, drafted, opened

TABLES = ("dossier", "dossierversion", "basis", "opinion")
DENIED = ProgrammingError


def raw(by: Actor, statement: str) -> int:
    """Run one statement as this member's process could; returns how many rows it touched."""
    with transaction.atomic():
        begin(by)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            touched = int(cursor.rowcount)
        transaction.set_rollback(True)
    return touched


def test_a_draft_shows_its_papers_to_its_parties_only(city: City) -> None:
    agreement = opened(city)
    of = f"where agreement_id = '{agreement.pk}'"
    for table in TABLES:
        assert raw(city.marc, f"select from partnership_{table} {of}") > 0, table
        for stranger in (city.peter, city.lena, VISITOR):
            assert raw(stranger, f"select from partnership_{table} {of}") == 0, table
    agreements.begin_interim(agreement, by=city.amina)
    assert raw(city.peter, f"select from partnership_dossier {of}") == 1
    assert raw(city.peter, f"select from partnership_opinion {of}") == 0


@pytest.mark.parametrize("who", ["marc", "claire", "peter"])
def test_nobody_else_rewrites_a_dossier(city: City, who: str) -> None:
    agreement = drafted(city)
    by: Member = getattr(city, who)
    of = f"where agreement_id = '{agreement.pk}'"
    assert raw(by, f"update partnership_dossier set contact = 'me' {of}") == 0
    assert raw(city.amina, f"update partnership_dossier set contact = 'us' {of}") == 1


def test_what_was_signed_stays_and_only_its_review_goes_on(city: City) -> None:
    agreement = opened(city)
    agreements.sign_agreement(agreement, by=city.marc)
    of = f"where agreement_id = '{agreement.pk}'"
    for change in ("texts = '{}'", "contact = 'x'", "opened_at = null", "excluded_purposes = '[]'"):
        with pytest.raises(DENIED, match="stays as it is"):
            raw(city.amina, f"update partnership_dossier set {change} {of}")
    assert raw(city.amina, f"update partnership_dossier set review_on = now() {of}") == 1
    with pytest.raises(DENIED):
        raw(city.amina, f"delete from partnership_dossier {of}")


def test_a_version_is_never_changed(city: City) -> None:
    drafted(city)
    for change in (
        "update partnership_dossierversion set number = 9",
        "delete from partnership_dossierversion",
    ):
        with pytest.raises(DENIED):
            raw(city.amina, change)


def test_a_basis_is_withdrawn_and_never_rewritten(city: City) -> None:
    agreement = opened(city)
    of = f"where agreement_id = '{agreement.pk}' and organisation_id = '{city.marc.organisation_id}'"
    assert raw(city.ioana, f"update partnership_basis set withdrawn_at = now() {of}") == 0
    assert raw(city.marc, f"update partnership_basis set withdrawn_at = now() {of}") == 1
    with pytest.raises(DENIED):
        raw(city.marc, f"update partnership_basis set provision = 'x' {of}")
    with pytest.raises(DENIED):
        raw(city.marc, f"delete from partnership_basis {of}")


def test_nobody_gives_an_opinion_for_another_or_changes_one(city: City) -> None:
    agreement = drafted(city)
    asked = drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)
    own = next(row for row in asked if row.organisation_id == city.amina.organisation_id)
    give = (
        "update partnership_opinion set view = 'favourable', given_at = now(), given_by_id = '%s'"
        f" where id = '{own.pk}'"
    )
    assert raw(city.marc, give % city.marc.pk) == 0
    assert raw(city.amina, give % city.amina.pk) == 0  # her organisation has an officer
    with pytest.raises(DENIED, match="stays as it is"):
        raw(city.helene, give % city.amina.pk)
    assert raw(city.helene, give % city.helene.pk) == 1
    drafting.give_opinion(own, by=city.helene, view="unfavourable", reasons="Too much.")
    with pytest.raises(DENIED, match="stays as it is"):
        raw(city.helene, give % city.helene.pk)
    forged = (
        "insert into partnership_opinion (id, agreement_id, organisation_id, version, asked_at, asked_by_id,"
        f" view, reasons, given_at) values (gen_random_uuid(), '{agreement.pk}', '%s', 1, now(), '%s',"
        " 'favourable', '', now())"
    )
    with pytest.raises(DENIED):
        raw(city.amina, forged % (city.marc.organisation_id, city.amina.pk))
