"""What a person may type on any record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

NOTE_LENGTH = 4000


class NoteForm(forms.Form):
    """A note on a record."""

    text = forms.CharField(
        label=_("Your note"),
        help_text=_("Everybody who sees this record reads it. Leave out what the work does not need."),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={
            "required": _("Write the note here."),
            "max_length": _("A note has at most %(limit_value)d characters; yours has %(show_value)d."),
        },
    )


class SearchForm(forms.Form):
    """What somebody looks for: words in any language, or a reference."""

    q = forms.CharField(
        label=_("Words or a reference"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
