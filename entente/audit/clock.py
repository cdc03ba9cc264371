"""The one clock: everything that needs the time asks here, rules are told it as `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from django.utils import timezone

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


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock still at `at`; for the demo's past and for tests."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
