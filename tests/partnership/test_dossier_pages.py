"""The pages on which an agreement comes to be: what each shows to whom, and that nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.audit.actors import acting
from entente.partnership.models import Dossier
from entente.partnership.services import drafting
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.drafts import dossier_of, drafted, filled_in, opened, with_bases, with_opinions

ClientOf = Callable[[Member], Client]


def at(agreement: Agreement, part: str = "") -> str:
    return f"/staff/agreements/{agreement.pk}/dossier/{part}"


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]).split())


def prison_protocol(city: City) -> Agreement:
    with acting(city.amina):
        return register.agreements(city.amina).get(title__startswith="Protocol with the Prison")


def test_a_draft_begins_on_a_page(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    assert "Prison protocol" in shown(amina, "/staff/agreements/new/")
    form = {"template": "prison", "title": "Return", "language": "fr", "parties": [city.marc.organisation_id]}
    answer = amina.post("/staff/agreements/new/", form)
    assert answer.status_code == 302
    page = shown(amina, answer["Location"])
    assert "Still to be filled in" in page
    assert "Gaps:" in page
    assert amina.post("/staff/agreements/new/", {**form, "title": ""}).status_code == 400


def test_the_demos_protocol_tells_its_gap_its_opinions_and_its_signature(
    city: City, client_of: ClientOf
) -> None:
    agreement = prison_protocol(city)
    page = shown(client_of(city.marc), at(agreement))
    assert "For City of Marenne, no authority for data on offences is stated" in page
    assert "1 of 3 parties have signed" in page
    assert "2 of 3 given" in page
    assert "Asked, not answered yet" in page
    outside = shown(client_of(city.peter), at(agreement))
    assert "Favorable" not in outside
    assert "The dossier" in shown(client_of(city.peter), f"/staff/agreements/{agreement.pk}/")


def test_the_texts_are_written_and_what_was_typed_is_kept(city: City, client_of: ClientOf) -> None:
    agreement, amina = drafted(city), client_of(city.amina)
    texts: dict[str, Any] = dict.fromkeys(Dossier.FIELDS, "Said plainly.")
    form = {
        **texts,
        "version": 1,
        "contact": "The office",
        "review_on": "2027-05-01",
        "excluded_purposes": [],
    }
    assert amina.post(at(agreement, "texts/"), form).status_code == 302
    again = amina.post(at(agreement, "texts/"), {**form, "aim": "Typed while another wrote."})
    assert again.status_code == 409
    page = again.content.decode()
    assert "wrote version 2 meanwhile" in page
    assert "Typed while another wrote." in page
    assert "A translation." in shown(amina, at(agreement, "texts/?in=fr"))
    assert client_of(city.marc).get(at(agreement, "texts/")).status_code == 403


def test_bases_are_stated_and_withdrawn_on_the_page(city: City, client_of: ClientOf) -> None:
    agreement, marc = drafted(city), client_of(city.marc)
    form = {
        "organisation": city.marc.organisation_id,
        "purpose": "prepare_return",
        "basis": "led_8",
        "provision": "Prison Act, section 7",
    }
    assert marc.post(at(agreement, "bases/"), form).status_code == 302
    page = marc.get(at(agreement, "bases/"))
    assert "Prison Act, section 7" in page.content.decode()
    assert city.amina.organisation_id not in page.context["own"]
    found = re.search(r"/bases/([0-9a-f-]{36})/withdraw/", page.content.decode())
    assert found
    assert client_of(city.ioana).get(at(agreement, f"bases/{found[1]}/withdraw/")).status_code == 403
    assert marc.post(at(agreement, f"bases/{found[1]}/withdraw/"), {"reason": ""}).status_code == 400
    assert marc.post(at(agreement, f"bases/{found[1]}/withdraw/"), {"reason": "New law."}).status_code == 302
    refused = marc.post(at(agreement, "bases/"), {**form, "basis": "gdpr_6_1_f"})
    assert refused.status_code == 409
    assert "Prison Act, section 7" in refused.content.decode()


def test_a_party_is_found_and_added(city: City, client_of: ClientOf) -> None:
    agreement, amina = drafted(city), client_of(city.amina)
    assert "School Board" in shown(amina, at(agreement, "parties/?q=school"))
    assert amina.post(at(agreement, "parties/"), {"organisation": "school"}).status_code == 302
    again = amina.post(at(agreement, "parties/"), {"organisation": "school"})
    assert again.status_code == 409
    assert "is a party already" in again.content.decode()
    assert amina.post(at(agreement, "parties/"), {"organisation": "nobody"}).status_code == 404


def test_each_step_is_asked_again_and_a_refusal_says_why(city: City, client_of: ClientOf) -> None:
    agreement, amina = drafted(city), client_of(city.amina)
    refused = amina.post(at(agreement, "signature/"))
    assert refused.status_code == 409
    assert "Texts still to be filled in" in refused.content.decode()
    filled_in(city, agreement)
    with_bases(city, agreement)
    with_opinions(city, agreement)
    assert "Can it be undone?" in shown(amina, at(agreement, "signature/"))
    assert amina.post(at(agreement, "signature/")).status_code == 302
    assert amina.post(at(agreement, "draft/")).status_code == 302
    assert amina.post(at(agreement, "opinions/")).status_code == 409
    assert client_of(city.marc).get(at(agreement, "signature/")).status_code == 403


def test_the_opinion_of_another_is_not_given(city: City, client_of: ClientOf) -> None:
    agreement = drafted(city)
    asked = drafting.ask_opinions(dossier_of(agreement, city.amina), by=city.amina)
    own = next(row for row in asked if row.organisation_id == city.amina.organisation_id)
    page = at(agreement, f"opinions/{own.pk}/")
    assert client_of(city.marc).get(page).status_code == 403
    assert client_of(city.peter).get(page).status_code == 404
    helene = client_of(city.helene)
    assert helene.post(page, {"view": "asked", "reasons": "x"}).status_code == 400
    assert helene.post(page, {"view": "conditions", "reasons": "With a review."}).status_code == 302
    assert "With a review." in shown(client_of(city.ioana), at(agreement))


def test_an_agreement_is_amended_and_reviewed_on_pages(city: City, client_of: ClientOf) -> None:
    agreement, amina = opened(city), client_of(city.amina)
    for member in (city.amina, city.marc, city.ioana):
        agreements.sign_agreement(agreement, by=member)
    agreements.bring_into_force(agreement, by=city.amina)
    form = {"note": "It helps.", "next_on": "2027-09-01"}
    assert amina.post(at(agreement, "review/"), {**form, "next_on": "2020-01-01"}).status_code == 409
    assert amina.post(at(agreement, "review/"), form).status_code == 302
    answer = amina.post(at(agreement, "amend/"), {"title": "Second"})
    assert answer.status_code == 302
    assert "It amends" in shown(amina, answer["Location"])
    assert client_of(city.marc).get(at(agreement, "amend/")).status_code == 403


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_the_paper_comes_in_every_language(city: City, client_of: ClientOf, language: str) -> None:
    agreement, marc = prison_protocol(city), client_of(city.marc)
    marc.post("/language/", {"language": language})
    answer = marc.get(at(agreement, "paper/"), HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_the_dossier_asks_few_questions(
    city: City, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    agreement, amina = opened(city), client_of(city.amina)
    with django_assert_max_num_queries(25):
        assert amina.get(at(agreement)).status_code == 200
