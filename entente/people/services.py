"""Every change to who is who."""

from __future__ import annotations

from django.db import transaction

from entente.audit.actors import Actor
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.people.models import Account, Area, Membership, Organisation, Person

SET_UP = "Whoever runs the server sets up organisations and persons."


@transaction.atomic
def add_organisation(
    *, by: Actor, slug: str, name: str, kind: str, names: dict[str, str] | None = None
) -> Organisation:
    """Make an organisation known."""
    organisation = Organisation(slug=slug, name=name, kind=kind, names=names or {})
    log("people.organisation_added", by=by, about=organisation, decision=allow(SET_UP))
    organisation.save(force_insert=True)
    return organisation


@transaction.atomic
def add_area(*, by: Actor, slug: str, name: str, names: dict[str, str] | None = None) -> Area:
    """Make a district known."""
    area = Area(slug=slug, name=name, names=names or {})
    log("people.area_added", by=by, about=area, decision=allow(SET_UP))
    area.save(force_insert=True)
    return area


@transaction.atomic
def add_member(
    organisation: Organisation,
    *,
    by: Actor,
    name: str,
    email: str,
    role: str,
    title: str = "",
    titles: dict[str, str] | None = None,
    languages: list[str] | None = None,
) -> Membership:
    """Let a person act for an organisation."""
    person = Person(name=name, email=email, languages=languages or [])
    member = Membership(person=person, organisation=organisation, role=role, title=title, titles=titles or {})
    log("people.member_added", by=by, about=member, decision=allow(SET_UP))
    person.save(force_insert=True)
    member.save(force_insert=True)
    return member


@transaction.atomic
def open_account(member: Membership, *, by: Actor, language: str) -> Account:
    """Let a member sign in, once they set up a passkey or a code. The address is the person's."""
    account = Account(person=member.person, email=member.person.email.lower(), language=language)
    account.set_unusable_password()
    log("people.account_opened", by=by, about=account, decision=allow(SET_UP))
    account.save(force_insert=True)
    return account
