"""The reading rule expressed for sets: the first wall. PostgreSQL's policies are the second."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from entente.agreements.rules import NAMED, ORGANISATION
from entente.audit.actors import Actor


def lets_see(
    reader: Actor, at: datetime, participations: "QuerySet[Any]", path: str = "", *, is_public: bool = True
) -> Q:
    """A condition on records that `may_read_record` allows `reader` to read at `at`.

    `participations` are the named persons' rows; `path` leads from the filtered model to the record. What is
    written inside a record is not `is_public` because the record is.
    """
    if reader.actor_kind == "job":
        return Q()
    public = Q(**{f"{path}public_since__lte": at}) if is_public else Q(**{f"{path}pk__in": []})
    if reader.actor_kind != "member":
        return public
    own = Q(**{f"{path}audience": ORGANISATION, f"{path}owner_id": reader.actor_organisation_id})
    named = participations.filter(
        record_id=OuterRef(f"{path}pk"), membership_id=reader.actor_id, since__lte=at
    )
    named = named.filter(Q(until=None) | Q(until__gt=at))
    return public | own | Q(Exists(named), **{f"{path}audience": NAMED})
