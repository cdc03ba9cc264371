"""What each way of coming in answered, and where it differs from the headline."""

from __future__ import annotations

import numpy as np
import pytest

from entente.dialogue.opinion_groups import StratumView, Votes, by_stratum, find_groups
from entente.dialogue.opinion_groups.votes import Bools
from tests.dialogue.planted_votes import planted

NAMES = ("letter", "hosted", "open", "imported")


def voices(letter: int, hosted: int, open_web: int) -> tuple[Votes, np.ndarray, Bools]:
    """Everybody agrees with 0; letters are torn about 1, which hosted rooms turn down and the web cheers."""
    people = letter + hosted + open_web
    stratum = np.repeat([0, 1, 2], [letter, hosted, open_web]).astype(np.int8)
    table = np.ones((people, 9), dtype=np.int64)
    table[:, 2:] = np.random.default_rng(1).choice([-1, 1], (people, 7))
    table[:, 1] = np.where(stratum == 0, np.arange(people) % 2 * 2 - 1, np.where(stratum == 1, -1, 1))
    rows, columns = (part.ravel() for part in np.indices(table.shape))
    return Votes.of(rows, columns, table.ravel(), people, 9), stratum, stratum < 2


def seen(views: tuple[StratumView, ...]) -> dict[str, StratumView]:
    return {view.stratum: view for view in views}


def test_each_stratum_has_its_counts_and_its_place_in_the_groups() -> None:
    votes, group = planted(2, 300, 30, 20)
    stratum = (np.arange(300) % 3).astype(np.int8)
    headline = stratum < 2
    result = find_groups(votes, headline=headline)
    views = by_stratum(votes, result, stratum, NAMES, headline=headline)
    assert [view.stratum for view in views] == ["letter", "hosted", "open"]
    assert np.sum([view.counts for view in views[:2]], axis=0).tolist() == result.totals.tolist()
    assert [view.people for view in views] == [100, 100, 100]
    assert all(view.group_sizes.sum() == view.eligible for view in views)
    assert np.sum([view.group_sizes for view in views[:2]], axis=0).tolist() == result.group_sizes.tolist()
    assert views[2].counts.sum() == (np.isin(votes.rows, np.flatnonzero(stratum == 2))).sum()
    assert group.shape == (300,)


def test_what_a_stratum_answers_differently_stands_out() -> None:
    votes, stratum, headline = voices(60, 40, 50)
    views = seen(by_stratum(votes, find_groups(votes, headline=headline), stratum, NAMES, headline=headline))
    web = next(one for one in views["open"].stands_out if one.statement == 1)
    # 30 of 100 headline people agree: half of the letters, nobody in the rooms.
    assert (web.direction, web.share, web.rest) == (1, 1.0, 0.3)
    assert web.p < 0.001
    # Rooms are compared with letters alone: nobody is on both sides.
    room = views["hosted"].stands_out[0]
    assert (room.statement, room.direction, room.share, room.rest) == (1, -1, 1.0, 0.5)
    assert all(one.statement != 0 for view in views.values() for one in view.stands_out)


def test_a_difference_by_chance_does_not_stand_out() -> None:
    chance = np.random.default_rng(4)
    found = 0
    for _ in range(40):
        table = chance.choice([-1, 1], (200, 20))
        rows, columns = (part.ravel() for part in np.indices(table.shape))
        votes = Votes.of(rows, columns, table.ravel(), 200, 20)
        stratum = np.repeat([0, 2], 100).astype(np.int8)
        result = find_groups(votes, headline=stratum == 0)
        views = by_stratum(votes, result, stratum, NAMES, headline=stratum == 0)
        found += any(view.stands_out for view in views)
    assert found <= 6


def test_a_stratum_that_is_the_whole_headline_differs_from_nobody() -> None:
    votes, stratum, _ = voices(60, 0, 0)
    (view,) = by_stratum(votes, find_groups(votes), stratum, NAMES)
    assert view.stands_out == ()
    assert view.people == 60


def test_nine_people_are_counted_and_nothing_is_told_of_them() -> None:
    votes, stratum, headline = voices(60, 30, 9)
    views = seen(by_stratum(votes, find_groups(votes, headline=headline), stratum, NAMES, headline=headline))
    assert views["open"].people == 9
    assert views["open"].eligible == 0
    assert views["open"].counts.sum() == 0
    assert views["open"].group_sizes.sum() == 0
    assert views["open"].stands_out == ()
    assert views["letter"].counts.sum() > 0


def test_nine_people_are_not_told_by_taking_the_rest_away() -> None:
    votes, stratum, headline = voices(60, 9, 30)
    views = seen(by_stratum(votes, find_groups(votes, headline=headline), stratum, NAMES, headline=headline))
    assert views["hosted"].counts.sum() == 0
    assert views["letter"].counts.sum() == 0  # all of the headline less these would be the nine
    assert views["open"].counts.sum() > 0


def test_two_small_strata_that_make_ten_together_hide_each_other() -> None:
    votes, _, _ = voices(60, 0, 0)
    stratum = np.repeat([0, 1, 2], [48, 6, 6]).astype(np.int8)
    views = seen(by_stratum(votes, find_groups(votes), stratum, NAMES))
    assert views["letter"].counts.sum() > 0
    assert views["hosted"].counts.sum() == views["open"].counts.sum() == 0


def test_a_statement_that_nine_have_seen_does_not_stand_out() -> None:
    votes, stratum, headline = voices(60, 40, 50)
    web_late = (stratum[votes.rows] == 2) & (votes.columns == 1) & (votes.rows >= 109)
    kept = ~web_late
    fewer = Votes.of(votes.rows[kept], votes.columns[kept], votes.values[kept], 150, 9)
    result = find_groups(fewer, headline=headline)
    views = seen(by_stratum(fewer, result, stratum, NAMES, headline=headline))
    assert views["open"].counts[1].sum() == 9
    assert all(one.statement != 1 for one in views["open"].stands_out)


def test_hidden_statements_and_people_of_no_stratum_count_for_nothing() -> None:
    votes, stratum, headline = voices(60, 40, 50)
    hidden = np.arange(9) == 1
    stratum[-1] = -1
    result = find_groups(votes, hidden=hidden, headline=headline)
    views = seen(by_stratum(votes, result, stratum, NAMES, hidden=hidden, headline=headline))
    assert views["open"].people == 49
    assert views["open"].counts[1].sum() == 0
    assert views["open"].stands_out == ()


def test_a_dialogue_without_statements_has_no_strata() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    votes = Votes.of(nothing, nothing, nothing, 5, 0)
    assert by_stratum(votes, find_groups(votes), np.zeros(5, dtype=np.int8), NAMES) == ()


def test_large_tables_are_counted_in_pieces_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, stratum, headline = voices(60, 40, 50)
    result = find_groups(votes, headline=headline)
    whole = by_stratum(votes, result, stratum, NAMES, headline=headline)
    monkeypatch.setattr("entente.dialogue.opinion_groups.strata.VOTES_AT_ONCE", 77)
    pieces = by_stratum(votes, result, stratum, NAMES, headline=headline)
    assert [view.counts.tolist() for view in pieces] == [view.counts.tolist() for view in whole]
    assert [view.stands_out for view in pieces] == [view.stands_out for view in whole]
