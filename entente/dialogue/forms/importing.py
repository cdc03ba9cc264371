"""What a coordinator may send when bringing in a conversation held elsewhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from entente.records.fields import Line, one_line, several_lines

ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
TITLE, QUESTION = 200, 300


def too_large() -> str:
    """What is said about a file above the limit."""
    limit = settings.ENTENTE_UPLOAD_BYTES // (1024 * 1024)
    return _(
        "The file is larger than %(limit)d MB. Nothing was kept. Pack only the CSV files of one conversation."
    ) % {"limit": limit}


class UploadForm(forms.Form):
    """The zip of one conversation."""

    file = forms.FileField(
        label=_("The zip file"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"required": _("Choose the zip file first."), "empty": _("This file is empty.")},
        help_text=_("With summary.csv, comments.csv, votes.csv and, if there, participants-votes.csv."),
    )

    def clean_file(self) -> UploadedFile:
        """What does not begin like a zip is not one, whatever it is called."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.ENTENTE_UPLOAD_BYTES:
            raise ValidationError(too_large(), code="large")
        begins = file.read(4)
        file.seek(0)
        if not begins.startswith(ZIP_BEGINS):
            if (file.name or "").lower().endswith(".csv"):
                raise ValidationError(
                    _("This is a single CSV file. Pack the files of the conversation into one zip.")
                )
            raise ValidationError(
                _("This is not a zip file, whatever its name says. Nothing was kept."), code="type"
            )
        return file


class BringInForm(forms.Form):
    """What the city adds to a conversation that was read."""

    title = Line(label=_("Title"), max_length=TITLE, widget=one_line(), help_text=_("A few words for lists."))
    question = Line(label=_("The question that was asked"), max_length=QUESTION, widget=several_lines(2))
    language = forms.ChoiceField(
        label=_("Written in"),
        choices=settings.LANGUAGES,
        help_text=_("The language of most statements; the files do not say it."),
    )

    @classmethod
    def suggested(cls, preview: dict[str, Any], language: str) -> dict[str, str]:
        """What the files say about themselves, as far as it fits."""
        topic = str(preview.get("topic", ""))
        return {"title": topic[:TITLE], "question": topic[:QUESTION], "language": language}
