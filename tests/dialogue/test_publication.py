"""What may be told to everybody: ten and more, also by difference."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.publication import LEAST, hidden_if_few, is_due, outcome, rough_outcome, steady, without

counts = st.lists(st.integers(0, 60), min_size=3, max_size=3)


def result(sizes: list[int], cells: list[list[list[int]]], others: list[list[int]]) -> dict[str, Any]:
    """An analysis as the module opinion_groups gives it, with `others` the votes of people in no group."""
    totals = [
        [sum(parts) for parts in zip(*column, strict=True)] for column in zip(*cells, others, strict=True)
    ]
    groups = [
        {
            "size": size,
            "centre": [0.0, 0.0],
            "outline": None,
            "counts": table,
            "stands_for": [{"statement": 0}],
        }
        for size, table in zip(sizes, cells, strict=True)
    ]
    return {
        "method": "entente-1", "clear": len(sizes) > 1, "eligible": sum(sizes), "fewest_votes": 7,
        "groups": groups, "totals": totals, "uncertain": [0],
        "bridging": [{"statement": 0}], "dividing": [{"statement": 0}],
        "components": {"mean": [0.0], "loadings": [[1.0, 0.0]], "statement_positions": [[1.0, 0.0]]},
    }  # fmt: skip


def took_part(people: int) -> dict[str, dict[str, int]]:
    return {"stratum": {"open": people}}


@given(cell=counts)
def test_fewer_than_ten_are_never_told(cell: list[int]) -> None:
    told = hidden_if_few(cell)
    assert (told is None) == (sum(cell) < LEAST)


@given(new=counts, old=counts)
def test_the_difference_to_the_last_release_is_nothing_or_ten(new: list[int], old: list[int]) -> None:
    told = steady(hidden_if_few(new), hidden_if_few(old))
    if told is not None and hidden_if_few(old) is not None:
        moved = sum(abs(a - b) for a, b in zip(told, old, strict=True))
        assert moved == 0 or moved >= LEAST


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4), cell=counts, other=counts)
def test_no_group_of_fewer_than_ten_is_published(sizes: list[int], cell: list[int], other: list[int]) -> None:
    analysed = result(sizes, [[cell] for _ in sizes], [other])
    told = outcome(analysed, [7], took_part(sum(sizes) + 20))
    assert [group["size"] for group in told["groups"]] == [size for size in sizes if size >= LEAST]
    assert told["is_clear"] == (len(told["groups"]) > 1)


def test_a_few_people_in_no_group_do_not_show_as_the_rest() -> None:
    analysed = result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[3, 0, 0]])
    told = outcome(analysed, [7], took_part(53))
    assert told["totals"]["7"] == [25, 15, 10]
    assert outcome(analysed, [7], took_part(64))["totals"]["7"] == [25, 15, 10]
    many = result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[8, 3, 0]])
    assert outcome(many, [7], took_part(64))["totals"]["7"] == [33, 18, 10]


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=4), other=counts, data=st.data())
def test_the_total_less_the_groups_told_is_nothing_or_ten(
    sizes: list[int], other: list[int], data: st.DataObject
) -> None:
    cells = [[data.draw(counts)] for _ in sizes]
    told = outcome(result(sizes, cells, [other]), [7], took_part(sum(sizes) + 20))
    shown = [group["counts"]["7"] for group in told["groups"] if group["counts"]["7"]]
    if told["totals"]["7"]:
        rest = sum(told["totals"]["7"]) - sum(map(sum, shown))
        assert rest == 0 or rest >= LEAST


@given(by=st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1))
def test_what_is_hidden_of_who_took_part_is_ten_people_or_everybody(by: dict[str, int]) -> None:
    told = outcome(result([50], [[[20, 20, 10]]], [[0, 0, 0]]), [1], {"stratum": by})["took_part"]["stratum"]
    hidden = [name for name, number in told.items() if number is None]
    assert not hidden or len(hidden) == len(by) or sum(by[name] for name in hidden) >= LEAST
    assert all(by[name] >= LEAST for name in set(by) - set(hidden))


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
        assert left["map"] == {"mean": [0.2], "loadings": [[0.0, 1.0]], "positions": {"42": [0.0, 1.0]}}


def test_statements_go_by_their_numbers() -> None:
    told = outcome(result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[0, 0, 0]]), [41], took_part(50))
    assert told["bridging"] == [{"statement": 41}]
    assert told["groups"][0]["stands_for"] == [{"statement": 41}]
    assert told["map"]["positions"] == {"41": [1.0, 0.0]}


def test_one_hidden_count_hides_a_second_so_that_the_total_tells_nothing() -> None:
    told = outcome(
        result([50], [[[20, 20, 10]]], [[0, 0, 0]]), [1], {"stratum": {"letter": 30, "open": 16, "hosted": 4}}
    )
    assert told["took_part"]["stratum"] == {"hosted": None, "letter": 30, "open": None}


def test_nobodys_own_position_or_group_is_published() -> None:
    told = outcome(result([30, 20], [[[20, 5, 5]], [[5, 10, 5]]], [[0, 0, 0]]), [1], took_part(50))
    assert set(told) == {
        "method", "is_clear", "eligible", "fewest_votes", "numbers", "groups", "totals", "bridging",
        "dividing", "uncertain", "map", "took_part",
    }  # fmt: skip
    assert set(told["groups"][0]) == {"size", "centre", "outline", "counts", "stands_for"}


@given(people=st.integers(0, 500), shown=st.one_of(st.none(), st.integers(0, 50).map(lambda tens: tens * 10)))
def test_the_picture_for_voters_moves_with_every_tenth_person_only(people: int, shown: int | None) -> None:
    due = is_due(people, None if shown is None else {"participants": shown})
    assert due == (people >= LEAST and (shown is None or people // 10 > shown // 10))


def test_while_it_runs_shares_are_told_in_tens() -> None:
    told = rough_outcome(result([30, 14], [[[20, 5, 5]], [[4, 5, 5]]], [[0, 0, 0]]), [1], 44)
    assert told["participants"] == 40
    assert told["shares"] == {"1": [50, 20, 20]}
    assert [group["size"] for group in told["groups"]] == [30, 10]
