"""Rate limits without addresses: what is counted is a hash under a key that lives one day."""

import hashlib
import hmac
import threading
import uuid
from collections import Counter
from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network

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
    bucket = _bucket(f"{action}|{now:%Y-%m-%dT%H}|{who}", now.date())
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_attempt (bucket, count, day) values (%s, 1, %s)"
            " on conflict (bucket) do update set count = people_attempt.count + 1 returning count",
            [bucket, now.date()],
        )
        (count,) = cursor.fetchone() or (0,)
    return bool(count <= at_most)


def _bucket(text: str, day: date) -> str:
    key = keystore().key(day_key_id(day), create=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Minute:
    """What came within the present minute, in the memory of this process alone; then it is forgotten.

    A count in the database would make everybody behind one address wait for the one before them.
    """

    def __init__(self) -> None:
        self._minute = ""
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def within(self, action: str, who: str, *, at_most: int) -> bool:
        """Count one try; false once there were more than `at_most` this minute. `who` is hashed at once."""
        now = clock.now()
        minute = f"{now:%Y-%m-%dT%H:%M}"
        bucket = _bucket(f"{action}|{minute}|{who}", now.date())
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            self._counts[bucket] += 1
            return self._counts[bucket] <= at_most

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()


MINUTE = Minute()


def address_range(address: str) -> str:
    """The range an address lies in: what one house, school or provider's line has, and one attacker can rent.

    A /24 of IPv4, a /48 of IPv6; what is no address stands for itself.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found.packed, 48), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found.packed, 24), strict=False))


def sender(request: HttpRequest) -> str:
    """Where a request came from; only ever passed to `within_limit`, which hashes it at once."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        # Each proxy adds what it saw at the end: only the last entry is our own proxy's word.
        return str(forwarded).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
