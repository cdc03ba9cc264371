"""Made-up people who answer, the analysis of their answers, and a reader who keeps every release."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from entente.dialogue.opinion_groups import StatementRule
from entente.dialogue.opinion_groups.statements import read_statements
from entente.dialogue.opinion_groups.strata import views

STATEMENTS = 4
NUMBERS = [11, 12, 13, 14]
STRATA = ("letter", "hosted", "open")
INVITED = {"letter", "hosted"}
CELL = {1: 0, -1: 1, 0: 2}

Plain = dict[str, Any]
Path = tuple[Any, ...]


@dataclass(frozen=True)
class Voice:
    """Somebody: the way in, the group they would be found in (-1: too few answers), and four answers."""

    stratum: str
    group: int
    answers: tuple[int | None, ...]


class World(dict[int, Voice]):
    """Voices by a number that nobody is told."""

    def __repr__(self) -> str:
        return f"World({len(self)} voices: {dict(Counter(self.values()))})"

    def __or__(self, other: dict[int, Voice]) -> World:  # type: ignore[override]
        return World({**self, **other})


def headline_of(world: World) -> World:
    """Those whose answers make the headline: the invited, when there are ten, else everybody."""
    invited = World({key: voice for key, voice in world.items() if voice.stratum in INVITED})
    return invited if len(invited) >= 10 else world


def counted(voices: Sequence[Voice]) -> np.ndarray:
    """Agree, disagree and pass by statement, int64[m, 3]."""
    cells = np.zeros((STATEMENTS, 3), dtype=np.int64)
    for voice in voices:
        for at, answer in enumerate(voice.answers):
            if answer is not None:
                cells[at, CELL[answer]] += 1
    return cells


def analysed(world: World, *, is_clear: bool = True, agreement: float = 0.9) -> Plain:
    """The world as an analysis sees it, in the groups the voices say they are in, the largest first."""
    headline = headline_of(world)
    sizes = Counter(voice.group for voice in headline.values() if voice.group >= 0)
    order = sorted(sizes, key=lambda group: (-sizes[group], group)) if is_clear else [0] * bool(sizes)
    is_clear = is_clear and len(order) > 1
    members = [
        [v for v in headline.values() if v.group == group or (not is_clear and v.group >= 0)]
        for group in order[: None if is_clear else 1]
    ] or [[]]
    counts = np.array([counted(part) for part in members], dtype=np.int64)
    people = np.array([len(part) for part in members])
    lists = read_statements(counts, people, np.ones(STATEMENTS, dtype=bool), StatementRule())
    totals = counted(list(headline.values()))
    middle = (totals[:, 0] - totals[:, 1]) / np.maximum(totals.sum(axis=1), 1)
    return {
        "method": "test",
        "basis": "invited" if len(headline) < len(world) or not (set(STRATA) - INVITED) else "everybody",
        "clear": is_clear,
        "stability": {
            "agreement": agreement if is_clear else None,
            "word": "stable",
            "draws": 50,
            "people": 9,
        },
        "eligible": int(people.sum()),
        "fewest_votes": 1,
        "groups": [
            {
                "size": len(part),
                "centre": [float(counted(part)[0, 0]) / 7, float(at)],
                "outline": None,
                "counts": counts[at].tolist(),
                "stands_for": [asdict(row) for row in lists.stands_for[at]],
            }
            for at, part in enumerate(members)
        ],
        "totals": totals.tolist(),
        "bridging": [asdict(row) for row in lists.bridging],
        "dividing": [asdict(row) for row in lists.dividing],
        "uncertain": list(lists.uncertain),
        "components": {
            "mean": middle.tolist(),
            "loadings": [[float(m), 0.1] for m in middle],
            "statement_positions": [[float(m), 0.5] for m in middle],
        },
        "strata": _strata(world, headline, order, len(members)),
        "excluded": [],
    }


def _strata(world: World, headline: World, order: list[int], groups: int) -> list[Plain]:
    sides = np.zeros((len(STRATA) + 1, 2, STATEMENTS, 3), dtype=np.int64)
    people = np.zeros((len(STRATA) + 1, 2), dtype=np.int64)
    sizes = np.zeros((len(STRATA), groups), dtype=np.int64)
    for key, voice in world.items():
        at, inside = STRATA.index(voice.stratum), int(key in headline)
        sides[at, inside] += counted([voice])
        people[at, inside] += 1
        if voice.group >= 0:
            sizes[at, order.index(voice.group) if groups > 1 and voice.group in order else 0] += 1
    found = views(sides, people, sizes, STRATA, StatementRule())
    return [
        {
            "stratum": view.stratum,
            "people": view.people,
            "eligible": view.eligible,
            "group_sizes": view.group_sizes.tolist(),
            "counts": view.counts.tolist(),
            "stands_out": [row._asdict() for row in view.stands_out],
        }
        for view in found
    ]


def took_part(world: World) -> Plain:
    """People by the way they came in."""
    return {"stratum": dict(Counter(voice.stratum for voice in world.values()))}


# What somebody reads who keeps every release


def leaves(part: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single thing a release tells, with where it stands; a list of rows or of shares is one thing."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from leaves(value, (*path, name))
    elif isinstance(part, list) and part and isinstance(part[0], dict) and path[-1] in {"groups", "strata"}:
        for at, value in enumerate(part):
            yield from leaves(value, (*path, value.get("stratum", at)))
    else:
        yield path, part


def changes(old: Plain, new: Plain) -> set[Path]:
    """What was told and is told otherwise now. What is told for the first time is not among it."""
    before, now = dict(leaves(old)), dict(leaves(new))
    # Means only repeat the shares; what is withheld because the basis is another one says nothing any more.
    silent = {("map", "mean"), *((name, str(n)) for name in ("seen", "shares") for n in new["withheld"])}
    changed = {path for path, value in before.items() if value not in (None, 0) and now.get(path) != value}
    return changed - silent - {("withheld",)}


def people_told(content: Plain) -> dict[Path, int]:
    """Every number of people a release names."""
    named = {"participants", "eligible", "people", "size", "of"}
    return {
        path: value
        for path, value in leaves(content)
        if value is not None and (path[-1] in named or path[0] in {"seen", "took_part"})
    }


def shares_told(content: Plain, world: World) -> Iterator[tuple[Path, list[int], list[int]]]:
    """Every list of shares a release tells of a world, with the people it stands for, one by one."""
    headline = list(headline_of(world).values())
    yield from _cells(("headline",), content["shares"], headline)
    if content["is_clear"]:
        sizes = Counter(voice.group for voice in headline if voice.group >= 0)
        large = sorted((group for group in sizes if sizes[group] >= 10), key=lambda g: (-sizes[g], g))
        yield ("groups",), [part["share"] for part in content["groups"]], [sizes[group] for group in large]
        for group, part in zip(large, content["groups"], strict=True):
            members = [voice for voice in headline if voice.group == group]
            yield from _cells(("groups", group), part["shares"], members)
    for part in content["strata"]:
        voices = [voice for voice in world.values() if voice.stratum == part["stratum"]]
        yield from _cells(("strata", part["stratum"]), part["shares"], voices)
    if content["came"]:
        ways = Counter(voice.stratum for voice in world.values())
        shares = content["came"]["shares"]
        yield ("came",), list(shares.values()), [ways[way] for way in shares]


def _cells(path: Path, shares: Plain, voices: Sequence[Voice]) -> Iterator[tuple[Path, list[int], list[int]]]:
    counts = counted(voices).tolist()
    for number, told in shares.items():
        if told:
            yield (*path, number), told, counts[NUMBERS.index(int(number))]


def differing(one: World, other: World) -> int:
    """How many people are in only one of the two, or answer otherwise in the other."""
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


def column(world: World, at: int) -> World:
    """The voices of the headline who answered a statement, with nothing but that answer."""
    headline = headline_of(world).items()
    answered = {key: voice.answers[at] for key, voice in headline if voice.answers[at] is not None}
    return World({key: Voice("", -1, (answer,)) for key, answer in answered.items()})


def behind(path: Path, world: World) -> World:
    """The voices that what stands at this path was worked out from."""
    if path[0] in {"seen", "shares"}:
        return column(world, NUMBERS.index(int(path[1])))
    if path[0] == "took_part":
        return World({key: voice for key, voice in world.items() if voice.stratum == path[2]})
    if path[0] == "strata" and path[2] != "groups":
        return World({key: voice for key, voice in world.items() if voice.stratum == path[1]})
    return world if path[0] in {"participants", "votes", "strata", "came"} else headline_of(world)


@dataclass(frozen=True)
class Bounds:
    """What a reader knows for certain about a count: at least and at most."""

    low: float
    high: float

    def __sub__(self, other: Bounds) -> Bounds:
        return Bounds(self.low - other.high, self.high - other.low)

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.high + other.high)

    @property
    def is_few(self) -> bool:
        """Whether it is certain that these are some people, and fewer than ten."""
        return (self.low >= 1 and self.high <= 9) or (self.low >= -9 and self.high <= -1)


def people(told: int | None) -> Bounds:
    """What a number of people in tens says; not told means fewer than ten."""
    return Bounds(told, told + 9) if told else Bounds(0, 9)


def total(parts: Sequence[Bounds]) -> Bounds:
    """All of them together."""
    return sum(parts[1:], parts[0]) if parts else Bounds(0, 0)


def worked_out(content: Plain) -> dict[str, Bounds]:
    """What one release says about people it does not name: what is left of each total."""
    ways = [people(count) for count in content["took_part"]["stratum"].values()]
    invited = [people(n) for way, n in content["took_part"]["stratum"].items() if way in INVITED]
    basis = invited if content["basis"] == "invited" else ways
    groups = [people(group["size"]) for group in content["groups"]]
    left = {
        "everybody less the ways in": people(content["participants"]) - total(ways),
        "the basis less those on the map": total(basis) - people(content["eligible"]),
        "those on the map less the groups": people(content["eligible"]) - total(groups),
    }
    for number, seen in content["seen"].items():
        told = [Bounds(10, g["size"] + 9) for g in content["groups"] if g["shares"].get(number)]
        left[f"who answered {number} less the groups"] = people(seen) - total(told)
        left[f"who answered {number} less those on the map"] = people(seen) - people(content["eligible"])
    return left


def between(old: Plain, new: Plain) -> dict[str, Bounds]:
    """What two releases say about those who came or went between them."""
    found = {
        "everybody": people(new["participants"]) - people(old["participants"]),
        "the map": people(new["eligible"]) - people(old["eligible"]),
    }
    for number in new["seen"]:
        if old["seen"].get(number):
            found[f"statement {number}"] = people(new["seen"][number]) - people(old["seen"][number])
    for way, count in new["took_part"]["stratum"].items():
        found[f"way {way}"] = people(count) - people(old["took_part"]["stratum"].get(way))
    for one, other in itertools.product(old["groups"], new["groups"]):
        found[f"a group of {one['size']}"] = people(other["size"]) - people(one["size"])
    return found
