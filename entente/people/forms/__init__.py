"""What a person types to sign in, and to set up how."""

from entente.people.forms.signing_in import (
    WRONG_CODE,
    AddPasskeyForm,
    CodeAgainForm,
    CodeForm,
    InvitationForm,
    LanguageForm,
    NamePasskeyForm,
    NewPasswordForm,
    OtherPasswordForm,
    PasskeyAgainForm,
    PasskeyForm,
    PasskeySignInForm,
    PasswordAgainForm,
    SetUpCodesForm,
    SignInForm,
)

__all__ = [
    "WRONG_CODE",
    "AddPasskeyForm",
    "CodeAgainForm",
    "CodeForm",
    "InvitationForm",
    "LanguageForm",
    "NamePasskeyForm",
    "NewPasswordForm",
    "OtherPasswordForm",
    "PasskeyAgainForm",
    "PasskeyForm",
    "PasskeySignInForm",
    "PasswordAgainForm",
    "SetUpCodesForm",
    "SignInForm",
]
