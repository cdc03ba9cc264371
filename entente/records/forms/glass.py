"""What a person says when they break the glass, and when they review it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.records.fields import Line, Passage, one_line, several_lines
from entente.records.models import GlassReview
from entente.records.references import as_reference, is_reference
from entente.records.rules.glass import REASON_ASKED, SHORTEST_REASON

LONGEST_TEXT = 2000


class GlassForm(forms.Form):
    """Which record, why, for how long, and knowing who is told."""

    reference = Line(
        label=_("Reference of the record"),
        help_text=_("For example MAT-7K3MPQ4. Small letters and spaces are all right."),
        max_length=40,
        widget=one_line(),
    )
    reason = Passage(
        label=_("What is the emergency?"),
        help_text=_(
            "At least 20 characters. It is sealed: the owner's privacy officer reads it; no mail holds it."
        ),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_TEXT,
        widget=several_lines(4),
        error_messages={"min_length": REASON_ASKED, "required": REASON_ASKED},
    )
    hours = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=[("1", _("One hour")), ("2", _("Two hours")), ("4", _("Four hours"))],
        coerce=int,
        initial="1",
        widget=forms.RadioSelect,
    )
    is_told = forms.BooleanField(
        label=_("I know that the owner's privacy officer is told at once."),
        error_messages={"required": _("Say that you know who is told.")},
    )

    def clean_reference(self) -> str:
        """A well-formed one: a mistyped sign is found before anybody is told anything."""
        reference = as_reference(self.cleaned_data["reference"])
        if not is_reference(reference):
            raise ValidationError(_("This is no reference: a sign is missing or mistyped."), code="mistyped")
        return reference


class ReviewForm(forms.Form):
    """Whether it was right, and why."""

    finding = forms.ChoiceField(
        label=_("Was it right to break the glass?"),
        choices=[
            (GlassReview.Finding.JUSTIFIED, _("It was justified.")),
            (GlassReview.Finding.UNJUSTIFIED, _("It was not justified.")),
            (GlassReview.Finding.UNCLEAR, _("It can't be told.")),
        ],
        widget=forms.RadioSelect,
    )
    words = Passage(
        label=_("Why you think so"),
        help_text=_("Whoever broke the glass reads this. It is sealed with the record."),
        max_length=LONGEST_TEXT,
        widget=several_lines(4),
    )
