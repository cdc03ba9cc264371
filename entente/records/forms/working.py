"""What a person may type on any record."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.people.models import Member
from entente.people.queries import colleagues
from entente.records.fields import Line, Passage, one_line, several_lines
from entente.records.forms.categories import PartForm
from entente.records.models import Record
from entente.records.queries import who_works_on

NOTE_LENGTH = 4000


class NoteForm(PartForm):
    """A note on a record."""

    text = Passage(
        label=_("Your note"),
        help_text=_("Leave out what the work does not need."),
        max_length=NOTE_LENGTH,
        widget=several_lines(5),
        error_messages={
            "required": _("Write the note here."),
            "max_length": _("A note has at most %(limit_value)d characters; yours has %(show_value)d."),
        },
    )


class ActionForm(PartForm):
    """Who does what by when."""

    what = Line(label=_("What is to be done"), max_length=200, widget=one_line())
    assigned_to = forms.ChoiceField(label=_("Who does it"))
    due_on = forms.DateField(
        label=_("By when"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, data: Any = None, *, by: Member, record: Record | None = None) -> None:
        super().__init__(data, record=record, initial={"assigned_to": str(by.pk)})
        members = who_works_on(record, by) if record else colleagues(by)
        self.members = {str(member.pk): member for member in members}
        field = self.fields["assigned_to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, member.person.name) for key, member in self.members.items()]

    def clean_assigned_to(self) -> Member:
        """One of the colleagues."""
        return self.members[self.cleaned_data["assigned_to"]]

    def clean_due_on(self) -> date:
        """Nothing is due in the past."""
        due_on: date = self.cleaned_data["due_on"]
        if due_on < clock.today():
            raise ValidationError(_("This day has passed. Choose a later one."), code="past")
        return due_on


class SearchForm(forms.Form):
    """What somebody looks for: words in any language, or a reference."""

    q = forms.CharField(
        label=_("Words or a reference"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
