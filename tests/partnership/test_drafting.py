"""An agreement comes to be: from a template through opinions to signature, with who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import INTERIM
from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.partnership.models import Dossier, Opinion
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.services import drafting
from tests.conftest import City
from tests.partnership.drafts import (
    cell,
    dossier_of,
    drafted,
    filled_in,
    opened,
    with_bases,
    with_opinions,
)


@pytest.mark.parametrize("template", [row["key"] for row in templates.templates()])
def test_every_template_makes_a_whole_draft(city: City, template: str) -> None:
    agreement = drafted(city, template)
    dossier = dossier_of(agreement, city.amina)
    with acting(city.amina):
        clauses = register.clauses_of([agreement.pk], city.amina)
        parties = register.parties_of([agreement.pk], city.amina)
    assert agreement.state == Agreement.State.DRAFT
    assert len(parties) == 3
    assert clauses
    assert all(row.category in INTERIM for row in clauses if row.holds_in_interim)
    for code in ("en", "fr", "ar", "ro"):
        assert set(dossier.texts[code]) == set(Dossier.FIELDS)
    assert "aim" in templates.to_fill_in(dossier)


def test_from_a_draft_to_force_and_each_step_is_logged(city: City) -> None:
    agreement = opened(city)
    for member in (city.amina, city.marc, city.ioana):
        agreements.sign_agreement(agreement, by=member)
    assert agreements.bring_into_force(agreement, by=city.amina).state == "in_force"
    with acting(city.peter):
        names = {event.name for event in register.changes(agreement, city.peter)}
    assert {
        "agreements.agreement_drafted", "agreements.clauses_set", "partnership.dossier_opened",
        "partnership.dossier_written", "partnership.basis_stated", "partnership.opinions_asked",
        "partnership.opinion_given", "partnership.signature_opened", "agreements.agreement_signed",
        "agreements.agreement_brought_into_force",
    } <= names  # fmt: skip


def test_what_is_missing_is_said_one_after_the_other(city: City) -> None:
    agreement = drafted(city)

    def refused(reason: str) -> None:
        with pytest.raises(Refused, match=reason):
            drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina)

    refused("Texts still to be filled in")
    filled_in(city, agreement)
    refused("Legal bases are missing")
    with pytest.raises(Refused, match="not open for signature"):
        agreements.sign_agreement(agreement, by=city.marc)
    with_bases(city, agreement)
    refused("was not asked for its opinion")
    drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)
    refused("has not given its opinion yet")
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina).opened_at


def test_an_unfavourable_opinion_holds_until_the_texts_change(city: City) -> None:
    agreement = drafted(city)
    filled_in(city, agreement)
    with_bases(city, agreement)
    with_opinions(city, agreement, view="unfavourable")
    with pytest.raises(Refused, match="unfavourable"):
        drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina)
    drafting.write_dossier(dossier_of(agreement, city.amina), by=city.amina, texts={"aim": "Better said."})
    with_opinions(city, agreement)
    assert drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina).opened_at


def test_while_it_is_open_nothing_changes_and_it_goes_back(city: City) -> None:
    agreement = opened(city)
    dossier = dossier_of(agreement, city.amina)
    with pytest.raises(Refused, match="open for signature"):
        drafting.write_dossier(dossier, by=city.amina, texts={"aim": "x"})
    with pytest.raises(Refused, match="open for signature"):
        drafting.set_matrix(dossier, by=city.amina, wanted={cell(city.marc, city.amina, "prison"): None})
    drafting.reopen_draft(dossier, by=city.amina)
    with pytest.raises(Refused, match="not open for signature"):
        agreements.sign_agreement(agreement, by=city.marc)
    drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina)
    agreements.sign_agreement(agreement, by=city.marc, reservation="Nothing on health.")
    with pytest.raises(Refused, match="signed already"):
        drafting.reopen_draft(dossier, by=city.amina)


def test_a_changed_original_drops_its_translations(city: City) -> None:
    agreement = drafted(city)
    dossier = drafting.write_dossier(
        dossier_of(agreement, city.amina), by=city.amina, texts={"aim": "Said anew."}
    )
    assert dossier.texts["en"]["aim"] == "Said anew."
    assert "aim" not in dossier.texts["fr"]
    dossier = drafting.write_dossier(dossier, by=city.amina, texts={"aim": "Redit."}, language="fr")
    assert (dossier.texts["fr"]["aim"], dossier.version) == ("Redit.", 3)
    with acting(city.amina):
        kept = list(queries.versions(dossier, city.amina))
    assert [row.number for row in kept] == [3, 2, 1]
    with pytest.raises(Refused, match="wrote version 3 meanwhile"):
        drafting.write_dossier(dossier, by=city.amina, texts={"aim": "x"}, version_read=2)


def test_only_the_keepers_coordinator_or_officer_writes(city: City) -> None:
    agreement = drafted(city)
    dossier = dossier_of(agreement, city.amina)
    for member, reason in ((city.marc, "Only the organisation that keeps"), (city.claire, "Only a coord")):
        with pytest.raises(Refused, match=reason):
            drafting.write_dossier(dossier, by=member, texts={"aim": "x"})
    with pytest.raises(Refused, match="coordinator or a data protection officer"):
        drafting.draft_from_template("sharing", by=city.claire, title="x")
    with pytest.raises(Refused, match="has a dossier already"):
        drafting.open_dossier(agreement, by=city.amina)


def test_an_outsider_knows_of_no_draft_and_of_no_opinion(city: City) -> None:
    agreement = opened(city)
    for reader, knows in ((city.marc, True), (city.peter, False), (city.lena, False)):
        with acting(reader):
            assert queries.dossiers(reader).filter(pk=agreement.pk).exists() == knows
            assert bool(queries.opinions_of(agreement.pk, reader)) == knows
    agreements.begin_interim(agreement, by=city.amina)
    with acting(city.peter):
        assert queries.dossiers(city.peter).filter(pk=agreement.pk).exists()
        assert queries.opinions_of(agreement.pk, city.peter) == []


def test_each_party_gives_its_own_opinion_and_once(city: City) -> None:
    agreement = drafted(city)
    asked = drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)
    own = next(row for row in asked if row.organisation_id == city.amina.organisation_id)
    for member in (city.amina, city.marc, city.claire):
        with pytest.raises(Refused, match="own data protection officer"):
            drafting.give_opinion(own, by=member, view="favourable", reasons="x")
    given = drafting.give_opinion(own, by=city.helene, view="conditions", reasons="With a review.")
    assert given.view == Opinion.View.CONDITIONS
    with pytest.raises(Refused, match="given already"):
        drafting.give_opinion(own, by=city.helene, view="favourable", reasons="x")
    with pytest.raises(Refused, match="asked about this version already"):
        drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)


def test_what_waits(city: City) -> None:
    agreement = drafted(city)
    drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)

    def waits(reader: object, part: str) -> bool:
        with acting(reader):  # type: ignore[arg-type]
            found = queries.waiting_for(reader)  # type: ignore[arg-type]
        return any(str(agreement.pk) in one.url and part in one.url for one in found)

    assert waits(city.helene, "opinions")
    assert waits(city.marc, "opinions")
    assert not waits(city.amina, "opinions")
    signed = opened(city)
    agreement = signed
    assert waits(city.ioana, "sign")
    assert not waits(city.helene, "sign")
    agreements.sign_agreement(signed, by=city.ioana)
    assert not waits(city.ioana, "sign")
