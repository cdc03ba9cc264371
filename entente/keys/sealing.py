"""AES-256-GCM with a version byte: what a sealed value looks like."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """A sealed value whose key is gone, or that was moved or altered."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Seal `plain`; it opens only with the same key and `bound_to`, e.g. table, column and row."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, VERSION + bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Open what `seal` made. Raises Unreadable."""
    if sealed[:1] != VERSION:
        raise Unreadable("unknown version")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], VERSION + bound_to)
    except InvalidTag as error:
        raise Unreadable("wrong key or place") from error
