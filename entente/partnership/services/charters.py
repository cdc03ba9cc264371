"""Drafts, opens and signs the versions of a group's charter."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.jobs.queue import defer
from entente.partnership.charter_texts import hash_of, shipped
from entente.partnership.models import Charter, Group, Signature
from entente.partnership.queries.charters import charters, signatures_of, unsigned, versions_of
from entente.partnership.queries.groups import held, places_of
from entente.partnership.rules import charters as rules
from entente.people.models import Member

State = Charter.State
Texts = dict[str, dict[str, str]]


@transaction.atomic
def draft_charter(
    group: Group, *, by: Actor, language: str | None = None, texts: Texts | None = None
) -> Charter:
    """Begin the next version: from the newest one, else from the text that ships. Raises Refused."""
    group = held(group, by)
    versions = versions_of(group, by)
    decision = rules.may_draft_charter(by, group, versions, clock.now()).require()
    newest = versions[0] if versions else None
    charter = Charter(
        group=group,
        number=newest.number + 1 if newest else 1,
        language=language or (newest.language if newest else group.language),
        texts=texts or (newest.texts if newest else shipped()["parts"]),
        made_at=clock.now(),
    )
    details = {"number": charter.number}
    log("partnership.charter_drafted", by=by, about=charter, decision=decision, details=details)
    charter.save(force_insert=True)
    return charter


@transaction.atomic
def edit_charter(charter: Charter, *, by: Actor, texts: Texts, edition: int | None = None) -> Charter:
    """Change parts of a version over the `edition` that was read; other parts and languages stay."""
    charter = _held_charter(charter, by)
    decision = rules.may_edit_charter(by, charter, edition, clock.now()).require()
    merged = {part: {**charter.texts.get(part, {}), **texts.get(part, {})} for part in Charter.Part.values}
    changed = [part for part in merged if merged[part] != charter.texts.get(part, {})]
    if not changed:
        return charter
    charter.texts, charter.edition = merged, charter.edition + 1
    charter.save(update_fields=["texts", "edition"])
    details = {"number": charter.number, "parts": changed}
    log("partnership.charter_edited", by=by, about=charter, decision=decision, details=details)
    return charter


@transaction.atomic
def consult_charter(charter: Charter, *, by: Actor, until: date) -> Charter:
    """Lay a draft before the members until a day. Raises Refused."""
    charter = _held_charter(charter, by)
    decision = rules.may_consult_charter(by, charter, until, clock.now()).require()
    charter.state, charter.consulted_until = State.CONSULTED, until
    charter.save(update_fields=["state", "consulted_until"])
    details = {"number": charter.number, "until": until.isoformat()}
    log("partnership.charter_consulted", by=by, about=charter, decision=decision, details=details)
    return charter


@transaction.atomic
def open_charter(charter: Charter, *, by: Actor, heard: str) -> Charter:
    """Open it for signature as it stands; `heard` says what the consultation changed. Raises Refused."""
    charter = _held_charter(charter, by)
    empty = [
        str(part.label)
        for part in Charter.Part
        if not charter.texts.get(part.value, {}).get(charter.language, "").strip()
    ]
    decision = rules.may_open_charter(by, charter, empty, clock.now()).require()
    charter.state, charter.heard, charter.opened_at = State.OPEN, heard, clock.now()
    charter.text_hash = hash_of(charter.group.reference, charter.number, charter.language, charter.texts)
    charter.save(update_fields=["state", "heard", "opened_at", "text_hash"])
    details = {"number": charter.number, "hash": charter.text_hash}
    log("partnership.charter_opened", by=by, about=charter, decision=decision, details=details)
    defer("partnership.tell_to_sign", charter=str(charter.pk))
    return charter


@transaction.atomic
def sign_charter(charter: Charter, *, by: Member, text_hash: str, reservation: str = "") -> Signature:
    """Sign for one's own organisation what was read; with the last signature it is in force at once.

    Raises Refused.
    """
    charter = _held_charter(charter, by)
    places, signatures = places_of(charter.group, by), signatures_of(charter, by)
    decision = rules.may_sign_charter(by, charter, places, signatures, text_hash, clock.now()).require()
    signature = Signature(
        group=charter.group,
        charter=charter,
        organisation=by.organisation,
        signed_by=by,
        signed_name=by.person.name,
        signed_post=by.title,
        signed_at=clock.now(),
        text_hash=charter.text_hash,
        reservation=reservation,
    )
    details = {
        "number": charter.number,
        "organisation": by.organisation.name,
        "names": by.organisation.names,
        "hash": charter.text_hash,
    }
    log("partnership.charter_signed", by=by, about=signature, decision=decision, details=details)
    signature.save(force_insert=True)
    _bring_into_force(charter, by=by)
    return signature


@transaction.atomic
def withdraw_charter(charter: Charter, *, by: Actor, reason: str) -> Charter:
    """Give a version up that is not in force; signatures under it stay on record. Raises Refused."""
    charter = _held_charter(charter, by)
    decision = rules.may_withdraw_charter(by, charter, clock.now()).require()
    charter.state, charter.reason, charter.ended_at = State.WITHDRAWN, reason, clock.now()
    charter.save(update_fields=["state", "reason", "ended_at"])
    details = {"number": charter.number, "reason": reason}
    log("partnership.charter_withdrawn", by=by, about=charter, decision=decision, details=details)
    return charter


def bring_charters_into_force(group_id: uuid.UUID, *, by: Actor) -> None:
    """After an organisation left: the version that only its signature kept back is in force now."""
    with acting(by):
        group = held(Group(pk=group_id), by)
        for charter in versions_of(group, by):
            if charter.state == State.OPEN:
                _bring_into_force(charter, by=by)


def _bring_into_force(charter: Charter, *, by: Actor) -> None:
    """When every member organisation signed: the version holds, and the one before it no longer."""
    signatures = signatures_of(charter, by)
    missing = unsigned(places_of(charter.group, by), signatures)
    if charter.state != State.OPEN or missing or not signatures:
        return
    charter.state, charter.in_force_at = State.IN_FORCE, clock.now()
    charter.save(update_fields=["state", "in_force_at"])
    for before in versions_of(charter.group, by):
        if before.state == State.IN_FORCE and before.number < charter.number:
            before.state, before.ended_at = State.SUPERSEDED, clock.now()
            before.save(update_fields=["state", "ended_at"])
    decision = allow(rules.ALL_SIGNED)
    details = {"number": charter.number}
    log("partnership.charter_in_force", by=by, about=charter, decision=decision, details=details)


def _held_charter(charter: Charter, by: Actor) -> Charter:
    """The version as it is now, while nobody else changes its group."""
    held(Group(pk=charter.group_id), by)
    return charters(by).get(pk=charter.pk)
