"""People in tens, shares in steps, numbers that stay until ten people lie between. Free of Django."""

from __future__ import annotations

from collections.abc import Sequence

from entente.ui.shares import in_steps

LEAST = 10  # nothing is said about fewer people
FINE_FROM = 1_000  # people from whom on one percent stands for ten of them
FINE_STEP = 1  # percent
STEPS = (5, 10, 25, 50)  # percent; a half can be told in each
PEOPLE_A_STEP = 5  # that one step of any share stands for at least; fewer count as nobody
LIVE_STEP = 10  # percent at least, while a dialogue runs

Shares = list[int]
Counts = Sequence[int]


def tens(people: int) -> int | None:
    """So many people rounded down to tens; None below ten."""
    return people // LEAST * LEAST if people >= LEAST else None


def is_far(people: int, told: int | None) -> bool:
    """Whether at least ten people certainly lie between a count and one that was told in tens."""
    low, high = (told, told + LEAST - 1) if told else (0, LEAST - 1)
    return people - high >= LEAST or low - people >= LEAST


def held(people: int, told: int | None) -> int | None:
    """So many people in tens, as they were told before unless at least ten more or fewer came.

    Who was not told of because there were fewer than ten is told of as soon as there are ten.
    """
    return tens(people) if told is None or is_far(people, told) else told


def headline_step(people: int) -> int:
    """The step in percent of the shares of ten people or more: the finest that stands for five of them."""
    return FINE_STEP if people >= FINE_FROM else part_step(people)


def part_step(people: int, least_step: int = STEPS[0]) -> int:
    """The same for a part of the people, whose total and whose other parts are told as well."""
    return next(step for step in STEPS if step >= least_step and step * people >= 100 * PEOPLE_A_STEP)


def headline_shares(counts: Counts) -> Shares | None:
    """Agree, disagree and pass in percent that add to 100.

    None when fewer than ten answered, or ten and a few more who all differ.
    """
    people = sum(counts)
    return _in_steps(counts, headline_step(people)) if people >= LEAST else None


def part_shares(counts: Counts, least_step: int = STEPS[0]) -> Shares | None:
    """The same for a part of the people, a group or a way in: never finer than five percent."""
    people = sum(counts)
    return _in_steps(counts, part_step(people, least_step)) if people >= LEAST else None


def in_step(difference: float, people: int) -> float:
    """How far so many people's share lies from that of others, in the step of their share, one at least."""
    step = part_step(people)
    return max(round(100 * difference / step), 1) * step / 100


def coarser(shares: Shares, people: int) -> Shares | None:
    """Shares that were told finer than today's steps, of so many people."""
    told = [share if share * people >= 100 * PEOPLE_A_STEP else 0 for share in shares]
    return in_steps(told, headline_step(people)) if any(told) else None


def _in_steps(counts: Counts, step: int) -> Shares | None:
    """Shares of those whose number is five or more; what fewer people said is told as nothing."""
    told = [count if count >= PEOPLE_A_STEP else 0 for count in counts]
    return in_steps(told, step) if any(told) else None


def has_changed(counts: Counts, people: int, shares: Shares) -> bool:
    """Whether at least ten people's answers certainly lie between `counts` and what was told before.

    What was told leaves room: nine people more than the tens, less than a step above and below a share, and
    up to four people in every other share, who were told as nothing.
    """
    if is_far(sum(counts), people):
        return True
    step, most = headline_step(people), people + LEAST - 1
    least = people - (PEOPLE_A_STEP - 1) * (len(shares) - 1)
    return any(
        count - (share + step) * most / 100 >= LEAST or (share - step) * least / 100 - count >= LEAST
        for count, share in zip(counts, shares, strict=True)
    )
