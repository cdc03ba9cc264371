"""What somebody types about a group's decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.models.decisions import GroupDecision
from entente.partnership.models.groups import Group
from entente.partnership.models.meetings import Meeting
from entente.people.models import Seat
from entente.records.fields import Line, Passage, one_line, several_lines


class ProposalForm(forms.Form):
    """A question for the group, and what was weighed."""

    question = Line(label=_("The question"), max_length=300, widget=one_line())
    options = Passage(
        label=_("What could be done"),
        help_text=_("One option on each line, doing nothing left out: it comes below."),
        max_length=3000,
        widget=several_lines(4),
    )
    doing_nothing = Passage(
        label=_("What happens if nothing is done"), max_length=1500, widget=several_lines(3)
    )
    rights_impact = Passage(
        label=_("Whose rights it touches, and how"),
        help_text=_("If it touches nobody's, say why not."),
        max_length=2000,
        widget=several_lines(3),
    )
    language = forms.ChoiceField(label=_("Language in which it is written"), choices=settings.LANGUAGES)
    meeting = forms.ChoiceField(label=_("Meeting"), required=False)

    def __init__(self, data: Any = None, *, meetings: Iterable[Meeting], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.meetings = {str(row.pk): row for row in meetings}
        field = self.fields["meeting"]
        assert isinstance(field, forms.ChoiceField)
        named = [(key, row.title) for key, row in self.meetings.items()]
        field.choices = [("", _("outside a meeting")), *named]

    def clean_options(self) -> list[str]:
        """One on each line."""
        return [line for line in self.cleaned_data["options"].splitlines() if line.strip()]

    def clean_meeting(self) -> Meeting | None:
        """One of the group's."""
        return self.meetings.get(self.cleaned_data["meeting"])


class DecideForm(forms.Form):
    """What the group said, and why."""

    outcome = Passage(label=_("What exactly"), max_length=3000, widget=several_lines(4))
    reasons = Passage(
        label=_("The reasons"),
        max_length=4000,
        widget=several_lines(4),
        error_messages={"required": _("A decision needs its reasons: write why the group said yes or no.")},
    )
    decided_on = forms.DateField(
        label=_("Date"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    in_favour = forms.IntegerField(label=_("In favour"), min_value=0, max_value=999, required=False)
    against = forms.IntegerField(label=_("Against"), min_value=0, max_value=999, required=False)
    abstained = forms.IntegerField(label=_("Abstained"), min_value=0, max_value=999, required=False)
    decided_by = Line(
        label=_("Which office or council decided"), max_length=200, required=False, widget=one_line()
    )

    def __init__(self, data: Any = None, *, decision: GroupDecision) -> None:
        super().__init__(data, initial={"decided_on": clock.today()})
        if decision.rule != Group.DecisionRule.MAJORITY:
            for name in ("in_favour", "against", "abstained"):
                del self.fields[name]
        if decision.rule != Group.DecisionRule.ADVISORY:
            del self.fields["decided_by"]

    def clean_decided_on(self) -> date:
        """Nobody decides tomorrow."""
        decided_on: date = self.cleaned_data["decided_on"]
        if decided_on > clock.today():
            raise ValidationError(_("This day lies in the future."), code="future")
        return decided_on


class DissentForm(forms.Form):
    """That somebody sees it otherwise."""

    text = Passage(label=_("What you see otherwise"), max_length=2000, widget=several_lines(4))
    member = forms.ChoiceField(label=_("Who said so"))

    def __init__(self, data: Any = None, *, seats: Iterable[Seat], own: Any, is_keeper: bool) -> None:
        super().__init__(data, initial={"member": str(own)})
        self.members = {str(seat.membership_id): seat.membership for seat in seats}
        if not is_keeper:
            del self.fields["member"]
            return
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, str(member)) for key, member in self.members.items()]

    def clean_member(self) -> Any:
        """Somebody who sits there."""
        return self.members[self.cleaned_data["member"]]


class ReverseForm(forms.Form):
    """Which later decision takes its place, and why."""

    later = forms.ChoiceField(label=_("The later decision"))
    reversal = Passage(label=_("Why it does not hold any longer"), max_length=2000, widget=several_lines(3))

    def __init__(self, data: Any = None, *, later: Iterable[GroupDecision]) -> None:
        super().__init__(data)
        self.decisions = {str(row.pk): row for row in later}
        field = self.fields["later"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, row.question) for key, row in self.decisions.items()]

    def clean_later(self) -> GroupDecision:
        """One of the group's."""
        return self.decisions[self.cleaned_data["later"]]


class PublishForm(forms.Form):
    """The essence for everybody, in one language or more."""

    def __init__(self, data: Any = None, *, decision: GroupDecision) -> None:
        super().__init__(data)
        self.language = decision.language
        others = [code for code, _name in settings.LANGUAGES if code != decision.language]
        self.codes = [decision.language, *others]
        for code in self.codes:
            is_first = code == decision.language
            name = get_language_info(code)["name_local"]
            for field, label in (("what", _("What was decided or refused")), ("reasons", _("Why"))):
                self.fields[f"{field}_{code}"] = Passage(
                    label=_("%(label)s, in %(language)s") % {"label": label, "language": name},
                    max_length=3000,
                    required=is_first,
                    widget=forms.Textarea(attrs={"rows": 3, "lang": code, "dir": "auto"}),
                    initial=(decision.outcome if field == "what" else decision.reasons) if is_first else "",
                )

    def clean(self) -> dict[str, Any]:
        """A language has both texts or none."""
        cleaned = super().clean() or {}
        for code in self.codes:
            what, reasons = cleaned.get(f"what_{code}"), cleaned.get(f"reasons_{code}")
            if bool(what) != bool(reasons) and not self.errors:
                missing = f"reasons_{code}" if what else f"what_{code}"
                self.add_error(missing, _("Write both texts in this language, or neither."))
        return cleaned

    def texts(self) -> dict[str, dict[str, str]]:
        """What was written, by language, the decision's own first."""
        return {
            code: {"what": self.cleaned_data[f"what_{code}"], "reasons": self.cleaned_data[f"reasons_{code}"]}
            for code in self.codes
            if self.cleaned_data[f"what_{code}"]
        }
