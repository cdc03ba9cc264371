"""What a coordinator says about voices that came together."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from entente.dialogue.models import Stratum
from entente.records.fields import Passage, several_lines


class BatchForm(forms.Form):
    """Which voices are meant: how they came in, and what they came with."""

    stratum = forms.ChoiceField(choices=Stratum)
    batch = forms.CharField(max_length=60, required=False)


class LeaveOutForm(forms.Form):
    """The reason everybody reads beside the result."""

    reason = Passage(
        label=_("Why these voices are left out"),
        max_length=300,
        widget=several_lines(3),
        help_text=_("Everybody reads this beside the result. Write about the votes, and name nobody."),
    )
