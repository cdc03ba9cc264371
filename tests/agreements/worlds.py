"""Made-up worlds for the oracle: what is allowed, and what misses being allowed by one condition.

Everything starts as it must be to let somebody in; then one condition is broken, at its boundary: a moment
is exactly the reader's, or one microsecond away from it. The same seed makes the same world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.agreements.facts import (
    Agreement,
    Audience,
    Clause,
    Member,
    Opening,
    Organisation,
    Outsider,
    Part,
    Participation,
    PartKind,
    Party,
    Reader,
    Record,
    Seat,
    State,
    TaskForce,
    World,
)

PURPOSES = ("assess_concern", "plan_support", "avert_danger", "run_partnership")
CATEGORIES = ("concern", "plan", "identity", "health")
TICK = timedelta(microseconds=1)
# Few moments, so that one fact of many (an agreement's start) meets many readers exactly at its boundary.
MOMENTS = tuple(datetime(2026, 11, 16, 9, 30, tzinfo=UTC) + timedelta(hours=29 * day) for day in range(4))
LONG = timedelta(days=400)
# Taken in turn, so that small worlds have each.
AGREEMENTS_MISS = ("", "since", "", "until", "", "since", "", "state", "", "until", "", "")
AUDIENCES: tuple[Audience, ...] = (
    *("organisation", "named", "task_force") * 5,
    "task_force",
)
MEMBERSHIPS_MISS = ("", "", "", "since", "", "", "", "", "", "until", "", "", "", "")
LONGEST_EMERGENCY = timedelta(hours=4)


def make_world(
    seed: int,
    *,
    organisations: int = 8,
    members: int = 200,
    task_forces: int = 10,
    agreements: int = 40,
    records: int = 1000,
    purposes: Sequence[str] = PURPOSES,
    categories: Sequence[str] = CATEGORIES,
    inside_to_organisation: bool = True,
) -> World:
    """A world of near misses; `readers` holds all members and the three outsiders, each with one moment.

    `inside_to_organisation`: some participations are made out to the owner's own organisation, which lets
    nobody in. At least two organisations, purposes and categories are needed.
    """
    making = _Making(Random(seed), tuple(purposes), tuple(categories), inside_to_organisation)
    making.people(organisations, members, task_forces)
    for number in range(agreements):
        making.agreement(number)
    for number in range(records):
        making.record(number)
    return making.world()


@dataclass
class Edges:
    """Moments that hold or miss at a reader's moment, often at the boundary itself."""

    rng: Random

    def some(self) -> timedelta:
        return timedelta(microseconds=self.rng.randrange(1, 300 * 86_400_000_000))

    def begun(self, at: datetime) -> datetime:
        return self.rng.choice((at, at - TICK, at - self.some()))

    def not_begun(self, at: datetime) -> datetime:
        return at + self.rng.choice((TICK, TICK, self.some()))

    def not_over(self, at: datetime) -> datetime | None:
        return self.rng.choice((None, at + TICK, at + self.some()))

    def over(self, at: datetime) -> datetime:
        return at - self.rng.choice((timedelta(), timedelta(), TICK, self.some()))

    def lasting(self, at: datetime, broken: str = "") -> tuple[datetime, datetime | None]:
        """From and until; `broken` names the end that misses: "since" or "until"."""
        if broken == "until":
            over = self.over(at)
            return over - self.some(), over
        if broken == "since":
            since = self.not_begun(at)
            return since, self.rng.choice((None, since + self.some()))
        return self.begun(at), self.not_over(at)

    def four_hours(self, at: datetime, broken: str = "") -> tuple[datetime, datetime]:
        """From and until of an emergency: never longer than four hours."""
        length = timedelta(microseconds=self.rng.randrange(2, LONGEST_EMERGENCY // TICK + 1))
        length = self.rng.choice((length, LONGEST_EMERGENCY))
        if broken == "since":
            since = at + self.rng.choice((TICK, TICK, timedelta(hours=1)))
        elif broken == "until":
            since = at - length - self.rng.choice((timedelta(), timedelta(), TICK))
        else:
            since = at - self.rng.choice((timedelta(), length - TICK, length / 2))
        return since, since + length


@dataclass
class _Making:
    """A world while it is being made."""

    rng: Random
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    inside_to_organisation: bool
    rows: dict[str, list[Any]] = field(default_factory=dict)
    at: dict[UUID, datetime] = field(default_factory=dict)
    by_organisation: dict[UUID, list[Member]] = field(default_factory=dict)
    by_task_force: dict[UUID, list[Member]] = field(default_factory=dict)
    parties: dict[UUID, list[UUID]] = field(default_factory=dict)
    given: set[object] = field(default_factory=set)
    terms: dict[UUID, tuple[list[str], list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.edges = Edges(self.rng)

    def id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def add(self, what: str, row: Any) -> Any:
        self.rows.setdefault(what, []).append(row)
        return row

    def moment(self) -> datetime:
        """A moment that means something to many readers."""
        return self.rng.choice(MOMENTS)

    def late(self) -> datetime:
        """A moment that comes too late for many readers."""
        return self.rng.choice(MOMENTS[1:])

    def early(self) -> datetime:
        """A moment that is over for many readers."""
        return self.rng.choice(MOMENTS[:-1])

    def broken(self, share: float, *ways: str) -> str:
        """Nothing, or for the share the name of what is broken."""
        return self.rng.choice(ways) if self.chance(share) else ""

    def world(self) -> World:
        readers: list[tuple[Reader, datetime]] = [(one, self.at[one.id]) for one in self.rows["members"]]
        readers += [(outsider, self.moment()) for outsider in Outsider]
        return World(readers=tuple(readers), **{name: tuple(rows) for name, rows in self.rows.items()})

    # People

    def people(self, organisations: int, members: int, task_forces: int) -> None:
        for _ in range(organisations):
            self.by_organisation[self.add("organisations", Organisation(self.id())).id] = []
        for number in range(task_forces):
            ended = self.early() if number % 3 != 0 else self.rng.choice((None, MOMENTS[-1] + LONG))
            self.by_task_force[self.add("task_forces", TaskForce(self.id(), ended)).id] = []
        for number in range(members):
            broken = MEMBERSHIPS_MISS[number % len(MEMBERSHIPS_MISS)]
            self.member(list(self.by_organisation)[number % organisations], broken)

    def member(self, organisation: UUID, broken: str) -> None:
        at = self.moment() + self.rng.choice((-TICK, timedelta(), TICK))
        since, ended = self.edges.lasting(at, broken)
        member = self.add("members", Member(self.id(), organisation, since, ended))
        self.at[member.id] = at
        self.by_organisation[organisation].append(member)
        count = min(5, len(self.by_task_force))
        for task_force in self.rng.sample(list(self.by_task_force), count):
            self.by_task_force[task_force].append(member)
            self.seat(task_force, member, at)

    def seat(self, task_force: UUID, member: Member, at: datetime) -> None:
        since, until = self.edges.lasting(at, self.broken(0.6, "since", "until"))
        self.add("seats", Seat(self.id(), task_force, member.id, since, until))
        if self.chance(0.15):  # sat there before, too
            before = since - self.rng.choice((timedelta(), TICK, timedelta(days=30)))
            self.add("seats", Seat(self.id(), task_force, member.id, before - timedelta(days=90), before))

    # Agreements

    def agreement(self, number: int) -> None:
        state: State = self.rng.choice(("in_force", "interim"))
        broken = AGREEMENTS_MISS[number % len(AGREEMENTS_MISS)]
        if broken == "state":
            state = self.rng.choice(("draft", "suspended", "ended"))
        starts, ends = MOMENTS[0] - LONG, self.rng.choice((None, MOMENTS[-1] + LONG))
        if broken == "since":
            starts = self.rng.choice(MOMENTS[2:])
        if broken == "until":
            ends = self.early()
        agreement = self.add("agreements", Agreement(self.id(), state, starts, ends))
        circle = list(self.by_organisation)
        circle = self.rng.sample(circle, min(7, len(circle)))
        self.parties[agreement.id] = circle
        for organisation in circle:
            self.party(agreement, organisation)
        self.clauses(agreement, circle)

    def party(self, agreement: Agreement, organisation: UUID) -> None:
        signing = ("left", "left", "unsigned", "signed", "signed", "missing")
        joining = ("left", "left", *["joined"] * 5, "missing")
        broken = self.broken(0.48, *(joining if agreement.state == "interim" else signing))
        if broken == "missing":
            return
        joined = MOMENTS[0] - LONG / 2
        signed: datetime | None = joined + timedelta(days=9)
        left = self.rng.choice((None, None, MOMENTS[-1] + LONG))
        if broken == "joined":
            joined = self.late()
            signed = self.rng.choice((joined, None))
        if broken == "left":
            left = self.early()
        if broken == "signed":
            signed = self.late()
        if broken == "unsigned" or (agreement.state == "interim" and self.chance(0.5)):
            signed = None
        self.add("parties", Party(self.id(), agreement.id, organisation, joined, signed, left))

    def clauses(self, agreement: Agreement, circle: list[UUID]) -> None:
        purposes = self.rng.sample(self.purposes, min(2, len(self.purposes)))
        categories = self.rng.sample(self.categories, min(3, len(self.categories)))
        self.terms[agreement.id] = purposes, categories
        for purpose in purposes:
            for category in categories:
                for giving in circle:
                    for receiving in circle:
                        if giving != receiving and self.chance(0.95):
                            opens, holds = self.chance(0.75), self.chance(0.65)
                            clause = (agreement.id, purpose, category, giving, receiving, opens, holds)
                            self.add("clauses", Clause(self.id(), *clause))

    # Records

    def record(self, number: int) -> None:
        owner = self.rng.choice(list(self.by_organisation))
        audience = AUDIENCES[number % len(AUDIENCES)]
        public = None
        if number % 11 in (2, 6, 9):
            public = MOMENTS[0] - LONG if number % 11 == 2 else MOMENTS[number // 11 % len(MOMENTS)]
        category = self.rng.choice(self.categories)
        secret = self.chance(0.4)
        record = Record(self.id(), owner, audience, category, secret, public)
        self.add("records", record)
        kinds: tuple[PartKind, ...] = ("note", "file", "action")
        for _ in range(2):
            changed = category if self.chance(0.7) else self.rng.choice(self.categories)
            kind = kinds[len(self.rows.get("parts", ())) % 3]
            self.add("parts", Part(self.id(), record.id, kind, changed, secret != self.chance(0.45)))
        self.share(record)
        self.emergencies(record)

    def share(self, record: Record) -> None:
        to_organisations, to_task_forces, to_members = {
            "organisation": (7, 5, 3),
            "task_force": (1, 6, 6),
            "named": (2, 4, 30),
        }[record.audience]
        others = [organisation for organisation in self.by_organisation if organisation != record.owner]
        for organisation in self.rng.sample(others, min(to_organisations, len(others))):
            self.give(record, organisation=organisation)
            if self.chance(0.9):
                self.give(record, organisation=organisation)
        if self.inside_to_organisation and self.chance(0.05):
            self.give(record, organisation=record.owner)
        for task_force in self.rng.sample(
            list(self.by_task_force), min(to_task_forces, len(self.by_task_force))
        ):
            self.give(record, task_force=task_force)
        members = self.rows["members"]
        chosen = self.rng.sample(members, min(to_members, len(members)))
        if record.audience != "organisation":
            own = self.by_organisation[record.owner]
            chosen += self.rng.sample(own, min(1 if record.audience == "task_force" else 14, len(own)))
        for member in dict.fromkeys(chosen):
            self.give(record, member=member)

    def give(
        self,
        record: Record,
        *,
        organisation: UUID | None = None,
        task_force: UUID | None = None,
        member: Member | None = None,
    ) -> None:
        """One participation as it should be, or broken at one end; and openings by some who would use it."""
        if member is not None:
            reached, inside = [member], member.organisation == record.owner
        elif task_force is not None:
            reached, inside = self.by_task_force[task_force], self.chance(0.1)
        else:
            reached, inside = self.by_organisation[organisation or record.owner], organisation == record.owner
        agreement = None if inside or self.chance(0.02) else self.fitting(record, reached)
        purpose = self.rng.choice(self.purposes)
        if agreement is not None and self.chance(0.97):
            purpose = self.rng.choice(self.terms[agreement][0])
        at = self.moment() if member is None else self.at[member.id]
        broken = self.broken(0.6 if inside else 0.25, "since", "until")
        since, until = self.edges.lasting(at, broken)
        if member is None and self.chance(0.45):
            since, until = MOMENTS[0] - LONG, self.rng.choice((None, MOMENTS[-1] + LONG))
        to = (organisation, task_force, member.id if member else None)
        if (record.id, to, purpose) in self.given:
            return
        self.given.add((record.id, to, purpose))
        self.add("participations", Participation(self.id(), record.id, purpose, since, until, *to, agreement))
        if agreement is not None and not (broken and member):
            for reader in self.rng.sample(reached, min(6, len(reached))):
                if reader.organisation in self.parties[agreement] and self.chance(0.7):
                    self.open(record, reader, purpose)

    def fitting(self, record: Record, reached: list[Member]) -> UUID | None:
        """An agreement with both sides in it and clauses for this category, where there is one; mostly."""
        every = list(self.terms)
        if self.chance(0.97):
            receiving = self.rng.choice(reached).organisation if reached else record.owner
            both = [one for one in every if {record.owner, receiving} <= set(self.parties[one])]
            every = [one for one in both if record.category in self.terms[one][1]] or both or every
        return self.rng.choice(every) if every else None

    def emergencies(self, record: Record) -> None:
        members = self.rows["members"]
        own = self.by_organisation[record.owner]
        chosen = self.rng.sample(members, min(22, len(members)))
        if record.is_secret and record.audience != "organisation":
            chosen += self.rng.sample(own, min(18, len(own)))
        for member in dict.fromkeys(chosen):
            at = self.at[member.id]
            since, until = self.edges.four_hours(at, self.broken(0.45, "since", "until"))
            purpose = self.rng.choice(self.purposes)
            self.add(
                "participations",
                Participation(
                    self.id(), record.id, purpose, since, until, member=member.id, is_emergency=True
                ),
            )
            if self.chance(0.95):
                self.open(record, member, purpose)

    def open(self, record: Record, member: Member, purpose: str) -> None:
        """An opening that fits, or misses by its purpose or by one of its ends."""
        broken = self.broken(0.63, "purpose", "since", "until")
        if broken == "purpose":
            purpose = self.rng.choice([one for one in self.purposes if one != purpose])
        since, until = self.edges.lasting(self.at[member.id], broken)
        until = until or since + timedelta(days=1)
        if until <= self.at[member.id] and broken != "until":
            until = self.at[member.id] + TICK
        self.add("openings", Opening(self.id(), record.id, member.id, purpose, since, until))
