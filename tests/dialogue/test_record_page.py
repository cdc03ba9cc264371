"""The page of one dialogue, its report and its codes: each works, says why it refuses, and for whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting
from entente.dialogue import queries, services
from entente.dialogue.events import SENTENCES
from entente.dialogue.models import Dialogue, InviteCode
from entente.dialogue.views.record_page import _after_closing
from tests.conftest import City
from tests.database import ROOT
from tests.dialogue.staff_pages import ClientOf, draft, events, filled, fresh, page, words

# --- the record page


def test_the_record_page_says_who_sees_it_and_because_of_what(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    own = words(client.get(page("manage_dialogue", city.library.reference)))
    assert "Members of City of Marenne see this record, and those whom you let in." in own
    assert "Your organisation owns this record." in own
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


def test_voices_left_out_after_publishing_ask_for_a_new_edition(city: City) -> None:
    analysis = queries.newest_analysis(city.evenings, city.amina)
    published = queries.published_outcome(city.evenings, city.amina)
    assert analysis is not None
    assert published is not None
    row = {"stratum": "open", "people": 30, "reason": "Equal answers within a minute."}

    def step() -> str:
        found = _after_closing(city.evenings, analysis, published)
        return str(found.label) if found else ""

    assert step() == ""
    analysis.result["excluded"] = [row]
    assert step() == "Publish a new edition"
    published.content["excluded"] = [{**row, "people": 20}]
    assert step() == ""


def test_the_record_page_shows_turnout_groups_and_votes(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).get(page("manage_dialogue", city.dialogue.reference))
    text = words(answer)
    assert "The votes show 3 groups of opinion." in text
    assert "Silhouette" in text
    assert answer.context["people"] == 400
    assert sum(bar.votes for bar in answer.context["bars"]) == answer.context["votes"]
    assert "<rect" in answer.content.decode()
    row = answer.context["statement_rows"][0]
    assert 0 < sum(row["counts"]) <= row["statement"].votes  # of those who make the headline


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
    sources = [*(ROOT / "entente/dialogue").rglob("*.py"), ROOT / "entente/records/services/working.py"]
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


def on_record(name: str, reference: str) -> str:
    return reverse(f"records:{name}", args=[reference])


def test_notes_and_actions_are_kept(city: City, client_of: ClientOf) -> None:
    client, reference = client_of(city.amina), city.library.reference
    client.post(on_record("write_note", reference), {"text": "Ask the library first."})
    due = (clock.today() + timedelta(days=3)).isoformat()
    sent = {"what": "Call the library", "assigned_to": str(city.claire.pk), "due_on": due}
    text = words(client.post(on_record("add_action", reference), sent, follow=True))
    assert "Ask the library first." in text
    assert "Call the library" in text
    assert "Claire Fontaine, by" in text
    answer = client.get(page("manage_dialogue", reference))
    action = next(row for row in answer.context["actions"] if row.what == "Call the library")
    for _ in range(2):
        done = client.post(reverse("records:complete_action", args=[action.pk]), follow=True)
        assert done.status_code == 200
    assert events(city.library, city.amina).count("records.action_completed") == 1


def test_an_action_in_the_past_or_for_a_stranger_is_not_kept(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), on_record("add_action", city.library.reference)
    sent = {"what": "Call", "assigned_to": str(city.amina.pk), "due_on": "2020-01-01"}
    assert "This day has passed." in words(client.post(here, sent))
    sent = {"what": "Call", "assigned_to": str(city.peter.pk), "due_on": "2099-01-01"}
    assert "Select a valid choice." in words(client.post(here, sent))
    assert "Write the note here." in words(
        client.post(on_record("write_note", city.library.reference), {"text": " "})
    )


# --- the report


def test_the_city_says_what_it_heard_and_publishes_exactly_what_it_saw(
    city: City, client_of: ClientOf
) -> None:
    client, dialogue = client_of(city.amina), city.evenings
    here = page("edit_report", dialogue.reference)
    assert words(client.get(here)).count("(if you like)") == 2  # publishing asks for the others
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


def test_a_result_sent_twice_is_published_once(city: City, client_of: ClientOf) -> None:
    client, here = client_of(city.amina), page("publish_outcome", city.evenings.reference)
    before = queries.published_outcome(city.evenings, city.amina)
    assert before is not None
    [action] = re.findall(r'action="(\?after=\d+)"', client.get(here).content.decode())
    for _ in range(2):
        assert client.post(here + action).status_code == 302
    after = queries.published_outcome(city.evenings, city.amina)
    assert after is not None
    assert after.number == before.number + 1


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
    assert client.get(page("forget_codes", city.dialogue.reference)).status_code == 405
    for name in STEPS:
        client.get(page(name, city.dialogue.reference))
    assert events(city.dialogue, city.amina) == before
