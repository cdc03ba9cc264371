"""The oracle about parts, against answers derived by hand from the text, one sentence each."""

from __future__ import annotations

import pytest

from tests.agreements.facts import Outsider
from tests.agreements.oracle import judge, may_read
from tests.agreements.scenes import (
    AT,
    BEFORE,
    CLAUSE,
    COLLEAGUE,
    GLASS,
    GLASS_PART,
    NOTHING,
    OTHER_RECORD,
    OWN,
    PUBLIC,
    SHARED_PART,
    TICK,
    Scene,
)

EMERGENCY = GLASS.participation
LATER = AT + TICK

OPEN_PARTS: list[tuple[str, Scene, int]] = [
    ("the software's own jobs read parts", NOTHING.but(reader=Outsider.SYSTEM), 1),
    ("a colleague reads parts without stating a purpose", OWN, 3),
    ("a colleague reads secret parts of one's own", OWN.but(part={"is_secret": True}), 3),
    ("a stated purpose opens a shared part", SHARED_PART, 4),
    ("an opening holds from its first moment", SHARED_PART.but(opening={"at": AT}), 4),
    ("an opening holds until just before its end", SHARED_PART.but(opening={"until": LATER}), 4),
    ("a stated purpose opens a part behind glass", GLASS_PART, 5),
    (
        "behind glass a part's category does not matter",
        GLASS_PART.but(part={"category": "health"}),
        5,
    ),
    (
        "a part opens where its head is open by being public only",
        SHARED_PART.but(record={"public_since": BEFORE, "category": "health"}),
        4,
    ),
    (
        "a part opens by its clause where its head is open by glass",
        SHARED_PART.but(record={"category": "health"}, more=(EMERGENCY,), part={"is_secret": True}).but(
            clause={"opens_secrecy": True}
        ),
        4,
    ),
]

SHUT_PARTS: list[tuple[str, Scene, set[str]]] = [
    ("a part is never public", PUBLIC.but(reader=Outsider.VISITOR), set()),
    ("a part of a public record stays its owner's", PUBLIC, {"own: organisation"}),
    (
        "a purpose stated later opens nothing",
        SHARED_PART.but(opening={"at": LATER}),
        {"shared: opening since"},
    ),
    ("an opening ends at its end", SHARED_PART.but(opening={"until": AT}), {"shared: opening until"}),
    (
        "another purpose opens nothing",
        SHARED_PART.but(opening={"purpose": "concern"}),
        {"shared: opening purpose"},
    ),
    (
        "somebody else's opening opens nothing",
        SHARED_PART.but(opening={"member": COLLEAGUE}),
        {"shared: opening by the reader"},
    ),
    (
        "an opening of another record opens nothing",
        SHARED_PART.but(opening={"record": OTHER_RECORD}),
        {"shared: opening on this record"},
    ),
    (
        "a part of a category without a clause stays shut",
        SHARED_PART.but(part={"category": "health"}),
        {"shared: clause category"},
    ),
    ("a part has its own secrecy", SHARED_PART.but(part={"is_secret": True}), {"shared: secrecy"}),
    (
        "a part stays shut where its head is shut",
        SHARED_PART.but(record={"category": "health"}),
        {"part: head open"},
    ),
    (
        "a secret head keeps a part behind glass shut",
        GLASS_PART.but(record={"is_secret": True, "audience": "named"}),
        {"part: head open"},
    ),
    ("glass does not open secret parts", GLASS_PART.but(part={"is_secret": True}), {"glass: secrecy"}),
    *[
        (f"behind glass, {sentence}", GLASS_PART.but(opening=change), {f"glass: opening {name}"})
        for sentence, change, name in (
            ("a purpose stated later opens nothing", {"at": LATER}, "since"),
            ("an opening ends at its end", {"until": AT}, "until"),
            ("another purpose opens nothing", {"purpose": "concern"}, "purpose"),
            ("somebody else's opening opens nothing", {"member": COLLEAGUE}, "by the reader"),
            ("an opening of another record opens nothing", {"record": OTHER_RECORD}, "on this record"),
        )
    ],
]


@pytest.mark.parametrize(("scene", "door"), [pytest.param(*row[1:], id=row[0]) for row in OPEN_PARTS])
def test_a_part_is_open(scene: Scene, door: int) -> None:
    verdict = may_read(scene.world(), scene.reader, scene.part, AT)

    assert (verdict.allowed, verdict.door, verdict.doors) == (True, door, frozenset({door}))
    assert verdict.clause == (CLAUSE if door == 4 else None)


@pytest.mark.parametrize(("scene", "failing"), [pytest.param(*row[1:], id=row[0]) for row in SHUT_PARTS])
def test_a_part_is_shut(scene: Scene, failing: set[str]) -> None:
    verdict, alone = judge(scene.world(), scene.reader, scene.part, AT)

    assert not verdict.allowed
    assert failing <= alone
