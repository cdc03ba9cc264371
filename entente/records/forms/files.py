"""A file somebody brings to a record."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from entente.records.forms.categories import PartForm


def too_large() -> str:
    """What is said about a file above the limit."""
    limit = settings.ENTENTE_UPLOAD_BYTES // (1024 * 1024)
    return _("This file is larger than %(limit)s MB. Nothing was kept.") % {"limit": limit}


class FileForm(PartForm):
    """A file, what it is about, and whether it is under professional secrecy."""

    file = forms.FileField(
        label=_("The file"),
        error_messages={"required": _("Choose the file first."), "empty": _("This file is empty.")},
        help_text=_("It is sealed while it is kept. Its name is shown to whoever sees the file."),
    )

    def clean_file(self) -> UploadedFile:
        """Not larger than the limit."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.ENTENTE_UPLOAD_BYTES:
            raise ValidationError(too_large(), code="large")
        return file
