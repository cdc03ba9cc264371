"""Marenne's invented voters: the same for the same seed, leaning as planted, and as sparse as real ones."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from entente import demo
from entente.demo.voters import AGREE, DISAGREE, PASS, SHARES, Voter, synthetic_votes
from entente.dialogue.opinion_groups import Result, Votes, find_groups

SEED, VOTERS = 1, 400


@pytest.fixture(scope="module")
def stands() -> NDArray[np.float64]:
    """The planted leanings of the main dialogue, (statements, 3)."""
    return np.array([statement["stand"] for statement in _statements()], dtype=np.float64)


@pytest.fixture(scope="module")
def people(stands: NDArray[np.float64]) -> list[Voter]:
    return synthetic_votes(stands, voters=VOTERS, seed=SEED)


def _content(name: str) -> dict[str, Any]:
    folder = Path(str(demo.__file__)).parent / "content"
    content: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


@cache
def _statements() -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = _content("dialogue")["statements"]
    return statements


def _voters_of(content: dict[str, Any]) -> list[Voter]:
    """The voters a content file describes."""
    leanings = np.array([statement["stand"] for statement in content["statements"]], dtype=np.float64)
    return synthetic_votes(leanings, **content["votes"])


def _votes(people: list[Voter], statements: int) -> Votes:
    """The answers of `people` as the arithmetic of opinion groups takes them."""
    cast = [(i, row, value) for i, voter in enumerate(people) for row, value in voter.answers.items()]
    rows, columns, values = zip(*cast, strict=True)
    return Votes.of(rows, columns, values, len(people), statements)


def _found_again(people: list[Voter], found: Result) -> float:
    """Share of the people on the map whose group on it is mostly of their planted group, for three groups."""
    pairs = Counter(
        (voter.planted_group, int(group))
        for voter, group in zip(people, found.group, strict=True)
        if group >= 0
    )
    return sum(max(pairs[planted, group] for planted in range(3)) for group in range(3)) / found.eligible


def _agreement(people: list[Voter], row: int, group: int) -> float:
    """Share of those in one planted group who saw statement `row` and agree, passes counted."""
    seen = [voter.answers[row] for voter in people if voter.planted_group == group and row in voter.answers]
    return seen.count(AGREE) / len(seen)


def test_the_same_seed_gives_the_same_votes_and_another_seed_gives_others(
    stands: NDArray[np.float64], people: list[Voter]
) -> None:
    assert synthetic_votes(stands, voters=VOTERS, seed=SEED) == people
    assert synthetic_votes(stands, voters=VOTERS, seed=SEED + 1) != people


def test_both_bridges_are_agreed_to_by_more_than_seven_in_ten_of_every_planted_group(
    people: list[Voter],
) -> None:
    bridges = [row for row, statement in enumerate(_statements()) if statement.get("bridge")]
    assert len(bridges) == 2
    for row in bridges:
        for group in range(3):
            assert _agreement(people, row, group) > 0.70


def test_only_the_two_bridges_carry_every_planted_group(people: list[Voter]) -> None:
    carried = [
        row
        for row in range(len(_statements()))
        if all(_agreement(people, row, group) > 0.70 for group in range(3))
    ]
    assert [_statements()[row]["slug"] for row in carried] == ["s01", "s04"]


def test_the_statement_meant_to_be_rejected_is_rejected_in_every_planted_group(people: list[Voter]) -> None:
    rejected = [row for row, statement in enumerate(_statements()) if statement.get("all_reject")]
    assert len(rejected) == 1
    for group in range(3):
        assert _agreement(people, rejected[0], group) < 0.25


def test_the_product_finds_the_planted_groups_again_from_the_answers_alone(people: list[Voter]) -> None:
    found = find_groups(_votes(people, len(_statements())))
    assert found.k == 3
    assert _found_again(people, found) > 0.95
    bridging = {_statements()[bridge.statement]["slug"] for bridge in found.bridging if bridge.direction > 0}
    assert bridging == {"s01", "s04"}


def test_the_evenings_in_saint_roch_show_no_clear_groups() -> None:
    content = _content("evenings")
    people = _voters_of(content)
    assert not find_groups(_votes(people, len(content["statements"]))).clear
    assert {voter.stratum for voter in people} == {"hosted", "open"}


def test_the_river_bank_shows_three_clear_groups_and_two_bridges() -> None:
    content = _content("riverside")
    statements, people = content["statements"], _voters_of(content)
    found = find_groups(_votes(people, len(statements)))
    assert (found.clear, found.k) == (True, 3)
    assert _found_again(people, found) > 0.95
    shared = {1: "bridge", -1: "all_reject"}
    planted = {(row["slug"], side) for row in statements for side, mark in shared.items() if row.get(mark)}
    assert {(statements[row.statement]["slug"], row.direction) for row in found.bridging} == planted
    assert len(planted) == 3


def test_what_the_city_says_it_heard_by_the_river_is_what_the_votes_show() -> None:
    """Music, lamps, stalls and patrols divide; most came from the quays; most were not drawn by lot."""
    content = _content("riverside")
    statements, people = content["statements"], _voters_of(content)
    found = find_groups(_votes(people, len(statements)))
    dividing = {statements[row.statement]["slug"] for row in found.dividing}
    assert {"b02", "b04", "b06", "b08", "b13"} <= dividing
    # A letter or a session says the district; who came by the open web is not asked.
    districts = Counter(voter.district for voter in people if voter.stratum != "open")
    assert sum(districts[name] for name in ("north_quay", "old_port", "saint_roch")) > districts.total() / 2
    assert [name for name, _count in districts.most_common()[-2:]] == ["university_hill", "mill_fields"]
    assert Counter(voter.stratum for voter in people)["letter"] < len(people) / 2


def test_shares_of_groups_languages_and_ways_in_are_met_to_within_one_person(people: list[Voter]) -> None:
    groups = Counter(voter.planted_group for voter in people)
    assert all(abs(groups[group] - share * VOTERS) <= 1 for group, share in enumerate(SHARES))
    assert Counter(voter.stratum for voter in people) == {"letter": 180, "hosted": 80, "open": 140}
    assert Counter(voter.language for voter in people) == {"en": 160, "fr": 112, "ar": 80, "ro": 48}
    assert len({voter.district for voter in people}) == 6


def test_most_people_answer_twenty_or_more_and_a_few_leave_after_three(people: list[Voter]) -> None:
    counts = Counter(len(voter.answers) for voter in people)
    assert counts.pop(3) == 16
    assert min(counts) >= 20
    assert max(counts) <= 38


def test_about_one_answer_in_eight_is_a_pass(people: list[Voter]) -> None:
    values = [value for voter in people for value in voter.answers.values()]
    assert set(values) == {AGREE, PASS, DISAGREE}
    assert 0.10 < values.count(PASS) / len(values) < 0.14


def test_a_small_dialogue_with_one_group_asks_nobody_more_than_it_holds() -> None:
    people = synthetic_votes(np.full((12, 1), 0.5), voters=60, seed=1, shares=(1.0,), answers_each=(7, 20))
    assert len(people) == 60
    assert max(len(voter.answers) for voter in people) == 12


@pytest.mark.parametrize(
    ("stands", "shares", "message"),
    [
        (np.zeros((4, 2)), SHARES, "3 groups"),
        (np.zeros(4), (1.0,), "1 groups"),
        (np.full((4, 1), 1.2), (1.0,), "between -1 and 1"),
        (np.full((4, 1), np.nan), (1.0,), "between -1 and 1"),
        (np.zeros((4, 2)), (0.9, 0.9), "add up to 1"),
        (np.zeros((4, 2)), (1.5, -0.5), "not negative"),
    ],
)
def test_leanings_that_make_no_sense_are_refused(
    stands: NDArray[np.float64], shares: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        synthetic_votes(stands, voters=10, seed=1, shares=shares)
