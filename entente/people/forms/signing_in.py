"""What a person types to sign in, and to set up how."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
    SignupWebAuthnForm,
)
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.people.models import Account
from entente.people.rate_limits import within_limit

CODES_AN_HOUR = 10
PASSWORD_HELP = _(
    "At least 12 characters. Three or four words in a row are easy to remember and hard to guess."
)
WRONG_CODE = _("This code is not right, or it was used before. Please wait for the next one.")
WRONG_PASSKEY = _("This passkey did not work here. Please try again, or choose another way.")


def _named(form: Any, **labels: Any) -> None:
    """Our words at allauth's fields; no text inside a field that vanishes while typing."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class DigitsField(forms.CharField):
    """A code as people type it: in the digits of their own script, with spaces."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return "".join(str(unicodedata.digit(sign, sign)) for sign in typed if not sign.isspace())


def _code_field(label: Any) -> DigitsField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
    return DigitsField(label=label, max_length=40, widget=forms.TextInput(attrs=attributes))


class SignInForm(LoginForm):  # type: ignore[misc]
    """The address and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, login=_("E-mail address"), password=_("Password"))
        self.fields["login"].widget.attrs["dir"] = "ltr"


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something important."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, password=_("Password"))


class NewPasswordForm(SetPasswordForm):  # type: ignore[misc]
    """A first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, password1=_("Password"), password2=_("The same password again"))
        self.fields["password1"].help_text = PASSWORD_HELP


class OtherPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password in place of the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(
            self,
            oldpassword=_("Your present password"),
            password1=_("The new password"),
            password2=_("The new password again"),
        )
        self.fields["password1"].help_text = PASSWORD_HELP


class InvitationForm(forms.Form):
    """A password for somebody who was invited and has no passkey at hand."""

    password = forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_HELP,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        """Long enough, not among the common ones, not like the address."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        """Typed twice alike."""
        typed = super().clean() or {}
        if "password" in typed and typed.get("again") != typed["password"]:
            self.add_error("again", _("The two passwords are not the same."))
        return typed


class _CountedCode:
    """A one-time code or a recovery code: ten tries an hour, and each code once."""

    user: Account
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        who = str(self.user.pk)
        if not within_limit("code of", who, at_most=CODES_AN_HOUR):
            raise ValidationError(_("There were too many tries. Please wait an hour, or use a passkey."))
        code: str = super().clean_code()  # type: ignore[misc]
        # allauth remembers used codes in the memory of one process; there are several.
        if not within_limit("used code of", f"{who} {code}", at_most=1):
            raise ValidationError(WRONG_CODE)
        return code


class CodeForm(_CountedCode, AllauthCodeForm):  # type: ignore[misc]
    """The code after the password."""

    code = _code_field(_("Code from your app, or one of your recovery codes"))


class CodeAgainForm(_CountedCode, AllauthCodeAgainForm):  # type: ignore[misc]
    """A code once more, before something important."""

    code = _code_field(_("Code from your app, or one of your recovery codes"))


class SetUpCodesForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the app knows the secret."""

    code = _code_field(_("The code your app shows now"))


def _readable(check: Callable[[], Any]) -> Any:
    """What a browser sends for a passkey may be anything at all: what can't be read is simply wrong."""
    try:
        return check()
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(WRONG_PASSKEY) from error


class _Readable:
    def clean_credential(self) -> Any:
        return _readable(super().clean_credential)  # type: ignore[misc]


class PasskeyForm(_Readable, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeySignInForm(_Readable, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey and nothing else."""


class PasskeyAgainForm(_Readable, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something important."""


class AddPasskeyForm(SignupWebAuthnForm):  # type: ignore[misc]
    """A new passkey and what to call it."""

    name = forms.CharField(
        label=_("What you call it"),
        help_text=_("For example the device it is on. You see the name in the list of your passkeys."),
        max_length=80,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Registered against our challenge, with the person verified."""
        typed: dict[str, Any] = _readable(super().clean)
        return typed


class NamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(label=_("What you call it"), max_length=80)


class LanguageForm(forms.Form):
    """The language somebody chooses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from django.conf import settings

        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(choices=settings.LANGUAGES)
