"""What the keeper writes for everybody to read, and what an assessment says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from entente.partnership.models import Assessment

LONG = 4000
AREA = {"rows": 4, "dir": "auto"}
State = Assessment.State


class InLanguages(forms.Form):
    """One text in the language it was written in, and in the others."""

    field = "text"

    def add_texts(self, label: Any, *, language: str, help_text: Any = "") -> None:
        """A field for each language; the one it is written in must be filled in."""
        self.language = language
        for code in _ordered(language):
            info = get_language_info(code)
            self.fields[f"{self.field}_{code}"] = forms.CharField(
                label=f"{label} · {info['name_local'].capitalize()}",
                required=code == language,
                max_length=LONG,
                help_text=help_text if code == language else "",
                widget=forms.Textarea(attrs={"rows": 4, "lang": code, "dir": _direction(info)}),
            )

    def told(self) -> dict[str, str]:
        """The texts by language, empty ones left out."""
        found = {code: self.cleaned_data[f"{self.field}_{code}"].strip() for code in _ordered(self.language)}
        return {code: text for code, text in found.items() if text}


def _ordered(first: str) -> list[str]:
    return [first, *(code for code, _name in settings.LANGUAGES if code != first)]


def _direction(info: Any) -> str:
    return "rtl" if info["bidi"] else "ltr"


class EssenceForm(InLanguages):
    """The essence in languages, and whom to ask at each party."""

    field = "essence"

    def __init__(self, data: Any = None, *, language: str, parties: list[Any], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.add_texts(
            _("What the agreement is about"),
            language=language,
            help_text=_("Everybody reads this. Say it so that a neighbour understands. Name no person."),
        )
        self.parties = parties
        for one in parties:
            self.fields[f"contact_{one.slug}"] = forms.CharField(
                label=gettext("Whom to ask at %(organisation)s") % {"organisation": one},
                required=False,
                max_length=200,
                help_text=_("A function's address or telephone number, never a person's."),
            )

    @property
    def contacts(self) -> dict[str, str]:
        """Whom to ask, by the organisation's short name."""
        return {one.slug: self.cleaned_data[f"contact_{one.slug}"] for one in self.parties}


class AssessmentForm(forms.Form):
    """The texts of an assessment; it may be left and taken up again."""

    scope = forms.CharField(
        label=_("What is shared, about whom, by whom and for how long"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs=AREA),
    )
    necessity = forms.CharField(
        label=_("Why it is necessary"),
        required=False,
        max_length=LONG,
        help_text=_("Could the purpose be reached with less, or without saying who it is about?"),
        widget=forms.Textarea(attrs=AREA),
    )
    proportionality = forms.CharField(
        label=_("Why it is in proportion"), required=False, max_length=LONG, widget=forms.Textarea(attrs=AREA)
    )
    concerns = forms.CharField(
        label=_("What may go wrong for people"),
        required=False,
        max_length=LONG,
        help_text=_("Stigma, mistakes, lost trust, effects on children: seen from their side, not ours."),
        widget=forms.Textarea(attrs=AREA),
    )
    measures = forms.CharField(
        label=_("What is done about it"), required=False, max_length=LONG, widget=forms.Textarea(attrs=AREA)
    )
    consulted = forms.CharField(
        label=_("Who was asked"),
        required=False,
        max_length=LONG,
        help_text=_("People concerned and their associations, staff, the authority. Groups, not names."),
        widget=forms.Textarea(attrs=AREA),
    )


class OpinionForm(forms.Form):
    """What the data protection officer advises."""

    opinion = forms.CharField(
        label=_("Your advice, with its reasons"), max_length=LONG, widget=forms.Textarea(attrs=AREA)
    )
    is_favourable = forms.TypedChoiceField(
        label=_("In short"),
        choices=(("yes", _("It may go ahead")), ("no", _("It should not go ahead like this"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class DecisionForm(InLanguages):
    """The decision on an assessment, its next review, and what everybody may read of it."""

    field = "summary"

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=(
            (State.APPROVED, State.APPROVED.label),
            (State.CONDITIONS, State.CONDITIONS.label),
            (State.REJECTED, State.REJECTED.label),
        ),
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"), max_length=LONG, help_text=_("Keeper and parties read them."),
        widget=forms.Textarea(attrs=AREA),
    )  # fmt: skip
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=LONG, widget=forms.Textarea(attrs=AREA)
    )
    review_on = forms.DateField(
        label=_("Looked at again on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, data: Any = None, *, language: str, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.add_texts(
            _("Summary for everybody"),
            language=language,
            help_text=_("What was weighed, what was decided and what people may expect, in a few sentences."),
        )
