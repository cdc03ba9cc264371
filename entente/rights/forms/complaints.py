"""What a person tells when they complain, and what whoever answers types at each step."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.people.models import Organisation
from entente.records.typed_text import says_something, tidy
from entente.rights.models import Complaint

SAY_SOMETHING = _("Please write it in your own words.")
NOT_KNOWN = _(
    "We don't know this code for this complaint. Check each digit, and the number of the complaint."
)
LONG, SHORT = 6000, 300


class WordsField(forms.CharField):
    """A text of several lines, tidy, with its line breaks."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONG)
        kwargs.setdefault("error_messages", {"required": SAY_SOMETHING})
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows, "dir": "auto"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Without marks nobody sees."""
        text = super().clean(value)
        lines = "\n".join(tidy(line) for line in text.replace("\r\n", "\n").split("\n")).strip()
        if self.required and not says_something(lines):
            raise ValidationError(SAY_SOMETHING, code="required")
        return lines


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the organisations of the partnership; the form gives the list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), **kwargs)


class ComplaintForm(forms.Form):
    """A complaint, without a name."""

    about = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[(value, label) for value, label in Complaint.About.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one. “Something else” is fine.")},
    )
    what_about = forms.CharField(
        label=_("If it is something else: what?"),
        max_length=SHORT,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    concerns = OrganisationField(
        label=_("Which organisation do you complain about?"),
        required=False,
        empty_label=_("I don't know, or the partnership as a whole"),
        help_text=_("It does not answer your complaint, and it does not get to read it."),
    )
    what_happened = WordsField(label=_("What happened?"), rows=8)
    asks_for = WordsField(label=_("What do you ask for?"), rows=3, required=False, max_length=2000)
    contact = forms.CharField(
        label=_("How can we reach you?"),
        help_text=_(
            "A mail address or a telephone number. You can leave this empty: you read the answer with a code."
        ),
        max_length=SHORT,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("In which language do you want the answer?"), choices=settings.LANGUAGES
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        initial = {"key": uuid.uuid4(), "language": get_language()}
        super().__init__(data, initial=initial)
        _organisations(self, "concerns", Organisation.objects.order_by("name"))

    def clean(self) -> dict[str, Any]:
        """Something else needs a word about what."""
        found: dict[str, Any] = super().clean() or {}
        for name in ("what_about", "contact"):
            found[name] = tidy(found.get(name, ""))
        if found.get("about") == Complaint.About.OTHER and not says_something(found["what_about"]):
            self.add_error("what_about", gettext("Please say in a few words what it is about."))
        return found


class CodeForm(forms.Form):
    """The code of a complaint, however it is typed."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("25 digits in groups of five, in the digits of any script. Spaces do not matter."),
        max_length=200,
        error_messages={"required": NOT_KNOWN},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false", "dir": "ltr"}
        ),
    )


class FindForm(forms.Form):
    """The number of a complaint."""

    reference = forms.CharField(
        label=_("The number of your complaint"),
        help_text=_("It begins with CMP."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        error_messages={"required": _("Please write the number that was shown to you; it begins with CMP.")},
    )


class WriteBackForm(forms.Form):
    """What the person with the code writes."""

    text = WordsField(label=_("Write to whoever answers"))
    code = forms.CharField(widget=forms.HiddenInput, max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)


class TextForm(forms.Form):
    """Words to the person who complained."""

    text = WordsField(
        label=_("What you write to the person"),
        help_text=_("They read it with their code, in the language they asked for if you can write it."),
    )


class AssignForm(forms.Form):
    """Who answers."""

    to = OrganisationField(label=_("Who answers it"), empty_label=_("choose"))

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.order_by("name")
        known = (complaint.concerns_id, complaint.owner_id)
        _organisations(self, "to", rows.exclude(pk__in=[key for key in known if key]))


class QuestionForm(forms.Form):
    """A question to an organisation."""

    to = OrganisationField(label=_("Whom you ask"), empty_label=_("choose"))
    text = WordsField(
        label=_("Your question"),
        help_text=_("They see this question and nothing else. Write only what they must know to answer."),
    )

    def __init__(self, data: Any = None, *, complaint: Complaint) -> None:
        super().__init__(data, initial={"to": complaint.concerns_id})
        _organisations(self, "to", _others(complaint))


class QuestionAnswerForm(forms.Form):
    """What an organisation says."""

    text = WordsField(label=_("Your answer"), help_text=_("Only whoever answers the complaint reads this."))


class AnswerForm(forms.Form):
    """How it came out, and why."""

    outcome = forms.ChoiceField(
        label=_("What the answer comes to"), choices=Complaint.Outcome.choices, widget=forms.RadioSelect
    )
    text = WordsField(
        label=_("Your answer to the person"),
        help_text=_(
            "What you looked at, what you found and why. If it is not for us: who is responsible and how to"
            " reach them. Say also where they can turn if they don't agree."
        ),
        rows=8,
    )


class RemedyForm(forms.Form):
    """Who puts what right by when."""

    what = WordsField(
        label=_("What is done"), rows=3, max_length=1000, help_text=_("The person reads this too.")
    )
    organisation = OrganisationField(label=_("Who does it"), empty_label=_("choose"))
    due_on = forms.DateField(
        label=_("By when"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, complaint: Complaint) -> None:
        super().__init__(data, initial={"organisation": complaint.concerns_id})
        _organisations(self, "organisation", Organisation.objects.order_by("name"))

    def clean_due_on(self) -> Any:
        """From today on."""
        due = self.cleaned_data["due_on"]
        if due < clock.today():
            raise ValidationError(gettext("This day is over. Please choose one to come."))
        return due


class DoneForm(forms.Form):
    """How something was put right."""

    text = WordsField(label=_("What was done"), rows=3, max_length=1000)


class CloseForm(forms.Form):
    """A last word, and what was learnt."""

    text = WordsField(label=_("A last word to the person"))
    learning_en = WordsField(label=_("What was learnt, in English"), rows=3, max_length=1000, required=False)
    learning_fr = WordsField(label=_("What was learnt, in French"), rows=3, max_length=1000, required=False)
    learning_ar = WordsField(label=_("What was learnt, in Arabic"), rows=3, max_length=1000, required=False)
    learning_ro = WordsField(label=_("What was learnt, in Romanian"), rows=3, max_length=1000, required=False)

    def learning(self) -> dict[str, str]:
        """What was learnt, in the languages it was written in."""
        told = {code: self.cleaned_data[f"learning_{code}"] for code, _name in settings.LANGUAGES}
        return {code: text for code, text in told.items() if text}


class ListFilter(forms.Form):
    """Reads as a sentence: show which complaints."""

    state = forms.ChoiceField(
        label=_("Show"),
        choices=[("", _("all complaints")), ("open", _("those not answered yet")), *Complaint.State.choices],
        required=False,
    )


def _others(complaint: Complaint) -> Any:
    rows = Organisation.objects.order_by("name")
    return rows.exclude(pk=complaint.owner_id) if complaint.owner_id else rows


def _organisations(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
