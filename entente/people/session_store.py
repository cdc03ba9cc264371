"""Django's session interface over our own table: the cookie holds the key, the table only its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from entente.audit import clock
from entente.people.models import Account, Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
STRONG = {"mfa", "demo"}


def key_hash(key: str) -> str:
    """What the table keeps of a session's key; `authz.begin` computes the same."""
    return hashlib.sha256(key.encode()).hexdigest()


def expiry(started_at: datetime, at: datetime) -> datetime:
    """Half an hour after it was last seen, twelve hours after it began at the latest."""
    return min(started_at + LONGEST, at + IDLE)


class SessionStore(SessionBase):
    """One session in the table `people_session`."""

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.content)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=key_hash(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        content = self._get_session(no_load=must_create)
        at = clock.now()
        written = {**self._who(content), "content": self.encode(content), "seen_at": at}
        if must_create:
            self._insert(written, at)
        elif (row := self._row()) is None:
            raise UpdateError
        else:
            written["expires_at"] = expiry(row.started_at, at)
            Session.objects.filter(key_hash=row.key_hash).update(**written)
        return None

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(key_hash=key_hash(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expires_at__lte=clock.now()).delete()

    def _row(self) -> Session | None:
        if not self.session_key:
            return None
        return Session.objects.filter(key_hash=key_hash(self.session_key), expires_at__gt=clock.now()).first()

    def _insert(self, written: dict[str, Any], at: datetime) -> None:
        try:
            with transaction.atomic():
                Session.objects.create(
                    key_hash=key_hash(self.session_key or ""),
                    started_at=at,
                    expires_at=expiry(at, at),
                    **written,
                )
        except IntegrityError as error:
            raise CreateError from error

    def _who(self, content: dict[str, Any]) -> dict[str, Any]:
        """Which account a session belongs to, and whether a second factor stands behind it."""
        account = content.get("_auth_user_id")
        methods = [m.get("method", "") for m in content.get("account_authentication_methods", [])]
        if content.get("signed_in_with"):
            methods.append(content["signed_in_with"])
        strong = [m for m in methods if m in STRONG]
        known = Account.objects.filter(pk=account).exists() if account else False
        return {
            "account_id": account if known else None,
            "is_strong": bool(strong),
            "signed_in_with": (strong or methods or [""])[-1],
        }
