"""Asks organisations whether their entry is still right, and takes their answer."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow, refuse
from entente.audit.services import log
from entente.delivery.services import send
from entente.jobs.queue import defer
from entente.people.models import Confirmation, Entry, Membership, Organisation
from entente.people.queries.directory import due_since, open_question
from entente.people.rules import directory as may
from entente.people.services.entries import apply_values, held_entry, keep_entry

LASTS = timedelta(days=30)
DUE = _("Every entry is asked about when ninety days have passed, and once more after fourteen.")
WENT_UNANSWERED = _("The organisation was asked twice and did not answer.")
NOBODY_TO_ASK = _("Ninety days have passed, and the entry has no address to ask.")
USED = _("This link was used already.")


@transaction.atomic
def ask_for_confirmation(entry: Entry, *, by: Actor, language: str = "") -> Confirmation:
    """Mail the organisation a link to its entry, which it confirms or corrects without an account.

    The worker makes the link, so that no row a colleague can read ever holds it. Raises Refused.
    """
    may.may_ask_for_confirmation(by, entry, open_question(entry, by)).require()
    entry = held_entry(entry, by)
    decision = may.may_ask_for_confirmation(by, entry, open_question(entry, by)).require()
    asked_by = by.organisation if isinstance(by, Membership) else None
    return _ask(entry, by=by, asked_by=asked_by, language=language, decision=decision)


def _ask(
    entry: Entry, *, by: Actor, asked_by: Organisation | None, language: str, decision: Any
) -> Confirmation:
    confirmation = Confirmation(
        entry=entry,
        address=entry.email,
        language=language or entry.language,
        asked_at=clock.now(),
        asked_by=asked_by,
    )
    entry.asked_at, entry.unanswered = clock.now(), entry.unanswered + 1
    log("people.confirmation_asked", by=by, about=entry, decision=decision)
    confirmation.save(force_insert=True)
    entry.save(update_fields=["asked_at", "unanswered"])
    defer("people.send_confirmation", confirmation=str(confirmation.pk))
    return confirmation


def send_confirmation(confirmation_id: uuid.UUID, *, by: Actor) -> None:
    """Mail one question with its link; nothing when it went already or the entry was archived meanwhile."""
    with acting(by):
        rows = Confirmation.objects.visible_to(by).select_for_update(of=("self",))
        confirmation = rows.select_related("entry__organisation", "entry__keeper").get(pk=confirmation_id)
        entry = confirmation.entry
        if confirmation.sent_at is not None or entry.state == Entry.State.ARCHIVED:
            return
        token = secrets.token_urlsafe(32)
        confirmation.token_hash = hashlib.sha256(token.encode()).hexdigest()
        confirmation.sent_at, confirmation.until = clock.now(), clock.now() + LASTS
        confirmation.save(update_fields=["token_hash", "sent_at", "until"])
        log("people.confirmation_sent", by=by, about=entry, decision=allow(DUE))
        with override(confirmation.language):
            page = reverse("people_public:confirm_entry", args=[token])
            context = {
                "link": f"{settings.ENTENTE_ADDRESS}{page}",
                "organisation": str(entry.organisation),
                "keeper": str(entry.keeper),
                "until": confirmation.until,
                "city_name": settings.ENTENTE_CITY_NAME,
            }
        send(
            "people/confirmation",
            to=confirmation.address,
            language=confirmation.language,
            by=by,
            message_id=confirmation.pk,
            context=context,
        )


@transaction.atomic
def confirm_entry(
    entry: Entry,
    *,
    by: Actor,
    seen: int | None = None,
    language: str = "",
    values: dict[str, Any] | None = None,
) -> Entry:
    """The organisation says that its entry is right, as it stands or with the corrections in `values`.

    A link is spent with that. Raises Refused or ChangedMeanwhile.
    """
    may.may_confirm_entry(by, entry, clock.now()).require()
    confirmation = _own_question(by)
    entry = held_entry(entry, by)
    decision = may.may_confirm_entry(by, entry, clock.now()).require()
    values = values or {}
    wanted = values.get("languages", entry.languages)
    may.may_change_entry(by, entry, languages=wanted, at=clock.now()).require()
    change = apply_values(entry, by=by, seen=seen, language=language, values=values)
    entry.confirmed_at, entry.asked_at, entry.unanswered = clock.now(), None, 0
    if entry.state == Entry.State.STALE:
        entry.state = Entry.State.VERIFIED if entry.verified_at else Entry.State.DRAFT
    details = {"fields": list(change.fields) if change else []}
    log("people.entry_confirmed", by=by, about=entry, decision=decision, details=details)
    keep_entry(entry, change, "confirmed_at", "asked_at", "unanswered", "state")
    if confirmation is not None:
        confirmation.answered_at, confirmation.is_corrected = clock.now(), change is not None
        confirmation.save(update_fields=["answered_at", "is_corrected"])
    return entry


def _own_question(by: Actor) -> Confirmation | None:
    """The question that whoever holds a link answers, locked; None for a member, who needs no link."""
    if by.actor_kind != "confirmation":
        return None
    confirmation = Confirmation.objects.visible_to(by).select_for_update(of=("self",)).get()
    if confirmation.answered_at is not None:
        raise refuse(USED).as_refusal()
    return confirmation


@transaction.atomic
def ask_again(entry_id: uuid.UUID, *, by: Actor) -> None:
    """Ask about an entry whose time has come, or let it go stale; does nothing when it has not."""
    at = clock.now()
    entry = (
        due_since(at, by)
        .select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=entry_id)
        .first()
    )
    if entry is None:
        return
    if entry.email and entry.unanswered < 2:
        last = Confirmation.objects.visible_to(by).filter(entry_id=entry.pk)
        known = last.order_by("-asked_at").values_list("language", flat=True).first()
        _ask(entry, by=by, asked_by=None, language=known or "", decision=allow(DUE))
        return
    entry.state = Entry.State.STALE
    why = allow(WENT_UNANSWERED if entry.email else NOBODY_TO_ASK)
    log("people.entry_went_stale", by=by, about=entry, decision=why)
    entry.save(update_fields=["state"])
