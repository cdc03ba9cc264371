"""Django's entry for the partnership, and what waits here for a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from entente.agreements import preparing
from entente.records.kinds import Waiting, register_waiting

if TYPE_CHECKING:
    from entente.people.models import Member


class PartnershipConfig(AppConfig):
    """Registers the app, and what waits for members in its papers."""

    name = "entente.partnership"

    def ready(self) -> None:
        from entente.partnership.queries.drafting import prepared

        register_waiting(waiting_for)
        preparing.register(prepared)


def waiting_for(reader: Member) -> list[Waiting]:
    """What waits for the reader in every part of the partnership's papers."""
    from entente.partnership.queries import waiting

    return [one for part in waiting.PARTS for one in part(reader)]
