"""What somebody types about a group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.models import Group
from entente.people.models import Member, Seat
from entente.records.fields import Line, Passage, one_line, several_lines

YEAR = 365


def day_field(label: Any, help_text: Any = "", *, is_needed: bool = True) -> forms.DateField:
    """A day, as browsers ask for it."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=is_needed,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class GroupForm(forms.Form):
    """What a group is called and what it is for."""

    name = Line(label=_("What is the group called?"), max_length=120, widget=one_line())
    kind = forms.ChoiceField(label=_("What kind of group is it?"), choices=Group.Kind)
    purpose = Passage(
        label=_("What is it for?"),
        max_length=1000,
        widget=several_lines(3),
        help_text=_("Every member of the partnership can read the name, the kind and this."),
    )
    objectives = Passage(
        label=_("What does it want to reach?"),
        required=False,
        max_length=2000,
        widget=several_lines(4),
        help_text=_("One objective on each line, such that somebody can see later whether it was reached."),
    )
    scope = Passage(
        label=_("What belongs to its work?"), required=False, max_length=2000, widget=several_lines(3)
    )
    out_of_scope = Passage(
        label=_("What does not?"),
        required=False,
        max_length=2000,
        widget=several_lines(3),
        help_text=_("What the group leaves to others. This protects those who sit there and everybody else."),
    )
    communication = Passage(
        label=_("Who tells whom what, how, and how fast?"),
        required=False,
        max_length=2000,
        widget=several_lines(3),
    )
    legal_basis = Line(
        label=_("On what does it rest?"),
        required=False,
        max_length=300,
        widget=one_line(),
        help_text=_("A law, a resolution of the council, a decision of the mayor."),
    )
    decision_rule = forms.ChoiceField(label=_("How does it decide?"), choices=Group.DecisionRule)
    quorum = forms.IntegerField(
        label=_("How many organisations must be present?"), min_value=0, max_value=200, initial=2
    )
    rhythm_days = forms.IntegerField(
        label=_("How many days lie between two meetings?"),
        min_value=0,
        max_value=YEAR,
        initial=28,
        help_text=_("0 means: when it is needed."),
    )
    review_on = day_field(_("When do you ask whether it is still needed?"), is_needed=False)
    language = forms.ChoiceField(label=_("In which language did you write this?"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["language"].initial = get_language() or settings.LANGUAGE_CODE
        self.fields["review_on"].initial = clock.today() + timedelta(days=YEAR)

    def clean_objectives(self) -> list[str]:
        """Each line is one."""
        return [line for line in self.cleaned_data["objectives"].splitlines() if line]

    def clean_review_on(self) -> Any:
        """A review lies ahead."""
        found = self.cleaned_data["review_on"]
        if found is not None and found <= clock.today() and "review_on" in self.changed_data:
            raise ValidationError(_("The next review lies in the future."), code="past")
        return found


class EditGroupForm(GroupForm):
    """The same later, with who chairs, over the edition that was read. A changed text is translated anew."""

    chair = forms.ChoiceField(label=_("Who chairs?"), required=False)
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, group: Group, seats: list[Seat]) -> None:
        told = {name: getattr(group, name) for name in GroupForm.base_fields if hasattr(group, name)}
        told |= {"name": group.task_force.name, "objectives": "\n".join(group.objectives)}
        told |= {"edition": group.edition, "chair": str(group.chair_id or "")}
        super().__init__(data, initial=told)
        for name in ("language", "review_on"):
            self.fields[name].initial = None
        self.members = {str(seat.membership_id): seat.membership for seat in seats}
        field = self.fields["chair"]
        assert isinstance(field, forms.ChoiceField)
        named = [(key, member.person.name) for key, member in self.members.items()]
        field.choices = [("", _("Nobody yet")), *named]

    def clean_chair(self) -> Member | None:
        """One of those who sit there."""
        return self.members.get(self.cleaned_data["chair"])


class TranslateGroupForm(forms.Form):
    """What a group says about itself, in another language; each field shows what is translated."""

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, group: Group, language: str) -> None:
        told = dict(group.texts.get(language, {}))
        told["objectives"] = "\n".join(told.get("objectives", []))
        names = {"name": group.task_force.names.get(language, ""), "edition": group.edition}
        super().__init__(data, initial={**told, **names})
        for field in ("name", "purpose", "objectives", "scope", "out_of_scope", "communication"):
            original = self.original(group, field)
            if original:
                self.fields[field] = self.box(field, original)

    def original(self, group: Group, field: str) -> str:
        """What was written first."""
        if field == "name":
            return group.task_force.name
        found = getattr(group, field)
        return "\n".join(found) if field == "objectives" else str(found)

    def box(self, field: str, original: str) -> forms.Field:
        """As long as the original may be, and the original above it."""
        like = GroupForm.base_fields[field]
        assert isinstance(like, Line)
        kind = Line if field == "name" else Passage
        widget = one_line() if field == "name" else several_lines(3)
        return kind(
            label=like.label,
            help_text=format_html('<span dir="auto">{}</span>', original),
            required=False,
            max_length=like.max_length,
            widget=widget,
        )

    @property
    def given(self) -> dict[str, Any]:
        """What was typed, as a group keeps it."""
        texts = {name: text for name, text in self.cleaned_data.items() if name not in {"name", "edition"}}
        texts["objectives"] = [line for line in texts.get("objectives", "").splitlines() if line]
        return {
            "texts": texts,
            "name": self.cleaned_data.get("name", ""),
            "edition": self.cleaned_data["edition"],
        }


class ReviewForm(forms.Form):
    """What a review found."""

    learnt = Passage(
        label=_("What did you find?"),
        max_length=1000,
        widget=several_lines(4),
        help_text=_("Everybody who sits in the group can read this. Name no person the work is about."),
    )
    next_on = day_field(_("When is the next review?"))

    def clean_next_on(self) -> Any:
        """It lies ahead."""
        if self.cleaned_data["next_on"] <= clock.today():
            raise ValidationError(_("The next review lies in the future."), code="past")
        return self.cleaned_data["next_on"]
