"""Whom to ring in an organisation, and who stands in for whom."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.people.listing import ON_CONTACT, NewContact
from entente.people.models import Contact, Entry, Organisation
from entente.people.rules import directory as may
from entente.people.search_words import search_words
from entente.people.services.adding import new_contact

EDITABLE = {*ON_CONTACT, "state", "back_on"}
KEPT = timedelta(days=365)
GONE = _("A post is forgotten a year after somebody left it.")


def _entry_of(organisation: Organisation, by: Actor) -> Entry | None:
    return Entry.objects.visible_to(by).filter(organisation_id=organisation.pk).first()


def _held(contact: Contact, by: Actor) -> Contact:
    rows = Contact.objects.visible_to(by).select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=contact.pk)


def _present(organisation: Organisation, by: Actor) -> list[Contact]:
    rows = Contact.objects.visible_to(by).filter(organisation_id=organisation.pk)
    return list(rows.exclude(state=Contact.State.LEFT).order_by("place", "added_at", "pk"))


@transaction.atomic
def add_contact(organisation: Organisation, new: NewContact, *, by: Actor) -> Contact:
    """Name a post; it comes last among those who stand in. Raises Refused."""
    entry = _entry_of(organisation, by)
    decision = may.may_write_contacts(by, organisation, entry, clock.now()).require()
    last = max((row.place for row in _present(organisation, by)), default=0)
    contact = new_contact(new, organisation, last + 1)
    log("people.contact_added", by=by, about=contact, decision=decision)
    contact.save(force_insert=True)
    return contact


@transaction.atomic
def edit_contact(contact: Contact, *, by: Actor, **values: Any) -> Contact:
    """Correct a post, or say that somebody is on leave or back. Raises Refused."""
    entry = _entry_of(contact.organisation, by)
    may.may_edit_contact(by, contact, entry, clock.now()).require()
    contact = _held(contact, by)
    decision = may.may_edit_contact(by, contact, entry, clock.now()).require()
    changed = [name for name in sorted(EDITABLE & values.keys()) if getattr(contact, name) != values[name]]
    if not changed:
        return contact
    for name in changed:
        setattr(contact, name, values[name])
    if contact.state != Contact.State.ON_LEAVE:
        contact.back_on = None
    contact.words = search_words([contact.name, contact.post, *contact.posts.values()])
    log("people.contact_edited", by=by, about=contact, decision=decision, details={"fields": changed})
    contact.save(update_fields=[*{*changed, "back_on", "words"}])
    return contact


@transaction.atomic
def order_contacts(organisation: Organisation, order: Sequence[uuid.UUID], *, by: Actor) -> list[Contact]:
    """Say who is rung first and who stands in; whoever is not named comes after, as before."""
    entry = _entry_of(organisation, by)
    decision = may.may_write_contacts(by, organisation, entry, clock.now()).require()
    wanted = {pk: place for place, pk in enumerate(order)}
    present = sorted(_present(organisation, by), key=lambda row: (wanted.get(row.pk, len(wanted)), row.place))
    moved = []
    for place, contact in enumerate(present, 1):
        if contact.place != place:
            contact.place = place
            moved.append(contact)
    if moved:
        log("people.contacts_ordered", by=by, about=entry or organisation, decision=decision)
        Contact.objects.visible_to(by).bulk_update(moved, ["place"])
    return present


@transaction.atomic
def end_contact(contact: Contact, *, by: Actor) -> Contact:
    """Somebody left the post: nobody rings them any more, and whoever stood in moves up. Raises Refused."""
    entry = _entry_of(contact.organisation, by)
    may.may_edit_contact(by, contact, entry, clock.now()).require()
    contact = _held(contact, by)
    decision = may.may_edit_contact(by, contact, entry, clock.now()).require()
    contact.state, contact.left_at = Contact.State.LEFT, clock.now()
    log("people.contact_ended", by=by, about=contact, decision=decision)
    contact.save(update_fields=["state", "left_at"])
    order_contacts(contact.organisation, [], by=by)
    return contact


@transaction.atomic
def forget_contacts(*, by: Actor) -> int:
    """Forget who left their post more than a year ago; returns how many."""
    gone = Contact.objects.visible_to(by).filter(state=Contact.State.LEFT, left_at__lt=clock.now() - KEPT)
    if not gone.exists():
        return 0
    log("people.contacts_forgotten", by=by, about=None, decision=allow(GONE))
    return gone.delete()[0]
