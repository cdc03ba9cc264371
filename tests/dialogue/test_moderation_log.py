"""How statements were read, for everybody: each decision with its reason, and nobody's words or name."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, Statement
from tests.conftest import City

State = Statement.State
SECRET = "Zoltan from number 17 is a liar"
NOTE = "Please leave out the neighbour."


def page(dialogue: Dialogue, client: Client, **query: str) -> Any:
    """The public log of a dialogue."""
    return client.get(reverse("dialogue:moderation_log", args=[dialogue.reference]), query)


def words(answer: Any) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def table(dialogue: Dialogue, client: Client) -> list[dict[str, str]]:
    """The decisions as the file has them."""
    answer = client.get(reverse("dialogue:moderation_table", args=[dialogue.reference]))
    assert answer["Content-Type"].startswith("text/csv")
    assert f"{dialogue.reference}-moderation.csv" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def write(city: City, text: str) -> Statement:
    """A resident's statement."""
    author, _token = services.join_dialogue(city.dialogue, language="en")
    return services.add_statement(city.dialogue, by=author, text=text, language="en")


def test_each_decision_stands_there_without_words_or_names(city: City, visitor_client: Client) -> None:
    before = queries.moderation_figures(city.dialogue)
    accepted = services.moderate_statement(
        write(city, "Owls everywhere"), by=city.amina, state=State.ACCEPTED
    )
    services.moderate_statement(
        write(city, SECRET), by=city.amina, state=State.REJECTED, reason="names_person", note=NOTE
    )
    twin = write(city, "Owls: everywhere, please")
    services.settle_family(accepted, by=city.amina, repeats=[twin.pk])
    answer = page(city.dialogue, visitor_client)
    text = words(answer)
    assert f"Statement {accepted.number} accepted" not in text
    assert "It names or points to a person." in text
    assert f"It says what another statement already says. It repeats statement {accepted.number}." in text
    for hidden in (SECRET, "Zoltan", NOTE, "Amina", "Owls: everywhere"):
        assert hidden not in answer.content.decode()
    after = queries.moderation_figures(city.dialogue)
    assert after.accepted == before.accepted + 1
    assert sum(after.rejected.values()) == sum(before.rejected.values()) + 2
    assert after.rejected["names_person"] == before.rejected.get("names_person", 0) + 1
    policy = visitor_client.get(reverse("dialogue:dialogue", args=[city.dialogue.reference]))
    assert reverse("dialogue:moderation_log", args=[city.dialogue.reference]) in policy.content.decode()


def test_the_same_stands_in_a_file(city: City, visitor_client: Client) -> None:
    known = len(table(city.dialogue, visitor_client))
    for number in range(3):
        services.moderate_statement(
            write(city, f"{number} quinces"), by=city.amina, state=State.REJECTED, reason="off_topic"
        )
    rows = [row for row in table(city.dialogue, visitor_client) if row["reason"] == "off_topic"]
    newest = rows[0]
    assert newest["decided_on"] == clock.today().isoformat()
    assert (newest["decision"], newest["statement"], newest["changes_earlier"]) == ("rejected", "", "0")
    assert int(newest["number"]) >= 3
    assert len(table(city.dialogue, visitor_client)) <= known + 1
    for row in table(city.dialogue, visitor_client):
        assert set(row) == {
            "decided_on", "decision", "reason", "statement", "repeats_statement", "changes_earlier", "number",
        }  # fmt: skip


def test_a_change_and_a_step_taken_back_are_told_too(city: City, visitor_client: Client) -> None:
    known = queries.statements(city.dialogue, city.amina)[0]
    services.moderate_statement(known, by=city.amina, state=State.REJECTED, reason="two_ideas")
    services.put_back_statements(city.dialogue, by=city.amina, ids=[known.pk])
    text = words(page(city.dialogue, visitor_client))
    assert f"Statement {known.number} not accepted any more" in text
    assert "An earlier decision was changed." in text
    assert f"Statement {known.number} put back, to be read again" in text


def test_what_was_accepted_is_one_line_a_day(city: City, visitor_client: Client) -> None:
    def day() -> list[dict[str, Any]]:
        rows = queries.moderation_days(city.dialogue)
        return [row for row in rows if (row["decision"], row["decided_on"]) == ("accepted", clock.today())]

    before = sum(row["count"] for row in day())
    for number in range(3):
        services.moderate_statement(write(city, f"{number} owls"), by=city.amina, state=State.ACCEPTED)
    (line,) = day()
    assert (line["at"], line["count"]) == (None, before + 3)
    assert f"Accepted It fits the rules. {before + 3}" in words(page(city.dialogue, visitor_client))
    rows = [row for row in table(city.dialogue, visitor_client) if row["decision"] == "accepted"]
    assert len({row["statement"] for row in rows}) >= 3


def test_of_a_closed_dialogue_nobody_is_told_that_a_few_may_wait(city: City, visitor_client: Client) -> None:
    assert city.evenings.state == Dialogue.State.CLOSED
    assert "Waiting to be read" not in words(page(city.evenings, visitor_client))


def test_what_waits_is_told_in_tens(city: City, visitor_client: Client) -> None:
    waiting = queries.statement_counts(city.dialogue, city.amina)["waiting"]
    assert waiting < 10
    assert "Waiting to be read Fewer than ten" in words(page(city.dialogue, visitor_client))
    for number in range(25 - waiting):
        write(city, f"Owl number {number} {'x' * number}")
    assert queries.moderation_figures(city.dialogue).waiting == 20
    assert "More than 20" in words(page(city.dialogue, visitor_client))


def test_how_long_it_took_is_told_from_ten_decisions_on(city: City, visitor_client: Client) -> None:
    assert queries.moderation_figures(city.dialogue).days is None
    for number in range(12):
        with clock.frozen(clock.now() - timedelta(days=3)):
            statement = write(city, f"Owl number {number} {'x' * number}")
        services.moderate_statement(statement, by=city.amina, state=State.ACCEPTED)
    assert queries.moderation_figures(city.dialogue).days == pytest.approx(3, abs=0.5)
    assert "Half of them within 3 days" in words(page(city.dialogue, visitor_client))


def test_an_imported_dialogue_and_a_new_one_read_sensibly(city: City, visitor_client: Client) -> None:
    for dialogue in (city.riverside, city.evenings, city.dialogue):
        answer = page(dialogue, visitor_client)
        assert answer.status_code == 200
        assert table(dialogue, visitor_client) == [] or answer.context["rows"]
        if not answer.context["rows"]:
            assert re.search(
                "Nothing has been decided yet|Decisions about this dialogue were made", words(answer)
            )


def test_of_a_draft_nobody_outside_reads_anything(city: City, visitor_client: Client) -> None:
    assert page(city.library, visitor_client).status_code == 404
    assert queries.moderation_figures(city.library) == queries.Figures(0, {}, 0, None)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_it_is_there_in_every_language(city: City, visitor_client: Client, language: str) -> None:
    address = reverse("dialogue:moderation_log", args=[city.dialogue.reference]).replace(
        "/en/", f"/{language}/", 1
    )
    answer = visitor_client.get(address, {"page": "99"})
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()
