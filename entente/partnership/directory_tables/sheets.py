"""A file as it was read: headings and rows of text, before anybody asks what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from entente.partnership.directory_tables.faults import Finding


@dataclass(frozen=True)
class Limits:
    """How much is read at most."""

    rows: int = 100_000
    columns: int = 60
    cell: int = 4_000
    unpacked_bytes: int = 50 * 1024 * 1024
    ratio: int = 100


LIMITS = Limits()


@dataclass(frozen=True)
class Row:
    """One line below the headings: its number in the file, its cells, and which of them hold formulas."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


@dataclass
class Sheet:
    """What a reader found. With a problem, nothing of it is used."""

    headings: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)


def refused(finding: Finding) -> Sheet:
    """A file of which nothing is used."""
    return Sheet(problems=[finding])
