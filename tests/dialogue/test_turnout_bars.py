"""Votes by day as bars: every vote is in one bar, days stay in order, time runs as it is read."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from entente.dialogue.turnout_bars import HEIGHT, MOST_BARS, WIDTH, bars

FIRST = date(2026, 3, 1)
by_day = st.dictionaries(st.integers(0, 900), st.integers(0, 5000), min_size=1).map(
    lambda days: [(FIRST + timedelta(days=day), votes) for day, votes in sorted(days.items())]
)


def test_days_without_votes_are_kept_as_gaps() -> None:
    drawn = bars([(FIRST, 4), (FIRST + timedelta(days=2), 8)])
    assert [(bar.first, bar.votes) for bar in drawn] == [
        (FIRST, 4),
        (FIRST + timedelta(days=1), 0),
        (FIRST + timedelta(days=2), 8),
    ]
    assert [bar.height for bar in drawn] == [HEIGHT / 2, 0, HEIGHT]


def test_nothing_is_drawn_of_nothing() -> None:
    assert bars([]) == []
    assert [bar.height for bar in bars([(FIRST, 0)])] == [0]


@given(by_day)
def test_every_vote_is_in_one_bar_and_every_bar_in_the_picture(days: list[tuple[date, int]]) -> None:
    drawn = bars(days)
    assert sum(bar.votes for bar in drawn) == sum(votes for _day, votes in days)
    assert len(drawn) <= MOST_BARS
    assert all(bar.x >= 0 and bar.end <= WIDTH + 0.2 and 0 <= bar.y <= HEIGHT for bar in drawn)
    assert [bar.first for bar in drawn] == sorted(bar.first for bar in drawn)


@given(by_day)
def test_from_the_right_is_the_mirror_image(days: list[tuple[date, int]]) -> None:
    left, right = bars(days), bars(days, from_right=True)
    for one, other in zip(left, right, strict=True):
        assert abs(one.x - (WIDTH - other.end)) < 0.3
