"""A coordinator runs a dialogue from draft to published result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, InviteCode
from entente.records.queries import search
from tests.conftest import City


def draft(city: City, **texts: Any) -> Dialogue:
    words: dict[str, Any] = {
        "title": "Benches",
        "question": "Where do we need benches?",
        "policy": "No names.",
        **texts,
    }
    return services.draft_dialogue(by=city.amina, language="en", languages=["fr"], **words)


def ready(city: City) -> Dialogue:
    dialogue = draft(city)
    for text in ("At the port", "By the school", "Nowhere"):
        services.add_statement(dialogue, by=city.amina, text=text, language="en")
    return dialogue


def test_it_goes_from_draft_to_public(city: City) -> None:
    dialogue = services.open_dialogue(ready(city), by=city.amina)
    assert dialogue in queries.public_dialogues()
    assert history(dialogue.pk, city.amina).first().name == "dialogue.dialogue_opened"  # type: ignore[union-attr]


def test_a_draft_exists_for_its_organisation_only(city: City) -> None:
    dialogue = draft(city)
    assert Dialogue.objects.visible_to(city.claire).filter(pk=dialogue.pk).exists()
    for reader in (city.peter, city.lena, city.elisabeth, VISITOR):
        assert not Dialogue.objects.visible_to(reader).filter(pk=dialogue.pk).exists()


def test_only_coordinators_start_one(city: City) -> None:
    with pytest.raises(Refused, match="Only coordinators start"):
        services.draft_dialogue(by=city.claire, title="x", question="y", language="en", languages=[])


@pytest.mark.parametrize("member", ["claire", "jonas"])
def test_a_colleague_reads_and_does_not_run_it(city: City, member: str) -> None:
    with pytest.raises(Refused, match="Only coordinators run"):
        services.freeze_dialogue(city.dialogue, by=getattr(city, member), reason="x")


@pytest.mark.parametrize("member", ["lena", "peter", "elisabeth"])
def test_another_organisation_does_not_run_it(city: City, member: str) -> None:
    with pytest.raises(Refused, match="Only the organisation that owns"):
        services.close_dialogue(city.dialogue, by=getattr(city, member))
    with pytest.raises(Dialogue.DoesNotExist):
        services.open_dialogue(city.library, by=getattr(city, member))


def test_it_opens_only_with_a_policy_statements_and_time_left(city: City) -> None:
    with pytest.raises(Refused, match="write the policy"):
        services.open_dialogue(draft(city, policy=" "), by=city.amina)
    with pytest.raises(Refused, match="Add at least 3 statements"):
        services.open_dialogue(draft(city), by=city.amina)
    late = services.edit_dialogue(ready(city), by=city.amina, closes_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="closing date has passed"):
        services.open_dialogue(late, by=city.amina)


def test_the_question_stays_once_people_answer_it(city: City) -> None:
    with pytest.raises(Refused, match="question can't be changed"):
        services.edit_dialogue(city.dialogue, by=city.amina, question="Another?")
    services.edit_dialogue(city.dialogue, by=city.amina, background="More about it.")


@pytest.mark.parametrize("step", ["open_dialogue", "unfreeze_dialogue", "publish_outcome"])
def test_steps_come_in_their_order(city: City, step: str) -> None:
    with pytest.raises(Refused):
        getattr(services, step)(city.dialogue, by=city.amina)


def test_a_pause_has_a_reason_everybody_reads(city: City) -> None:
    services.freeze_dialogue(city.dialogue, by=city.amina, reason="We look into a burst of votes.")
    seen = queries.public_dialogues().get(pk=city.dialogue.pk)
    assert (seen.state, seen.state_reason) == ("frozen", "We look into a burst of votes.")


def test_closing_forgets_the_codes_and_has_the_result_worked_out(city: City) -> None:
    services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=5)
    dialogue = services.close_dialogue(city.dialogue, by=city.amina)
    assert not InviteCode.objects.visible_to(city.amina).filter(dialogue_id=dialogue.pk).exists()
    with pytest.raises(Refused, match="is closed"):
        services.make_codes(dialogue, by=city.amina, stratum="letter", number=1)


def test_publishing_needs_the_citys_own_words(city: City) -> None:
    dialogue = services.close_dialogue(city.dialogue, by=city.amina)
    with pytest.raises(Refused, match="Say what you heard"):
        services.publish_outcome(dialogue, by=city.amina)
    services.edit_dialogue(dialogue, by=city.amina, heard="Much.", limits="Few under twenty.")
    outcome = services.publish_outcome(dialogue, by=city.amina)
    published = queries.published_outcome(dialogue, VISITOR)
    assert published is not None
    assert published.content == outcome.content
    assert published.number == 1


def test_an_accepted_statement_gets_the_next_number_and_keeps_it(city: City) -> None:
    waiting = queries.statements(city.dialogue, city.amina, "waiting")[0]
    top = max(row.number or 0 for row in queries.statements(city.dialogue, city.amina))
    accepted = services.moderate_statement(waiting, by=city.amina, state="accepted")
    assert accepted.number == top + 1
    services.moderate_statement(
        accepted, by=city.amina, state="rejected", reason="off_topic", note="About parking"
    )
    back = services.moderate_statement(accepted, by=city.amina, state="accepted")
    assert (back.number, back.reason, back.reason_note) == (top + 1, "", "")


def test_each_moderation_is_logged_with_its_reason(city: City) -> None:
    waiting = queries.statements(city.dialogue, city.amina, "waiting")[0]
    services.moderate_statement(waiting, by=city.amina, state="rejected", reason="insult", note="Calls names")
    event = history(city.dialogue.pk, city.amina).get(name="dialogue.statement_rejected", about_id=waiting.pk)
    assert event.details == '{"reason": "insult", "note": "Calls names"}'


def test_search_finds_it_in_every_language_it_is_written_in(city: City) -> None:
    dialogue = draft(city)
    services.translate_dialogue(
        dialogue, by=city.amina, language="fr", texts={"title": "Où asseoir les aînés ?"}
    )
    services.translate_dialogue(
        dialogue, by=city.amina, language="ar", texts={"question": "أين نحتاج المقاعد؟"}
    )
    for words in ("benches", "AINES asseoir", "المقاعد", dialogue.reference.lower()):
        assert dialogue.pk in search(words, city.amina).values_list("pk", flat=True), words
    assert not search("benches", city.peter).exists()


def test_votes_of_finished_hours_are_logged_once(city: City) -> None:
    from entente.audit.actors import job

    worker = job("dialogue.log_vote_counts", None)
    with pytest.raises(Exception, match="unknown credential"):
        services.log_vote_counts(by=worker)


@pytest.mark.parametrize("member", ["claire", "lena", "peter"])
def test_only_coordinators_upload_a_conversation(city: City, member: str) -> None:
    with pytest.raises(Refused, match="Only coordinators"):
        services.start_import(by=getattr(city, member), file_name="polis.zip", content=b"PK")
