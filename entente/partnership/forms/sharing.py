"""What somebody chooses to ask whether something may be shared. Nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entente.agreements.vocabulary import Category, Purpose
from entente.people.models import Organisation

GIVE, RECEIVE = "give", "receive"
ELSEWHERE = "elsewhere"
NOT_ON_LIST = _("“%(value)s” is not on the list, and there is no “other”: choose what comes nearest.")


class SharingForm(forms.Form):
    """One question as a sentence; whatever is left open is answered for all."""

    do = forms.ChoiceField(
        label=_("May I"),
        required=False,
        choices=((GIVE, _("share")), (RECEIVE, _("receive"))),
        error_messages={"invalid_choice": NOT_ON_LIST},
    )
    category = forms.ChoiceField(
        label=_("what is about"), required=False, error_messages={"invalid_choice": NOT_ON_LIST}
    )
    organisation = forms.ChoiceField(
        label=_("with"), required=False, error_messages={"invalid_choice": NOT_ON_LIST}
    )
    purpose = forms.ChoiceField(
        label=_("in order to"), required=False, error_messages={"invalid_choice": NOT_ON_LIST}
    )

    def __init__(self, data: Any = None, *, partners: list[Organisation]) -> None:
        super().__init__(data, auto_id="ask-%s")
        known = [(one.slug, str(one)) for one in partners]
        elsewhere = (ELSEWHERE, _("an organisation that is not listed here"))
        self._choose("category", [("", pgettext_lazy("what is shared", "anything")), *Category.choices])
        self._choose("organisation", [("", _("anybody")), *known, elsewhere])
        self._choose("purpose", [("", _("whatever is agreed")), *Purpose.choices])
        self.by_slug = {one.slug: one for one in partners}

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_do(self) -> str:
        """Sharing, when nothing is said."""
        return self.cleaned_data["do"] or GIVE

    @property
    def receives(self) -> bool:
        """Whether somebody asks what they may receive."""
        return self._said("do") == RECEIVE

    @property
    def other(self) -> Organisation | None:
        """The other organisation, where one of the listed is meant."""
        return self.by_slug.get(self._said("organisation"))

    @property
    def is_elsewhere(self) -> bool:
        """Whether an organisation is meant with which nothing was agreed."""
        return self._said("organisation") == ELSEWHERE

    @property
    def about(self) -> str:
        """What it is about, or nothing."""
        return self._said("category")

    @property
    def what_for(self) -> str:
        """What for, or nothing."""
        return self._said("purpose")

    @property
    def is_asked(self) -> bool:
        """Whether anything was chosen."""
        return any(self._said(name) for name in ("category", "organisation", "purpose"))

    def _said(self, name: str) -> str:
        return str(getattr(self, "cleaned_data", {}).get(name) or "")
