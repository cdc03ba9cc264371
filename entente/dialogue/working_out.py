"""From all votes of one moment to a result, with how stable it is. Nothing is kept here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.dialogue import queries
from entente.dialogue.models import INVITED, Analysis, Dialogue, Exclusion
from entente.dialogue.opinion_groups import Result, engine_for, find_groups, stability
from entente.dialogue.publication import LEAST
from entente.dialogue.queries import Loaded
from entente.dialogue.standing import Batch, Standing, basis_of, excluded_batches, standing_of, ways
from entente.dialogue.tally import Bools
from entente.dialogue.tally_words import ways_in

REDRAWN_AFTER = 0.05  # of the votes: then it is asked again whether the groups are stable
NOT_DRAWN: dict[str, Any] = {"agreement": None, "word": "none", "draws": 0, "people": 0, "votes": 0}


@dataclass(frozen=True, eq=False)
class Moment:
    """Everything an analysis reads, at one moment."""

    dialogue: Dialogue
    loaded: Loaded
    counted: int
    exclusions: list[Exclusion]
    before: Analysis | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to work out."""
        return not len(self.loaded.ids) or not self.loaded.numbers


@dataclass(frozen=True, eq=False)
class Worked:
    """A result with the arrays it came from."""

    moment: Moment
    found: Result
    result: dict[str, Any]
    standing: Standing


def read_moment(dialogue_id: uuid.UUID, *, by: Actor) -> Moment:
    """The votes and everything that says how they count."""
    with queries.at_one_moment(), acting(by):
        dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
        counted = queries.turnout(dialogue, by)["votes"]
        exclusions = list(queries.exclusions(dialogue, by))
        before = queries.newest_analysis(dialogue, by)
        return Moment(dialogue, queries.load_votes(dialogue, by), counted, exclusions, before)


def work_out(moment: Moment, exclusions: list[Exclusion]) -> Worked:
    """The groups of opinion when these exclusions that are in force are left out."""
    loaded, excluded = moment.loaded, excluded_batches(exclusions)
    basis = basis_of(loaded, excluded)
    engine = engine_for(
        len(loaded.votes.rows), threads=settings.ENTENTE_WORKER_THREADS, scheduler=settings.ENTENTE_SCHEDULER
    )
    found = find_groups(loaded.votes, headline=_headline(loaded, basis, excluded), engine=engine)
    before = moment.before.result if moment.before else {}
    result = {
        **found.as_json(),
        "numbers": loaded.numbers,
        "basis": basis,
        "counted": moment.counted,
        "changed": 0,
        "map_made_at": clock.now().isoformat(),
        "stability": before.get("stability", NOT_DRAWN),
    }
    standing = standing_of(loaded, result, basis, excluded)
    result |= ways_in(standing.tally)
    result["excluded"] = _left_out(result["batches"], exclusions)
    return Worked(moment, found, result, standing)


def _headline(loaded: Loaded, basis: str, excluded: frozenset[Batch]) -> Bools | None:
    """Whose answers make it, bool[n]; None for everybody's."""
    counts = [way.is_headline and not way.is_excluded for way in ways(loaded, basis, excluded)]
    return None if all(counts) else np.array(counts, dtype=bool)[loaded.kind]


def _left_out(batches: list[dict[str, Any]], exclusions: list[Exclusion]) -> list[dict[str, Any]]:
    """What everybody may know of the voices that are left out: how they came, about how many, and why."""
    people = {(row["stratum"], row["batch"]): row["people"] for row in batches}
    return [
        {
            "stratum": row.stratum,
            "people": people.get((row.stratum, row.batch), 0) // LEAST * LEAST,
            "reason": row.reason,
        }
        for row in exclusions
        if row.state == Exclusion.State.IN_FORCE
    ]


def draw(worked: Worked, *, always: bool = False) -> bool:
    """Ask whether parts of the people show the same groups, unless the last answer still holds."""
    result, tally = worked.result, worked.standing.tally
    headline = tally.is_headline
    votes = int(tally.seen[headline].sum())
    before = worked.moment.before.result if worked.moment.before else None
    if not always and before and _still_holds(before, result, votes):
        return False
    drawn = stability(worked.moment.loaded.votes, worked.found, headline=None if headline.all() else headline)
    result["stability"] = {
        "agreement": None if drawn.agreement is None else round(drawn.agreement, 4),
        "word": drawn.word,
        "draws": drawn.draws,
        "people": drawn.people,
        "votes": votes,
    }
    return True


def _still_holds(before: dict[str, Any], result: dict[str, Any], votes: int) -> bool:
    drawn = before.get("stability", NOT_DRAWN)
    same = all(before.get(name) == result[name] for name in ("k", "basis", "numbers", "excluded"))
    return same and drawn["votes"] > 0 and abs(votes - drawn["votes"]) < REDRAWN_AFTER * drawn["votes"]


def headline_people(result: dict[str, Any]) -> int:
    """How many people came in by the ways that make the headline."""
    by_stratum = result["took_part"]["stratum"].items()
    return sum(number for name, number in by_stratum if result["basis"] == "everybody" or name in INVITED)
