"""Watches over a log of Entente from outside: fetches, checks that it only grew, cosigns, keeps.

This one file needs Python 3.11 and the package `cryptography`, and nothing of Entente: copy it to your own
machine. Its arithmetic is its own, so that a mistake in the product can't hide here.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import struct
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 1, 4  # what a key signs, in C2SP's signed notes
WIDTH = 256  # hashes of a tile, entries of a bundle
LATE = timedelta(hours=2)  # an entry may carry its hour instead of its minute, and waits a little
PROOF = "c2sp.org/tlog-proof@v1"


class Unreachable(Exception):
    """The log did not answer as a log does; nothing is proven by that."""


class Finding(Exception):
    """Something that must not happen to an honest log: `kind` is one word, the message a sentence."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


# Hashes (RFC 6962): what is seen grows leaf by leaf, as a list of ever smaller perfect trees


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\0" + entry).digest()


def pair(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\1" + left + right).digest()


def grow(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Add a leaf's hash to the perfect trees, given as (leaves, root) from left to right."""
    peaks.append((1, leaf))
    while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
        (count, right), (_count, left) = peaks.pop(), peaks.pop()
        peaks.append((2 * count, pair(left, right)))


def root_of(peaks: list[tuple[int, bytes]]) -> bytes:
    """The root over the perfect trees; the smallest join first."""
    if not peaks:
        return sha256(b"").digest()
    reached = peaks[-1][1]
    for _count, left in reversed(peaks[:-1]):
        reached = pair(left, reached)
    return reached


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Where the audit path of a leaf leads, read from its end as RFC 6962 defines it; None if it can't."""
    if size == 1:
        return None if path else leaf
    if not path:
        return None
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        left = root_by_path(leaf, index, half, path[:-1])
        return left and pair(left, path[-1])
    right = root_by_path(leaf, index - half, size - half, path[:-1])
    return right and pair(path[-1], right)


# Signatures (C2SP signed-note, tlog-checkpoint, cosignature/v1)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Four bytes that tell keys apart."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_vkey(vkey: str, kind: int) -> tuple[str, bytes]:
    """Name and public key of a verifier key. Raises ValueError."""
    name, number, key = vkey.strip().split("+", 2)
    content = base64.b64decode(key, validate=True)
    if len(content) != 33 or content[0] != kind or key_id(name, kind, content[1:]).hex() != number:
        raise ValueError("This verifier key was mistyped, or is of another kind.")
    return name, content[1:]


def write_vkey(name: str, kind: int, public: bytes) -> str:
    """A verifier key."""
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


@dataclass(frozen=True)
class Checkpoint:
    """What the log signed: its text, size and root, and every signature under it."""

    text: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]

    def signed_by(self, name: str, kind: int, public: bytes) -> Iterator[bytes]:
        """The signatures that claim to be of this key."""
        number = key_id(name, kind, public)
        return (content[4:] for who, content in self.signatures if who == name and content[:4] == number)


def read_checkpoint(note: str) -> Checkpoint:
    """Read a signed checkpoint. Raises ValueError."""
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise ValueError("This is no signed checkpoint.")
    body = text.split("\n")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, content = line.split(" ")
        if dash != "—":
            raise ValueError("This is no signature line.")
        signatures.append((name, base64.b64decode(content, validate=True)))
    root = base64.b64decode(body[2], validate=True)
    if len(root) != 32 or not body[1].isascii() or not body[1].isdigit():
        raise ValueError("This is no checkpoint.")
    return Checkpoint(text + "\n", int(body[1]), root, signatures)


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a key made a signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def check_signed(checkpoint: Checkpoint, vkey: str) -> None:
    """Raise Finding unless the log itself signed the checkpoint."""
    name, public = read_vkey(vkey, LOG)
    found = list(checkpoint.signed_by(name, LOG, public))
    if not found or not all(holds(public, one, checkpoint.text.encode()) for one in found):
        raise Finding(
            "forged",
            "The checkpoint does not bear the signature of the log you know. Either somebody stands between"
            " you and the log, or its key was changed: ask the overseer, and not by this network.",
        )
    if checkpoint.text.split("\n", 1)[0] != name:
        raise Finding("forged", "The checkpoint is of a log with another name.")


# What the witness keeps


@dataclass
class State:
    """What was seen at the last visit."""

    log_key: str = ""
    size: int = 0
    peaks: list[tuple[int, str]] = field(default_factory=list)
    visited_at: str = ""
    note: str = ""


class Folder:
    """The witness's own key and memory: `witness.json`, `state.json`, `leaves` and what it found."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def init(self, name: str) -> str:
        """Make a key once; returns the verifier key to register."""
        file = self.path / "witness.json"
        if file.exists():
            raise ValueError(f"There is a witness in {self.path} already.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = Ed25519PrivateKey.generate().private_bytes_raw()
        self._write("witness.json", json.dumps({"name": name, "private": private.hex()}))
        return self.vkey()

    def key(self) -> tuple[str, Ed25519PrivateKey]:
        """The witness's name and private key."""
        try:
            found = json.loads((self.path / "witness.json").read_text())
        except FileNotFoundError:
            raise ValueError(f"There is no witness in {self.path} yet: run `init` first.") from None
        return found["name"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found["private"]))

    def vkey(self) -> str:
        """The line to register."""
        name, private = self.key()
        return write_vkey(name, WITNESS, private.public_key().public_bytes_raw())

    def state(self) -> State:
        """The memory of the last visit; empty before the first."""
        file = self.path / "state.json"
        return State(**json.loads(file.read_text())) if file.exists() else State()

    def leaves(self, size: int) -> list[bytes]:
        """The hashes seen until the last visit."""
        file = self.path / "leaves"
        content = file.read_bytes()[: size * 32] if file.exists() else b""
        return [content[i : i + 32] for i in range(0, len(content), 32)]

    def keep(self, state: State, seen_before: int, new: list[bytes]) -> None:
        """Remember a visit: the hashes first, so that the state never speaks of ones that are not there."""
        with (self.path / "leaves").open("r+b" if (self.path / "leaves").exists() else "w+b") as file:
            file.seek(seen_before * 32)
            file.write(b"".join(new))
            file.truncate()
        self._write("state.json", json.dumps(asdict(state)))

    def keep_evidence(self, note: str, findings: list[Finding]) -> Path:
        """Keep what was found, with the signed checkpoint that proves it."""
        path = self.path / f"found-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}.txt"
        path.write_text("\n".join([*(f"{one.kind}: {one}" for one in findings), "", note]))
        return path

    def _write(self, name: str, content: str) -> None:
        half = self.path / f"{name}.half"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.path / name)


# The log, over the network


class Log:
    """What a log answers at its address."""

    def __init__(self, url: str, entries_key: str | None) -> None:
        self.url = url.rstrip("/")
        self.entries_key = entries_key

    def fetch(self, path: str, *, key: str | None = None, body: bytes | None = None) -> bytes:
        """The answer to one request. Raises Unreachable."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = urllib.request.Request(f"{self.url}/{path}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            told = error.read(300).decode(errors="replace").strip().split("\n")[0]
            raise Unreachable(f"{self.url}/{path} answers {error.code}: {told}") from error
        except OSError as error:
            raise Unreachable(f"{self.url}/{path} does not answer: {error}") from error

    def leaves(self, first: int, until: int) -> list[bytes]:
        """The leaf hashes of places `first` to just before `until`, from the tiles of level 0."""
        found: list[bytes] = []
        for number, width in _tiles(first, until):
            content = self.fetch(f"tile/0/{_tile_path(number, width)}")
            if len(content) != width * 32:
                raise Finding(
                    "forged", f"Tile {number} of the log does not hold the {width} hashes it should."
                )
            hashes = [content[i : i + 32] for i in range(0, len(content), 32)]
            found += hashes[max(first - number * WIDTH, 0) :]
        return found

    def entries(self, first: int, until: int) -> Iterator[tuple[int, bytes]]:
        """The entries of the same places, each with its place; one that is gone is empty."""
        for number, width in _tiles(first, until):
            content = self.fetch(f"tile/entries/{_tile_path(number, width)}", key=self.entries_key)
            at = 0
            for place in range(number * WIDTH, number * WIDTH + width):
                (length,) = struct.unpack_from(">H", content, at)
                if place >= first:
                    yield place, content[at + 2 : at + 2 + length]
                at += 2 + length


def _tiles(first: int, until: int) -> Iterator[tuple[int, int]]:
    for number in range(first // WIDTH, (until + WIDTH - 1) // WIDTH):
        yield number, min(WIDTH, until - number * WIDTH)


def _tile_path(number: int, width: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


# A visit


def visit(folder: Folder, log: Log, *, log_key: str, everything: bool) -> tuple[State, list[Finding]]:
    """Fetch, check, cosign and keep. After a finding that breaks the tree only the evidence is kept."""
    before = folder.state()
    key = before.log_key or log_key or log.fetch("key").decode().strip()
    note = log.fetch("checkpoint").decode()
    try:
        checkpoint = read_checkpoint(note)
        check_signed(checkpoint, key)
        peaks, new = check_grown(folder, log, before, checkpoint)
        if everything:
            check_kept(folder, log, before)
        findings = list(check_entries(folder, log, before, new, everything)) if log.entries_key else []
    except (ValueError, IndexError, struct.error) as broken:
        findings = [Finding("forged", f"What the log answers can't be read: {broken}")]
    except Finding as finding:
        findings = [finding]
    now = State(key, visited_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", note=note)
    if findings:
        folder.keep_evidence(note, findings)
    if any(finding.kind != "backdated" for finding in findings):
        return before, findings
    cosigned = cosign(folder, note, checkpoint.text)
    now.size, now.peaks, now.note = checkpoint.size, [(n, h.hex()) for n, h in peaks], cosigned
    folder.keep(now, before.size, new)
    return now, findings


def check_grown(
    folder: Folder, log: Log, before: State, checkpoint: Checkpoint
) -> tuple[list[tuple[int, bytes]], list[bytes]]:
    """The tree with what is new, and its leaves. Raises Finding unless it begins with all that was seen."""
    peaks = [(count, bytes.fromhex(root)) for count, root in before.peaks]
    if checkpoint.size < before.size:
        raise Finding(
            "truncated",
            f"The log became shorter: you saw {before.size} entries, now it signs {checkpoint.size}.",
        )
    if checkpoint.size == before.size and root_of(peaks) != checkpoint.root:
        raise what_changed(folder, log, before, checkpoint.size)
    new = log.leaves(before.size, checkpoint.size)
    for leaf in new:
        grow(peaks, leaf)
    if root_of(peaks) != checkpoint.root:
        raise what_changed(folder, log, before, checkpoint.size)
    return peaks, new


def what_changed(folder: Folder, log: Log, before: State, size: int) -> Finding:
    """Say in a sentence how the hashes the log serves now differ from those seen before."""
    old, now = folder.leaves(before.size), log.leaves(0, size)
    different = [place for place, leaf in enumerate(old) if leaf != now[place]]
    if not different:
        return Finding("forked", "The log signed another history than the one it shows: there are two of it.")
    first, gone = different[0], Counter(old) - Counter(now)
    seen = set(old)
    if [leaf for leaf in now if leaf in seen] == old:
        return Finding("forked", f"From entry {first} on, others were put in between those you had seen.")
    if not gone:
        return Finding("reordered", f"From entry {first} on, entries you had seen stand in another order.")
    left = [leaf for leaf in old if leaf not in gone]
    if left[first:] and left == now[: len(left)]:
        return Finding(
            "deleted", f"{gone.total()} of the entries you had seen are gone, the first is {first}."
        )
    if len(different) == len(old) - first:
        return Finding("forked", f"From entry {first} on, the log tells another history than you had seen.")
    return Finding("edited", f"{len(different)} entries are not those you had seen, the first is {first}.")


def check_kept(folder: Folder, log: Log, before: State) -> None:
    """Raise Finding unless the tiles of all that was seen hold the same hashes still."""
    if log.leaves(0, before.size) != folder.leaves(before.size):
        raise what_changed(folder, log, before, before.size)


def check_entries(
    folder: Folder, log: Log, before: State, new: list[bytes], everything: bool
) -> Iterator[Finding]:
    """Whether the entries are those in the tree, and new ones of a time after the last visit."""
    first = 0 if everything else before.size
    leaves = [*folder.leaves(before.size), *new]
    places = {leaf: place for place, leaf in enumerate(leaves)}
    earliest = datetime.fromisoformat(before.visited_at) - LATE if before.visited_at else None
    for place, entry in log.entries(first, len(leaves)):
        found = leaf_hash(entry)
        if not entry:
            yield Finding("deleted", f"Entry {place} is gone: the log keeps its hash and shows nothing.")
        elif found != leaves[place] and found in places:
            yield Finding("reordered", f"Entry {places[found]} is shown as entry {place}.")
        elif found != leaves[place]:
            yield Finding(
                "edited", f"Entry {place} was changed after it was written. Now it says: {tell(entry)}"
            )
        elif place >= before.size and (late := backdated(entry, earliest)):
            yield Finding(
                "backdated", f"Entry {place} claims {late}, and was not there when you last looked."
            )


def backdated(entry: bytes, earliest: datetime | None) -> str:
    """The time an entry claims, when that was over already at the last visit, or has not come yet."""
    content = json.loads(entry)
    if len(content) < 14:
        return ""  # too long to be shown; its hash is in the tree
    at = datetime.fromisoformat(content[2])
    is_plausible = (earliest is None or at >= earliest) and at <= datetime.now(UTC) + LATE
    return "" if is_plausible else str(content[2])


def cosign(folder: Folder, note: str, text: str) -> str:
    """The checkpoint with this witness's cosignature alone under it."""
    name, private = folder.key()
    at = int(time.time())
    signature = private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    number = key_id(name, WITNESS, private.public_key().public_bytes_raw())
    line = base64.b64encode(number + struct.pack(">Q", at) + signature).decode()
    return f"{text}\n— {name} {line}\n"


# A person's proof


def check_proof(proof: str, vkey: str) -> str:
    """What a proof proves, in sentences. Raises Finding or ValueError."""
    head, _gap, note = proof.partition("\n\n")
    first, *lines = head.split("\n")
    if first != PROOF or not lines[0].startswith("extra ") or not lines[1].startswith("index "):
        raise ValueError("This file is no proof that an event stands in a log.")
    entry, index = base64.b64decode(lines[0][6:], validate=True), int(lines[1][6:])
    path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    checkpoint = read_checkpoint(note)
    check_signed(checkpoint, vkey)
    reached = (
        root_by_path(leaf_hash(entry), index, checkpoint.size, path) if index < checkpoint.size else None
    )
    if reached != checkpoint.root:
        raise Finding("edited", "This event does not stand in the log like this. It was changed, or made up.")
    others = [name for name, content in checkpoint.signatures if len(content) == 76]
    told = f"It was witnessed by {', '.join(others)}." if others else "No witness had signed it yet."
    return f"Entry {index} of {checkpoint.size} stands in the log exactly so: {tell(entry)}\n{told}"


def tell(entry: bytes) -> str:
    """What an entry says, on one line."""
    content: list[Any] = json.loads(entry)
    if len(content) < 14:
        return str(content)
    _kind, event, at, name, actor, actor_id, organisation, about, about_id, record, allowed, why, *_rest = (
        content
    )
    parts = {
        "event": event, actor: actor_id, "of organisation": organisation, about: about_id, "record": record,
    }  # fmt: skip
    told = ", ".join(f"{what} {value}" for what, value in parts.items() if value)
    return f"{at} {name} ({told}): {'allowed' if allowed else 'refused'}, {why}"


# The command


def main(arguments: list[str] | None = None) -> int:
    """0 when all is well, 1 for a finding, 2 when the log could not be checked."""
    parser = argparse.ArgumentParser(prog="witness", description="Watches over a log from outside.")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", help="make a key and print the line to register")
    init.add_argument("--name", required=True, help="such as ombudsperson.example/witness")
    run = commands.add_parser("run", help="visit the log once: check, cosign, keep")
    run.add_argument("--url", required=True, help="such as https://entente.example/log")
    run.add_argument("--entries-key", default=os.environ.get("WITNESS_ENTRIES_KEY"), help="from the overseer")
    run.add_argument("--all", action="store_true", help="check every entry from the first")
    check = commands.add_parser("check", help="check the proof that an event stands in the log")
    check.add_argument("file", type=Path)
    for command in (init, run, check):
        command.add_argument("--state", type=Path, default=Path("witness"), help="a folder (witness)")
    for command in (run, check):
        command.add_argument("--log-key", default="", help="the log's verifier key, as you got it on paper")
    chosen = parser.parse_args(arguments)
    try:
        return {"init": _init, "run": _run, "check": _check}[chosen.command](chosen)
    except Finding as finding:
        print(f"{finding.kind.upper()}: {finding}")
        return 1
    except (Unreachable, ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2


def _init(chosen: argparse.Namespace) -> int:
    print(Folder(chosen.state).init(chosen.name))
    return 0


def _run(chosen: argparse.Namespace) -> int:
    folder = Folder(chosen.state)
    is_first = not folder.state().log_key
    log = Log(chosen.url, chosen.entries_key)
    state, findings = visit(folder, log, log_key=chosen.log_key, everything=chosen.all)
    if is_first and not chosen.log_key:
        print(f"First visit. Compare this with the key you got on paper: {state.log_key}")
    for finding in findings:
        print(f"{finding.kind.upper()}: {finding}")
    if findings:
        if all(finding.kind == "backdated" for finding in findings):
            log.fetch("cosignatures", body=state.note.encode())  # the tree itself only grew
        print(f"What the log signed is kept in {chosen.state} as evidence. Tell the overseer now.")
        return 1
    looked = "with every entry" if chosen.all and chosen.entries_key else "its hashes"
    looked = looked if not chosen.entries_key or chosen.all else "with its new entries"
    print(f"All well: {state.size} entries, {looked}; it only grew since the last visit.")
    log.fetch("cosignatures", body=state.note.encode())
    print("Cosigned.")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    key = chosen.log_key or Folder(chosen.state).state().log_key
    if not key:
        raise ValueError("Give the log's verifier key with --log-key.")
    print(check_proof(chosen.file.read_text(), key))
    return 0


if __name__ == "__main__":
    sys.exit(main())
