"""What a tally says: a result's numbers by group, by stratum and by what came together. Free of Django."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from entente.dialogue.opinion_groups import Settings, StatementRule
from entente.dialogue.opinion_groups.statements import read_statements
from entente.dialogue.opinion_groups.strata import views
from entente.dialogue.tally import Bools, Tally, Whole

FEWEST_ALIKE = 10  # people with the very same answers
ALIKE_FROM = 7  # answers from which that is no accident
Plain = dict[str, Any]


def headline(tally: Tally, rule: StatementRule | None = None) -> Plain:
    """What changes in the headline of a result while its map stands still."""
    rule, visible = rule or Settings().statements, tally.chart.visible
    heads = tally.is_headline
    sizes = np.bincount(tally.group[heads & (tally.group >= 0)], minlength=len(tally.inside))
    lists = read_statements(tally.inside, sizes, visible, rule)
    totals = tally.cells[:-1].reshape(-1, 2, len(visible), 3)[:, 1].sum(axis=0) * visible[:, None]
    return {
        "eligible": int(sizes.sum()),
        "sizes": sizes.tolist(),
        "counts": tally.inside.tolist(),
        "stands_for": [[_plain(asdict(stand)) for stand in stands] for stands in lists.stands_for],
        "totals": totals.tolist(),
        "bridging": [_plain(asdict(bridge)) for bridge in lists.bridging],
        "dividing": [_plain(asdict(divide)) for divide in lists.dividing],
        "uncertain": list(lists.uncertain),
    }


def on_the_same_map(result: Plain, tally: Tally) -> Plain:
    """A result with the numbers of a tally; map, outlines and middles of its groups stay."""
    told = headline(tally)
    sizes, counts, stands = (told.pop(name) for name in ("sizes", "counts", "stands_for"))
    groups = [
        {**group, "size": size, "counts": cells, "stands_for": stand}
        for group, size, cells, stand in zip(result["groups"], sizes, counts, stands, strict=True)
    ]
    return {**result, **told, "groups": groups, **ways_in(tally)}


def ways_in(tally: Tally) -> Plain:
    """Who took part, what each stratum says, and what came together."""
    return {"took_part": _took_part(tally), "strata": _strata(tally), "batches": batches(tally)}


def votes_by_statement(tally: Tally) -> Whole:
    """How often each statement was answered by the people of the headline, int64[m].

    It says what is asked next: whoever only stands beside them does not steer what they are asked.
    """
    return np.asarray(tally.cells[1:-1:2].sum(axis=(0, 2)))


def _took_part(tally: Tally) -> dict[str, dict[str, int]]:
    """People by stratum, area and language."""
    people = np.bincount(tally.way, minlength=len(tally.ways)).tolist()
    found: dict[str, dict[str, int]] = {"stratum": {}, "area": {}, "language": {}}
    for way, number in zip(tally.ways, people, strict=True):
        if way.is_excluded or not number:
            continue
        for name, counts in found.items():
            key = getattr(way, name)
            counts[key] = counts.get(key, 0) + number
    return {name: dict(sorted(counts.items())) for name, counts in found.items()}


def _strata(tally: Tally) -> list[Plain]:
    groups, names = len(tally.inside), tally.strata
    counted, heads = tally.is_counted, tally.is_headline
    voted = counted & (tally.seen > 0)
    people = np.bincount(2 * tally.stratum[voted] + heads[voted], minlength=2 * len(names) + 2)
    placed = counted & (tally.group >= 0)
    sizes = np.bincount(tally.stratum[placed] * groups + tally.group[placed], minlength=len(names) * groups)
    visible = tally.chart.visible
    sides = (tally.cells[:-1] * visible[:, None]).reshape(len(names), 2, len(visible), 3)
    found = views(
        np.concatenate([sides, np.zeros((1, *sides.shape[1:]), dtype=np.int64)]),
        people.reshape(-1, 2),
        sizes.reshape(len(names), groups),
        names,
        Settings().statements,
    )
    return [
        {
            "stratum": view.stratum,
            "people": view.people,
            "eligible": view.eligible,
            "group_sizes": view.group_sizes.tolist(),
            "counts": view.counts.tolist(),
            "stands_out": [_plain(one._asdict()) for one in view.stands_out],
        }
        for view in sorted(found, key=lambda view: view.stratum)
    ]


def batches(tally: Tally) -> list[Plain]:
    """What came together: people who answered, votes, and how many answered exactly as nine others at least.

    Whoever came in and answered nothing hides nobody. People who are left out are among them: somebody
    decides about them here.
    """
    names = sorted({(way.stratum, way.batch) for way in tally.ways})
    batch = np.array([names.index((way.stratum, way.batch)) for way in tally.ways], dtype=np.int64)[tally.way]
    alike = _alike(tally)
    people = np.bincount(batch[tally.seen > 0], minlength=len(names)).tolist()
    votes = np.bincount(batch, weights=tally.seen, minlength=len(names)).astype(np.int64).tolist()
    same = np.bincount(batch[alike], minlength=len(names)).tolist()
    return [
        {"stratum": stratum, "batch": name, "people": people[at], "votes": votes[at], "alike": same[at]}
        for at, (stratum, name) in enumerate(names)
        if people[at]
    ]


def _alike(tally: Tally) -> Bools:
    """Who gave seven answers or more that are exactly those of nine others at least, bool[n]."""
    many = tally.seen >= ALIKE_FROM
    same, each = np.unique(tally.answers[many], return_inverse=True, return_counts=True)[1:]
    alike = np.zeros(len(tally.seen), dtype=bool)
    alike[many] = each[same] >= FEWEST_ALIKE
    return alike


def _plain(value: Any) -> Any:
    """Plain values with their fractions rounded, as everywhere in a result."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
