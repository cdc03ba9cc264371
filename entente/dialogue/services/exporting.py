"""All votes as the files of Polis, for a coordinator with a reason; and how Polis would see the groups."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace

import numpy as np
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import open_data, queries, rules
from entente.dialogue.models import Analysis, Dialogue, PolisExport
from entente.dialogue.opinion_groups import (
    PolisResult,
    compare_with_polis,
    groups_on_map,
    polis_groups,
)
from entente.dialogue.polis_csv import Conversation, packed, written
from entente.dialogue.services.drafting import locked
from entente.dialogue.services.keeping import hold
from entente.jobs.queue import defer
from entente.keys.fields import keystore
from entente.keys.sealing import seal, unseal
from entente.people.models import Member

README = "README.txt"
State = PolisExport.State
ASKED = _("A coordinator asked for it and said why.")
KEPT_A_DAY = _("Exports of all votes are kept for one day.")
NOBODY_WORKS_ON_IT = _("The work on this export failed and nobody goes on with it.")
SETS_BESIDE = _("A coordinator asked to see the result beside that of Polis.")


@transaction.atomic
def ask_polis_export(dialogue: Dialogue, *, by: Member, reason: str) -> PolisExport:
    """Ask for all votes of a closed dialogue; a job makes the file."""
    dialogue = locked(dialogue, by)
    people = queries.people_who_answered(dialogue, by)
    waiting = queries.polis_exports(dialogue, by).filter(state=State.WAITING).exists()
    decision = rules.may_export_votes(by, dialogue, people=people, is_waiting=waiting, at=clock.now())
    decision.require()
    assert by.actor_id is not None
    export = PolisExport(dialogue=dialogue, asked_by=by.actor_id, reason=reason)
    log("dialogue.polis_export_asked", by=by, about=export, decision=decision, details={"said": reason})
    export.save(force_insert=True)
    defer(queries.EXPORT_WORK, export=str(export.pk))
    return export


def make_polis_export(export_id: uuid.UUID, *, by: Actor) -> PolisExport | None:
    """Write the files and seal them under the dialogue's key; None when there is nothing left to do."""
    with queries.at_one_moment(), acting(by):
        export = PolisExport.objects.visible_to(by).filter(pk=export_id, state=State.WAITING).first()
        if export is None:
            return None
        dialogue = Dialogue.objects.visible_to(by).select_related("owner").get(pk=export.dialogue_id)
        conversation = queries.polis_conversation(dialogue, by)
    content = _zip(dialogue, conversation, export.reason)
    sealed = seal(keystore().key(dialogue.pk, create=True), content, _place(export))
    return _finish(export_id, State.READY, "dialogue.polis_export_made", by=by, content=sealed)


def _zip(dialogue: Dialogue, conversation: Conversation, reason: str) -> bytes:
    polis = _as_polis(conversation)
    groups = {
        voter: int(group)
        for voter, group in zip(conversation.voters, polis.group.tolist(), strict=True)
        if group >= 0
    }
    day = queries.day_of(dialogue)
    with translation.override(dialogue.language):
        told = {
            "dialogue": dialogue,
            "reason": reason,
            "day": day.isoformat(),
            "attribution": open_data.POLIS if dialogue.source else "",
        }
        readme = render_to_string("dialogue_staff/polis_readme.txt", told)
    return packed({README: readme.encode(), **written(replace(conversation, groups=groups), day)}, day)


def _as_polis(conversation: Conversation) -> PolisResult:
    numbers = [one.number for one in conversation.statements]
    rejected = np.array([one.moderated == -1 for one in conversation.statements], dtype=bool)
    return polis_groups(queries.as_arrays(conversation, numbers), rejected)


def _place(export: PolisExport) -> bytes:
    """Where the content belongs: it does not open anywhere else."""
    return f"{PolisExport._meta.db_table}|content|{export.pk}".encode()


@transaction.atomic
def _finish(
    export_id: uuid.UUID, state: PolisExport.State, event: str, *, by: Actor, content: bytes = b""
) -> PolisExport | None:
    with acting(by):
        rows = PolisExport.objects.visible_to(by).select_for_update(of=("self",))
        export = rows.filter(pk=export_id, state=State.WAITING).first()
        if export is None:
            return None
        export.state, export.content = state, content
        export.save(update_fields=["state", "content"])
        log(event, by=by, about=export, decision=allow(ASKED if content else NOBODY_WORKS_ON_IT))
    return export


def give_up_polis_export(export_id: uuid.UUID, *, by: Actor) -> PolisExport | None:
    """Say that an export was not made."""
    return _finish(export_id, State.FAILED, "dialogue.polis_export_failed", by=by)


@transaction.atomic
def take_polis_export(export: PolisExport, *, by: Member) -> bytes:
    """The zip, for a coordinator, within a day; each time it is taken is logged."""
    export = PolisExport.objects.visible_to(by).select_related("dialogue").get(pk=export.pk)
    decision = rules.may_take_export(by, export, clock.now()).require()
    log("dialogue.polis_export_taken", by=by, about=export, decision=decision)
    return unseal(keystore().key(export.dialogue_id), bytes(export.content), _place(export))


@transaction.atomic
def forget_polis_exports(*, by: Actor) -> int:
    """Forget exports older than a day; returns how many."""
    begin(by)
    old = PolisExport.objects.visible_to(by).filter(asked_at__lte=clock.now() - queries.EXPORT_KEPT)
    exports = list(old.defer("content"))
    for export in exports:
        log("dialogue.polis_export_forgotten", by=by, about=export, decision=allow(KEPT_A_DAY))
        export.delete()
    return len(exports)


@transaction.atomic
def ask_polis_comparison(dialogue: Dialogue, *, by: Member) -> None:
    """Have the groups found laid beside those that Polis would show."""
    dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue.pk)
    is_analysed = queries.newest_analysis(dialogue, by) is not None
    decision = rules.may_compare_with_polis(by, dialogue, is_analysed=is_analysed, at=clock.now()).require()
    log("dialogue.polis_comparison_asked", by=by, about=dialogue, decision=decision)
    defer(queries.COMPARE_WORK, once=True, dialogue=str(dialogue.pk))


def compare_dialogue_with_polis(dialogue_id: uuid.UUID, *, by: Actor) -> Analysis | None:
    """Work out what Polis would show for all votes and keep it with the newest result; None without one."""
    with queries.at_one_moment(), acting(by):
        dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue_id)
        analysis = queries.newest_analysis(dialogue, by)
        if analysis is None:
            return None
        conversation = queries.polis_conversation(dialogue, by)
    found = analysis.result
    votes = queries.as_arrays(conversation, found["numbers"])
    group = groups_on_map(votes, found["components"], found["groups"], found["fewest_votes"])
    compared = compare_with_polis(group, _as_polis(conversation))
    return _keep_comparison(analysis, asdict(compared), by=by)


@transaction.atomic
def _keep_comparison(analysis: Analysis, compared: dict[str, object], *, by: Actor) -> Analysis | None:
    """Nothing is kept when the map is another one meanwhile."""
    with acting(by):
        dialogue = hold(analysis.dialogue_id, by)
        kept = queries.newest_analysis(dialogue, by)
        if kept is None or kept.result.get("map_made_at") != analysis.result.get("map_made_at"):
            return None
        kept.result = kept.result | {"polis": compared}
        kept.save(update_fields=["result"])
        log("dialogue.polis_compared", by=by, about=kept, decision=allow(SETS_BESIDE))
    return kept
