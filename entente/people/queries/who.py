"""Named reads of members, their accounts and the city’s districts."""

import uuid

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.people.invitations import links
from entente.people.models import Account, Area, Member, Session


def own_sessions(reader: Member) -> QuerySet[Session]:
    """Where a member is signed in now, the latest first."""
    return (
        Session.objects.filter(account__person_id=reader.person_id, expires_at__gt=clock.now())
        .select_related("account")
        .order_by("-seen_at", "id")
    )


def has_factor(account: Account) -> bool:
    """Whether a passkey or one-time codes are set up."""
    kinds = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]
    return bool(Authenticator.objects.filter(user=account, type__in=kinds).exists())


def invited_account(account_id: uuid.UUID, token: str) -> Account | None:
    """The account that the link of an invitation opens; None when it is spent, too old or not ours."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    return account if account and links.check_token(account, token) else None


def area_names(reader: Actor) -> dict[str, str]:
    """The districts' names in the language of the moment, by their slug."""
    begin(reader)
    return {area.slug: str(area) for area in Area.objects.order_by("name")}


def colleagues(reader: Member) -> QuerySet[Member]:
    """Who else acts for the reader's organisation today, by name."""
    begin(reader)
    rows = Member.objects.filter(organisation_id=reader.organisation_id, ended_at=None)
    return rows.select_related("person").order_by("person__name", "id")
