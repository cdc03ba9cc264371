"""What the partnership asks and heard, read from the apps below as a visitor."""

from __future__ import annotations

from typing import Any

from entente.audit.actors import VISITOR
from entente.dialogue import queries as dialogues

MOST = 6


def asked(language: str) -> list[dict[str, Any]]:
    """Dialogues anybody can take part in now: dialogue, its texts, and how many tens of people answered."""
    rows = dialogues.public_dialogues().filter(state="open")[:MOST]
    return [
        {
            "dialogue": row,
            "texts": dialogues.wording(row, [], language, VISITOR),
            "people": dialogues.turnout(row, VISITOR)["people"] // 10 * 10,
        }
        for row in rows
    ]


def heard(language: str) -> list[dict[str, Any]]:
    """Dialogues whose result is published, newest first: dialogue, its texts, and when it was published."""
    found = []
    for row in dialogues.public_dialogues().filter(state="closed")[: MOST * 2]:
        outcome = dialogues.published_outcome(row, VISITOR)
        if outcome is not None:
            texts = dialogues.wording(row, [], language, VISITOR)
            summary = texts["heard"].text.partition("\n\n")[0]
            published = {"summary": summary, "published_at": outcome.made_at}
            found.append({"dialogue": row, "texts": texts, **published})
    return sorted(found, key=lambda row: row["published_at"], reverse=True)[:MOST]
