"""Who works the steps out: this thread, several threads, or several machines by way of Dask.

Every step gives whole numbers that add up exactly, or a line per person, so that all engines give the same
result to the last bit. An engine is chosen by size; nothing else in the arithmetic knows which it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar

from entente.dialogue.opinion_groups.blocks import Block
from entente.dialogue.opinion_groups.votes import Whole

Answer = TypeVar("Answer")
Makers = Sequence[Callable[[], list[Block]]]
Held = Sequence[Any]

VOTES_FOR_THREADS = 2_000_000
VOTES_FOR_MACHINES = 200_000_000


class Engine(Protocol):
    """What keeps blocks and works steps out over them.

    `hold` makes the blocks where they will be worked on and keeps them; `map` gives the step's answer for
    every block, in order; `total` adds the answers up.
    """

    def hold(self, makers: Makers) -> Held:
        """Keep the blocks that each maker makes."""

    def map(self, step: Callable[[Block], Answer], held: Held) -> Iterator[Answer]:
        """The step's answer for every block, in order."""

    def total(self, step: Callable[[Block], Whole], held: Held) -> Whole | None:
        """The exact sum of the step's answers, None without blocks."""


class Serial:
    """One block after the other, in this thread: the least work altogether."""

    def hold(self, makers: Makers) -> Held:
        """Blocks in this process's memory."""
        return [block for make in makers for block in make()]

    def map(self, step: Callable[[Block], Answer], held: Held) -> Iterator[Answer]:
        """One after the other."""
        return map(step, held)

    def total(self, step: Callable[[Block], Whole], held: Held) -> Whole | None:
        """Added up as they come."""
        return _sum(self.map(step, held))


@dataclass(frozen=True)
class Threads:
    """Blocks of this process, `threads` of them at a time: sooner done where cores are idle."""

    threads: int

    def hold(self, makers: Makers) -> Held:
        """Blocks in this process's memory."""
        return Serial().hold(makers)

    def map(self, step: Callable[[Block], Answer], held: Held) -> Iterator[Answer]:
        """Several at a time, answers in order."""
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(step, held)

    def total(self, step: Callable[[Block], Whole], held: Held) -> Whole | None:
        """Each thread adds up its share."""
        shares = [held[number :: self.threads] for number in range(self.threads)]
        with ThreadPoolExecutor(self.threads) as pool:
            return _sum(pool.map(lambda share: Serial().total(step, share), shares))


@dataclass(frozen=True)
class OnDask:
    """Blocks on the workers of a Dask cluster: `client` is a connected `distributed.Client`.

    Blocks stay on the workers; a step goes to them, and one sum for each part comes back. Every worker needs
    the same release of this package and of numpy.
    """

    client: Any

    @classmethod
    @cache
    def at(cls, address: str) -> OnDask:
        """On the cluster of a scheduler at an address such as tcp://10.0.0.7:8786; needs entente[scale]."""
        return cls(importlib.import_module("distributed").Client(address))

    def hold(self, makers: Makers) -> Held:
        """Parts in the workers' memory, dealt out evenly."""
        sent = self.client.scatter(list(makers), hash=False) if makers else []
        return list(self.client.map(_made, sent, pure=False))

    def map(self, step: Callable[[Block], Answer], held: Held) -> Iterator[Answer]:
        """On every worker at once, answers in order."""
        for future in self._on_all(_answers_of_part, step, held):
            yield from future.result()

    def total(self, step: Callable[[Block], Whole], held: Held) -> Whole | None:
        """Each part adds up its own blocks."""
        return _sum(future.result() for future in self._on_all(_sum_of_part, step, held))

    def _on_all(self, work: Callable[..., Any], step: Callable[[Block], Any], held: Held) -> list[Any]:
        sent = self.client.scatter(step, broadcast=True, hash=False) if held else None
        return list(self.client.map(work, held, step=sent, pure=False))


def engine_for(votes: int, *, threads: int = 1, scheduler: str | None = None) -> Engine:
    """The engine for so many votes, from what there is: `threads` to use here, a Dask scheduler's address.

    Threads pay from two million votes on, moving votes to other machines from 200 million on.
    """
    if scheduler is not None and votes >= VOTES_FOR_MACHINES:
        return OnDask.at(scheduler)
    return Threads(threads) if threads > 1 and votes >= VOTES_FOR_THREADS else Serial()


def _made(make: Callable[[], list[Block]]) -> list[Block]:
    return make()


def _answers_of_part(part: list[Block], step: Callable[[Block], Answer]) -> list[Answer]:
    return [step(block) for block in part]


def _sum_of_part(part: list[Block], step: Callable[[Block], Whole]) -> Whole | None:
    return Serial().total(step, part)


def _sum(answers: Iterator[Whole | None]) -> Whole | None:
    there = (answer for answer in answers if answer is not None)
    total = next(there, None)
    if total is not None:
        total = total.copy()
        for answer in there:
            total += answer
    return total
