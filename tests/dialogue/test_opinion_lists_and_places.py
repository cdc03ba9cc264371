import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings

from entente.dialogue.opinion_groups import (
    METHOD,
    Result,
    Votes,
    find_groups,
    nearest_group,
    outline,
    place,
)
from entente.dialogue.opinion_groups.statements import chi_squared_tail, false_discovery_adjusted
from tests.dialogue.planted_votes import SMALL_VOTES, planted, votes_of


@given(SMALL_VOTES)
@settings(max_examples=60, deadline=None)
def test_everybody_finds_themselves_where_the_map_has_them(table: list[list[int | None]]) -> None:
    result = find_groups(votes_of(table))
    for person, line in enumerate(table):
        if result.group[person] >= 0:
            here = place({j: x for j, x in enumerate(line) if x is not None}, result.plain_components())
            assert here == pytest.approx(tuple(result.positions[person]), abs=1e-9)


def test_the_published_map_is_enough_to_find_ones_group() -> None:
    votes, _ = planted(3, 300, 40, 20)
    result = find_groups(votes)
    published = json.loads(json.dumps(result.as_json()))
    answers: dict[int, dict[int, int]] = defaultdict(dict)
    for row, column, value in zip(votes.rows, votes.columns, votes.values, strict=True):
        answers[int(row)][100 + int(column)] = int(value)
    names = list(range(100, 140))
    for person in range(300):
        here = place(answers[person], published["components"], names)
        assert here == pytest.approx(tuple(result.positions[person]), abs=1e-3)
        assert nearest_group(here, published["groups"]) == result.group[person]


def test_answers_that_do_not_count_do_not_move_anybody() -> None:
    votes, _ = planted(2, 100, 20, 15)
    hidden = np.arange(20) == 4
    chart = find_groups(votes, hidden=hidden).plain_components()
    assert chart["mean"][4] is None
    assert place({1: 1, 4: -1, 99: 1}, chart) == place({1: 1}, chart)
    assert place({4: 1}, chart) == (0, 0)
    with pytest.raises(ValueError, match="A vote is 2"):
        place({1: 2}, chart)
    with pytest.raises(ValueError, match="no groups"):
        nearest_group((0, 0), [])


def two_camps() -> Result:
    """Statement 20: one camp agrees, one not. 21: all agree. 22: all reject. 23: seen by eight people."""
    chance = np.random.default_rng(4)
    camp = np.arange(120) % 2
    table = np.where(chance.random((120, 24)) < 0.9, 1, -1) * np.where(camp, 1, -1)[:, None]
    table[:, 10:20] *= -1
    table[:, 20] = np.where(camp, 1, -1)
    table[:, 21], table[:, 22], table[:, 23] = 1, -1, 1
    rows, columns = np.nonzero((np.arange(24) != 23) | (np.arange(120)[:, None] < 8))
    return find_groups(Votes.of(rows, columns, table[rows, columns], 120, 24))


def test_lists_name_what_each_group_stands_for_what_bridges_and_what_divides() -> None:
    result = two_camps()
    assert result.k == 2
    sides = {stands[0].direction for stands in result.stands_for if stands[0].statement == 20}
    assert sides == {1, -1}
    first = result.stands_for[0][0]
    assert first.share == 1
    assert first.effect > 0.9
    assert first.p < 0.01
    assert [(bridge.statement, bridge.direction) for bridge in result.bridging] == [(21, 1), (22, -1)]
    assert list(result.bridging[0].shares) == [1, 1]
    assert result.dividing[0].statement == 20
    assert sorted(result.dividing[0].shares) == [0, 1]
    assert result.uncertain == (23,)


def test_with_one_group_a_bridge_is_a_plain_majority() -> None:
    votes = votes_of([[1, -1, 1 if person % 2 else -1] for person in range(30)])
    result = find_groups(votes)
    assert result.k == 1
    assert [(bridge.statement, bridge.direction) for bridge in result.bridging] == [(0, 1), (1, -1)]
    assert result.stands_for == ((),)
    assert result.dividing == ()


def test_fewer_than_ten_people_make_no_list() -> None:
    result = find_groups(votes_of([[1, -1, 1]] * 9))
    assert result.bridging == ()
    assert result.uncertain == (0, 1, 2)
    assert result.outlines == (None,)


def test_false_discoveries_are_bounded_as_published() -> None:
    adjusted = false_discovery_adjusted(np.array([0.01, 0.04, 0.03, 0.005]))
    assert adjusted.tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert false_discovery_adjusted(np.array([])).tolist() == []


@pytest.mark.parametrize(("degrees", "value"), [(1, 3.841459), (2, 5.991465), (3, 7.814728), (4, 9.487729)])
def test_chi_squared_has_its_known_quantiles(degrees: int, value: float) -> None:
    assert chi_squared_tail(value, degrees) == pytest.approx(0.05, abs=1e-6)


def test_an_outline_is_an_area_around_ten_people_or_more() -> None:
    points = np.random.default_rng(6).standard_normal((400, 2)) * [4, 1] + [3, -2]
    area = outline(points)
    assert area is not None
    assert area.centre == pytest.approx((3, -2), abs=0.5)
    assert area.axes == pytest.approx((6, 1.5), rel=0.15)
    assert min(area.angle, 180 - area.angle) < 5
    corners = area.polygon(36)
    assert len(corners) == 36
    assert np.ptp([x for x, _ in corners]) == pytest.approx(2 * area.axes[0], rel=0.02)
    assert outline(points[:9]) is None


def test_people_on_a_line_are_still_drawn_as_an_area() -> None:
    area = outline(np.column_stack([np.arange(20.0), np.arange(20.0)]))
    assert area is not None
    assert area.axes[1] == pytest.approx(area.axes[0] / 5)
    assert area.angle == pytest.approx(45)


def test_the_published_result_is_plain_versioned_and_names_nobody() -> None:
    result = find_groups(planted(3, 300, 40, 20)[0])
    published = result.as_json()
    assert published == json.loads(json.dumps(published))
    assert published["method"] == METHOD == "entente-2"
    assert not {"positions", "group"} & published.keys()
    assert [group["size"] for group in published["groups"]] == result.group_sizes.tolist()
    assert np.array(published["groups"][0]["counts"]).shape == (40, 3)
