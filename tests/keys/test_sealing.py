"""Sealed values open only with their key, in their place."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.keys.keystore import FileKeystore
from entente.keys.sealing import Unreadable, new_key, seal, unseal

KEY = new_key()


@given(plain=st.binary(max_size=500), place=st.binary(max_size=60))
def test_what_was_sealed_opens_again(plain: bytes, place: bytes) -> None:
    assert unseal(KEY, seal(KEY, plain, place), place) == plain


@given(plain=st.binary(min_size=1, max_size=100), at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_altered_byte_makes_it_unreadable(plain: bytes, at: int, flip: int) -> None:
    sealed = bytearray(seal(KEY, plain, b"here"))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises(Unreadable):
        unseal(KEY, bytes(sealed), b"here")


def test_it_does_not_open_in_another_place_or_with_another_key() -> None:
    sealed = seal(KEY, b"a name", b"records_note|text|1")
    with pytest.raises(Unreadable):
        unseal(KEY, sealed, b"records_note|text|2")
    with pytest.raises(Unreadable):
        unseal(new_key(), sealed, b"records_note|text|1")


def test_the_keystore_gives_the_same_key_again_also_to_another_process(tmp_path: Path) -> None:
    key_id = uuid.uuid4()
    made = FileKeystore(tmp_path).key(key_id, create=True)
    assert FileKeystore(tmp_path).key(key_id) == made


def test_a_destroyed_key_is_gone_for_every_process(tmp_path: Path) -> None:
    here, there, key_id = FileKeystore(tmp_path), FileKeystore(tmp_path), uuid.uuid4()
    key = here.key(key_id, create=True)
    here.destroy(key_id)
    with pytest.raises(Unreadable):
        there.key(key_id)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key not in files


def test_keys_are_wrapped_on_disk_and_the_wrapping_key_is_the_owners_alone(tmp_path: Path) -> None:
    key = FileKeystore(tmp_path).key(uuid.uuid4(), create=True)
    assert key not in (tmp_path / "keys.sqlite").read_bytes()
    assert (tmp_path / "wrapping-key").stat().st_mode & 0o077 == 0
