"""The worker finds the groups of opinion; voters see a coarse picture, the owner the whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from entente.audit import clock
from entente.audit.actors import VISITOR, acting, job
from entente.audit.queries import history
from entente.demo.content_words import content
from entente.dialogue import queries, services
from entente.dialogue.models import Analysis, Dialogue, Statement
from entente.people.models import Member
from entente.people.sign_in import member_with
from entente.records.files import kept_file
from tests.template_city import session_key

WORKER = job("dialogue.analyse", None)
pytestmark = pytest.mark.usefixtures("as_owner")


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> str:
    return connected_as("entente_owner")


def policing() -> Dialogue:
    with acting(WORKER):
        return Dialogue.objects.visible_to(WORKER).get(title=content("dialogue")["title"]["en"])


def amina() -> Member:
    with transaction.atomic():
        return member_with(session_key("amina"))


def timeless(analysis: Analysis | None) -> dict[str, Any]:
    """A result without when its map was made."""
    assert analysis is not None
    return {name: value for name, value in analysis.result.items() if name != "map_made_at"}


def letters(dialogue: Dialogue, number: int) -> list[str]:
    with transaction.atomic():
        return services.make_codes(dialogue, by=amina(), stratum="letter", number=number, batch="More")


def vote_once(dialogue: Dialogue, code: str = "") -> None:
    with transaction.atomic():
        if code:
            voter, _token = services.redeem_code(dialogue, code=code, language="en")
        else:
            voter, _token = services.join_dialogue(dialogue, language="en")
        statement = queries.next_statement(dialogue, voter)
        assert statement is not None
        services.cast_vote(statement, by=voter, value=1)


def test_the_planted_groups_and_bridges_are_found() -> None:
    analysis = services.analyse_dialogue(policing().pk, by=WORKER)
    assert analysis is not None
    words = content("dialogue")["statements"]
    planted = {place for place, row in enumerate(words, 1) if row.get("bridge")}
    numbers = analysis.result["numbers"]
    found = {numbers[row["statement"]] for row in analysis.result["bridging"] if row["direction"] == 1}
    assert analysis.result["k"] == 3
    assert planted <= found
    assert analysis.participants == 400


def test_the_same_votes_give_the_same_result() -> None:
    first, second = (services.analyse_dialogue(policing().pk, by=WORKER) for _ in range(2))
    assert timeless(first) == timeless(second)


def test_a_result_says_whose_it_is_how_stable_and_how_each_stratum_answered() -> None:
    analysis = services.analyse_dialogue(policing().pk, by=WORKER)
    assert analysis is not None
    result = analysis.result
    assert result["basis"] == "invited"
    assert result["stability"]["word"] == "stable"
    assert result["stability"]["agreement"] > 0.8
    people = {row["stratum"]: row["people"] for row in result["strata"]}
    assert people == result["took_part"]["stratum"] == {"hosted": 80, "letter": 180, "open": 140}
    for name in ("people", "votes"):
        assert sum(row[name] for row in result["batches"]) == getattr(
            analysis, {"people": "participants"}.get(name, name)
        )
    invited = [row["counts"] for row in result["strata"] if row["stratum"] != "open"]
    assert result["totals"] == [
        [sum(parts) for parts in zip(*cells, strict=True)] for cells in zip(*invited, strict=True)
    ]
    assert result["excluded"] == []


def test_it_is_logged_and_only_the_newest_is_kept() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    with acting(WORKER):
        assert history(dialogue.pk, WORKER)[0].name == "dialogue.dialogue_analysed"
    with transaction.atomic():
        reader = amina()
        assert queries.newest_analysis(dialogue, reader) is not None


def test_only_dialogues_with_new_votes_are_looked_at_again() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    with acting(WORKER):
        assert queries.dialogues_to_analyse(WORKER) == []
    vote_once(dialogue)
    with acting(WORKER):
        assert queries.dialogues_to_analyse(WORKER) == [dialogue.pk]


def test_voters_see_a_new_picture_with_every_tenth_invited_newcomer_only() -> None:
    dialogue = policing()
    for _open in range(10):
        vote_once(dialogue)
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    with transaction.atomic():
        before = queries.live_outcome(dialogue, VISITOR)
    for newcomer, code in enumerate(letters(dialogue, 10)):
        vote_once(dialogue, code)
        services.analyse_dialogue(dialogue.pk, by=WORKER)
        with transaction.atomic():
            now = queries.live_outcome(dialogue, VISITOR)
        assert now is not None
        assert before is not None
        assert (now.made_at != before.made_at) == (newcomer == 9)


def test_statements_know_how_many_votes_they_have() -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    with acting(WORKER):
        rows = Statement.objects.visible_to(WORKER).filter(dialogue_id=dialogue.pk, state="accepted")
        assert min(rows.values_list("votes", flat=True)) > 100


def test_votes_of_finished_hours_are_logged_once() -> None:
    services.log_vote_counts(by=WORKER)
    with acting(WORKER):
        before = history(policing().pk, WORKER).filter(name="dialogue.votes_counted").count()
    assert before > 10
    assert services.log_vote_counts(by=WORKER) == 0


def test_a_dialogue_without_votes_has_no_result() -> None:
    with acting(WORKER):
        library = Dialogue.objects.visible_to(WORKER).get(state="draft")
    assert services.analyse_dialogue(library.pk, by=WORKER) is None


def test_who_joins_while_votes_are_read_moves_nobody_elses_answers(as_owner: str) -> None:
    dialogue = policing()
    before = services.analyse_dialogue(dialogue.pk, by=WORKER)
    joined: list[bool] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "enable_nestloop = off" in sql:
            with psycopg.connect(as_owner) as other:
                other.execute("select authz.begin('job', null)")
                other.execute(
                    "insert into dialogue_participant (id, token_hash, stratum, area, language, dialogue_id)"
                    " values ('00000000-0000-0000-0000-000000000000', 'x', 'open', '', '', %s)",
                    [dialogue.pk],
                )
            joined.append(True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        after = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert joined
    assert timeless(after) == timeless(before)


def test_a_statement_turned_down_after_votes_leaves_the_next_result() -> None:
    dialogue, coordinator = policing(), amina()
    with acting(coordinator):
        accepted = queries.statements(dialogue, coordinator)[0]
        services.moderate_statement(accepted, by=coordinator, state="rejected", reason="insult")
        wanted = {"task_name": "dialogue.analyse", "status": "todo", "args": {"dialogue": str(dialogue.pk)}}
        waits = ProcrastinateJob.objects.filter(**wanted).count()
        told = queries.outcome_to_publish(dialogue, coordinator)
    assert waits == 1
    assert told is None or accepted.number not in told["numbers"]
    analysis = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert analysis is not None
    assert accepted.number not in analysis.result["numbers"]


def test_an_upload_that_nobody_brought_in_is_forgotten_after_a_month() -> None:
    with transaction.atomic():
        old = services.start_import(by=amina(), file_name="old.zip", content=b"PK")
    with clock.frozen(clock.now() + timedelta(days=29)):
        assert services.forget_uploads(by=WORKER) == 0
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert services.forget_uploads(by=WORKER) == 1
    with pytest.raises(FileNotFoundError):
        kept_file(old.id, "conversation")
