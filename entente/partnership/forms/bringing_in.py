"""What a coordinator may send when bringing a table into the directory."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.partnership.directory_tables.headings import fields, heading
from entente.people.vocabulary import Kind, spoken_choices
from entente.records.models import ImportRun
from entente.records.typed_text import as_file_name

NOT_SAID = [("", "–")]
ACCEPTED = ".csv,.txt,.tsv,.xlsx,.vcf,text/csv,text/vcard"


def too_large() -> str:
    """What is said about a file above the limit."""
    limit = settings.ENTENTE_UPLOAD_BYTES // (1024 * 1024)
    return _("The file is larger than %(limit)d MB. Nothing was kept. Split it into several files.") % {
        "limit": limit
    }


class UploadDirectoryForm(forms.Form):
    """A file, or rows copied out of a spreadsheet."""

    file = forms.FileField(
        label=_("A file"),
        required=False,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages={"empty": _("This file is empty.")},
        help_text=_("A spreadsheet (.xlsx), a table (.csv) or an address book (.vcf)."),
    )
    pasted = forms.CharField(
        label=_("Or rows copied from a spreadsheet"),
        required=False,
        strip=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("With the headings in the first row. Copy the cells there and paste them here."),
    )

    def clean_file(self) -> UploadedFile | None:
        """Its size; what it holds is looked at by the job that reads it."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file and (file.size or 0) > settings.ENTENTE_UPLOAD_BYTES:
            raise ValidationError(too_large(), code="large")
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned = super().clean() or {}
        is_pasted = bool(cleaned.get("pasted", "").strip())
        if not self.errors and bool(cleaned.get("file")) == is_pasted:
            raise ValidationError(_("Choose a file or paste rows, one of the two."), code="one_of_two")
        return cleaned

    def content(self) -> tuple[str, bytes]:
        """The name and the bytes of what was sent."""
        file = self.cleaned_data.get("file")
        if file:
            return as_file_name(file.name or ""), file.read()
        return str(_("Pasted rows")), self.cleaned_data["pasted"].encode()


class ColumnsForm(forms.Form):
    """What each column of a file holds."""

    def __init__(self, columns: list[list[Any]], data: Any = None) -> None:
        super().__init__(data)
        language = get_language() or "en"
        choices = [("", _("leave it out")), *((name, heading(name, language)) for name in fields())]
        for at, (title, chosen, is_never) in enumerate(columns):
            if not is_never:
                self.fields[f"column_{at}"] = forms.ChoiceField(
                    label=title or _("column %(number)d") % {"number": at + 1},
                    required=False,
                    choices=choices,
                    initial=chosen,
                )

    def clean(self) -> dict[str, Any]:
        """Exactly one column is the name, and nothing is said twice."""
        cleaned = super().clean() or {}
        taken = [field for field in cleaned.values() if field]
        if len(set(taken)) != len(taken):
            raise ValidationError(_("Two columns can't hold the same. Leave one of them out."), code="twice")
        if "name" not in taken:
            raise ValidationError(_("Say which column holds the name of the organisation."), code="no_name")
        return cleaned

    def chosen(self) -> dict[int, str]:
        """By the column's place."""
        return {int(name.removeprefix("column_")): field for name, field in self.cleaned_data.items()}


class BringInDirectoryForm(forms.Form):
    """What the file does not say, and what counts where it differs from the directory."""

    kind = forms.ChoiceField(
        label=_("Kind of organisation, where the file says none"), required=False, choices=[]
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in which people are helped, where the file says none"),
        required=False,
        choices=[],
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(label=_("The texts are written in"), choices=settings.LANGUAGES)
    takes_file = forms.BooleanField(
        label=_("Where file and directory differ, take what the file says"), required=False
    )
    takes_asked = forms.BooleanField(
        label=_("Rows with a known e-mail address and another name are organisations of their own"),
        required=False,
    )

    def __init__(self, run: ImportRun, data: Any = None) -> None:
        language = get_language() or "en"
        super().__init__(data, initial={"language": language, "languages": [language]})
        self.fields["kind"].choices = [*NOT_SAID, *Kind.choices]  # type: ignore[attr-defined]
        self.fields["languages"].choices = spoken_choices()[:4]  # type: ignore[attr-defined]
        counts = run.preview.get("counts", {})
        for name, number in (("kind", "lacks_kind"), ("languages", "lacks_languages")):
            if not run.preview.get(number):
                del self.fields[name]
            else:
                self.fields[name].required = True
        if not counts.get("changed"):
            del self.fields["takes_file"]
        if not counts.get("asked"):
            del self.fields["takes_asked"]
