"""Works out the groups of opinion and publishes what was heard."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries, rules
from entente.dialogue.models import INVITED, Analysis, Dialogue, Exclusion, Outcome, Statement, VoteCount
from entente.dialogue.opinion_groups import Result, find_groups, stability
from entente.dialogue.publication import LEAST, is_due, rough_outcome
from entente.dialogue.queries import Loaded
from entente.dialogue.services.drafting import locked
from entente.dialogue.services.standing import (
    Batch,
    Standing,
    basis_of,
    excluded_batches,
    hold,
    making_a_map,
    remember,
    standing_of,
    take_in_changes,
    ways,
)
from entente.dialogue.tally import Bools
from entente.dialogue.tally_words import on_the_same_map, votes_by_statement, ways_in
from entente.people.models import Member

SCHEDULED = _("The result is worked out when votes have come in.")
BIG = 50_000  # votes from which new ones are counted without making the map anew
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


def analyse_dialogue(dialogue_id: uuid.UUID, *, by: Actor) -> Analysis | None:
    """Find the groups of opinion; None when nobody voted yet. The arithmetic holds no transaction."""
    with making_a_map(dialogue_id):
        moment = read_moment(dialogue_id, by=by)
        if moment.is_empty:
            return None
        worked = work_out(moment, moment.exclusions)
        if len(moment.loaded.votes.values) < BIG:
            draw(worked)
        analysis = keep_worked(worked, by=by)
    if len(moment.loaded.votes.values) >= BIG and draw(worked):
        analysis = _keep_stability(moment.dialogue, worked, by=by) or analysis
    return analysis


def work_out(moment: Moment, exclusions: list[Exclusion]) -> Worked:
    """The groups of opinion when these exclusions that are in force are left out."""
    loaded, excluded = moment.loaded, excluded_batches(exclusions)
    basis = basis_of(loaded, excluded)
    found = find_groups(loaded.votes, headline=_headline(loaded, basis, excluded))
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


def keep_worked(worked: Worked, *, by: Actor) -> Analysis:
    """Keep a result, with the answers that came in while it was worked out."""
    standing = worked.standing
    with transaction.atomic(), acting(by):
        dialogue = hold(worked.moment.dialogue.pk, by)
        counted = queries.turnout(dialogue, by)["votes"]
        if take_in_changes(dialogue, standing, by=by):
            result = on_the_same_map(worked.result, standing.tally)
            worked.result.update(result | {"counted": counted})
        before = queries.newest_analysis(dialogue, by)
        pictures = before.result.get("sessions") if before else None
        worked.result["sessions"] = queries.session_pictures(dialogue, by, worked.result, pictures)
        analysis = keep_analysis(dialogue, worked.result, standing, "dialogue.dialogue_analysed", by=by)
    if analysis.votes >= BIG:
        remember(dialogue.pk, standing)
    return analysis


@transaction.atomic
def _keep_stability(dialogue: Dialogue, worked: Worked, *, by: Actor) -> Analysis | None:
    """Add what the draws gave to the result, if its map is still the same."""
    with acting(by):
        dialogue = hold(dialogue.pk, by)
        analysis = queries.newest_analysis(dialogue, by)
        if analysis is None or analysis.result["map_made_at"] != worked.result["map_made_at"]:
            return None
        analysis.result["stability"] = worked.result["stability"]
        details = {"agreement": worked.result["stability"]["word"]}
        log("dialogue.stability_drawn", by=by, about=analysis, decision=allow(SCHEDULED), details=details)
        analysis.save(update_fields=["result"])
        return analysis


@transaction.atomic
def keep_analysis(
    dialogue: Dialogue, result: dict[str, Any], standing: Standing, event: str, *, by: Actor
) -> Analysis:
    """Keep the result that counts in place of the one before. The caller holds the dialogue.

    Whoever holds it took in every answer listed by then, so what is kept later is never older.
    """
    tally = standing.tally
    older = Analysis.objects.visible_to(by).filter(dialogue_id=dialogue.pk)
    older.filter(turned=None).delete()
    older.filter(turned__state=Exclusion.State.LIFTED).delete()
    counts = tally.is_counted
    analysis = Analysis(
        dialogue=dialogue, participants=int(counts.sum()), votes=int(tally.seen[counts].sum()), result=result
    )
    details = {"participants": analysis.participants, "votes": analysis.votes, "groups": result["k"]}
    log(event, by=by, about=analysis, decision=allow(SCHEDULED), details=details)
    analysis.save(force_insert=True)
    standing.analysis = analysis.pk
    _keep_vote_numbers(dialogue, standing, by=by)
    live = queries.live_outcome(dialogue, by)
    people = headline_people(result)
    if is_due(people, live.content if live else None):
        picture = rough_outcome(result, result["numbers"], people, live.content if live else None)
        _keep_outcome(dialogue, queries.LIVE, picture, by=by)
    return analysis


def headline_people(result: dict[str, Any]) -> int:
    """How many people came in by the ways that make the headline."""
    by_stratum = result["took_part"]["stratum"].items()
    return sum(number for name, number in by_stratum if result["basis"] == "everybody" or name in INVITED)


def _keep_vote_numbers(dialogue: Dialogue, standing: Standing, *, by: Actor) -> None:
    """Let statements know how many answers they have: those with few come up more often."""
    votes: dict[int | None, int] = dict(
        zip(standing.numbers, votes_by_statement(standing.tally).tolist(), strict=True)
    )
    changed = [
        row for row in queries.statements(dialogue, by) if votes.get(row.number, row.votes) != row.votes
    ]
    for row in changed:
        row.votes = votes[row.number]
    Statement.objects.visible_to(by).bulk_update(changed, ["votes"], batch_size=500)


def _keep_outcome(dialogue: Dialogue, number: int, content: dict[str, Any], *, by: Actor) -> Outcome:
    Outcome.objects.visible_to(by).filter(dialogue_id=dialogue.pk, number=number).delete()
    kept = Outcome(dialogue=dialogue, number=number, content=content)
    kept.save(force_insert=True)
    return kept


@transaction.atomic
def publish_outcome(dialogue: Dialogue, *, by: Member) -> Outcome:
    """Publish what was heard: protected counts, the map as areas, and the city's own words."""
    dialogue = locked(dialogue, by)
    before, content = queries.published_outcome(dialogue, by), queries.outcome_to_publish(dialogue, by)
    is_analysed = content is not None
    decision = rules.may_publish_outcome(by, dialogue, is_analysed=is_analysed, at=clock.now()).require()
    assert content is not None
    if dialogue.public_since is None:
        dialogue.public_since = clock.now()
        dialogue.save(update_fields=["public_since"])
    kept = _keep_outcome(dialogue, before.number + 1 if before else 1, content, by=by)
    log("dialogue.outcome_published", by=by, about=kept, decision=decision, details={"number": kept.number})
    return kept


def log_vote_counts(*, by: Actor) -> int:
    """Log the votes of each finished hour, once. Returns how many dialogue-hours were logged."""
    with acting(by):
        rows = VoteCount.objects.visible_to(by).filter(hour__lt=clock.this_hour(), is_logged=False)
        hours = rows.values_list("dialogue_id", "hour").annotate(votes=Sum("votes")).order_by("hour")
        for dialogue_id, hour, votes in list(hours):
            dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
            log(
                "dialogue.votes_counted",
                by=by,
                about=dialogue,
                decision=allow(_("Votes are counted by the hour.")),
                details={"hour": hour.isoformat(), "votes": votes},
            )
            rows.filter(dialogue_id=dialogue_id, hour=hour).update(is_logged=True)
        return len(hours)
