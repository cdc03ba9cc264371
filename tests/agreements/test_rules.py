"""The product's rule against the oracle on made-up worlds, and the words of its answers."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

import pytest

from entente.agreements import rules
from entente.agreements.vocabulary import Category
from entente.audit.decisions import Decision
from tests.agreements.asking import Asking
from tests.agreements.facts import Outsider, Thing
from tests.agreements.oracle import may_read
from tests.agreements.scenes import (
    AGREEMENT,
    AT,
    CLAUSE,
    CLINIC,
    COLLEAGUE,
    FORCE,
    FORCED,
    GLASS,
    GLASS_PART,
    INTERIM,
    NAMED,
    NOTHING,
    OWN,
    OWN_FORCED,
    OWN_NAMED,
    PUBLIC,
    SECRET,
    SHARED,
    SHARED_PART,
    Scene,
    given,
)
from tests.agreements.worlds import make_world

DOORS = {
    "The software does scheduled work on this record.": 1,
    "This record is public.": 2,
    "Your organisation owns this record.": 3,
    "Your organisation owns this record, and you sit in the task force it is for.": 3,
    "You are one of the persons named on this record.": 3,
    rules.CLAUSE: 4,
    "You broke the glass. The owner's privacy officer reviews it.": 5,
}


class Asked(NamedTuple):
    """Somebody asks whether they may read a head or a part."""

    scene: Scene
    thing: Thing

    def __call__(self, rule: ModuleType = rules) -> Decision:
        """What a rule answers."""
        return Asking(self.scene.world()).decide(self.scene.reader, self.thing, AT, rule)


def head(scene: Scene) -> Asked:
    return Asked(scene, scene.record)


def part(scene: Scene) -> Asked:
    return Asked(scene, scene.part)


def said(scene: Scene) -> Decision:
    return head(scene)()


@pytest.mark.parametrize("seed", range(4))
def test_the_rule_and_the_oracle_say_the_same_in_every_made_up_world(seed: int) -> None:
    world = make_world(seed, organisations=4, members=40, task_forces=5, agreements=8, records=48)
    asking = Asking(world)
    seen = set()
    things: tuple[Thing, ...] = (*world.records, *world.parts)
    for thing in things:
        for reader, at in world.readers:
            told, verdict = asking.decide(reader, thing, at), may_read(world, reader, thing, at)
            assert bool(told) == verdict.allowed, (told, verdict, reader, thing, at)
            if told:
                door = next(door for source, door in DOORS.items() if str(source) == told.source)
                assert door in verdict.doors
                assert (told.clause in verdict.clauses) == (door == 4)
                seen.add(door)
    assert seen == {1, 2, 3, 4, 5}


# Who asks of what, whether they may, and the beginning of the answer.
ANSWERS: list[tuple[str, Asked, bool, str]] = [
    ("a job", head(NOTHING.but(reader=Outsider.SYSTEM)), True, "The software does scheduled work"),
    (
        "a visitor, of a public head",
        head(PUBLIC.but(reader=Outsider.VISITOR)),
        True,
        "This record is public.",
    ),
    ("a visitor", head(NOTHING.but(reader=Outsider.VISITOR)), False, "This record is not public."),
    ("a colleague", head(OWN), True, "Your organisation owns this record."),
    (
        "a colleague in the task force",
        head(OWN_FORCED),
        True,
        "Your organisation owns this record, and you sit",
    ),
    ("a named colleague", head(OWN_NAMED), True, "You are one of the persons named"),
    (
        "a colleague who is not named",
        head(OWN_NAMED.but(participation={"member": COLLEAGUE})),
        False,
        "This record is for the persons and task forces named on it.",
    ),
    (
        "a colleague whose task force is not what it is for",
        head(OWN_NAMED.but(participation=given(task_force=FORCE), seat=FORCED.seat)),
        False,
        "This record is for the persons",
    ),
    (
        "a colleague behind broken glass alone",
        head(GLASS.but(reader=OWN.reader, record={"is_secret": True})),
        False,
        "This is under professional secrecy. Broken glass does not open that.",
    ),
    ("somebody not invited", head(NOTHING), False, "No agreement opens this record to you."),
    (
        "somebody whose invitation ran out",
        head(SHARED.but(participation={"until": AT})),
        False,
        "Your invitation to this record does not last at this moment.",
    ),
    (
        "an organisation let in where it is for named persons",
        head(SHARED.but(record={"audience": "named"})),
        False,
        "This record is for the persons and task forces named on it.",
    ),
    ("broken glass", head(GLASS), True, "You broke the glass."),
    (
        "broken glass, of what is secret",
        head(GLASS.but(record={"is_secret": True})),
        False,
        "This is under professional secrecy. Broken glass does not open that.",
    ),
    (
        "an invited organisation",
        head(SHARED),
        True,
        "Clause 1 of “The agreement” lets your organisation have",
    ),
    (
        "an invited organisation, of what no clause names",
        head(SHARED.but(record={"category": "health"})),
        False,
        "No clause of the agreement lets your organisation have “health” to support.",
    ),
    (
        "under a suspended agreement",
        head(SHARED.but(agreement={"state": "suspended"})),
        False,
        "“The agreement” opens nothing at this moment.",
    ),
    (
        "when the other side never joined",
        head(SHARED.but(giving=None)),
        False,
        "“The agreement” opens nothing at this moment.",
    ),
    (
        "when one side has not signed",
        head(SHARED.but(receiving={"signed_at": None})),
        False,
        "“The agreement” opens nothing between the two organisations before both have signed.",
    ),
    (
        "in the interim, under a clause that waits",
        head(INTERIM.but(clause={"holds_in_interim": False})),
        False,
        "“The agreement” is not in force yet, and clause 1 does not hold before.",
    ),
    (
        "of what is secret, under a clause that does not open that",
        head(SECRET.but(clause={"opens_secrecy": False})),
        False,
        "This is under professional secrecy, and clause 1 does not open that.",
    ),
    (
        "of a part, before a purpose is stated",
        part(SHARED),
        False,
        "Say first what you need this record for.",
    ),
    (
        "of a part behind broken glass, before a purpose is stated",
        part(GLASS),
        False,
        "Say first what you need this record for.",
    ),
    (
        "of a part, with its purpose stated",
        part(SHARED_PART),
        True,
        "Clause 1 of “The agreement” lets",
    ),
    ("of a part behind broken glass", part(GLASS_PART), True, "You broke the glass."),
    (
        "of a part that no clause names, though no purpose is stated either",
        part(SHARED.but(part={"category": "health"})),
        False,
        "No clause of the agreement",
    ),
    (
        "of a part whose record is closed",
        part(SHARED_PART.but(record={"category": "health"})),
        False,
        "No clause of the agreement",
    ),
]


@pytest.mark.parametrize(
    ("asked", "allowed", "words"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
def test_an_answer_says_why(asked: Asked, allowed: bool, words: str) -> None:
    told = asked()

    assert bool(told) is allowed
    assert str(told).startswith(words)


def test_an_answer_through_a_clause_names_the_clause() -> None:
    assert said(SHARED).clause == CLAUSE
    assert said(OWN).clause is None


def test_the_clause_that_fits_is_found_among_others() -> None:
    told = said(FORCED.but(more=(given(organisation=CLINIC),)))

    assert told
    assert str(told).startswith("Clause 1")


def test_of_two_invitations_one_that_holds_is_enough() -> None:
    assert said(SHARED.but(participation={"until": AT}, more=(NAMED.participation,)))


def test_what_is_chosen_from_a_list_is_kept_in_english() -> None:
    assert rules.in_english(Category, "health") == "health"
    assert rules.in_english(Category, "mental_health") == "mental health"
    assert rules.in_english(Category, "once listed") == "once listed"


def test_of_several_refusals_the_last_is_told() -> None:
    other = given(organisation=CLINIC, agreement=AGREEMENT, purpose="research")

    assert str(said(SHARED.but(participation={"until": AT}, more=(other,)))).startswith("No clause")
