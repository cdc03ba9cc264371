"""The files of a folder or a zip, found by name and checked before anything is opened."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from entente.dialogue.polis_csv.conversation import Limits
from entente.dialogue.polis_csv.faults import Fault, Report

SUMMARY, COMMENTS, VOTES, MATRIX = "summary.csv", "comments.csv", "votes.csv", "participants-votes.csv"
# Newer exports write "participant" in the singular, and a browser puts the report's number in front of each
# name. The longer names come first: participants-votes.csv ends in votes.csv.
_NAMES = {MATRIX: MATRIX, "participant-votes.csv": MATRIX, SUMMARY: SUMMARY, COMMENTS: COMMENTS, VOTES: VOTES}
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    OverflowError,
)
_PIECE = 65_536
# The standard library makes an object for each entry of the table of contents before it can be counted, so
# its size is looked up first. An entry takes 46 bytes and its name.
_CONTENTS_BYTES = 100_000
_END, _END_SIZE, _END_64_LOCATOR, _END_64_SIZE = b"PK\x05\x06", 22, 20, 56
# Below this size packing tightly harms nobody, and a nearly empty matrix packs very tightly.
_HARMLESS_BYTES = 1_000_000


@dataclass(frozen=True)
class Source:
    """One of the four files: its name as the sender wrote it and a way to its content."""

    name: str
    read: Callable[[], bytes | None]


Sources = dict[str, Source]


def part_of(name: str) -> str | None:
    """Which of the four files a file name stands for."""
    lower = name.lower()
    return next(
        (part for known, part in _NAMES.items() if lower == known or lower.endswith("-" + known)), None
    )


class Budget:
    """Bytes that may still be unpacked, counted as they come because a zip can lie about sizes."""

    def __init__(self, limits: Limits, report: Report) -> None:
        self._left = limits.unpacked_bytes
        self._limits = limits
        self._report = report

    def read(self, stream: IO[bytes]) -> bytes | None:
        """Everything in the stream, or None after reporting that it is too much."""
        pieces = []
        while piece := stream.read(_PIECE):
            self._left -= len(piece)
            if self._left < 0:
                self._report.problems.add(Fault.UNPACKED_TOO_LARGE, limit=self._limits.unpacked_bytes)
                return None
            pieces.append(piece)
        return b"".join(pieces)


# --- folder


def folder_sources(folder: Path, limits: Limits, report: Report) -> Sources | None:
    """The files of a folder, or None after reporting that it cannot be read."""
    try:
        files = []
        for path in folder.iterdir():
            files.append(path)
            if len(files) > limits.files:
                report.problems.add(Fault.TOO_MANY_FILES, limit=limits.files)
                return None
    except (OSError, ValueError):
        report.problems.add(Fault.NOT_A_FOLDER, folder.name)
        return None
    budget = Budget(limits, report)
    found: Sources = {}
    for path in sorted(files):
        _keep(found, path.name, Source(path.name, partial(_read_path, path, budget, report)), report)
    return found


def _read_path(path: Path, budget: Budget, report: Report) -> bytes | None:
    try:
        # Opening a named pipe would wait for ever.
        if path.is_file():
            with path.open("rb") as stream:
                return budget.read(stream)
    except OSError:
        pass
    report.problems.add(Fault.UNREADABLE_FILE, path.name)
    return None


def _keep(found: Sources, name: str, source: Source, report: Report) -> None:
    part = part_of(name)
    if part is None:
        report.notices.add(Fault.IGNORED_FILE, name)
    elif part in found:
        report.problems.add(Fault.DUPLICATE_FILE, name)
    else:
        found[part] = source


# --- zip


@contextmanager
def zip_sources(file: BinaryIO | bytes, limits: Limits, report: Report) -> Iterator[Sources | None]:
    """The files of a zip while it is open, or None after reporting why it was not opened."""
    stream = io.BytesIO(file) if isinstance(file, bytes) else file
    try:
        archive = _open_zip(stream, limits, report)
    except (*_DAMAGE, NotImplementedError):
        report.problems.add(Fault.NOT_A_ZIP)
        archive = None
    if archive is None:
        yield None
        return
    with archive:
        entries = [entry for entry in archive.infolist() if not _is_ignorable(entry)]
        yield _zip_files(archive, entries, limits, report) if _is_safe(entries, limits, report) else None


def _open_zip(stream: BinaryIO, limits: Limits, report: Report) -> zipfile.ZipFile | None:
    size = stream.seek(0, io.SEEK_END)
    if size > limits.zip_bytes:
        report.problems.add(Fault.ZIP_TOO_LARGE, limit=limits.zip_bytes)
        return None
    if _contents_bytes(stream, size) > _CONTENTS_BYTES:
        report.problems.add(Fault.TOO_MANY_FILES, limit=limits.files)
        return None
    stream.seek(0)
    archive = zipfile.ZipFile(stream)
    if len(archive.infolist()) > limits.files:
        report.problems.add(Fault.TOO_MANY_FILES, limit=limits.files)
        return None
    return archive


def _contents_bytes(stream: BinaryIO, size: int) -> int:
    """Size of the table of contents as the end of the zip states it, in bytes."""
    stream.seek(max(0, size - _END_SIZE - 0xFFFF - _END_64_LOCATOR - _END_64_SIZE))
    tail = stream.read()
    end = tail.rfind(_END)
    if end < 0:
        return 0  # not a zip; opening it will say so
    (stated,) = struct.unpack_from("<L", tail, end + 12)
    large = end - _END_64_LOCATOR - _END_64_SIZE
    if large >= 0 and tail[end - _END_64_LOCATOR :].startswith(b"PK\x06\x07"):
        (stated,) = struct.unpack_from("<Q", tail, large + 40)
    return int(stated)


def _path(name: str) -> PurePosixPath:
    """Where an entry lies; some Windows programs write backslashes."""
    return PurePosixPath(name.replace("\\", "/"))


def _leads_out(name: str) -> bool:
    path = _path(name)
    return path.is_absolute() or ".." in path.parts or name[1:2] == ":" or "\0" in name


def _is_ignorable(entry: zipfile.ZipInfo) -> bool:
    """What macOS and Windows add to a zip on their own, and folders."""
    path = _path(entry.filename)
    clutter = (
        "__MACOSX" in path.parts or path.name.startswith("._") or path.name in {".DS_Store", "Thumbs.db"}
    )
    return not _leads_out(entry.orig_filename) and (clutter or entry.filename.endswith(("/", "\\")))


def _is_safe(entries: list[zipfile.ZipInfo], limits: Limits, report: Report) -> bool:
    before = report.problems.count
    for entry in entries:
        code = _unsafe(entry)
        if code is not None:
            report.problems.add(code, entry.filename)
        elif entry.file_size > max(_HARMLESS_BYTES, limits.ratio * entry.compress_size):
            report.problems.add(Fault.PACKED_TOO_TIGHTLY, entry.filename, limit=limits.ratio)
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        report.problems.add(Fault.UNPACKED_TOO_LARGE, limit=limits.unpacked_bytes)
    return report.problems.count == before


def _unsafe(entry: zipfile.ZipInfo) -> Fault | None:
    if _leads_out(entry.orig_filename):
        return Fault.UNSAFE_NAME
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Fault.LINK
    if entry.flag_bits & 0x1:
        return Fault.ENCRYPTED_FILE
    if entry.filename.lower().endswith(_ARCHIVES):
        return Fault.NESTED_ARCHIVE
    if entry.compress_type not in _METHODS:
        return Fault.UNKNOWN_COMPRESSION
    return None


def _zip_files(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits, report: Report
) -> Sources:
    budget = Budget(limits, report)
    found: Sources = {}
    folders: set[PurePosixPath] = set()
    for entry in entries:
        path = _path(entry.filename)
        if part_of(path.name) is not None:
            folders.add(path.parent)
            if len(folders) > 1:
                report.problems.add(Fault.SEVERAL_FOLDERS, entry.filename)
                continue
        source = Source(path.name, partial(_read_entry, archive, entry, budget, report))
        _keep(found, path.name, source, report)
    return found


def _read_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, report: Report
) -> bytes | None:
    """The whole file at once: its checksum comes last, and a damaged one must not be reported row by row."""
    try:
        with archive.open(entry) as stream:
            return budget.read(stream)
    except (*_DAMAGE, NotImplementedError):
        report.problems.add(Fault.ZIP_DAMAGED, _path(entry.filename).name)
        return None
