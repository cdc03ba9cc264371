"""The first afternoon of a town: what is there and what is left to do, worked out from what exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from entente.agreements.models import Agreement
from entente.agreements.register import agreements, is_mine
from entente.agreements.sentences import listed
from entente.audit.actors import begin
from entente.partnership.models import Group
from entente.people.models import Area, Contact, Entry, Member, Membership, Organisation

TEN = 10  # contacts make a beginning
ENOUGH_PARTIES = 2


@dataclass(frozen=True)
class Step:
    """One step of the first afternoon: what it is, how far it is, and where it is done and undone."""

    key: str
    number: int
    title: Any
    what_for: Any
    is_done: bool
    so_far: Any
    url: str
    action: Any
    undo: Any


@dataclass(frozen=True)
class Left:
    """Something that is still to be done, and where."""

    key: str
    sentence: Any
    url: str


def own_entry(reader: Member) -> Entry | None:
    """What the directory says about the reader's organisation."""
    rows = Entry.objects.visible_to(reader).select_related("organisation")
    return rows.filter(organisation_id=reader.organisation_id).first()


def reachable_contacts(reader: Member) -> int:
    """How many posts the reader may ring."""
    return Contact.objects.visible_to(reader).exclude(state=Contact.State.LEFT).count()


def own_groups(reader: Member) -> list[Group]:
    """Groups whose papers the reader's organisation keeps."""
    rows = Group.objects.visible_to(reader).filter(keeper_id=reader.organisation_id)
    return list(rows.exclude(state=Group.State.CLOSED).select_related("task_force").order_by("reference"))


def own_agreements(reader: Member) -> list[Agreement]:
    """Agreements that live or are being drafted, which the reader's organisation keeps or is party to."""
    rows = agreements(reader).filter(Q(keeper_id=reader.organisation_id) | Q(is_mine(reader)))
    return list(rows.exclude(state=Agreement.State.ENDED)[:TEN])


def steps(reader: Member) -> list[Step]:
    """The four steps in their order."""
    contacts, groups, drafts = reachable_contacts(reader), own_groups(reader), own_agreements(reader)
    entry = own_entry(reader)
    return [
        Step(
            "organisation",
            1,
            _("Your organisation and the districts of the city"),
            _("What it is called in each language, what it does, and the districts everybody will speak of."),
            entry is not None,
            str(entry.organisation) if entry else "",
            reverse("partnership_staff:start_organisation"),
            _("Describe it"),
            _("Everything can be corrected later. A district that was named stays."),
        ),
        Step(
            "contacts",
            2,
            _("Ten contacts from a spreadsheet"),
            _("Whom would you ring tonight? Paste ten rows from the list you have."),
            contacts >= TEN,
            _contacts_so_far(contacts),
            reverse("partnership_staff:upload_directory"),
            _("Bring them in"),
            _("Each contact and each entry can be corrected, ended or archived."),
        ),
        Step(
            "group",
            3,
            _("One task force"),
            _("Who meets, what for, and who keeps the papers."),
            bool(groups),
            listed(groups[:3]),
            reverse("partnership_staff:start_group"),
            _("Found it"),
            _("A group can be changed and closed. It can’t be deleted: who worked together stays on paper."),
        ),
        Step(
            "agreement",
            4,
            _("One draft agreement"),
            _("What may be shared, with whom, for what. A draft binds nobody and opens nothing."),
            bool(drafts),
            listed(drafts[:3]),
            reverse("partnership_staff:start_agreement"),
            _("Draft it"),
            _("As long as nobody signed, everything in a draft can be changed, and the draft can be ended."),
        ),
    ]


def _contacts_so_far(contacts: int) -> Any:
    if contacts >= TEN:
        return _("Contacts: %(number)d") % {"number": contacts}
    return _("Contacts: %(number)d of %(wanted)d") % {"number": contacts, "wanted": TEN} if contacts else ""


def other_organisations(reader: Member) -> list[Organisation]:
    """Everybody an agreement could be made with, by name."""
    begin(reader)
    listed = Entry.objects.visible_to(reader).exclude(state=Entry.State.ARCHIVED).values("organisation_id")
    rows = Organisation.objects.filter(pk__in=listed).exclude(pk=reader.organisation_id)
    return list(rows.order_by("name")[:200])


def districts(reader: Member) -> list[Area]:
    """The districts of the city, by name."""
    begin(reader)
    return list(Area.objects.order_by("name"))


def left_to_do(reader: Member) -> list[Left]:
    """What a town still needs after the first afternoon, the most pressing first."""
    begin(reader)
    own = Membership.objects.filter(organisation_id=reader.organisation_id, ended_at=None)
    has_officer = own.filter(role=Membership.Role.OFFICER).exists()
    others = Organisation.objects.exclude(pk=reader.organisation_id)
    entries = Entry.objects.visible_to(reader).exclude(state=Entry.State.ARCHIVED)
    to_verify = entries.filter(Q(state=Entry.State.DRAFT) | Q(state=Entry.State.STALE)).count()
    left = [
        ("colleague", own.count() < ENOUGH_PARTIES,
         _("Nobody else acts for your organisation yet. When you are ill, nobody can go on."), "members"),
        ("officer", not has_officer,
         _("Name a data protection officer: agreements need an opinion before they are signed."), "members"),
        ("verify", bool(to_verify),
         _("Ask the organisations you listed whether their entries are right: %(number)d are not verified.")
         % {"number": to_verify}, "people:directory"),
        ("districts", not Area.objects.exists(),
         _("Name the districts of the city, so that the directory can say who works where."),
         "partnership_staff:start_organisation"),
        ("partners", not others.exists(),
         _("A partnership needs partners: list the organisations you work with."),
         "partnership_staff:upload_directory"),
        ("signatures", any(one.state == Agreement.State.DRAFT for one in own_agreements(reader)),
         _("Fill in the draft agreement and bring it to signature. Until then nothing is shared under it."),
         "agreements:agreements"),
        ("invite", True,
         _("Let your partners’ people in. Whoever runs the server adds each of them and sends the link."),
         ""),
    ]  # fmt: skip
    return [Left(key, sentence, _address(view)) for key, is_left, sentence, view in left if is_left]


def _address(view: str) -> str:
    try:
        return reverse(view) if ":" in view else ""
    except NoReverseMatch:
        return ""
