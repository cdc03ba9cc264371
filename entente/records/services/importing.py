"""Files brought in from elsewhere, whatever they hold: how far each is, and when an upload is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import Decision, allow
from entente.audit.services import log
from entente.records.files import forget_file
from entente.records.models import ImportRun

UPLOAD_KEPT = timedelta(days=30)


@transaction.atomic
def advance_import(run: ImportRun, before: str, event: str, *, by: Actor, **found: Any) -> ImportRun:
    """Keep how far an import got, unless another worker or a person was quicker."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
        if run.state != before:
            return run
        for name, value in found.items():
            setattr(run, name, value)
        run.save()
        decision: Decision = allow(_("Somebody asked for this import."))
        log(event, by=by, about=run, decision=decision, details={"state": run.state, "rows": run.rows_done})
    return run


@transaction.atomic
def forget_imports(kind: str, files: Sequence[str], event: str, *, by: Actor) -> int:
    """Forget uploads that were refused, stopped or never brought in within thirty days; returns how many."""
    begin(by)
    old = ImportRun.objects.visible_to(by).filter(kind=kind, started_at__lt=clock.now() - UPLOAD_KEPT)
    runs = list(old.exclude(state=ImportRun.State.DONE))
    for run in runs:
        for name in files:
            forget_file(run.id, name)
        run.delete()
    if runs:
        decision = allow(_("Uploads that were not brought in are kept for thirty days."))
        log(event, by=by, about=None, decision=decision, details={"number": len(runs)})
    return len(runs)
