"""Codes on invitation letters and in hosted sessions: 60 bits, readable aloud. Free of Django."""

import hashlib
import hmac
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
LENGTH = 12
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code, e.g. `7K3M-PQ4X-92TA`."""
    return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def shown(code: str) -> str:
    """In groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normal(typed: str) -> str:
    """What somebody typed as twelve plain signs; empty when it is no code."""
    plain = "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() else sign
        for sign in unicodedata.normalize("NFKC", typed[:100]).upper()
        if sign.isalnum()
    ).translate(LOOK_ALIKES)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else ""


def hashed(secret: str) -> str:
    """What the database keeps of a code or a token; `authz.begin` computes the same."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """What a participant's browser keeps."""
    return secrets.token_urlsafe(24)


def token_from_code(dialogue_key: bytes, code: str) -> str:
    """The same code leads to the same participant on another device; only the key tells which."""
    return hmac.digest(dialogue_key, code.encode(), hashlib.sha256).hex()
