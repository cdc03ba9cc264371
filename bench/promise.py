"""One promise of speed: what was measured, and the bound it must keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """A figure people were promised, such as "a vote costs at most 20 ms of server time"."""

    name: str
    measured: float
    bound: float
    unit: str
    at_most: bool = True

    @property
    def is_kept(self) -> bool:
        """Whether the measured figure is on the right side of the bound, the bound included."""
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound

    def __str__(self) -> str:
        verdict = "ok" if self.is_kept else "short"
        side = "at most" if self.at_most else "at least"
        ratio = f"{self.measured / self.bound:.2f}" if self.bound else "-"
        return (
            f"{verdict:5}  {self.name}: {_figure(self.measured)} {self.unit}, "
            f"{side} {_figure(self.bound)} {self.unit} (ratio {ratio})"
        )


def _figure(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 or number == int(number) else f"{number:.3g}"
