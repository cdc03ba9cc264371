"""Gaps: each condition by itself, and the sentences in every language."""

from __future__ import annotations

import uuid

import pytest
from django.utils import translation

from entente.agreements.change_rules import Signs
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.partnership import gaps
from entente.partnership.gaps import GIVE, RECEIVE, Gap, Need, find_gaps, in_sentence
from entente.partnership.models import LegalBasis
from entente.partnership.queries import drafting as queries
from entente.partnership.services import drafting
from tests.conftest import City
from tests.partnership.drafts import cell, dossier_of, drafted, with_bases

A = uuid.UUID(int=1)


def kinds(need: Need, *bases: str) -> list[str]:
    return [gap.kind for gap in find_gaps([need], {(A, need.purpose): set(bases)})]


def test_every_basis_is_good_for_something() -> None:
    assert set(gaps.COVERS) == set(LegalBasis.values)


@pytest.mark.parametrize(
    ("category", "opens", "way", "bases", "missing"),
    [
        ("housing", False, RECEIVE, (), ["ordinary"]),
        ("housing", False, RECEIVE, ("gdpr_6_1_e",), []),
        ("coordination", False, GIVE, (), []),
        ("consultation", False, RECEIVE, (), []),
        ("health", False, RECEIVE, ("gdpr_6_1_e",), ["special"]),
        ("health", False, RECEIVE, ("gdpr_6_1_e", "gdpr_9_2_h"), []),
        ("prison", False, GIVE, ("gdpr_6_1_e",), ["offence"]),
        ("prison", False, GIVE, ("led_8",), []),
        ("plan", True, GIVE, ("gdpr_6_1_e",), ["secrecy"]),
        ("plan", True, RECEIVE, ("gdpr_6_1_e",), []),
        ("plan", True, GIVE, ("gdpr_6_1_e", "secrecy_law"), []),
    ],
)
def test_what_it_takes(
    category: str, opens: bool, way: str, bases: tuple[str, ...], missing: list[str]
) -> None:
    assert kinds(Need(A, "plan_support", category, way, opens), *bases) == missing


def test_a_basis_for_another_purpose_is_none() -> None:
    need = Need(A, "plan_support", "housing", GIVE, False)
    assert find_gaps([need], {(A, "prepare_return"): {"gdpr_6_1_e"}})


@pytest.mark.parametrize("code", ["en", "fr", "ar", "ro"])
@pytest.mark.parametrize("kind", list(gaps.SENTENCES))
def test_every_gap_is_a_sentence_in_every_language(code: str, kind: tuple[str, str]) -> None:
    gap = Gap(A, "plan_support", kind[0], kind[1], ("health", "mental_health"))
    with translation.override(code):
        told = in_sentence(gap, "Service X")
    assert "Service X" in told
    assert "%(" not in told


def test_the_gap_of_the_issue(city: City) -> None:
    agreement = drafted(city)
    with_bases(city, agreement)
    wanted = {cell(city.ioana, city.marc, "health"): Signs()}
    drafting.set_matrix(dossier_of(agreement, city.amina), by=city.amina, wanted=wanted)
    with acting(city.amina):
        bases = queries.bases_of(agreement.pk, city.amina)
        found = queries.gaps_of(agreement.pk, bases, city.amina)
        prison = [gap for gap in found if gap.organisation == city.marc.organisation_id]
        told = queries.gap_sentences(prison, {city.marc.organisation_id: city.marc.organisation})
    assert told == [
        "For Prison and Probation Service, no condition for specially protected data is stated"
        " to receive “health” for the purpose “prepare a release or a return”."
    ]


@pytest.mark.parametrize(
    ("who", "basis", "provision", "reason"),
    [
        ("amina", "gdpr_6_1_f", "x", "no basis for the tasks of a public authority"),
        ("ioana", "led_8", "x", "for police, prosecution and prisons"),
        ("marc", "led_8", "  ", "Name the national provision"),
        ("peter", "gdpr_6_1_e", "x", "not a party"),
    ],
)
def test_a_basis_that_can_not_be_is_refused(
    city: City, who: str, basis: str, provision: str, reason: str
) -> None:
    agreement = drafted(city)
    with pytest.raises(Refused, match=reason):
        drafting.state_basis(
            agreement,
            by=city.amina,
            organisation=getattr(city, who).organisation,
            purpose="prepare_return",
            basis=basis,
            provision=provision,
        )


def test_a_party_withdraws_its_own_and_nobody_elses(city: City) -> None:
    agreement = drafted(city)
    with_bases(city, agreement)
    with acting(city.marc):
        rows = queries.bases_of(agreement.pk, city.marc)
    own = next(row for row in rows if row.organisation_id == city.marc.organisation_id)
    other = next(row for row in rows if row.organisation_id == city.ioana.organisation_id)
    with pytest.raises(Refused, match="Only the organisation that keeps"):
        drafting.withdraw_basis(other, by=city.marc, reason="x")
    assert drafting.withdraw_basis(own, by=city.marc, reason="The law changed.").withdrawn_at
    with pytest.raises(Refused, match="withdrawn already"):
        drafting.withdraw_basis(own, by=city.marc, reason="x")
