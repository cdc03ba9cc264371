"""Whether a message may still leave: it may have been right to write it and be wrong to send it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow
from entente.delivery.models import Message

NOTHING_AGAINST = _("Nothing speaks against sending it.")
Check = Callable[[Message, Actor], Decision]
# What apps above ask before a message leaves. Registered when Django starts.
_checks: list[Check] = []


def check_before_sending(check: Check) -> None:
    """Ask `check` about every message before it leaves."""
    _checks.append(check)


def may_still_go(message: Message, by: Actor) -> Decision:
    """Whether a message may still be sent; `by` is the worker that is about to."""
    answers = (check(message, by) for check in _checks)
    return next((answer for answer in answers if not answer), allow(NOTHING_AGAINST))
