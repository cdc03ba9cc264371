"""A name for every condition of the rule; door 4 is "shared", door 5 "glass"."""

from __future__ import annotations

MEMBERSHIP = ("membership: since", "membership: until")
SEATS = ("made out to the reader", "seat since", "seat until", "task force ended")
OPENINGS = (
    "opening by the reader",
    "opening on this record",
    "opening purpose",
    "opening since",
    "opening until",
)
OWN = (
    "own: organisation",
    "own: audience is the organisation",
    "own: audience admits",
    *(f"own: {name}" for name in SEATS),
    "own: participation since",
    "own: participation until",
    "own: no emergency",
)
SHARED = (
    "shared: not the owner",
    "shared: audience admits",
    *(f"shared: {name}" for name in SEATS),
    "shared: participation since",
    "shared: participation until",
    "shared: agreement named",
    "shared: agreement state",
    "shared: agreement starts",
    "shared: agreement ends",
    "shared: clause purpose",
    "shared: clause category",
    "shared: clause giving",
    "shared: clause receiving",
    *(f"shared: {side} {what}" for side in ("giving", "receiving") for what in ("party", "joined", "left")),
    "shared: giving signed",
    "shared: receiving signed",
    "shared: interim clause",
    "shared: secrecy",
)
GLASS = (
    "glass: an emergency",
    "glass: made out to the reader",
    "glass: since",
    "glass: until",
    "glass: secrecy",
)
HEAD_OPEN = "part: head open"
PART_ONLY = (*(f"{door}: {name}" for door in ("shared", "glass") for name in OPENINGS), HEAD_OPEN)
# Never the only one to fail: where the reader acts for the owner, what else opens door 4 opens door 3.
NEVER_ALONE = ("shared: not the owner",)
CONDITIONS = ("public: since", *MEMBERSHIP, *OWN, *SHARED, *GLASS, *PART_ONLY)
