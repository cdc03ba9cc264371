"""A group of city, police and school board, and its charter, as tests need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entente.audit import clock
from entente.audit.actors import acting
from entente.partnership.models import Charter, Group, Place, Signature
from entente.partnership.queries import charters as charter_queries
from entente.partnership.queries import groups as queries
from entente.partnership.services import charters, groups, places
from entente.people.models import Member
from tests.conftest import City

PURPOSE = "We agree who does what when the river floods the youth centre."


def founded(city: City, **more: Any) -> Group:
    """A group that the city keeps."""
    return groups.found_group(by=city.amina, name="High water", kind="response", purpose=PURPOSE, **more)


def invited(group: Group, member: Member, by: Member) -> Place:
    """The place of the member's organisation, not answered yet."""
    return places.invite_organisation(group, by=by, organisation=member.organisation, answers_for="Boats")


def joined(city: City, *members: Member) -> Group:
    """A group with these members' organisations, each seating the member."""
    group = founded(city)
    for member in members:
        places.accept_place(invited(group, member, city.amina), by=member, representative=member)
    return group


def place_of(group: Group, member: Member) -> Place:
    """The lasting place of the member's organisation."""
    with acting(member):
        found = queries.own_place(group, member)
    assert found is not None
    with acting(member):
        return queries.place_with(found.pk, member)


def opened(group: Group, city: City) -> Charter:
    """The next version of the charter, open for signature."""
    charter = charters.draft_charter(group, by=city.amina)
    charters.consult_charter(charter, by=city.amina, until=clock.today() + timedelta(days=7))
    return charters.open_charter(charter, by=city.amina, heard="Nothing had to change.")


def sign(charter: Charter, member: Member, reservation: str = "") -> Signature:
    """The member's signature under what stands there."""
    return charters.sign_charter(charter, by=member, text_hash=charter.text_hash, reservation=reservation)


def now(charter: Charter, reader: Member) -> Charter:
    """The version as it is now."""
    with acting(reader):
        return charter_queries.charters(reader).get(pk=charter.pk)
