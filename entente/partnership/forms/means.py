"""What somebody types to offer, find, ask for and return what partners lend each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.models.means import Resource
from entente.people.models import Area
from entente.records.typed_text import says_something, tidy

CURRENCIES = [(code, code) for code in ("EUR", "CHF", "DKK", "GBP", "RON", "SEK", "USD")]
SAY_WHY = _("Say why, in a sentence the other organisation understands.")
MOMENT = "%Y-%m-%dT%H:%M"


class DateInput(forms.DateInput):
    """The browser's own choice of a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own choice of a time."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MomentField(forms.DateTimeField):
    """A day and a time in the city's zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"], **kwargs)


def area_choices() -> Iterator[tuple[str, str]]:
    """The districts, by name."""
    yield "", pgettext("around every place", "everywhere")
    for area in sorted(Area.objects.all(), key=str):
        yield str(area.pk), str(area)


class ResourceForm(forms.Form):
    """An offer."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=Resource.Kind.choices)
    name = forms.CharField(label=_("Its name"), max_length=160)
    description = forms.CharField(
        label=_("What others should know"),
        help_text=_("For trainers: the topics. For materials: what is in the box."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    area = forms.ModelChoiceField(
        label=_("District"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=pgettext_lazy("in every place", "everywhere"),
    )
    capacity = forms.IntegerField(
        label=_("For how many people, or how many pieces"), min_value=1, required=False
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=settings.LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple
    )
    accessibility = forms.CharField(
        label=_("How everybody gets in and takes part"),
        help_text=_("Steps, lift, toilet, hearing loop, a quiet room."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    conditions = forms.CharField(
        label=_("On which conditions"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    cost = forms.DecimalField(
        label=_("What it costs"),
        help_text=_("Empty if it costs nothing."),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        required=False,
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    offered_from = forms.DateField(label=_("Offered from"), widget=DateInput())
    offered_until = forms.DateField(label=_("until"), widget=DateInput(), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"),
        help_text=_("None chosen: on all of them."),
        choices=[(number, WEEKDAYS[number]) for number in range(7)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(label=_("From this hour"), widget=TimeInput(), required=False)
    closes = forms.TimeField(label=_("to this hour"), widget=TimeInput(), required=False)

    def __init__(self, data: Any = None, *, resource: Resource | None = None) -> None:
        initial: dict[str, Any] = {"currency": "EUR", "offered_from": clock.today()}
        if resource is not None:
            initial = {name: getattr(resource, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Area.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        """Ends come after beginnings."""
        found: dict[str, Any] = super().clean() or {}
        for name in ("name", "place"):
            found[name] = tidy(found.get(name, ""))
        begin, end = found.get("offered_from"), found.get("offered_until")
        if begin and end and end < begin:
            self.add_error("offered_until", gettext("This is before it begins."))
        opens, closes = found.get("opens"), found.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", gettext("This is before it begins."))
        return found


class ResourceFilter(forms.Form):
    """Reads as a sentence: show what, in which language, where."""

    kind = forms.ChoiceField(
        label=_("Show"), choices=[("", _("everything")), *Resource.Kind.choices], required=False
    )
    spoken = forms.ChoiceField(
        label=_("in"), choices=[("", _("any language")), *settings.LANGUAGES], required=False
    )
    area = forms.ChoiceField(label=_("around"), choices=area_choices, required=False)
    words = forms.CharField(label=_("with the words"), max_length=80, required=False)

    def chosen(self) -> dict[str, str]:
        """What was chosen and understood, as it stands in the address."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BookingForm(forms.Form):
    """For when and what for."""

    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("until"))
    purpose = forms.CharField(
        label=_("What for"),
        help_text=_("The organisation that lends it reads this. Name no person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_purpose(self) -> str:
        """In words."""
        return _said(self.cleaned_data["purpose"], gettext("Say in a sentence what it is for."))

    def clean(self) -> dict[str, Any]:
        """An end after the beginning."""
        found: dict[str, Any] = super().clean() or {}
        begin, end = found.get("starts_at"), found.get("ends_at")
        if isinstance(begin, datetime) and isinstance(end, datetime) and end <= begin:
            self.add_error("ends_at", gettext("This is before it begins."))
        return found


class WhyForm(forms.Form):
    """Why a booking is declined or cancelled."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": SAY_WHY},
    )

    def clean_reason(self) -> str:
        """In words."""
        return _said(self.cleaned_data["reason"], str(SAY_WHY))


class ReturnForm(forms.Form):
    """In which state it came back."""

    note = forms.CharField(
        label=_("In which state did it come back?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_note(self) -> str:
        """In words."""
        return _said(self.cleaned_data["note"], gettext("Say in a few words how it came back."))


def _said(text: str, otherwise: str) -> str:
    words = tidy(text)
    if not says_something(words):
        raise forms.ValidationError(otherwise, code="required")
    return words


def language_here() -> str:
    """The language of whoever writes."""
    return get_language() or settings.LANGUAGE_CODE


def week_of(text: str) -> datetime:
    """The Monday of the week in `?week=2026-11-23`, in the city's zone; this week for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = clock.today()
    # Nobody books so far away, and the calendar has no weeks beyond its ends.
    if abs(day.year - clock.today().year) > 100:
        return week_of("")
    monday = day - timedelta(days=day.weekday())
    return timezone.make_aware(datetime.combine(monday, time()))
