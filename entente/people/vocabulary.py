"""The directory's fixed lists: what sort of organisation, for which stage of prevention, called for what."""

from functools import lru_cache

from babel import Locale
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What sort of organisation somebody is; whoever fits none is described by the nearest."""

    LOCAL_AUTHORITY = "local_authority", _("local authority")
    POLICE = "police", _("police")
    EMERGENCY = "emergency", _("emergency service")
    HEALTH = "health", _("health service")
    MENTAL_HEALTH = "mental_health", _("mental health service")
    SCHOOL = "school", _("school or school authority")
    CHILD_PROTECTION = "child_protection", _("child protection")
    YOUTH_WORK = "youth_work", _("youth work")
    SOCIAL_WORK = "social_work", _("social work")
    HOUSING = "housing", _("housing")
    EMPLOYMENT = "employment", _("work and employment")
    PRISON_PROBATION = "prison_probation", _("prison and probation")
    JUSTICE = "justice", _("court or prosecutor")
    FAITH = "faith", _("faith community")
    WOMEN = "women", _("women’s organisation")
    LGBTQI = "lgbtqi", _("LGBTQI+ organisation")
    DISABILITY = "disability", _("organisation of people with disabilities")
    VICTIM_SUPPORT = "victim_support", _("support for people affected by violence")
    LEGAL_AID = "legal_aid", _("legal advice")
    LANGUAGE_SERVICE = "language_service", _("interpreting and translation")
    CULTURE_SPORT = "culture_sport", _("culture or sport")
    MEDIA = "media", _("media")
    BUSINESS = "business", _("business")
    TRANSPORT = "transport", _("transport")
    TELECOMS = "telecoms", _("telecommunications")
    PRIVATE_SECURITY = "private_security", _("private security")
    ACADEMIA = "academia", _("university or research")
    NEIGHBOURHOOD = "neighbourhood", _("neighbourhood group")
    NGO = "ngo", _("non-governmental organisation")
    EXIT = "exit", _("exit programme")
    NATIONAL_AGENCY = "national_agency", _("national agency")
    INTERNATIONAL = "international", _("international body")
    FUNDER = "funder", _("funder")
    OVERSIGHT = "oversight", _("oversight body")


class Prevention(models.TextChoices):
    """At which stage an organisation works."""

    PRIMARY = "primary", _("prevention for everybody")
    SECONDARY = "secondary", _("early help")
    TERTIARY = "tertiary", _("disengagement and return")
    RESPONSE = "response", _("response to an incident")
    RECOVERY = "recovery", _("recovery afterwards")


class Scenario(models.TextChoices):
    """For what an organisation is called."""

    ATTACK = "attack", _("an attack, or the threat of one")
    HATE_CRIME = "hate_crime", _("a hate crime")
    PLACE_OF_WORSHIP = "place_of_worship", _("a hate crime against a place of worship")
    RUMOUR = "rumour", _("a rumour that is going round")
    TENSION = "tension", _("tension in a district, or a demonstration")
    YOUNG_PERSON = "young_person", _("worry about a young person")
    ADULT = "adult", _("worry about an adult")
    FAMILY = "family", _("a family that asks for help")
    RETURN = "return", _("a return from prison")
    RETURN_ABROAD = "return_abroad", _("a return from a conflict zone")
    AFFECTED = "affected", _("support for people affected")
    SCHOOL_CONFLICT = "school_conflict", _("a conflict at a school")
    ONLINE_HATE = "online_hate", _("hatred or threats online")
    HOUSING_LOSS = "housing_loss", _("somebody who is about to lose their home")
    INTERPRETER = "interpreter", _("an interpreter at short notice")


class Channel(models.TextChoices):
    """How somebody is best reached."""

    PHONE = "phone", _("by phone")
    MOBILE = "mobile", _("by mobile phone")
    EMAIL = "email", _("by e-mail")
    MESSAGE = "message", _("by text message")


class TieKind(models.TextChoices):
    """What two organisations have to do with each other."""

    WORKS_WITH = "works_with", _("works with")
    REFERS_TO = "refers_to", _("refers people to")
    FUNDS = "funds", _("funds")
    TRAINS = "trains", _("trains")
    HOSTS = "hosts", _("gives room to")


# Languages people are helped in; others can be added when somebody needs them.
SPOKEN = (
    "ar", "en", "fr", "ro", "am", "bg", "bn", "bs", "cs", "da", "de", "el", "es", "et", "fa", "fi",
    "ha", "he", "hi", "hr", "hu", "hy", "it", "ja", "ka", "kk", "ko", "ku", "lt", "lv", "mk", "mt",
    "ne", "nl", "no", "pa", "pl", "ps", "pt", "rom", "ru", "sk", "sl", "so", "sq", "sr", "sv", "sw",
    "ta", "th", "ti", "tr", "uk", "ur", "vi", "wo", "zh",
)  # fmt: skip
MORE_NAMES = {"rom": _("Romani")}


def language_name(code: str) -> str:
    """What a language is called in the language of the moment."""
    if code in MORE_NAMES:
        return str(MORE_NAMES[code])
    return _language_names(get_language() or "en").get(code, code)


@lru_cache(maxsize=8)
def _language_names(reader: str) -> dict[str, str]:
    names = Locale.parse(reader, sep="-").languages
    return {code: str(names[code]) for code in SPOKEN if code in names}


def spoken_choices() -> list[tuple[str, str]]:
    """Every language with its name, the interface's own first, the others by name."""
    first = [(code, language_name(code)) for code in SPOKEN[:4]]
    others = [(code, language_name(code)) for code in SPOKEN[4:]]
    return [*first, *sorted(others, key=lambda pair: pair[1])]


def labels(choices: type[models.TextChoices], codes: list[str]) -> list[str]:
    """The labels of some codes in the order of the list; codes that are gone are left out."""
    return [str(choice.label) for choice in choices if choice.value in codes]
