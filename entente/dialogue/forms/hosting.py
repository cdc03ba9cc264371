"""What a host fills in: a session, the sheet to print, what stands on a sheet that came back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entente.dialogue.models import Vote
from entente.records.fields import Line, one_line

TYPED = {"1": Vote.Value.AGREE, "2": Vote.Value.DISAGREE, "3": Vote.Value.PASS}
BOX = re.compile(r"s[0-9]{1,9}")
TOKEN = r"^[A-Za-z0-9_-]{32}$"  # noqa: S105 - its form, not one


def in_languages(codes: Iterable[str]) -> list[tuple[str, Any]]:
    """Those of the product's languages that a dialogue is offered in."""
    known = dict(settings.LANGUAGES)
    return [(code, known[code]) for code in codes if code in known]


class SessionForm(forms.Form):
    """When and where people sit together, and what the session is called."""

    name = Line(
        label=_("Name of the session"),
        max_length=60,
        widget=one_line(),
        help_text=_("Its answers carry this name, for example “Library, Monday evening”. Name no person."),
    )
    place = Line(label=_("Place"), max_length=120, required=False, widget=one_line())
    held_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    language = forms.ChoiceField(
        label=_("Language of the room"),
        help_text=_("For the wall and the first page on a phone. Everybody can change it for themselves."),
    )

    def __init__(self, data: Any, *, taken: Iterable[str], languages: Iterable[str], **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.taken = {name.casefold() for name in taken}
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = in_languages(languages)

    def clean_name(self) -> str:
        """Answers are told apart by this name."""
        name: str = self.cleaned_data["name"]
        if name.casefold() in self.taken:
            said = _("There already is a session or a batch of codes with this name. Choose another name.")
            raise ValidationError(said, code="known")
        return name


class PaperForm(forms.Form):
    """In which language a sheet is printed."""

    # Not `language`: with that name an address changes the language of the page.
    shown_in = forms.ChoiceField(label=_("Language of the sheet"))

    def __init__(self, data: Any, *, languages: Iterable[str], language: str) -> None:
        super().__init__(data, initial={"shown_in": language})
        field = self.fields["shown_in"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = in_languages(languages)


class SheetForm(forms.Form):
    """One paper sheet: a box for each statement, named by its number. 1 agrees, 2 disagrees, 3 passes."""

    sheet = forms.RegexField(TOKEN, widget=forms.HiddenInput, required=False)
    language = forms.ChoiceField(label=_("Language of the sheet"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        numbers: Iterable[int],
        languages: Iterable[str],
        answers: Mapping[int, int] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), auto_id="sheet-%s")
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = in_languages(languages)
        self.numbers = list(numbers)
        given = {int(value): typed for typed, value in TYPED.items()}
        for number in self.numbers:
            self.fields[f"s{number}"] = Answer(initial=given.get((answers or {}).get(number, 9), ""))

    def boxes(self) -> dict[int, forms.BoundField]:
        """The field of each statement, by its number."""
        return {number: self[f"s{number}"] for number in self.numbers}

    def clean(self) -> dict[str, Any]:
        """Something stands on the sheet, and every statement on it can be answered."""
        cleaned = super().clean() or self.cleaned_data
        known = {f"s{number}" for number in self.numbers}
        typed = [name for name in self.data if BOX.fullmatch(name) and str(self.data[name]).strip()]
        gone = sorted((name[1:] for name in typed if name not in known), key=int)[:20]
        if gone:
            said = _(
                "Statement %(number)s can't be answered any more, so its answer can't be kept."
                " Save again to keep the others."
            )
            raise ValidationError([ValidationError(said, params={"number": number}) for number in gone])
        if not self.errors and not self.answers():
            raise ValidationError(_("Nothing is typed yet. A sheet without any answer is not counted."))
        return cleaned

    def answers(self) -> dict[int, int]:
        """What was typed: statement number → value."""
        typed = {number: self.cleaned_data.get(f"s{number}") for number in self.numbers}
        return {number: TYPED[answer] for number, answer in typed.items() if answer}


class Answer(forms.CharField):
    """One box of a sheet, typed with one key; the digits of other scripts count too."""

    widget = forms.TextInput

    def __init__(self, initial: str = "") -> None:
        super().__init__(required=False, max_length=10, initial=initial)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A short box without help from the browser."""
        return {"inputmode": "numeric", "autocomplete": "off", "size": "2", "dir": "ltr"}

    def clean(self, value: Any) -> str:
        """1, 2, 3 or nothing."""
        typed = "".join(
            str(unicodedata.digit(sign)) if sign.isdigit() else sign
            for sign in unicodedata.normalize("NFKC", str(value or ""))[:10].strip()
        )
        if typed and typed not in TYPED:
            raise ValidationError(_("Type 1, 2 or 3, or leave it empty."), code="range")
        return typed
