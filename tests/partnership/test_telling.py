"""What goes out by itself: invitations, updates, cancellations, reminders and escalations, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.delivery.models import Message
from entente.delivery.services import deliver_message
from entente.partnership.models import Commitment, Group, Meeting
from entente.partnership.queries import commitments as promises
from entente.partnership.queries import meetings as queries
from entente.partnership.services import commitments, inviting, meetings, recalling
from entente.partnership.tasks import meetings as tasks
from entente.people.models import Member, Seat

OWNER = job("test", None)


@pytest.fixture(autouse=True)
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def leadership() -> Group:
    with acting(OWNER):
        rows = Group.objects.visible_to(OWNER).select_related("task_force", "keeper")
        return rows.get(kind=Group.Kind.LEADERSHIP)


def member(name: str) -> Member:
    with acting(OWNER):
        found = Member.objects.select_related("person", "organisation").get(person__name__startswith=name)
    found.credential = Credential("member", str(found.pk))
    return found


def winter() -> Meeting:
    with acting(OWNER):
        return queries.meetings(OWNER).get(group_id=leadership().pk, title="Winter meeting")


def sent(work: Callable[[], object]) -> list[Message]:
    """The messages that something writes."""
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    work()
    with acting(OWNER):
        return list(Message.objects.exclude(pk__in=before).order_by("pk"))


def tell(meeting: Meeting) -> list[Message]:
    return sent(lambda: inviting.tell_meeting(meeting.pk, by=OWNER))


def seated(group: Group) -> list[Seat]:
    with acting(OWNER):
        return queries.seats(group.pk, OWNER)


def test_nobody_hears_of_a_meeting_before_the_invitation_is_sent() -> None:
    assert tell(winter()) == []


def test_everybody_seated_is_invited_once_with_a_calendar_file(mailoutbox: list[Any]) -> None:
    amina, meeting = member("Amina"), winter()
    with acting(amina):
        meetings.add_point(meeting, by=amina, title="The name on the night list", is_restricted=True)
        meetings.invite_to_meeting(meeting, by=amina)
    told = tell(meeting)
    assert {message.address for message in told} == {
        seat.membership.person.email for seat in seated(meeting.group)
    }
    assert len(told) == len(seated(meeting.group))
    assert tell(meeting) == []
    assert sent(lambda: tasks.tell_meetings(by=OWNER)) == []
    for message in told:
        calendar = message.calendar.replace("\r\n ", "")
        assert "METHOD:REQUEST" in calendar
        assert "SEQUENCE:0" in calendar
        assert "Lamps on North Quay" in message.body
        assert "night list" not in message.body + calendar
    deliver_message(told[0].pk, by=OWNER)
    assert mailoutbox[-1].attachments[0][0] == "meeting.ics"


def test_a_changed_date_sends_an_update_and_a_cancelled_meeting_says_why() -> None:
    amina, meeting = member("Amina"), winter()
    with acting(amina):
        meetings.invite_to_meeting(meeting, by=amina)
    first = tell(meeting)
    with acting(amina):
        meetings.change_meeting(
            meeting, by=amina, title=meeting.title, starts_at=meeting.starts_at + timedelta(days=1),
            minutes=90, place="Library", link="", reason="The room is taken.",
        )  # fmt: skip
    update = tell(meeting)
    assert len(update) == len(first)
    assert all(
        "SEQUENCE:1" in message.calendar and "The room is taken." in message.body for message in update
    )
    assert tell(meeting) == []
    with acting(amina):
        meetings.cancel_meeting(meeting, by=amina, reason="Too many are ill.")
    cancelled = tell(meeting)
    assert len(cancelled) == len(first)
    assert all("METHOD:CANCEL" in message.calendar for message in cancelled)
    assert all("Too many are ill." in message.body for message in cancelled)
    assert tell(meeting) == []


def test_whoever_takes_a_seat_later_is_invited_by_itself() -> None:
    from entente.people import services as people

    amina, meeting, jonas = member("Amina"), winter(), member("Jonas")
    with acting(amina):
        meetings.invite_to_meeting(meeting, by=amina)
    tell(meeting)
    with acting(OWNER):
        people.seat_member(meeting.group.task_force, jonas, by=OWNER)
    late = sent(lambda: tasks.tell_meetings(by=OWNER))
    assert [message.address for message in late] == [jonas.person.email]


def test_a_meeting_that_is_over_is_told_to_nobody() -> None:
    amina, meeting = member("Amina"), winter()
    with acting(amina):
        meetings.invite_to_meeting(meeting, by=amina)
    with clock.frozen(meeting.starts_at + timedelta(minutes=1)):
        assert tell(meeting) == []


def promise_of(name: str, due_on: date) -> Commitment:
    """A promise that somebody made to the group."""
    amina, who, group = member("Amina"), member(name), leadership()
    with acting(amina):
        made = commitments.offer_commitment(group, by=amina, person=who, what="Open the door", due_on=due_on)
    with acting(who):
        return commitments.accept_commitment(made, by=who)


def recalled(day: date, hour: int = 9) -> list[Message]:
    """What goes out on a day about a promise of the tests."""
    at = timezone.make_aware(datetime.combine(day, time(hour, 35)))
    with clock.frozen(at):
        found = sent(lambda: tasks.recall_commitments(by=OWNER))
    return [message for message in found if "Open the door" in message.body]


def test_a_promise_is_recalled_before_on_and_after_its_day_each_once() -> None:
    due_on = clock.today() + timedelta(days=30)
    promise_of("Radu", due_on)
    radu, amina = member("Radu"), member("Amina")
    assert recalled(due_on - timedelta(days=8)) == []
    week = recalled(due_on - timedelta(days=7))
    assert [message.address for message in week] == [radu.person.email]
    assert recalled(due_on - timedelta(days=7)) == []
    assert recalled(due_on - timedelta(days=6)) == []
    today = recalled(due_on)
    assert [message.address for message in today] == [radu.person.email]
    assert recalled(due_on) == []
    assert recalled(due_on + timedelta(days=1)) == []
    late = recalled(due_on + timedelta(days=7))
    assert {message.address for message in late} == {radu.person.email}  # the police's coordinator
    assert recalled(due_on + timedelta(days=8)) == []
    very_late = recalled(due_on + timedelta(days=14))
    assert amina.person.email in {message.address for message in very_late}
    assert radu.person.email not in {message.address for message in very_late}
    assert recalled(due_on + timedelta(days=15)) == []


def test_nobody_is_woken_at_night() -> None:
    due_on = clock.today() + timedelta(days=30)
    promise_of("Radu", due_on)
    assert recalled(due_on, hour=6) == []
    assert len(recalled(due_on, hour=7)) == 1


def test_a_new_date_is_recalled_anew_and_a_kept_promise_never() -> None:
    due_on = clock.today() + timedelta(days=30)
    made, radu = promise_of("Radu", due_on), member("Radu")
    assert len(recalled(due_on - timedelta(days=7))) == 1
    later = due_on + timedelta(days=30)
    with acting(radu):
        commitments.change_commitment(
            made, by=radu, what="Open the door", due_on=later, evidence_wanted="", reason="A holiday.", read=1
        )
    assert recalled(due_on) == []
    assert len(recalled(later - timedelta(days=7))) == 1
    with acting(radu):
        commitments.keep_commitment(made, by=radu, evidence="It is open.")
    assert recalled(later) == []


def test_a_promise_is_recalled_once_by_whoever_comes_first() -> None:
    due_on = clock.today() + timedelta(days=7)
    made = promise_of("Radu", due_on)
    with acting(OWNER):
        assert made.pk in set(promises.to_recall(OWNER, clock.today()).values_list("pk", flat=True))
    assert recalling.recall_commitment(made.pk, by=OWNER)
    assert not recalling.recall_commitment(made.pk, by=OWNER)
