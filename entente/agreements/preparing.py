"""What a dossier says about its agreement: the partnership, which stands above, registers the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow

NO_DOSSIER = _("Nothing else has to be prepared for this agreement.")


def _nothing_missing() -> Decision:
    return allow(NO_DOSSIER)


@dataclass(frozen=True)
class Prepared:
    """Where an agreement's dossier is, and whether the agreement may be signed and come into force."""

    url: str = ""
    paper_url: str = ""
    may_be_signed: Decision = field(default_factory=_nothing_missing)
    may_be_in_force: Decision = field(default_factory=_nothing_missing)
    gaps: tuple[str, ...] = ()  # sentences: who has no basis for what
    closes: tuple[str, ...] = ()  # sentences: what closes when this one enters into force
    terms: str = ""  # the hash of everything that is signed


Look = Callable[[uuid.UUID, Actor], Prepared]
_looks: list[Look] = []


def register(look: Look) -> None:
    """Say who knows; called once from the app's configuration."""
    _looks[:] = [look]


def prepared(agreement_id: uuid.UUID, reader: Actor) -> Prepared:
    """What the dossier says, or that there is none."""
    return _looks[0](agreement_id, reader) if _looks else Prepared()
