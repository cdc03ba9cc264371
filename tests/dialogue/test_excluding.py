"""Voices that came together are tried out of the result, left out with a public reason, and counted again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from entente.audit.actors import acting, job
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.dialogue import queries, services
from entente.dialogue.comparing import compared, everything, strikes
from entente.dialogue.models import Analysis, Dialogue, Exclusion
from tests.conftest import City
from tests.dialogue.staff_pages import ClientOf, page, words
from tests.dialogue.test_analysing import amina, policing

WORKER = job("dialogue.compare_exclusion", None)
HEADLINE = (
    "basis", "k", "clear", "eligible", "totals", "groups", "components", "bridging", "dividing", "uncertain",
    "stability", "trials", "silhouette", "numbers",
)  # fmt: skip


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> str:
    return connected_as("entente_owner")


def script_votes(
    dialogue: Dialogue, people: int, *, stratum: str = "open", batch: str = "2026-11-20"
) -> None:
    """Let a script answer: everybody the same, agreeing with every second statement. Written by a job."""
    with acting(WORKER), connection.cursor() as cursor:
        cursor.execute(
            "with came as (insert into dialogue_participant"
            " (id, dialogue_id, token_hash, stratum, area, language, batch)"
            " select gen_random_uuid(), %(dialogue)s,"
            " encode(sha256(('script' || n || %(batch)s)::bytea), 'hex'),"
            " %(stratum)s, '', 'en', %(batch)s from generate_series(1, %(people)s) n returning id)"
            " insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)"
            " select came.id, s.id, %(dialogue)s, case when s.number %% 2 = 0 then 1 else -1 end from came"
            " join dialogue_statement s on s.dialogue_id = %(dialogue)s and s.state = 'accepted'"
            " and s.number <= 20",
            {"dialogue": dialogue.pk, "people": people, "stratum": stratum, "batch": batch},
        )


def headline(analysis: Analysis | None) -> dict[str, Any]:
    assert analysis is not None
    return {name: analysis.result[name] for name in HEADLINE}


def batch_of(analysis: Analysis, stratum: str, batch: str) -> dict[str, Any]:
    rows = analysis.result["batches"]
    return next(row for row in rows if (row["stratum"], row["batch"]) == (stratum, batch))


def try_out(dialogue: Dialogue, stratum: str, batch: str) -> Exclusion:
    with transaction.atomic():
        return services.try_without(dialogue, by=amina(), stratum=stratum, batch=batch)


def compare(exclusion: Exclusion) -> Analysis:
    found = services.compare_exclusion(exclusion.pk, by=WORKER)
    assert found is not None
    return found


def jobs(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


@pytest.mark.usefixtures("as_owner")
def test_ten_thousand_scripted_open_votes_change_nothing_that_was_invited() -> None:
    dialogue = policing()
    before = services.analyse_dialogue(dialogue.pk, by=WORKER)
    script_votes(dialogue, 500)
    after = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert before is not None
    assert after is not None
    assert after.votes == before.votes + 10_000
    assert headline(after) == headline(before)
    strata = {row["stratum"]: row for row in after.result["strata"]}
    kept = {row["stratum"]: row for row in before.result["strata"]}
    assert {name: strata[name] for name in ("letter", "hosted")} == {
        name: kept[name] for name in ("letter", "hosted")
    }
    assert strata["open"]["people"] == kept["open"]["people"] + 500
    assert batch_of(after, "open", "2026-11-20")["alike"] == 500
    assert strikes(after.result["batches"]) == {("open", "2026-11-20"): ("alike", 500)}


@pytest.mark.usefixtures("as_owner")
def test_a_poisoned_room_is_seen_with_and_without_and_left_out() -> None:
    dialogue = policing()
    clean = services.analyse_dialogue(dialogue.pk, by=WORKER)
    script_votes(dialogue, 200, stratum="hosted", batch="A room that never was")
    poisoned = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert headline(poisoned) != headline(clean)
    exclusion = try_out(dialogue, "hosted", "A room that never was")
    turned = compare(exclusion)
    with transaction.atomic():
        assert headline(queries.newest_analysis(dialogue, amina())) == headline(poisoned)
    assert {name: turned.result[name] for name in HEADLINE if name != "stability"} == {
        name: value for name, value in headline(clean).items() if name != "stability"
    }
    found = compared(turned.result["beside"], turned.result)
    assert not found.is_same
    assert found.moved[0].by ** 2 > 0.05**2
    assert found.far >= len(found.moved) > 0
    assert not found.is_little
    for result, kept, divide in (
        (found.counted, found.bridge[0], found.divide[0]),
        (found.left_out, found.bridge[1], found.divide[1]),
    ):
        lists = everything(result)  # a list shows the ten strongest of them
        assert [row.statement for row in lists.bridging][:10] == [
            row["statement"] for row in result["bridging"]
        ]
        assert [row.statement for row in lists.dividing][:10] == [
            row["statement"] for row in result["dividing"]
        ]
        assert (kept, divide) == (len(lists.bridging), len(lists.dividing))
    for (with_them, without), changed in ((found.bridge, found.bridging), (found.divide, found.dividing)):
        assert without == with_them + sum(-1 if row.is_gone else 1 for row in changed)
    with transaction.atomic():
        services.leave_out(exclusion, by=amina(), reason="Two hundred equal sheets came within a minute.")
    compare(exclusion)
    with transaction.atomic():
        reader = amina()
        counts = queries.newest_analysis(dialogue, reader)
        turned_back = queries.comparison(exclusion, reader)
    assert counts is not None
    assert turned_back is not None
    assert counts.result["totals"] == turned.result["totals"]
    assert turned_back.result["totals"] == turned.result["beside"]["totals"]
    assert counts.result["excluded"] == [
        {
            "stratum": "hosted",
            "people": 200,
            "reason": "Two hundred equal sheets came within a minute.",
        }
    ]
    assert "hosted" in {row["stratum"] for row in counts.result["strata"]}
    assert batch_of(counts, "hosted", "A room that never was")["people"] == 200
    waiting = jobs("dialogue.analyse")
    with transaction.atomic():
        services.count_again(exclusion, by=amina())
    assert jobs("dialogue.analyse") == waiting + 1
    again = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert again is not None
    assert again.result["excluded"] == []
    assert again.result["totals"] == turned.result["beside"]["totals"]
    with acting(WORKER):
        assert not Analysis.objects.visible_to(WORKER).filter(turned=exclusion.pk).exists()
        names = [event.name for event in history(dialogue.pk, WORKER)]
    assert {
        "dialogue.exclusion_tried", "dialogue.exclusion_compared", "dialogue.batch_left_out",
        "dialogue.batch_counted_again",
    } <= set(names)  # fmt: skip


@pytest.mark.usefixtures("as_owner")
def test_with_everybody_invited_left_out_the_result_says_that_it_rests_on_everybody() -> None:
    dialogue = policing()
    analysis = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert analysis is not None
    invited = [row for row in analysis.result["batches"] if row["stratum"] in ("letter", "hosted")]
    for row in invited:
        if row["people"] < 10:
            continue
        exclusion = try_out(dialogue, row["stratum"], row["batch"])
        turned = compare(exclusion)
        with transaction.atomic():
            services.leave_out(exclusion, by=amina(), reason="To see what is left.")
    left = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert left is not None
    few = sum(row["people"] for row in invited if row["people"] < 10)
    assert left.result["basis"] == ("invited" if few >= 10 else "everybody")
    assert turned.result["basis"] == left.result["basis"]


@pytest.mark.usefixtures("as_owner")
def test_what_was_dropped_while_it_was_compared_is_not_kept() -> None:
    dialogue = policing()
    analysis = services.analyse_dialogue(dialogue.pk, by=WORKER)
    assert analysis is not None
    row = max(analysis.result["batches"], key=lambda row: row["people"])
    exclusion, before = try_out(dialogue, row["stratum"], row["batch"]), jobs("dialogue.analyse")
    with transaction.atomic():
        services.count_again(exclusion, by=amina())
    assert services.compare_exclusion(exclusion.pk, by=WORKER) is None
    assert jobs("dialogue.analyse") == before


def test_fewer_than_ten_voices_are_never_tried_nor_others_left_so_few(city: City) -> None:
    with pytest.raises(Refused, match="Fewer than ten people came this way"):
        services.try_without(city.dialogue, by=city.amina, stratum="open", batch="1999-01-01")
    with pytest.raises(Refused, match="Nobody has answered"):
        services.try_without(city.library, by=city.amina, stratum="open", batch="")


def big_batch(city: City, dialogue: Dialogue) -> dict[str, Any]:
    analysis = queries.newest_analysis(dialogue, city.amina)
    assert analysis is not None
    found: dict[str, Any] = max(analysis.result["batches"], key=lambda row: row["people"])
    return found


def tried(city: City) -> Exclusion:
    row = big_batch(city, city.dialogue)
    return services.try_without(city.dialogue, by=city.amina, stratum=row["stratum"], batch=row["batch"])


def test_nothing_is_left_out_before_the_comparison_is_there_or_without_a_reason(city: City) -> None:
    exclusion = tried(city)
    with pytest.raises(Refused, match="still being worked out"):
        services.leave_out(exclusion, by=city.amina, reason="Because.")
    assert jobs("dialogue.compare_exclusion") == 1
    assert tried(city).pk == exclusion.pk


def test_only_coordinators_of_the_owner_decide(city: City) -> None:
    exclusion = tried(city)
    for other in (city.lena, city.jonas):
        with pytest.raises(Exception):  # noqa: B017, PT011 - refused, or not even there for them
            services.count_again(exclusion, by=other)


def test_the_page_says_what_came_together_and_starts_a_trial(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    shown = words(client.get(page("batch_list", city.dialogue.reference)))
    assert "What came together" in shown
    assert "Nothing stands out." in shown
    assert "suspicious" not in shown.lower()
    row = big_batch(city, city.dialogue)
    sent = {"stratum": row["stratum"], "batch": row["batch"]}
    answer = client.post(page("batch_list", city.dialogue.reference), sent)
    assert answer.status_code == 302
    waits = words(client.get(answer["Location"]))
    assert "being worked out anew, with these voices and without them" in waits
    assert "Drop the trial" not in waits


@pytest.mark.usefixtures("as_owner")
def test_the_comparison_page_shows_both_and_takes_the_decision(client_of: ClientOf) -> None:
    dialogue = policing()
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    script_votes(dialogue, 200, stratum="hosted", batch="A room that never was")
    services.analyse_dialogue(dialogue.pk, by=WORKER)
    exclusion = try_out(dialogue, "hosted", "A room that never was")
    compare(exclusion)
    ProcrastinateJob.objects.all().delete()
    client = client_of(amina())
    address = page("exclusion", dialogue.reference, exclusion.pk)
    shown = words(client.get(address))
    assert "The headline depends on these voices." in shown
    assert "Agreement that moves" in shown
    assert "Leave these voices out" in shown
    refused = words(client.post(address, {"decision": "leave_out", "reason": ""}))
    assert "Leave these voices out" in refused
    client.post(address, {"decision": "leave_out", "reason": "Equal sheets within a minute."})
    with acting(WORKER):
        kept = Exclusion.objects.visible_to(WORKER).get(pk=exclusion.pk)
    assert (kept.state, kept.reason) == ("in_force", "Equal sheets within a minute.")
    told = words(client.get(address))
    assert "Everybody reads the reason once the next edition of the result is published:" in told
    assert "1 batch is left out of the result." in words(client.get(page("batch_list", dialogue.reference)))
    client.post(address, {"decision": "count"})
    with acting(WORKER):
        assert Exclusion.objects.visible_to(WORKER).get(pk=exclusion.pk).state == "lifted"
    assert client.get(address).status_code == 404


def test_a_day_with_many_times_the_usual_people_strikes_and_so_does_most_of_all() -> None:
    def day(batch: str, people: int) -> dict[str, Any]:
        return {"stratum": "open", "batch": batch, "people": people, "votes": 0, "alike": 0}

    usual = [day(f"2026-11-0{n}", 20 + n) for n in range(5)]
    assert strikes(usual) == {}
    assert strikes([*usual, day("2026-11-09", 230)]) == {("open", "2026-11-09"): ("day", 10)}
    letters = {"stratum": "letter", "batch": "A", "people": 30, "votes": 0, "alike": 0}
    assert strikes([letters, day("2026-11-09", 170)]) == {("open", "2026-11-09"): ("most", 85)}
