"""What residents fill in: an answer, a statement, a code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import strip_tags
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from entente.dialogue.codes import normal
from entente.dialogue.models import STATEMENT_LENGTH, Vote
from entente.records.typed_text import says_something, tidy

ANSWERS = {"agree": Vote.Value.AGREE, "disagree": Vote.Value.DISAGREE, "pass": Vote.Value.PASS}


class VoteForm(forms.Form):
    """One answer to one statement, named by its number."""

    statement = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("We could not tell which statement you answered. Nothing was changed; please answer again."),
        ),
    )
    vote = forms.ChoiceField(
        choices=[(name, name) for name in ANSWERS],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            _("We did not receive your answer. Choose agree, disagree or pass."),
        ),
    )

    def problem(self) -> str:
        """The first thing that is wrong, as a sentence."""
        return str(next(iter(self.errors.values()))[0])


class StatementText(forms.CharField):
    """A sentence in plain words: tidied before it is measured, so that nothing invisible counts."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")


class StatementForm(forms.Form):
    """A statement for others to answer, and the language it is written in."""

    text = StatementText(
        label=_("Your statement"),
        help_text=format_lazy(
            _("One idea in your own words, at most {most} characters. Leave out names of people."),
            most=STATEMENT_LENGTH,
        ),
        max_length=STATEMENT_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={
            "required": _("Write your statement first."),
            "max_length": _(
                "A statement has at most %(limit_value)d characters; yours has %(show_value)d. Shorten it."
            ),
        },
    )
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=settings.LANGUAGES,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose the language your statement is written in.")
        ),
    )

    def clean_text(self) -> str:
        """Refuse what would be empty without its signs."""
        text: str = self.cleaned_data["text"]
        if not says_something(strip_tags(text)):
            raise forms.ValidationError(
                _("Please write words: these are only signs, which nobody could answer.")
            )
        return text


class CodeForm(forms.Form):
    """The code from a letter or a session, however it is typed."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("Twelve letters and digits. Dashes, spaces and capital letters do not matter."),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={
            "required": _("Enter the code from your letter or your session."),
            "max_length": _("A code has twelve letters and digits. Check what you typed."),
        },
    )

    def clean_code(self) -> str:
        """Refuse what can't be a code before anybody looks for it."""
        code: str = self.cleaned_data["code"]
        if not normal(code):
            raise forms.ValidationError(_("A code has twelve letters and digits. Check what you typed."))
        return code
