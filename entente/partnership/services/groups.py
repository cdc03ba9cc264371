"""Founds, changes and closes groups."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.decisions import Decision
from entente.audit.services import log
from entente.partnership.models import Group, Place
from entente.partnership.queries.groups import held, members_of
from entente.partnership.rules import groups as rules
from entente.partnership.scoping import forget_seats
from entente.people import services as people
from entente.people.models import Member, Membership, Organisation, TaskForce
from entente.records.references import new_reference

PREFIX = "GRP"
State = Group.State
TRANSLATED = (*Group.TRANSLATED, "objectives")


class Terms(TypedDict, total=False):
    """What a group may say about itself beyond its name, kind and purpose."""

    objectives: list[str]
    scope: str
    out_of_scope: str
    communication: str
    legal_basis: str
    decision_rule: str
    quorum: int
    rhythm_days: int
    review_on: date | None
    texts: dict[str, dict[str, Any]]


class Changes(Terms, total=False):
    """What can be changed later."""

    kind: str
    purpose: str
    language: str
    chair: Member | None


@transaction.atomic
def found_group(
    *,
    by: Actor,
    name: str,
    kind: str,
    purpose: str,
    language: str = "en",
    names: dict[str, str] | None = None,
    keeper: Organisation | None = None,
    founder: Member | None = None,
    task_force: TaskForce | None = None,
    **terms: Unpack[Terms],
) -> Group:
    """Begin a group that one's own organisation keeps; whoever founds it sits there at once. Raises Refused.

    A job says which `keeper` and, if anybody, which `founder`; only a job turns a `task_force` into a group.
    """
    decision = rules.may_found_group(by, purpose, clock.now()).require()
    if isinstance(by, Membership):
        keeper, founder, task_force = by.organisation, by, None
    assert keeper is not None
    reference = new_reference(PREFIX)
    force = task_force or people.add_task_force(by=by, slug=reference.lower(), name=name, names=names)
    group = Group(
        task_force=force, reference=reference, keeper=keeper, kind=kind, purpose=purpose, language=language
    )
    for field, value in terms.items():
        setattr(group, field, value)
    details = {"name": name, "kind": kind}
    log("partnership.group_founded", by=by, about=group, decision=decision, details=details)
    group.save(force_insert=True)
    place = Place(group=group, organisation=keeper, state=Place.State.ACCEPTED, representative=founder)
    place.may_commit = True
    place.save(force_insert=True)
    if founder is not None:
        people.seat_member(force, founder, by=by)
        forget_seats(by)
    return group


@transaction.atomic
def edit_group(
    group: Group,
    *,
    by: Actor,
    edition: int | None = None,
    name: str = "",
    names: dict[str, str] | None = None,
    **changes: Unpack[Changes],
) -> Group:
    """Change what a group says about itself, over the `edition` that was read. Raises Refused."""
    group = held(group, by)
    decision = rules.may_edit_group(by, group, edition, clock.now()).require()
    changed = [field for field, value in changes.items() if getattr(group, field) != value]
    for field in changed:
        setattr(group, field, changes[field])  # type: ignore[literal-required]
    force = group.task_force
    if "texts" not in changes and any(field in TRANSLATED for field in changed):
        # A translation of what stood there before would say something else.
        group.texts = {
            code: {field: text for field, text in told.items() if field not in changed}
            for code, told in group.texts.items()
        }
        changed.append("texts")
    is_renamed = bool(name) and (force.name != name or (names is not None and force.names != names))
    if is_renamed:
        people.rename_task_force(force, by=by, name=name, names=force.names if names is None else names)
    if not changed and not is_renamed:
        return group
    group.edition += 1
    group.save(update_fields=[*changed, "edition"])
    fields = [*changed, *(["name"] if is_renamed else [])]
    log("partnership.group_edited", by=by, about=group, decision=decision, details={"fields": fields})
    return group


@transaction.atomic
def translate_group(
    group: Group,
    *,
    by: Actor,
    language: str,
    texts: dict[str, Any],
    name: str = "",
    edition: int | None = None,
) -> Group:
    """Say in another language what a group says about itself; what is empty is shown as it was written."""
    group = held(group, by)
    decision = rules.may_edit_group(by, group, edition, clock.now()).require()
    told = {field: texts[field] for field in TRANSLATED if texts.get(field)}
    group.texts, group.edition = {**group.texts, language: told}, group.edition + 1
    group.save(update_fields=["texts", "edition"])
    force = group.task_force
    if name and force.names.get(language) != name:
        people.rename_task_force(force, by=by, name=force.name, names={**force.names, language: name})
    details = {"language": language}
    log("partnership.group_translated", by=by, about=group, decision=decision, details=details)
    return group


@transaction.atomic
def activate_group(group: Group, *, by: Actor) -> Group:
    """Let a group begin its work. Raises Refused."""
    group = held(group, by)
    members = len(members_of(group, by))
    decision = rules.may_activate_group(by, group, members, clock.now()).require()
    return _stands(group, State.ACTIVE, "activated", decision, by=by)


@transaction.atomic
def suspend_group(group: Group, *, by: Actor, reason: str) -> Group:
    """Let a group rest; its papers stay readable. Raises Refused."""
    group = held(group, by)
    decision = rules.may_suspend_group(by, group, clock.now()).require()
    return _stands(group, State.SUSPENDED, "suspended", decision, by=by, reason=reason)


@transaction.atomic
def resume_group(group: Group, *, by: Actor, reason: str = "") -> Group:
    """Let a group work again. Raises Refused."""
    group = held(group, by)
    decision = rules.may_resume_group(by, group, clock.now()).require()
    return _stands(group, State.ACTIVE, "resumed", decision, by=by, reason=reason)


@transaction.atomic
def close_group(group: Group, *, by: Actor, reason: str) -> Group:
    """End a group for good; from this second on nobody sits there. Raises Refused."""
    group = held(group, by)
    decision = rules.may_close_group(by, group, clock.now()).require()
    closed = _stands(group, State.CLOSED, "closed", decision, by=by, reason=reason)
    people.end_task_force(group.task_force, by=by)
    return closed


def _stands(group: Group, state: str, verb: str, decision: Decision, *, by: Actor, reason: str = "") -> Group:
    group.state, group.state_reason = state, reason
    group.edition += 1
    group.save(update_fields=["state", "state_reason", "edition"])
    details = {"reason": reason} if reason else None
    log(f"partnership.group_{verb}", by=by, about=group, decision=decision, details=details)
    return group


@transaction.atomic
def review_group(group: Group, *, by: Actor, learnt: str, next_on: date) -> Group:
    """Keep what a review found, and when the next one is. Raises Refused."""
    group = held(group, by)
    decision = rules.may_review_group(by, group, next_on, clock.now()).require()
    group.review_on = next_on
    group.edition += 1
    group.save(update_fields=["review_on", "edition"])
    details = {"learnt": learnt, "next_on": next_on.isoformat()}
    log("partnership.group_reviewed", by=by, about=group, decision=decision, details=details)
    return group
