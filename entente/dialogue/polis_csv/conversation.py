"""A conversation held in Polis, as read from its files: no dates, no identifiers of other systems."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from entente.dialogue.polis_csv.faults import Problem

STATEMENT_LENGTH = 1_000
TOPIC_LENGTH = 1_000
DESCRIPTION_LENGTH = 20_000
ADDRESS_LENGTH = 2_000


@dataclass(frozen=True)
class Limits:
    """How much is read before an import is refused; sizes in bytes."""

    zip_bytes: int = 20_000_000
    unpacked_bytes: int = 100_000_000
    ratio: int = 100
    files: int = 100
    rows: int = 5_000_000
    statements: int = 10_000
    voters: int = 100_000


@dataclass(frozen=True)
class Statement:
    """Something a participant said, for others to agree or disagree with.

    `moderated` is 1 accepted, 0 undecided, -1 rejected; `agrees` and `disagrees` are what the file claims;
    `line` is where it starts in comments.csv.
    """

    number: int
    text: str
    author: int
    moderated: int
    agrees: int
    disagrees: int
    line: int


@dataclass(frozen=True)
class Votes:
    """The last vote of each participant on each statement, ordered by participant, then statement.

    Three arrays of one length (32, 32 and 8 bits signed): `values` holds 1 agree, -1 disagree, 0 pass.
    """

    voters: "array[int]" = field(default_factory=lambda: array("i"))
    statements: "array[int]" = field(default_factory=lambda: array("i"))
    values: "array[int]" = field(default_factory=lambda: array("b"))

    def __len__(self) -> int:
        return len(self.voters)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.voters, self.statements, self.values, strict=True)


@dataclass(frozen=True)
class Conversation:
    """A question, what was said, and how people voted on it.

    `events` counts the rows of the vote log, replaced ones included; `voters` are the participants with at
    least one vote, ascending; `groups` is Polis's own group of each participant it grouped.
    """

    topic: str
    description: str
    source_url: str
    statements: list[Statement]
    votes: Votes
    events: int
    voters: list[int]
    groups: dict[int, int]


@dataclass(frozen=True)
class Reading:
    """What came of reading: a conversation when there are no problems, and what is worth knowing."""

    conversation: Conversation | None
    problems: list[Problem]
    notices: list[Problem]
