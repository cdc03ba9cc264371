"""Brings a file into the directory: kept sealed, read, shown row by row, and only then written in steps."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, Plain, acting
from entente.audit.services import log, logged_together
from entente.jobs.queue import defer
from entente.partnership.directory_tables.faults import Fault, Finding, found
from entente.partnership.directory_tables.headings import Column, recognised
from entente.partnership.directory_tables.reading import read_table
from entente.partnership.directory_tables.rows import (
    Outcome,
    Proposed,
    compared_in_file,
    compared_with_directory,
    completed,
    counted,
    plain,
    understood,
)
from entente.partnership.directory_tables.sheets import Sheet
from entente.partnership.queries.files import KIND, REPORT, UPLOAD, WORK, known_words, listed
from entente.partnership.rules import bringing_in as may
from entente.partnership.services.writing_rows import Writing, write_rows
from entente.people.models import Member, Organisation
from entente.records.files import forget_file, keep_file, kept_file
from entente.records.models import ImportRun
from entente.records.services.importing import UPLOAD_KEPT, advance_import, forget_imports

STEP = 2500  # rows written in one transaction
State = ImportRun.State


@dataclass
class Plan:
    """A file as it was read, and what each of its rows would do."""

    sheet: Sheet
    columns: list[Column]
    rows: list[Proposed]
    problems: list[Finding]


@transaction.atomic
def upload_directory(*, by: Member, file_name: str, content: bytes) -> ImportRun:
    """Keep an uploaded or pasted table, sealed, and have it read. Raises Refused."""
    decision = may.may_upload_directory(by, clock.now()).require()
    run = ImportRun(kind=KIND, owner_id=by.organisation_id, started_by=by, file_name=file_name[:200])
    log("partnership.directory_uploaded", by=by, about=run, decision=decision)
    keep_file(run.id, UPLOAD, content)
    run.save(force_insert=True)
    defer(WORK[State.READING], run=str(run.id))
    return run


def read_directory_import(run_id: uuid.UUID, *, by: Actor) -> ImportRun:
    """Read the file and say what each row would do. Writes nothing into the directory."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).get(pk=run_id)
        if run.state != State.READING:
            return run
        plan = _planned(run, by)
    has_columns = bool(plan.columns)
    values: dict[str, Any] = {
        "state": State.READY if (has_columns and plan.rows) or _may_be_mapped(plan) else State.REFUSED,
        "problems": [one.plain() for one in plan.problems],
        "notices": [one.plain() for one in plan.sheet.notices],
        "preview": {**run.preview, **_preview(plan)},
        "rows_total": len(plan.rows),
    }
    _keep_report(run, plan.rows)
    return advance_import(run, State.READING, "partnership.directory_read", by=by, **values)


def _may_be_mapped(plan: Plan) -> bool:
    """Only the column of names is missing: whoever brings it in can still say which it is."""
    return [one.fault for one in plan.problems] == [Fault.NO_NAME_COLUMN]


def _planned(run: ImportRun, by: Actor) -> Plan:
    """What each row of the file would do to the directory as it stands now."""
    sheet = read_table(kept_file(run.id, UPLOAD))
    if sheet.problems:
        return Plan(sheet, [], [], sheet.problems)
    chosen = run.preview.get("chosen")
    columns = recognised(sheet.headings, None if chosen is None else {int(at): f for at, f in chosen.items()})
    sheet.notices += _about_columns(columns)
    problems = []
    if "name" not in {column.field for column in columns}:
        problems.append(found(Fault.NO_NAME_COLUMN))
    elif not sheet.rows:
        problems.append(found(Fault.NO_ROWS))
    if problems:
        return Plan(sheet, columns, [], problems)
    words = known_words(by)
    rows = [understood(row, columns, words) for row in sheet.rows]
    compared_in_file(rows)
    compared_with_directory(rows, *listed(by, run.owner_id))
    return Plan(sheet, columns, rows, [])


def _about_columns(columns: list[Column]) -> list[Finding]:
    told = []
    for column in columns:
        if column.is_never:
            told.append(found(Fault.LEFT_OUT, column=column.heading[:80]))
        elif not column.field and column.heading:
            told.append(found(Fault.UNKNOWN_COLUMN, column=column.heading[:80]))
    return told


def _preview(plan: Plan) -> dict[str, Any]:
    new = [row for row in plan.rows if row.outcome in {Outcome.NEW, Outcome.ASKED} and row.entry_is_first]
    return {
        "columns": [[one.heading[:80], one.field, one.is_never] for one in plan.columns],
        "examples": [list(_cut(row.cells)) for row in plan.sheet.rows[:3]],
        "counts": counted(plan.rows),
        "contacts": sum(bool(row.contact) for row in plan.rows),
        "lacks_kind": sum(not row.entry.get("kind") for row in new),
        "lacks_languages": sum(not row.entry.get("languages") for row in new),
    }


def _cut(cells: tuple[str, ...]) -> list[str]:
    return [cell[:40] for cell in cells]


def _keep_report(run: ImportRun, rows: list[Proposed]) -> None:
    forget_file(run.id, REPORT)
    keep_file(run.id, REPORT, json.dumps([plain(row) for row in rows], ensure_ascii=False).encode())


@transaction.atomic
def choose_columns(run: ImportRun, *, by: Member, chosen: Mapping[int, str]) -> ImportRun:
    """Say what each column holds, and have the file read again. Raises Refused."""
    run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
    decision = may.may_choose_columns(by, run, clock.now()).require()
    run.preview = {**run.preview, "chosen": {str(at): field for at, field in chosen.items() if field}}
    run.state = State.READING
    run.save(update_fields=["preview", "state"])
    log("partnership.directory_columns_chosen", by=by, about=run, decision=decision)
    defer(WORK[State.READING], run=str(run.id))
    return run


@transaction.atomic
def bring_in_directory(
    run: ImportRun,
    *,
    by: Member,
    kind: str = "",
    languages: list[str] | None = None,
    language: str = "en",
    takes_file: bool = False,
    takes_asked: bool = False,
) -> ImportRun:
    """Have the rows written. `kind` and `languages` are for new organisations that say none themselves.

    `takes_file`: where file and directory differ, the file counts. `takes_asked`: rows whose e-mail address
    is known under another name are organisations of their own. Raises Refused.
    """
    run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
    decision = may.may_bring_in_directory(by, run, clock.now()).require()
    wanted = {
        "kind": kind,
        "languages": languages or [],
        "language": language,
        "takes_file": takes_file,
        "takes_asked": takes_asked,
    }
    run.preview = {**run.preview, "wanted": wanted}
    run.state, run.rows_done = State.RUNNING, 0
    run.save(update_fields=["preview", "state", "rows_done"])
    details = {"counts": run.preview["counts"], **wanted}
    log("partnership.directory_brought_in", by=by, about=run, decision=decision, details=details)
    defer(WORK[State.RUNNING], run=str(run.id))
    return run


def run_directory_import(
    run_id: uuid.UUID, *, by: Actor, on_step: Callable[[ImportRun], object] = lambda run: None
) -> ImportRun:
    """Write the rows in steps. A run that was interrupted goes on where it stopped, and writes nothing twice.

    `on_step` is called after each step with how far it is.
    """
    with acting(by):
        run = ImportRun.objects.visible_to(by).select_related("started_by__person").get(pk=run_id)
        if run.state != State.RUNNING:
            return run
        plan = _planned(run, by)
        keeper = Organisation.objects.get(pk=run.owner_id)
    wanted = run.preview["wanted"]
    completed(plan.rows, wanted["kind"], wanted["languages"])
    writing = Writing(_in_the_name_of(run, by), keeper, **_how(wanted))
    while run.rows_done < run.rows_total:
        run = _write_step(run, plan.rows, writing, by=by)
        on_step(run)
    _keep_report(run, plan.rows)
    preview = {**run.preview, "counts": counted(plan.rows), "written": writing.written}
    done = {"state": State.DONE, "ended_at": clock.now(), "preview": preview}
    run = advance_import(run, State.RUNNING, "partnership.directory_import_finished", by=by, **done)
    forget_file(run.id, UPLOAD)
    return run


def _how(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: wanted[name] for name in ("language", "takes_file", "takes_asked")}


def _in_the_name_of(run: ImportRun, by: Actor) -> Actor:
    """The job, with the name of whoever asked for it: entries say who corrected them."""
    assert by.credential is not None
    return Plain(by.actor_kind, str(run.started_by.person), by.credential, by.actor_id, run.owner_id)


@transaction.atomic
def _write_step(run: ImportRun, rows: list[Proposed], writing: Writing, *, by: Actor) -> ImportRun:
    """One step, and how far it got, all or nothing. The row is held: two workers take turns."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
        step = slice(run.rows_done, run.rows_done + STEP)
        with logged_together():
            write_rows(rows[step], writing)
        run.rows_done = min(run.rows_done + STEP, run.rows_total)
        run.save(update_fields=["rows_done"])
    return run


def stop_directory_import(run_id: uuid.UUID, *, by: Actor) -> ImportRun:
    """Say that an import stopped. What was written is kept, and it can go on from there."""
    with acting(by):
        run = ImportRun.objects.visible_to(by).get(pk=run_id)
    if run.state not in WORK:
        return run
    return advance_import(run, run.state, "partnership.directory_import_stopped", by=by, state=State.STOPPED)


@transaction.atomic
def resume_directory_import(run: ImportRun, *, by: Member) -> ImportRun:
    """Let an import that stopped go on where it was. Raises Refused."""
    run = ImportRun.objects.visible_to(by).select_for_update(of=("self",)).get(pk=run.pk)
    decision = may.may_resume_directory_import(by, run, clock.now()).require()
    run.state = State.RUNNING if "wanted" in run.preview else State.READING
    run.save(update_fields=["state"])
    log("partnership.directory_import_resumed", by=by, about=run, decision=decision)
    defer(WORK[State(run.state)], run=str(run.id))
    return run


@transaction.atomic
def forget_directory_files(*, by: Actor) -> int:
    """Forget uploads that nobody brought in and reports older than thirty days; returns how many uploads."""
    with acting(by):
        old = ImportRun.objects.visible_to(by).filter(
            kind=KIND, state=State.DONE, ended_at__lt=clock.now() - UPLOAD_KEPT
        )
        for run in old:
            forget_file(run.id, REPORT)
    return forget_imports(KIND, [UPLOAD, REPORT], "partnership.directory_files_forgotten", by=by)


@transaction.atomic
def export_directory(*, by: Member, form: str, rows: int) -> None:
    """Note that somebody took the directory along, as what and how much of it. Raises Refused."""
    decision = may.may_export_directory(by, clock.now()).require()
    details = {"form": form, "rows": rows}
    log("partnership.directory_exported", by=by, about=None, decision=decision, details=details)
