"""Named reads of what groups decided and what they refused."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from entente.audit.actors import Actor
from entente.partnership.models.decisions import DecisionEssence, Dissent, GroupDecision
from entente.partnership.models.groups import Group


def decisions(reader: Actor) -> QuerySet[GroupDecision]:
    """Every decision the reader may know of, the latest first; the overseer reads all."""
    rows = GroupDecision.objects.visible_to(reader)
    return rows.select_related("group__task_force", "group__keeper", "meeting").order_by("-proposed_at", "id")


def decisions_of(group: Group, reader: Actor) -> QuerySet[GroupDecision]:
    """The decisions of one group, the latest first."""
    return decisions(reader).filter(group_id=group.pk)


def dissents(decision: GroupDecision, reader: Actor) -> list[Dissent]:
    """Who saw it otherwise, in the order in which they said so."""
    rows = Dissent.objects.visible_to(reader).filter(decision_id=decision.pk)
    return list(rows.select_related("organisation").order_by("at", "id"))


def later_decisions(decision: GroupDecision, reader: Actor) -> QuerySet[GroupDecision]:
    """What the same group decided afterwards, and could reverse this one."""
    rows = decisions_of(decision.group, reader).filter(state=GroupDecision.State.TAKEN)
    return rows.filter(decided_at__gt=decision.decided_at).exclude(pk=decision.pk)


def essences(reader: Actor) -> QuerySet[DecisionEssence]:
    """What everybody may read of decisions, the latest first."""
    return DecisionEssence.objects.visible_to(reader).order_by("-decided_on", "-public_since", "id")


def essence_of(decision_id: uuid.UUID, reader: Actor) -> DecisionEssence | None:
    """What everybody reads of one decision, if it is public."""
    return essences(reader).filter(decision_id=decision_id).first()
