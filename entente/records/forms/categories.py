"""What a part of a record is about, and whether it is under professional secrecy."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from entente.agreements.vocabulary import SENSITIVE, Category
from entente.records.models import Record

WHY: dict[str, Promise | str] = {
    "category": _(
        "Others see a part only when an agreement lets them have its category. The law protects some more "
        "than the rest: write them down only when the work needs them."
    ),
    "is_secret": _(
        "What somebody tells a doctor, a lawyer or a social worker in confidence stays closed to other "
        "organisations, unless an agreement opens that as well."
    ),
}


def categories() -> list[Any]:
    """The choices: those the law protects more than others stand together."""
    named = [(value, capfirst(str(label))) for value, label in Category.choices]
    plain = [pair for pair in named if pair[0] not in SENSITIVE]
    return [*plain, (_("Specially protected"), [pair for pair in named if pair[0] in SENSITIVE])]


class CategoryField(forms.ChoiceField):
    """A category, and what is meant when nothing is chosen."""

    otherwise = ""

    def clean(self, value: Any) -> Any:
        """Nothing chosen means what the record is about."""
        return super().clean(value or self.otherwise)


def category_field() -> CategoryField:
    """Asks what something is about."""
    return CategoryField(
        label=_("What it is about"),
        choices=categories,
        error_messages={"required": _("Choose what it is about.")},
    )


def secrecy_field() -> forms.BooleanField:
    """Asks whether something was told in confidence."""
    return forms.BooleanField(label=_("This is under professional secrecy"), required=False)


class PartForm(forms.Form):
    """A part of a record. Whoever writes it says what it is about: that decides who else reads it."""

    why: ClassVar[dict[str, Promise | str]] = WHY

    def __init__(
        self, data: Any = None, files: Any = None, *, record: Record | None = None, initial: Any = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        if record is None:
            return
        category = category_field()
        if record.category == Category.ENGAGEMENT:  # what is public anyway
            category.otherwise = category.initial = record.category
        else:
            category.choices = [("", _("Choose one")), *categories()]
        self.fields["category"] = category
        self.fields["is_secret"] = secrecy_field()
        self.fields["is_secret"].initial = record.is_secret
