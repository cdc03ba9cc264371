"""The pages of a coordinator: each works, says why it refuses, and does not exist for others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.queries import history
from entente.dialogue import queries, services
from entente.dialogue.events import SENTENCES
from entente.dialogue.models import Dialogue, InviteCode, Statement
from entente.people.models import Member
from tests.conftest import City
from tests.database import ROOT

ClientOf = Callable[[Member], Client]
POLICY = "We read every statement. We accept what is about the question and insults nobody."


def page(name: str, *arguments: object) -> str:
    """The address of one of the pages."""
    return reverse(f"dialogue_staff:{name}", args=arguments)


def words(answer: Any) -> str:
    """What a person reads on a page."""
    text = answer.content.decode()
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


def draft(city: City, *, statements: int = 3, **texts: Any) -> Dialogue:
    """A draft that is ready to be opened."""
    given = {"title": "Benches", "question": "Where are benches missing?", "policy": POLICY, **texts}
    dialogue = services.draft_dialogue(by=city.amina, language="en", languages=["en", "fr"], **given)
    for number in range(statements):
        services.add_statement(dialogue, by=city.amina, text=f"Bench {number}", language="en")
    return dialogue


def fresh(dialogue: Dialogue, reader: Member) -> Dialogue:
    """The dialogue as it is now."""
    return Dialogue.objects.visible_to(reader).get(pk=dialogue.pk)


def events(dialogue: Dialogue, reader: Member) -> list[str]:
    """The names of what happened, newest first."""
    return [event.name for event in history(dialogue.pk, reader)]


def filled(answer: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back of the form on a page, with changes."""
    form = answer.context["form"]
    sent = {field.html_name: field.value() for field in form}
    kept = {name: value for name, value in sent.items() if value not in (None, False, "")}
    return kept | changes


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


# --- the record page


def test_the_record_page_says_who_sees_it_and_because_of_what(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    own = words(client.get(page("manage_dialogue", city.library.reference)))
    assert "Only members of City of Marenne can see this. Your organisation owns this record." in own
    public = words(client.get(page("manage_dialogue", city.dialogue.reference)))
    assert "This record is public." in public


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"policy": ""}, "Write how statements are moderated"),
        ({"statements": 2}, "Add the first statements"),
        ({}, "Open the dialogue"),
    ],
)
def test_the_next_step_of_a_draft_follows_from_what_is_missing(
    city: City, client_of: ClientOf, change: dict[str, Any], step: str
) -> None:
    dialogue = draft(city, **change)
    answer = client_of(city.amina).get(page("manage_dialogue", dialogue.reference))
    assert str(answer.context["next"].label) == step


def test_the_next_step_of_a_running_and_a_closed_dialogue(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)

    def step(dialogue: Dialogue) -> Any:
        return client.get(page("manage_dialogue", dialogue.reference)).context["next"]

    assert step(city.dialogue).page == "moderate_statements"
    assert step(city.evenings) is None
    quiet = services.open_dialogue(draft(city), by=city.amina)
    assert step(quiet).page == "make_codes"
    services.edit_dialogue(quiet, by=city.amina, closes_at=clock.now() - timedelta(hours=1))
    assert step(quiet).page == "close_dialogue"
    services.freeze_dialogue(quiet, by=city.amina, reason="A name was published.")
    assert step(quiet).page == "unfreeze_dialogue"
    services.close_dialogue(quiet, by=city.amina)
    assert step(quiet).page == "edit_report"


def test_the_record_page_shows_turnout_groups_and_votes(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(page("manage_dialogue", city.dialogue.reference))
    text = words(answer)
    assert "The votes show 3 groups of opinion." in text
    assert "Silhouette" in text
    assert answer.context["people"] == 400
    assert sum(bar.votes for bar in answer.context["bars"]) == answer.context["votes"]
    assert "<rect" in answer.content.decode()
    row = answer.context["statement_rows"][0]
    assert sum(row["counts"]) == row["statement"].votes > 0


def test_the_history_is_told_in_sentences(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    dialogue = services.open_dialogue(draft(city), by=city.amina)
    services.freeze_dialogue(dialogue, by=city.amina, reason="A name was published.")
    text = words(client.get(page("manage_dialogue", dialogue.reference)))
    assert "Amina Haddad paused the dialogue and said why: “A name was published.”" in text
    assert "Amina Haddad added the statement “Bench 0”" in text
    assert "You coordinate dialogues for the organisation that owns this one." in text
    for number in (1, 2, 3):
        everything = words(client.get(page("manage_dialogue", city.dialogue.reference), {"page": number}))
        assert "no words for yet" not in everything


def test_every_event_of_a_dialogue_has_a_sentence() -> None:
    sources = [*(ROOT / "entente/dialogue").rglob("*.py"), ROOT / "entente/records/services.py"]
    logged = {
        name
        for source in sources
        for name in re.findall(
            r'(?:log|_advance)\((?:run, [^"]*)?\s*"((?:dialogue|records)\.\w+)"', source.read_text()
        )
    }
    decided = {f"dialogue.statement_{state}" for state in ("accepted", "rejected")}
    assert len(logged) > 15
    assert logged | decided <= set(SENTENCES)


def test_notes_and_actions_are_kept(city: City, client_of: ClientOf) -> None:
    client, reference = client_of(city.amina), city.library.reference
    client.post(page("write_note", reference), {"text": "Ask the library first."})
    due = (clock.today() + timedelta(days=3)).isoformat()
    sent = {"what": "Call the library", "assigned_to": str(city.claire.pk), "due_on": due}
    text = words(client.post(page("add_action", reference), sent, follow=True))
    assert "Ask the library first." in text
    assert "Call the library" in text
    assert "Claire Fontaine, by" in text
    answer = client.get(page("manage_dialogue", reference))
    action = next(row for row in answer.context["actions"] if row.what == "Call the library")
    for _ in range(2):
        done = client.post(page("complete_action", reference, action.pk), follow=True)
        assert done.status_code == 200
    assert events(city.library, city.amina).count("records.action_completed") == 1


def test_an_action_in_the_past_or_for_a_stranger_is_not_kept(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("add_action", city.library.reference)
    sent = {"what": "Call", "assigned_to": str(city.amina.pk), "due_on": "2020-01-01"}
    assert "This day has passed." in words(client.post(here, sent))
    sent = {"what": "Call", "assigned_to": str(city.peter.pk), "due_on": "2099-01-01"}
    assert "Select a valid choice." in words(client.post(here, sent))
    assert "This field is required." in words(
        client.post(page("write_note", city.library.reference), {"text": " "})
    )


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


# --- the report


def test_the_city_says_what_it_heard_and_publishes_exactly_what_it_saw(
    city: City, client_of: ClientOf
) -> None:
    client, dialogue = client_of(city.amina), city.evenings
    here = page("edit_report", dialogue.reference)
    sent = filled(client.get(here), heard="Light matters most.", limits="Sixty people.", publish="1")
    answer = client.post(here, sent, follow=True)
    assert answer.redirect_chain[-1][0] == page("publish_outcome", dialogue.reference)
    assert "Light matters most." in words(answer)
    shown = answer.context["preview"]
    before = queries.published_outcome(dialogue, city.amina)
    client.post(page("publish_outcome", dialogue.reference))
    after = queries.published_outcome(dialogue, city.peter)
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1
    assert after.content == shown


def test_nothing_is_published_before_closing_or_without_words(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    early = client.post(page("publish_outcome", city.dialogue.reference))
    assert early.status_code == 409
    assert "Close the dialogue before you publish what was heard." in words(early)
    services.edit_dialogue(city.evenings, by=city.amina, limits="")
    silent = client.post(page("publish_outcome", city.evenings.reference))
    assert "Say what you heard, and what the result can't tell, before you publish." in words(silent)


def test_two_people_do_not_overwrite_each_others_report(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("edit_report", city.evenings.reference)
    seen = client.get(here)
    services.edit_dialogue(city.evenings, by=city.amina, heard="By a colleague.")
    assert "Somebody changed this dialogue" in words(client.post(here, filled(seen, heard="Mine.")))
    assert fresh(city.evenings, city.amina).heard == "By a colleague."


# --- codes


def test_codes_are_shown_once_and_work(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("make_codes", city.dialogue.reference)
    area = "north_quay"
    sent = {"stratum": "letter", "number": "3", "area": area, "batch": "November", "as_file": "page"}
    answer = client.post(here, sent)
    codes = answer.context["codes"]
    assert len(codes) == 3
    assert "no-store" in answer["Cache-Control"]
    assert all(code in words(answer) for code in codes)
    again = client.post(here, sent)
    assert "There already is a batch with this name" in words(again)
    assert not any(code in again.content.decode() for code in codes)
    participant, _token = services.redeem_code(city.dialogue, code=codes[0], language="en")
    assert (participant.stratum, participant.area) == ("letter", area)
    record = words(client.get(page("manage_dialogue", city.dialogue.reference)))
    assert "Amina Haddad made codes. Number: 3." in record


def test_codes_come_as_a_file_that_no_spreadsheet_calculates(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("make_codes", city.dialogue.reference)
    sent = {"stratum": "letter", "number": "2", "batch": "=HYPERLINK(1)", "as_file": "csv"}
    answer = client.post(here, sent)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert "no-store" in answer["Cache-Control"]
    assert len(lines) == 3
    assert lines[1].endswith("'=HYPERLINK(1)")


def test_a_hosted_session_has_one_code_to_project(city: City, client_of: ClientOf) -> None:
    here = page("make_codes", city.dialogue.reference)
    sent = {"stratum": "hosted", "number": "100", "batch": "Open Door, Friday", "as_file": "page"}
    answer = client_of(city.amina).post(here, sent)
    (code,) = answer.context["codes"]
    assert code in words(answer)
    assert f"{city.dialogue.reference}/code/" in words(answer)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": ""}, "This field is required."),
        ({"number": "5001"}, "less than or equal to 5000"),
        ({"number": "0"}, "greater than or equal to 1"),
        ({"number": "many"}, "Enter a whole number."),
        ({"area": "atlantis"}, "Select a valid choice."),
        ({"batch": ""}, "This field is required."),
        ({"batch": "b" * 61}, "at most 60 characters"),
        ({"stratum": "imported"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_wish_for_codes_is_said(
    city: City, client_of: ClientOf, changes: dict[str, str], said: str
) -> None:
    before = InviteCode.objects.visible_to(city.amina).count()
    sent = {"stratum": "letter", "number": "3", "batch": "November", "as_file": "page", **changes}
    answer = client_of(city.amina).post(page("make_codes", city.dialogue.reference), sent)
    assert said in words(answer)
    assert InviteCode.objects.visible_to(city.amina).count() == before


def test_the_codes_of_a_lost_list_become_useless(city: City, client_of: ClientOf) -> None:
    client, reference = client_of(city.amina), city.dialogue.reference
    sent = {"stratum": "letter", "number": "3", "batch": "Lost", "as_file": "page"}
    codes = client.post(page("make_codes", reference), sent).context["codes"]
    services.redeem_code(city.dialogue, code=codes[0], language="en")
    answer = client.post(page("forget_codes", reference), {"batch": "Lost"}, follow=True)
    assert "2 codes are useless now." in words(answer)
    left = InviteCode.objects.visible_to(city.amina).filter(batch="Lost")
    assert [code.is_used for code in left] == [True]
    assert events(city.dialogue, city.amina)[0] == "dialogue.codes_forgotten"


def test_a_closed_dialogue_makes_no_codes(city: City, client_of: ClientOf) -> None:
    sent = {"stratum": "letter", "number": "3", "batch": "Late", "as_file": "page"}
    answer = client_of(city.amina).post(page("make_codes", city.evenings.reference), sent)
    assert answer.status_code == 409
    assert "This dialogue is closed." in words(answer)


# --- who may

STEPS = (
    "edit_dialogue",
    "add_statement",
    "open_dialogue",
    "freeze_dialogue",
    "unfreeze_dialogue",
    "close_dialogue",
    "edit_report",
    "publish_outcome",
    "make_codes",
    "moderate_statements",
)


@pytest.mark.parametrize("name", STEPS)
def test_colleagues_without_the_role_read_but_do_not_run(city: City, client_of: ClientOf, name: str) -> None:
    client = client_of(city.claire)
    record = words(client.get(page("manage_dialogue", city.dialogue.reference)))
    assert "Only coordinators run a dialogue." in record
    answer = client.post(
        page(name, city.dialogue.reference), {"reason": "Because.", "texts": "A.", "language": "en"}
    )
    assert answer.status_code == 403
    assert "Only coordinators run a dialogue." in words(answer)
    assert fresh(city.dialogue, city.amina).state == "open"


@pytest.mark.parametrize("name", ["manage_dialogue", *STEPS])
def test_for_other_organisations_these_pages_do_not_exist(city: City, client_of: ClientOf, name: str) -> None:
    for dialogue in (city.dialogue, city.library):
        for method in ("get", "post"):
            answer = getattr(client_of(city.peter), method)(page(name, dialogue.reference))
            assert answer.status_code == 404
            assert dialogue.title not in answer.content.decode()


def test_without_signing_in_there_is_only_the_way_to_sign_in(city: City, visitor_client: Client) -> None:
    for name in ("manage_dialogue", *STEPS):
        assert visitor_client.get(page(name, city.dialogue.reference)).status_code == 302


def test_an_unknown_reference_is_no_page(city: City, client_of: ClientOf) -> None:
    assert client_of(city.amina).get("/staff/dialogues/DLG-2222222/").status_code == 404


def test_the_pages_are_there_in_four_languages(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    for language, direction in (("fr", "ltr"), ("ar", "rtl"), ("ro", "ltr")):
        client.cookies["language"] = language
        for name in ("manage_dialogue", *STEPS):
            answer = client.get(page(name, city.dialogue.reference))
            assert f'lang="{language}" dir="{direction}"' in answer.content.decode()


def test_nothing_acts_by_being_looked_at(city: City, client_of: ClientOf) -> None:
    with acting(city.amina):
        before = events(city.dialogue, city.amina)
    client = client_of(city.amina)
    for name in ("write_note", "add_action", "forget_codes"):
        assert client.get(page(name, city.dialogue.reference)).status_code == 405
    for name in STEPS:
        client.get(page(name, city.dialogue.reference))
    assert events(city.dialogue, city.amina) == before
