"""The oracle against answers derived by hand from the text of the rule, one sentence each."""

from __future__ import annotations

import pytest

from tests.agreements.facts import Outsider
from tests.agreements.oracle import decisive, judge, may_read
from tests.agreements.scenes import (
    AGREEMENT,
    AT,
    BEFORE,
    CLAUSE,
    CLINIC,
    COLLEAGUE,
    FORCED,
    GLASS,
    HERE,
    HOUSE,
    INTERIM,
    NAMED,
    NOTHING,
    OWN,
    OWN_FORCED,
    OWN_NAMED,
    PUBLIC,
    READER,
    SECRET,
    SHARED,
    THIRD,
    TICK,
    Scene,
    given,
)

MADE_TO_FORCE = given(task_force=FORCED.task_force.id, agreement=AGREEMENT)
EMERGENCY = GLASS.participation
LATER = AT + TICK

# Sentence, scene, and the door that is open.
OPEN_HEADS: list[tuple[str, Scene, int]] = [
    ("the software's own jobs read everything", NOTHING.but(reader=Outsider.SYSTEM), 1),
    ("a public head is read by a visitor", PUBLIC.but(reader=Outsider.VISITOR), 2),
    ("a public head is read by a participant", PUBLIC.but(reader=Outsider.PARTICIPANT), 2),
    ("a head is public from its moment on", PUBLIC.but(record={"public_since": AT}), 2),
    ("an ended member reads what is public", PUBLIC.but(reader={"ended_at": BEFORE}), 2),
    ("a secret head can be public", PUBLIC.but(record={"is_secret": True}), 2),
    ("a colleague reads the organisation's record", OWN, 3),
    ("a colleague reads a secret record without a clause", OWN.but(record={"is_secret": True}), 3),
    ("a membership lasts from its first moment", OWN.but(reader={"since": AT}), 3),
    ("a membership lasts until just before its end", OWN.but(reader={"ended_at": LATER}), 3),
    ("a colleague in the task force reads its record", OWN_FORCED, 3),
    ("a seat holds from its first moment", OWN_FORCED.but(seat={"since": AT}), 3),
    ("a seat holds until just before its end", OWN_FORCED.but(seat={"until": LATER}), 3),
    ("a task force lasts until just before it is ended", OWN_FORCED.but(task_force={"ended_at": LATER}), 3),
    (
        "a colleague is let in by oneself to a task force's record",
        OWN_FORCED.but(participation=given(member=READER)),
        3,
    ),
    ("a colleague who is named reads", OWN_NAMED, 3),
    ("inside, no agreement needs to be in force", OWN_NAMED.but(participation={"agreement": AGREEMENT}), 3),
    ("an organisation that is let in reads", SHARED, 4),
    ("a participation lasts from its first moment", SHARED.but(participation={"since": AT}), 4),
    ("a participation lasts until just before its end", SHARED.but(participation={"until": LATER}), 4),
    ("an agreement lasts from its start", SHARED.but(agreement={"starts_at": AT}), 4),
    ("an agreement lasts until just before its end", SHARED.but(agreement={"ends_at": LATER}), 4),
    ("a party has joined at its moment", SHARED.but(receiving={"joined_at": AT}), 4),
    ("a party has signed at its moment", SHARED.but(giving={"signed_at": AT}), 4),
    ("a party is one until just before it leaves", SHARED.but(giving={"left_at": LATER}), 4),
    ("a task force lets in those who sit in it", FORCED, 4),
    ("a member alone is let in to a task force's record", NAMED.but(record={"audience": "task_force"}), 4),
    (
        "a member alone is let in to an organisation's record",
        NAMED.but(record={"audience": "organisation"}),
        4,
    ),
    (
        "a task force is let in to an organisation's record",
        FORCED.but(record={"audience": "organisation"}),
        4,
    ),
    ("a named person of another organisation reads", NAMED, 4),
    ("in the interim nobody needs to have signed", INTERIM, 4),
    ("a clause that opens secrecy lets secret heads through", SECRET, 4),
    ("broken glass opens what names other persons", GLASS, 5),
    ("glass lasts from its first moment", GLASS.but(participation={"since": AT}), 5),
    ("glass lasts until just before its end", GLASS.but(participation={"until": LATER}), 5),
    ("glass works inside the owner's organisation too", GLASS.but(reader=HERE), 5),
    ("glass needs no agreement", GLASS.but(giving=None, receiving=None, clause=None), 5),
]

# Sentence, scene, and what the nearest way lacks.
SHUT_HEADS: list[tuple[str, Scene, set[str]]] = [
    (
        "a visitor does not read before a head is public",
        PUBLIC.but(reader=Outsider.VISITOR, record={"public_since": LATER}),
        {"public: since"},
    ),
    ("a visitor reads nothing else", NOTHING.but(reader=Outsider.VISITOR), set()),
    ("a participant reads nothing else", SHARED.but(reader=Outsider.PARTICIPANT), set()),
    ("a membership that begins later opens nothing", OWN.but(reader={"since": LATER}), {"membership: since"}),
    ("a membership ends at its end", OWN.but(reader={"ended_at": AT}), {"membership: until"}),
    ("a guest is no colleague", NOTHING, {"own: organisation"}),
    (
        "a colleague outside the named persons does not read",
        OWN.but(record={"audience": "named"}),
        {"own: audience is the organisation"},
    ),
    ("a seat that begins later is none", FORCED.but(seat={"since": LATER}), {"shared: seat since"}),
    ("a seat ends at its end", FORCED.but(seat={"until": AT}), {"shared: seat until"}),
    (
        "a task force that is ended lets nobody in",
        FORCED.but(task_force={"ended_at": AT}),
        {"shared: task force ended"},
    ),
    (
        "who doesn't sit in the task force does not read",
        FORCED.but(seat={"member": COLLEAGUE}),
        {"shared: made out to the reader"},
    ),
    (
        "a participation that begins later opens nothing",
        NAMED.but(participation={"since": LATER}),
        {"shared: participation since"},
    ),
    (
        "a participation ends at its end",
        NAMED.but(participation={"until": AT}),
        {"shared: participation until"},
    ),
    (
        "named persons are not let in by their organisation",
        SHARED.but(record={"audience": "named"}),
        {"shared: audience admits"},
    ),
    (
        "named persons are not let in by their task force",
        FORCED.but(record={"audience": "named"}),
        {"shared: audience admits"},
    ),
    (
        "a task force's record is not opened to a whole organisation",
        SHARED.but(record={"audience": "task_force"}),
        {"shared: audience admits"},
    ),
    (
        "what is made out to a third organisation is not for the clinic",
        SHARED.but(participation={"organisation": THIRD}),
        {"shared: made out to the reader"},
    ),
    (
        "without an agreement nothing leaves the organisation",
        FORCED.but(participation={"agreement": None}),
        {"shared: agreement named"},
    ),
    *[
        (
            f"an agreement that is {state} opens nothing",
            SHARED.but(agreement={"state": state}),
            {"shared: agreement state"},
        )
        for state in ("draft", "suspended", "ended")
    ],
    (
        "an agreement opens nothing before its start",
        FORCED.but(agreement={"starts_at": LATER}),
        {"shared: agreement starts"},
    ),
    (
        "an agreement opens nothing at its end",
        FORCED.but(agreement={"ends_at": AT}),
        {"shared: agreement ends"},
    ),
    (
        "a clause for another purpose does not help",
        FORCED.but(clause={"purpose": "concern"}),
        {"shared: clause purpose"},
    ),
    (
        "a clause for another category does not help",
        FORCED.but(clause={"category": "health"}),
        {"shared: clause category"},
    ),
    (
        "a clause by which another organisation gives does not help",
        FORCED.but(clause={"giving": THIRD}),
        {"shared: clause giving"},
    ),
    (
        "a clause by which another organisation receives does not help",
        FORCED.but(clause={"receiving": THIRD}),
        {"shared: clause receiving"},
    ),
    (
        "a clause does not work backwards",
        FORCED.but(clause={"receiving": HOUSE, "giving": CLINIC}),
        {"shared: clause receiving", "shared: clause giving"},
    ),
    ("the owner must be a party", FORCED.but(giving=None), {"shared: giving party"}),
    ("the receiver must be a party", FORCED.but(receiving=None), {"shared: receiving party"}),
    ("the owner must have joined", FORCED.but(giving={"joined_at": LATER}), {"shared: giving joined"}),
    (
        "the receiver must have joined",
        FORCED.but(receiving={"joined_at": LATER}),
        {"shared: receiving joined"},
    ),
    ("an owner that has left gives nothing", FORCED.but(giving={"left_at": AT}), {"shared: giving left"}),
    (
        "a receiver that has left gets nothing",
        FORCED.but(receiving={"left_at": AT}),
        {"shared: receiving left"},
    ),
    (
        "in force, the owner must have signed",
        FORCED.but(giving={"signed_at": None}),
        {"shared: giving signed"},
    ),
    (
        "in force, the receiver must have signed by now",
        FORCED.but(receiving={"signed_at": LATER}),
        {"shared: receiving signed"},
    ),
    (
        "in the interim only clauses that hold already count",
        INTERIM.but(clause={"holds_in_interim": False}, participation=MADE_TO_FORCE, seat=FORCED.seat),
        {"shared: interim clause"},
    ),
    (
        "a clause that doesn't open secrecy keeps secret heads shut",
        SECRET.but(clause={"opens_secrecy": False}, participation=MADE_TO_FORCE, seat=FORCED.seat),
        {"shared: secrecy"},
    ),
    (
        "glass never opens secrecy",
        GLASS.but(record={"is_secret": True, "audience": "named"}),
        {"glass: secrecy"},
    ),
    ("glass opens nothing before it is broken", GLASS.but(participation={"since": LATER}), {"glass: since"}),
    ("glass is over at its end", GLASS.but(participation={"until": AT}), {"glass: until"}),
    (
        "glass that somebody else broke opens nothing",
        GLASS.but(participation={"member": COLLEAGUE}),
        {"glass: made out to the reader"},
    ),
    (
        "a participation without an agreement is no broken glass",
        GLASS.but(participation={"is_emergency": False}, agreement={"state": "draft"}),
        {"shared: agreement named"},
    ),
]

# A reader of the owner: sentence, scene, and one condition that alone refuses.
SHUT_INSIDE: list[tuple[str, Scene, str]] = [
    ("inside, a seat that begins later is none", OWN_FORCED.but(seat={"since": LATER}), "own: seat since"),
    ("inside, a seat ends at its end", OWN_FORCED.but(seat={"until": AT}), "own: seat until"),
    (
        "inside, an ended task force lets nobody in",
        OWN_FORCED.but(task_force={"ended_at": AT}),
        "own: task force ended",
    ),
    ("inside, others' seats do not count", OWN_FORCED.but(seat=None), "own: made out to the reader"),
    (
        "inside, a participation may begin later",
        OWN_NAMED.but(participation={"since": LATER}),
        "own: participation since",
    ),
    (
        "inside, a participation ends at its end",
        OWN_NAMED.but(participation={"until": AT}),
        "own: participation until",
    ),
    (
        "inside, a task force does not let in to named persons' records",
        OWN_FORCED.but(record={"audience": "named"}),
        "own: audience admits",
    ),
    (
        "inside, an organisation is not let in to its task force's record",
        OWN_FORCED.but(participation=given(organisation=HOUSE)),
        "own: audience admits",
    ),
    (
        "inside, broken glass does not count as being named",
        OWN_NAMED.but(participation=EMERGENCY, record={"audience": "named", "is_secret": True}),
        "own: no emergency",
    ),
]


@pytest.mark.parametrize(("scene", "door"), [pytest.param(*row[1:], id=row[0]) for row in OPEN_HEADS])
def test_a_head_is_open(scene: Scene, door: int) -> None:
    verdict = may_read(scene.world(), scene.reader, scene.record, AT)

    assert (verdict.allowed, verdict.door, verdict.doors) == (True, door, frozenset({door}))
    assert verdict.clause == (CLAUSE if door == 4 else None)


@pytest.mark.parametrize(("scene", "failing"), [pytest.param(*row[1:], id=row[0]) for row in SHUT_HEADS])
def test_a_head_is_shut(scene: Scene, failing: set[str]) -> None:
    verdict, alone = judge(scene.world(), scene.reader, scene.record, AT)

    assert (verdict.allowed, verdict.door, verdict.clause) == (False, None, None)
    if len(failing) > 1:  # being no colleague is nearer
        assert not failing & alone
    else:
        assert verdict.failing == failing
        assert failing <= alone


@pytest.mark.parametrize(("scene", "failing"), [pytest.param(*row[1:], id=row[0]) for row in SHUT_INSIDE])
def test_a_head_is_shut_inside_its_own_organisation(scene: Scene, failing: str) -> None:
    assert not may_read(scene.world(), scene.reader, scene.record, AT).allowed
    assert failing in decisive(scene.world(), scene.reader, scene.record, AT)
