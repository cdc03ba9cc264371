"""What somebody types about money."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.forms.means import CURRENCIES, DateInput
from entente.partnership.models.money import Fund
from entente.people.models import Organisation
from entente.records.typed_text import says_something, tidy

MOST_WARNINGS, LONGEST_WARNING = 6, 730


class DaysField(forms.CharField):
    """Days of a calendar, one after the other, as 2027-01-31."""

    def clean(self, value: Any) -> list[str]:
        """In order, each once."""
        typed = re.split(r"[\s,;،؛]+", super().clean(value).strip())
        try:
            return sorted({date.fromisoformat(day).isoformat() for day in typed if day})
        except ValueError:
            raise ValidationError(
                gettext("Write days as 2027-01-31, with a comma between two of them."), code="invalid"
            ) from None


class NumbersField(forms.CharField):
    """Whole numbers of days, with commas."""

    def clean(self, value: Any) -> list[int]:
        """The largest first, each once."""
        typed = [part for part in re.split(r"[\s,;،؛]+", super().clean(value).strip()) if part]
        if not all(part.isdecimal() and 0 < int(part) <= LONGEST_WARNING for part in typed):
            raise ValidationError(
                gettext("Write numbers of days such as 90, 30, each at most 730."), code="invalid"
            )
        return sorted({int(part) for part in typed}, reverse=True)[:MOST_WARNINGS]


class FundForm(forms.Form):
    """The terms of money."""

    funder = forms.CharField(label=_("Who gives it"), max_length=200)
    programme = forms.CharField(label=_("Under which programme"), max_length=200)
    what_for = forms.CharField(
        label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    amount = forms.DecimalField(label=_("How much"), min_value=0, max_digits=14, decimal_places=2)
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES)
    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("until"), widget=DateInput())
    hours = forms.DecimalField(
        label=_("Hours of work it pays"), min_value=0, max_digits=9, decimal_places=1, required=False
    )
    reports_on = DaysField(
        label=_("Days on which the funder gets a report"),
        help_text=_("As 2027-01-31, with commas."),
        max_length=400,
        required=False,
    )
    warn_days = NumbersField(
        label=_("How many days before the end you are told"),
        help_text=_("As 90, 30."),
        max_length=60,
        initial="90, 30",
    )
    pays_for = forms.CharField(
        label=_("What it pays in the strategy or among what is lent"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    organisations = forms.ModelMultipleChoiceField(
        label=_("Which other organisations read this"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        keeper: Any,
        fund: Fund | None = None,
        readers: list[Organisation] | None = None,
    ) -> None:
        initial: dict[str, Any] = {"currency": "EUR", "warn_days": "90, 30"}
        if fund is not None:
            initial = {name: getattr(fund, name) for name in self.base_fields if hasattr(fund, name)}
            initial["reports_on"] = ", ".join(fund.reports_on)
            initial["warn_days"] = ", ".join(str(days) for days in fund.warn_days)
            initial["organisations"] = [organisation.pk for organisation in readers or []]
        super().__init__(data, initial=initial)
        field = self.fields["organisations"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Organisation.objects.exclude(pk=keeper).order_by("name")

    def clean(self) -> dict[str, Any]:
        """More than nothing, and an end after the beginning."""
        found: dict[str, Any] = super().clean() or {}
        for name in ("funder", "programme", "what_for", "pays_for"):
            found[name] = tidy(found.get(name, ""))
        begin, end = found.get("starts_on"), found.get("ends_on")
        if begin and end and end < begin:
            self.add_error("ends_on", gettext("This is before it begins."))
        if found.get("amount") == 0:
            self.add_error("amount", gettext("Write how much it is, more than nothing."))
        return found


class PledgeForm(forms.Form):
    """Who pledged it, when, in which words."""

    pledge_by = forms.CharField(label=_("Who decides about it"), max_length=200)
    pledged_on = forms.DateField(label=_("When they said it"), widget=DateInput())
    pledge_words = forms.CharField(
        label=_("In their words"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )

    def clean_pledged_on(self) -> date:
        """Not to come."""
        day: date = self.cleaned_data["pledged_on"]
        if day > clock.today():
            raise ValidationError(gettext("This day is still to come."))
        return day

    def clean_pledge_words(self) -> str:
        """In words."""
        words = tidy(self.cleaned_data["pledge_words"])
        if not says_something(words):
            raise ValidationError(gettext("Write what was pledged."), code="required")
        return words


class EntryForm(forms.Form):
    """Something spent."""

    spent_on = forms.DateField(label=_("When"), widget=DateInput())
    amount = forms.DecimalField(
        label=_("How much"),
        help_text=_("With a minus for what came back."),
        max_digits=14,
        decimal_places=2,
    )
    what = forms.CharField(label=_("What for"), max_length=300, widget=forms.TextInput(attrs={"dir": "auto"}))

    def clean_amount(self) -> Any:
        """Something."""
        if self.cleaned_data["amount"] == 0:
            raise ValidationError(gettext("Write how much it is."))
        return self.cleaned_data["amount"]

    def clean_what(self) -> str:
        """In words."""
        words = tidy(self.cleaned_data["what"])
        if not says_something(words):
            raise ValidationError(gettext("Say in a few words what it was for."), code="required")
        return words
