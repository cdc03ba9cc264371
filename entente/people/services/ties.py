"""What organisations have to do with each other: noted, and ended."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.services import log
from entente.people.models import Entry, Membership, Organisation, Tie
from entente.people.rules import directory as may
from entente.people.vocabulary import TieKind


@transaction.atomic
def tie_organisations(
    one: Organisation,
    other: Organisation,
    *,
    by: Actor,
    kind: str,
    since: date | None = None,
    noted_by: Organisation | None = None,
) -> Tie:
    """Note that `one` works with, refers to, funds, trains or hosts `other`. Raises Refused."""
    entries = list(Entry.objects.visible_to(by).filter(organisation__in=[one, other]))
    known = Tie.objects.visible_to(by).filter(kind=kind, ended_on=None, one=one, other=other)
    is_known = known.exists()
    if kind == TieKind.WORKS_WITH and not is_known:  # it goes both ways
        is_known = Tie.objects.visible_to(by).filter(kind=kind, ended_on=None, one=other, other=one).exists()
    decision = may.may_tie_organisations(by, one, other, entries, is_known=is_known).require()
    noted = by.organisation if isinstance(by, Membership) else noted_by or one
    tie = Tie(one=one, other=other, kind=kind, since=since or clock.today(), noted_by=noted)
    details = {"one": one.name, "other": other.name, "kind": kind}
    log("people.organisations_tied", by=by, about=tie, decision=decision, details=details)
    tie.save(force_insert=True)
    return tie


@transaction.atomic
def untie(tie: Tie, *, by: Actor) -> Tie:
    """It is no longer so, from today on. Raises Refused."""
    decision = may.may_untie(by, tie, clock.now()).require()
    tie = Tie.objects.visible_to(by).select_for_update(of=("self",)).get(pk=tie.pk)
    may.may_untie(by, tie, clock.now()).require()
    tie.ended_on = clock.today()
    log("people.organisations_untied", by=by, about=tie, decision=decision)
    tie.save(update_fields=["ended_on"])
    return tie
