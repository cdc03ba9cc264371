"""What is said to make a receipt, and what a person types to use one."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

NOT_KNOWN = _(
    "We don't know this code, or it works no longer: a code works for ninety days. Check each digit."
)


class IssueForm(forms.Form):
    """In which language the person reads."""

    language = forms.ChoiceField(
        label=_("The person's language"),
        help_text=_("The page with the code is printed in it."),
        choices=settings.LANGUAGES,
    )


class ReceiptForm(forms.Form):
    """The code, however it is typed. Whether it is one is told in the same way as whether it is known."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("25 digits in groups of five, in the digits of any script. Spaces do not matter."),
        max_length=200,
        error_messages={"required": NOT_KNOWN},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false", "dir": "ltr"}
        ),
    )
