"""Conversations brought in from elsewhere, and what was noticed in their files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from entente.audit.actors import Actor
from entente.dialogue.polis_csv import SENTENCES, Fault
from entente.jobs.queue import is_on
from entente.people.models import Member
from entente.records.models import ImportRun

# The job that works on an import in each state.
IMPORT_WORK = {
    ImportRun.State.READING: "dialogue.read_import",
    ImportRun.State.RUNNING: "dialogue.run_import",
}


def imports(reader: Member) -> QuerySet[ImportRun]:
    """Conversations the organisation brought in or tried to, newest first."""
    rows = ImportRun.objects.visible_to(reader).filter(kind="polis")
    return rows.select_related("record", "started_by__person").order_by("-started_at", "id")


@dataclass(frozen=True)
class Finding:
    """One thing noticed in the files of an import, in the reader's words."""

    file: str
    line: int | None
    sentence: str


def findings(kept: list[dict[str, Any]]) -> list[Finding]:
    """What an import run keeps of its problems or notices, as sentences of the moment's language."""
    return [_finding(**one) for one in kept]


def _finding(file: str, line: int | None, code: str, detail: dict[str, Any]) -> Finding:
    where: dict[str, Any] = {"file": file} if line is None else {"file": file, "line": line}
    return Finding(file, line, gettext(SENTENCES[Fault(code)]) % {**where, **detail})


def abandoned_imports(reader: Actor) -> list[uuid.UUID]:
    """Imports that should be read or written now, and that no job works on any more."""
    runs = ImportRun.objects.visible_to(reader).filter(kind="polis", state__in=IMPORT_WORK)
    return [run.id for run in runs if not is_on(IMPORT_WORK[ImportRun.State(run.state)], run=str(run.id))]
