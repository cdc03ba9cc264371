"""What allauth asks us: who may come in, what people are told, how secrets are sealed."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from entente.audit.actors import VISITOR
from entente.keys.fields import keystore
from entente.keys.sealing import Unreadable, seal, unseal
from entente.people import services
from entente.people.forms import WRONG_CODE
from entente.people.models import Account
from entente.people.sign_in import holder, set_language_cookie

# allauth names its messages by template; these are our words for the ones we want people to read.
TOLD = {
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("One-time codes are set up."),
    "mfa/messages/totp_deactivated.txt": _("One-time codes are switched off."),
    "mfa/messages/webauthn_added.txt": _("The passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _("Keep your recovery codes in a safe place."),
}
WAYS = {
    "mfa_reauthenticate:webauthn": _("With your passkey"),
    "mfa_reauthenticate": _("With a code"),
    "reauthenticate": _("With your password"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: members are invited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and this password do not belong together."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("There were too many tries. Please wait an hour, or use a passkey."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Our words or, where allauth passes a sentence of ours, that one."""
        if text := TOLD.get(message_template or "") or kwargs.get("message"):
            messages.add_message(request, level, text)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        services.note_failed_sign_in(by=VISITOR)

    def reauthenticate(self, user: Account, password: str) -> bool:
        """allauth looks for the address in a table of its own that we do not fill."""
        return user.check_password(password)

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """The passkey first: it is what a stolen password can't do."""
        found = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        return [{**found[name], "description": label} for name, label in WAYS.items() if name in found]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Log it, and go on in the person's own language."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        services.note_sign_in(user, by=holder(user))
        set_language_cookie(response, user.language)
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals seeds under the person's key, bound to the account: elsewhere they open nothing."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _("This is your only second factor. Set up a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        account = _account_in_question()
        key = keystore().key(account.person_id, create=True)
        return base64.b64encode(seal(key, text.encode(), _place(account))).decode()

    def decrypt(self, encrypted_text: str) -> str:
        account = _account_in_question()
        try:
            key = keystore().key(account.person_id)
            return unseal(key, base64.b64decode(encrypted_text), _place(account)).decode()
        except (Unreadable, ValueError):
            # A seed nobody knows: no code fits it. An empty one would fit a code anybody can compute.
            return str(generate_totp_secret())

    def build_totp_svg(self, url: str) -> str:
        """On white, so that a camera reads it in the dark theme too."""
        made = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(made)
        return made.getvalue().decode()

    def get_totp_issuer(self) -> str:
        return f"Entente {settings.ENTENTE_CITY_NAME}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": self.get_totp_issuer()}

    def generate_authenticator_name(self, user: Account, type: str) -> str:  # noqa: A002  allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return is_spare(authenticator)


def is_spare(authenticator: Authenticator) -> bool:
    """Whether the person could still sign in without it."""
    kinds = [Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP]
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=kinds)
    return bool(others.exclude(pk=authenticator.pk).exists())


def _account_in_question() -> Account:
    """Who is signed in, or whoever gave the right password and is asked for a code now."""
    request = context.request
    found: Account = request.user if request.user.is_authenticated else request._login_stage.login.user  # noqa: SLF001
    return found


def _place(account: Account) -> bytes:
    return f"mfa_authenticator|{account.pk}".encode()
