"""Zips that are not what they seem: each is refused in a sentence, before anything in it is opened."""

import io
import stat
import struct
import zipfile

import pytest

from entente.dialogue.polis_csv import Limits, read_zip
from tests.dialogue.polis_files import sound_files, zipped


def codes(data: bytes, limits: Limits | None = None) -> list[tuple[str, str]]:
    """File and code of each problem; a problem means that there is no conversation."""
    reading = read_zip(data, limits or Limits())
    assert (reading.conversation is None) == bool(reading.problems)
    assert all(str(problem) for problem in reading.problems)
    return [(problem.file, problem.code.value) for problem in reading.problems]


def with_entry(
    entry: zipfile.ZipInfo | str, content: bytes = b"x", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The sound files and one more entry."""
    packed = io.BytesIO(zipped(sound_files()))
    with zipfile.ZipFile(packed, "a", method) as archive:
        archive.writestr(entry, content)
    return packed.getvalue()


def in_directory(data: bytes, name: str, offset: int, layout: str, value: int) -> bytes:
    """The zip with one number of an entry's line in the table of contents replaced."""
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name.encode():
        at = data.index(b"PK\x01\x02", at + 1)
    size = struct.calcsize(layout)
    return data[: at + offset] + struct.pack(layout, value) + data[at + offset + size :]


@pytest.mark.parametrize("data", [b"", b"x", b"PK", b"PK\x05\x06", b"\0" * 1000, b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_zip_is_said_to_be_none(data: bytes) -> None:
    assert codes(data) == [("", "not_a_zip")]


def test_a_zip_cut_anywhere_is_refused() -> None:
    whole = zipped(sound_files())
    for end in range(len(whole)):
        assert codes(whole[:end]) == [("", "not_a_zip")]


def test_a_zip_larger_than_the_limit_is_not_opened() -> None:
    assert codes(b"x" * 1001, Limits(zip_bytes=1000)) == [("", "zip_too_large")]


def test_a_bomb_is_known_by_its_table_of_contents() -> None:
    bomb = zipped({**sound_files(), "votes.csv": b"0" * 50_000_000})
    assert codes(bomb) == [("votes.csv", "packed_too_tightly")]


def test_files_too_large_together_are_refused_before_opening() -> None:
    assert codes(zipped(sound_files()), Limits(unpacked_bytes=500)) == [("", "unpacked_too_large")]


def test_a_bomb_that_lies_about_its_size_yields_no_more_than_it_said() -> None:
    bomb = zipped({**sound_files(), "votes.csv": b"0" * 50_000_000})
    lying = in_directory(bomb, "votes.csv", 24, "<L", 1000)
    assert codes(lying) == [("votes.csv", "zip_damaged")]


def test_a_file_repeated_in_the_table_of_contents_is_counted_each_time() -> None:
    packed = io.BytesIO(zipped({"a.bin": bytes(range(256)) * 400}))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.filelist.extend(archive.filelist * 20)
        archive.writestr("votes.csv", b"")
    assert codes(packed.getvalue(), Limits(unpacked_bytes=1_000_000)) == [("", "unpacked_too_large")]


def test_a_table_of_contents_with_too_many_entries_is_refused() -> None:
    assert codes(zipped({f"{n}.csv": b"" for n in range(101)})) == [("", "too_many_files")]
    assert codes(zipped({f"{n}.csv": b"" for n in range(5_000)})) == [("", "too_many_files")]
    assert codes(zipped({f"{n}.csv": b"" for n in range(70_000)})) == [("", "too_many_files")]


def with_long_table_of_contents() -> bytes:
    """Six files whose comments make the table of contents 120,000 bytes long."""
    packed = io.BytesIO(zipped(sound_files()))
    with zipfile.ZipFile(packed, "a") as archive:
        for name in ("a.txt", "b.txt"):
            archive.writestr(name, b"")
            archive.getinfo(name).comment = b"x" * 60_000
    return packed.getvalue()


def test_a_table_of_contents_that_is_too_long_is_not_read() -> None:
    assert codes(with_long_table_of_contents()) == [("", "too_many_files")]


def test_a_table_of_contents_whose_length_stands_in_the_large_record_is_not_read() -> None:
    data = with_long_table_of_contents()
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<2L", data, end + 12)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 6, 6, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    small = data[end : end + 12] + struct.pack("<2L", 0, 0) + data[end + 20 :]
    large = data[:end] + record + locator + small
    assert len(zipfile.ZipFile(io.BytesIO(large)).infolist()) == 6
    assert codes(large) == [("", "too_many_files")]


def test_a_name_with_a_null_character_is_refused() -> None:
    data = with_entry("more.txt").replace(b"more.txt", b"mo\0e.txt")
    assert codes(data) == [("mo", "unsafe_name")]


def test_a_file_behind_a_password_is_named() -> None:
    locked = in_directory(zipped(sound_files()), "votes.csv", 8, "<H", 1)
    assert codes(locked) == [("votes.csv", "encrypted_file")]


@pytest.mark.parametrize(
    "name",
    [
        "../votes.csv",
        "/etc/votes.csv",
        "a/../../x",
        "..\\votes.csv",
        "C:\\votes.csv",
        "__MACOSX/../../x",
        "../",
    ],
)
def test_a_name_that_leads_outside_is_refused(name: str) -> None:
    assert codes(with_entry(name)) == [(name, "unsafe_name")]


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("more.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert codes(with_entry(link, b"/etc/passwd")) == [("more.csv", "link")]


def test_an_archive_in_the_archive_is_refused() -> None:
    assert codes(with_entry("inner.ZIP", zipped(sound_files()))) == [("inner.ZIP", "nested_archive")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_method_of_packing_is_refused(method: int) -> None:
    assert codes(with_entry("more.txt", b"x" * 1000, method)) == [("more.txt", "unknown_compression")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["votes.csv", "VOTES.CSV", "r4square-votes.csv"])
def test_the_same_file_twice_is_refused(name: str) -> None:
    assert codes(with_entry(name)) == [(name, "duplicate_file")]


def test_files_in_different_folders_are_refused() -> None:
    files = sound_files()
    files["other/votes.csv"] = files.pop("votes.csv")
    assert ("other/votes.csv", "several_folders") in codes(zipped(files))


def test_a_damaged_file_is_reported_once_and_not_row_by_row() -> None:
    whole = zipped(sound_files(), zipfile.ZIP_STORED)
    damaged = whole.replace(b"0,1,1\n", b"0,1,9\n", 1)
    assert codes(damaged) == [("votes.csv", "zip_damaged")]
