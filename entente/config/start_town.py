"""`entente start-town`: the first organisation and its first member, in an empty database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from entente.audit.actors import acting, job
from entente.people import services
from entente.people.invitations import links
from entente.people.models import Member, Membership, Organisation

DONE, NOT_EMPTY, NOT_SAID = 0, 1, 2
SOFTWARE = job("entente start-town", None)
Say = Callable[[str], object]


@dataclass
class Wanted:
    """What the command is told; what is missing it asks for."""

    organisation: str = ""
    person: str = ""
    email: str = ""
    language: str = "en"
    kind: str = "municipality"


QUESTIONS = {
    "organisation": "Name of the first organisation, usually the city: ",
    "person": "Name of its coordinator: ",
    "email": "E-mail address of the coordinator: ",
}


def start_town(
    wanted: Wanted, *, shows_link: bool, say: Say = print, ask: Callable[[str], str] = input
) -> int:
    """Make them, and let the coordinator in as `entente invite` does; as the owner.

    Exit codes: 0 done, 1 there is an organisation already, 2 something was not said.
    """
    with acting(SOFTWARE):
        first = Organisation.objects.order_by("name").first()
    if first is not None:
        say(f"{first} is here already, so this town has begun. Nothing was changed.")
        say("To let a member in, use: entente invite ADDRESS")
        return NOT_EMPTY
    for name, question in QUESTIONS.items():
        if not getattr(wanted, name):
            setattr(wanted, name, _answer(ask, question))
    wrong = what_is_wrong(wanted)
    if wrong:
        say(f"{wrong} Nothing was changed.")
        return NOT_SAID
    member = _make(wanted)
    _let_in(member, say, shows_link=shows_link)
    return DONE


def _answer(ask: Callable[[str], str], question: str) -> str:
    try:
        return ask(question).strip()
    except EOFError:
        return ""


def what_is_wrong(wanted: Wanted) -> str:
    """Why nothing can be made of it; empty when something can."""
    if not any(sign.isalnum() for sign in wanted.organisation) or len(wanted.organisation) > 200:
        return "The organisation needs a name of at most 200 characters."
    if not any(sign.isalnum() for sign in wanted.person) or len(wanted.person) > 200:
        return "The coordinator needs a name of at most 200 characters."
    try:
        validate_email(wanted.email)
    except ValidationError:
        return f"“{wanted.email}” is not an e-mail address."
    return ""


def slug_of(name: str) -> str:
    """A short name for addresses, from Latin letters; any other script gives `first`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "first"


@transaction.atomic
def _make(wanted: Wanted) -> Member:
    with acting(SOFTWARE):
        organisation = services.add_organisation(
            by=SOFTWARE, slug=slug_of(wanted.organisation), name=wanted.organisation, kind=wanted.kind
        )
        return services.add_member(
            organisation,
            by=SOFTWARE,
            name=wanted.person,
            email=wanted.email,
            role=Membership.Role.COORDINATOR,
            languages=[wanted.language],
        )


def _let_in(member: Member, say: Say, *, shows_link: bool) -> None:
    with acting(SOFTWARE):
        account = services.invite_member(member, by=SOFTWARE, is_mailed=not shows_link)
        say(f"{member.organisation} is here, and {member.person} coordinates it.")
        if shows_link:
            say(links.address(account))
        else:
            say(f"The invitation goes to {account.email} as soon as the worker runs.")
    say("After signing in, the page /staff/start/ leads through the first afternoon.")
