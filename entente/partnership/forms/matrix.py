"""One sheet of the matrix: what one party gives for one purpose, as it stands, was read and is ticked."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst

from entente.agreements.change_rules import Cell, Signs
from entente.agreements.models import Clause
from entente.agreements.vocabulary import INTERIM, SENSITIVE, Category
from entente.people.models import Organisation

SHARE, SECRECY, INTERIM_SIGN, SEEN = "share", "secrecy", "interim", "seen"
State = Mapping[Cell, Signs | None]


@dataclass
class Sheet:
    """Categories in rows, receiving parties in columns."""

    purpose: str
    giving: Organisation
    receiving: Sequence[Organisation]
    clauses: Collection[Clause]
    ticked: dict[Cell, Signs | None] | None = None  # what somebody ticked and did not save yet
    told: set[Cell] = field(default_factory=set)  # cells that somebody else changed meanwhile

    def cell(self, category: str, organisation: Organisation) -> Cell:
        """One place of this sheet."""
        return Cell(self.purpose, category, self.giving.pk, organisation.pk)

    @cached_property
    def now(self) -> dict[Cell, Signs | None]:
        """What every cell says at this moment."""
        stand = {
            Cell(row.purpose, row.category, row.giving_id, row.receiving_id): Signs(
                row.opens_secrecy, row.holds_in_interim
            )
            for row in self.clauses
        }
        return {cell: stand.get(cell) for cell in self.cells}

    @cached_property
    def cells(self) -> list[Cell]:
        """Every place of this sheet."""
        return [self.cell(category, row) for category in Category.values for row in self.receiving]

    @property
    def seen(self) -> str:
        """What the page shows now, for the form to bring back: where a clause stands and its signs."""
        slugs = {row.pk: row.slug for row in self.receiving}
        return " ".join(
            f"{cell.category}.{slugs[cell.receiving]}:{signs.opens_secrecy:d}{signs.holds_in_interim:d}"
            for cell, signs in self.now.items()
            if signs is not None
        )

    def rows(self) -> list[dict[str, Any]]:
        """For the page."""
        shown = {**self.now, **(self.ticked or {})}
        return [
            {
                "category": category,
                "label": capfirst(str(Category(category).label)),
                "is_sensitive": category in SENSITIVE,
                "may_hold_before": category in INTERIM,
                "cells": [self._shown(category, row, shown) for row in self.receiving],
            }
            for category in Category.values
        ]

    def _shown(self, category: str, organisation: Organisation, shown: State) -> dict[str, Any]:
        cell = self.cell(category, organisation)
        signs = shown.get(cell)
        return {
            "key": f"{category}.{organisation.slug}",
            "organisation": organisation,
            "share": signs is not None,
            "secrecy": bool(signs and signs.opens_secrecy),
            "interim": bool(signs and signs.holds_in_interim),
            "is_told": cell in self.told,
        }


def ticked(data: QueryDict, sheet: Sheet) -> dict[Cell, Signs | None]:
    """What the form says of every cell; one that is on no list stays, so that it is refused with a reason."""
    share, secrecy = set(data.getlist(SHARE)), set(data.getlist(SECRECY))
    interim = set(data.getlist(INTERIM_SIGN))
    found: dict[Cell, Signs | None] = dict.fromkeys(sheet.cells)
    for key in sorted(share):
        found[_cell(key, sheet)] = Signs(key in secrecy, key in interim)
    return found


def _cell(key: str, sheet: Sheet) -> Cell:
    category, _, slug = key.partition(".")
    here = {row.slug: row.pk for row in (*sheet.receiving, sheet.giving)}
    return Cell(sheet.purpose, category, sheet.giving.pk, here.get(slug, uuid.UUID(int=0)))


def read_before(data: QueryDict, sheet: Sheet) -> dict[Cell, Signs | None]:
    """What the page said when it was opened."""
    found: dict[Cell, Signs | None] = dict.fromkeys(sheet.cells)
    for told in data.get(SEEN, "").split()[: len(found)]:
        key, _, signs = told.partition(":")
        cell = _cell(key, sheet)
        if cell in found:
            found[cell] = Signs(signs[:1] == "1", signs[1:2] == "1")
    return found


@dataclass(frozen=True)
class Meeting:
    """Two people changed one sheet: what the other did, what is kept of one's own, where both did."""

    theirs: list[Cell]
    kept: list[Cell]
    both: list[Cell]
    ticked: dict[Cell, Signs | None]


def meet(mine: State, before: State, changed: State) -> Meeting:
    """`changed` is what others changed since `before`, with what it says now: where both did, that stands."""
    wanted = {cell: signs for cell, signs in mine.items() if before.get(cell) != signs}
    both = [cell for cell in changed if cell in wanted and wanted[cell] != changed[cell]]
    kept = {cell: signs for cell, signs in wanted.items() if cell not in changed}
    return Meeting([*changed], [*kept], both, kept)


def in_order(cells: Iterable[Cell]) -> list[Cell]:
    """As the page shows them."""
    place = {value: number for number, value in enumerate(Category.values)}
    return sorted(cells, key=lambda cell: (place.get(cell.category, 99), str(cell.receiving)))
