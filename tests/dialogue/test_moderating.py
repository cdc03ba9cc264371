"""Reading statements: oldest first, one decision a step, with a reason from the public policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entente.audit.queries import history
from entente.dialogue import queries, services
from entente.dialogue.models import Participant, Statement
from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]
State = Statement.State


def here(city: City) -> str:
    """The page on which statements of the open dialogue are read."""
    return reverse("dialogue_staff:moderate_statements", args=[city.dialogue.reference])


def words(answer: Any) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", answer.content.decode())).split())


def waiting(city: City) -> list[Statement]:
    """The queue, as it is shown."""
    rows = queries.statements(city.dialogue, city.amina, State.WAITING)
    return list(rows.order_by("received_at", "id"))


def decide(statement: Statement, decision: str, **more: Any) -> dict[str, Any]:
    """What the form of one statement sends."""
    return {"statement": str(statement.pk), "seen": statement.state, "decision": decision, **more}


def resident(city: City) -> Participant:
    """Somebody who takes part."""
    participant, _token = services.join_dialogue(city.dialogue, language="en")
    return participant


def fresh(statement: Statement, city: City) -> Statement:
    """The statement as it is now."""
    return Statement.objects.visible_to(city.amina).get(pk=statement.pk)


def test_the_queue_shows_originals_oldest_first_beside_the_policy(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(here(city))
    queue = waiting(city)
    assert [row["statement"].pk for row in answer.context["rows"]] == [row.pk for row in queue]
    text = words(answer)
    assert all(row.text in text and row.get_language_display() in text for row in queue)
    assert "The public policy" in text
    assert answer.context["policy"]["blocks"][0].text in text


def test_an_accepted_statement_gets_a_number_and_can_be_answered(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    answer = client_of(city.amina).post(here(city), decide(statement, "accepted"), follow=True)
    assert "Accepted:" in words(answer)
    after = fresh(statement, city)
    top = max(row.number or 0 for row in queries.statements(city.dialogue, city.amina))
    assert (after.state, after.number, after.decided_by) == ("accepted", top, "Amina Haddad")
    services.cast_vote(after, by=resident(city), value=1)
    event = history(city.dialogue.pk, city.amina).filter(about_id=statement.pk)[0]
    assert event.name == "dialogue.statement_accepted"


def test_a_statement_is_turned_down_with_a_reason_its_author_reads(city: City, client_of: ClientOf) -> None:
    author = resident(city)
    statement = services.add_statement(city.dialogue, by=author, text="Call me at 555 0101.", language="en")
    sent = decide(statement, "rejected", reason="contact", note="Please leave out the number.")
    client_of(city.amina).post(here(city), sent)
    (own,) = queries.own_statements(city.dialogue, author)
    assert (own.state, own.reason, own.reason_note) == ("rejected", "contact", "Please leave out the number.")
    record = client_of(city.amina).get(
        reverse("dialogue_staff:manage_dialogue", args=[city.dialogue.reference])
    )
    said = "Amina Haddad turned down the statement “Call me at 555 0101.” It contains contact details"
    assert said in words(record)


def test_after_a_decision_one_is_back_at_the_same_place(city: City, client_of: ClientOf) -> None:
    queue = waiting(city)
    sent = decide(queue[0], "accepted", page="1", show="waiting", next=queue[1].pk.hex)
    answer = client_of(city.amina).post(here(city), sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?show=waiting&page=1#s-{queue[1].pk.hex}")
    sent = decide(queue[1], "accepted", page="x", show="y", next="<script>")
    answer = client_of(city.amina).post(here(city), sent)
    assert answer["Location"].endswith("?show=waiting&page=1#queue")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decision": "rejected"}, "Choose a reason from the public policy."),
        ({"decision": "rejected", "reason": "dislike"}, "Select a valid choice."),
        ({"decision": "rejected", "reason": "insult", "note": "n" * 301}, "at most 300 characters"),
        ({"decision": "burn"}, "Select a valid choice."),
        ({"decision": ""}, "This field is required."),
        ({"seen": "asleep"}, "Select a valid choice."),
        ({"statement": "17"}, "Enter a valid UUID."),
    ],
)
def test_what_is_no_decision_changes_nothing(
    city: City, client_of: ClientOf, changes: dict[str, str], said: str
) -> None:
    statement = waiting(city)[0]
    answer = client_of(city.amina).post(here(city), decide(statement, "accepted") | changes)
    assert answer.status_code == 409
    assert said in words(answer)
    assert fresh(statement, city).state == State.WAITING


def test_two_coordinators_do_not_decide_over_each_other(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    sent = decide(statement, "accepted")
    services.moderate_statement(statement, by=city.amina, state=State.REJECTED, reason="insult")
    answer = client_of(city.amina).post(here(city), sent, follow=True)
    assert "Amina Haddad decided about this statement meanwhile: not accepted." in words(answer)
    assert fresh(statement, city).state == State.REJECTED


def test_a_decision_can_be_changed_and_votes_are_kept(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    statement = queries.statements(city.dialogue, city.amina)[0]
    client.post(here(city), decide(statement, "rejected", reason="two_ideas", show="accepted"))
    hidden = fresh(statement, city)
    assert (hidden.state, hidden.number) == ("rejected", statement.number)
    listed = client.get(here(city), {"show": "rejected"})
    assert "It holds two ideas, so a vote would not be clear." in words(listed)
    assert "decided by Amina Haddad" in words(listed)
    client.post(here(city), decide(hidden, "accepted", show="rejected"))
    again = fresh(statement, city)
    assert (again.state, again.number, again.votes) == ("accepted", statement.number, statement.votes)
    assert again.reason == ""


def test_a_statement_of_another_dialogue_is_not_decided_here(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    other = reverse("dialogue_staff:moderate_statements", args=[city.evenings.reference])
    assert client_of(city.amina).post(other, decide(statement, "accepted")).status_code == 404
    assert fresh(statement, city).state == State.WAITING


def test_twenty_stand_on_a_page_and_markup_stays_text(city: City, client_of: ClientOf) -> None:
    author = resident(city)
    for number in range(25):
        text = f"<img src=x onerror=alert({number})> =1+1"
        services.add_statement(city.dialogue, by=author, text=text, language="en")
    client = client_of(city.amina)
    first = client.get(here(city))
    assert len(first.context["rows"]) == 20
    last = client.get(here(city), {"page": "99", "show": "waiting"})
    assert last.context["page"].number == last.context["page"].paginator.num_pages
    html = first.content.decode() + last.content.decode()
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(24)&gt; =1+1" in html


def test_an_empty_queue_says_so(city: City, client_of: ClientOf) -> None:
    empty = reverse("dialogue_staff:moderate_statements", args=[city.library.reference])
    assert "Nothing waits" in words(client_of(city.amina).get(empty))


def test_colleagues_without_the_role_do_not_decide(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    assert client_of(city.claire).post(here(city), decide(statement, "accepted")).status_code == 403
    assert client_of(city.peter).post(here(city), decide(statement, "accepted")).status_code == 404
    assert fresh(statement, city).state == State.WAITING
