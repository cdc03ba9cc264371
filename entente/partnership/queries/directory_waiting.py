"""What waits in the directory: one's own entry to confirm, and entries one looks after to check."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.people.models import Entry, Member
from entente.people.queries.directory import stale_entries
from entente.records.kinds import Waiting


def waiting_in_directory(reader: Member) -> list[Waiting]:
    """Everybody is asked about their own organisation's entry, a coordinator about those they look after."""
    doubtful = stale_entries(reader)
    found = []
    own = doubtful.filter(organisation_id=reader.organisation_id, unanswered__gte=1).first()
    if own is not None:
        page = reverse("people:confirm_entry", args=[own.organisation.slug])
        found.append(Waiting(_("The directory asks whether your organisation’s entry is still right."), page))
    if reader.role == Member.Role.COORDINATOR:
        kept = doubtful.filter(keeper_id=reader.organisation_id, state=Entry.State.STALE).count()
        if kept:
            words = ngettext(
                "%(number)d entry of the directory that you look after is perhaps out of date.",
                "%(number)d entries of the directory that you look after are perhaps out of date.",
                kept,
            )
            found.append(Waiting(words % {"number": kept}, reverse("people:stale_entries")))
    return found
