"""What waits for a member, part by part: each adds its own function here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from entente.partnership.queries import drafting, group_waiting, library_waiting, means, money, register
from entente.partnership.queries.directory_waiting import waiting_in_directory
from entente.partnership.queries.papers import waiting_in_papers

if TYPE_CHECKING:
    from entente.people.models import Member
    from entente.records.kinds import Waiting

PARTS: tuple[Callable[[Member], list[Waiting]], ...] = (
    group_waiting.invitations_to_answer,
    group_waiting.charters_to_sign,
    group_waiting.reviews_due,
    waiting_in_papers,
    waiting_in_directory,
    drafting.waiting_for,
    register.waiting_for_keeper,
    means.waiting_for,
    money.waiting_for,
    library_waiting.waiting,
)
