"""Plans of queries that are asked again and again, kept by the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]

SEEN_BEFORE = 1  # a query asked only once is not worth keeping


@contextmanager
def prepared() -> Iterator[None]:
    """Within this block PostgreSQL plans each query once for a connection, not every time it is asked.

    Planning a policy that leads to another table's policy was measured to take ten times as long as
    looking the row up. https://www.psycopg.org/psycopg3/docs/advanced/prepare.html
    """
    connection.ensure_connection()
    wire = connection.connection
    before = wire.cursor_factory, wire.prepare_threshold
    wire.cursor_factory, wire.prepare_threshold = ServerBindingCursor, SEEN_BEFORE
    try:
        yield
    finally:
        wire.cursor_factory, wire.prepare_threshold = before
