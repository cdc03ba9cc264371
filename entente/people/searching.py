"""Entries of the directory found by words, without the index telling what somebody may not see."""

from __future__ import annotations

import uuid

from django.db import connection

from entente.audit.actors import Actor, begin
from entente.people.search_words import searched

MOST_WORDS = 6


def found_entries(words: str, reader: Actor) -> dict[uuid.UUID, float] | None:
    """How close each entry comes that says all of `words`, in itself or in a post the reader may ring.

    None when there is nothing to look for. The database's own search asks inside who may ring whom; a typing
    error is forgiven.
    """
    wanted = searched(words)[:MOST_WORDS]
    if not wanted:
        return None
    begin(reader)
    with connection.cursor() as cursor:
        cursor.execute("select entry, closeness from authz.found_entries(%s)", [wanted])
        return dict(cursor.fetchall())
