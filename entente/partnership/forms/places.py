"""What somebody types about an organisation's place in a group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.partnership.models import Group, Place
from entente.partnership.queries.groups import organisations_to_invite
from entente.people.models import Member, Organisation
from entente.people.queries import colleagues
from entente.records.fields import Passage, several_lines

NOBODY = _("Nobody yet")


class InviteForm(forms.Form):
    """Which organisation is asked, and what it would answer for."""

    organisation = forms.ChoiceField(label=_("Which organisation?"))
    answers_for = Passage(
        label=_("What would it answer for?"),
        required=False,
        max_length=1000,
        widget=several_lines(3),
        help_text=_("A proposal: the organisation writes it anew when it says yes."),
    )

    def __init__(self, data: Any = None, *, group: Group, by: Member) -> None:
        super().__init__(data)
        self.known = {str(row.pk): row for row in organisations_to_invite(group, by)}
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        named = [(str(row), key) for key, row in self.known.items()]
        field.choices = [(key, name) for name, key in sorted(named)]

    def clean_organisation(self) -> Organisation:
        """One that is not there yet."""
        return self.known[self.cleaned_data["organisation"]]


class _Colleagues(forms.Form):
    """For forms that name colleagues of one's own."""

    def offer(self, by: Member, *names: str) -> None:
        """Let each of these fields choose among colleagues."""
        self.members = {str(member.pk): member for member in colleagues(by)}
        choices = [(key, member.person.name) for key, member in self.members.items()]
        for name in names:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices if field.required else [("", str(NOBODY)), *choices]

    def chosen(self, name: str) -> Member | None:
        """The colleague somebody chose."""
        return self.members.get(self.cleaned_data.get(name) or "")


class AcceptForm(_Colleagues):
    """Who sits there for an organisation that says yes."""

    representative = forms.ChoiceField(label=_("Who represents your organisation?"))
    deputy = forms.ChoiceField(label=_("Who stands in?"), required=False)
    may_commit = forms.BooleanField(
        label=_("They may promise something in our organisation's name."), required=False
    )
    answers_for = Passage(
        label=_("What does your organisation answer for in this group?"),
        max_length=1000,
        widget=several_lines(3),
    )

    def __init__(self, data: Any = None, *, place: Place, by: Member) -> None:
        super().__init__(data, initial={"answers_for": place.answers_for, "representative": str(by.pk)})
        self.offer(by, "representative", "deputy")

    def clean(self) -> dict[str, Any]:
        """Two different people."""
        given = super().clean() or {}
        chosen, deputy = self.chosen("representative"), self.chosen("deputy")
        if chosen is not None and chosen == deputy:
            raise ValidationError({"deputy": _("The deputy is somebody else than the representative.")})
        return {**given, "representative": chosen, "deputy": deputy}


class PlaceForm(forms.Form):
    """What an organisation answers for."""

    answers_for = AcceptForm.base_fields["answers_for"]
    may_commit = AcceptForm.base_fields["may_commit"]


class RepresentativeForm(_Colleagues):
    """Who of one's own people sits there, and as what."""

    member = forms.ChoiceField(label=_("Who?"))
    part = forms.ChoiceField(label=_("As what?"), choices=Place.Part)

    def __init__(self, data: Any = None, *, by: Member) -> None:
        super().__init__(data)
        self.offer(by, "member")

    def clean_member(self) -> Member | None:
        """One of one's colleagues."""
        return self.chosen("member")


class WhyForm(forms.Form):
    """A reason, if somebody wants to give one."""

    reason = Passage(
        label=_("Why"),
        required=False,
        max_length=500,
        widget=several_lines(3),
        help_text=_("The organisation that invited you can read this."),
    )
