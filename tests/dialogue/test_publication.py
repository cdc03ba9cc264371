"""What may be told to everybody: ten and more, in steps that add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.publication import LEAST, as_told, is_due, outcome, rough_outcome, without
from entente.dialogue.publication.rounding import (
    has_changed,
    headline_shares,
    headline_step,
    held,
    part_shares,
    tens,
)
from entente.dialogue.publication.shown_map import one_area
from entente.ui.shares import in_steps

counts = st.lists(st.integers(0, 60), min_size=3, max_size=3)


def result(sizes: list[int], cells: list[list[list[int]]], others: list[list[int]]) -> dict[str, Any]:
    """An analysis with `others` the votes of people in no group, as one made before there were strata."""
    totals = [
        [sum(parts) for parts in zip(*column, strict=True)] for column in zip(*cells, others, strict=True)
    ]
    groups = [
        {
            "size": size,
            "centre": [float(size), 0.0],
            "outline": None,
            "counts": table,
            "stands_for": [{"statement": 0, "direction": 1, "share": 0.6667, "effect": 0.31, "p": 0.01}],
        }
        for size, table in zip(sizes, cells, strict=True)
    ]
    return {
        "method": "entente-1", "clear": len(sizes) > 1, "eligible": sum(sizes), "fewest_votes": 7,
        "groups": groups, "totals": totals, "uncertain": [0], "stability": None,
        "bridging": [{"statement": 0, "direction": 1}], "dividing": [{"statement": 0}],
        "components": {"mean": [0.0], "loadings": [[1.0, 0.0]], "statement_positions": [[1.0, 0.0]]},
    }  # fmt: skip


def took_part(people: int) -> dict[str, dict[str, int]]:
    return {"stratum": {"open": people}}


# Rounding


@given(
    parts=st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    step=st.sampled_from([1, 5, 10, 20, 25, 50]),
)
def test_shares_that_stand_together_add_to_a_hundred(parts: list[int], step: int) -> None:
    told = in_steps(parts, step)
    assert sum(told) == (100 if sum(parts) else 0)
    for share, part in zip(told, parts, strict=True):
        assert share % step == 0
        assert abs(share - 100 * part / max(sum(parts), 1)) < step or not sum(parts)


def test_the_largest_remainder_gets_what_is_left() -> None:
    assert in_steps([1, 1, 1]) == [34, 33, 33]
    assert in_steps([67, 67, 66]) == [34, 33, 33]
    assert in_steps([24, 10, 10], 10) == [60, 20, 20]


@given(cell=counts)
def test_fewer_than_ten_are_never_told(cell: list[int]) -> None:
    for told in (tens(sum(cell)), headline_shares(cell), part_shares(cell)):
        assert told is None or sum(cell) >= LEAST
        assert told is not None or sum(cell) < LEAST or max(cell) < 5


@given(cell=st.lists(st.integers(0, 60) | st.integers(0, 2000), min_size=3, max_size=3))
def test_a_step_stands_for_five_people_and_so_does_a_share(cell: list[int]) -> None:
    for told in (headline_shares(cell), part_shares(cell), part_shares(cell, 10)):
        for share, people in zip(told or [], cell, strict=False):
            assert share == 0 or (people >= 5 and share * sum(cell) >= 500)
        if told:
            assert sum(told) == 100


@pytest.mark.parametrize(
    ("people", "step"), [(10, 50), (19, 50), (20, 25), (50, 10), (99, 10), (100, 5), (999, 5), (1000, 1)]
)
def test_the_more_people_answered_the_finer_a_share_is_told(people: int, step: int) -> None:
    assert headline_step(people) == step


def test_one_person_among_sixteen_is_told_as_nobody() -> None:
    assert headline_shares([1, 14, 1]) == [0, 100, 0]
    assert headline_shares([4, 4, 4]) is None


@given(old=counts, new=counts)
def test_what_is_called_changed_is_ten_peoples_answers_apart(old: list[int], new: list[int]) -> None:
    shares, people = headline_shares(old), tens(sum(old))
    if shares is not None and people is not None and has_changed(new, people, shares):
        assert max(abs(sum(new) - sum(old)), *(abs(a - b) for a, b in zip(new, old, strict=True))) >= LEAST


@pytest.mark.parametrize(
    ("now", "told", "expected"),
    [(19, 10, 10), (28, 10, 10), (29, 10, 20), (9, 10, 10), (0, 10, None), (9, None, None), (10, None, 10)],
)
def test_a_number_of_people_stays_until_ten_are_certain(
    now: int, told: int | None, expected: int | None
) -> None:
    assert held(now, told) == expected


# A release


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4), cell=counts, other=counts)
def test_no_group_of_fewer_than_ten_is_published(sizes: list[int], cell: list[int], other: list[int]) -> None:
    analysed = result(sizes, [[cell] for _ in sizes], [other])
    told = outcome(analysed, [7], took_part(sum(sizes) + 20))
    large = [size // 10 * 10 for size in sizes if size >= LEAST]
    assert [group["size"] for group in told["groups"]] == large
    assert told["is_clear"] == (len(large) > 1)


def test_shares_of_a_release_are_told_in_steps_with_people_in_tens() -> None:
    told = outcome(result([33, 24], [[[20, 5, 8]], [[5, 10, 9]]], [[0, 0, 0]]), [7], took_part(57), votes=123)
    assert (told["seen"], told["shares"]) == ({"7": 50}, {"7": [40, 30, 30]})
    assert [group["shares"]["7"] for group in told["groups"]] == [[50, 25, 25], [25, 50, 25]]
    assert (told["participants"], told["votes"], told["eligible"]) == (50, 120, 50)


def test_the_middle_of_the_map_is_what_the_shares_tell() -> None:
    told = outcome(result([33, 24], [[[20, 5, 8]], [[5, 10, 9]]], [[0, 0, 0]]), [7], took_part(57))
    assert told["map"]["mean"] == [0.1]


def test_a_statement_few_have_answered_lies_nowhere() -> None:
    told = outcome(result([33, 24], [[[3, 0, 0]], [[4, 0, 0]]], [[0, 0, 0]]), [7], took_part(57))
    assert told["map"] == {"mean": [None], "loadings": [[0.0, 0.0]], "positions": {}}


def test_a_few_newcomers_change_nothing_and_many_change_it() -> None:
    first = outcome(result([30, 30], [[[20, 5, 5]], [[5, 10, 15]]], [[0, 0, 0]]), [7], took_part(60))
    few = result([35, 30], [[[25, 5, 5]], [[5, 10, 15]]], [[0, 0, 0]])
    assert outcome(few, [7], took_part(65), first) == first
    many = result([60, 30], [[[50, 5, 5]], [[5, 10, 15]]], [[0, 0, 0]])
    assert outcome(many, [7], took_part(90), first)["shares"] == {"7": [60, 20, 20]}


def test_a_statement_accepted_since_is_told_on_a_map_that_stays() -> None:
    cells = [[[20, 5, 5]], [[5, 10, 15]]]
    first = outcome(result([30, 30], cells, [[0, 0, 0]]), [7], took_part(60))
    more = result([30, 30], [[*cells[0], [10, 0, 0]], [*cells[1], [10, 0, 0]]], [[0, 0, 0], [0, 0, 0]])
    more["components"] = {
        "mean": [0.0, 0.0],
        "loadings": [[9.0, 9.0]] * 2,
        "statement_positions": [[9.0, 9.0]] * 2,
    }
    told = outcome(more, [7, 8], took_part(60), first)
    assert told["shares"]["8"] == [100, 0, 0]
    assert told["map"]["positions"] == first["map"]["positions"]
    assert told["map"]["loadings"] == [*first["map"]["loadings"], [0.0, 0.0]]


def test_who_came_in_a_way_nobody_came_before_is_told_of_from_ten() -> None:
    analysed = result([30, 30], [[[20, 5, 5]], [[5, 10, 15]]], [[0, 0, 0]])
    first = outcome(analysed, [7], {"stratum": {"open": 60}})
    later = outcome(analysed, [7], {"stratum": {"open": 60, "hosted": 1}}, first)
    assert later["took_part"]["stratum"] == {"open": 60}
    assert outcome(analysed, [7], {"stratum": {"open": 55, "hosted": 5}})["took_part"]["stratum"] == {
        "hosted": None,
        "open": 50,
    }


def test_what_was_turned_down_leaves_nothing_in_a_result() -> None:
    analysed = result([30, 20], [[[20, 5, 5]] * 2, [[5, 10, 5]] * 2], [[0, 0, 0]] * 2)
    analysed["components"] = {
        "mean": [0.1, 0.2],
        "loadings": [[1.0, 0.0], [0.0, 1.0]],
        "statement_positions": [[1.0, 0.0], [0.0, 1.0]],
    }
    for told in (outcome(analysed, [41, 42], took_part(50)), rough_outcome(analysed, [41, 42], 50)):
        assert without(told, {41, 42}) == told
        left = without(told, {42})
        assert "41" not in repr(left)
        assert left["numbers"] == [42]
        assert left["map"]["loadings"] == [[0.0, 1.0]]
        assert left["map"]["positions"] == {"42": [0.0, 1.0]}


def test_statements_go_by_their_numbers() -> None:
    told = outcome(result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[0, 0, 0]]), [41], took_part(50))
    assert told["bridging"] == [{"statement": 41, "direction": 1, "shares": [0.75, 0.25]}]
    assert told["dividing"] == [{"statement": 41, "shares": [0.75, 0.25]}]
    assert told["groups"][0]["stands_for"] == [
        {"statement": 41, "direction": 1, "share": 0.75, "effect": 0.25}
    ]
    assert told["map"]["positions"] == {"41": [1.0, 0.0]}


def test_nobodys_own_position_or_group_is_published() -> None:
    told = outcome(result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[0, 0, 0]]), [1], took_part(50))
    assert set(told) == {
        "method", "basis", "is_clear", "labels_shown", "stability", "eligible", "fewest_votes", "numbers",
        "groups", "seen", "shares", "withheld", "bridging", "dividing", "uncertain", "map", "strata",
        "excluded", "participants", "votes", "took_part", "came",
    }  # fmt: skip
    assert set(told["groups"][0]) == {"size", "share", "centre", "outline", "shares", "stands_for"}


def test_an_analysis_that_does_not_know_how_stable_it_is_still_has_letters() -> None:
    told = outcome(result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[0, 0, 0]]), [1], took_part(50))
    assert (told["labels_shown"], told["stability"], told["basis"]) == (True, None, "everybody")


OLD = {
    "method": "entente-1", "is_clear": True, "eligible": 50, "fewest_votes": 7, "numbers": [1, 2],
    "groups": [
        {"size": 31, "centre": [1.0, 0.0], "outline": None, "counts": {"1": [20, 5, 6], "2": None},
         "stands_for": [{"statement": 1, "direction": 1, "share": 0.64, "effect": 0.4, "p": 0.0}]},
        {"size": 19, "centre": [-1.0, 0.0], "outline": None, "counts": {"1": [2, 15, 2], "2": None},
         "stands_for": []},
    ],
    "totals": {"1": [22, 20, 8], "2": None},
    "bridging": [], "uncertain": [2],
    "dividing": [{"statement": 1, "spread": 0.5, "shares": [0.645, 0.105], "p": 0.0}],
    "map": {"mean": [0.04, 0.1], "loadings": [[1.0, 0.0], [0.0, 1.0]],
            "positions": {"1": [1.0, 0.0], "2": [0.0, 1.0]}},
    "took_part": {"stratum": {"letter": 43, "open": None}},
    "participants": 53, "votes": 77,
}  # fmt: skip


def test_a_release_of_an_earlier_version_is_shown_rounded() -> None:
    told = as_told(OLD)
    assert (told["seen"], told["shares"]) == ({"1": 50, "2": None}, {"1": [40, 40, 20], "2": None})
    assert told["groups"][0]["shares"] == {"1": [50, 25, 25], "2": None}
    assert told["dividing"] == [{"statement": 1, "shares": [0.5, 0.0]}]
    assert told["map"]["positions"] == {"1": [1.0, 0.0]}
    assert told["took_part"] == {"stratum": {"letter": 40, "open": None}}
    assert as_told(told) is told


def test_a_release_told_in_finer_steps_is_shown_in_those_of_today() -> None:
    now = outcome(result([10, 10], [[[1, 8, 1]], [[1, 8, 1]]], [[0, 0, 0]]), [7], took_part(20))
    finer = {name: part for name, part in now.items() if name != "came"} | {"shares": {"7": [10, 80, 10]}}
    told = as_told(finer)
    assert (told["shares"], told["map"]["mean"]) == ({"7": [0, 100, 0]}, [-1.0])
    assert [group["share"] for group in told["groups"]] == [50, 50]
    assert told["came"] == {"of": 20, "shares": {"open": 100}}


# Groups that are not stable


def test_one_area_for_all_has_their_middle_and_reaches_round_them() -> None:
    def round_area(x: float, size: int) -> dict[str, Any]:
        return {
            "size": size,
            "centre": [x, 0.0],
            "outline": {"centre": [x, 0], "axes": [1.0, 1.0], "angle": 0},
        }

    told = one_area([round_area(-3.0, 20), round_area(3.0, 20)])
    assert told["centre"] == [0.0, 0.0]
    assert told["outline"]["axes"] == [4.6, 1.0]
    assert told["outline"]["angle"] % 180 == 0


# While it runs


@given(people=st.integers(0, 500), shown=st.one_of(st.none(), st.integers(10, 500)))
def test_the_picture_for_voters_moves_with_ten_more_people_only(people: int, shown: int | None) -> None:
    previous = None if shown is None else {"participants": shown // 10 * 10, "counted": shown}
    assert is_due(people, previous) == (people >= LEAST and (shown is None or people - shown >= LEAST))


def test_a_picture_that_forgot_how_many_were_counted_waits_longer() -> None:
    assert not is_due(20, {"participants": 10})
    assert not is_due(28, {"participants": 10})
    assert is_due(29, {"participants": 10})


def test_while_it_runs_shares_are_told_in_tens() -> None:
    told = rough_outcome(result([90, 24], [[[60, 15, 15]], [[9, 6, 9]]], [[0, 0, 0]]), [1], 114)
    assert told["participants"] == 110
    assert told["shares"] == {"1": [60, 20, 20]}
    assert [group["size"] for group in told["groups"]] == [90, 20]


def test_a_live_share_is_told_anew_when_ten_more_answered_that_statement() -> None:
    first = rough_outcome(result([12], [[[8, 2, 0]]], [[0, 0, 0]]), [1], 12)
    same = rough_outcome(result([30], [[[8, 6, 0]]], [[0, 0, 0]]), [1], 30, first)
    assert same["shares"] == first["shares"] != rough_outcome(
        result([30], [[[8, 6, 0]]], [[0, 0, 0]]), [1], 30
    )["shares"]  # fmt: skip
    later = rough_outcome(result([50], [[[8, 12, 0]]], [[0, 0, 0]]), [1], 50, same)
    assert later["shares"] == {"1": [50, 50, 0]}


def test_when_the_headline_comes_to_rest_on_other_people_the_live_picture_follows() -> None:
    flood = rough_outcome(result([200], [[[190, 0, 0]]], [[0, 0, 0]]), [1], 200)
    assert not is_due(10, flood, "everybody")
    assert is_due(10, flood, "invited")
    assert not is_due(191, flood, "invited")
    near = rough_outcome(result([185], [[[0, 185, 0]]], [[0, 0, 0]]) | {"basis": "invited"}, [1], 185, flood)
    assert near["shares"] == {"1": None}
