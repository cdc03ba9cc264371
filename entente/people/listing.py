"""What is on its way into the directory: an organisation, and whom to ring there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from entente.people.models import Organisation
from entente.people.vocabulary import Channel


@dataclass(frozen=True)
class NewContact:
    """A post to be added with its organisation. The first of several is rung first."""

    name: str
    post: str
    posts: dict[str, str] = field(default_factory=dict)
    phone: str = ""
    mobile: str = ""
    out_of_hours_phone: str = ""
    email: str = ""
    channel: str = Channel.PHONE
    languages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class NewEntry:
    """An organisation to be listed. `organisation` is given where it is known to the partnership already."""

    name: str
    kind: str
    languages: list[str]
    names: dict[str, str] = field(default_factory=dict)
    areas: list[str] = field(default_factory=list)
    prevention: list[str] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    services: str = ""
    referral_route: str = ""
    opening_hours: str = ""
    accessibility: str = ""
    has_safeguarding: bool | None = None
    web: str = ""
    phone: str = ""
    email: str = ""
    language: str = "en"
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    slug: str = ""
    organisation: Organisation | None = None
    contacts: Sequence[NewContact] = ()


ON_ENTRY = (
    "kind", "languages", "areas", "prevention", "scenarios", "services", "referral_route", "opening_hours",
    "accessibility", "has_safeguarding", "web", "phone", "email", "language", "texts",
)  # fmt: skip
ON_CONTACT = (
    "name", "post", "posts", "phone", "mobile", "out_of_hours_phone", "email", "channel", "languages",
)  # fmt: skip
