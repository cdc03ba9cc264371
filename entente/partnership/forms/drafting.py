"""What a person types when an agreement comes to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Purpose
from entente.partnership.models import Dossier, LegalBasis, Opinion
from entente.partnership.queries.agreement_templates import templates
from entente.people.models import Member, Organisation
from entente.records.fields import Line, Passage, one_line

LABELS: dict[str, tuple[Promise, Promise]] = {
    "aim": (_("Purpose"), _("What the parties want to achieve together, and for whom.")),
    "benefits": (_("Benefits of sharing"), _("What gets better, and how you will notice.")),
    "harms": (_("Risks of sharing, and of not sharing"), _("Both; and what is done about each.")),
    "necessity": (_("Necessity"), _("Why less would not do, and why not without names.")),
    "roles": (_("Who decides what"), _("Which party decides and answers for what.")),
    "transfer": (_("How it goes over, and how it is kept safe"), _("Allowed ways, and those that are not.")),
    "quality": (_("Quality and correction"), _("Who corrects a mistake, and who is told.")),
    "rights": (_("Rights of the people concerned"), _("How they are told, and whom they can ask.")),
    "children": (_("Children"), _("What is different for anybody under eighteen.")),
    "retention": (_("How long it is kept"), _("Terms, and what happens to copies.")),
    "onward": (_("Passing it on"), _("To whom it may go on, or why to nobody.")),
    "breach": (_("When something goes wrong"), _("Who tells whom, within how many hours.")),
    "emergencies": (_("Emergencies"), _("What anybody may do in acute danger.")),
    "complaints": (_("Complaints"), _("Where people complain, and what they can expect.")),
    "review": (_("Review"), _("When the parties look at it again, and at what.")),
    "leaving": (_("When a party leaves"), _("What happens to what it received.")),
}


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DraftForm(forms.Form):
    """From which template an agreement begins, its title and who joins it."""

    template = forms.ChoiceField(label=_("Template"), widget=forms.RadioSelect)
    title = Line(label=_("Title"), max_length=200, widget=one_line())
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=settings.LANGUAGES,
        help_text=_("The template comes in four languages. This is the one that counts when they differ."),
    )
    parties = forms.ModelMultipleChoiceField(
        label=_("Parties besides your organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You can add more from the directory afterwards, until somebody signs."),
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = templates()
        choices = [(row["key"], f"{row['name']} · {row['for_what']}") for row in rows]
        self.fields["template"].choices = choices  # type: ignore[attr-defined]
        self.fields["parties"].queryset = organisations  # type: ignore[attr-defined]


class TextsForm(forms.Form):
    """The texts of a dossier in one language; in its own language also what is no text."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, dossier: Dossier, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        is_own = language == dossier.language
        for name in Dossier.FIELDS:
            label, help_text = LABELS[name]
            self.fields[name] = Passage(
                label=str(label),
                help_text=str(help_text),
                max_length=4000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4, "lang": language, "dir": "auto"}),
            )
        if is_own:
            self._add_terms(dossier)

    def _add_terms(self, dossier: Dossier) -> None:
        self.fields["contact"] = Line(
            label=_("Single contact point"),
            max_length=300,
            required=False,
            widget=one_line(),
            help_text=_("An office with its address or telephone, not a person."),
        )
        self.fields["review_on"] = forms.DateField(label=_("Next review on"), required=False, widget=_day())
        self.fields["excluded_purposes"] = forms.MultipleChoiceField(
            label=_("Purposes this agreement excludes"),
            choices=lambda: [(value, capfirst(str(label))) for value, label in Purpose.choices],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Besides those that every agreement excludes."),
        )

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by field."""
        return {name: self.cleaned_data.get(name, "") for name in Dossier.FIELDS}

    @property
    def terms(self) -> dict[str, Any]:
        """What is no text, if the form had it."""
        names = ("contact", "review_on", "excluded_purposes")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class BasisForm(forms.Form):
    """On which law one party stands for one purpose."""

    why: ClassVar[dict[str, Promise | str]] = {
        "provision": _("“Public task” alone says nothing: the law that gives the task does."),
    }

    organisation = forms.ModelChoiceField(label=_("Party"), queryset=Organisation.objects.none())
    purpose = forms.ChoiceField(label=_("Purpose"))
    basis = forms.ChoiceField(label=_("Legal basis"), choices=LegalBasis.choices)
    provision = Line(label=_("National provision, in words"), max_length=300, widget=one_line())

    def __init__(
        self, *args: Any, parties: Sequence[Organisation], purposes: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.filter(pk__in=[row.pk for row in parties]).order_by("name")
        self.fields["organisation"].queryset = rows  # type: ignore[attr-defined]
        used = [(value, capfirst(str(label))) for value, label in Purpose.choices if value in purposes]
        self.fields["purpose"].choices = used or Purpose.choices  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """What a data protection officer says, and why."""

    view = forms.ChoiceField(
        label=_("Opinion"),
        choices=[row for row in Opinion.View.choices if row[0] != Opinion.View.ASKED],
        widget=forms.RadioSelect,
    )
    reasons = Passage(
        label=_("Reasons and conditions"),
        max_length=4000,
        widget=_area(6),
        help_text=_("The parties and the organisation that keeps the agreement read this. It stays."),
    )


class ReviewForm(forms.Form):
    """What a review found, and when the next one is."""

    note = Passage(
        label=_("What the review found"),
        max_length=2000,
        widget=_area(4),
        help_text=_("Every member of the partnership can read this in the history. Name no person."),
    )
    next_on = forms.DateField(label=_("Next review on"), widget=_day())


class AmendForm(forms.Form):
    """The title of the agreement that takes the place of another."""

    title = Line(label=_("Title of the new agreement"), max_length=200, widget=one_line())


class MandateForm(forms.Form):
    """Who may sign, by which act, which kinds and until when."""

    member = forms.ModelChoiceField(label=_("Who may sign"), queryset=Member.objects.none())
    act = Line(
        label=_("By which act"),
        max_length=300,
        widget=one_line(),
        help_text=_("For example “Decision of the council of 12 March 2026, number 48”."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Which kinds of agreement"),
        choices=lambda: [(value, capfirst(str(label))) for value, label in Agreement.Kind.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all."),
    )
    until = forms.DateField(
        label=_("Until the end of"),
        required=False,
        widget=_day(),
        help_text=_("Without a day it lasts until the coordinator ends it."),
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
