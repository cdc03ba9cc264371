"""What several pages of protocols and the strategy ask for: days, reasons, languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from entente.records.fields import Passage, several_lines

LONG = 4000


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, in the browser's own way of choosing one."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


def language_field() -> forms.ChoiceField:
    """In which language something is written."""
    return forms.ChoiceField(label=_("Written in"), choices=settings.LANGUAGES)


class WhyForm(forms.Form):
    """A reason that the other organisations read."""

    reason = Passage(
        label=_("Why"),
        max_length=1000,
        widget=several_lines(3),
        help_text=_("Every member of the partnership can read this. Name no person."),
    )
