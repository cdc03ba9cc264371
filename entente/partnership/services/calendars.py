"""Makes and revokes the secret address under which somebody's calendar reads their meetings."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.partnership.models.meetings import CalendarKey
from entente.partnership.queries.meetings import calendar_keys
from entente.people.models import Member

OWN = _("Everybody decides about their own calendar.")


def _hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_calendar_key(*, by: Member) -> str:
    """A new secret address; an older one stops at this second. Returns the token, which is kept nowhere."""
    _revoke(by)
    token = secrets.token_urlsafe(32)
    key = CalendarKey(membership=by, token_hash=_hash_of(token), made_at=clock.now())
    log("partnership.calendar_key_made", by=by, about=key, decision=allow(OWN))
    key.save(force_insert=True)
    return token


@transaction.atomic
def revoke_calendar_key(*, by: Member) -> int:
    """Let no calendar read one's meetings any longer; returns how many addresses ended."""
    log("partnership.calendar_key_revoked", by=by, about=None, decision=allow(OWN))
    return _revoke(by)


def _revoke(by: Member) -> int:
    living = list(calendar_keys(by).filter(revoked_at=None))
    for key in living:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
    return len(living)
