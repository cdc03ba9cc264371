"""What of an event goes into the log's tree: one canonical text, made from the event's own columns.

The text carries a hash of the sealed details. Their random nonce makes that hash a commitment from which
nobody guesses back; when the key is destroyed, or the sealed bytes are, the tree stays whole and silent.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

KIND = "entente-event-v1"
# As they are selected, and as they stand in the text. Names of persons are no part of it: they go after ten
# years, and the tree stays. The last one is what is left of the sealed details.
COLUMNS = (
    "id", "at", "name", "actor_kind", "actor_id", "actor_organisation_id", "about_kind", "about_id",
    "record_id", "allowed", "reason", "reason_values",
)  # fmt: skip
LONGEST = 65_535  # bytes, what a bundle's two-byte lengths can say
LEFT_OUT = {"actor_name": "the tree outlives the name", "details": "its hash stands for it"}


def details_hash(sealed: bytes) -> bytes:
    """What the tree keeps of an event's sealed details."""
    return sha256(sealed).digest()


def entry(values: Sequence[Any], details: bytes) -> bytes:
    """The entry of an event: `values` of COLUMNS in their order, and the hash of the sealed details."""
    text = _canonical([KIND, *map(_plain, values), details.hex()])
    # One that is too long to be served is in the tree as its hash.
    return text if len(text) <= LONGEST else _canonical([KIND, str(values[0]), sha256(text).hexdigest()])


def _canonical(content: list[Any]) -> bytes:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, uuid.UUID) else value


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after the other, each behind its length in two bytes (C2SP tlog-tiles)."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)
