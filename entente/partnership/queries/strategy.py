"""Named reads of the local strategy: its versions, and one with everything that stands in it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from entente.audit.actors import VISITOR, Actor
from entente.partnership.models import (
    Citation,
    DecisionEssence,
    Finding,
    Objective,
    Passage,
    PlannedAction,
    Progress,
    Strategy,
    StrategyReview,
)
from entente.partnership.queries import decisions
from entente.people.models import Area, Member
from entente.records import queries as records
from entente.records.models import Record

State = PlannedAction.State


@dataclass
class Doing:
    """An action with how far it is now."""

    action: PlannedAction
    progress: list[Progress] = field(default_factory=list)

    @property
    def newest(self) -> Progress | None:
        """What was said last."""
        return self.progress[-1] if self.progress else None

    @property
    def state(self) -> str:
        """How far it is."""
        return self.newest.state if self.newest else self.action.state

    @property
    def secured(self) -> Decimal:
        """How much of its money is certain."""
        return self.newest.secured if self.newest else self.action.secured

    def is_late(self, on: date) -> bool:
        """It should have begun, or ended, and did not."""
        begins_late = self.state == State.PLANNED and self.action.starts_on < on
        return begins_late or (self.state == State.GOING and self.action.ends_on < on)


@dataclass
class Whole:
    """One version of the strategy with all its parts."""

    strategy: Strategy
    passages: list[Passage]
    findings: list[Finding]
    objectives: list[Objective]
    doings: list[Doing]
    citations: dict[uuid.UUID, list[Citation]]
    records: dict[uuid.UUID, tuple[Record, str]]
    decisions: dict[str, DecisionEssence]
    reviews: list[StrategyReview]

    def passage(self, part: str) -> Passage | None:
        """One part of its text."""
        return next((one for one in self.passages if one.part == part), None)

    @cached_property
    def by_area(self) -> list[tuple[Area | None, list[Finding]]]:
        """Needs and assets, place by place, the whole city first."""
        found: dict[Area | None, list[Finding]] = defaultdict(list)
        for one in self.findings:
            found[one.area].append(one)
        return sorted(found.items(), key=lambda pair: (pair[0] is not None, str(pair[0] or "")))

    def of_objective(self, objective: Objective) -> list[Doing]:
        """The actions for one objective."""
        return [one for one in self.doings if one.action.objective_id == objective.pk]

    @property
    def review_due(self) -> StrategyReview | None:
        """The review that comes next."""
        return next((one for one in self.reviews if one.held_on is None), None)


def strategies(reader: Actor) -> QuerySet[Strategy]:
    """Every version the reader may read, the newest first."""
    rows = Strategy.objects.visible_to(reader).select_related("owner", "group__task_force")
    return rows.order_by("-first_day", "reference", "-number")


def versions_of(reference: str, reader: Actor) -> list[Strategy]:
    """Every version for one period that the reader may read, the newest first."""
    return list(strategies(reader).filter(reference=reference)[:100])


def shown_version(found: list[Strategy], number: int | None) -> Strategy | None:
    """The version asked for, else the one in force, else the newest."""
    if number is not None:
        return next((one for one in found if one.number == number), None)
    return next((one for one in found if one.state == "in_force"), found[0] if found else None)


def public_strategy(on: date) -> Strategy | None:
    """The strategy everybody reads: the one in force, before one for years to come."""
    living = list(strategies(VISITOR).filter(state=Strategy.State.IN_FORCE)[:20])
    begun = [one for one in living if one.first_day <= on]
    return begun[0] if begun else living[-1] if living else None


def whole(strategy: Strategy, reader: Actor) -> Whole:
    """One version with all its parts, in nine questions to the database however long it is."""
    key = {"strategy_id": strategy.pk}
    passages = list(Passage.objects.visible_to(reader).filter(**key))
    findings = list(
        Finding.objects.visible_to(reader).filter(**key).select_related("area").order_by("-sort", "place")
    )
    objectives = list(Objective.objects.visible_to(reader).filter(**key).order_by("place", "id"))
    cited = list(Citation.objects.visible_to(reader).filter(**key).order_by("source_on", "id"))
    by_passage: dict[uuid.UUID, list[Citation]] = defaultdict(list)
    for one in cited:
        by_passage[one.passage_id].append(one)
    reviews = list(StrategyReview.objects.visible_to(reader).filter(**key).order_by("due_on"))
    parts: list[Any] = [*passages, *findings, *objectives, *reviews]
    for part in parts:
        part.strategy = strategy
    return Whole(
        strategy,
        passages,
        findings,
        objectives,
        doings(strategy, reader),
        by_passage,
        cited_records(cited, reader),
        _cited_decisions(cited),
        reviews,
    )


def doings(strategy: Strategy, reader: Actor) -> list[Doing]:
    """The strategy's actions by objective and place, each with its progress, the oldest first."""
    rows = PlannedAction.objects.visible_to(reader).filter(strategy_id=strategy.pk)
    found = {}
    for action in rows.select_related("owner", "objective").order_by("objective__place", "place", "id"):
        action.strategy = strategy
        found[action.pk] = Doing(action)
    said = Progress.objects.visible_to(reader).filter(action__strategy_id=strategy.pk)
    for one in said.select_related("organisation").order_by("at"):
        found[one.action_id].progress.append(one)
    return list(found.values())


def cited_records(cited: list[Citation], reader: Actor) -> dict[uuid.UUID, tuple[Record, str]]:
    """The records that citations point to, as far as the reader may read them, with their titles."""
    keys = [one.record_id for one in cited if one.record_id]
    rows = list(Record.objects.visible_to(VISITOR if reader is VISITOR else reader).filter(pk__in=keys))
    titles = records.titles(rows, get_language() or "en", reader) if rows else {}
    return {row.pk: (row, titles[row.pk]) for row in rows}


def _cited_decisions(cited: list[Citation]) -> dict[str, DecisionEssence]:
    """What everybody reads of the decisions that citations point to."""
    wanted = [one.reference for one in cited if one.reference and one.record_id is None]
    if not wanted:
        return {}
    return {one.reference: one for one in decisions.essences(VISITOR).filter(reference__in=wanted)}


def public_decision(reference: str) -> DecisionEssence | None:
    """What everybody reads of the decision with this reference."""
    return decisions.essences(VISITOR).filter(reference=reference).first()


def public_record(reference: str, reader: Actor) -> Record | None:
    """The record with this reference, if the reader may know of it."""
    return records.record_with(reference, reader)


def late_actions(reader: Member, on: date) -> list[Doing]:
    """Actions of the reader's organisation, in strategies in force, that are late."""
    mine = PlannedAction.objects.visible_to(reader).filter(
        owner_id=reader.organisation_id, strategy__state=Strategy.State.IN_FORCE, starts_on__lt=on
    )
    found = {row.pk: Doing(row) for row in mine.select_related("strategy", "owner")[:200]}
    for one in Progress.objects.visible_to(reader).filter(action_id__in=list(found)).order_by("at"):
        found[one.action_id].progress.append(one)
    return [one for one in found.values() if one.is_late(on)]


def reviews_due(reader: Member, before: date) -> list[StrategyReview]:
    """Reviews that the reader's organisation has to hold."""
    rows = StrategyReview.objects.visible_to(reader).filter(held_on=None, due_on__lte=before)
    mine = rows.filter(strategy__owner_id=reader.organisation_id, strategy__state=Strategy.State.IN_FORCE)
    return list(mine.select_related("strategy").order_by("due_on")[:20])
