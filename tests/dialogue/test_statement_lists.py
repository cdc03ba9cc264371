"""The lists of statements hold what they promise, whatever was answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from entente.dialogue.opinion_groups import StatementRule
from entente.dialogue.opinion_groups.statements import (
    Lists,
    false_discovery_adjusted,
    read_statements,
    upper_tail,
)
from entente.dialogue.opinion_groups.votes import Floats, Whole

RULE = StatementRule()
PROBABILITIES = arrays(np.float64, st.integers(0, 30), elements=st.floats(0, 1))
COUNTS = st.tuples(st.integers(1, 5), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.int64, (*shape, 3), elements=st.integers(0, 80))
)


def lists_of(counts: Whole, hidden: Whole | None = None) -> Lists:
    visible = np.ones(counts.shape[1], dtype=bool)
    if hidden is not None:
        visible[hidden] = False
    return read_statements(counts, counts.sum(axis=2).max(axis=1), visible, RULE)


@given(PROBABILITIES)
def test_adjusted_probabilities_are_those_of_the_definition(p: Floats) -> None:
    ranked = np.sort(p)
    least = [min((ranked[j] * len(p) / (j + 1) for j in range(i, len(p))), default=1) for i in range(len(p))]
    expected = {float(value): min(least[i], 1.0) for i, value in reversed(list(enumerate(ranked)))}
    assert false_discovery_adjusted(p).tolist() == pytest.approx([expected[value] for value in p.tolist()])


@given(PROBABILITIES, st.randoms(use_true_random=False))
def test_adjusting_makes_nothing_surer_and_keeps_the_order(p: Floats, random: object) -> None:
    adjusted = false_discovery_adjusted(p)
    assert (adjusted >= p - 1e-12).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= -1e-12).all()
    turned = np.arange(len(p))[::-1]
    assert false_discovery_adjusted(p[turned]).tolist() == adjusted[turned].tolist()


def test_of_what_is_found_by_chance_alone_a_tenth_of_lists_at_most_has_anything() -> None:
    chance = np.random.default_rng(1)
    found = [
        (false_discovery_adjusted(upper_tail(chance.standard_normal(60))) <= RULE.false_share).any()
        for _ in range(2000)
    ]
    assert np.mean(found) <= 0.12


def test_among_what_is_found_a_tenth_is_chance_at_most() -> None:
    chance = np.random.default_rng(2)
    false = []
    for _ in range(500):
        z = chance.standard_normal(60) + np.where(np.arange(60) < 20, 3, 0)
        found = false_discovery_adjusted(upper_tail(z)) <= RULE.false_share
        false.append(found[20:].sum() / max(found.sum(), 1))
    assert np.mean(false) <= RULE.false_share


@given(COUNTS)
@settings(max_examples=150, deadline=None)
def test_nothing_is_listed_that_too_few_have_seen(counts: Whole) -> None:
    lists = lists_of(counts)
    seen = counts.sum(axis=2)
    sizes = seen.max(axis=1)
    needed = np.maximum(10, np.minimum(np.ceil(0.2 * sizes), 50))
    everywhere = set(np.flatnonzero((seen >= needed[:, None]).all(axis=0)).tolist())
    listed = {one.statement for one in lists.bridging} | {one.statement for one in lists.dividing}
    assert listed <= everywhere
    assert set(lists.uncertain) == set(range(counts.shape[1])) - everywhere
    for group, stands in enumerate(lists.stands_for):
        assert all(seen[group, one.statement] >= needed[group] for one in stands)
        assert all(seen[:, one.statement].sum() - seen[group, one.statement] >= 10 for one in stands)


@given(COUNTS)
@settings(max_examples=150, deadline=None)
def test_a_bridge_has_a_majority_on_the_same_side_of_every_group(counts: Whole) -> None:
    lists = lists_of(counts)
    for bridge in lists.bridging:
        side = counts[:, bridge.statement, 0 if bridge.direction == 1 else 1]
        assert (2 * side > counts[:, bridge.statement].sum(axis=1)).all()
        assert bridge.p <= RULE.false_share
        assert bridge.shares == pytest.approx((side / counts[:, bridge.statement].sum(axis=1)).tolist())
    values = [bridge.value for bridge in lists.bridging]
    assert values == sorted(values, reverse=True)
    assert len(values) <= RULE.most_listed


@given(COUNTS)
@settings(max_examples=150, deadline=None)
def test_what_a_group_stands_for_it_says_more_than_half_and_more_than_others(counts: Whole) -> None:
    for group, stands in enumerate(lists_of(counts).stands_for):
        assert len(stands) <= RULE.most_listed
        for one in stands:
            own, others = (
                counts[group, one.statement],
                counts[:, one.statement].sum(axis=0) - counts[group, one.statement],
            )
            side = 0 if one.direction == 1 else 1
            assert 2 * own[side] > own.sum()
            assert (own[side] + 0.5) / (own.sum() + 1) > (others[side] + 0.5) / (others.sum() + 1)
            assert one.effect > 0
            assert one.p <= RULE.false_share


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_a_statement_said_the_other_way_round_is_listed_the_other_way_round(counts: Whole) -> None:
    lists, turned = lists_of(counts), lists_of(counts[..., [1, 0, 2]])
    found = {(one.statement, one.direction, round(one.value, 9)) for one in lists.bridging}
    assert {(one.statement, -one.direction, round(one.value, 9)) for one in turned.bridging} == found


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_the_names_of_groups_change_nothing(counts: Whole) -> None:
    lists, turned = lists_of(counts), lists_of(counts[::-1])
    assert [set(stands) for stands in turned.stands_for] == [set(stands) for stands in lists.stands_for[::-1]]
    assert {one.statement for one in turned.dividing} == {one.statement for one in lists.dividing}


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_what_was_turned_down_is_on_no_list(counts: Whole) -> None:
    lists = lists_of(counts, hidden=np.array([0]))
    listed = {one.statement for one in lists.bridging} | {one.statement for one in lists.dividing}
    assert 0 not in listed | {one.statement for stands in lists.stands_for for one in stands}
    assert 0 not in lists.uncertain
