"""Named reads of dialogues, each limited to what the reader may see."""

from entente.dialogue.queries.answering import (
    next_statement,
    own_statements,
    own_votes,
    participant_with,
    public_dialogues,
    statements,
)
from entente.dialogue.queries.hosting import picture_of, session_pictures, sessions, sheets_typed
from entente.dialogue.queries.imports import IMPORT_WORK, Finding, abandoned_imports, findings, imports
from entente.dialogue.queries.results import (
    LIVE,
    live_outcome,
    newest_analysis,
    outcome_to_publish,
    published_outcome,
    still_told,
    with_published_outcome,
)
from entente.dialogue.queries.running import (
    STATE_KINDS,
    codes,
    dialogues,
    statement_counts,
    turnout,
    turnouts,
    waiting_counts,
)
from entente.dialogue.queries.votes import Loaded, at_one_moment, dialogues_to_analyse, load_votes
from entente.dialogue.queries.wording import Worded, titles, wording

__all__ = [
    "IMPORT_WORK",
    "LIVE",
    "STATE_KINDS",
    "Finding",
    "Loaded",
    "Worded",
    "abandoned_imports",
    "at_one_moment",
    "codes",
    "dialogues",
    "dialogues_to_analyse",
    "findings",
    "imports",
    "live_outcome",
    "load_votes",
    "newest_analysis",
    "next_statement",
    "outcome_to_publish",
    "own_statements",
    "own_votes",
    "participant_with",
    "picture_of",
    "public_dialogues",
    "published_outcome",
    "session_pictures",
    "sessions",
    "sheets_typed",
    "statement_counts",
    "statements",
    "still_told",
    "titles",
    "turnout",
    "turnouts",
    "waiting_counts",
    "with_published_outcome",
    "wording",
]
