"""What a person may type to open a matter, and to find records in a list."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from entente.people.models import Member
from entente.records.fields import Line, Passage, one_line, several_lines
from entente.records.forms.categories import WHY, categories, category_field, secrecy_field
from entente.records.forms.working import NOTE_LENGTH
from entente.records.kinds import all_kinds
from entente.records.listing import OURS, SHARED
from entente.records.models import Record
from entente.records.queries import Wanted, own_task_forces

Audience = Record.Audience


class MatterForm(forms.Form):
    """A matter: what it is called, what it is about, whom it is for."""

    why: ClassVar[dict[str, Promise | str]] = WHY

    title = Line(
        label=_("Title"),
        max_length=200,
        widget=one_line(),
        help_text=_("A few words for lists and search. Leave out names and whatever should stay inside."),
        error_messages={"max_length": _("A title has at most %(limit_value)d characters.")},
    )
    category = category_field()
    audience = forms.ChoiceField(
        label=_("Whom it is for"), widget=forms.RadioSelect, initial=Audience.ORGANISATION
    )
    is_secret = secrecy_field()
    text = Passage(
        label=_("The first note"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=several_lines(5),
        help_text=_("Notes are sealed. No search finds them."),
    )

    def __init__(self, data: Any = None, *, by: Member) -> None:
        super().__init__(data)
        self.forces = {f"{Audience.TASK_FORCE}:{force.pk}": force for force in own_task_forces(by)}
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        sits_in = _("The task force “%(name)s”")
        field.choices = [
            (Audience.ORGANISATION, _("Everybody in my organisation")),
            *((key, sits_in % {"name": force}) for key, force in self.forces.items()),
            (Audience.NAMED, _("Named persons only: at first nobody but me")),
        ]
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [("", _("Choose one")), *categories()]

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service is told."""
        audience = self.cleaned_data["audience"]
        force = self.forces.get(audience)
        told = {name: self.cleaned_data[name] for name in ("title", "category", "is_secret", "text")}
        return told | {"audience": Audience.TASK_FORCE if force else audience, "task_force": force}


class WantedForm(forms.Form):
    """Which records a list shows, read as a sentence."""

    kind = forms.ChoiceField(label=_("Show"), required=False)
    whose = forms.ChoiceField(
        label=_("that are"),
        required=False,
        choices=[
            ("", _("ours or shared with us")),
            (OURS, _("ours")),
            (SHARED, _("shared with us")),
        ],
    )
    words = forms.CharField(
        label=_("with the words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        kinds = [(kind.key, capfirst(str(kind.name))) for kind in all_kinds()]
        field.choices = [("", _("all records")), *kinds]

    @property
    def wanted(self) -> Wanted:
        """What is asked for; whatever was not understood is left out."""
        if not self.is_bound:
            return Wanted()
        self.full_clean()
        return Wanted(**{name: self.cleaned_data.get(name, "").strip() for name in self.fields})
