"""What somebody types about a commitment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from entente.audit import clock
from entente.partnership.models.decisions import GroupDecision
from entente.partnership.models.groups import Group
from entente.people.models import Member, Organisation, Seat
from entente.records.fields import Line, Passage, one_line, several_lines

PASSED = _("This day has passed. A commitment is due today or later.")


def day_input() -> forms.DateInput:
    """A day, as browsers ask for one."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class WordsForm(forms.Form):
    """What is promised by when."""

    what = Line(label=_("What is promised"), max_length=400, widget=one_line())
    due_on = forms.DateField(label=_("By when"), widget=day_input())
    evidence_wanted = Line(
        label=_("What will show that it was kept"), max_length=400, required=False, widget=one_line()
    )


class OfferForm(WordsForm):
    """Who promises what by when, and what it serves."""

    person = forms.ChoiceField(label=_("Who"))
    objective = forms.ChoiceField(label=_("Objective of the group"), required=False)
    decision = forms.ChoiceField(label=_("Decision it follows from"), required=False)
    field_order = ("person", "what", "due_on", "evidence_wanted", "objective", "decision")

    def __init__(
        self,
        data: Any = None,
        *,
        seats: Iterable[Seat],
        group: Group,
        decisions: Iterable[GroupDecision],
        initial: Any = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.members = {str(seat.membership_id): seat.membership for seat in seats}
        self.decisions = {str(row.pk): row for row in decisions}
        people = [(key, str(member)) for key, member in self.members.items()]
        self._offer("person", [("", "—"), *people])
        self._offer(
            "objective",
            [("", pgettext("no objective", "none")), *((text, text) for text in group.objectives)],
        )
        self._offer(
            "decision",
            [
                ("", pgettext("no decision", "none")),
                *((key, row.question) for key, row in self.decisions.items()),
            ],
        )

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_person(self) -> Member:
        """Somebody who sits there."""
        return self.members[self.cleaned_data["person"]]

    def clean_decision(self) -> GroupDecision | None:
        """One of the group's."""
        return self.decisions.get(self.cleaned_data["decision"])

    def clean_due_on(self) -> date:
        """Nothing is due in the past."""
        due_on: date = self.cleaned_data["due_on"]
        if due_on < clock.today():
            raise ValidationError(PASSED, code="past")
        return due_on


class ChangeCommitmentForm(WordsForm):
    """Another date or text, and why."""

    reason = Passage(
        label=_("Why it changes"),
        help_text=_("Everybody who reads the commitment reads this, and sees what was promised first."),
        max_length=1000,
        widget=several_lines(3),
    )
    read = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class EvidenceForm(forms.Form):
    """What shows that a promise was kept."""

    evidence = Passage(
        label=_("What shows that it was kept"),
        help_text=_("Where it can be seen, read or asked. Name nobody the partnership works for."),
        max_length=2000,
        widget=several_lines(3),
    )


class WithdrawForm(forms.Form):
    """Why a promise will not be kept."""

    reason = Passage(
        label=_("Why"),
        help_text=_("Everybody who reads the commitment reads this."),
        max_length=2000,
        widget=several_lines(3),
    )


class BoardForm(forms.Form):
    """Which commitments the board shows, read as a sentence."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("what is open")), ("late", _("what is late")), ("all", _("everything"))],
    )
    group = forms.ChoiceField(label=_("promised to"), required=False)
    organisation = forms.ChoiceField(label=_("by"), required=False)

    def __init__(
        self, data: Any = None, *, groups: Iterable[Group], organisations: Iterable[Organisation]
    ) -> None:
        super().__init__(data)
        self._offer("group", _("any group"), [(str(row.pk), str(row)) for row in groups])
        self._offer("organisation", _("any organisation"), [(row.slug, str(row)) for row in organisations])

    def _offer(self, name: str, nothing: Any, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]
