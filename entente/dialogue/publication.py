"""What of a result may be told to everybody: small numbers hidden, nobody recognisable. Free of Django."""

from __future__ import annotations

from typing import Any

LEAST = 10  # nothing is said about fewer people
ROUGHLY = 10  # percent, while a dialogue still runs

Plain = dict[str, Any]
Cell = list[int] | None


def hidden_if_few(cell: list[int]) -> Cell:
    """Counts of agree, disagree and pass, or None when fewer than ten people answered."""
    return cell if sum(cell) >= LEAST else None


def steady(new: Cell, old: Cell) -> Cell:
    """The new counts, unless the difference to what was published would tell about fewer than ten people."""
    if new is None or old is None or new == old:
        return new
    return old if sum(abs(a - b) for a, b in zip(new, old, strict=True)) < LEAST else new


def outcome(result: Plain, numbers: list[int], took_part: Plain, previous: Plain | None = None) -> Plain:
    """A published result: counts by group of ten or more, areas instead of dots, who took part.

    `result` is `opinion_groups.Result.as_json()`; `numbers` the statements' numbers in its order;
    `took_part` counts people by stratum, area and language; `previous` is the release before.
    """
    groups = [_group(group, numbers) for group in result["groups"] if group["size"] >= LEAST]
    if previous and len(previous["groups"]) == len(groups):
        for group, before in zip(groups, previous["groups"], strict=True):
            group["counts"] = {n: steady(c, before["counts"].get(n)) for n, c in group["counts"].items()}
    totals = _totals(result, numbers, groups)
    if previous:
        totals = {n: steady(cell, previous["totals"].get(n)) for n, cell in totals.items()}
    told = {n for n, cell in totals.items() if cell is not None}
    return {
        "method": result["method"],
        "is_clear": result["clear"] and len(groups) > 1,
        "eligible": result["eligible"],
        "fewest_votes": result["fewest_votes"],
        "numbers": numbers,
        "groups": groups,
        "totals": totals,
        "bridging": _numbered(result["bridging"], numbers, told),
        "dividing": _numbered(result["dividing"], numbers, told) if len(groups) > 1 else [],
        "uncertain": [numbers[place] for place in result["uncertain"]],
        "map": _map(result["components"], numbers),
        "took_part": {name: _whole(counts) for name, counts in took_part.items()},
    }


def _totals(result: Plain, numbers: list[int], groups: list[Plain]) -> dict[str, Cell]:
    """Counts over everybody; of the groups told only, when few others would show in the difference."""
    totals: dict[str, Cell] = {}
    for number, cell in zip(map(str, numbers), result["totals"], strict=True):
        told = [group["counts"][number] for group in groups if group["counts"][number] is not None]
        together = [sum(parts) for parts in zip(*told, strict=True)] or [0, 0, 0]
        others = abs(sum(cell) - sum(together))
        totals[number] = hidden_if_few(together if 0 < others < LEAST else cell)
    return totals


def without(content: Plain, accepted: set[int]) -> Plain:
    """A result, published or rough, without the statements that were turned down since."""
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
    for name in {"totals", "shares"} & content.keys():
        kept[name] = _of(content[name], accepted)
    for name in {"bridging", "dividing"} & content.keys():
        kept[name] = [row for row in content[name] if row["statement"] in accepted]
    if "uncertain" in content:
        kept["uncertain"] = [number for number in content["uncertain"] if number in accepted]
    kept["groups"] = [_group_without(group, accepted) for group in content["groups"]]
    return kept


def _group_without(group: Plain, accepted: set[int]) -> Plain:
    if "counts" not in group:
        return group
    stands = [row for row in group["stands_for"] if row["statement"] in accepted]
    return {**group, "counts": _of(group["counts"], accepted), "stands_for": stands}


def _of(by_number: Plain, accepted: set[int]) -> Plain:
    return {number: value for number, value in by_number.items() if int(number) in accepted}


def rough_outcome(result: Plain, numbers: list[int], participants: int) -> Plain:
    """What voters see while a dialogue runs: tens of people, tens of percent, and the map to stand on."""
    return {
        "participants": participants // LEAST * LEAST,
        "shares": {str(n): _rough(cell) for n, cell in zip(numbers, result["totals"], strict=True)},
        "is_clear": result["clear"],
        "numbers": numbers,
        "groups": [
            {"centre": group["centre"], "outline": group["outline"], "size": group["size"] // LEAST * LEAST}
            for group in result["groups"]
            if group["size"] >= LEAST
        ],
        "map": _map(result["components"], numbers),
    }


def is_due(participants: int, previous: Plain | None) -> bool:
    """Whether at least ten more people took part, so that no single one shows in the difference."""
    if participants < LEAST:
        return False
    return previous is None or participants // LEAST * LEAST > previous["participants"]


def _group(group: Plain, numbers: list[int]) -> Plain:
    cells = {str(n): hidden_if_few(cell) for n, cell in zip(numbers, group["counts"], strict=True)}
    stands = _numbered(group["stands_for"], numbers, {n for n, cell in cells.items() if cell is not None})
    return {
        **{name: group[name] for name in ("size", "centre", "outline")},
        "counts": cells,
        "stands_for": stands,
    }


def _numbered(rows: list[Plain], numbers: list[int], told: set[str]) -> list[Plain]:
    """Places in the arrays replaced by the statements' numbers, those with hidden counts left out."""
    named = [{**row, "statement": numbers[row["statement"]]} for row in rows]
    return [row for row in named if str(row["statement"]) in told]


def _map(part: Plain, numbers: list[int]) -> Plain:
    return {
        "mean": part["mean"],
        "loadings": part["loadings"],
        "positions": {str(n): place for n, place in zip(numbers, part["statement_positions"], strict=True)},
    }


def _rough(cell: list[int]) -> list[int] | None:
    seen = sum(cell)
    return [round(100 * part / seen / ROUGHLY) * ROUGHLY for part in cell] if seen >= LEAST else None


def _whole(counts: dict[str, int]) -> dict[str, int | None]:
    """Counts of people by some property. Ten at least are hidden together: the total does not tell."""
    few = {name for name, number in counts.items() if number < LEAST}
    rest = sorted((number, name) for name, number in counts.items() if name not in few)
    while few and rest and sum(counts[name] for name in few) < LEAST:
        few.add(rest.pop(0)[1])
    return {name: None if name in few else number for name, number in sorted(counts.items())}
