"""Signed tree heads and proofs as texts: C2SP signed-note, tlog-checkpoint, cosignature/v1 and tlog-proof."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from entente.audit.merkle import HASH_BYTES

LOG, WITNESS = 0x01, 0x04  # what a key signs: notes (the log's), timestamped cosignatures (a witness's)
MOST_SIGNATURES = 64
LONGEST_NAME = 200
_NAME = re.compile(r"[^\s+]+")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class Malformed(ValueError):
    """A text that is not what it should be; the message says how, in words for whoever sent it."""


def _decoded(text: str, what: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"The {what} is not base64.") from None
    # One value has one spelling: no missing padding, no stray bits.
    if base64.b64encode(found).decode() != text:
        raise Malformed(f"The {what} is not written in the one way base64 has.")
    return found


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _number(text: str, what: str) -> int:
    if not _DECIMAL.fullmatch(text):
        raise Malformed(f"The {what} is not a decimal number.")
    return int(text)


# Keys


@dataclass(frozen=True)
class Verifier:
    """A public key with the name it signs under and what it signs."""

    name: str
    kind: int  # LOG or WITNESS
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_encoded(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, vkey: str) -> Verifier:
        """Read `name+id+key`. Raises Malformed, also when the id does not belong to the key."""
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:
            raise Malformed("A verifier key has three parts with a plus sign between them.")
        name, key_id, key = parts
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise Malformed("The name in a verifier key has no spaces and no plus sign.")
        content = _decoded(key, "key")
        if len(content) != 33 or content[0] not in (LOG, WITNESS):
            raise Malformed("This is not an Ed25519 key of a log or of a witness.")
        found = cls(name, content[0], content[1:])
        if found.key_id.hex() != key_id:
            raise Malformed("The key and its short number do not belong together: something was mistyped.")
        return found

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under."""

    name: str
    kind: int
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.kind, self.private.public_key().public_bytes_raw())


# Notes


@dataclass(frozen=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_encoded(self.key_id + self.content)}\n"


@dataclass(frozen=True)
class Note:
    """A text that ends with a newline, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def by(self, verifier: Verifier) -> list[Signature]:
        """The signatures that say they are by this key."""
        return [s for s in self.signatures if (s.name, s.key_id) == (verifier.name, verifier.key_id)]

    def is_signed_by(self, verifier: Verifier) -> bool:
        """Whether a log's key signed the text, and none of its signatures is false."""
        found = self.by(verifier)
        return bool(found) and all(verifier.accepts(self.text.encode(), s.content) for s in found)


def read_note(note: str) -> Note:
    """Read a signed note. Raises Malformed."""
    if any(ord(sign) < 0x20 and sign != "\n" for sign in note):
        raise Malformed("A note has no control characters.")
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not text:
        raise Malformed("A note is a text, an empty line and signatures.")
    if not lines.endswith("\n"):
        raise Malformed("A note ends with a newline.")
    found = lines[:-1].split("\n")
    if len(found) > MOST_SIGNATURES:
        raise Malformed("This note has too many signatures.")
    return Note(text + "\n", tuple(map(_signature, found)))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _NAME.fullmatch(parts[1]):
        raise Malformed("A signature line is a dash, a name and the signature.")
    content = _decoded(parts[2], "signature")
    if len(content) < 5:
        raise Malformed("A signature is too short.")
    return Signature(parts[1], content[:4], content[4:])


# Checkpoints


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint says: whose log, how many entries, and their root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


def read_tree_head(text: str) -> TreeHead:
    """Read the text of a checkpoint; lines after the third are extensions. Raises Malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or "" in lines[3:-1]:
        raise Malformed("A checkpoint has three lines: the log, its size, its root.")
    root = _decoded(lines[2], "root")
    if len(root) != HASH_BYTES:
        raise Malformed("The root of a checkpoint has 32 bytes.")
    return TreeHead(lines[0], _number(lines[1], "size"), root)


def signed(head: TreeHead, signer: Signer) -> Note:
    """A checkpoint as the log signs it."""
    text = str(head)
    verifier = signer.verifier
    return Note(text, (Signature(signer.name, verifier.key_id, signer.private.sign(text.encode())),))


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosigned(text: str, witness: Signer, time: int) -> Signature:
    """A witness's cosignature of a checkpoint's text at a time in seconds since 1970."""
    stamped = struct.pack(">Q", time) + witness.private.sign(_cosigned(text, time))
    return Signature(witness.name, witness.verifier.key_id, stamped)


def cosigned_at(note: Note, witness: Verifier) -> int | None:
    """When a witness cosigned a checkpoint, in seconds since 1970; None when it did not, or falsely."""
    for signature in note.by(witness):
        if len(signature.content) == 72:
            (time,) = struct.unpack(">Q", signature.content[:8])
            if time < 1 << 63 and witness.accepts(_cosigned(note.text, time), signature.content[8:]):
                return int(time)
    return None


# Proofs

PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Proof:
    """That an entry stands in the log; `extra` is the entry itself."""

    extra: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: Note

    def __str__(self) -> str:
        extra = f"extra {_encoded(self.extra)}\n" if self.extra else ""
        path = "".join(f"{_encoded(part)}\n" for part in self.path)
        return f"{PROOF}\n{extra}index {self.index}\n{path}\n{self.checkpoint}"


def read_proof(proof: str) -> Proof:
    """Read a proof. Raises Malformed."""
    head, gap, note = proof.partition("\n\n")
    first, *lines = head.split("\n")
    if first != PROOF or not gap:
        raise Malformed(f"A proof begins with the line {PROOF} and ends with a checkpoint.")
    extra = _decoded(lines.pop(0)[6:], "extra line") if lines and lines[0].startswith("extra ") else b""
    if not lines or not lines[0].startswith("index "):
        raise Malformed("A proof says the index of its entry.")
    index = _number(lines[0][6:], "index")
    path = tuple(_decoded(line, "path") for line in lines[1:])
    if any(len(part) != HASH_BYTES for part in path) or len(path) > 63:
        raise Malformed("The path of a proof is made of 32-byte hashes.")
    return Proof(extra, index, path, read_note(note))


# Addresses of tiles


def tile_path(number: int, width: int) -> str:
    """`x001/x234/067`, with `.p/WIDTH` for a tile that is not full: how C2SP names tiles."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups) + ("" if width == 256 else f".p/{width}")


_TILE = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def read_tile_path(path: str) -> tuple[int, int]:
    """The number and width that `tile_path` wrote. Raises Malformed."""
    found = _TILE.fullmatch(path)
    if not found or len(found[1]) > 30:
        raise Malformed("This is not the address of a tile.")
    number, width = int(re.sub("[x/]", "", found[1])), int(found[2] or 256)
    if width > 256 or tile_path(number, width) != path:
        raise Malformed("This is not the address of a tile.")
    return number, width


def joined(note: Note, cosignatures: Iterable[Signature]) -> Note:
    """A note with more signatures."""
    return Note(note.text, (*note.signatures, *cosignatures))


def read_signatures(lines: Sequence[str]) -> list[Signature]:
    """Signature lines by themselves, as they are kept. Raises Malformed."""
    return [_signature(line.rstrip("\n")) for line in lines]
