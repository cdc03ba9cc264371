"""Marenne's agreements, its task force, and the matters its organisations work on together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

from django.db import transaction

from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.demo.content_words import Words, content
from entente.people import services as people
from entente.people.models import Member, Organisation, TaskForce
from entente.records import services as records
from entente.records.models import Record

FIRST = "en"


MINUTE = 1 / (24 * 60)  # in days


def days_ago(days: float) -> AbstractContextManager[None]:
    """Do something in the city's past."""
    return clock.frozen(clock.now() - timedelta(days=days))


class Day:
    """A day in the city's past: each thing done on it takes a minute."""

    def __init__(self, days: float) -> None:
        self.days = days

    def minute(self) -> AbstractContextManager[None]:
        """The next minute of that day."""
        self.days -= MINUTE
        return days_ago(self.days)


def build_shared_matters(members: dict[str, Member], set_up: Actor) -> list[Record]:
    """Make the task force, the agreements in their states, and the matters that are shared under them."""
    for words in content("agreements")["task_forces"]:
        _seat(words, members, set_up)
    signed = {words["slug"]: _agree(words, members) for words in content("agreements")["agreements"]}
    return [_open(words, members, signed) for words in content("matters")["matters"]]


def _seat(words: Words, members: dict[str, Member], set_up: Actor) -> TaskForce:
    with days_ago(words["since_days_ago"]):
        force = people.add_task_force(
            by=set_up, slug=words["slug"], name=words["name"][FIRST], names=words["name"]
        )
        for slug in words["seats"]:
            people.seat_member(force, members[slug], by=set_up)
    return force


def _agree(words: Words, members: dict[str, Member]) -> Agreement:
    keeper = members[words["keeper"]]
    who = {slug: members[name] for slug, name in words["parties"].items()}
    day = Day(words["days_ago"])
    with day.minute():
        agreement = agreements.draft_agreement(
            by=keeper, title=words["title"][FIRST], kind=words["kind"], titles=words["title"]
        )
    for member in who.values():
        with day.minute():
            agreements.add_party(agreement, by=keeper, organisation=member.organisation)
    for clause in _clauses(words["clauses"]):
        with day.minute():
            agreements.add_clause(
                agreement,
                by=keeper,
                purpose=clause["purpose"],
                category=clause["category"],
                giving=who[clause["giving"]].organisation,
                receiving=who[clause["receiving"]].organisation,
                holds_in_interim=clause.get("interim", False),
                legal_basis=words["legal_basis"],
            )
    if words["state"] == Agreement.State.INTERIM:
        with day.minute():
            agreement = agreements.begin_interim(agreement, by=keeper)
    for slug in words.get("signed", who):
        with day.minute():
            agreements.sign_agreement(agreement, by=who[slug])
    if words["state"] == Agreement.State.IN_FORCE:
        with day.minute():
            agreement = agreements.bring_into_force(agreement, by=keeper)
    return agreement


def _clauses(rows: list[Words]) -> Iterator[Words]:
    """One clause for each category and direction."""
    for row in rows:
        here, there = row.get("between") or (row["giving"], row["receiving"])
        ways = [(here, there), (there, here)] if "between" in row else [(here, there)]
        for giving, receiving in ways:
            for category in row["categories"]:
                yield {**row, "giving": giving, "receiving": receiving, "category": category}


def _open(words: Words, members: dict[str, Member], signed: dict[str, Agreement]) -> Record:
    by, day = members[words["by"]], Day(words["days_ago"])
    with day.minute(), acting(by):
        record = records.open_matter(
            by=by,
            title=words["title"][FIRST],
            titles=words["title"],
            category=words["category"],
            audience=words.get("audience", Record.Audience.ORGANISATION),
        )
    for note in words["notes"]:
        with day.minute(), acting(by):
            records.write_note(
                record,
                by=members[note["by"]],
                text=note["text"],
                category=note["category"],
                is_secret=note.get("secret", False),
            )
    for row in words["invited"]:
        with day.minute(), acting(by):
            records.share_record(
                record,
                by=by,
                to=_named(row["to"], members),
                agreement=signed[row["agreement"]],
                purpose=row["purpose"],
            )
    with transaction.atomic():
        for action in words.get("actions", ()):
            records.add_action(
                record,
                by=members[action["by"]],
                what=action["what"],
                assigned_to=members[action["to"]],
                due_on=clock.today() + timedelta(days=action["in_days"]),
                category=action["category"],
            )
    return record


def _named(slug: str, members: dict[str, Member]) -> Organisation | Member:
    """A person by first name, else an organisation by its short name."""
    if slug in members:
        return members[slug]
    return next(member.organisation for member in members.values() if member.organisation.slug == slug)
