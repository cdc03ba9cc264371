"""What a person chooses to let somebody in to a record, to end that, and to say what they need one for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.people.models import Member, Organisation, TaskForce
from entente.records.fields import Line, one_line
from entente.records.models import Record
from entente.records.readers import known_members
from entente.records.sights import known_agreements, what_agreements_give

Audience = Record.Audience
NONE = "none"


def _described(member: Member) -> str:
    parts = [str(member.person), member.role_title, str(member.organisation)]
    return " · ".join(part for part in parts if part)


class ShareForm(forms.Form):
    """Who is let in, under which agreement, for what, until when."""

    why: ClassVar[dict[str, Promise | str]] = {
        "purpose": _("They say themselves that they need it for this, before they read more than the title."),
    }

    to = forms.ChoiceField(label=_("Who is let in"))
    agreement = forms.ChoiceField(
        label=_("Under which agreement"),
        help_text=_("A colleague is named on a record without one."),
    )
    purpose = forms.ChoiceField(label=_("What they need it for"))
    until = forms.DateField(
        label=_("Until the end of"),
        required=False,
        help_text=_("Without a day it lasts until somebody ends it; for a person elsewhere, twelve months."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, record: Record, by: Member) -> None:
        super().__init__(data)
        at = clock.now()
        self.record = record
        self.agreements = {str(row.pk): row for row in known_agreements(by, at)}
        self.targets: dict[str, Organisation | TaskForce | Member] = {}
        members = [one for one in known_members(by, at) if one.pk != by.pk]
        organisations = {clause.receiving_id: clause.receiving for clause in what_agreements_give(by, at)}
        forces = TaskForce.objects.filter(ended_at=None).order_by("name")
        groups: list[tuple[Any, list[tuple[str, str]]]] = []
        if record.audience == Audience.ORGANISATION:
            groups.append((_("Organisations"), self._offer(sorted(organisations.values(), key=str))))
        if record.audience != Audience.NAMED:
            groups.append((_("Task forces"), self._offer(list(forces))))
        colleagues = [one for one in members if one.organisation_id == by.organisation_id]
        partners = [one for one in members if one.organisation_id != by.organisation_id]
        groups.append((_("Persons of other organisations"), self._offer(partners)))
        groups.append((_("Colleagues"), self._offer(colleagues)))
        self._choose("to", [("", _("Choose one")), *((name, rows) for name, rows in groups if rows)])
        named = [(key, str(row)) for key, row in self.agreements.items()]
        inside = (NONE, _("None: it stays inside my organisation"))
        self._choose("agreement", [("", _("Choose one")), *named, inside])
        self._choose("purpose", [("", _("Choose one")), *Purpose.choices, inside])

    def _offer(self, rows: Any) -> list[tuple[str, str]]:
        offered = []
        for row in rows:
            key = f"{row._meta.model_name}:{row.pk}"
            self.targets[key] = row
            name = (
                f"{row.person} · {row.role_title or row.organisation}"
                if isinstance(row, Member)
                else str(row)
            )
            offered.append((key, name))
        return offered

    def _choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        return {
            "to": self.targets[self.cleaned_data["to"]],
            "agreement": self.agreements.get(self.cleaned_data["agreement"]),
            "purpose": "" if self.cleaned_data["purpose"] == NONE else self.cleaned_data["purpose"],
            "until": self._until(),
        }

    def _until(self) -> datetime | None:
        """The end of the day, in the city's time."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None


class EndForm(forms.Form):
    """Why an invitation ends."""

    reason = Line(
        label=_("Why it ends"),
        max_length=300,
        widget=one_line(),
        help_text=_("It is sealed in the log. Leave out what the record is about."),
        error_messages={"required": _("Say in a few words why it ends.")},
    )


class PurposeForm(forms.Form):
    """What a guest needs the record for: one of the purposes they were let in for."""

    purpose = forms.ChoiceField(
        label=_("I need this record to"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you need it for.")},
    )

    def __init__(self, data: Any = None, *, purposes: list[str]) -> None:
        super().__init__(data, initial={"purpose": purposes[0]} if len(purposes) == 1 else None)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, Purpose(code).label) for code in purposes]
