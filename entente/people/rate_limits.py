"""Rate limits without addresses: what is counted is a hash under a key that lives one day."""

import hashlib
import hmac
import uuid
from datetime import date

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from entente.audit import clock
from entente.keys.fields import keystore

DAILY = uuid.UUID("00000000-0000-4000-8000-00000000da11")


def day_key_id(day: date) -> uuid.UUID:
    """Under which name a day's key is kept until the day is over; then it is destroyed."""
    return uuid.uuid5(DAILY, day.isoformat())


def within_limit(action: str, who: str, *, at_most: int) -> bool:
    """Count one try of `action` this hour; false once `who` tried more than `at_most` times.

    `who` is an address or a code; it is hashed at once and kept nowhere.
    """
    now = clock.now()
    hour = f"{action}|{now:%Y-%m-%dT%H}|{who}"
    key = keystore().key(day_key_id(now.date()), create=True)
    bucket = hmac.new(key, hour.encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_attempt (bucket, count, day) values (%s, 1, %s)"
            " on conflict (bucket) do update set count = people_attempt.count + 1 returning count",
            [bucket, now.date()],
        )
        (count,) = cursor.fetchone() or (0,)
    return bool(count <= at_most)


def sender(request: HttpRequest) -> str:
    """Where a request came from; only ever passed to `within_limit`, which hashes it at once."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        # Each proxy adds what it saw at the end: only the last entry is our own proxy's word.
        return str(forwarded).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
