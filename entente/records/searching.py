"""Records found by words, without the text index telling what somebody may not see."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from entente.audit.actors import Actor, begin
from entente.records.models import SearchText
from entente.records.words import as_query, searched

MOST_WORDS = 8


class Said(NamedTuple):
    """A condition on records, and whether so few have the words that they are best looked up first."""

    condition: Q
    is_rare: bool


def saying(words: str, reader: Actor) -> Said:
    """Records that have every one of `words`, in any language; none when there is nothing to look for.

    Rare words are found by the index, those that are everywhere by looking at each record that is asked for.
    """
    wanted = searched(words)[:MOST_WORDS]
    if not wanted:
        return Said(Q(pk__in=[]), is_rare=True)
    query = as_query(wanted)
    begin(reader)
    found = _found(query)
    if None not in found:
        return Said(Q(pk__in=found), is_rare=True)
    texts = SearchText.objects.visible_to(reader).annotate(said=SearchVector("words", config="simple"))
    has_words = texts.filter(
        record_id=OuterRef("pk"), said=SearchQuery(query, config="simple", search_type="raw")
    )
    return Said(Q(Exists(has_words)), is_rare=False)


def _found(query: str) -> set[uuid.UUID | None]:
    """Ids from the database's own search, which asks the policy inside; a null for words that are common."""
    with connection.cursor() as cursor:
        cursor.execute("select authz.found(to_tsquery('simple', %s))", [query])
        return {row[0] for row in cursor.fetchall()}
