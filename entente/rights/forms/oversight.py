"""What the overseer filters the log by, and the key of a new witness."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit.checkpoints import Malformed, Verifier
from entente.people.models import Organisation

SHOWN = [
    ("", _("everything")),
    ("refused", _("what was refused")),
    ("glass", _("broken glass")),
    ("reading", _("readings of this log")),
]
AREAS = [
    ("", pgettext_lazy("in every part of the software", "everywhere")),
    ("records", _("records")),
    ("agreements", _("agreements")),
    ("dialogue", _("dialogues")),
    ("people", _("people and sign-in")),
    ("delivery", _("messages")),
    ("rights", _("oversight")),
]


class LogFilter(forms.Form):
    """Reads as a sentence: show what, by whom, where."""

    only = forms.ChoiceField(label=_("Show"), choices=SHOWN, required=False)
    organisation = forms.ModelChoiceField(
        label=_("done by"), queryset=Organisation.objects.none(), required=False, empty_label=_("everybody")
    )
    area = forms.ChoiceField(label=_("in"), choices=AREAS, required=False)
    event = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.order_by("name")

    def chosen(self) -> dict[str, str]:
        """What was chosen and understood, as it stands in the address."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: str(getattr(value, "pk", value)) for name, value in found.items()}


class WitnessForm(forms.Form):
    """Who watches over the log from now on."""

    verifier_key = forms.CharField(
        label=_("The witness's verifier key"),
        help_text=_("One line that the command “witness init” printed on their machine. It is not secret."),
        max_length=300,
    )
    organisation = forms.ModelChoiceField(
        label=_("Their organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("none that takes part here"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.order_by("name")

    def clean_verifier_key(self) -> str:
        """The key as it is written properly."""
        try:
            return str(Verifier.read(self.cleaned_data["verifier_key"]))
        except Malformed:
            raise forms.ValidationError(
                _("This is not a verifier key. Copy the whole line, from the name to the end.")
            ) from None
