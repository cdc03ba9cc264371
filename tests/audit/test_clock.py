"""Working days: Monday to Friday in the city's own time, and none of its holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.audit import clock

FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 15:00 in Marenne


def midnight(day: date) -> datetime:
    """When a winter day begins in Marenne."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("number", "day_after"),
    [(0, 21), (1, 24), (2, 25), (3, 26), (5, 28), (6, 1)],
)
def test_the_end_of_a_working_day_is_the_first_moment_too_late(number: int, day_after: int) -> None:
    month = 12 if day_after == 1 else 11
    if number == 6:  # the sixth is a Monday: it is over when the 1st of December begins
        assert clock.working_days_after(FRIDAY, number) == midnight(date(2026, 12, 1))
    else:
        assert clock.working_days_after(FRIDAY, number) == midnight(date(2026, month, day_after))


def test_the_day_it_begins_on_is_the_citys() -> None:
    """23:30 UTC on Thursday is Friday in Marenne already."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert clock.working_days_after(late, 1) == clock.working_days_after(FRIDAY, 1)
    assert clock.working_days_after(late - timedelta(hours=1), 1) == midnight(date(2026, 11, 21))


def test_a_weekend_counts_as_the_friday_before() -> None:
    for hours in (24, 48):
        assert clock.working_days_after(FRIDAY + timedelta(hours=hours), 1) == midnight(date(2026, 11, 24))


def test_holidays_are_skipped(settings: Any) -> None:
    settings.ENTENTE_HOLIDAYS = frozenset({date(2026, 11, 23), date(2026, 11, 25)})
    assert clock.working_days_after(FRIDAY, 1) == midnight(date(2026, 11, 25))
    assert clock.working_days_after(FRIDAY, 2) == midnight(date(2026, 11, 27))
    assert not clock.is_working_day(date(2026, 11, 23))


def test_a_day_of_the_change_of_time_is_a_whole_day() -> None:
    """The clocks go back on 25 October 2026: Friday to Monday is an hour longer."""
    friday = datetime(2026, 10, 23, 10, tzinfo=UTC)
    assert clock.working_days_after(friday, 1) == datetime(2026, 10, 26, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours_later", "left"),
    [(0, 3), (24, 3), (72, 2), (96, 1), (120, 0), (129 - 1, 0), (129, -1), (153, -2), (8 * 24, -2)],
)
def test_the_days_left_are_counted_after_today(hours_later: int, left: int) -> None:
    """Three working days after Friday are over when Thursday begins."""
    end = clock.working_days_after(FRIDAY, 3)
    assert end == FRIDAY + timedelta(hours=129)
    assert clock.working_days_left(FRIDAY + timedelta(hours=hours_later), end) == left


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.integers(1, 30))
def test_as_many_days_are_left_as_were_given(at: datetime, number: int) -> None:
    end = clock.working_days_after(at, number)
    assert clock.working_days_left(at, end) == number
    assert clock.working_days_after(at, number + 1) > end > at
