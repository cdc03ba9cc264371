"""The pages of a coordinator: list, drafts, texts, statements; opening, pausing, closing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entente.audit import clock
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, InviteCode, Statement
from tests.conftest import City
from tests.dialogue.staff_pages import ClientOf, draft, events, filled, fresh, page, words

# --- the list


def test_the_list_shows_what_waits_in_each_dialogue(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(page("dialogue_list"))
    text = words(answer)
    assert answer.status_code == 200
    assert city.dialogue.title in text
    assert city.library.title in text
    row = next(row for row in answer.context["rows"] if row["dialogue"].pk == city.dialogue.pk)
    assert row["waiting"] == queries.waiting_counts([city.dialogue.pk], city.amina)[city.dialogue.pk] > 0
    assert row["people"] == 400


def test_the_list_is_filtered_by_state(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(page("dialogue_list"), {"state": "draft"})
    assert [row["dialogue"].pk for row in answer.context["rows"]] == [city.library.pk]
    strange = client_of(city.amina).get(page("dialogue_list"), {"state": "nonsense", "page": "-3"})
    assert strange.status_code == 200


def test_other_organisations_have_a_list_of_their_own(city: City, client_of: ClientOf) -> None:
    text = words(client_of(city.peter).get(page("dialogue_list")))
    assert "No dialogues yet" in text
    assert city.dialogue.title not in text
    assert "Only coordinators start a dialogue." in text


def test_a_list_of_many_dialogues_asks_the_database_the_same_few_questions(
    city: City, client_of: ClientOf
) -> None:
    client = client_of(city.amina)
    with CaptureQueriesContext(connection) as few:
        client.get(page("dialogue_list"))
    for number in range(60):
        draft(city, title=f"Benches {number}", statements=0)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(page("dialogue_list"))
    assert len(answer.context["rows"]) == 50
    assert len(many) == len(few) <= 15


# --- drafting and editing


def test_a_draft_is_started_and_logged(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    sent = {"title": "Trees", "question": "Where should trees grow?", "language": "fr", "languages": ["ar"]}
    answer = client.post(page("draft_dialogue"), sent, follow=True)
    assert "The draft is saved." in words(answer)
    dialogue = Dialogue.objects.visible_to(city.amina).get(title="Trees")
    assert (dialogue.state, dialogue.language, dialogue.languages) == ("draft", "fr", ["ar", "fr"])
    assert dialogue.is_open_web is False
    assert events(dialogue, city.amina) == ["dialogue.dialogue_drafted"]


def test_a_draft_sent_twice_is_one_draft(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    sent = {"title": "Trees", "question": "Where should trees grow?", "language": "fr"}
    for _ in range(2):
        client.post(page("draft_dialogue"), sent)
    assert Dialogue.objects.visible_to(city.amina).filter(title="Trees").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "\u202e \u2066"}, "This field is required."),
        ({"question": "?!"}, "Write at least one letter or number here."),
        ({"language": "xx"}, "Select a valid choice."),
        ({"languages": ["fr", "tlh"]}, "Select a valid choice."),
        ({"policy": "p" * 5001}, "at most 5000 characters"),
        ({"closes_at": "2020-01-01T10:00"}, "This moment has passed. Choose a later one."),
        ({"closes_at": "tomorrow"}, "Enter a valid date/time."),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_and_nothing_is_saved(
    city: City, client_of: ClientOf, changes: dict[str, Any], said: str
) -> None:
    sent = {"title": "Trees", "question": "Where should trees grow?", "language": "fr", **changes}
    before = queries.dialogues(city.amina).count()
    answer = client_of(city.amina).post(page("draft_dialogue"), sent)
    assert said in words(answer)
    assert "What you typed is still here." in words(answer)
    assert queries.dialogues(city.amina).count() == before


def test_ten_megabytes_are_refused_before_they_are_looked_at(city: City, client_of: ClientOf) -> None:
    sent = {"title": "Trees", "question": "x" * 10_000_000, "language": "fr"}
    answer = client_of(city.amina).post(page("draft_dialogue"), sent)
    assert answer.status_code in {400, 413}
    assert SuspiciousOperation.__name__ not in answer.content.decode()


def test_hidden_marks_are_removed_from_what_is_typed(city: City, client_of: ClientOf) -> None:
    sent = {
        "title": "Tre\u202ee\0s",
        "question": "Where?\nNow?",
        "language": "fr",
        "background": "One\r\n\r\n\r\nTwo\u2066",
    }
    client_of(city.amina).post(page("draft_dialogue"), sent)
    dialogue = Dialogue.objects.visible_to(city.amina).get(title="Trees")
    assert dialogue.question == "Where? Now?"
    assert dialogue.background == "One\n\nTwo"


def test_texts_are_edited_and_the_log_names_them(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    here = page("edit_dialogue", dialogue.reference)
    answer = client.post(here, filled(client.get(here), background="Ten benches a year."), follow=True)
    assert "The texts are saved." in words(answer)
    assert "Amina Haddad changed its texts: background." in words(answer)
    assert fresh(dialogue, city.amina).background == "Ten benches a year."


def test_the_question_stays_once_people_answer_it(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("edit_dialogue", city.dialogue.reference)
    client.post(here, filled(client.get(here), question="Something else?", language="ro", background="More."))
    after = fresh(city.dialogue, city.amina)
    assert (after.question, after.language) == (city.dialogue.question, city.dialogue.language)
    assert after.background == "More."


def test_a_closing_date_that_has_passed_may_stay_but_not_be_chosen(city: City, client_of: ClientOf) -> None:
    dialogue, client = services.open_dialogue(draft(city), by=city.amina), client_of(city.amina)
    passed = (clock.now() - timedelta(hours=2)).replace(second=17)
    services.edit_dialogue(dialogue, by=city.amina, closes_at=passed)
    here = page("edit_dialogue", dialogue.reference)
    shown = client.get(here).context["form"]["closes_at"].value()
    kept = {"closes_at": f"{shown:%Y-%m-%dT%H:%M}"}
    client.post(here, filled(client.get(here), background="More.", **kept))
    after = fresh(dialogue, city.amina)
    assert (after.background, after.closes_at) == ("More.", passed)
    earlier = f"{timezone.localtime(passed - timedelta(days=1)):%Y-%m-%dT%H:%M}"
    answer = client.post(here, filled(client.get(here), closes_at=earlier))
    assert "This moment has passed. Choose a later one." in words(answer)


def test_two_coordinators_do_not_overwrite_each_other_unnoticed(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    here = page("edit_dialogue", dialogue.reference)
    seen = client.get(here)
    services.edit_dialogue(dialogue, by=city.amina, background="Written by somebody else.")
    refused = client.post(here, filled(seen, background="Mine."))
    assert "Somebody changed this dialogue while you were writing." in words(refused)
    assert "Mine." in refused.content.decode()
    assert fresh(dialogue, city.amina).background == "Written by somebody else."
    again = client.post(here, filled(refused))
    assert again.status_code == 302
    assert fresh(dialogue, city.amina).background == "Mine."


# --- translations


def test_texts_and_statements_are_translated_and_only_changes_are_logged(
    city: City, client_of: ClientOf
) -> None:
    dialogue, client = draft(city, statements=2), client_of(city.amina)
    first = queries.statements(dialogue, city.amina)[0]
    here = page("translate_dialogue", dialogue.reference, "fr")
    sent = {"question": "Où manque-t-il des bancs ?", f"s{first.pk.hex}": "Banc zéro"}
    answer = client.post(here, sent, follow=True)
    assert "2 texts are saved." in words(answer)
    texts = queries.wording(dialogue, [first], "fr", city.amina)
    assert texts["question"].text == "Où manque-t-il des bancs ?"
    assert (texts[first.pk].text, texts[first.pk].made_by) == ("Banc zéro", "Amina Haddad")
    assert not texts[first.pk].is_checked
    client.post(here, {**sent, "is_checked": "on"})
    assert queries.wording(dialogue, [first], "fr", city.amina)[first.pk].is_checked
    assert events(dialogue, city.amina).count("records.translation_written") == 4


def test_an_emptied_translation_gives_way_to_the_original(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    here = page("translate_dialogue", dialogue.reference, "fr")
    client.post(here, {"title": "Bancs"})
    client.post(here, {"title": ""})
    assert queries.wording(dialogue, [], "fr", city.amina)["title"].text == "Benches"


def test_an_unknown_language_is_no_page(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    for language in ("en", "tlh"):
        assert client.get(page("translate_dialogue", dialogue.reference, language)).status_code == 404


def test_a_translation_that_is_too_long_is_not_kept(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    answer = client.post(page("translate_dialogue", dialogue.reference, "fr"), {"title": "b" * 201})
    assert "at most 200 characters" in words(answer)
    assert queries.wording(dialogue, [], "fr", city.amina)["title"].text == "Benches"


# --- statements by the city


def test_several_statements_are_added_at_once_and_once(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city, statements=1), client_of(city.amina)
    here = page("add_statement", dialogue.reference)
    sent = {"texts": "Bench 0\n\n  More shade.  \nMore shade.\nA bench for two.", "language": "en"}
    answer = client.post(here, sent, follow=True)
    assert "2 statements are added." in words(answer)
    assert "1 was already there and was left out." in words(answer)
    again = client.post(here, sent, follow=True)
    assert "0 statements are added." in words(again)
    rows = list(queries.statements(dialogue, city.amina))
    assert [row.text for row in rows] == ["Bench 0", "More shade.", "A bench for two."]
    assert {row.origin for row in rows} == {Statement.Origin.CITY}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("", "This field is required."),
        ("Fine.\n" + "x" * 281, "Line 2 has 281 characters; at most 280 fit a statement."),
        ("Fine.\n...", "Line 2 says nothing."),
        ("\u202e\u2066", "Write at least one statement."),
        ("\n".join(f"Number {n}" for n in range(101)), "These are more than 100 statements."),
    ],
)
def test_a_line_that_is_no_statement_is_named_and_none_is_added(
    city: City, client_of: ClientOf, texts: str, said: str
) -> None:
    dialogue = draft(city, statements=0)
    here = page("add_statement", dialogue.reference)
    answer = client_of(city.amina).post(here, {"texts": texts, "language": "en"})
    assert said in words(answer)
    assert not queries.statements(dialogue, city.amina).exists()


def test_nothing_is_added_after_closing(city: City, client_of: ClientOf) -> None:
    here = page("add_statement", city.evenings.reference)
    answer = client_of(city.amina).post(here, {"texts": "Too late.", "language": "en"})
    assert answer.status_code == 409
    assert "This dialogue is closed." in words(answer)


# --- open, pause, close


def test_opening_makes_it_public_and_promises_to_read(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city), client_of(city.amina)
    here = page("open_dialogue", dialogue.reference)
    asked = words(client.get(here))
    assert "What happens" in asked
    assert "Can it be undone?" in asked
    answer = client.post(here, follow=True)
    assert "The dialogue is open." in words(answer)
    assert fresh(dialogue, city.peter).state == "open"
    assert [action.what for action in answer.context["actions"]] == ["Read what residents wrote"]
    assert "dialogue.dialogue_opened" in events(dialogue, city.amina)


def test_why_it_cannot_be_opened_is_said_and_logged(city: City, client_of: ClientOf) -> None:
    dialogue, client = draft(city, statements=1), client_of(city.amina)
    here = page("open_dialogue", dialogue.reference)
    for answer in (client.get(here), client.post(here)):
        assert answer.status_code == 409
        assert "Add at least 3 statements" in words(answer)
    assert fresh(dialogue, city.amina).state == "draft"
    assert events(dialogue, city.amina)[0] == "dialogue.refused"


def test_pausing_needs_a_public_reason(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("freeze_dialogue", city.dialogue.reference)
    assert "This field is required." in words(client.post(here, {"reason": "  "}))
    assert "at most 500 characters" in words(client.post(here, {"reason": "r" * 501}))
    assert fresh(city.dialogue, city.amina).state == "open"
    client.post(here, {"reason": "A name was published."})
    paused = fresh(city.dialogue, city.peter)
    assert (paused.state, paused.state_reason) == ("frozen", "A name was published.")
    late = client.post(here, {"reason": "Again."})
    assert late.status_code == 409
    assert "Only an open dialogue can be paused." in words(late)
    client.post(page("unfreeze_dialogue", city.dialogue.reference))
    assert fresh(city.dialogue, city.amina).state == "open"
    twice = client.post(page("unfreeze_dialogue", city.dialogue.reference))
    assert "This dialogue is not paused." in words(twice)


def test_closing_says_what_is_lost_and_is_done_once(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("close_dialogue", city.dialogue.reference)
    asked = words(client.get(here))
    assert "400 people who answered" in asked
    assert "A closed dialogue stays closed." in asked
    client.post(here)
    assert fresh(city.dialogue, city.amina).state == "closed"
    assert not InviteCode.objects.visible_to(city.amina).filter(dialogue_id=city.dialogue.pk).exists()
    again = client.post(here)
    assert again.status_code == 409
    assert "Only an open or paused dialogue can be closed." in words(again)
