"""Reading statements: those alike side by side, one or many in a step, with a reason from the policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entente.audit import clock
from entente.audit.queries import history
from entente.dialogue import queries, services
from entente.dialogue.models import ModerationEntry, Participant, Statement
from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]
State = Statement.State
THINGS = ["benches", "trees", "lights", "trams", "lifts", "toilets", "fountains", "shelters", "swings"]
PLACES = ["station", "school", "river", "market", "hospital", "library", "old town"]
WISHES = ["I want more", "We need", "There should be", "Nobody needs", "Please repair the", "Take away"]


def here(city: City) -> str:
    """The page on which statements of the open dialogue are read."""
    return reverse("dialogue_staff:moderate_statements", args=[city.dialogue.reference])


def words(answer: Any) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", answer.content.decode())).split())


def waiting(city: City) -> list[Statement]:
    """The queue, oldest first."""
    rows = queries.statements(city.dialogue, city.amina, State.WAITING)
    return list(rows.order_by("received_at", "id"))


def button(statement: Statement, what: str, **more: Any) -> dict[str, Any]:
    """What the button of one statement sends: "accepted", or a reason."""
    return {"seen": statement.state, "show": statement.state, "one": f"{what}:{statement.pk}:0", **more}


def chosen(statements: list[Statement], decision: str, **more: Any) -> dict[str, Any]:
    """What the form for several statements sends."""
    ids = [str(statement.pk) for statement in statements]
    return {"seen": statements[0].state, "chosen": ids, "decision": decision, **more}


def resident(city: City) -> Participant:
    """Somebody who takes part."""
    participant, _token = services.join_dialogue(city.dialogue, language="en")
    return participant


def write(
    city: City, *texts: str, language: str = "en", author: Participant | None = None
) -> list[Statement]:
    """Statements of a resident."""
    by = author or resident(city)
    return [services.add_statement(city.dialogue, by=by, text=text, language=language) for text in texts]


def fresh(statement: Statement, city: City) -> Statement:
    """The statement as it is now."""
    return Statement.objects.visible_to(city.amina).get(pk=statement.pk)


def shown(answer: Any) -> list[Statement]:
    """The statements of the page, in their order."""
    return [row.statement for family in answer.context["families"] for row in family.rows]


def entries(city: City) -> list[ModerationEntry]:
    """The lines of the public log."""
    return list(ModerationEntry.objects.visible_to(city.amina).filter(dialogue_id=city.dialogue.pk))


def test_the_queue_shows_originals_oldest_first_beside_the_policy(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(here(city))
    assert [row.pk for row in shown(answer)] == [row.pk for row in waiting(city)]
    text = words(answer)
    assert all(row.text in text and row.get_language_display() in text for row in waiting(city))
    assert "The public policy" in text
    assert answer.context["policy"]["blocks"][0].text in text


def test_an_accepted_statement_gets_a_number_and_can_be_answered(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    answer = client_of(city.amina).post(here(city), button(statement, "accepted"), follow=True)
    assert "Accepted: “" in words(answer)
    after = fresh(statement, city)
    top = max(row.number or 0 for row in queries.statements(city.dialogue, city.amina))
    assert (after.state, after.number, after.decided_by) == ("accepted", top, "Amina Haddad")
    assert after.decided_on == clock.today()
    services.cast_vote(after, by=resident(city), value=1)
    event = history(city.dialogue.pk, city.amina).filter(about_id=statement.pk)[0]
    assert event.name == "dialogue.statement_accepted"


def test_a_statement_is_turned_down_with_a_reason_its_author_reads(city: City, client_of: ClientOf) -> None:
    author = resident(city)
    (statement,) = write(city, "Call me at 555 0101.", author=author)
    sent = chosen([statement], "rejected", reason="contact", note="Please leave out the number.")
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
    place = f"written={queue[0].language}&order=newest&page=1"
    kept = dict(part.split("=") for part in place.split("&"))
    sent = {**button(queue[0], "accepted"), "one": f"accepted:{queue[0].pk}:7", **kept}
    answer = client_of(city.amina).post(here(city), sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?show=waiting&{place}#row-7")
    sent = {**button(queue[1], "accepted"), "one": f"accepted:{queue[1].pk}:<script>"}
    assert client_of(city.amina).post(here(city), sent)["Location"].endswith("?show=waiting#queue")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decision": "rejected"}, "Choose a reason from the public policy."),
        ({"decision": "rejected", "reason": "dislike"}, "Select a valid choice."),
        ({"decision": "rejected", "reason": "insult", "note": "n" * 301}, "at most 300 characters"),
        ({"decision": "rejected", "reason": "duplicate"}, "1 of them repeats nothing we know of."),
        ({"decision": "rejected", "reason": "duplicate", "same_as": "9999"}, "No other statement"),
        ({"decision": "rejected", "reason": "duplicate", "same_as": "x"}, "Enter a whole number."),
        ({"decision": "burn"}, "Select a valid choice."),
        ({"decision": ""}, "Accept the statements or turn them down."),
        ({"seen": "asleep"}, "Select a valid choice."),
        ({"chosen": ["17"]}, "Choose at least one statement."),
        ({"chosen": []}, "Choose at least one statement."),
        ({"one": "dislike:17"}, "Choose a reason from the public policy."),
        ({"family": "17", "repeat": ["18"]}, "Enter a valid UUID."),
    ],
)
def test_what_is_no_decision_changes_nothing(
    city: City, client_of: ClientOf, changes: dict[str, Any], said: str
) -> None:
    (statement,) = write(city, "Zebras and quinces by moonlight.")
    answer = client_of(city.amina).post(here(city), chosen([statement], "accepted") | changes)
    assert answer.status_code == 409
    assert said in words(answer)
    assert fresh(statement, city).state == State.WAITING


def test_what_was_chosen_stays_chosen_when_something_is_missing(city: City, client_of: ClientOf) -> None:
    queue = waiting(city)
    answer = client_of(city.amina).post(here(city), chosen(queue[:2], "rejected", note="Sorry"))
    assert {
        row.statement.pk for family in answer.context["families"] for row in family.rows if row.is_chosen
    } == {row.pk for row in queue[:2]}
    assert 'value="Sorry"' in answer.content.decode()
    single = client_of(city.amina).post(
        here(city), button(write(city, "Nothing is like me.")[0], "duplicate")
    )
    assert [row.statement.text for f in single.context["families"] for row in f.rows if row.is_chosen] == [
        "Nothing is like me."
    ]
    assert 'value="duplicate" selected' in single.content.decode()


def test_two_coordinators_do_not_decide_over_each_other(city: City, client_of: ClientOf) -> None:
    one, other = waiting(city)[:2]
    sent = button(one, "accepted")
    services.moderate_statement(one, by=city.amina, state=State.REJECTED, reason="insult")
    answer = client_of(city.amina).post(here(city), sent, follow=True)
    assert "Amina Haddad decided about this statement meanwhile: not accepted." in words(answer)
    assert fresh(one, city).state == State.REJECTED
    client_of(city.amina).post(here(city), {**chosen([one, other], "accepted"), "seen": "waiting"})
    assert [fresh(row, city).state for row in (one, other)] == ["rejected", "accepted"]


def test_a_decision_can_be_changed_and_votes_are_kept(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    statement = queries.statements(city.dialogue, city.amina)[0]
    client.post(here(city), button(statement, "two_ideas"))
    hidden = fresh(statement, city)
    assert (hidden.state, hidden.number) == ("rejected", statement.number)
    listed = client.get(here(city), {"show": "rejected"})
    assert "It holds two ideas, so a vote would not be clear." in words(listed)
    assert "decided by Amina Haddad" in words(listed)
    client.post(here(city), button(hidden, "accepted"))
    again = fresh(statement, city)
    assert (again.state, again.number, again.votes) == ("accepted", statement.number, statement.votes)
    assert again.reason == ""
    assert [entry.is_change for entry in entries(city) if entry.number == statement.number] == [True, True]


def test_a_statement_of_another_dialogue_is_not_decided_here(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    other = reverse("dialogue_staff:moderate_statements", args=[city.evenings.reference])
    client = client_of(city.amina)
    assert client.post(other, button(statement, "accepted")).status_code == 404
    assert client.post(other, chosen([statement], "accepted")).status_code == 404
    family = {"seen": "waiting", "family": str(statement.pk), "repeat": [str(statement.dialogue_id)]}
    assert client.post(other, family).status_code == 404
    assert fresh(statement, city).state == State.WAITING


def test_fifty_stand_on_a_page_and_markup_stays_text(city: City, client_of: ClientOf) -> None:
    texts = [f"<img src=x onerror=alert({number})> =1+1 {THINGS[number % 9]}" for number in range(60)]
    write(city, *texts)
    client = client_of(city.amina)
    first = client.get(here(city))
    assert len(shown(first)) == 50
    last = client.get(here(city), {"page": "99", "show": "waiting"})
    assert last.context["page"].number == last.context["page"].paginator.num_pages
    html = first.content.decode() + last.content.decode()
    assert "<img src=x" not in html
    assert "&lt;img" in html


def test_an_empty_queue_says_so(city: City, client_of: ClientOf) -> None:
    empty = reverse("dialogue_staff:moderate_statements", args=[city.library.reference])
    assert "Nothing waits" in words(client_of(city.amina).get(empty))


def test_colleagues_without_the_role_do_not_decide(city: City, client_of: ClientOf) -> None:
    statement = waiting(city)[0]
    for sent in (button(statement, "accepted"), chosen([statement], "accepted"), {"undo": "x"}):
        assert client_of(city.claire).post(here(city), sent).status_code == 403
        assert client_of(city.peter).post(here(city), sent).status_code == 404
    assert fresh(statement, city).state == State.WAITING


# Those that say nearly the same


def test_those_alike_stand_side_by_side_with_what_differs(city: City, client_of: ClientOf) -> None:
    with clock.frozen(clock.now() - timedelta(hours=2)):
        author = resident(city)
        write(city, "More benches at the bus stop, please", author=author)
    write(city, "Quieter trams along the river at night")
    write(city, "More benches at the tram stop, please", "More benches at every bus stop, please!")
    families = client_of(city.amina).get(here(city), {"kind": "alike"}).context["families"]
    (family,) = [one for one in families if "benches at the bus" in one.rows[0].statement.text]
    assert {row.statement.text for row in family.rows[1:]} == {
        "More benches at the tram stop, please",
        "More benches at every bus stop, please!",
    }
    assert not family.is_same_hour
    page = client_of(city.amina).get(here(city)).content.decode()
    assert "Accept the first, turn down the other 2 as its repeats" in page
    assert "<del>bus</del> <ins>tram</ins>" in page
    assert "<del>the</del> <ins>every</ins>" in page
    alone = client_of(city.amina).get(here(city), {"kind": "new"})
    assert "Quieter trams along the river at night" in [row.text for row in shown(alone)]
    assert not [row for row in shown(alone) if "benches" in row.text]


def test_whichever_came_first_is_the_one_that_is_kept(city: City) -> None:
    texts = [f"More benches at the {place} stop, please" for place in ("bus", "tram", "taxi", "ferry")]
    author, rows = resident(city), []
    for hours, text in zip((1, 3, 2, 4), texts, strict=True):
        with clock.frozen(clock.now() - timedelta(hours=hours)):
            rows += write(city, text, author=author)

    def firsts(state: str) -> set[Any]:
        ours = {row.pk for row in rows}
        return {row.first for row in queries.listed(city.dialogue, city.amina, state) if row.id in ours}

    assert firsts(State.WAITING) == {rows[3].pk}
    services.moderate_statement(rows[0], by=city.amina, state=State.ACCEPTED)
    assert firsts(State.WAITING) == {rows[0].pk}
    services.moderate_statement(rows[1], by=city.amina, state=State.ACCEPTED)
    assert firsts(State.ACCEPTED) == {rows[1].pk}


def test_one_like_an_accepted_statement_stands_below_it(city: City, client_of: ClientOf) -> None:
    known = queries.statements(city.dialogue, city.amina)[0]
    (again,) = write(city, f"I think: {known.text}", language=known.language)
    answer = client_of(city.amina).get(here(city))
    (family,) = [one for one in answer.context["families"] if one.first and one.first.pk == known.pk]
    assert [row.statement.pk for row in family.rows] == [again.pk]
    assert f"Worded nearly the same as statement {known.number}, which is accepted" in words(answer)
    client_of(city.amina).post(here(city), button(again, "duplicate"))
    after = fresh(again, city)
    assert (after.state, after.reason, after.duplicate_of_id) == ("rejected", "duplicate", known.pk)
    (entry,) = [entry for entry in entries(city) if entry.same_as == known.number]
    assert (entry.decision, entry.reason, entry.number) == ("rejected", "duplicate", None)


def test_a_family_is_settled_in_one_step(city: City, client_of: ClientOf) -> None:
    texts = [f"More benches at the {place} stop, please" for place in ("bus", "tram", "taxi")]
    rows = write(city, *texts)
    answer = client_of(city.amina).get(here(city))
    (family,) = [one for one in answer.context["families"] if one.first and one.first.text in texts]
    assert family.is_first_here
    assert "Some came in the same hour: which of them was first is not known." in words(answer)
    assert "Accept the top one, turn down the other 2 as its repeats" in words(answer)
    repeats = [row.statement for row in family.repeats]
    sent = {"seen": "waiting", "family": str(family.first.pk), "repeat": [str(row.pk) for row in repeats]}
    back = client_of(city.amina).post(here(city), {**sent, "place": "3"}, follow=True)
    assert "3 statements decided" in words(back)
    first = fresh(family.first, city)
    assert first.state == State.ACCEPTED
    for row in repeats:
        assert (fresh(row, city).reason, fresh(row, city).duplicate_of_id) == ("duplicate", first.pk)
    assert [entry.same_as for entry in entries(city) if entry.reason == "duplicate"][-2:] == [
        first.number
    ] * 2
    back = client_of(city.amina).post(
        here(city), {"undo": back.context["last"]["at"].isoformat()}, follow=True
    )
    assert "3 statements wait again." in words(back)
    assert {fresh(row, city).state for row in rows} == {State.WAITING}
    assert {fresh(row, city).duplicate_of_id for row in rows} == {None}


def test_what_says_the_same_in_other_words_is_linked_by_its_number(city: City, client_of: ClientOf) -> None:
    known = queries.statements(city.dialogue, city.amina)[1]
    two = write(city, "Des quinquets partout !", "Felinare peste tot!")
    sent = chosen(two, "rejected", reason="duplicate", same_as=str(known.number))
    client_of(city.amina).post(here(city), sent)
    assert {fresh(row, city).duplicate_of_id for row in two} == {known.pk}
    listed = client_of(city.amina).get(here(city), {"show": "rejected"})
    assert f"It repeats statement {known.number}." in words(listed)


def test_the_list_is_filtered_by_language_and_sorted(city: City, client_of: ClientOf) -> None:
    with clock.frozen(clock.now() + timedelta(hours=3)):
        author = resident(city)
        write(city, "المزيد من المقاعد", language="ar", author=author)
    with clock.frozen(clock.now() + timedelta(hours=6)):
        write(
            city,
            "Something quite different about owls",
            "Something quite different about fowls",
            author=author,
        )
    client = client_of(city.amina)
    arabic = client.get(here(city), {"written": "ar"})
    assert {row.language for row in shown(arabic)} == {"ar"}
    assert "of" in arabic.context["filtered"]
    newest = client.get(here(city), {"order": "newest"})
    assert "owls" in shown(newest)[0].text
    most = client.get(here(city), {"order": "most"})
    assert len(most.context["families"][0].rows) >= 2
    for nonsense in ({"written": "xx"}, {"order": "burn"}, {"show": "all"}, {"kind": "'"}, {"page": "x"}):
        assert len(shown(client.get(here(city), nonsense))) == len(waiting(city))


# Many at once


def test_all_of_a_page_are_chosen_without_a_script(city: City, client_of: ClientOf) -> None:
    page = client_of(city.amina).get(here(city), {"all": "1"}).content.decode()
    assert len(re.findall(r'name="chosen"[^>]* checked', page)) == len(waiting(city))


def test_a_step_of_many_is_logged_one_by_one_and_taken_back_at_once(city: City, client_of: ClientOf) -> None:
    client, queue = client_of(city.amina), waiting(city)
    before = history(city.dialogue.pk, city.amina).count()
    back = client.post(here(city), chosen(queue, "rejected", reason="off_topic", note="Sorry"), follow=True)
    assert f"{len(queue)} statements not accepted" in words(back)
    assert {(row.state, row.reason, row.reason_note) for row in (fresh(row, city) for row in queue)} == {
        ("rejected", "off_topic", "Sorry")
    }
    happened = history(city.dialogue.pk, city.amina)[: len(queue)]
    assert {event.about_id for event in happened} == {row.pk for row in queue}
    assert {event.name for event in happened} == {"dialogue.statement_rejected"}
    assert history(city.dialogue.pk, city.amina).count() == before + len(queue)
    back = client.post(here(city), {"undo": back.context["last"]["at"].isoformat()}, follow=True)
    assert {(row.state, row.decided_by, row.decided_on) for row in waiting(city)} == {("waiting", "", None)}
    assert len(waiting(city)) == len(queue)
    assert back.context["last"] is None
    assert [entry.decision for entry in entries(city)].count("waiting") == len(queue)
    record = client.get(reverse("dialogue_staff:manage_dialogue", args=[city.dialogue.reference]))
    assert "Amina Haddad took back a decision" in words(record)


def test_only_the_last_step_is_taken_back_and_nothing_decided_since(city: City, client_of: ClientOf) -> None:
    client, queue = client_of(city.amina), waiting(city)
    first = (
        client.post(here(city), button(queue[0], "accepted"), follow=True).context["last"]["at"].isoformat()
    )
    client.post(here(city), button(queue[1], "accepted"))
    late = client.post(here(city), {"undo": first}, follow=True)
    assert "This can't be taken back any more." in words(late)
    assert fresh(queue[0], city).state == State.ACCEPTED
    with clock.frozen(clock.now() + timedelta(days=1, hours=12)):
        assert queries.last_step(city.dialogue, city.amina) is None


def test_a_twin_that_came_in_meanwhile_is_not_doubled_by_taking_back(city: City, client_of: ClientOf) -> None:
    (one,) = write(city, "Owls at the station!")
    client = client_of(city.amina)
    back = client.post(here(city), button(one, "off_topic"), follow=True)
    write(city, "OWLS at the station")
    back = client.post(here(city), {"undo": back.context["last"]["at"].isoformat()}, follow=True)
    assert "somebody wrote the same again, and that waits already" in words(back)
    assert fresh(one, city).state == State.REJECTED


def many(city: City, number: int) -> list[Statement]:
    """So many different statements, as a weekend brings them."""
    author = resident(city)
    texts = [f"{w} {t} near the {p}, {n}." for n in range(9) for w in WISHES for t in THINGS for p in PLACES]
    rows = [
        Statement(
            dialogue=city.dialogue,
            text=text,
            language="en",
            origin=Statement.Origin.RESIDENT,
            author_id=author.id,
        )
        for text in texts[:number]
    ]
    return Statement.objects.visible_to(author).bulk_create(rows)


def test_five_hundred_are_read_with_as_many_queries_as_fifty(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    write(city, "One that is logged, as the database asks")
    client.get(here(city))
    with CaptureQueriesContext(connection) as few:
        client.get(here(city))
    rows = many(city, 500)
    with CaptureQueriesContext(connection) as lots:
        answer = client.get(here(city))
    assert len(shown(answer)) == 50
    assert len(lots) <= len(few)
    with CaptureQueriesContext(connection) as step:
        client.post(here(city), chosen(rows, "accepted"))
    assert len(step) < 60
    numbers = [fresh(row, city).number or 0 for row in (rows[0], rows[-1])]
    assert len({row.number for row in queries.statements(city.dialogue, city.amina)}) >= 500
    assert min(numbers) > 0


# At handing in


@pytest.mark.parametrize(
    "again", ["Light at the underpass", "LIGHT, at the under\u200bpass!", "Lіght аt the undеrpass"]
)
def test_what_waits_already_is_not_stored_twice(city: City, again: str) -> None:
    author = resident(city)
    write(city, "Light at the underpass", author=author)
    before = len(waiting(city))
    assert (
        services.add_statement(city.dialogue, by=author, text=again, language="en").text
        == "Light at the underpass"
    )
    with pytest.raises(services.AlreadySaid) as said:
        write(city, again)
    assert "It waits to be read" in str(said.value)
    assert said.value.number is None
    assert len(waiting(city)) == before
    write(city, "More light at the underpass, and a mirror")
    assert len(waiting(city)) == before + 1


def test_what_stands_already_is_answered_instead(city: City, visitor_client: Client) -> None:
    known = queries.statements(city.dialogue, city.amina)[0]
    page = reverse("dialogue:add_statement", args=[city.dialogue.reference])
    before = len(waiting(city))
    sent = {"text": f"{known.text.upper()}!", "language": known.language}
    answer = visitor_client.post(page, sent)
    assert answer.status_code == 409
    assert f"Somebody has said this already: it is statement {known.number}" in words(answer)
    assert f"/vote/?statement={known.number}" in answer.content.decode()
    assert len(waiting(city)) == before


def test_what_was_turned_down_is_not_sent_again_in_the_same_words(city: City) -> None:
    author = resident(city)
    (mine,) = write(city, "Call me at 555 0101.", author=author)
    services.moderate_statement(mine, by=city.amina, state=State.REJECTED, reason="contact")
    with pytest.raises(services.AlreadySaid, match="it was not accepted"):
        write(city, "call me at 555 0101", author=author)
    write(city, "Call me at 555 0101")  # somebody else may have meant something else


def test_the_author_of_a_repeat_is_led_to_what_stands(
    city: City, client_of: ClientOf, visitor_client: Client
) -> None:
    known = queries.statements(city.dialogue, city.amina)[0]
    page = reverse("dialogue:add_statement", args=[city.dialogue.reference])
    assert (
        visitor_client.post(page, {"text": f"I say {known.text}", "language": known.language}).status_code
        == 303
    )
    (mine,) = [row for row in waiting(city) if row.text.startswith("I say ")]
    client_of(city.amina).post(here(city), button(mine, "duplicate"))
    answer = visitor_client.get(page)
    assert "It says what another statement already says." in words(answer)
    assert f"/vote/?statement={known.number}" in answer.content.decode()
