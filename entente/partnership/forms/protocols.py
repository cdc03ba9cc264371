"""What a person may type about protocols."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.audit import clock
from entente.partnership.forms.library import LONG, day_field, language_field
from entente.partnership.models import Group, Protocol, Rehearsal
from entente.partnership.queries.protocols import DRAFTS, MINE, STALE, Wanted
from entente.partnership.starting_protocols import shipped_protocols
from entente.people.models import Member
from entente.records.fields import Line, Passage, one_line, several_lines

MOST_ROWS = 20
SPARE_ROWS = 2


class ProtocolFilterForm(forms.Form):
    """Which protocols the list shows, read as a sentence."""

    kind = forms.ChoiceField(
        label=_("Protocols for"),
        required=False,
        choices=[("", pgettext_lazy("what a protocol is for", "anything")), *Protocol.Kind.choices],
    )
    which = forms.ChoiceField(
        label=_("that"),
        required=False,
        choices=[
            ("", _("exist")),
            (MINE, _("my organisation keeps or adopted")),
            (STALE, _("need attention")),
            (DRAFTS, _("are being drafted")),
        ],
    )

    @property
    def wanted(self) -> Wanted:
        """What is asked for; whatever was not understood is left out."""
        self.full_clean()
        return Wanted(**{name: self.cleaned_data.get(name, "") for name in ("kind", "which")})


class DraftProtocolForm(forms.Form):
    """How a protocol begins: from one that ships, or from a title."""

    starting = forms.ChoiceField(
        label=_("Begin from"),
        required=False,
        help_text=_("These ship in four languages. You get a copy of your own and change what you like."),
    )
    kind = forms.ChoiceField(label=_("What it is for"), choices=Protocol.Kind.choices, required=False)
    title = Line(label=_("Title"), max_length=200, required=False, widget=one_line())
    language = language_field()
    group = forms.ChoiceField(
        label=_("The group that reads the draft"),
        required=False,
        help_text=_("Otherwise only your organisation reads it until it is in use."),
    )

    def __init__(self, data: Any = None, *, by: Member, language: str) -> None:
        super().__init__(data, initial={"language": language})
        shipped = [(one.slug, one.title) for one in shipped_protocols()]
        self.fields["starting"].choices = [("", _("An empty page")), *shipped]  # type: ignore[attr-defined]
        rows = Group.objects.visible_to(by).filter(pk__in=by.task_forces).select_related("task_force")
        self.groups = {str(group.pk): group for group in rows}
        groups = [(key, str(group)) for key, group in self.groups.items()]
        self.fields["group"].choices = [("", _("No group")), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """From nothing, it needs a kind and a title."""
        told = super().clean() or self.cleaned_data
        if not told.get("starting"):
            for name in ("kind", "title"):
                if not told.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose a protocol to begin from, or fill this in."))
        return told

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        told = dict(self.cleaned_data)
        title = told.pop("title")
        return told | {"texts": {"title": title}, "group": self.groups.get(told["group"])}


class ProtocolForm(forms.Form):
    """The texts of a protocol in one language: title, purpose, when it applies, roles and steps."""

    title = Line(label=_("Title"), max_length=200, widget=one_line())
    purpose = Passage(label=_("Purpose"), max_length=LONG, widget=several_lines(3))
    applies = Passage(label=_("When it applies"), max_length=LONG, widget=several_lines(3))
    review_on = day_field(_("Review on"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    ROLES = (("role", _("Role"), 200), ("does", _("What it does"), 1000))
    STEPS = (("who", _("Who"), 200), ("what", _("Does what"), 1000), ("within", _("Within how long"), 100))

    def __init__(self, data: Any = None, *, texts: dict[str, Any], initial: dict[str, Any]) -> None:
        told = {name: texts.get(name, "") for name in ("title", "purpose", "applies")}
        super().__init__(data, initial=told | initial)
        self._add_rows("roles", self.ROLES, texts.get("roles") or [])
        self._add_rows("steps", self.STEPS, texts.get("steps") or [])

    def _add_rows(self, name: str, columns: Any, rows: list[dict[str, str]]) -> None:
        for number in range(min(len(rows) + SPARE_ROWS, MOST_ROWS)):
            for column, label, length in columns:
                row = rows[number] if number < len(rows) else {}
                widget = several_lines(2) if length > 200 else one_line()
                self.fields[f"{name}-{number}-{column}"] = Line(
                    label=label,
                    max_length=length,
                    required=False,
                    widget=widget,
                    initial=row.get(column, ""),
                )

    def _rows(self, name: str, columns: Any) -> list[list[BoundField]]:
        numbers = sorted({int(key.split("-")[1]) for key in self.fields if key.startswith(f"{name}-")})
        return [[self[f"{name}-{number}-{column}"] for column, _l, _n in columns] for number in numbers]

    @property
    def role_rows(self) -> list[list[BoundField]]:
        """The fields of the roles, row by row."""
        return self._rows("roles", self.ROLES)

    @property
    def step_rows(self) -> list[list[BoundField]]:
        """The fields of the steps, row by row."""
        return self._rows("steps", self.STEPS)

    @property
    def plain_fields(self) -> list[BoundField]:
        """The fields before the rows."""
        return [self[name] for name in ("title", "purpose", "applies", "review_on", "seen")]

    def clean(self) -> dict[str, Any]:
        """A step says who does what, and within how long."""
        told = super().clean() or self.cleaned_data
        for name, columns in (("roles", self.ROLES), ("steps", self.STEPS)):
            told[name] = [row for row in self._typed(name, columns, told) if any(row.values())]
            if any(not all(row.values()) for row in told[name]):
                raise ValidationError(_("Fill in every field of a row, or none of them."), code="half")
        return told

    def _typed(self, name: str, columns: Any, told: dict[str, Any]) -> list[dict[str, str]]:
        rows = range(len(self._rows(name, columns)))
        return [
            {column: told.get(f"{name}-{number}-{column}", "") for column, _l, _n in columns}
            for number in rows
        ]

    @property
    def texts(self) -> dict[str, Any]:
        """What the service is told."""
        return {name: self.cleaned_data[name] for name in ("title", "purpose", "applies", "roles", "steps")}


class AdoptForm(forms.Form):
    """What an organisation does differently, and why."""

    deviations = Passage(
        label=_("What your organisation does differently"),
        required=False,
        max_length=1000,
        widget=several_lines(3),
    )
    deviations_reason = Passage(
        label=_("Why it does that differently"), required=False, max_length=1000, widget=several_lines(2)
    )


class RehearsalForm(forms.Form):
    """When and how a protocol was exercised, and what was found."""

    on = day_field(_("On which day"))
    how = forms.ChoiceField(label=_("How"), choices=Rehearsal.How.choices, widget=forms.RadioSelect)
    found = Passage(
        label=_("What the exercise showed"),
        max_length=LONG,
        widget=several_lines(5),
        help_text=_("What worked, what did not, what shall change. Name no person and blame nobody."),
    )

    def clean_on(self) -> Any:
        """A day that has been."""
        if self.cleaned_data["on"] > clock.today():
            raise ValidationError(_("That day has not come yet."), code="future")
        return self.cleaned_data["on"]


class ProtocolReviewForm(forms.Form):
    """That a protocol was looked at again and stays."""

    outcome = Passage(label=_("What the review found"), max_length=1000, widget=several_lines(3))
    next_on = day_field(_("The next review"))
