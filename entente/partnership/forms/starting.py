"""What somebody types on a town's first afternoon."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.partnership.models import Group
from entente.partnership.queries.agreement_templates import templates
from entente.people.models import Entry, Organisation
from entente.people.vocabulary import Kind, spoken_choices
from entente.records.fields import Line, Passage, one_line, several_lines

MOST_DISTRICTS = 100


class StartOrganisationForm(forms.Form):
    """One's own organisation and the districts of the city."""

    name = Line(label=_("What is your organisation called?"), max_length=200, widget=one_line())
    name_en = Line(label=_("In English"), max_length=200, required=False, widget=one_line())
    name_fr = Line(label=_("In French"), max_length=200, required=False, widget=one_line())
    name_ar = Line(label=_("In Arabic"), max_length=200, required=False, widget=one_line())
    name_ro = Line(label=_("In Romanian"), max_length=200, required=False, widget=one_line())
    kind = forms.ChoiceField(label=_("What kind of organisation is it?"), choices=Kind)
    languages = forms.MultipleChoiceField(
        label=_("In which languages are people helped there?"), widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(label=_("Its e-mail address"), required=False)
    phone = Line(label=_("Its telephone number"), max_length=40, required=False)
    districts = Passage(
        label=_("The districts of the city"),
        required=False,
        max_length=10_000,
        widget=several_lines(6),
        help_text=_("One on each line. The directory and the strategy speak of them."),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["languages"].choices = spoken_choices()  # type: ignore[attr-defined]
        for name in ("email", "phone"):
            self.fields[name].widget.attrs["dir"] = "ltr"

    @classmethod
    def suggested(cls, organisation: Organisation, entry: Entry | None) -> dict[str, Any]:
        """What is known already."""
        names = {f"name_{code}": organisation.names.get(code, "") for code, _name in settings.LANGUAGES}
        said: dict[str, Any] = {"name": organisation.name, **names, "languages": [get_language() or "en"]}
        if entry is None:
            return {**said, "kind": Kind.LOCAL_AUTHORITY}
        kept = {"kind": entry.kind, "languages": entry.languages, "email": entry.email, "phone": entry.phone}
        return {**said, **kept}

    def clean_districts(self) -> list[str]:
        """Each once, none of them a book."""
        lines = [line.strip() for line in self.cleaned_data["districts"].splitlines() if line.strip()]
        if len(lines) > MOST_DISTRICTS or any(len(line) > 120 for line in lines):
            raise ValidationError(_("At most 100 districts, with names of at most 120 characters."))
        return list(dict.fromkeys(lines))

    def said(self) -> dict[str, Any]:
        """As the service takes it."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if not name.startswith("name_")}
        names = {code: self.cleaned_data[f"name_{code}"] for code, _name in settings.LANGUAGES}
        return {**cleaned, "names": names}


class StartGroupForm(forms.Form):
    """The first task force."""

    name = Line(label=_("What is the group called?"), max_length=120, widget=one_line())
    kind = forms.ChoiceField(label=_("What kind of group is it?"), choices=Group.Kind)
    purpose = Passage(label=_("What is it for?"), max_length=1000, widget=several_lines(3))


class StartAgreementForm(forms.Form):
    """The first draft agreement."""

    template = forms.ChoiceField(label=_("Begin from"), choices=[], widget=forms.RadioSelect)
    title = Line(label=_("What is the agreement called?"), max_length=200, widget=one_line())
    parties = forms.ModelMultipleChoiceField(
        label=_("With whom?"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Your own organisation is a party. Others can be added while nobody signed."),
    )

    def __init__(self, others: list[Organisation], data: Any = None) -> None:
        super().__init__(data)
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            (one["key"], f"{one['name']} · {one['for_what']}") for one in templates()
        ]
        ids = [one.pk for one in others]
        self.fields["parties"].queryset = (  # type: ignore[attr-defined]
            Organisation.objects.filter(pk__in=ids).order_by("name")
        )
