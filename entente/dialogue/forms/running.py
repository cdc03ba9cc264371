"""What a coordinator may type when running a dialogue."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.dialogue.models import STATEMENT_LENGTH, Dialogue, Stratum
from entente.records.fields import Line, Passage, one_line, several_lines
from entente.records.typed_text import says_something, tidy

PASSAGE = 5000
MOST_STATEMENTS = 100
MOST_CODES = 5000
MOST_LETTERS = 1000  # in one file
CHANGED_MEANWHILE = _(
    "Somebody changed this dialogue while you were writing. What you typed is kept below, nothing was saved. "
    "Compare it with the page as it is now; if you save again, your version counts."
)


def fingerprint(dialogue: Dialogue, fields: tuple[str, ...]) -> str:
    """What somebody saw when the form was opened, to notice that another person saved in between."""
    seen = json.dumps([str(getattr(dialogue, name)) for name in fields])
    return hashlib.sha256(seen.encode()).hexdigest()[:20]


def require_unchanged(form: forms.Form, now: str) -> None:
    """Two coordinators never overwrite each other without noticing. The second time they mean it."""
    if form.cleaned_data.pop("seen", "") != now:
        sent = QueryDict(mutable=True)
        sent.update(form.data)
        sent["seen"] = now
        form.data = sent
        raise ValidationError(CHANGED_MEANWHILE, code="changed")


class FilterForm(forms.Form):
    """The filter of the list of dialogues, which reads as a sentence."""

    state = forms.ChoiceField(
        label=_("Dialogues that are"),
        required=False,
        choices=[("", _("in any state")), *Dialogue.State.choices],
    )


class DialogueForm(forms.Form):
    """The texts and dates of a dialogue, in the language it is written in."""

    title = Line(label=_("Title"), max_length=200, widget=one_line(), help_text=_("A few words for lists."))
    question = Line(
        label=_("The question to residents"),
        max_length=300,
        widget=several_lines(2),
        help_text=_("One open question that nobody can answer with yes or no."),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=settings.LANGUAGES)
    languages = forms.MultipleChoiceField(
        label=_("Also offered in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You translate the texts on a page of their own."),
    )
    background = Passage(
        label=_("Background"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(5),
        help_text=_("What people should know before they answer, and who decides."),
    )
    use_of_answers = Passage(
        label=_("What happens with the answers"), max_length=PASSAGE, required=False, widget=several_lines(3)
    )
    policy = Passage(
        label=_("How statements are moderated"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(5),
        help_text=_("Everybody can read this. A dialogue can't be opened without it."),
    )
    is_open_web = forms.BooleanField(
        label=_("Anybody may take part on the web, also without a code"), required=False, initial=True
    )
    closes_at = forms.DateTimeField(
        label=_("Open until"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text=_("In the city's time. After this moment nobody can answer any more."),
    )

    kept_closes_at: datetime | None = None

    def clean_closes_at(self) -> datetime | None:
        """A new closing date lies in the future; an old one may stay as it is, to the second."""
        closes_at: datetime | None = self.cleaned_data["closes_at"]
        if "closes_at" not in self.changed_data:
            return self.kept_closes_at
        if closes_at and closes_at <= clock.now():
            raise ValidationError(_("This moment has passed. Choose a later one."), code="past")
        return closes_at

    def clean(self) -> dict[str, Any]:
        """The dialogue is always offered in the language it is written in."""
        cleaned = super().clean() or self.cleaned_data
        if "language" in cleaned and "languages" in cleaned:
            cleaned["languages"] = sorted({cleaned["language"], *cleaned["languages"]})
        return cleaned


class EditDialogueForm(DialogueForm):
    """The same for a dialogue that exists: the question stays once people answer it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    FIELDS = (
        "title",
        "question",
        "language",
        "languages",
        "background",
        "use_of_answers",
        "policy",
        "is_open_web",
        "closes_at",
    )

    def __init__(self, data: Any, *, dialogue: Dialogue) -> None:
        self.now = fingerprint(dialogue, self.FIELDS)
        initial = {name: getattr(dialogue, name) for name in self.FIELDS} | {"seen": self.now}
        self.kept_closes_at = dialogue.closes_at
        if dialogue.closes_at:
            initial["closes_at"] = dialogue.closes_at.replace(second=0, microsecond=0)
        super().__init__(data, initial=initial)
        if dialogue.state != Dialogue.State.DRAFT:
            for name in ("question", "language"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("This can't be changed once people answer.")

    def clean(self) -> dict[str, Any]:
        """Only if nobody else saved in between."""
        cleaned = super().clean()
        require_unchanged(self, self.now)
        return cleaned


class StatementsForm(forms.Form):
    """Statements the city begins with, one on each line."""

    texts = forms.CharField(
        label=_("Statements, one on each line"),
        widget=several_lines(8),
        max_length=MOST_STATEMENTS * (STATEMENT_LENGTH + 2),
        help_text=_("One idea each, short and plain, so that everybody can agree, disagree or pass."),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=settings.LANGUAGES)

    def clean_texts(self) -> list[str]:
        """Each line is one statement; every line that can't be one is named."""
        lines = [(at, tidy(line)) for at, line in enumerate(self.cleaned_data["texts"].splitlines(), start=1)]
        texts = list(dict.fromkeys(text for _at, text in lines if text))
        wrong: list[ValidationError] = []
        for at, text in lines:
            if len(text) > STATEMENT_LENGTH:
                message = _("Line %(line)d has %(length)d characters; at most %(limit)d fit a statement.")
                values = {"line": at, "length": len(text), "limit": STATEMENT_LENGTH}
                wrong.append(ValidationError(message, code="long", params=values))
            elif text and not says_something(text):
                wrong.append(
                    ValidationError(_("Line %(line)d says nothing."), code="empty", params={"line": at})
                )
        if not texts:
            wrong.append(ValidationError(_("Write at least one statement."), code="required"))
        if len(texts) > MOST_STATEMENTS:
            message = _("These are more than %(limit)d statements. Add them in several steps.")
            wrong.append(ValidationError(message, code="many", params={"limit": MOST_STATEMENTS}))
        if wrong:
            raise ValidationError(wrong)
        return texts


class FreezeForm(forms.Form):
    """The reason everybody reads while a dialogue is paused."""

    reason = Passage(
        label=_("Why it is paused"),
        max_length=500,
        widget=several_lines(3),
        help_text=_("Everybody who opens the dialogue reads this."),
    )


class ReportForm(forms.Form):
    """What the city says with a result."""

    heard = Passage(
        label=_("What we heard"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(6),
        help_text=_("In plain words: what most agree on, where people differ, what surprised you."),
    )
    missing = Passage(
        label=_("Who is missing"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(3),
        help_text=_("Groups or districts that hardly took part."),
    )
    limits = Passage(
        label=_("What this can't tell"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(3),
        help_text=_("For example that nobody was drawn by lot."),
    )
    next_steps = Passage(
        label=_("What happens next"),
        max_length=PASSAGE,
        required=False,
        widget=several_lines(3),
        help_text=_("Who decides what by when, and where people will read about it."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    FIELDS = ("heard", "missing", "limits", "next_steps")

    def __init__(self, data: Any, *, dialogue: Dialogue) -> None:
        self.now = fingerprint(dialogue, self.FIELDS)
        initial = {name: getattr(dialogue, name) for name in self.FIELDS} | {"seen": self.now}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Only if nobody else saved in between."""
        cleaned = super().clean() or self.cleaned_data
        require_unchanged(self, self.now)
        return cleaned


class CodesForm(forms.Form):
    """For whom codes are made."""

    stratum = forms.ChoiceField(
        label=_("For whom"),
        choices=[
            (Stratum.LETTER, _("Letters: one code for each person")),
            (Stratum.HOSTED, _("A hosted session: one code for everybody in the room")),
        ],
        widget=forms.RadioSelect,
        initial=Stratum.LETTER,
    )
    number = forms.IntegerField(
        label=_("How many letters"),
        initial=100,
        min_value=1,
        max_value=MOST_CODES,
        help_text=_("At most 5,000 at once. Only for letters."),
    )
    area = forms.ChoiceField(
        label=_("District"),
        required=False,
        help_text=_("Where the letters go, so that you see which districts are missing."),
    )
    batch = Line(
        label=_("Name of this batch"),
        max_length=60,
        widget=one_line(),
        help_text=_("So that you find it again, for example “Letters to Mill Fields, November”."),
    )
    as_file = forms.ChoiceField(
        label=_("What you need"),
        choices=[
            ("page", _("A page to print or to show")),
            ("letters", _("Printed letters (PDF), ready for window envelopes")),
            ("csv", _("A file (CSV) for your mail merge")),
        ],
        widget=forms.RadioSelect,
        initial="page",
    )
    letter_language = forms.ChoiceField(label=_("Language of printed letters"), required=False)
    second_language = forms.ChoiceField(label=_("Second language of printed letters"), required=False)
    help = Line(
        label=_("Where to get help, for printed letters"),
        max_length=160,
        required=False,
        widget=one_line(),
        help_text=_("A telephone number, and where a paper sheet is to be had. It stands in each letter."),
    )

    def __init__(
        self, data: Any, *, batches: list[str], districts: dict[str, str], dialogue: Dialogue
    ) -> None:
        super().__init__(data, initial={"letter_language": dialogue.language})
        self.batches = batches
        offered = [(code, name) for code, name in settings.LANGUAGES if code in dialogue.languages]
        self._offer("area", [("", _("All districts, or not known")), *districts.items()])
        self._offer("letter_language", offered)
        self._offer("second_language", [("", _("No second language")), *offered])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """What only printed letters need: letters, not too many in one file, and where help is to be had."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("as_file") != "letters":
            return cleaned
        if cleaned.get("stratum") == Stratum.HOSTED:
            said = _("A session has one code for the whole room: it needs no letters.")
            self.add_error("as_file", ValidationError(said, code="room"))
        if (cleaned.get("number") or 0) > MOST_LETTERS:
            said = _("At most %(most)d letters fit one file. Make several batches.")
            self.add_error("number", ValidationError(said, code="many", params={"most": MOST_LETTERS}))
        if not cleaned.get("help") and "help" not in self.errors:
            said = _("Say where people get help who can't answer on a screen.")
            self.add_error("help", ValidationError(said, code="required"))
        return cleaned

    def languages_of_letters(self) -> list[str]:
        """One language or two, each once."""
        asked = (self.cleaned_data["letter_language"], self.cleaned_data["second_language"])
        return list(dict.fromkeys(code for code in asked if code))

    def clean_batch(self) -> str:
        """Each batch has its own name; that also keeps the same form from making codes twice."""
        batch: str = self.cleaned_data["batch"]
        if batch in self.batches:
            said = _(
                "There already is a batch with this name; its codes were shown once. Choose another name."
            )
            raise ValidationError(said, code="known")
        return batch
