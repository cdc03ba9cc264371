"""New answers are counted without reading all of them, by several workers, and nothing old overwrites new."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from entente.audit.actors import acting, job
from entente.dialogue import queries, services, standing
from entente.dialogue.models import Analysis, Dialogue, Statement, VoteChange
from entente.dialogue.services.counting import count_votes
from tests.dialogue.test_analysing import letters, policing, timeless, vote_once

WORKER = job("dialogue.count_votes", None)
pytestmark = pytest.mark.usefixtures("as_owner")
COUNTED = (
    "eligible", "totals", "bridging", "dividing", "uncertain", "took_part", "strata", "batches", "counted",
)  # fmt: skip


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> str:
    standing._remembered.clear()
    return connected_as("entente_owner")


def waiting(dialogue: Dialogue) -> int:
    with acting(WORKER):
        return VoteChange.objects.visible_to(WORKER).filter(dialogue_id=dialogue.pk).count()


def newest(dialogue: Dialogue) -> Analysis:
    with acting(WORKER):
        found = queries.newest_analysis(dialogue, WORKER)
    assert found is not None
    return found


def count_all(dialogue: Dialogue) -> Analysis:
    """What a count from scratch on the kept map says."""
    standing._remembered.clear()
    with acting(WORKER):
        voters = queries.load_votes(dialogue, WORKER).ids.tobytes()
    with transaction.atomic(), acting(WORKER), connection.cursor() as cursor:
        ids = [voters[i : i + 16].hex() for i in range(0, len(voters), 16)]
        cursor.execute(
            "insert into dialogue_votechange (participant_id, dialogue_id)"
            " select unnest(%s::uuid[]), %s on conflict do nothing",
            [ids, dialogue.pk],
        )
    found = count_votes(dialogue.pk, by=WORKER, big=0)
    assert found is not None
    return found


def test_what_was_counted_one_by_one_is_what_a_count_from_scratch_gives() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    for code in [*letters(dialogue, 12), "", "", ""]:
        vote_once(dialogue, code)
        count_votes(dialogue.pk, by=WORKER, big=0)
    one_by_one = newest(dialogue)
    assert one_by_one.result["changed"] == 15
    from_scratch = count_all(dialogue)
    assert {name: from_scratch.result[name] for name in COUNTED} == {
        name: one_by_one.result[name] for name in COUNTED
    }
    assert from_scratch.result["groups"] == one_by_one.result["groups"]
    assert waiting(dialogue) == 0


def test_the_map_stands_still_while_answers_are_counted_on_it() -> None:
    dialogue = policing()
    before = services.analyse_dialogue(dialogue.pk, by=WORKER)
    vote_once(dialogue, letters(dialogue, 1)[0])
    after = count_votes(dialogue.pk, by=WORKER, big=0)
    assert before is not None
    assert after is not None
    assert after.result["components"] == before.result["components"]
    assert after.result["map_made_at"] == before.result["map_made_at"]
    assert after.votes == before.votes + 1
    assert after.participants == before.participants + 1


def test_a_small_dialogue_is_simply_worked_out_anew() -> None:
    dialogue = policing()
    before = services.analyse_dialogue(dialogue.pk, by=WORKER)
    vote_once(dialogue)
    after = count_votes(dialogue.pk, by=WORKER)
    assert before is not None
    assert after is not None
    assert after.result["map_made_at"] > before.result["map_made_at"]
    assert after.result["stability"] == before.result["stability"]
    assert waiting(dialogue) == 0


def test_a_worker_notices_that_another_counted_meanwhile() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    vote_once(dialogue)
    count_votes(dialogue.pk, by=WORKER, big=0)
    mine = standing.recall(dialogue.pk)
    assert mine is not None
    vote_once(dialogue)
    other = count_votes(dialogue.pk, by=WORKER, big=0)  # it remembers nothing and reads everything once
    assert other is not None
    standing.remember(dialogue.pk, mine)
    vote_once(dialogue)
    after = count_votes(dialogue.pk, by=WORKER, big=0)
    assert after is not None
    assert after.votes == other.votes + 1
    assert after.participants == other.participants + 1


def test_an_analysis_that_took_long_overwrites_nothing_newer() -> None:
    dialogue = policing()
    first = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert first is not None
    counted: list[Analysis | None] = []

    def elsewhere() -> None:
        try:
            vote_once(dialogue)
            counted.append(count_votes(dialogue.pk, by=WORKER, big=0))
        finally:
            connection.close()

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # All votes are read; before the result is kept, another worker counts one more.
        if "enable_nestloop = on" in sql and not counted:
            other = threading.Thread(target=elsewhere)
            other.start()
            other.join(60)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        slow = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert counted[0] is not None
    assert counted[0].votes == first.votes + 1
    assert slow is not None
    assert slow.votes == first.votes + 1
    assert timeless(newest(dialogue)) == timeless(slow)
    assert waiting(dialogue) == 0
    with acting(WORKER):
        assert queries.dialogues_to_analyse(WORKER) == []


def test_a_changed_answer_moves_the_counts_and_no_total() -> None:
    dialogue = policing()
    code = letters(dialogue, 1)[0]
    with transaction.atomic():
        voter, _token = services.redeem_code(dialogue, code=code, language="en")
        statement = queries.next_statement(dialogue, voter)
        assert statement is not None
        services.cast_vote(statement, by=voter, value=1)
    before = services.analyse_dialogue(dialogue.pk, by=WORKER)
    with transaction.atomic():
        voter, _token = services.redeem_code(dialogue, code=code, language="en")
        services.cast_vote(statement, by=voter, value=-1)
    after = count_votes(dialogue.pk, by=WORKER, big=0)
    assert before is not None
    assert after is not None
    at = before.result["numbers"].index(statement.number)
    agree, disagree, passed = before.result["totals"][at]
    assert after.result["totals"][at] == [agree - 1, disagree + 1, passed]
    assert after.votes == before.votes


def test_a_new_statement_asks_for_a_new_map() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    with acting(WORKER):
        waits = Statement.objects.visible_to(WORKER).filter(dialogue_id=dialogue.pk, state="waiting").first()
    assert waits is not None
    from tests.dialogue.test_analysing import amina

    with transaction.atomic():
        services.moderate_statement(waits, by=amina(), state="accepted")
    vote_once(dialogue)
    counted = count_votes(dialogue.pk, by=WORKER, big=0)
    assert counted is not None
    assert len(counted.result["numbers"]) == len(counted.result["totals"])
    again = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert again is not None
    assert len(again.result["numbers"]) == len(counted.result["numbers"]) + 1
