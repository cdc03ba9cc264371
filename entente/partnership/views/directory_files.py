"""The pages that bring files into the directory and take it along: upload, preview, progress, report."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.audit.services import log
from entente.partnership.directory_tables.address_books import write_cards
from entente.partnership.directory_tables.csv_tables import write_csv
from entente.partnership.directory_tables.headings import heading
from entente.partnership.directory_tables.rows import Outcome
from entente.partnership.directory_tables.spreadsheets import write_spreadsheet
from entente.partnership.forms.bringing_in import (
    BringInDirectoryForm,
    ColumnsForm,
    UploadDirectoryForm,
    too_large,
)
from entente.partnership.queries import files
from entente.partnership.rules import bringing_in as may
from entente.partnership.services import bringing_in as services
from entente.people.forms.directory import WantedForm
from entente.people.queries import directory
from entente.people.sign_in import MemberRequest
from entente.records.models import ImportRun
from entente.records.views.csv_files import csv_file
from entente.records.views.importing import STATE_KINDS, TOO_LARGE, is_too_large

PAGE = 50
REFUSED_HERE, WRONG = 409, 422
State = ImportRun.State
OUTCOMES: dict[str, Any] = {
    Outcome.NEW: gettext_lazy("new in the directory"),
    Outcome.JOINS: gettext_lazy("joins an entry"),
    Outcome.CHANGED: gettext_lazy("differs from the directory"),
    Outcome.SAME: gettext_lazy("changes nothing"),
    Outcome.TWICE: gettext_lazy("stands in the file twice"),
    Outcome.ASKED: gettext_lazy("perhaps known under another name"),
    Outcome.REFUSED: gettext_lazy("can’t be brought in"),
}
OUTCOME_KINDS = {
    Outcome.NEW: "open", Outcome.JOINS: "open", Outcome.CHANGED: "due", Outcome.SAME: "done",
    Outcome.TWICE: "closed", Outcome.ASKED: "due", Outcome.REFUSED: "late",
}  # fmt: skip
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard; charset=utf-8",
}


@require_GET
def directory_files(request: MemberRequest) -> HttpResponse:
    """Files that were brought in, newest first, and the ways to take the directory along."""
    page = Paginator(files.directory_imports(request.member), PAGE).get_page(request.GET.get("page"))
    rows = [{"run": run, "kind": STATE_KINDS[State(run.state)]} for run in page]
    may_upload = may.may_upload_directory(request.member, clock.now())
    context = {"page": page, "rows": rows, "may_upload": may_upload, "query": request.GET.urlencode()}
    return render(request, "partnership_staff/directory_files.html", context)


@csrf_exempt  # asked for below, once it is sure that not too much has to be read for it
def upload_directory(request: MemberRequest) -> HttpResponse:
    """Upload a file or paste rows. Its size is looked at before a byte of it is read."""
    may.may_upload_directory(request.member, clock.now()).require()
    if is_too_large(request):
        context = {"form": UploadDirectoryForm(), "refusal": too_large()}
        return render(request, "partnership_staff/upload_directory.html", context, status=TOO_LARGE)
    return _upload(request)


@csrf_protect
def _upload(request: MemberRequest) -> HttpResponse:
    form = UploadDirectoryForm(request.POST, request.FILES) if request.method == "POST" else None
    if form is not None and form.is_valid():
        name, content = form.content()
        run = services.upload_directory(by=request.member, file_name=name, content=content)
        return redirect("partnership_staff:directory_import", run.pk)
    status = WRONG if form is not None else 200
    context = {"form": form or UploadDirectoryForm()}
    return render(request, "partnership_staff/upload_directory.html", context, status=status)


@require_GET
def directory_import(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """How far an import is; when it was read, what each row would do; afterwards, what each did."""
    return _run_page(request, _own_run(request, run))


def _own_run(request: MemberRequest, run: uuid.UUID) -> ImportRun:
    return get_object_or_404(files.directory_imports(request.member), pk=run)


def _run_page(
    request: MemberRequest,
    run: ImportRun,
    *,
    form: BringInDirectoryForm | None = None,
    columns: ColumnsForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    is_working = run.state in {State.READING, State.RUNNING}
    rows = [] if is_working else files.report(run, outcome)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    is_ready = run.state == State.READY
    context = {
        "run": run,
        "kind": STATE_KINDS[State(run.state)],
        "refusal": refusal,
        "is_working": is_working,
        "problems": [files.sentence(one) for one in run.problems],
        "notices": [files.sentence(one) for one in run.notices],
        "counts": _counts(run, outcome),
        "outcome": OUTCOMES.get(outcome, ""),
        "page": page,
        "rows": [_told(row) for row in page],
        "query": f"outcome={outcome}" if outcome in OUTCOMES else "",
        "columns": columns or ColumnsForm(run.preview.get("columns", [])),
        "form": form or BringInDirectoryForm(run),
        "may": may.may_bring_in_directory(request.member, run, clock.now()) if is_ready else None,
        "may_upload": may.may_upload_directory(request.member, clock.now()),
        "changes_nothing": _changes_nothing(run),
    }
    status = REFUSED_HERE if refusal else WRONG if form or columns else 200
    response = render(request, "partnership_staff/directory_import.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _counts(run: ImportRun, chosen: str) -> list[dict[str, Any]]:
    counts = run.preview.get("counts", {})
    return [
        {
            "outcome": str(name),
            "label": label,
            "kind": OUTCOME_KINDS[Outcome(name)],
            "number": counts[name],
            "is_chosen": name == chosen,
        }
        for name, label in OUTCOMES.items()
        if counts.get(name)
    ]


def _told(row: files.ReportRow) -> dict[str, Any]:
    kind = OUTCOME_KINDS[Outcome(row.outcome)]
    return {"row": row, "kind": kind, "label": OUTCOMES[row.outcome]}


def _changes_nothing(run: ImportRun) -> bool:
    counts = run.preview.get("counts", {})
    return bool(counts) and not any(counts[name] for name in ("new", "joins", "changed", "asked"))


@require_POST
def choose_columns(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Say what each column holds, and have the file read again."""
    found = _own_run(request, run)
    form = ColumnsForm(found.preview.get("columns", []), request.POST)
    if not form.is_valid():
        return _run_page(request, found, columns=form)
    try:
        services.choose_columns(found, by=request.member, chosen=form.chosen())
    except Refused as refused:
        return _refused(request, found, refused)
    return redirect("partnership_staff:directory_import", found.pk)


def _refused(request: MemberRequest, run: ImportRun, refused: Refused) -> HttpResponse:
    log("partnership.refused", by=request.member, about=run, decision=refused.decision)
    return _run_page(request, run, refusal=str(refused.decision))


@require_POST
def bring_in_directory(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Have the rows written."""
    found = _own_run(request, run)
    form = BringInDirectoryForm(found, request.POST)
    if not form.is_valid():
        return _run_page(request, found, form=form)
    try:
        services.bring_in_directory(found, by=request.member, **form.cleaned_data)
    except Refused as refused:
        return _refused(request, found, refused)
    messages.success(request, _("The rows are being brought in."))
    return redirect("partnership_staff:directory_import", found.pk)


@require_POST
def resume_directory_import(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Let an import that stopped go on from where it was."""
    found = _own_run(request, run)
    try:
        services.resume_directory_import(found, by=request.member)
    except Refused as refused:
        return _refused(request, found, refused)
    messages.success(request, _("The import goes on where it stopped."))
    return redirect("partnership_staff:directory_import", found.pk)


@require_GET
def directory_report(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """What became of every row, as a file to work through."""
    found = _own_run(request, run)
    rows = [[_("line"), _("what"), _("organisation"), _("compared with"), _("why")]]
    for row in files.report(found):
        sentences = " ".join(row.sentences)
        rows.append([str(row.line), str(OUTCOMES[row.outcome]), row.name, row.other, sentences])
    return csv_file(f"import-{found.started_at:%Y-%m-%d}.csv", rows)


@require_GET
def export_directory(request: MemberRequest, form: str) -> HttpResponse:
    """The directory as the reader sees it, with the filters of the list."""
    if form not in TYPES:
        raise Http404
    wanted = WantedForm(request.GET, areas=directory.areas(request.member)).wanted
    entries = directory.entries(request.member, wanted)
    rows = files.export_rows(entries, request.member, in_codes=form == "vcf")
    content = _written(form, rows)
    services.export_directory(by=request.member, form=form, rows=len(rows))
    return _file(form, content, f"directory-{clock.now():%Y-%m-%d}.{form}")


def _written(form: str, rows: list[dict[str, str]]) -> bytes:
    if form == "vcf":
        return write_cards(rows)
    columns, language = files.export_columns(), get_language() or "en"
    headings = [heading(column, language) for column in columns]
    cells = [[row.get(column, "") for column in columns] for row in rows]
    if form == "csv":
        return write_csv(headings, cells)
    return write_spreadsheet(_("Directory"), headings, cells)


def _file(form: str, content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def directory_template(request: MemberRequest, form: str) -> HttpResponse:
    """An empty table to fill in, with the headings in the reader's language."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    return _file(form, _written(form, []), f"directory-template.{form}")
