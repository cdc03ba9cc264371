"""Organisations with somebody who may bind them, in a copy of the city of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.test import Client

from entente.agreements import services
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category, Purpose
from entente.audit.actors import Credential, acting, job
from entente.people import services as people
from entente.people.models import Account, Member, Membership, Organisation
from entente.people.session_store import SessionStore

SET_UP = job("set-up", None)
Role = Membership.Role


@dataclass
class Signatories:
    """The city keeps the agreement; the police and a youth house are parties; the harbour is none."""

    amina: Member
    claire: Member
    helene: Member
    police: Member
    constable: Member
    youth: Member
    harbour: Member
    sessions: dict[Any, str] = field(default_factory=dict)

    def client(self, member: Member) -> Client:
        """A browser in which this member signed in."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.session(member)
        return client

    def session(self, member: Member) -> str:
        """The key of a strong session of this member."""
        if member.pk not in self.sessions:
            with transaction.atomic():
                account = Account.objects.get(person_id=member.person_id)
            store = SessionStore()
            store[SESSION_KEY] = str(account.pk)
            store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            store[HASH_SESSION_KEY] = account.get_session_auth_hash()
            store["signed_in_with"] = "demo"
            store.create()
            self.sessions[member.pk] = store.session_key or ""
        return self.sessions[member.pk]


def signatories(connected_as: Callable[[str], str]) -> Signatories:
    """The people of these tests. The owner's connection acts as whoever it says."""
    connected_as("entente_owner")
    with acting(SET_UP):
        rows = Membership.objects.select_related("person", "organisation")
        found = {row.person.name.split()[0].lower(): row for row in rows}
        police, youth = found["radu"].organisation, found["tomas"].organisation
        people_of_city = {name: found[name] for name in ("amina", "claire", "helene")}
    made = {
        "police": _added(police, "Piet Smit", Role.OFFICER),
        "youth": _added(youth, "Ada Olsen", Role.COORDINATOR),
        "harbour": _added(found["peter"].organisation, "Ines Costa", Role.COORDINATOR),
    }
    every = {**people_of_city, **made, "constable": found["radu"]}
    for member in every.values():
        member.credential = Credential("member", str(member.pk))
    return Signatories(**every)


def _added(organisation: Organisation, name: str, role: str) -> Member:
    email = f"{name.split(maxsplit=1)[0].lower()}@{organisation.slug}.example"
    member = people.add_member(organisation, by=SET_UP, name=name, email=email, role=role)
    people.open_account(member, by=SET_UP, language="en")
    return member


def drafted(who: Signatories, *, clauses: bool = True) -> Agreement:
    """A draft between the city and the police, with one clause each way and one that holds in the interim."""
    agreement = services.draft_agreement(
        by=who.amina, title="Return and support", kind=Agreement.Kind.SHARING
    )
    for member in (who.amina, who.police):
        services.add_party(agreement, by=who.amina, organisation=member.organisation)
    if clauses:
        city, police = who.amina.organisation, who.police.organisation
        clause(agreement, who, giving=city, receiving=police, category=Category.PLAN)
        clause(agreement, who, giving=police, receiving=city, category=Category.POLICE)
        clause(
            agreement,
            who,
            giving=city,
            receiving=police,
            category=Category.COORDINATION,
            holds_in_interim=True,
        )
    return agreement


def clause(agreement: Agreement, who: Signatories, **terms: Any) -> Any:
    """Add a clause as the keeper."""
    city, police = who.amina.organisation, who.police.organisation
    given: dict[str, Any] = {
        "purpose": Purpose.PREPARE_RETURN,
        "category": Category.HOUSING,
        "giving": city,
        "receiving": police,
    }
    return services.add_clause(agreement, by=who.amina, **{**given, **terms})


def in_force(who: Signatories) -> Agreement:
    """The same, signed by both and in force."""
    agreement = drafted(who)
    services.sign_agreement(agreement, by=who.helene)
    services.sign_agreement(agreement, by=who.police)
    return services.bring_into_force(agreement, by=who.amina)
