"""Sums of budgets by currency, to the cent. Free of Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Amount:
    """What something costs in one currency, and how much of that is certain."""

    currency: str
    budget: Decimal
    secured: Decimal

    @property
    def missing(self) -> Decimal:
        """What nobody has promised yet."""
        return self.budget - self.secured


def sums(amounts: Iterable[Amount]) -> list[Amount]:
    """One sum for each currency, in the order of their codes; currencies are never added to each other."""
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for one in amounts:
        budget, secured = totals.get(one.currency, (ZERO, ZERO))
        totals[one.currency] = (budget + one.budget, secured + one.secured)
    return [Amount(currency, *totals[currency]) for currency in sorted(totals)]
