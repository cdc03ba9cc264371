"""The demo's story: meetings, decisions and commitments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.demo.content_words import Words, content
from entente.partnership.models import Commitment, Group, GroupDecision, Meeting
from entente.partnership.queries import commitments as promises
from entente.partnership.queries import meetings as queries
from entente.partnership.services import commitments, decisions, meetings
from entente.people.models import Member

HOUR = time(14, 0)
PLANNED_BEFORE = 10  # days
Cast = dict[str, Member]


def build(members: Cast, set_up: Actor) -> None:
    """What the local leadership group met about, decided, refused and promised."""
    with acting(set_up):
        group = (
            Group.objects.visible_to(set_up)
            .select_related("task_force", "keeper")
            .filter(kind=Group.Kind.LEADERSHIP)
            .first()
        )
    if group is None:
        return
    for member in members.values():
        member.__dict__.pop("task_forces", None)  # they took their seats since somebody asked
    told = content("meetings")
    held = {row["slug"]: _plan(row, group, members) for row in told["meetings"]}
    for row in told["meetings"]:
        if "days_ago" in row:
            _hold(row, held[row["slug"]], members)
    made = {row["slug"]: _decide(row, held[row["meeting"]], members) for row in told["decisions"]}
    for row in told["commitments"]:
        _promise(row, held[row["meeting"]], members, made)
    _approve(told["meetings"], held, members)


def _day(days_ago: float) -> datetime:
    """Two in the afternoon of a day, in the city."""
    day = timezone.localtime(clock.now() - timedelta(days=days_ago)).date()
    return timezone.make_aware(datetime.combine(day, HOUR))


def _starts(row: Words) -> datetime:
    return _day(row["days_ago"] if "days_ago" in row else -row["in_days"])


def _plan(row: Words, group: Group, members: Cast) -> Meeting:
    starts_at, amina = _starts(row), members["amina"]
    planned_at = min(starts_at, clock.now()) - timedelta(days=PLANNED_BEFORE)
    with clock.frozen(planned_at), acting(amina):
        meeting = meetings.plan_meeting(
            group, by=amina, title=row["title"], starts_at=starts_at, place=row["place"]
        )
    for point in row["points"]:
        with clock.frozen(planned_at), acting(members[point["by"]]):
            meetings.add_point(
                meeting,
                by=members[point["by"]],
                title=point["title"],
                minutes=point["minutes"],
                is_restricted=point.get("restricted", False),
            )
    return meeting


def _hold(row: Words, meeting: Meeting, members: Cast) -> None:
    amina = members["amina"]
    names = {member.pk: slug for slug, member in members.items()}
    with clock.frozen(meeting.starts_at + timedelta(hours=1)), acting(amina):
        came = {}
        for seat in queries.seats(meeting.group_id, amina):
            how = row["absent"].get(names.get(seat.membership_id, ""), "present")
            came[seat.membership_id] = (how, row.get("deputy", "") if how == "deputy" else "")
        meetings.hold_meeting(meeting, by=amina, attendance=came)
        texts = {point["title"]: point["text"] for point in row["points"]}
        for point in queries.agenda(meeting, amina):
            meetings.write_minutes(point, by=amina, text=texts[point.title], read=0)


def _approve(rows: list[Words], held: dict[str, Meeting], members: Cast) -> None:
    """The second meeting approved the minutes of the first."""
    later = held["north_quay"].starts_at + timedelta(hours=2)
    for row in rows:
        if row.get("approve"):
            with clock.frozen(later), acting(members["amina"]):
                meetings.approve_minutes(held[row["slug"]], by=members["amina"])


def _decide(row: Words, meeting: Meeting, members: Cast) -> GroupDecision:
    at, by, amina = meeting.starts_at + timedelta(hours=1), members[row["by"]], members["amina"]
    with clock.frozen(at), acting(by):
        decision = decisions.propose_decision(
            meeting.group,
            by=by,
            question=row["question"],
            options=row["options"],
            doing_nothing=row["doing_nothing"],
            rights_impact=row["rights_impact"],
            meeting=meeting,
        )
    say = decisions.refuse_decision if row.get("is_refused") else decisions.take_decision
    with clock.frozen(at), acting(amina):
        votes: Words = {"in_favour": 5, "against": 1} if decision.rule == Group.DecisionRule.MAJORITY else {}
        if row.get("is_refused") and votes:
            votes = {"in_favour": 1, "against": 5}
        decision = say(decision, by=amina, outcome=row["outcome"], reasons=row["reasons"], **votes)
    if "public" in row:
        with clock.frozen(at + timedelta(hours=20)), acting(amina):
            decisions.publish_decision(decision, by=amina, texts=row["public"])
    if "dissent" in row:
        who = members[row["dissent"]["by"]]
        with clock.frozen(at + timedelta(hours=3)), acting(who):
            decisions.note_dissent(decision, by=who, text=row["dissent"]["text"])
    return decision


def _promise(row: Words, meeting: Meeting, members: Cast, made: dict[str, GroupDecision]) -> None:
    by, to = members[row["by"]], members[row["to"]]
    at, due_on = _day(row["made_days_ago"]) + timedelta(hours=1), _due(row)
    with clock.frozen(at), acting(by):
        commitment = commitments.offer_commitment(
            meeting.group,
            by=by,
            person=to,
            what=row["what"],
            due_on=due_on,
            evidence_wanted=row.get("evidence_wanted", ""),
            decision=made.get(row.get("decision", "")),
            meeting=meeting,
        )
    if row.get("is_open"):
        return
    with clock.frozen(at + timedelta(minutes=30)), acting(to):
        commitments.accept_commitment(commitment, by=to)
    if "changed" in row:
        _change(commitment, row["changed"], to)
    if "kept" in row:
        with clock.frozen(_day(row["kept"]["days_ago"])), acting(to):
            commitments.keep_commitment(commitment, by=to, evidence=row["kept"]["evidence"])


def _due(row: Words) -> date:
    days = -row["due_days_ago"] if "due_days_ago" in row else row["due_in_days"]
    return clock.today() + timedelta(days=days)


def _change(commitment: Commitment, row: Words, to: Member) -> None:
    with clock.frozen(_day(row["days_ago"])), transaction.atomic():
        newest = promises.versions_of(commitment, to)[-1]
    due_on = clock.today() + timedelta(days=row["due_in_days"])
    with clock.frozen(_day(row["days_ago"])), acting(to):
        commitments.change_commitment(
            commitment,
            by=to,
            what=newest.what,
            due_on=due_on,
            evidence_wanted=newest.evidence_wanted,
            reason=row["reason"],
            read=newest.number,
        )
