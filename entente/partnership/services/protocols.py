"""Drafts protocols, brings them into use, replaces and withdraws them."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.jobs.queue import defer
from entente.partnership.models import Group, Protocol
from entente.partnership.queries import protocols as queries
from entente.partnership.rules import editing
from entente.partnership.rules import protocols as rules
from entente.partnership.starting_protocols import starting_texts
from entente.people.models import Member
from entente.records.references import new_reference

State = Protocol.State
A_YEAR = timedelta(days=365)
FIELDS = ("title", "purpose", "applies", "roles", "steps")


def _held(protocol: Protocol, by: Member) -> Protocol:
    """The protocol as it is now; nobody else changes it before the transaction ends. Raises Refused."""
    # Who may not change a row can't lock it either: ask first.
    rules.may_keep(by, Protocol.objects.visible_to(by).get(pk=protocol.pk)).require()
    rows = Protocol.objects.visible_to(by).select_for_update(of=("self",))
    return rows.select_related("owner").get(pk=protocol.pk)


@transaction.atomic
def draft_protocol(
    *,
    by: Member,
    kind: str = "",
    language: str = "en",
    texts: dict[str, Any] | None = None,
    starting: str = "",
    group: Group | None = None,
    review_on: date | None = None,
) -> Protocol:
    """Begin a protocol of one's own organisation, from nothing or from one that ships. Raises Refused."""
    decision = rules.may_draft_protocol(by).require()
    protocol = Protocol(
        reference=new_reference("PRO"),
        owner_id=by.organisation_id,
        group=group,
        kind=kind or Protocol.Kind.RESPONSE,
        language=language,
        review_on=review_on or clock.today() + A_YEAR,
        texts={language: texts or {}},
    )
    if starting:
        shipped = starting_texts(starting)
        protocol.kind, protocol.texts = shipped.kind, shipped.texts
    log("partnership.protocol_drafted", by=by, about=protocol, decision=decision, details={"from": starting})
    protocol.save(force_insert=True)
    return protocol


@transaction.atomic
def edit_protocol(
    protocol: Protocol,
    *,
    by: Member,
    language: str,
    texts: dict[str, Any],
    seen: int | None = None,
    review_on: date | None = None,
) -> Protocol:
    """Write a draft's texts in one language; `seen` is the edition somebody began from. Raises Refused."""
    protocol = _held(protocol, by)
    decision = rules.may_edit_protocol(by, protocol).require()
    editing.has_seen(protocol.edition, seen).require()
    kept = {name: texts[name] for name in FIELDS if name in texts}
    protocol.texts = {**protocol.texts, language: {**protocol.texts.get(language, {}), **kept}}
    protocol.review_on = review_on or protocol.review_on
    protocol.edition += 1
    protocol.save(update_fields=["texts", "review_on", "edition"])
    log(
        "partnership.protocol_edited",
        by=by,
        about=protocol,
        decision=decision,
        details={"language": language, "edition": protocol.edition},
    )
    return protocol


@transaction.atomic
def bring_protocol_into_use(protocol: Protocol, *, by: Member) -> Protocol:
    """From now on organisations can adopt it; the version before is replaced, and its adopters are told."""
    protocol = _held(protocol, by)
    decision = rules.may_bring_into_use(by, protocol, clock.today()).require()
    before = Protocol.objects.visible_to(by).filter(family=protocol.family, state=State.IN_USE)
    for other in before.select_for_update(of=("self",)):
        other.state = State.REPLACED
        other.save(update_fields=["state"])
    protocol.state, protocol.in_use_since = State.IN_USE, clock.now()
    protocol.save(update_fields=["state", "in_use_since"])
    log("partnership.protocol_brought_into_use", by=by, about=protocol, decision=decision)
    defer("partnership.tell_adopters", protocol=str(protocol.pk))
    return protocol


@transaction.atomic
def withdraw_protocol(protocol: Protocol, *, by: Member, reason: str) -> Protocol:
    """Take it back for good, with a reason that everybody who could read it reads."""
    protocol = _held(protocol, by)
    decision = rules.may_withdraw_protocol(by, protocol).require()
    protocol.state, protocol.state_reason = State.WITHDRAWN, reason
    protocol.save(update_fields=["state", "state_reason"])
    log(
        "partnership.protocol_withdrawn",
        by=by,
        about=protocol,
        decision=decision,
        details={"reason": reason},
    )
    return protocol


@transaction.atomic
def draft_protocol_version(protocol: Protocol, *, by: Member) -> Protocol:
    """Begin the next version from this one's words. Adopters are told when it is in use."""
    protocol = _held(protocol, by)
    newest = queries.versions_of(protocol.reference, by)[0]
    decision = rules.may_draft_version(by, protocol, newest).require()
    draft = Protocol(
        id=uuid.uuid4(),
        family=protocol.family,
        reference=protocol.reference,
        number=newest.number + 1,
        owner_id=protocol.owner_id,
        group_id=protocol.group_id,
        kind=protocol.kind,
        language=protocol.language,
        texts=protocol.texts,
        review_on=clock.today() + A_YEAR,
    )
    log(
        "partnership.protocol_version_drafted",
        by=by,
        about=draft,
        decision=decision,
        details={"number": draft.number},
    )
    draft.save(force_insert=True)
    return draft


@transaction.atomic
def review_protocol(protocol: Protocol, *, by: Member, next_on: date, outcome: str) -> Protocol:
    """Say that a protocol in use was looked at again and stays as it is, and when that happens next."""
    protocol = _held(protocol, by)
    decision = rules.may_review_protocol(by, protocol, next_on, clock.today()).require()
    protocol.review_on = next_on
    protocol.save(update_fields=["review_on"])
    log(
        "partnership.protocol_reviewed",
        by=by,
        about=protocol,
        decision=decision,
        details={"next_on": next_on.isoformat(), "outcome": outcome},
    )
    return protocol
