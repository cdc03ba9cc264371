"""The one clock: everything that needs the time asks here, rules are told it as `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

SMALLEST = timedelta.resolution  # the last moment of a day is this much before the next
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment in UTC."""
    return _frozen.get() or datetime.now(UTC)


def this_hour() -> datetime:
    """The hour that has begun; for what must not tell the minute."""
    return now().replace(minute=0, second=0, microsecond=0)


def today() -> date:
    """The present day in the city's time zone."""
    return timezone.localdate(now())


def is_working_day(day: date) -> bool:
    """Monday to Friday, and none of the city's holidays."""
    return day.weekday() < 5 and day not in settings.ENTENTE_HOLIDAYS


def working_days_after(at: datetime, number: int) -> datetime:
    """When the `number`th working day after the day of `at` is over: the first moment that is too late.

    Days are the city's, from midnight to midnight; the day of `at` itself never counts.
    """
    day = timezone.localdate(at)
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())).astimezone(UTC)


def working_days_left(at: datetime, end: datetime) -> int:
    """How many working days after today are left until `end`; negative when it is over by so many."""
    day, last = timezone.localdate(at), timezone.localdate(end - SMALLEST)
    return _working_days(day, last) if last >= day else -_working_days(last, day)


def _working_days(after: date, until: date) -> int:
    """Working days after one day, up to and with another."""
    days = (after + timedelta(days=number) for number in range(1, (until - after).days + 1))
    return sum(map(is_working_day, days))


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock still at `at`; for the demo's past and for tests."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
