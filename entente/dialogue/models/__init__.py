"""A dialogue: its question, statements, participants, votes, codes, and what is told about it."""

from entente.dialogue.models.dialogue import INVITED, Dialogue, OnDialogue, Stratum
from entente.dialogue.models.results import Analysis, Exclusion, Outcome, PolisExport
from entente.dialogue.models.statements import (
    IMPORTED_LENGTH,
    STATEMENT_LENGTH,
    ModerationEntry,
    Statement,
)
from entente.dialogue.models.voices import (
    HostedSession,
    InviteCode,
    Participant,
    Vote,
    VoteChange,
    VoteCount,
)

__all__ = [
    "IMPORTED_LENGTH",
    "INVITED",
    "STATEMENT_LENGTH",
    "Analysis",
    "Dialogue",
    "Exclusion",
    "HostedSession",
    "InviteCode",
    "ModerationEntry",
    "OnDialogue",
    "Outcome",
    "Participant",
    "PolisExport",
    "Statement",
    "Stratum",
    "Vote",
    "VoteChange",
    "VoteCount",
]
