"""Drafts the strategy, puts it to the members, adopts it, brings it into force, reviews and supersedes it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models import (
    Citation,
    Finding,
    Group,
    Objective,
    Passage,
    PlannedAction,
    Strategy,
    StrategyReview,
)
from entente.partnership.queries import strategy as queries
from entente.partnership.rules import editing
from entente.partnership.rules import strategy as rules
from entente.people.models import Member
from entente.records.references import new_reference

State = Strategy.State
Texts = dict[str, dict[str, str]]
A_YEAR = timedelta(days=365)


def _held(strategy: Strategy, by: Member) -> Strategy:
    """The strategy as it is now; nobody else changes it before the transaction ends. Raises Refused."""
    # Who may not change a row can't lock it either: ask first.
    rules.may_keep(by, Strategy.objects.visible_to(by).get(pk=strategy.pk)).require()
    rows = Strategy.objects.visible_to(by).select_for_update(of=("self",))
    return rows.select_related("owner").get(pk=strategy.pk)


def _with(texts: Texts, more: Texts) -> Texts:
    """The texts of each language, with more of them."""
    codes = {*texts, *more}
    return {code: {**texts.get(code, {}), **more.get(code, {})} for code in codes}


@transaction.atomic
def draft_strategy(
    *,
    by: Member,
    title: str,
    first_day: date,
    last_day: date,
    language: str = "en",
    group: Group | None = None,
) -> Strategy:
    """Begin a strategy that one's own organisation keeps, with its empty passages. Raises Refused."""
    decision = rules.may_draft_strategy(by).require()
    strategy = Strategy(
        reference=new_reference("STR"),
        owner_id=by.organisation_id,
        group=group,
        language=language,
        texts={language: {"title": title}},
        first_day=first_day,
        last_day=last_day,
    )
    rules.may_rename_strategy(by, strategy, first_day, last_day).require()
    log("partnership.strategy_drafted", by=by, about=strategy, decision=decision, details={"title": title})
    strategy.save(force_insert=True)
    for part in Passage.Part.values:
        Passage(strategy=strategy, part=part, language=language).save(force_insert=True)
    return strategy


@transaction.atomic
def edit_strategy(
    strategy: Strategy,
    *,
    by: Member,
    language: str,
    title: str,
    first_day: date,
    last_day: date,
    seen: int | None = None,
) -> Strategy:
    """Change its title in one language, and its period. Raises Refused."""
    strategy = _held(strategy, by)
    decision = rules.may_rename_strategy(by, strategy, first_day, last_day).require()
    editing.has_seen(strategy.edition, seen).require()
    strategy.texts = _with(strategy.texts, {language: {"title": title}})
    strategy.first_day, strategy.last_day = first_day, last_day
    strategy.edition += 1
    strategy.save(update_fields=["texts", "first_day", "last_day", "edition"])
    log("partnership.strategy_edited", by=by, about=strategy, decision=decision, details={"title": title})
    return strategy


@transaction.atomic
def consult_on_strategy(
    strategy: Strategy, *, by: Member, consulted_with: str, others: Texts | None = None
) -> Strategy:
    """Put a draft to every member; it can still be changed. `others`: the same in other languages."""
    strategy = _held(strategy, by)
    passages = queries.whole(strategy, by).passages
    decision = rules.may_consult_on_strategy(by, strategy, passages).require()
    strategy.state, strategy.consulted_at = State.CONSULTED, clock.now()
    told = {**(others or {}), strategy.language: {"consulted_with": consulted_with}}
    strategy.texts = _with(strategy.texts, told)
    strategy.save(update_fields=["state", "consulted_at", "texts"])
    log("partnership.strategy_consulted", by=by, about=strategy, decision=decision)
    return strategy


@transaction.atomic
def adopt_strategy(
    strategy: Strategy,
    *,
    by: Member,
    adopted_on: date,
    adopted_by: str,
    reason: str,
    others: Texts | None = None,
) -> Strategy:
    """Note which body adopted it, when and why; no word changes any more. Raises Refused."""
    strategy = _held(strategy, by)
    found = queries.whole(strategy, by)
    decision = rules.may_adopt_strategy(
        by,
        strategy,
        passages=found.passages,
        objectives=len(found.objectives),
        actions=len(found.doings),
    ).require()
    strategy.state, strategy.adopted_on = State.ADOPTED, adopted_on
    told = {**(others or {}), strategy.language: {"adopted_by": adopted_by, "reason": reason}}
    strategy.texts = _with(strategy.texts, told)
    strategy.save(update_fields=["state", "adopted_on", "texts"])
    log(
        "partnership.strategy_adopted",
        by=by,
        about=strategy,
        decision=decision,
        details={"adopted_by": adopted_by, "reason": reason},
    )
    return strategy


@transaction.atomic
def bring_strategy_into_force(strategy: Strategy, *, by: Member) -> Strategy:
    """Let everybody read it and its progress; an earlier version is superseded. Raises Refused."""
    strategy = _held(strategy, by)
    living = list(
        Strategy.objects.visible_to(by).filter(state=State.IN_FORCE).select_for_update(of=("self",))
    )
    decision = rules.may_bring_strategy_into_force(by, strategy, living, clock.today()).require()
    for other in living:
        if other.family == strategy.family:
            other.state = State.SUPERSEDED
            other.save(update_fields=["state"])
    strategy.state, strategy.public_since = State.IN_FORCE, clock.now()
    strategy.save(update_fields=["state", "public_since"])
    StrategyReview(strategy=strategy, due_on=clock.today() + A_YEAR, language=strategy.language).save(
        force_insert=True
    )
    log("partnership.strategy_brought_into_force", by=by, about=strategy, decision=decision)
    return strategy


@transaction.atomic
def supersede_strategy(strategy: Strategy, *, by: Member, reason: str) -> Strategy:
    """End a strategy because one for other years takes its place. It stays public. Raises Refused."""
    strategy = _held(strategy, by)
    decision = rules.may_supersede_strategy(by, strategy).require()
    strategy.state = State.SUPERSEDED
    strategy.save(update_fields=["state"])
    log(
        "partnership.strategy_superseded",
        by=by,
        about=strategy,
        decision=decision,
        details={"reason": reason},
    )
    return strategy


@transaction.atomic
def review_strategy(
    strategy: Strategy, *, by: Member, language: str, learnt: str, changes: str
) -> StrategyReview:
    """Keep what a year taught and what changes; the next review is due in a year. Raises Refused."""
    strategy = _held(strategy, by)
    decision = rules.may_review_strategy(by, strategy).require()
    due = StrategyReview.objects.visible_to(by).filter(strategy_id=strategy.pk, held_on=None)
    review = due.select_for_update(of=("self",)).get()
    review.held_on, review.language = clock.today(), language
    review.texts = {language: {"learnt": learnt, "changes": changes}}
    review.save(update_fields=["held_on", "language", "texts"])
    StrategyReview(strategy=strategy, due_on=clock.today() + A_YEAR, language=language).save(
        force_insert=True
    )
    log("partnership.strategy_reviewed", by=by, about=strategy, decision=decision)
    return review


@transaction.atomic
def draft_strategy_version(strategy: Strategy, *, by: Member) -> Strategy:
    """Begin the next version from this one, with how far each action is. Raises Refused."""
    strategy = _held(strategy, by)
    newest = queries.versions_of(strategy.reference, by)[0]
    decision = rules.may_draft_strategy_version(by, strategy, newest).require()
    draft = Strategy(
        family=strategy.family,
        reference=strategy.reference,
        number=newest.number + 1,
        owner_id=strategy.owner_id,
        group_id=strategy.group_id,
        language=strategy.language,
        texts={code: {"title": told.get("title", "")} for code, told in strategy.texts.items()},
        first_day=strategy.first_day,
        last_day=strategy.last_day,
    )
    details = {"number": draft.number}
    log("partnership.strategy_version_drafted", by=by, about=draft, decision=decision, details=details)
    draft.save(force_insert=True)
    _copy_parts(queries.whole(strategy, by), draft)
    return draft


def _copy_parts(found: queries.Whole, draft: Strategy) -> None:
    """Every part once more, for a version that can be changed."""
    for passage in found.passages:
        copied = Passage(strategy=draft, part=passage.part, **_words(passage))
        copied.save(force_insert=True)
        for cited in found.citations.get(passage.pk, []):
            kept = ("record_id", "reference", "source", "address", "source_on", "sentence", "language")
            told = {name: getattr(cited, name) for name in kept}
            is_known = cited.record_id in found.records or cited.reference in found.decisions
            if not cited.reference or is_known:
                Citation(strategy=draft, passage=copied, **told).save(force_insert=True)
    for one in found.findings:
        row = Finding(
            strategy=draft, sort=one.sort, area_id=one.area_id, source_on=one.source_on, **_words(one)
        )
        row.save(force_insert=True)
    objectives = {}
    for goal in found.objectives:
        objectives[goal.pk] = Objective(strategy=draft, by_when=goal.by_when, **_words(goal))
        objectives[goal.pk].save(force_insert=True)
    for doing in found.doings:
        action = doing.action
        columns = ("owner_id", "starts_on", "ends_on", "budget", "currency")
        row_of = {name: getattr(action, name) for name in columns}
        PlannedAction(
            strategy=draft,
            objective=objectives[action.objective_id],
            state=doing.state,
            secured=doing.secured,
            **row_of,
            **_words(action),
        ).save(force_insert=True)


def _words(part: Any) -> dict[str, Any]:
    return {"language": part.language, "texts": part.texts, "place": part.place}
