"""The texts of the log: what is written is read again, and nothing that is not exactly so."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from entente.audit import checkpoints
from entente.audit.checkpoints import LOG, WITNESS, Malformed, Note, Proof, Signer, TreeHead, Verifier

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOGS = Signer("log.example/entente", LOG, KEY)
WITNESSS = Signer("witness.example/w", WITNESS, Ed25519PrivateKey.from_private_bytes(bytes(32)))
HEAD = TreeHead("log.example/entente", 7, bytes(32))


def test_the_examples_of_the_specifications_are_read() -> None:
    """The checkpoint that C2SP tlog-cosignature shows."""
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc"
        "yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
        "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    read = checkpoints.read_note(note)
    assert str(read) == note
    assert [s.name for s in read.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    head = checkpoints.read_tree_head(read.text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert str(head) == read.text


def test_a_known_verifier_key_is_read_with_its_id() -> None:
    """PeterNeumann, the key of the signed-note package's own documentation."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert str(Verifier.read(vkey)) == vkey
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBti"
        "FupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert checkpoints.read_note(note).is_signed_by(Verifier.read(vkey))


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_is_read_and_believed(size: int, root: bytes) -> None:
    head = TreeHead("log.example/entente", size, root)
    note = checkpoints.read_note(str(checkpoints.signed(head, LOGS)))
    assert note.is_signed_by(Verifier.read(str(LOGS.verifier)))
    assert checkpoints.read_tree_head(note.text) == head


def test_another_text_another_key_and_no_signature_are_not_believed() -> None:
    note = checkpoints.signed(HEAD, LOGS)
    assert not Note(note.text.replace("7", "8"), note.signatures).is_signed_by(LOGS.verifier)
    assert not note.is_signed_by(Signer(LOGS.name, LOG, WITNESSS.private).verifier)
    assert not Note(note.text, ()).is_signed_by(LOGS.verifier)


def test_a_cosignature_says_when_and_counts_for_its_text_and_time_only() -> None:
    note = checkpoints.signed(HEAD, LOGS)
    cosignature = checkpoints.cosigned(note.text, WITNESSS, 1_763_600_000)
    both = checkpoints.read_note(str(checkpoints.joined(note, [cosignature])))
    assert checkpoints.cosigned_at(both, WITNESSS.verifier) == 1_763_600_000
    assert both.is_signed_by(LOGS.verifier)
    assert checkpoints.cosigned_at(note, WITNESSS.verifier) is None
    other = Note(note.text.replace("7", "8"), both.signatures)
    assert checkpoints.cosigned_at(other, WITNESSS.verifier) is None
    later = cosignature.content[:7] + b"\x01" + cosignature.content[8:]
    moved = checkpoints.Signature(cosignature.name, cosignature.key_id, later)
    assert checkpoints.cosigned_at(Note(note.text, (moved,)), WITNESSS.verifier) is None
    short = checkpoints.Signature(cosignature.name, cosignature.key_id, cosignature.content[:-1])
    assert checkpoints.cosigned_at(Note(note.text, (short,)), WITNESSS.verifier) is None


def test_keys_of_one_name_are_told_apart_by_what_they_sign() -> None:
    log, witness = Verifier("x", LOG, bytes(32)), Verifier("x", WITNESS, bytes(32))
    assert log.key_id != witness.key_id
    assert Verifier.read(f" {witness}\n") == witness


GOOD = str(LOGS.verifier)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "a+b",
        GOOD[:-1],
        GOOD.replace("log", "dog", 1),
        GOOD.replace("/", " ", 1),
        "+" + GOOD.split("+", 1)[1],
        f"x+{'0' * 8}+AAAA",
        f"{'x' * 201}+00000000+AAAA",
        f"x+00000000+{'@' * 44}",
    ],
)
def test_a_mistyped_key_is_refused_with_a_sentence(vkey: str) -> None:
    with pytest.raises(Malformed, match=r"\.$"):
        Verifier.read(vkey)


NOTE = str(checkpoints.signed(HEAD, LOGS))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("— ", "- "),
        NOTE.replace("7", "7\r"),
        NOTE.replace("7", "\x00"),
        NOTE[:-2] + "!\n",
        NOTE + "— log.example/entente\n",
        NOTE + "— two names AAAAAAAA\n",
        NOTE + "— short AAAA\n",
        NOTE + "— stray AAAAAAB=\n",
        NOTE + NOTE.splitlines(keepends=True)[-1] * 70,
    ],
)
def test_what_is_no_note_is_refused_with_a_sentence(note: str) -> None:
    with pytest.raises(Malformed, match=r"\.$"):
        checkpoints.read_note(note)


TEXT = str(HEAD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT.replace("7", "07"),
        TEXT.replace("7", "-7"),
        TEXT.replace("7", "٧"),
        TEXT.replace("7", "7" * 30),
        "\n" + TEXT.partition("\n")[2],
        TEXT.replace("=", ""),
        TEXT.replace("AAAA", "", 1),
        TEXT + "\n",
        TEXT + "extension\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Malformed, match=r"\.$"):
        checkpoints.read_tree_head(text)


def test_extensions_of_a_checkpoint_are_left_alone() -> None:
    assert checkpoints.read_tree_head(TEXT + "extension\n") == HEAD


@given(
    st.binary(max_size=50),
    st.integers(0, 2**60),
    st.lists(st.binary(min_size=32, max_size=32), max_size=40),
)
def test_a_proof_is_read_as_it_was_written(extra: bytes, index: int, path: list[bytes]) -> None:
    proof = Proof(extra, index, tuple(path), checkpoints.signed(HEAD, LOGS))
    assert checkpoints.read_proof(str(proof)) == proof


PROOF = str(Proof(b"x", 3, (bytes(32),), checkpoints.signed(HEAD, LOGS)))


@pytest.mark.parametrize(
    "proof",
    [
        "",
        PROOF.replace("@v1", "@v2"),
        PROOF.replace("index 3", "index 03"),
        PROOF.replace("index 3", "3"),
        PROOF.replace("extra eA==", "extra eA="),
        PROOF.replace("AAAA", "", 1),
        PROOF.partition("\n\n")[0],
    ],
)
def test_what_is_no_proof_is_refused_with_a_sentence(proof: str) -> None:
    with pytest.raises(Malformed, match=r"\.$"):
        checkpoints.read_proof(proof)


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (0, 256, "000"),
        (0, 1, "000.p/1"),
        (999, 255, "999.p/255"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (1234067, 8, "x001/x234/067.p/8"),
    ],
)
def test_a_tile_has_one_address(number: int, width: int, path: str) -> None:
    assert checkpoints.tile_path(number, width) == path
    assert checkpoints.read_tile_path(path) == (number, width)


@pytest.mark.parametrize(
    "path",
    ["", "0", "0000", "x000/001", "001/002", "000.p/0", "000.p/256", "000.p/257", "000.p/", "000/", "/000"],
)
def test_other_addresses_of_tiles_are_refused(path: str) -> None:
    with pytest.raises(Malformed):
        checkpoints.read_tile_path(path)
