"""What a person may type about the strategy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.partnership.forms.library import LONG, day_field, language_field
from entente.partnership.models import Finding, Group, Objective, PlannedAction, Strategy
from entente.people.models import Area, Member, Organisation
from entente.records.fields import Line, Passage, one_line, several_lines
from entente.records.references import as_reference, is_reference

CURRENCIES = ("EUR", "CAD", "CHF", "GBP", "JOD", "MAD", "MDL", "NOK", "RON", "SEK", "TND", "USD")


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, min_value=Decimal(0), max_digits=12, decimal_places=2
    )


class SeenForm(forms.Form):
    """A text that two people may be writing: it remembers which edition somebody began from."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StrategyForm(SeenForm):
    """What a strategy is called, and for which years."""

    title = Line(label=_("Title"), max_length=200, widget=one_line())
    first_day = day_field(_("First day"))
    last_day = day_field(_("Last day"))

    def clean(self) -> dict[str, Any]:
        """The last day comes after the first."""
        told = super().clean() or self.cleaned_data
        if told.get("first_day") and told.get("last_day") and told["first_day"] >= told["last_day"]:
            self.add_error("last_day", _("The last day comes after the first."))
        return told


class DraftStrategyForm(StrategyForm):
    """The same for a new one, with its language and its group."""

    language = language_field()
    group = forms.ChoiceField(
        label=_("The group that writes it"),
        required=False,
        help_text=_("Who sits there reads and writes the draft with your organisation."),
    )

    def __init__(self, data: Any = None, *, by: Member, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        rows = Group.objects.visible_to(by).filter(pk__in=by.task_forces).select_related("task_force")
        self.groups = {str(group.pk): group for group in rows}
        groups = [(key, str(group)) for key, group in self.groups.items()]
        self.fields["group"].choices = [("", _("No group")), *groups]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return told | {"group": self.groups.get(told["group"])}


class PassageForm(SeenForm):
    """One part of the strategy's text."""

    text = Passage(label=_("Text"), max_length=12_000, widget=several_lines(14))


class FindingForm(SeenForm):
    """What a place needs or has."""

    sort = forms.ChoiceField(
        label=pgettext_lazy("a need or an asset", "It is"),
        choices=Finding.Sort.choices,
        widget=forms.RadioSelect,
    )
    area = forms.ChoiceField(label=_("Where"), required=False)
    text = Passage(
        label=_("What"),
        max_length=1000,
        widget=several_lines(3),
        help_text=_("A place, an issue or an event. No community and no person is described or compared."),
    )
    source = Line(label=_("Where this is known from"), max_length=300, widget=one_line())
    source_on = day_field(_("When the source is from"))

    def __init__(self, data: Any = None, *, by: Member, strategy: Strategy, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.areas = {str(area.pk): area for area in Area.objects.order_by("name")}
        places = sorted(((key, str(area)) for key, area in self.areas.items()), key=lambda pair: pair[1])
        self.fields["area"].choices = [("", _("The whole city")), *places]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        return self.cleaned_data | {"area": self.areas.get(self.cleaned_data["area"])}


class ObjectiveForm(SeenForm):
    """Something to reach, in figures or facts anybody can check."""

    what = Passage(label=_("What shall be reached"), max_length=500, widget=several_lines(2))
    measure = Line(label=_("How it is measured"), max_length=300, widget=one_line())
    baseline = Line(label=_("Where it stands today"), max_length=200, widget=one_line())
    target = Line(label=_("What shall be true at the end"), max_length=200, widget=one_line())
    by_when = day_field(_("By when"))

    def __init__(self, data: Any = None, *, by: Member, strategy: Strategy, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        return dict(self.cleaned_data)


class ActionForm(SeenForm):
    """What is done for an objective, by whom, from when to when, with what money."""

    objective = forms.ChoiceField(label=_("For the objective"))
    what = Passage(label=_("What is done"), max_length=500, widget=several_lines(2))
    owner = forms.ChoiceField(label=_("Organisation that does it"))
    post = Line(
        label=_("Post that answers for it"),
        max_length=120,
        widget=one_line(),
        help_text=_("An office or a function, not the name of a person: everybody can read this."),
    )
    starts_on = day_field(_("From"))
    ends_on = day_field(_("Until"))
    budget = _amount(_("What it costs"))
    secured = _amount(_("Of that, secured"))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])

    def __init__(self, data: Any = None, *, by: Member, strategy: Strategy, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        rows = Objective.objects.visible_to(by).filter(strategy_id=strategy.pk).order_by("place", "id")
        self.objectives = {str(one.pk): one for one in rows}
        self.owners = {str(one.pk): one for one in Organisation.objects.order_by("name")[:2000]}
        goals = [(key, str(one)) for key, one in self.objectives.items()]
        owners = sorted(((key, str(one)) for key, one in self.owners.items()), key=lambda pair: pair[1])
        self.fields["objective"].choices = goals  # type: ignore[attr-defined]
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days in their order, and money that adds up."""
        told = super().clean() or self.cleaned_data
        if told.get("starts_on") and told.get("ends_on") and told["starts_on"] > told["ends_on"]:
            self.add_error("ends_on", _("An action ends after it starts."))
        if told.get("budget") is not None and (told.get("secured") or 0) > told["budget"]:
            self.add_error("secured", _("What is secured is at most what the action costs."))
        return told

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        told = dict(self.cleaned_data)
        return told | {
            "objective": self.objectives[told["objective"]],
            "owner": self.owners[told["owner"]],
        }


class CitationForm(forms.Form):
    """Where a passage has something from."""

    reference = Line(
        label=_("Reference of a public record or decision"),
        required=False,
        max_length=40,
        widget=one_line(),
        help_text=_("For example of a published dialogue: DLG-7K3MPQ4. Or fill in the other fields."),
    )
    source = Line(label=_("Another source"), required=False, max_length=300, widget=one_line())
    address = forms.URLField(label=_("Its address on the web"), required=False, assume_scheme="https")
    source_on = day_field(_("When that source is from"), required=False)
    sentence = Passage(
        label=_("The sentence that is meant"), required=False, max_length=1000, widget=several_lines(3)
    )

    def clean_reference(self) -> str:
        """As it is written, or a mistake in it."""
        typed = str(self.cleaned_data["reference"])
        if typed and not is_reference(as_reference(typed)):
            raise ValidationError(_("This is not a reference: look for a mistyped letter."), code="reference")
        return as_reference(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        """Either a record or a dated source."""
        told = super().clean() or self.cleaned_data
        if not self.errors and not told.get("reference") and not (told["source"] and told["source_on"]):
            raise ValidationError(
                _("Give the reference of a public record, or a source with its date."), code="no_source"
            )
        return told


class ProgressForm(forms.Form):
    """How far an action is."""

    state = forms.ChoiceField(
        label=_("The action is"), choices=PlannedAction.State.choices, widget=forms.RadioSelect
    )
    note = Passage(
        label=_("In words"),
        max_length=1000,
        widget=several_lines(3),
        help_text=_("Everybody can read this. If the action is dropped, say why."),
    )
    secured = _amount(_("Money secured"))


class ConsultForm(forms.Form):
    """Whom the draft is put to."""

    consulted_with = Passage(
        label=_("Who is asked, how, and until when"), max_length=LONG, widget=several_lines(3)
    )


class AdoptStrategyForm(forms.Form):
    """Who adopted the strategy, when and why."""

    adopted_on = day_field(_("Adopted on"))
    adopted_by = Line(
        label=pgettext_lazy("a strategy", "Adopted by"),
        max_length=300,
        widget=one_line(),
        help_text=_("The group or the council with its decision, not the name of a person."),
    )
    reason = Passage(label=_("Why"), max_length=LONG, widget=several_lines(3))


class StrategyReviewForm(forms.Form):
    """What a year taught, and what changes."""

    learnt = Passage(label=_("What was learnt"), max_length=LONG, widget=several_lines(5))
    changes = Passage(label=_("What changes"), max_length=LONG, widget=several_lines(4))
