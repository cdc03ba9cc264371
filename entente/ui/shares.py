"""Shares that stand together add to a hundred. Free of Django."""

from __future__ import annotations

from collections.abc import Sequence


def in_steps(parts: Sequence[int], step: int = 1) -> list[int]:
    """Counts as percentages, each a multiple of `step`, that add to 100; all 0 when nothing was counted.

    What is left after rounding down goes to the largest remainders (Hamilton's method), the first where two
    are equal, so that no percentage is a whole step off.
    """
    total = sum(parts)
    if not total:
        return [0] * len(parts)
    whole, rest = zip(*(divmod(part * (100 // step), total) for part in parts), strict=True)
    lucky = sorted(range(len(parts)), key=lambda at: (-rest[at], at))[: 100 // step - sum(whole)]
    return [step * (units + (at in lucky)) for at, units in enumerate(whole)]
