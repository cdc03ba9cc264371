"""The tree on tiles says what RFC 6962 says, for every size and every leaf."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.audit import merkle

LEAVES = [hashlib.sha256(b"\x00" + str(n).encode()).digest() for n in range(70_000)]


# The RFC's own words, without tiles and without haste.


def mth(leaves: list[bytes]) -> bytes:
    """2.1, Merkle Tree Hash, over hashes of leaves."""
    n = len(leaves)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return leaves[0]
    k = largest_power_of_two_below(n)
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def largest_power_of_two_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """2.1.1, PATH(m, D[n])."""
    n = len(leaves)
    if n == 1:
        return []
    k = largest_power_of_two_below(n)
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], b: bool) -> list[bytes]:
    """2.1.2, SUBPROOF(m, D[n], b)."""
    n = len(leaves)
    if m == n:
        return [] if b else [mth(leaves)]
    k = largest_power_of_two_below(n)
    if m <= k:
        return [*subproof(m, leaves[:k], b), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Tiles:
    """A tree that grows by batches and keeps its tiles in memory."""

    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[merkle.Tile, bytes] = {}

    def read(self, level: int, number: int) -> bytes:
        return self.tiles.get((level, number), b"")

    def grow(self, count: int) -> Tiles:
        new = LEAVES[self.size : self.size + count]
        self.tiles |= merkle.grown(self.size, new, self.read)
        self.size += count
        return self


def test_the_known_tree_of_the_certificate_logs() -> None:
    """The roots every implementation of RFC 6962 is tried with (from certificate-transparency's tests)."""
    entries = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    leaves = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in entries]
    tiles = merkle.grown(0, leaves, lambda level, number: b"")
    known = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root(8, lambda level, number: tiles[level, number]).hex() == known


@given(st.lists(st.integers(0, 700), max_size=6))
def test_however_it_grew_the_root_is_the_same(batches: list[int]) -> None:
    tree = Tiles()
    for count in batches:
        tree.grow(count)
    assert merkle.root(tree.size, tree.read) == mth(LEAVES[: tree.size])
    assert {(level, number): width for level, number, width in merkle.tiles_of(tree.size)} == {
        place: len(content) // 32 for place, content in tree.tiles.items()
    }


BIG = Tiles().grow(1500).grow(68_500)


@pytest.mark.parametrize("size", [*range(20), 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000])
def test_every_earlier_root_is_read_from_later_tiles(size: int) -> None:
    assert merkle.root(size, BIG.read) == mth(LEAVES[:size])


@given(st.data())
def test_a_leaf_is_proven_and_nothing_else_in_its_place(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1400))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, BIG.read)
    root = mth(LEAVES[:size])
    assert proof == path(index, LEAVES[:size])
    assert merkle.includes(LEAVES[index], index, size, proof, root)
    assert not merkle.includes(LEAVES[index + 1], index, size, proof, root)
    assert not merkle.includes(LEAVES[index], index + 1, size, proof, root)
    assert not merkle.includes(LEAVES[index], index, size, [*proof, root], root)
    if proof:
        assert not merkle.includes(LEAVES[index], index, size, proof[:-1], root)
        spoiled = data.draw(st.integers(0, len(proof) - 1))
        wrong = [*proof[:spoiled], bytes(32), *proof[spoiled + 1 :]]
        assert not merkle.includes(LEAVES[index], index, size, wrong, root)


@given(st.data())
def test_a_tree_is_proven_to_begin_with_an_older_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1400))
    old = data.draw(st.integers(1, size))
    proof = merkle.consistency_proof(old, size, BIG.read)
    was, now = mth(LEAVES[:old]), mth(LEAVES[:size])
    assert proof == (subproof(old, LEAVES[:size], True))
    assert merkle.is_consistent(old, was, size, now, proof)
    assert not merkle.is_consistent(old, bytes(32), size, now, proof)
    assert not merkle.is_consistent(old, was, size, bytes(32), proof)
    assert not merkle.is_consistent(old, was, size, now, [*proof, now])
    if proof:
        assert not merkle.is_consistent(old, was, size, now, proof[:-1])
        assert not merkle.is_consistent(size, now, old, was, proof)


def test_every_tree_begins_with_the_empty_one() -> None:
    assert merkle.consistency_proof(0, 5, BIG.read) == []
    assert merkle.is_consistent(0, merkle.EMPTY_ROOT, 5, mth(LEAVES[:5]), [])
    assert not merkle.is_consistent(0, bytes(32), 5, mth(LEAVES[:5]), [])
    assert not merkle.is_consistent(3, mth(LEAVES[:3]), 5, mth(LEAVES[:5]), [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_is_neither_proven_nor_believed(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(index, size, BIG.read)
    assert not merkle.includes(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "size"), [(-1, 3), (4, 3)])
def test_an_older_tree_that_is_bigger_is_refused(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="smaller"):
        merkle.consistency_proof(old, size, BIG.read)
    assert not merkle.is_consistent(old, LEAVES[0], size, LEAVES[0], [])


def test_tiles_that_lost_hashes_are_noticed() -> None:
    def short(level: int, number: int) -> bytes:
        return BIG.read(level, number)[:64]

    with pytest.raises(merkle.BrokenTree):
        merkle.root(300, short)
    with pytest.raises(merkle.BrokenTree):
        merkle.grown(300, LEAVES[300:301], short)
