"""How much is shared under agreements: records, which stand above agreements, register the answer here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entente.people.models import Member


@dataclass(frozen=True)
class Shared:
    """Under one agreement, at this moment: records of ours that others may read, and invitations to them;
    records of others that we were invited to."""

    ours: int = 0
    invitations: int = 0
    theirs: int = 0


Count = Callable[[Collection[uuid.UUID], "Member"], dict[uuid.UUID, Shared]]
_counts: list[Count] = []


def register(count: Count) -> None:
    """Say who counts; called once from the app's configuration."""
    _counts[:] = [count]


def shared_now(agreements: Collection[uuid.UUID], reader: Member) -> dict[uuid.UUID, Shared]:
    """What is shared under each of these agreements at this moment, as the reader's organisation knows it."""
    found = _counts[0](agreements, reader) if _counts else {}
    return {pk: found.get(pk, Shared()) for pk in agreements}
