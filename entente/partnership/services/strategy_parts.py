"""Writes the parts of a strategy while nothing is adopted, and how far its actions are afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models import (
    Citation,
    Finding,
    Objective,
    Passage,
    PlannedAction,
    Progress,
    Strategy,
)
from entente.partnership.queries import strategy as queries
from entente.partnership.rules import editing
from entente.partnership.rules import strategy as rules
from entente.people.models import Area, Member, Organisation

P = TypeVar("P", Passage, Finding, Objective, PlannedAction)


def _held(part: P, by: Member) -> P:
    """A part as it is now; nobody else changes it before the transaction ends. Raises Refused."""
    rows = type(part).objects.visible_to(by).select_related("strategy")
    # Who may not change a row can't lock it either: ask first.
    rules.may_edit_strategy(by, rows.get(pk=part.pk).strategy).require()
    return rows.select_for_update(of=("self",)).get(pk=part.pk)


def _write(part: P, language: str, texts: dict[str, Any]) -> None:
    part.texts = {**part.texts, language: {**part.texts.get(language, {}), **texts}}
    part.edition += 1


@transaction.atomic
def edit_passage(
    passage: Passage, *, by: Member, language: str, text: str, seen: int | None = None
) -> Passage:
    """Write a part of the text in one language; `seen`: the edition somebody began from. Raises Refused."""
    passage = _held(passage, by)
    decision = rules.may_edit_strategy(by, passage.strategy).require()
    editing.has_seen(passage.edition, seen).require()
    _write(passage, language, {"text": text})
    passage.save(update_fields=["texts", "edition"])
    log(
        "partnership.passage_edited",
        by=by,
        about=passage,
        decision=decision,
        details={"part": passage.part, "language": language, "edition": passage.edition},
    )
    return passage


@transaction.atomic
def add_finding(
    strategy: Strategy,
    *,
    by: Member,
    sort: str,
    area: Area | None,
    text: str,
    source: str,
    source_on: date,
    language: str = "",
) -> Finding:
    """Note what a place needs or has, with where that is known from. Raises Refused."""
    decision = rules.may_edit_strategy(by, strategy).require()
    language = language or strategy.language
    place = queries.whole(strategy, by)
    finding = Finding(
        strategy=strategy,
        sort=sort,
        area=area,
        source_on=source_on,
        language=language,
        texts={language: {"text": text, "source": source}},
        place=len(place.findings) + 1,
    )
    log("partnership.finding_added", by=by, about=finding, decision=decision, details={"sort": sort})
    finding.save(force_insert=True)
    return finding


@transaction.atomic
def edit_finding(
    finding: Finding,
    *,
    by: Member,
    language: str,
    text: str,
    source: str,
    seen: int | None = None,
    **changes: Any,
) -> Finding:
    """Write it in one language; its sort, area and day too, if given. Raises Refused."""
    finding = _held(finding, by)
    decision = rules.may_edit_strategy(by, finding.strategy).require()
    editing.has_seen(finding.edition, seen).require()
    _write(finding, language, {"text": text, "source": source})
    _take(finding, changes, {"sort", "area", "source_on"})
    finding.save()
    log("partnership.finding_edited", by=by, about=finding, decision=decision, details={"in": language})
    return finding


def _take(part: Any, changes: dict[str, Any], allowed: set[str]) -> None:
    for name, value in changes.items():
        if name not in allowed:
            raise TypeError(name)
        setattr(part, name, value)


@transaction.atomic
def add_objective(
    strategy: Strategy, *, by: Member, by_when: date, language: str = "", **texts: str
) -> Objective:
    """Say what is wanted, how it is measured, from where to where, by when. Raises Refused."""
    decision = rules.may_edit_strategy(by, strategy).require()
    language = language or strategy.language
    number = len(queries.whole(strategy, by).objectives) + 1
    objective = Objective(
        strategy=strategy, by_when=by_when, language=language, texts={language: texts}, place=number
    )
    log("partnership.objective_added", by=by, about=objective, decision=decision, details=dict(texts))
    objective.save(force_insert=True)
    return objective


@transaction.atomic
def edit_objective(
    objective: Objective,
    *,
    by: Member,
    language: str,
    by_when: date | None = None,
    seen: int | None = None,
    **texts: str,
) -> Objective:
    """Write it in one language. Raises Refused."""
    objective = _held(objective, by)
    decision = rules.may_edit_strategy(by, objective.strategy).require()
    editing.has_seen(objective.edition, seen).require()
    _write(objective, language, texts)
    objective.by_when = by_when or objective.by_when
    objective.save()
    log("partnership.objective_edited", by=by, about=objective, decision=decision, details={"in": language})
    return objective


@transaction.atomic
def add_strategy_action(
    objective: Objective,
    *,
    by: Member,
    what: str,
    owner: Organisation,
    post: str,
    starts_on: date,
    ends_on: date,
    budget: Decimal = Decimal(0),
    secured: Decimal = Decimal(0),
    currency: str = "EUR",
    language: str = "",
) -> PlannedAction:
    """Say who does what for an objective, from when to when, with what money. Raises Refused."""
    strategy = objective.strategy
    decision = rules.may_plan_action(by, strategy, starts_on, ends_on, budget, secured).require()
    language = language or strategy.language
    action = PlannedAction(
        strategy=strategy,
        objective=objective,
        owner=owner,
        starts_on=starts_on,
        ends_on=ends_on,
        budget=budget,
        secured=secured,
        currency=currency,
        language=language,
        texts={language: {"what": what, "post": post}},
        place=len(queries.doings(strategy, by)) + 1,
    )
    log("partnership.strategy_action_added", by=by, about=action, decision=decision, details={"what": what})
    action.save(force_insert=True)
    return action


@transaction.atomic
def edit_strategy_action(
    action: PlannedAction,
    *,
    by: Member,
    language: str,
    what: str,
    post: str,
    seen: int | None = None,
    **changes: Any,
) -> PlannedAction:
    """Write it in one language; its owner, days and money too, if given. Raises Refused."""
    action = _held(action, by)
    editing.has_seen(action.edition, seen).require()
    _write(action, language, {"what": what, "post": post})
    _take(action, changes, {"objective", "owner", "starts_on", "ends_on", "budget", "secured", "currency"})
    decision = rules.may_plan_action(
        by, action.strategy, action.starts_on, action.ends_on, action.budget, action.secured
    ).require()
    action.save()
    log("partnership.strategy_action_edited", by=by, about=action, decision=decision, details={"what": what})
    return action


@transaction.atomic
def remove_part(part: Finding | Objective | PlannedAction, *, by: Member) -> None:
    """Take out a finding, an action, or an objective that has no action. Raises Refused."""
    held = _held(part, by)  # type: ignore[type-var]
    decision = rules.may_remove_part(by, held.strategy, _hanging_on(held, by)).require()
    what = {"kind": held._meta.model_name, "text": str(held)}
    log("partnership.strategy_part_removed", by=by, about=held, decision=decision, details=what)
    held.delete()


def _hanging_on(part: Any, by: Member) -> int:
    if not isinstance(part, Objective):
        return 0
    return PlannedAction.objects.visible_to(by).filter(objective_id=part.pk).count()


@transaction.atomic
def cite(
    passage: Passage,
    *,
    by: Member,
    reference: str = "",
    sentence: str = "",
    source: str = "",
    address: str = "",
    source_on: date | None = None,
    language: str = "",
) -> Citation:
    """Cite a public record by its reference, or a paper with its date. Raises Refused."""
    record = queries.public_record(reference, by) if reference else None
    cited = record or (queries.public_decision(reference) if reference else None)
    since = cited.public_since if cited else None
    decision = rules.may_cite(by, passage.strategy, reference, since, clock.now()).require()
    citation = Citation(
        strategy=passage.strategy,
        passage=passage,
        record=record,
        reference=cited.reference if cited else "",
        sentence=sentence,
        source=source,
        address=address,
        source_on=source_on,
        language=language or passage.language,
    )
    details = {"reference": citation.reference, "source": source}
    log("partnership.source_cited", by=by, about=citation, decision=decision, details=details)
    citation.save(force_insert=True)
    return citation


@transaction.atomic
def remove_citation(citation: Citation, *, by: Member) -> None:
    """Take a source out again. Raises Refused."""
    citation = Citation.objects.visible_to(by).select_related("strategy").get(pk=citation.pk)
    decision = rules.may_edit_strategy(by, citation.strategy).require()
    details = {"source": str(citation)}
    log("partnership.citation_removed", by=by, about=citation, decision=decision, details=details)
    citation.delete()


@transaction.atomic
def note_progress(
    action: PlannedAction,
    *,
    by: Member,
    state: str,
    note: str,
    secured: Decimal,
    language: str = "en",
    others: dict[str, str] | None = None,
) -> Progress:
    """Say how far an action is; what was said before stays. `others`: the note in other languages."""
    rows = PlannedAction.objects.visible_to(by).select_related("strategy", "owner")
    action = rows.get(pk=action.pk)
    decision = rules.may_note_progress(by, action, state=state, note=note, secured=secured).require()
    texts = {code: {"note": text} for code, text in {**(others or {}), language: note}.items()}
    progress = Progress(
        action=action,
        organisation_id=by.organisation_id,
        state=state,
        secured=secured,
        language=language,
        texts=texts,
    )
    log("partnership.progress_noted", by=by, about=progress, decision=decision, details={"state": state})
    progress.save(force_insert=True)
    return progress
