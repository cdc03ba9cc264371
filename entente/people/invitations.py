"""The link in an invitation: signed, for one account, once, for a day."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from entente.audit import clock


class InvitationLinks(PasswordResetTokenGenerator):
    """Links that open an account once.

    The signature covers the password and the last sign-in: the first use changes both, and the link is spent.
    How long it lasts is PASSWORD_RESET_TIMEOUT.
    """

    key_salt = "entente.people.invitations"

    def address(self, account: AbstractBaseUser) -> str:
        """The whole address to send somebody."""
        token = self.make_token(account)  # type: ignore[arg-type]
        page = reverse("people:accept_invitation", args=[account.pk, token])
        return f"{settings.ENTENTE_ADDRESS}{page}"

    def _now(self) -> datetime:
        """Django counts in naive time; ours is the one clock."""
        return clock.now().replace(tzinfo=None)


links = InvitationLinks()
