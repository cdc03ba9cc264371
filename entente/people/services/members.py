"""Every change to organisations, members, accounts and seats."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import allow, refuse
from entente.audit.services import log
from entente.delivery.queries import is_queued
from entente.delivery.services import send
from entente.jobs.queue import defer
from entente.keys.fields import keystore
from entente.people import rules
from entente.people.invitations import links
from entente.people.models import (
    Account,
    Area,
    Attempt,
    Member,
    Membership,
    Organisation,
    Person,
    Seat,
    Session,
    TaskForce,
)
from entente.people.queries import has_factor
from entente.people.rate_limits import day_key_id
from entente.people.session_store import SessionStore

SET_UP = _("Whoever runs the server sets up organisations and persons.")
DAYS_LOOKED_BACK = 8  # a worker may have been away for a week
ASKED_FOR = _("The invitation was asked for by somebody who may.")


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
    """Make a district known. Raises Refused."""
    decision = rules.may_add_area(by).require()
    area = Area(slug=slug, name=name, names=names or {})
    log("people.area_added", by=by, about=area, decision=decision)
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


@transaction.atomic
def add_task_force(*, by: Actor, slug: str, name: str, names: dict[str, str] | None = None) -> TaskForce:
    """Make a task force known. It has no members yet. Raises Refused."""
    decision = rules.may_name_task_force(by).require()
    force = TaskForce(slug=slug, name=name, names=names or {}, since=clock.now())
    log("people.task_force_added", by=by, about=force, decision=decision)
    force.save(force_insert=True)
    return force


@transaction.atomic
def rename_task_force(force: TaskForce, *, by: Actor, name: str, names: dict[str, str]) -> TaskForce:
    """Call a task force otherwise. Raises Refused."""
    decision = rules.may_name_task_force(by).require()
    force.name, force.names = name, names
    log("people.task_force_renamed", by=by, about=force, decision=decision)
    force.save(update_fields=["name", "names"])
    return force


@transaction.atomic
def end_task_force(force: TaskForce, *, by: Actor) -> TaskForce:
    """End a task force: from this second on nobody sits in it. Raises Refused."""
    decision = rules.may_name_task_force(by).require()
    force.ended_at = clock.now()
    log("people.task_force_ended", by=by, about=force, decision=decision)
    force.save(update_fields=["ended_at"])
    return force


@transaction.atomic
def seat_member(task_force: TaskForce, member: Member, *, by: Actor) -> Seat:
    """Give a member a place in a task force, from this second on. Raises Refused."""
    at = clock.now()
    begin(by)
    lasting = Seat.objects.filter(Q(until=None) | Q(until__gt=at), task_force=task_force, membership=member)
    decision = rules.may_take_seat(by, member, task_force, is_seated=lasting.exists(), at=at).require()
    seat = Seat(task_force=task_force, membership=member, since=at)
    log("people.member_seated", by=by, about=seat, decision=decision, details={"task_force": task_force.slug})
    seat.save(force_insert=True)
    return seat


@transaction.atomic
def end_seat(seat: Seat, *, by: Actor) -> Seat:
    """Take a member's place in a task force away, from this second on. Raises Refused."""
    begin(by)
    seat = Seat.objects.select_related("membership", "task_force").get(pk=seat.pk)
    decision = rules.may_end_seat(by, seat, clock.now()).require()
    seat.until = clock.now()
    seat.save(update_fields=["until"])
    details = {"task_force": seat.task_force.slug}
    log("people.seat_ended", by=by, about=seat, decision=decision, details=details)
    return seat


@transaction.atomic
def invite_member(member: Member, *, by: Actor, is_mailed: bool = True) -> Account:
    """Let a member in: the worker mails a link that opens their account once, within a day.

    The worker makes the link, so that no row a colleague can read ever holds it. Opens the account
    when there is none yet. Raises Refused.
    """
    account = Account.objects.filter(person_id=member.person_id).first()
    known = account is not None and has_factor(account)
    decision = rules.may_invite_member(by, member, clock.now(), has_factor=known).require()
    if account is None:
        account = open_account(member, by=by, language=_language_of(member.person))
    log("people.member_invited", by=by, about=member, decision=decision)
    if is_mailed:
        defer("people.send_invitation", account=str(account.pk), message=str(uuid.uuid4()))
    return account


def _language_of(person: Person) -> str:
    spoken = [code for code in person.languages if code in dict(settings.LANGUAGES)]
    return spoken[0] if spoken else settings.LANGUAGE_CODE


@transaction.atomic
def ask_for_link(account: Account, *, by: Actor) -> None:
    """Mail somebody who has a password and nothing else a new link to go on with. Raises Refused."""
    decision = rules.may_ask_for_link(account, has_factor=has_factor(account)).require()
    log("people.link_asked_for", by=by, about=account, decision=decision)
    defer("people.send_invitation", account=str(account.pk), message=str(uuid.uuid4()))


def send_invitation(account_id: uuid.UUID, *, by: Actor, message_id: uuid.UUID) -> None:
    """Mail the link of an invitation, in the account's language; nothing once the membership ended.

    The message's id is given with the job: killed after it wrote the message, it writes none again.
    """
    with acting(by):
        if is_queued(message_id, by):
            return
        account = Account.objects.get(pk=account_id)
        lasting = Q(ended_at=None) | Q(ended_at__gt=clock.now())
        member = Membership.objects.filter(lasting, person_id=account.person_id).first()
        if member is None or not account.is_active:
            return
        context = {"link": links.address(account), "organisation": member.organisation}
        context["city_name"] = settings.ENTENTE_CITY_NAME
        send(
            "people/invitation",
            to=account.email,
            language=account.language,
            by=by,
            message_id=message_id,
            context=context,
        )
        log("people.invitation_sent", by=by, about=account, decision=allow(ASKED_FOR))


@transaction.atomic
def accept_invitation(account_id: uuid.UUID, token: str, *, by: Actor, password: str = "") -> Account:
    """Use a link up, and set a password when one is given. Raises Refused when it was used or is too old.

    The caller signs the person in at once: the note of the last sign-in is what spends the link.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or not account.is_active or not links.check_token(account, token):
        raise refuse(_("This link was used already, or it is older than a day.")).as_refusal()
    if password:
        account.set_password(password)
    account.last_login = clock.now()
    log(
        "people.invitation_accepted",
        by=by,
        about=account,
        decision=allow(_("The link in the invitation was genuine, unused and less than a day old.")),
    )
    account.save(update_fields=["password", "last_login"])
    return account


def note_sign_in(account: Account, *, by: Actor) -> None:
    """Log that somebody signed in; the session itself says how."""
    log("people.signed_in", by=by, about=account, decision=allow(_("The holder proved who they are.")))


def note_failed_sign_in(*, by: Actor) -> None:
    """Log that a sign-in failed; not for which address, which may be nobody's."""
    refused = refuse(_("The address and the password do not belong together."))
    log("people.sign_in_failed", by=by, about=None, decision=refused)


def note_factor(account: Account, *, by: Actor, change: str) -> None:
    """Log that a passkey, one-time codes or recovery codes were added or removed."""
    decision = allow(_("The holder changed how they sign in."))
    log(f"people.factor_{change}", by=by, about=account, decision=decision)


@transaction.atomic
def end_session(session: Session, *, by: Member) -> None:
    """Sign oneself out somewhere. Raises Refused for another person's sign-in."""
    decision = rules.may_end_session(by, session, clock.now()).require()
    log("people.session_ended", by=by, about=None, decision=decision)
    session.delete()


@transaction.atomic
def end_other_sessions(session: Session, *, by: Member) -> int:
    """Sign oneself out everywhere but in `session`; returns how many sign-ins ended."""
    decision = rules.may_end_session(by, session, clock.now()).require()
    log("people.other_sessions_ended", by=by, about=None, decision=decision)
    others = Session.objects.filter(account=session.account).exclude(pk=session.pk)
    return others.delete()[0]


@transaction.atomic
def choose_language(account: Account, *, by: Actor, language: str) -> Account:
    """Keep the language in which somebody works."""
    account.language = language
    decision = allow(_("Everybody chooses their own language."))
    log("people.language_chosen", by=by, about=account, decision=decision)
    account.save(update_fields=["language"])
    return account


@transaction.atomic
def clear_sessions(*, by: Actor) -> None:
    """Forget sign-ins that are over and the counts of earlier days."""
    begin(by)
    SessionStore.clear_expired()
    today = clock.now().date()
    Attempt.objects.filter(day__lt=today).delete()
    for days in range(1, DAYS_LOOKED_BACK):
        keystore().destroy(day_key_id(today - timedelta(days=days)))
