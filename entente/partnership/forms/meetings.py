"""What somebody types about a meeting: when and where, a point, who came, and what was said."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.models.meetings import Attendance
from entente.people.models import Seat
from entente.records.fields import Line, Passage, one_line, several_lines

MOMENT = "%Y-%m-%dT%H:%M"


class MeetingForm(forms.Form):
    """When, where, and how long."""

    title = Line(label=_("What the meeting is called"), max_length=200, widget=one_line())
    starts_at = forms.DateTimeField(
        label=_("When it begins"),
        help_text=_("In the city's own time."),
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    minutes = forms.IntegerField(
        label=_("How many minutes it lasts"), min_value=5, max_value=1440, initial=90
    )
    place = Line(label=_("Place"), max_length=300, required=False, widget=one_line())
    link = forms.URLField(
        label=_("Link for those who take part from afar"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )

    def clean_starts_at(self) -> datetime:
        """A meeting is planned for a moment to come."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        if starts_at <= clock.now():
            raise ValidationError(_("This moment has passed. Choose a later one."), code="past")
        return starts_at


class ChangeMeetingForm(MeetingForm):
    """Another date or place, and why."""

    reason = Line(
        label=_("Why it changes"),
        help_text=_("Stands in the message to everybody who was invited."),
        max_length=300,
        required=False,
        widget=one_line(),
    )


class PointForm(forms.Form):
    """A point for the agenda."""

    title = Line(label=_("What about"), max_length=300, widget=one_line())
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=480, initial=10)
    is_restricted = forms.BooleanField(
        label=_("Restricted: only those who sit in this group read this point and its minutes."),
        required=False,
    )


class WhyForm(forms.Form):
    """A reason that everybody concerned reads."""

    reason = Passage(
        label=_("Why"),
        help_text=_("Everybody who was told of it reads this."),
        max_length=500,
        widget=several_lines(3),
    )


class AttendanceForm(forms.Form):
    """Who came: one row for each seat."""

    def __init__(
        self, data: Any = None, *, seats: Iterable[Seat], known: dict[uuid.UUID, Attendance]
    ) -> None:
        super().__init__(data)
        self.seats = list(seats)
        for seat in self.seats:
            row = known.get(seat.membership_id)
            self.fields[f"how_{seat.membership_id}"] = forms.ChoiceField(
                label=_("How they took part"),
                choices=Attendance.How.choices,
                initial=row.how if row else "present",
            )
            self.fields[f"deputy_{seat.membership_id}"] = Line(
                label=_("Name of the deputy"),
                max_length=200,
                required=False,
                widget=one_line(),
                initial=row.deputy_name if row else "",
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each seat with its two fields."""
        return [
            {
                "seat": seat,
                "how": self[f"how_{seat.membership_id}"],
                "deputy": self[f"deputy_{seat.membership_id}"],
            }
            for seat in self.seats
        ]

    def clean(self) -> dict[str, Any]:
        """Who sent a deputy says whom."""
        cleaned = super().clean() or {}
        for seat in self.seats:
            deputy = f"deputy_{seat.membership_id}"
            if cleaned.get(f"how_{seat.membership_id}") == Attendance.How.DEPUTY and not cleaned.get(deputy):
                self.add_error(deputy, _("Write who came instead."))
        return cleaned

    def attendance(self) -> dict[uuid.UUID, tuple[str, str]]:
        """What was chosen, by membership."""
        return {
            seat.membership_id: (
                self.cleaned_data[f"how_{seat.membership_id}"],
                self.cleaned_data[f"deputy_{seat.membership_id}"],
            )
            for seat in self.seats
        }


class MinutesForm(forms.Form):
    """What was said on a point."""

    text = Passage(
        label=_("What was said, and what follows from it"),
        help_text=_("Leave out what the work does not need. What somebody promised is a commitment."),
        max_length=8000,
        widget=several_lines(8),
    )
    read = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
