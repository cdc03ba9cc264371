"""The retention table: made from what the tables say, in four languages, confirmed by an officer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from entente.agreements.second_wall import our_models
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.queries import all_events
from entente.audit.tables import NO_PERSONAL_DATA
from entente.partnership.content_words import content
from entente.partnership.sentences import retention
from entente.partnership.services import register as services
from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]
LANGUAGES = ("en", "fr", "ar", "ro")


def test_every_table_has_its_sentences() -> None:
    """A new text of a table stands in `sentences/retention.py`, so that a translator finds it."""
    missing = {
        text
        for model in our_models()
        if (policy := model.data_policy) != NO_PERSONAL_DATA  # type: ignore[attr-defined]
        for text in (policy.holds, policy.purpose, policy.keep)
        if text not in retention.TOLD
    }
    assert missing == set()


def test_every_text_that_nothing_says_any_more_is_gone() -> None:
    said = {text for policy in retention.policies() for text in (policy.holds, policy.purpose, policy.keep)}
    assert set(retention.TOLD) <= said


def test_the_defaults_exist_in_four_languages() -> None:
    words = content("retention")
    texts = [*words["terms"].values(), *(row["what"] for row in words["rows"])]
    texts += [row["from"] for row in words["rows"] if "from" in row]
    for text in texts:
        assert set(text) == set(LANGUAGES)
        assert all(text.values())
    for language in LANGUAGES:
        with translation.override(language):
            assert len(retention.defaults()) == 17
            assert all(all(row.values()) for row in retention.defaults())


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_reads_the_table(db: None, language: str) -> None:
    answer = Client().get(f"/{language}/retention/")
    assert answer.status_code == 200
    rows = re.findall(r"<tr role=\"row\"><th scope=\"row\"", answer.content.decode())
    assert len(rows) == len(retention.kept()) + 17


def test_an_officer_confirms_it_and_everybody_reads_when(city: City, client_of: ClientOf) -> None:
    helene = client_of(city.helene)
    assert "Confirm the table" not in helene.get("/staff/retention/").content.decode()  # confirmed already
    services.confirm_retention(by=city.helene, table_hash="of another table")
    page = Client().get("/en/retention/").content.decode()
    assert "waits to be confirmed again" in page
    assert helene.post("/staff/retention/confirm/").status_code == 302
    assert "Confirmed by the data protection officer of <bdi>City of Marenne</bdi> on" in (
        Client().get("/en/retention/").content.decode()
    )
    with acting(city.elisabeth):
        assert all_events(city.elisabeth).filter(name="partnership.retention_confirmed").exists()


def test_nobody_else_confirms_it(city: City, client_of: ClientOf) -> None:
    with pytest.raises(Refused, match="Only a data protection officer"):
        services.confirm_retention(by=city.amina, table_hash="x")
    assert client_of(city.amina).post("/staff/retention/confirm/").status_code == 403
