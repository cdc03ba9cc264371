"""What a person types about an organisation, the people at its posts and its ties."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entente.people.listing import ON_CONTACT, ON_ENTRY, NewContact, NewEntry
from entente.people.models import Area, Contact, Entry, Organisation
from entente.people.queries.directory import Wanted
from entente.people.vocabulary import SPOKEN, Channel, Kind, Prevention, Scenario, TieKind, spoken_choices

NUMBER = re.compile(r"^[+0-9][0-9 ()/.-]{2,38}$")
JOINERS = "\u200c\u200d"
LTR = {"dir": "ltr"}


def plain(text: str) -> str:
    """Without marks nobody sees; the joiners of Persian and Arabic stay, and so do line breaks."""
    return "".join(
        sign for sign in text if sign in JOINERS or sign in "\r\n\t" or unicodedata.category(sign)[0] != "C"
    ).strip()


class PlainField(forms.CharField):
    """A line or a passage without marks nobody sees."""

    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value) or "")


class PhoneField(forms.CharField):
    """A telephone number as people write it, in the digits of any script; kept in plain digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", **LTR})
        super().__init__(required=False, max_length=60, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        typed = plain(super().to_python(value) or "")
        number = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed)
        if number and not NUMBER.match(number):
            raise ValidationError(_("This is no telephone number. Use digits, spaces and a + at the front."))
        return number


def passage(label: Any, help_text: Any = "", *, most: int = 1000) -> PlainField:
    """Some lines of text, if somebody likes."""
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return PlainField(label=label, help_text=help_text, required=False, max_length=most, widget=widget)


def line(label: Any, *, most: int = 200, is_required: bool = True) -> PlainField:
    """One line of text."""
    widget = forms.TextInput(attrs={"dir": "auto"})
    return PlainField(label=label, required=is_required, max_length=most, widget=widget)


def several(label: Any, choices: Any = (), help_text: Any = "", **kwargs: Any) -> Any:
    """Some of a list, each with its own box."""
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices-in-columns"})
    return forms.MultipleChoiceField(
        label=label, choices=choices, help_text=help_text, widget=widget, **{"required": False, **kwargs}
    )


SAFEGUARDING = (("", _("not known")), ("yes", _("yes")), ("no", _("no")))


class CorrectionForm(forms.Form):
    """What an organisation says about itself. Texts are in the language in which they stand."""

    why: ClassVar[dict[str, Any]] = {
        "languages": _("Whoever looks for help in Romanian must find whoever speaks it."),
    }

    languages = several(
        _("Languages in which people are helped"),
        required=True,
        error_messages={
            "required": _("Say at least one language: without it nobody knows who can call."),
        },
    )
    areas = several(
        _("Districts"), help_text=_("If none is chosen, the organisation is there for the whole city.")
    )
    prevention = several(_("What the work is about"), Prevention.choices)
    scenarios = several(_("When somebody should call"), Scenario.choices)
    services = passage(_("What the organisation does"))
    referral_route = passage(
        _("How somebody comes to it"), _("For example: by telephone, with a letter, through the school.")
    )
    opening_hours = passage(_("When it is open"), most=300)
    accessibility = passage(
        _("What helps people to get in"), _("Steps, lifts, sign language, a quiet room."), most=300
    )
    has_safeguarding = forms.ChoiceField(
        label=_("Is there a written policy that protects children and adults at risk?"),
        choices=SAFEGUARDING,
        required=False,
    )
    web = forms.URLField(
        label=_("Web page"), required=False, assume_scheme="https", widget=forms.URLInput(attrs=LTR)
    )
    phone = PhoneField(label=_("Telephone for everybody"))
    email = forms.EmailField(
        label=_("E-mail address of the organisation"),
        required=False,
        widget=forms.EmailInput(attrs=LTR),
        help_text=_("Every ninety days this address is asked whether the entry is still right."),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    written_in = forms.ChoiceField(required=False, choices=settings.LANGUAGES, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._choices("languages", spoken_choices())
        self._choices("areas", [(area.slug, str(area)) for area in areas])
        for name in ("prevention", "scenarios"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            told = [(str(code), capfirst(str(label))) for code, label in list(field.choices)]  # type: ignore[arg-type]
            self._choices(name, told)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField | forms.ChoiceField)
        field.choices = choices

    def clean_has_safeguarding(self) -> bool | None:
        """Yes, no or not known."""
        return {"yes": True, "no": False}.get(self.cleaned_data["has_safeguarding"])

    @property
    def corrections(self) -> dict[str, Any]:
        """What the service is told."""
        hidden = {"seen", "written_in"}
        return {name: value for name, value in self.cleaned_data.items() if name not in hidden}


def written_in(entry: Entry, language: str) -> str:
    """In which language a page shows an entry's texts: the reader's, else the one they were written in."""
    return language if entry.texts.get(language) else entry.language


def as_it_stands(entry: Entry, language: str) -> dict[str, Any]:
    """What a form shows of an entry, its texts in one language."""
    told = {name: entry.written(name, language) for name in ON_ENTRY}
    told["has_safeguarding"] = {True: "yes", False: "no", None: ""}[entry.has_safeguarding]
    names = {f"name_{code}": name for code, name in entry.organisation.names.items()}
    return told | names | {"name": entry.organisation.name, "seen": entry.version, "written_in": language}


class EntryForm(CorrectionForm):
    """An organisation and what the directory says about it."""

    name = line(_("Name"))
    kind = forms.ChoiceField(label=_("What sort of organisation"), choices=Kind.choices)

    field_order = ("name",)

    def __init__(self, data: Any = None, *, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(data, areas=areas, **kwargs)
        for code, name in settings.LANGUAGES:
            label = _("The name in %(language)s")
            self.fields[f"name_{code}"] = line(_Filled(label, name), is_required=False)
        self._choices("kind", [("", str(_("Choose one"))), *sorted_kinds()])
        self.order_fields(["name", *(f"name_{code}" for code, _name in settings.LANGUAGES), "kind"])

    @property
    def names(self) -> dict[str, str]:
        """The name in each language in which one was given."""
        given = {code: self.cleaned_data[f"name_{code}"] for code, _name in settings.LANGUAGES}
        return {code: name for code, name in given.items() if name}

    @property
    def corrections(self) -> dict[str, Any]:
        """What the service is told."""
        told = {name: value for name, value in super().corrections.items() if not name.startswith("name_")}
        return told | {"names": self.names}

    def new_entry(self, language: str) -> NewEntry:
        """What is listed, its texts written in `language`."""
        told = {name: self.cleaned_data[name] for name in ON_ENTRY if name in self.cleaned_data}
        return NewEntry(
            name=self.cleaned_data["name"], names=self.names, **{**told, "language": language, "texts": {}}
        )


class _Filled(str):
    """A label with the name of a language in it, both in the language of the page."""

    __slots__ = ()

    def __new__(cls, label: Any, language: Any) -> _Filled:
        from django.utils.translation import gettext

        return super().__new__(cls, str(label) % {"language": gettext(str(language))})


def sorted_kinds() -> list[tuple[str, str]]:
    """Every kind by its word in the language of the moment."""
    return sorted(
        ((kind.value, capfirst(str(kind.label))) for kind in Kind), key=lambda pair: pair[1].casefold()
    )


class ContactForm(forms.Form):
    """A post, who holds it, and how they are reached at work. There is no field for a home address."""

    why: ClassVar[dict[str, Any]] = {
        "name": _(
            "Work only: nothing about where somebody lives, what they believe or where they come from."
            " The organisation’s partners under an agreement that lives see it, nobody else."
        ),
    }

    name = line(_("Name"))
    post = line(_("Post"))
    phone = PhoneField(label=_("Telephone at work"))
    mobile = PhoneField(label=_("Mobile phone at work"))
    out_of_hours_phone = PhoneField(
        label=_("Telephone at night and at weekends"), help_text=_("A duty number, not a private one.")
    )
    email = forms.EmailField(label=_("E-mail address"), required=False, widget=forms.EmailInput(attrs=LTR))
    channel = forms.ChoiceField(label=_("Best reached"), choices=Channel.choices)
    languages = several(_("Languages"))
    state = forms.ChoiceField(
        label=_("Now"),
        choices=[(c.value, c.label) for c in (Contact.State.ACTIVE, Contact.State.ON_LEAVE)],
        required=False,
    )
    back_on = forms.DateField(
        label=_("Back on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["languages"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = spoken_choices()

    def clean(self) -> dict[str, Any]:
        """Somebody nobody can reach is no help at night."""
        typed = super().clean() or {}
        ways = ("phone", "mobile", "out_of_hours_phone", "email")
        if not any(typed.get(way) for way in ways) and not any(way in self.errors for way in ways):
            self.add_error("phone", _("Give at least one number or address at work."))
        typed["state"] = typed.get("state") or Contact.State.ACTIVE
        return typed

    @property
    def new_contact(self) -> NewContact:
        """What is added."""
        return NewContact(
            **{name: self.cleaned_data[name] for name in ON_CONTACT if name in self.cleaned_data}
        )


class TieForm(forms.Form):
    """What an organisation has to do with another one."""

    kind = forms.ChoiceField(label=_("What it does"), choices=TieKind.choices)
    other = line(_("The other organisation"))
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def found(self, candidates: list[Organisation]) -> Organisation | None:
        """The one organisation that was meant; else the form says what to type."""
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            names = pgettext("between the members of a list", ", ").join(str(one) for one in candidates[:5])
            message = _("Several organisations fit: %(names)s. Type the whole name.")
            self.add_error("other", str(message) % {"names": names})
        else:
            self.add_error("other", _("No organisation of this name stands in the directory."))
        return None


class ArchiveForm(forms.Form):
    """Why an entry is archived."""

    reason = PlainField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )


class AskForm(forms.Form):
    """In which language the organisation is asked."""

    language = forms.ChoiceField(label=_("Language of the message"), choices=settings.LANGUAGES)


class WantedForm(forms.Form):
    """Who does what, where, in which language, for what: read as a sentence.

    The field is `spoken`: what a link brings as `language` is the language of the page.
    """

    words = forms.CharField(
        label=_("Show"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("among"), required=False)
    prevention = forms.ChoiceField(label=_("for"), required=False)
    area = forms.ChoiceField(label=_("in"), required=False)
    spoken = forms.ChoiceField(label=_("that help in"), required=False)
    scenario = forms.ChoiceField(label=_("and are called for"), required=False)
    state = forms.ChoiceField(label=_("and are"), required=False)

    def __init__(self, data: Any = None, *, areas: list[Area]) -> None:
        super().__init__(data)
        self._choices("kind", _("all organisations"), sorted_kinds())
        self._choices("prevention", _("every stage of prevention"), Prevention.choices)
        self._choices("area", _("the whole city"), [(area.slug, str(area)) for area in areas])
        self._choices("spoken", _("any language"), spoken_choices())
        self._choices(
            "scenario", pgettext_lazy("why one calls an organisation", "anything"), Scenario.choices
        )
        self._choices("state", pgettext_lazy("entries of the directory", "in use"), Entry.State.choices)

    def _choices(self, name: str, every: Any, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]

    @property
    def wanted(self) -> Wanted:
        """What was asked for; what is not on a list is not asked for."""
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**told)


class CallForm(forms.Form):
    """For which district and in which language somebody is called."""

    area = forms.ChoiceField(label=_("In"), required=False)
    spoken = forms.ChoiceField(label=_("by somebody who speaks"), required=False)

    def __init__(self, data: Any = None, *, areas: list[Area]) -> None:
        super().__init__(data)
        area, language = self.fields["area"], self.fields["spoken"]
        assert isinstance(area, forms.ChoiceField)
        assert isinstance(language, forms.ChoiceField)
        area.choices = [("", _("the whole city")), *((one.slug, str(one)) for one in areas)]
        language.choices = [("", _("any language")), *spoken_choices()]

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen; what is not on a list was not."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class CoverageForm(forms.Form):
    """In which language somebody looks for help."""

    spoken = forms.ChoiceField(label=_("Show who helps in"), required=False)

    own_languages = settings.LANGUAGES

    def __init__(self, data: Any = None) -> None:
        asked = str((data or {}).get("spoken", ""))
        super().__init__({"spoken": asked if asked in SPOKEN else get_language() or "en"})
        field = self.fields["spoken"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = spoken_choices()

    @property
    def chosen(self) -> str:
        """The language that was chosen, else the page's own."""
        self.is_valid()
        return self.cleaned_data.get("spoken") or get_language() or "en"


class NetworkForm(forms.Form):
    """Whose neighbours the picture shows."""

    of = forms.CharField(
        label=_("Show the neighbours of"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
