"""From an analysis to a release, and to the rough picture shown while a dialogue runs. Free of Django.

Decision 0020. A release is worked out from the analysis and from what was released before, which
decides what may change: a number that moves always stands for at least ten people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from entente.dialogue.opinion_groups import StatementRule
from entente.dialogue.opinion_groups.statements import read_statements
from entente.dialogue.publication.rounding import (
    LEAST,
    LIVE_STEP,
    Shares,
    coarser,
    has_changed,
    headline_shares,
    in_step,
    is_far,
    part_shares,
    tens,
)
from entente.dialogue.publication.shown_map import area, directions, kept_directions, means, one_area
from entente.dialogue.publication.turnout import came, turnout

FAIRLY_STABLE = 0.6  # agreement from which groups get letters
SAME = 1e-9

Plain = dict[str, Any]
Told = dict[str, Shares | None]

# Found together, and looked for anew only when at least ten more or fewer people are on the map.
FOUND = (
    "method", "basis", "is_clear", "labels_shown", "stability", "eligible", "fewest_votes",
    "groups", "bridging", "dividing", "uncertain",
)  # fmt: skip


def outcome(
    result: Plain, numbers: list[int], took_part: Plain, previous: Plain | None = None, *, votes: int = 0
) -> Plain:
    """A published result: shares of ten people or more, areas instead of dots, who took part.

    `result` is that of an analysis; `numbers` the statements' numbers in its order; `took_part` counts people
    by stratum, area and language; `votes` is how many answers they gave; `previous` the release before.
    """
    before = as_told(previous) if previous else None
    is_new = before is None or is_far(result["eligible"], before["eligible"])
    told = _headline(result, numbers, before, is_new=is_new)
    found = _found(result, numbers) if is_new or before is None else {name: before[name] for name in FOUND}
    if is_new or before is None:
        way = directions(result["components"], numbers, told["shares"] if found["eligible"] else {})
    else:
        way = kept_directions(before["map"], before["numbers"], numbers)
    return {
        **found,
        **told,
        "numbers": numbers,
        "map": {"mean": means(numbers, told["shares"]), **way},
        "strata": _strata(result, numbers, before, is_new=is_new),
        "excluded": result.get("excluded", []),
        **turnout(took_part, votes, before),
    }


def as_told(content: Plain) -> Plain:
    """A release in today's form; those made before decision 0020 held exact counts, which are rounded."""
    if "totals" not in content:
        is_of_today = "came" in content or "took_part" not in content  # a picture while it runs has neither
        return content if is_of_today else _with_coarser_shares(_with_parts(content))
    numbers = content["numbers"]
    shares: Told = {n: headline_shares(cell or [0, 0, 0]) for n, cell in content["totals"].items()}
    seen = {n: tens(sum(cell or [])) if shares[n] else None for n, cell in content["totals"].items()}
    groups = [
        _group(
            group, [group["counts"].get(str(n)) or [0, 0, 0] for n in numbers], numbers, group["stands_for"]
        )
        for group in content["groups"]
    ]
    is_clear = content["is_clear"]
    rounded: Plain = {
        "method": content["method"],
        "basis": content.get("basis", ""),
        "is_clear": is_clear,
        "labels_shown": is_clear,
        "stability": content.get("stability"),
        "eligible": tens(content["eligible"]),
        "fewest_votes": content["fewest_votes"],
        "groups": groups,
        "bridging": _shared(content["bridging"], groups if is_clear else []),
        "dividing": _divided(content["dividing"], groups) if is_clear else [],
        "uncertain": content["uncertain"],
        "seen": seen,
        "shares": shares,
        "withheld": [],
        "numbers": numbers,
        "map": {
            "mean": means(numbers, shares),
            "loadings": content["map"]["loadings"],
            "positions": {n: place for n, place in content["map"]["positions"].items() if shares.get(n)},
        },
        "strata": [],
        "excluded": content.get("excluded", []),
        "took_part": {
            way: {name: tens(number or 0) for name, number in counts.items()}
            for way, counts in content["took_part"].items()
        },
        "participants": tens(content.get("participants", 0)) or 0,
        "votes": content.get("votes", 0) // LEAST * LEAST,
    }
    return _with_parts(rounded)


def _with_parts(content: Plain) -> Plain:
    """With what part each group and each way in is; from the tens, where nothing finer was kept."""
    parts = _parts(content["groups"])
    groups = [{**group, "share": part} for group, part in zip(content["groups"], parts, strict=True)]
    ways = content["took_part"].get("stratum", {})
    return {**content, "groups": groups, "came": came({n: p or 0 for n, p in ways.items()}, ways, None)}


def _with_coarser_shares(content: Plain) -> Plain:
    """With the headline's shares in steps of five people, which the first versions told finer."""
    shares: Told = {
        n: coarser(cell, content["seen"][n]) if cell and content["seen"][n] else None
        for n, cell in content["shares"].items()
    }
    middle = means(content["numbers"], shares)
    return {**content, "shares": shares, "map": {**content["map"], "mean": middle}}


def without(content: Plain, accepted: set[int]) -> Plain:
    """A result, published or rough, without the statements that were turned down since."""
    content = as_told(content)
    numbers = content["numbers"]
    places = [place for place, number in enumerate(numbers) if number in accepted]
    if len(places) == len(numbers):
        return content
    kept = {**content, "numbers": [numbers[place] for place in places]}
    kept["map"] = {
        "mean": [content["map"]["mean"][place] for place in places],
        "loadings": [content["map"]["loadings"][place] for place in places],
        "positions": _of(content["map"]["positions"], accepted),
    }
    for name in {"seen", "shares", "answered"} & content.keys():
        kept[name] = _of(content[name], accepted)
    for name in {"bridging", "dividing"} & content.keys():
        kept[name] = _rows_of(content[name], accepted)
    for name in {"uncertain", "withheld"} & content.keys():
        kept[name] = [number for number in content[name] if number in accepted]
    for name, rows in (("groups", "stands_for"), ("strata", "stands_out")):
        kept[name] = [_part_without(part, rows, accepted) for part in content.get(name, [])]
    return kept


def rough_outcome(
    result: Plain, numbers: list[int], participants: int, previous: Plain | None = None
) -> Plain:
    """What voters see while a dialogue runs: tens of people, tens of percent, and the map to stand on.

    `participants` is kept to tell when the next picture is due, and how many `answered` each statement:
    its shares are told anew when ten more or fewer did. Never show these two, they are exact.
    """
    answered = {str(n): sum(cell) for n, cell in zip(numbers, result["totals"], strict=True)}
    shares = {str(n): part_shares(cell, LIVE_STEP) for n, cell in zip(numbers, result["totals"], strict=True)}
    before, basis = previous or {}, result.get("basis", "everybody")
    is_other = before.get("basis", basis) != basis
    for n, people in before.get("answered", {}).items():
        old = before["shares"].get(n)
        if n in shares and old and abs(answered[n] - people) < LEAST:
            # Of other people now: neither the old nor the new may stand beside the other.
            shares[n], answered[n] = (None if is_other else old), people
    is_on_map = result["eligible"] >= LEAST
    way = directions(result["components"], numbers, shares if is_on_map else {})
    return {
        "participants": participants // LEAST * LEAST,
        "counted": participants,
        "basis": basis,
        "answered": {n: people for n, people in answered.items() if shares[n]},
        "shares": shares,
        **_labels(result),
        "numbers": numbers,
        "groups": [
            {**area(group), "size": tens(group["size"])} for group in _areas(result)
        ],
        "map": {"mean": means(numbers, shares), **way},
    }  # fmt: skip


def is_due(participants: int, previous: Plain | None, basis: str = "") -> bool:
    """Whether at least ten more people took part, so that no single one shows in the difference.

    Or ten fewer, when the headline came to rest on other people.
    """
    if previous is None or participants < LEAST:
        return participants >= LEAST
    # Pictures made before they remembered how many were counted knew it to the ten.
    counted: int = previous.get("counted", previous["participants"] + LEAST - 1)
    if basis and previous.get("basis", basis) != basis:
        return abs(participants - counted) >= LEAST
    return participants - counted >= LEAST


def _headline(result: Plain, numbers: list[int], before: Plain | None, *, is_new: bool) -> Plain:
    """How many answered each statement and how, of the people who make the headline."""
    cells = {str(n): cell for n, cell in zip(numbers, result["totals"], strict=True)}
    fresh: dict[str, tuple[int | None, Shares | None]] = {
        n: (tens(sum(cell)), shares) if (shares := headline_shares(cell)) else (None, None)
        for n, cell in cells.items()
    }
    withheld: list[int] = []
    if before is not None:
        is_other = result.get("basis", "everybody") != (before["basis"] or result.get("basis", "everybody"))
        withheld = [] if is_other and is_new else [n for n in before["withheld"] if str(n) in cells]
        for n, cell in cells.items():
            people, shares = before["seen"].get(n), before["shares"].get(n)
            if is_other and not is_new:
                fresh[n] = (people, shares)  # the old headline stands until the new one is far from it
            elif shares is not None and not has_changed(cell, people, shares):
                fresh[n] = (None, None) if is_other else (people, shares)
                withheld += [int(n)] if is_other else []
        fresh |= {str(n): (None, None) for n in withheld}
    return {
        "seen": {n: people for n, (people, _) in fresh.items()},
        "shares": {n: shares for n, (_, shares) in fresh.items()},
        "withheld": withheld,
    }


def _found(result: Plain, numbers: list[int]) -> Plain:
    """The groups and what bridges and divides them; where groups are not stable, what most people share."""
    labels = _labels(result)
    areas = _areas(result)
    groups = [
        _group(part, part.get("counts", []), numbers, _numbered(part["stands_for"], numbers))
        for part in areas
    ]
    groups = [{**group, "share": share} for group, share in zip(groups, _parts(areas), strict=True)]
    if labels["is_clear"]:
        bridging = _shared(_numbered(result["bridging"], numbers), groups)
        dividing = _divided(_numbered(result["dividing"], numbers), groups)
        uncertain = result["uncertain"]
    else:
        rows, uncertain = (
            _most_share(result) if result["clear"] else (result["bridging"], result["uncertain"])
        )
        bridging, dividing = _shared(_numbered(rows, numbers), []), []
    return {
        "method": result["method"],
        "basis": result.get("basis", "everybody"),
        **labels,
        "eligible": tens(result["eligible"]),
        "fewest_votes": result["fewest_votes"],
        "groups": groups,
        "bridging": bridging,
        "dividing": dividing,
        "uncertain": [numbers[place] for place in uncertain],
    }


def _labels(result: Plain) -> Plain:
    """Whether there are groups to speak of, and whether they are stable enough for letters."""
    stability = result.get("stability")
    stability = stability if isinstance(stability, dict) else None
    agreement = stability["agreement"] if stability else None
    is_clear = result["clear"] and sum(group["size"] >= LEAST for group in result["groups"]) > 1
    labels_shown = is_clear and (agreement is None or agreement >= FAIRLY_STABLE)
    told = stability and {
        "agreement": None if agreement is None else round(agreement, 2),
        "word": stability["word"] if is_clear else "none",
        "draws": stability["draws"],
    }
    return {"is_clear": labels_shown, "labels_shown": labels_shown, "stability": told}


def _areas(result: Plain) -> list[Plain]:
    """The groups of ten people or more; one area for all of them where they get no letters."""
    large = [group for group in result["groups"] if group["size"] >= LEAST]
    if not large or _labels(result)["is_clear"]:
        return large
    together = one_area(large) if len(large) > 1 else large[0]
    people = sum(group["size"] for group in large)
    return [{**together, "size": people, "stands_for": [], "counts": []}]


def _parts(areas: list[Plain]) -> Shares:
    """What part of those on the map each area is, in percent."""
    return headline_shares([area["size"] for area in areas]) or [0] * len(areas)


def _most_share(result: Plain) -> tuple[list[Plain], list[int]]:
    """What a clear majority of everybody on the map answers the same way, and what too few have answered."""
    counts = np.array([group["counts"] for group in result["groups"]], dtype=np.int64).sum(
        axis=0, keepdims=True
    )
    visible = np.array([mean is not None for mean in result["components"]["mean"]])
    found = read_statements(counts, np.array([result["eligible"]]), visible, StatementRule())
    rows = [{"statement": row.statement, "direction": row.direction} for row in found.bridging]
    return rows, list(found.uncertain)


def _group(group: Plain, counts: Sequence[list[int]], numbers: list[int], stands: list[Plain]) -> Plain:
    shares = {str(n): part_shares(cell) for n, cell in zip(numbers, counts, strict=False)}
    people = {str(n): sum(cell) for n, cell in zip(numbers, counts, strict=False)}
    rows = [
        {name: row[name] for name in ("statement", "direction")}
        | {
            "share": _side(shares[str(row["statement"])], row["direction"]),
            "effect": in_step(row["effect"], people[str(row["statement"])]),
        }
        for row in stands
        if shares.get(str(row["statement"]))
    ]
    return {"size": tens(group["size"]), **area(group), "shares": shares, "stands_for": rows}


def _side(shares: Shares | None, direction: int) -> float:
    return (shares or [0, 0, 0])[0 if direction > 0 else 1] / 100


def _of_each(row: Plain, groups: list[Plain], direction: int) -> list[float] | None:
    """What share of each group answers that way; None where one of them can't be told."""
    cells = [group["shares"].get(str(row["statement"])) for group in groups]
    return None if None in cells else [_side(cell, direction) for cell in cells]


def _shared(rows: list[Plain], groups: list[Plain]) -> list[Plain]:
    told = [
        {"statement": row["statement"], "direction": row["direction"]}
        | {"shares": _of_each(row, groups, row["direction"])}
        for row in rows
    ]
    return [row for row in told if row["shares"] is not None]


def _divided(rows: list[Plain], groups: list[Plain]) -> list[Plain]:
    told = [{"statement": row["statement"], "shares": _of_each(row, groups, 1)} for row in rows]
    return [row for row in told if row["shares"] and max(row["shares"]) - min(row["shares"]) > SAME]


def _numbered(rows: list[Plain], numbers: list[int]) -> list[Plain]:
    """Places in the arrays replaced by the statements' numbers."""
    return [{**row, "statement": numbers[row["statement"]]} for row in rows]


def _strata(result: Plain, numbers: list[int], before: Plain | None, *, is_new: bool) -> list[Plain]:
    """Each way in: how many came, where they stand, and how they answer."""
    known = {row["stratum"]: row for row in before["strata"]} if before else {}
    told = []
    for view in result.get("strata", []):
        old = known.pop(view["stratum"], None)
        if old is None and before is not None and view["people"] < LEAST:
            continue  # that somebody came in a way nobody had come before
        if old is None or is_far(view["people"], old["people"]):
            told.append(_stratum(view, result, numbers))
        else:
            told.append({**old, "groups": None} if is_new else old)
    gone: Plain = {"people": None, "groups": None, "shares": {}, "stands_out": []}
    return [*told, *(old | gone if is_far(0, old["people"]) else old for old in known.values())]


def _stratum(view: Plain, result: Plain, numbers: list[int]) -> Plain:
    cells = {str(n): part_shares(cell) for n, cell in zip(numbers, view["counts"], strict=True)}
    stands_out = [
        {"statement": row["statement"], "direction": row["direction"]}
        for row in _numbered(view["stands_out"], numbers)
        if cells[str(row["statement"])]
    ]
    large = [
        size
        for size, group in zip(view["group_sizes"], result["groups"], strict=True)
        if group["size"] >= LEAST
    ]
    stands = part_shares(large) if _labels(result)["is_clear"] else None
    return {
        "stratum": view["stratum"],
        "people": tens(view["people"]),
        "groups": stands,
        "shares": cells,
        "stands_out": stands_out,
    }


def _part_without(part: Plain, rows: str, accepted: set[int]) -> Plain:
    if "shares" not in part:
        return part
    return {**part, "shares": _of(part["shares"], accepted), rows: _rows_of(part[rows], accepted)}


def _rows_of(rows: list[Plain], accepted: set[int]) -> list[Plain]:
    return [row for row in rows if row["statement"] in accepted]


def _of(by_number: Plain, accepted: set[int]) -> Plain:
    return {number: value for number, value in by_number.items() if int(number) in accepted}
