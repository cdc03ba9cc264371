"""What somebody types about a charter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.forms.groups import day_field
from entente.partnership.models import Charter
from entente.records.fields import Passage, several_lines

LONGEST = 6000


class CharterForm(forms.Form):
    """The parts of a charter in one language."""

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, charter: Charter, language: str) -> None:
        texts = {part: charter.texts.get(part, {}).get(language, "") for part in Charter.Part.values}
        super().__init__(data, initial={"edition": charter.edition, **texts})
        self.language = language
        is_needed = language == charter.language
        for part in Charter.Part:
            self.fields[part.value] = Passage(
                label=part.label, required=is_needed, max_length=LONGEST, widget=several_lines(6)
            )

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """What was typed, as a charter keeps it."""
        return {part: {self.language: self.cleaned_data[part]} for part in Charter.Part.values}


class ConsultForm(forms.Form):
    """Until when the members may speak."""

    until = day_field(_("Until when may the members say what they think?"))

    def clean_until(self) -> Any:
        """It lies ahead."""
        if self.cleaned_data["until"] <= clock.today():
            raise ValidationError(_("Give the members some time: the last day lies in the future."))
        return self.cleaned_data["until"]


class OpenForm(forms.Form):
    """What the consultation changed."""

    heard = Passage(
        label=_("What did you hear, and what did it change?"),
        max_length=2000,
        widget=several_lines(4),
        help_text=_("This stands beside the charter, for everybody who reads it."),
    )


class SignForm(forms.Form):
    """A signature under the text that was read."""

    text_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reservation = Passage(
        label=_("A reservation"),
        required=False,
        max_length=1000,
        widget=several_lines(3),
        help_text=_("What your organisation does not agree to, or only in a certain way. It stays readable."),
    )
    has_read = forms.BooleanField(
        label=_("I have read the charter, and I may bind my organisation."),
        error_messages={"required": _("Say that you have read it and may bind your organisation.")},
    )
