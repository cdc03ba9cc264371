"""People in tens, shares in steps, numbers that stay until ten people lie between. Free of Django."""

from __future__ import annotations

from collections.abc import Sequence

from entente.ui.shares import in_steps

LEAST = 10  # nothing is said about fewer people
FINE_FROM = 1_000  # people from whom on one percent stands for ten of them
HEADLINE_STEP, FINE_STEP = 5, 1  # percent
PART_STEPS = (5, 10, 20, 25, 50)  # percent
PEOPLE_A_STEP = 5  # that one step of a part's shares stands for at least
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
    """The step in percent of the headline's shares: five, and one where that stands for ten people."""
    return FINE_STEP if people >= FINE_FROM else HEADLINE_STEP


def headline_shares(counts: Counts) -> Shares | None:
    """Agree, disagree and pass in percent that add to 100; None when fewer than ten answered."""
    people = sum(counts)
    return in_steps(counts, headline_step(people)) if people >= LEAST else None


def part_shares(counts: Counts, least_step: int = PART_STEPS[0]) -> Shares | None:
    """The same for a part of the people, a group or a way in: each step stands for five people at least."""
    people = sum(counts)
    if people < LEAST:
        return None
    steps = (step for step in PART_STEPS if step >= least_step and step * people >= 100 * PEOPLE_A_STEP)
    return in_steps(counts, next(steps))


def has_changed(counts: Counts, people: int, shares: Shares) -> bool:
    """Whether at least ten people's answers certainly lie between `counts` and what was told before.

    What was told leaves room: nine people more than the tens, and less than a step above and below a share.
    """
    if is_far(sum(counts), people):
        return True
    step, most = headline_step(people), people + LEAST - 1
    return any(
        count - (share + step) * most / 100 >= LEAST or (share - step) * people / 100 - count >= LEAST
        for count, share in zip(counts, shares, strict=True)
    )
