"""Django's session interface over our own table: the cookie holds the key, the table only its hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from entente.audit import clock
from entente.keys.sealing import Unreadable, seal, unseal
from entente.people.models import Account, Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
# What allauth notes about a sign-in, and what we keep of it. Only the strong let somebody act as a member.
FACTORS = {"webauthn": "passkey", "totp": "code", "recovery_codes": "recovery"}
STRONG = {*FACTORS.values(), "demo"}
METHODS = "account_authentication_methods"
METHODS_OF = "account_authentication_methods_user"


def key_hash(key: str) -> str:
    """What the table keeps of a session's key; `authz.begin` computes the same."""
    return hashlib.sha256(key.encode()).hexdigest()


def _content_key(key: str) -> bytes:
    """What a session holds is sealed under the cookie itself: the table alone gives nothing away."""
    return hmac.digest(key.encode(), b"what the session holds", hashlib.sha256)


def expiry(started_at: datetime, at: datetime) -> datetime:
    """Half an hour after it was last seen, twelve hours after it began at the latest."""
    return min(started_at + LONGEST, at + IDLE)


class SessionStore(SessionBase):
    """One session in the table `people_session`."""

    # A page that asks by itself is no sign that somebody still sits before it.
    is_asked_by_page = False

    def load(self) -> dict[str, Any]:
        row = self._row()
        if row is None:
            self._session_key = None
            return {}
        self._touch(row)
        return self.decode(row.content)

    @property
    def is_strong(self) -> bool:
        """Whether a second factor stands behind it."""
        row = self._row()
        return row is not None and row.is_strong

    @property
    def proven_at(self) -> datetime | None:
        """When this session's person last used a passkey or a code; in the demo, when they were chosen."""
        content = self._get_session()  # type: ignore[attr-defined]
        moments = [note["at"] for note in _notes(content) if note.get("type") in FACTORS and "at" in note]
        if content.get("signed_in_with") == "demo" and "entente.demo" in settings.INSTALLED_APPS:
            moments.append(content.get("signed_in_at") or self._started())
        return datetime.fromtimestamp(max(moments), UTC) if moments else None

    def encode(self, session_dict: dict[str, Any]) -> str:
        key = self.session_key or ""
        plain = json.dumps(session_dict, ensure_ascii=False).encode()
        return base64.b64encode(seal(_content_key(key), plain, key_hash(key).encode())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        key = self.session_key or ""
        try:
            plain = unseal(_content_key(key), base64.b64decode(session_data), key_hash(key).encode())
        except (Unreadable, ValueError):
            return {}
        held: dict[str, Any] = json.loads(plain)
        return held

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=key_hash(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
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

    def _started(self) -> float:
        row = self._row()
        return row.started_at.timestamp() if row else 0.0

    def _touch(self, row: Session) -> None:
        """Note that somebody was here, at most once a minute."""
        at = clock.now()
        if at - row.seen_at >= SEEN_EVERY and not self.is_asked_by_page:
            later = expiry(row.started_at, at)
            Session.objects.filter(key_hash=row.key_hash).update(seen_at=at, expires_at=later)

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
        known = Account.objects.filter(pk=account).exists() if account else False
        methods = _proven_by(content) if known else []
        strong = [method for method in methods if method in STRONG]
        return {
            "account_id": account if known else None,
            "is_strong": bool(strong),
            "signed_in_with": (strong or methods or [""])[-1],
        }


def _proven_by(content: dict[str, Any]) -> list[str]:
    """How the person of this session proved who they are, in order."""
    methods = [FACTORS.get(note.get("type", ""), "") or note.get("method", "") for note in _notes(content)]
    if content.get("signed_in_with") == "demo":
        methods.append("demo")
    return methods


def _notes(content: dict[str, Any]) -> list[dict[str, Any]]:
    """What allauth noted about this person's sign-in; another person's proofs do not count."""
    notes: list[dict[str, Any]] = content.get(METHODS, [])
    return notes if content.get(METHODS_OF) == content.get("_auth_user_id") else []
