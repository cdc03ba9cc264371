"""Each formula of Polis, worked out by hand on a few people."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from entente.dialogue.opinion_groups import Representative, Votes, adjusted_rand_index, polis_groups
from entente.dialogue.opinion_groups import polis_mode as polis
from entente.dialogue.opinion_groups.polis_clusters import (
    best_number,
    first_distinct,
    group_as_polis,
    k_means_as_polis,
    most_groups,
    plain_silhouette,
)
from entente.dialogue.opinion_groups.polis_statements import (
    above_half,
    above_others,
    best_agreement,
    group_aware_consensus,
    majority,
    priorities,
    representative,
    signs,
)
from tests.dialogue.planted_votes import SMALL_VOTES, planted, votes_of
from tests.dialogue.test_opinion_groups import real

NONE = np.zeros(2, dtype=bool)


def counts_of(*cells: tuple[int, int, int]) -> np.ndarray:
    return np.array(cells, dtype=np.int64)


def test_missing_votes_are_the_mean_and_passes_count_as_nothing_between() -> None:
    votes = votes_of([[1, 1], [1, -1], [0, None], [None, None]])
    mean, loadings, positions = polis.chart(votes, NONE)
    assert mean.tolist() == [2 / 3, 0]
    # C = [[1/3, 1], [1/3, -1], [-2/3, 0], [0, 0]]: its columns are orthogonal, lengths squared 2/3 and 2.
    assert np.abs(loadings) == pytest.approx(np.array([[0, 1], [1, 0]]), abs=1e-9)
    assert positions[:, 0] == pytest.approx([1, -1, 0, 0], abs=1e-9)
    assert positions[:, 1] == pytest.approx([1 / 3, 1 / 3, -2 / 3 * math.sqrt(2), 0], abs=1e-9)


def test_a_rejected_statement_is_nought_for_everybody_and_counts_as_seen() -> None:
    table: list[list[int | None]] = [[1, 1, None], [1, -1, 1], [0, None, 1]]
    mean, loadings, positions = polis.chart(votes_of(table), np.array([False, False, True]))
    assert mean[2] == 0
    assert loadings[2].tolist() == [0, 0]
    # Three statements in all; the third person saw one, and the rejected one as everybody did.
    assert positions[2, 1] == pytest.approx(-2 / 3 * math.sqrt(3 / 2))


def test_somebody_who_only_agrees_with_a_statement_stands_where_the_statement_is_drawn() -> None:
    votes, _ = planted(2, 60, 12, 8)
    result = polis_groups(votes)
    only = np.sqrt(12) * (1 - result.mean[3]) * result.loadings[3]
    assert result.statement_positions[3] == pytest.approx(only)
    assert result.extremity[3] == pytest.approx(math.hypot(*only))


def test_directions_are_those_of_a_singular_value_decomposition() -> None:
    votes, _ = planted(3, 200, 30, 20)
    mean, loadings, _ = polis.chart(votes, np.zeros(30, dtype=bool))
    dense = np.zeros((200, 30))
    dense[votes.rows, votes.columns] = votes.values - mean[votes.columns]
    exact = np.linalg.svd(dense)[2][:2].T
    assert np.abs((exact * loadings).sum(axis=0)) == pytest.approx([1, 1], abs=1e-6)
    assert (loadings[np.abs(loadings).argmax(axis=0), [0, 1]] > 0).all()


def test_seven_votes_make_part_of_the_conversation_or_all_of_few_statements() -> None:
    assert polis.in_conversation(np.array([7] * 15 + [6]), 20).tolist() == [True] * 15 + [False]
    assert polis.in_conversation(np.array([3] * 15 + [2]), 3).tolist() == [True] * 15 + [False]


def test_those_who_voted_most_fill_up_to_fifteen() -> None:
    cast = np.array([7, *range(6, 0, -1), *[2] * 20, 0])
    taken = polis.in_conversation(cast, 20)
    assert taken.sum() == 15
    assert taken[:6].all()
    assert not taken[6]
    assert taken[7:16].all()
    assert polis.in_conversation(np.array([1, 0, 0]), 5).tolist() == [True, False, False]


def test_the_first_distinct_points_are_where_clusters_start() -> None:
    points = np.array([[1.0, 0], [1, 0], [5, 5], [0, 0], [5, 5], [9, 9]])
    assert first_distinct(points, 3).tolist() == [[1, 0], [5, 5], [0, 0]]


def test_up_to_a_hundred_people_are_a_base_cluster_each() -> None:
    points = np.random.default_rng(1).standard_normal((100, 2))
    grouping = group_as_polis(points)
    assert grouping.base.tolist() == list(range(100))
    assert grouping.bases.tolist() == points.tolist()
    more = group_as_polis(np.vstack([points, points[:1] + 0.001]))
    assert more.base[-1] == 0
    assert len(more.bases) == 100


def test_clusters_are_weighted_and_start_at_the_first_points() -> None:
    points = np.array([[0.0, 0], [10, 0], [1, 0], [11, 0]])
    labels, centres = k_means_as_polis(points, np.array([1.0, 1, 3, 1]), 2, 20)
    assert labels.tolist() == [0, 1, 0, 1]
    assert centres.tolist() == [[0.75, 0], [10.5, 0]]


def test_rounds_end_when_hardly_anything_moves() -> None:
    points = np.array([[0.0, 0], [1, 0], [0.009, 0], [1.0, 0.0]])
    _, centres = k_means_as_polis(points, np.ones(4), 2, 1)
    assert centres[0].tolist() == [0.0045, 0]


def test_a_cluster_that_nobody_is_in_vanishes() -> None:
    # Weights pull the first two centres so that the one between them loses its only point.
    points = np.array([[0.0, 0], [2.0, 0], [3.0, 0], [1.4, 0], [1.6, 0]])
    weights = np.array([1.0, 1, 100, 100, 100])
    labels, centres = k_means_as_polis(points, weights, 3, 20)
    assert len(centres) == len(set(labels.tolist()))


@pytest.mark.parametrize(("bases", "most"), [(1, 1), (2, 2), (11, 2), (12, 3), (24, 4), (36, 5), (100, 5)])
def test_more_base_clusters_allow_more_groups(bases: int, most: int) -> None:
    assert most_groups(bases) == most


def test_of_equally_good_numbers_of_groups_the_larger_wins() -> None:
    assert best_number({2: 0.5, 3: 0.4, 4: 0.5, 5: 0.1}) == 4


def test_a_silhouette_counts_clusters_not_people_and_a_lone_one_as_nothing() -> None:
    points = np.array([[0.0, 0], [1, 0], [4, 0]])
    # 1: own 1, other 4 -> 3/4; 2: own 1, other 3 -> 2/3; 3: alone -> 0
    assert plain_silhouette(points, np.array([0, 0, 1])) == pytest.approx((3 / 4 + 2 / 3) / 3)
    assert plain_silhouette(points, np.array([0, 0, 0])) == 0


def test_signs_of_a_statement_as_worked_out_by_hand() -> None:
    # Inside 8 of 10 agree, 1 disagrees; outside 2 of 10 agree, 6 disagree.
    inside, outside = counts_of((8, 1, 1)), counts_of((2, 6, 2))
    agree = signs(inside, outside, 0)
    assert agree.share[0] == 9 / 12
    assert agree.above_half[0] == pytest.approx(2 * math.sqrt(11) * (9 / 11 - 0.5))
    assert agree.ratio[0] == pytest.approx((9 / 12) / (3 / 12))
    pooled = 12 / 22
    assert agree.above_others[0] == pytest.approx(
        (9 / 11 - 3 / 11) / math.sqrt(pooled * (1 - pooled) * (2 / 11))
    )
    assert agree.passes[0]
    assert not signs(inside, outside, 1).passes[0]


def test_where_everybody_is_on_one_side_groups_do_not_differ() -> None:
    everybody = np.array([4])
    assert above_others(everybody, everybody, everybody, everybody).tolist() == [0]
    assert above_half(np.array([0]), np.array([0])).tolist() == [1]


def test_a_group_is_known_by_its_best_agreement_then_by_what_passes() -> None:
    inside = counts_of((10, 10, 0), (1, 19, 0), (19, 1, 0), (18, 2, 0), (0, 0, 20))
    outside = counts_of((10, 10, 0), (19, 1, 0), (1, 19, 0), (2, 18, 0), (0, 0, 20))
    listed = representative(inside, outside, np.zeros(5, dtype=bool))
    assert listed == (Representative(2, 1), Representative(3, 1), Representative(1, -1))
    without = representative(inside, outside, np.arange(5) == 2)
    assert without == (Representative(3, 1), Representative(1, -1))


def test_five_statements_at_most_stand_for_a_group() -> None:
    inside = counts_of(*[(19 - at, 1 + at, 0) for at in range(7)])
    listed = representative(inside, inside[:, [1, 0, 2]], np.zeros(7, dtype=bool))
    assert [one.statement for one in listed] == [0, 1, 2, 3, 4]


def test_when_nothing_passes_the_best_agreement_stands_alone() -> None:
    inside = counts_of((3, 2, 0), (4, 1, 0))
    assert representative(inside, counts_of((3, 2, 0), (3, 2, 0)), NONE) == (Representative(1, 1),)


def test_with_no_agreement_at_all_the_clearest_difference_stands_alone() -> None:
    inside = counts_of((1, 9, 0), (2, 9, 0))
    outside = counts_of((2, 9, 0), (1, 9, 0))
    agree = signs(inside, outside, 0)
    assert best_agreement(inside, agree, NONE) is None
    found = representative(inside, outside, np.array([False, True]))
    assert [one.statement for one in found] == [0]


def test_the_best_agreement_is_scanned_in_order_and_passes_over_silence() -> None:
    # Nobody says anything on 0. 1 is accepted first: R > 1 and P > 1/2. 2 beats it by R·Z·P·z; 3 does not.
    inside = counts_of((0, 0, 9), (6, 3, 0), (9, 0, 0), (9, 0, 0))
    outside = counts_of((0, 0, 9), (3, 6, 0), (0, 9, 0), (8, 1, 0))
    agree = signs(inside, outside, 0)
    assert best_agreement(inside, agree, np.zeros(4, dtype=bool)) == 2
    # 0 is accepted by z alone, R is below 1 there: the next one needs only a higher P·z.
    inside, outside = counts_of((16, 4, 0), (17, 3, 0)), counts_of((20, 0, 0), (20, 0, 0))
    assert best_agreement(inside, signs(inside, outside, 0), NONE) == 1


def test_consensus_multiplies_over_groups_and_majorities_count_everybody() -> None:
    groups = np.array([[(8, 1, 1), (0, 4, 0)], [(3, 0, 0), (1, 1, 0)]])
    assert group_aware_consensus(groups).tolist() == pytest.approx([9 / 12 * 4 / 5, 1 / 6 * 2 / 4])
    totals = counts_of((30, 2, 0), (3, 30, 0), (15, 15, 0), (40, 2, 0))
    everything = np.zeros(4, dtype=bool)
    assert majority(totals, 0, everything) == (3, 0)
    assert majority(totals, 1, everything) == (1,)
    assert majority(totals, 0, np.arange(4) == 3) == (0,)


def test_the_priority_of_a_statement_as_worked_out_by_hand() -> None:
    totals, extremity = counts_of((4, 0, 1), (4, 0, 1)), np.array([0.5, 0.5])
    importance = (1 - 2 / 7) * 1.5 * 5 / 7
    expected = (importance * (1 + 8 / 2)) ** 2
    assert priorities(totals, extremity, np.array([False, True])).tolist() == pytest.approx([expected, 49])


def test_closeness_is_measured_from_all_from_the_own_group_and_along_it() -> None:
    positions = np.array([[0.0, 0], [2, 0], [9, 9]])
    found = polis.closeness(positions, np.array([0, 1, -1]), positions[:2])
    assert found[:2].tolist() == [[0, 1, 1], [0, 1, 1]]
    assert np.isnan(found[2]).all()


def test_late_newcomers_beyond_the_limits_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polis, "MOST_PEOPLE", 40)
    monkeypatch.setattr(polis, "MOST_STATEMENTS", 10)
    votes, _ = planted(2, 60, 12, 10)
    result = polis_groups(votes)
    assert (result.group[40:] == -1).all()
    assert (result.group[:40] >= 0).any()
    assert result.totals[10:].sum() == 0


def test_marks_need_one_entry_for_each_statement() -> None:
    with pytest.raises(ValueError, match="2 entries"):
        polis_groups(votes_of([[1, 1]]), np.zeros(3, dtype=bool))


@given(SMALL_VOTES)
@settings(max_examples=80, deadline=None)
def test_any_votes_give_an_answer_that_adds_up(table: list[list[int | None]]) -> None:
    votes = votes_of(table)
    out = np.arange(votes.statements) % 3 == 2
    result = polis_groups(votes, out)
    assert (result.group >= 0).sum() == result.group_sizes.sum()
    assert result.totals.sum() == len(votes.rows)
    assert (result.counts.sum(axis=0) <= result.totals).all()
    assert not np.isnan(result.positions).any()
    listed = {one.statement for group in result.representative for one in group}
    assert not listed & set(np.flatnonzero(out).tolist())
    again = polis_groups(votes, out)
    assert np.array_equal(again.group, result.group)


def test_planted_groups_are_found_as_polis_finds_them() -> None:
    votes, group = planted(2, 300, 40, 25)
    result = polis_groups(votes)
    assert result.k == 2
    assert adjusted_rand_index(result.group, group) >= 0.95


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("scoop-hivemind.biodiversity", 0.9),
        ("canadian-electoral-reform", -1.0),
        ("london.youth.policing", -1.0),
    ],
)
def test_biodiversity_comes_out_as_polis_had_it(name: str, least: float) -> None:
    votes, out, group = real(name)
    result = polis_groups(votes, out)
    assert 2 <= result.k <= 5
    assert adjusted_rand_index(result.group, group) >= least


def test_the_order_of_arrival_may_change_the_groups_and_that_is_kept() -> None:
    votes, out, _ = real("canadian-electoral-reform")
    turned = votes.participants - 1 - votes.rows
    back = Votes.of(turned, votes.columns, votes.values, votes.participants, votes.statements)
    one, other = polis_groups(votes, out), polis_groups(back, out)
    assert adjusted_rand_index(one.group, other.group[::-1]) < 1
