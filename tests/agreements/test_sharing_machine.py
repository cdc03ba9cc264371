"""Whatever members do with agreements and invitations, everybody sees what the rule says."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, acting, job
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people import services as people
from entente.people.models import Member, Seat, TaskForce
from entente.records import services as records
from entente.records.models import Action, File, Note, Opening, Participation, Record
from tests.agreements.facts import Member as MemberFact
from tests.agreements.facts import Outsider
from tests.agreements.oracle import may_read
from tests.agreements.reading_worlds import read_world
from tests.database import CLOCK_ROLE

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
CAST = ("amina", "jonas", "claire", "helene", "radu", "lena", "marc", "sofia")
COORDINATORS = ("amina", "radu", "marc")
SET_UP = job("set-up", None)
PURPOSES = (Purpose.PLAN_SUPPORT, Purpose.AVERT_DANGER)
STEPS = (timedelta.resolution, timedelta(minutes=1), timedelta(hours=5), timedelta(hours=13), timedelta(400))
WITHDRAWN = "delivery.message_withdrawn"
REASON = "Somebody may be hurt tonight, and nobody answers."


@dataclass
class Ground:
    """What stands before the first step: the cast, a draft, a task force, and the city's matters."""

    cast: dict[str, Member]
    agreement: Agreement  # a draft
    standing: Agreement  # in force
    force: TaskForce
    records: list[Record]


def tell_time(at: datetime, *, for_good: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('entente.at', %s, %s)", [at.isoformat(), not for_good])


def prepare() -> Ground:
    """Through the services, as members; committed, so that the database's own conditions are asked too."""
    with clock.frozen(START):
        tell_time(START, for_good=True)
        with acting(SET_UP):
            rows = Member.objects.select_related("person", "organisation")
            cast = {row.person.name.split()[0].lower(): row for row in rows}
            force = people.add_task_force(by=SET_UP, slug="machine", name="Machine")
        cast["helene"] = cast.get("hélène") or cast["helene"]
        for member in cast.values():
            member.credential = Credential("member", str(member.pk))
        amina = cast["amina"]
        agreement, standing = (draft(cast, parties) for parties in (("radu",), ("radu", "marc")))
        for name in COORDINATORS:
            with acting(cast[name]):
                agreements.sign_agreement(standing, by=cast[name])
        with acting(amina):
            agreements.bring_into_force(standing, by=amina)
            made = [
                records.open_matter(by=amina, title="Plan", category="plan"),
                records.open_matter(by=amina, title="Secret", category="plan", is_secret=True),
                records.open_matter(by=amina, title="Named", category="coordination", audience="named"),
            ]
        with acting(amina):
            people.seat_member(force, amina, by=amina)
        with acting(fresh(amina)):
            made.append(
                records.open_matter(
                    by=fresh(amina), title="Force", category="plan", audience="task_force", task_force=force
                )
            )
            for record in made:
                records.write_note(record, by=fresh(amina), text="A plan.", category="plan")
                records.write_note(record, by=fresh(amina), text="Quiet.", category="plan", is_secret=True)
                records.write_note(record, by=fresh(amina), text="Ill.", category="health")
    return Ground(cast, agreement, standing, force, made)


def draft(cast: dict[str, Member], others: tuple[str, ...]) -> Agreement:
    """An agreement that the city keeps; things go from it to the others."""
    amina = cast["amina"]
    with acting(amina):
        agreement = agreements.draft_agreement(by=amina, title="Machine", kind=Agreement.Kind.SHARING)
        for name in ("amina", *others):
            agreements.add_party(agreement, by=amina, organisation=cast[name].organisation)
        for name in others:
            for purpose in PURPOSES:
                add_clauses(agreement, purpose, amina, cast[name])
    return agreement


def add_clauses(agreement: Agreement, purpose: Purpose, giving: Member, receiving: Member) -> None:
    """Coordination holds in the interim; for one purpose what is secret goes too, for the other not."""
    for category in (Category.COORDINATION, Category.PLAN):
        agreements.add_clause(
            agreement,
            by=giving,
            purpose=purpose,
            category=category,
            giving=giving.organisation,
            receiving=receiving.organisation,
            opens_secrecy=purpose == Purpose.PLAN_SUPPORT,
            holds_in_interim=category == Category.COORDINATION,
        )


def fresh(member: Member) -> Member:
    """The same member in a request of their own: task forces are looked up again."""
    same = copy.copy(member)
    same.__dict__.pop("task_forces", None)
    return same


class Sharing(RuleBasedStateMachine):
    """One story after the other from the same ground; each is undone at its end."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.at = START + timedelta(hours=1)
        self.undone = ExitStack()
        self.undone.enter_context(transaction.atomic())
        tell_time(self.at)
        self.logged = self.events()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.close()

    # Asking

    def who(self, name: str) -> Member:
        return fresh(self.ground.cast[name])

    def everything(self, model: Any, **wanted: Any) -> list[Any]:
        """Rows of the matters of this story, or of all tables that have none."""
        rows: QuerySet[Any] = QuerySet(model)
        with acting(SET_UP):
            return list(rows.filter(**wanted).order_by("pk"))

    def ids(self) -> list[uuid.UUID]:
        return [record.pk for record in self.ground.records]

    def terms(self, is_standing: bool) -> Agreement:
        """An agreement as it is now."""
        wanted = self.ground.standing if is_standing else self.ground.agreement
        found: Agreement = self.everything(Agreement, pk=wanted.pk)[0]
        return found

    def events(self) -> dict[uuid.UUID, str]:
        return {event.pk: event.name for event in self.everything(Event)}

    def do(self, name: str, call: Callable[[], object]) -> object:
        """A step as a member: done and logged under that name, or refused and nothing."""
        done: object = None
        with clock.frozen(self.at):
            try:
                with transaction.atomic():
                    done = call()
                    with connection.cursor() as cursor:
                        cursor.execute("set constraints all immediate")
                        cursor.execute("set constraints all deferred")
            except (Refused, ObjectDoesNotExist):
                done = None
        now = self.events()
        added = [now[pk] for pk in now.keys() - self.logged.keys() if now[pk] != WITHDRAWN]
        self.logged = now
        assert added == ([name] if done and name else []), (name, done, added)
        return done

    # Agreements

    @rule(by=st.sampled_from(("amina", "helene", "radu")))
    def join(self, by: str) -> None:
        organisation = self.ground.cast["marc"].organisation
        self.do(
            "agreements.party_added",
            lambda: agreements.add_party(self.ground.agreement, by=self.who(by), organisation=organisation),
        )

    @rule(by=st.sampled_from(("amina", "helene", "radu", "marc", "sofia", "lena")))
    def sign(self, by: str) -> None:
        self.do(
            "agreements.agreement_signed",
            lambda: agreements.sign_agreement(self.ground.agreement, by=self.who(by)),
        )

    @rule(by=st.sampled_from(("radu", "marc", "lena")), is_standing=st.booleans())
    def leave(self, by: str, is_standing: bool) -> None:
        agreement = self.terms(is_standing)
        self.do(
            "agreements.party_left",
            lambda: agreements.leave_agreement(agreement, by=self.who(by), reason="We go."),
        )

    @rule(
        by=st.sampled_from(("amina", "radu")),
        step=st.sampled_from(("interim", "force", "resume")),
        is_standing=st.booleans(),
    )
    def live(self, by: str, step: str, is_standing: bool) -> None:
        call, name = {
            "interim": (agreements.begin_interim, "agreements.interim_begun"),
            "force": (agreements.bring_into_force, "agreements.agreement_brought_into_force"),
            "resume": (agreements.resume_agreement, "agreements.agreement_resumed"),
        }[step]
        agreement = self.terms(is_standing)
        self.do(name, lambda: call(agreement, by=self.who(by)))

    @rule(by=st.sampled_from(("amina", "radu")))
    def sign_and_bring_into_force(self, by: str) -> None:
        for name in COORDINATORS:
            self.sign(name)
        self.live(by, "force", False)

    @rule(by=st.sampled_from(("amina", "radu")), is_standing=st.booleans())
    def suspend(self, by: str, is_standing: bool) -> None:
        agreement = self.terms(is_standing)
        self.do(
            "agreements.agreement_suspended",
            lambda: agreements.suspend_agreement(agreement, by=self.who(by), reason="A mistake."),
        )

    @rule(later=st.sampled_from((timedelta(hours=5), timedelta(days=20), None)), is_standing=st.booleans())
    def end(self, later: timedelta | None, is_standing: bool) -> None:
        at, agreement = None if later is None else self.at + later, self.terms(is_standing)
        self.do(
            "agreements.agreement_ended",
            lambda: agreements.end_agreement(agreement, by=self.who("amina"), reason="It is over.", at=at),
        )

    # Invitations

    @rule(number=st.integers(0, 1), purpose=st.sampled_from(PURPOSES), by=st.sampled_from(("radu", "lena")))
    def share_and_read(self, number: int, purpose: Purpose, by: str) -> None:
        self.share("amina", number, "police", purpose, None, True)
        self.state_purpose(by, number, purpose)

    @rule(number=st.integers(0, 3), to=st.sampled_from(("radu", "lena", "jonas")))
    def name(self, number: int, to: str) -> None:
        self.share("amina", number, to, "" if to == "jonas" else PURPOSES[0], 30, True)
        self.state_purpose(to, number, PURPOSES[0])

    @rule(by=st.sampled_from(("lena", "radu")))
    def share_with_a_task_force(self, by: str) -> None:
        self.seat(by, "radu")
        self.share("amina", 3, "force", PURPOSES[0], None, True)
        self.state_purpose(by, 3, PURPOSES[0])

    @rule(
        by=st.sampled_from(("amina", "amina", "jonas", "radu")),
        number=st.integers(0, 3),
        to=st.sampled_from(("police", "prison", "force", "lena", "radu", "marc", "jonas", "claire")),
        purpose=st.sampled_from((*PURPOSES, "")),
        hours=st.sampled_from((None, 5, 24 * 20)),
        is_standing=st.sampled_from((True, True, True, False)),
    )
    def share(
        self, by: str, number: int, to: str, purpose: str, hours: int | None, is_standing: bool
    ) -> None:
        cast, until = self.ground.cast, None if hours is None else self.at + timedelta(hours=hours)
        whom: Any = {
            "police": cast["radu"].organisation,
            "prison": cast["marc"].organisation,
            "force": self.ground.force,
        }.get(to) or cast[to]
        agreement = self.terms(is_standing) if purpose else None
        self.do(
            "records.record_shared",
            lambda: records.share_record(
                self.ground.records[number],
                by=self.who(by),
                to=whom,
                agreement=agreement,
                purpose=purpose,
                until=until,
            ),
        )

    @rule(by=st.sampled_from(("amina", "claire", "radu")), pick=st.integers(0, 30))
    def end_participation(self, by: str, pick: int) -> None:
        given = self.everything(Participation, record_id__in=self.ids())
        if given:
            self.do(
                "records.participation_ended",
                lambda: records.end_participation(given[pick % len(given)], by=self.who(by), reason="Done."),
            )

    @rule(
        member=st.sampled_from(("jonas", "claire", "radu", "lena", "marc")), by=st.sampled_from(COORDINATORS)
    )
    def seat(self, member: str, by: str) -> None:
        self.do(
            "people.member_seated",
            lambda: people.seat_member(self.ground.force, self.who(member), by=self.who(by)),
        )

    @rule(by=st.sampled_from(COORDINATORS), pick=st.integers(0, 9))
    def unseat(self, by: str, pick: int) -> None:
        seats = self.everything(Seat, task_force=self.ground.force)
        self.do("people.seat_ended", lambda: people.end_seat(seats[pick % len(seats)], by=self.who(by)))

    @rule(
        by=st.sampled_from(("radu", "lena", "marc", "jonas", "amina")),
        number=st.integers(0, 3),
        purpose=st.sampled_from(PURPOSES),
    )
    def state_purpose(self, by: str, number: int, purpose: Purpose) -> None:
        member, record = self.who(by), self.ground.records[number]
        stated = self.everything(
            Opening, record=record, membership=member, purpose=purpose, at__lte=self.at, until__gt=self.at
        )
        self.do(
            "" if stated else "records.record_opened",
            lambda: records.open_record(record, by=member, purpose=purpose),
        )

    @rule(
        by=st.sampled_from(("radu", "lena", "marc", "jonas")),
        number=st.integers(0, 3),
        hours=st.sampled_from((1, 4)),
    )
    def break_glass(self, by: str, number: int, hours: int) -> None:
        reference = self.ground.records[number].reference
        self.do(
            "records.glass_broken",
            lambda: records.break_glass(reference, by=self.who(by), reason=REASON, hours=hours),
        )

    # Time

    @rule(step=st.sampled_from(STEPS))
    def wait(self, step: timedelta) -> None:
        self.at += step
        tell_time(self.at)

    @rule(before=st.booleans())
    def wait_for_an_end(self, before: bool) -> None:
        """To the very moment at which something ends next, or just before it."""
        given = self.everything(Participation, record_id__in=self.ids())
        stated = self.everything(Opening, record_id__in=self.ids())
        lasting = self.everything(Agreement, pk__in=[self.terms(one).pk for one in (True, False)])
        ends = [row.until for row in (*given, *stated)] + [row.ends_at for row in lasting]
        coming = [end for end in ends if end is not None and end > self.at]
        if coming:
            self.wait(min(coming) - self.at - timedelta.resolution * before)

    # What holds after every step

    @invariant()
    def everybody_sees_what_the_rule_says(self) -> None:
        with clock.frozen(self.at):
            with acting(SET_UP):
                world = read_world(self.ids())
            facts = {member.id: member for member in world.members}
            for name in CAST:
                member = self.who(name)
                self.compare(world, member, facts[member.pk])
            self.compare(world, VISITOR, Outsider.VISITOR)

    def compare(self, world: Any, reader: Actor, fact: MemberFact | Outsider) -> None:
        things = (*world.records, *world.parts)
        right = {thing.id for thing in things if may_read(world, fact, thing, self.at).allowed}
        with acting(reader):
            seen = set(
                Record.objects.visible_to(reader).filter(pk__in=self.ids()).values_list("pk", flat=True)
            )
            for model in (Note, File, Action):
                parts = model.objects.visible_to(reader).filter(record_id__in=self.ids())
                seen |= set(parts.values_list("pk", flat=True))
        assert seen == right, (reader.actor_name if reader is not VISITOR else "visitor", seen ^ right)


@pytest.mark.slow
def test_everybody_sees_what_the_rule_says_whatever_members_do(
    connected_as: Callable[[str], str],
) -> None:
    connected_as(CLOCK_ROLE)
    Sharing.ground = prepare()
    run_state_machine_as_test(
        Sharing,
        settings=settings(
            max_examples=10,
            stateful_step_count=16,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
