"""What a coordinator may choose when reading statements."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from entente.dialogue.models import Statement
from entente.dialogue.sentences import language_name
from entente.records.fields import Line, one_line

State = Statement.State
MOST = 500  # statements decided in one step


class QueueForm(forms.Form):
    """Which statements are shown and in which order; reads as a sentence."""

    show = forms.ChoiceField(choices=State.choices, required=False, widget=forms.HiddenInput)
    # Not `language`: every page takes that for the reader's.
    written = forms.ChoiceField(label=_("Statements in"), required=False)
    kind = forms.ChoiceField(
        label=_("that are"),
        required=False,
        choices=[
            ("", _("new or said before")),
            ("alike", _("like another one")),
            ("new", _("like no other")),
        ],
    )
    order = forms.ChoiceField(
        label=_("sorted"),
        required=False,
        choices=[
            ("", _("oldest first, with those like them")),
            ("newest", _("newest first, with those like them")),
            ("most", _("most repeated first")),
        ],
    )

    def __init__(self, data: QueryDict, *, languages: list[str]) -> None:
        super().__init__(data, auto_id="filter-%s")
        field = self.fields["written"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("every language")), *((code, language_name(code)) for code in languages)]

    def wanted(self, name: str) -> str:
        """What was chosen; whatever an address says that is no choice counts as none."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class DecisionForm(forms.Form):
    """A decision about the statements that were chosen, or about one by its own button.

    `one` is such a button's value: `accepted:ID` or `insult:ID`, as any reason.
    """

    seen = forms.ChoiceField(choices=State.choices, widget=forms.HiddenInput)
    one = forms.CharField(required=False, widget=forms.HiddenInput)
    chosen = forms.CharField(required=False, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[(s, s) for s in (State.ACCEPTED, State.REJECTED)], required=False)
    reason = forms.ChoiceField(
        label=_("Why they are not accepted"),
        choices=[("", _("Choose a reason")), *Statement.Reason.choices],
        required=False,
    )
    same_as = forms.IntegerField(
        label=_("Repeats statement number"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    note = Line(label=_("A word to whoever wrote them"), max_length=300, required=False, widget=one_line())

    ids: list[uuid.UUID]

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="decide-%s")

    def clean(self) -> dict[str, Any]:
        """Something is chosen, and nothing is turned down without a reason from the public policy."""
        cleaned = super().clean() or self.cleaned_data
        what, which = [*cleaned.get("one", "").split(":"), ""][:2]
        if what:
            self._take_over(what, which)
            is_accepted = what == State.ACCEPTED
            cleaned["decision"] = State.ACCEPTED if is_accepted else State.REJECTED
            cleaned["reason"] = "" if is_accepted else what
            if not is_accepted and what not in Statement.Reason:
                self.add_error(
                    "reason", ValidationError(_("Choose a reason from the public policy."), code="invalid")
                )
        self.ids = self._ids([which] if what else _sent(self, "chosen"))
        if not cleaned.get("decision"):
            self.add_error(
                None, ValidationError(_("Accept the statements or turn them down."), code="required")
            )
        elif cleaned["decision"] == State.REJECTED and not cleaned.get("reason"):
            self.add_error(
                "reason", ValidationError(_("Choose a reason from the public policy."), code="required")
            )
        return cleaned

    def _take_over(self, what: str, which: str) -> None:
        """A button's decision stands in the form above when that has to be asked for more."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["reason"] = "" if what == State.ACCEPTED else what
        sent.setlist("chosen", [which])
        self.data = sent

    def _ids(self, sent: list[str]) -> list[uuid.UUID]:
        try:
            ids = [uuid.UUID(one) for one in dict.fromkeys(sent)]
        except ValueError:
            ids = []
        if not ids:
            self.add_error(None, ValidationError(_("Choose at least one statement."), code="required"))
        if len(ids) > MOST:
            message = _("These are more than %(limit)d statements. Decide in several steps.")
            self.add_error(None, ValidationError(message, code="many", params={"limit": MOST}))
        return ids


def _sent(form: forms.Form, name: str) -> list[str]:
    return form.data.getlist(name) if isinstance(form.data, QueryDict) else []


class FamilyForm(forms.Form):
    """One statement is kept, and those that say the same are turned down as its repeats."""

    seen = forms.ChoiceField(choices=State.choices, widget=forms.HiddenInput)
    family = forms.UUIDField(widget=forms.HiddenInput)

    repeats: list[uuid.UUID]

    def clean(self) -> dict[str, Any]:
        """Those on the page, and never the one that is kept."""
        cleaned = super().clean() or self.cleaned_data
        try:
            repeats = [uuid.UUID(one) for one in _sent(self, "repeat")]
        except ValueError:
            repeats = []
        self.repeats = [one for one in dict.fromkeys(repeats) if one != cleaned.get("family")][:MOST]
        if not self.repeats:
            self.add_error(None, ValidationError(_("Choose at least one statement."), code="required"))
        return cleaned
