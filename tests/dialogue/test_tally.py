"""Whoever is counted again one by one leads to the same counts as everybody at once on the same map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from entente.dialogue.opinion_groups import Votes, find_groups
from entente.dialogue.tally import Chart, Sheets, Tally, Way
from entente.dialogue.tally_words import headline, on_the_same_map, votes_by_statement, ways_in

STATEMENTS = 24
WAYS = [
    Way("letter", "Letters 1", "old_port", "en"),
    Way("hosted", "Library", "", "fr"),
    Way("open", "2026-11-20", "", "en", is_headline=False),
    Way("open", "2026-11-21", "", "en", is_headline=False, is_excluded=True),
]
Answers = dict[int, int]


def made_people(chance: np.random.Generator, number: int) -> dict[bytes, tuple[Way, Answers]]:
    """People of two opinions, each with some answers, by id."""
    found = {}
    for _ in range(number):
        lean = chance.choice([-1, 1])
        seen = chance.choice(STATEMENTS, int(chance.integers(0, STATEMENTS)), replace=False)
        sides = np.where(seen < STATEMENTS // 2, lean, 1)
        answers = {
            int(s): int(side if chance.random() < 0.8 else 0) for s, side in zip(seen, sides, strict=True)
        }
        found[chance.bytes(16)] = WAYS[int(chance.integers(len(WAYS)))], answers
    return found


def sheets_of(people: list[Answers]) -> Sheets:
    parts = [sorted(answers.items()) for answers in people]
    return Sheets.joined(
        [
            (np.array([s for s, _ in part], dtype=np.int32), np.array([v for _, v in part], dtype=np.int8))
            for part in parts
        ]
    )


def tally_of(people: dict[bytes, tuple[Way, Answers]], result: dict[str, Any]) -> Tally:
    ids = sorted(people)
    ways = list(dict.fromkeys(people[key][0] for key in ids))
    way = np.array([ways.index(people[key][0]) for key in ids], dtype=np.int32)
    sheets = sheets_of([people[key][1] for key in ids])
    return Tally(np.array(ids, dtype="S16"), sheets, ways, way, Chart(result))


def result_of(people: dict[bytes, tuple[Way, Answers]]) -> tuple[dict[str, Any], Tally]:
    ids = sorted(people)
    cast = [(row, s, v) for row, key in enumerate(ids) for s, v in people[key][1].items()]
    rows, columns, values = (np.array(part, dtype=np.int64) for part in zip(*cast, strict=True))
    votes = Votes.of(rows, columns, values, len(ids), STATEMENTS)
    heads = np.array([way.is_headline and not way.is_excluded for way, _ in (people[key] for key in ids)])
    result = find_groups(votes, headline=heads).as_json()
    return result, tally_of(people, result)


def told(tally: Tally) -> dict[str, Any]:
    return {**headline(tally), **ways_in(tally)}


@pytest.mark.parametrize("seed", range(8))
def test_after_any_mix_of_changes_the_counts_are_those_from_scratch(seed: int) -> None:
    chance = np.random.default_rng(seed)
    people = made_people(chance, 300)
    result, tally = result_of(people)
    known = list(people)
    for _round in range(6):
        touched = {known[int(i)] for i in chance.integers(0, len(known), 12)}
        changes = {key: (people[key][0], made[1]) for key, (_, made) in zip(
            touched, made_people(chance, len(touched)).items(), strict=True)}  # fmt: skip
        changes |= made_people(chance, 5)
        known += [key for key in changes if key not in people]
        people |= changes
        sheets = sheets_of([answers for _, answers in changes.values()])
        tally.count(list(changes), [way for way, _ in changes.values()], sheets)
        assert told(tally) == told(tally_of(people, result))


def test_on_its_own_map_a_tally_says_what_the_result_says() -> None:
    result, tally = result_of(made_people(np.random.default_rng(1), 400))
    same = on_the_same_map(result, tally)
    assert {name: same[name] for name in result} == result


def test_nobody_is_counted_again_who_answered_the_same() -> None:
    people = made_people(np.random.default_rng(2), 100)
    _result, tally = result_of(people)
    key, (way, answers) = next(iter(people.items()))
    assert tally.count([key], [way], sheets_of([answers])) == []
    assert tally.count([key], [way], sheets_of([{**answers, 0: -answers.get(0, 1)}])) == [way]


def test_open_voices_beside_invited_ones_change_no_number_of_the_headline() -> None:
    people = made_people(np.random.default_rng(3), 200)
    _result, tally = result_of(people)
    before, asked = headline(tally), votes_by_statement(tally).tolist()
    flood = [
        (bytes([0, 0, *i.to_bytes(14)]), WAYS[2], dict.fromkeys(range(STATEMENTS), 1)) for i in range(500)
    ]
    tally.count([f[0] for f in flood], [f[1] for f in flood], sheets_of([f[2] for f in flood]))
    assert headline(tally) == before
    assert votes_by_statement(tally).tolist() == asked  # nor what they are asked next
    batch = next(row for row in ways_in(tally)["batches"] if row["batch"] == "2026-11-20")
    assert batch["alike"] == 500


def test_who_came_in_and_answered_nothing_makes_no_batch_larger() -> None:
    people = made_people(np.random.default_rng(6), 100)
    _result, tally = result_of(people)
    silent = {bytes([0, 0, *i.to_bytes(14)]): (WAYS[0], dict[int, int]()) for i in range(1, 10)}
    assert ways_in(tally_of(people | silent, _result))["batches"] == ways_in(tally)["batches"]


def test_a_new_stratum_gets_its_own_counts() -> None:
    people = {
        key: row for key, row in made_people(np.random.default_rng(4), 200).items() if row[0] != WAYS[1]
    }
    result, tally = result_of(people)
    newcomers = {key: (WAYS[1], row[1]) for key, row in made_people(np.random.default_rng(5), 30).items()}
    sheets = sheets_of([answers for _, answers in newcomers.values()])
    tally.count(list(newcomers), [WAYS[1]] * 30, sheets)
    assert told(tally) == told(tally_of(people | newcomers, result))
