"""What a coordinator says to get all votes of a dialogue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from entente.records.fields import Line, one_line


class ExportForm(forms.Form):
    """The reason, which stays in the history."""

    reason = Line(
        label=_("What you need all votes for"),
        max_length=300,
        widget=one_line(),
        help_text=_("For example “compare with last year's conversation in Polis”. It stays in the history."),
    )
