"""References people can say aloud: a prefix, six characters without look-alikes, and a check character."""

import re
import secrets
import uuid
from datetime import UTC, datetime

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"  # 29 signs, a prime: no 0 O, 1 I L, U, Z
LENGTH = 6
STEP = 2  # its first six powers differ by what 29 does not divide, so an exchange of neighbours shows


def check_sign(body: str) -> str:
    """The sign that finds one mistyped character or two exchanged neighbours."""
    total = sum(pow(STEP, place, len(ALPHABET)) * ALPHABET.index(sign) for place, sign in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def new_reference(prefix: str) -> str:
    """A fresh reference such as `DLG-7K3MPQ4`."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{prefix}-{body}{check_sign(body)}"


def as_reference(text: str) -> str:
    """What somebody typed as a reference should be written: capitals, one dash, no spaces."""
    plain = re.sub(r"[\s\-\u2010-\u2015]+", "", text).upper()
    return f"{plain[: -LENGTH - 1]}-{plain[-LENGTH - 1 :]}"


def is_reference(text: str) -> bool:
    """Whether `text` is a well-formed reference with its right check sign."""
    if not re.fullmatch(rf"[A-Z]{{2,4}}-[{ALPHABET}]{{{LENGTH + 1}}}", text):
        return False
    body = text.rpartition("-")[2]
    return check_sign(body[:-1]) == body[-1]


def as_cursor(opened_at: datetime, record_id: uuid.UUID) -> str:
    """Where a page of records ended, for an address: the moment and the record."""
    return f"{opened_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{record_id.hex}"


def from_cursor(text: str) -> tuple[datetime, uuid.UUID] | None:
    """What `as_cursor` wrote, or None for anything else."""
    found = re.fullmatch(r"([0-9]{8}T[0-9]{12})-([0-9a-f]{32})", text)
    if not found:
        return None
    try:
        moment = datetime.strptime(found[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment, uuid.UUID(found[2])
