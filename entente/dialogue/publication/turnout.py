"""How many took part and how they came, told in tens and steps. Free of Django."""

from __future__ import annotations

from typing import Any

from entente.dialogue.publication.rounding import LEAST, has_changed, headline_shares, held, is_far, tens

Plain = dict[str, Any]


def turnout(took_part: Plain, votes: int, before: Plain | None) -> Plain:
    """How many took part and gave how many answers; nothing that moves by fewer than ten people."""
    everybody = sum(took_part.get("stratum", {}).values())
    told = held(everybody, before["participants"] or None) if before else tens(everybody)
    is_same = before is not None and told == (before["participants"] or None)
    ways = {
        way: _by_way(counts, before["took_part"].get(way) if before else None)
        for way, counts in took_part.items()
    }
    return {
        "participants": told or 0,
        "votes": before["votes"] if before and is_same else votes // LEAST * LEAST if told else 0,
        "took_part": ways,
        "came": came(took_part.get("stratum", {}), ways.get("stratum", {}), before and before["came"]),
    }


def came(counts: dict[str, int], told: dict[str, int | None], before: Plain | None) -> Plain | None:
    """What part of the people came in each way that is told; kept until ten people certainly lie between."""
    kept = {way: people for way, people in counts.items() if told.get(way)}
    if before:
        known = before["shares"]
        is_new = any(is_far(people, None) for way, people in kept.items() if way not in known)
        now = [counts.get(way, 0) for way in known]
        if not is_new and not has_changed(now, before["of"], list(known.values())):
            return before
    shares = headline_shares(list(kept.values()))
    if shares is None:
        return None
    return {"of": tens(sum(kept.values())), "shares": dict(zip(kept, shares, strict=True))}


def _by_way(counts: dict[str, int], before: dict[str, int | None] | None) -> dict[str, int | None]:
    """People by some property; a kind of people first met in a later release needs ten of them."""
    if before is None:
        return {name: tens(people) for name, people in sorted(counts.items())}
    told = {name: held(counts.get(name, 0), old) for name, old in before.items()}
    return told | {n: tens(people) for n, people in counts.items() if n not in told and people >= LEAST}
