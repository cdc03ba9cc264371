"""What tests of meetings begin with: a group kept by the city, in which several organisations sit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from entente.audit import clock
from entente.audit.actors import acting
from entente.partnership.models import Commitment, Group, GroupDecision, Meeting
from entente.partnership.queries import commitments as promises
from entente.partnership.services import commitments, decisions, groups, meetings, places
from entente.people.models import Member
from tests.conftest import City

LONG_AGO = timedelta(days=60)
HELD = timedelta(days=2)


def sits_anew(*members: Member) -> None:
    """Whoever took a seat since somebody asked is asked anew."""
    for member in members:
        member.__dict__.pop("task_forces", None)


def a_group(city: City, **terms: object) -> Group:
    """Amina founded it for the city; Radu, Sofia and Ioana sit there for their organisations."""
    with clock.frozen(clock.now() - LONG_AGO):
        group = groups.found_group(
            by=city.amina,
            name="Round table",
            kind="working",
            purpose="We keep in touch.",
            **terms,  # type: ignore[arg-type]
        )
        for member in (city.radu, city.sofia, city.ioana):
            with acting(city.amina):
                place = places.invite_organisation(group, by=city.amina, organisation=member.organisation)
            with acting(member):
                places.accept_place(place, by=member, representative=member, may_commit=True)
    sits_anew(city.amina, city.radu, city.sofia, city.ioana)
    return group


@contextmanager
def before(at: datetime) -> Iterator[None]:
    """The day before a moment."""
    with clock.frozen(at - timedelta(days=1)):
        yield


def planned(group: Group, by: Member, *, starts_at: datetime | None = None, title: str = "First") -> Meeting:
    """A meeting next week, or at a moment."""
    starts_at = starts_at or clock.now() + timedelta(days=7)
    with before(min(starts_at, clock.now())):
        return meetings.plan_meeting(group, by=by, title=title, starts_at=starts_at, place="Town hall")


def begun(group: Group, by: Member, *points: str, title: str = "First") -> Meeting:
    """A meeting that began two days ago, with points on its agenda."""
    starts_at = clock.now() - HELD
    meeting = planned(group, by, starts_at=starts_at, title=title)
    with before(starts_at):
        for point in points:
            meetings.add_point(meeting, by=by, title=point)
    return meeting


def proposed(group: Group, by: Member, meeting: Meeting | None = None) -> GroupDecision:
    """A question that was put to the group."""
    return decisions.propose_decision(
        group,
        by=by,
        question="Shall the door stay open on Sundays?",
        options=["Every Sunday", "One Sunday a month"],
        doing_nothing="It stays closed.",
        rights_impact="It touches the rest of those who live next door.",
        meeting=meeting,
    )


def offered(group: Group, by: Member, to: Member, *, days: int = 14, made: int = 0) -> Commitment:
    """A promise that somebody is asked for."""
    due_on: date = clock.today() + timedelta(days=days)
    with clock.frozen(clock.now() - timedelta(days=made)):
        return commitments.offer_commitment(
            group, by=by, person=to, what="Write down who opens the door", due_on=due_on
        )


def accepted(group: Group, by: Member, to: Member, *, days: int = 14, made: int = 0) -> Commitment:
    """A promise that was made."""
    commitment = offered(group, by, to, days=days, made=made)
    return commitments.accept_commitment(commitment, by=to)


def promise(commitment: Commitment, reader: Member) -> object:
    """A commitment as it is now, with its words."""
    with acting(reader):
        return promises.commitments(reader).get(pk=commitment.pk)
