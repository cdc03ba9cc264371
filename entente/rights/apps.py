"""Django's entry for rights, and what waits here for a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from entente.records.kinds import Waiting, register_waiting

if TYPE_CHECKING:
    from entente.people.models import Member


class RightsConfig(AppConfig):
    """Registers the app, and what waits for members about complaints."""

    name = "entente.rights"

    def ready(self) -> None:
        register_waiting(waiting_for)


def waiting_for(reader: Member) -> list[Waiting]:
    """Complaints to answer, questions asked, and what is to be put right."""
    from entente.rights.queries import waiting

    return waiting.waiting_for(reader)
