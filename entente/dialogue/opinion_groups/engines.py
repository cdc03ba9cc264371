"""Who works the steps out: this thread, several threads, or several machines by way of Dask.

Every step gives whole numbers that add up exactly, or a line per person, so that all engines give the same
result to the last bit. An engine is chosen by size; nothing else in the arithmetic knows which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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

    Blocks are made on the workers and stay there; a step goes to them, and one sum for each part comes back.
    """

    client: Any

    def hold(self, makers: Makers) -> Held:
        """Parts in the workers' memory."""
        return [self.client.submit(make, pure=False) for make in makers]

    def map(self, step: Callable[[Block], Answer], held: Held) -> Iterator[Answer]:
        """On every worker at once, answers in order."""
        sent = self.client.scatter(step, broadcast=True, hash=False)
        for future in self.client.map(_answers_of_part, held, step=sent, pure=False):
            yield from future.result()

    def total(self, step: Callable[[Block], Whole], held: Held) -> Whole | None:
        """Each part adds up its own blocks."""
        sent = self.client.scatter(step, broadcast=True, hash=False)
        return _sum(future.result() for future in self.client.map(_sum_of_part, held, step=sent, pure=False))


def engine_for(votes: int, *, threads: int = 1, dask: Any = None) -> Engine:
    """The engine for so many votes, from what there is: `threads` of this process, a connected Dask client.

    Moving blocks to other machines pays from 200 million votes on, threads from two million on.
    """
    if dask is not None and votes >= VOTES_FOR_MACHINES:
        return OnDask(dask)
    return Threads(threads) if threads > 1 and votes >= VOTES_FOR_THREADS else Serial()


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
