"""The arithmetic of the log's tree: RFC 6962 hashing on the 256-wide tiles of C2SP tlog-tiles.

A tile (level, number) holds up to 256 hashes. On level 0 they are the leaves; on level L each is the root of
a full tile of level L - 1. Tiles only ever grow at their end, so earlier trees can be read from later tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Tile = tuple[int, int]  # level, number
ReadTile = Callable[[int, int], bytes]  # the hashes of a tile, one after the other; b"" when there is none


class BrokenTree(Exception):
    """Tiles that do not hold the hashes a tree of this size needs."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _folded(hashes: list[bytes]) -> bytes:
    """The root of a whole number of hashes that is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


# Growing


def grown(size: int, leaves: list[bytes], read: ReadTile) -> dict[Tile, bytes]:
    """The tiles that change when `leaves` (hashes) join a tree of `size`, each with all its hashes.

    `read` is asked for the tiles at the right edge only. Raises BrokenTree when one of them is too short.
    """
    changed: dict[Tile, bytes] = {}
    level, first, new = 0, size, leaves
    while new:
        finished: list[bytes] = []
        number, held = divmod(first, WIDTH)
        content = read(level, number)[: held * HASH_BYTES] if held else b""
        if len(content) != held * HASH_BYTES:
            raise BrokenTree(f"tile {level}/{number} has lost hashes")
        start = 0
        while start < len(new):
            part = new[start : start + WIDTH - held]
            content += b"".join(part)
            changed[level, number] = content
            if len(content) == WIDTH * HASH_BYTES:
                finished.append(_folded(_hashes(content)))
            start += len(part)
            number, held, content = number + 1, 0, b""
        level, first, new = level + 1, first // WIDTH, finished
    return changed


def _hashes(content: bytes) -> list[bytes]:
    return [content[i : i + HASH_BYTES] for i in range(0, len(content), HASH_BYTES)]


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Every tile of a tree of `size` as (level, number, how many hashes)."""
    level, count = 0, size
    while count:
        for number in range(count // WIDTH):
            yield level, number, WIDTH
        if count % WIDTH:
            yield level, count // WIDTH, count % WIDTH
        level, count = level + 1, count // WIDTH


# Reading


def subtree(first: int, until: int, read: ReadTile) -> bytes:
    """The hash of the leaves `first` to just before `until`, as RFC 6962 splits them.

    `first` is a multiple of the largest power of two that is not above the number of leaves.
    """
    if first == until:
        return EMPTY_ROOT
    count = until - first
    if count & (count - 1) == 0:
        return _node(count.bit_length() - 1, first // count, read)
    middle = first + _split(count)
    return node_hash(subtree(first, middle, read), subtree(middle, until, read))


def _node(height: int, index: int, read: ReadTile) -> bytes:
    """The `index`-th perfect subtree of 2**`height` leaves."""
    level, below = divmod(height, HEIGHT)
    number, place = divmod(index << below, WIDTH)
    wanted = read(level, number)[place * HASH_BYTES : (place + (1 << below)) * HASH_BYTES]
    if len(wanted) != (1 << below) * HASH_BYTES:
        raise BrokenTree(f"tile {level}/{number} has lost hashes")
    return _folded(_hashes(wanted))


def root(size: int, read: ReadTile) -> bytes:
    """The root of the tree of the first `size` leaves. Reads at most two tiles for each level."""
    return subtree(0, size, read)


# Proofs


def inclusion_proof(index: int, size: int, read: ReadTile) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` (RFC 6962, 2.1.1), the leaf's neighbour first."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in a tree of this size")
    path: list[bytes] = []
    first, until = 0, size
    while until - first > 1:
        middle = first + _split(until - first)
        if index < middle:
            path.append(subtree(middle, until, read))
            until = middle
        else:
            path.append(subtree(first, middle, read))
            first = middle
    return path[::-1]


def consistency_proof(old: int, size: int, read: ReadTile) -> list[bytes]:
    """That the tree of `size` begins with the tree of `old` (RFC 6962, 2.1.2); empty if there is no doubt."""
    if not 0 <= old <= size:
        raise ValueError("the older tree is not the smaller one")
    if old in (0, size):
        return []
    path: list[bytes] = []
    first, until, is_whole = 0, size, True
    while old != until:
        middle = first + _split(until - first)
        if old <= middle:
            path.append(subtree(middle, until, read))
            until = middle
        else:
            path.append(subtree(first, middle, read))
            first, is_whole = middle, False
    return [*([] if is_whole else [subtree(first, until, read)]), *path[::-1]]


def includes(leaf: bytes, index: int, size: int, path: list[bytes], root_hash: bytes) -> bool:
    """Whether an audit path leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    sides = _sides(index, size - 1, len(path)) if 0 <= index < size else None
    if sides is None:
        return False
    reached = leaf
    for neighbour, is_left in zip(path, sides, strict=True):
        reached = node_hash(neighbour, reached) if is_left else node_hash(reached, neighbour)
    return reached == root_hash


def is_consistent(old: int, old_root: bytes, size: int, root_hash: bytes, path: list[bytes]) -> bool:
    """Whether a proof shows that the tree of `size` begins with the one of `old` (RFC 9162, 2.1.4.2)."""
    if old in (0, size):
        return not path and old_root == (root_hash if old else EMPTY_ROOT)
    if not 0 < old < size:
        return False
    hashes = [old_root, *path] if old & (old - 1) == 0 else path
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    sides = _sides(place, last, len(hashes) - 1)
    if sides is None:
        return False
    was = now = hashes[0]
    for neighbour, is_left in zip(hashes[1:], sides, strict=True):
        was = node_hash(neighbour, was) if is_left else was
        now = node_hash(neighbour, now) if is_left else node_hash(now, neighbour)
    return (was, now) == (old_root, root_hash)


def _sides(place: int, last: int, count: int) -> list[bool] | None:
    """On the way up from a node: is each neighbour on its left? None when `count` of them do not fit."""
    sides: list[bool] = []
    for _step in range(count):
        if last == 0:
            return None
        is_left = bool(place & 1) or place == last
        sides.append(is_left)
        while is_left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return sides if last == 0 else None
