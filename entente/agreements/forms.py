"""What somebody types when an agreement changes."""

from __future__ import annotations

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SAY_WHY = _("Say why, in a sentence the other organisations understand.")
JOINERS = "\u200c\u200d"


class ReasonForm(forms.Form):
    """Why an agreement is suspended, ended or left."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Every member of the partnership can read this. Name no person."),
        error_messages={"required": SAY_WHY},
    )

    def clean_reason(self) -> str:
        """Without marks nobody sees; the joiners of Persian and Arabic stay."""
        given = " ".join(self.cleaned_data["reason"].split())
        text = "".join(c for c in given if c in JOINERS or unicodedata.category(c) not in {"Cc", "Cf"})
        if not any(c.isalnum() for c in text):
            raise ValidationError(SAY_WHY, code="required")
        return text


class SignForm(forms.Form):
    """A signature, and how many clauses the page showed to whoever signs."""

    clauses = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    terms = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    reservation = forms.CharField(
        label=_("Reservation"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("What your organisation does not promise. Every member of the partnership reads it."),
    )
