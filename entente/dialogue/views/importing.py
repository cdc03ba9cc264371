"""The pages that bring in a conversation: upload, preview, progress, report."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.audit.services import log
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.importing import BringInForm, UploadForm, too_large
from entente.dialogue.views.steps import REFUSED_HERE
from entente.people.sign_in import MemberRequest
from entente.records.models import ImportRun
from entente.records.views.csv_files import csv_file
from entente.records.views.importing import STATE_KINDS, TOO_LARGE, is_too_large

PAGE = 50
State = ImportRun.State


def import_list(request: MemberRequest) -> HttpResponse:
    """What the organisation brought in, newest first."""
    may_import = rules.may_draft_dialogue(request.member, clock.now())
    page = Paginator(queries.imports(request.member), PAGE).get_page(request.GET.get("page"))
    rows = [{"run": run, "kind": STATE_KINDS[State(run.state)]} for run in page]
    context = {"page": page, "rows": rows, "may_import": may_import}
    return render(request, "dialogue_staff/import_list.html", context)


@csrf_exempt  # asked for below, once it is sure that not too much has to be read for it
def import_polis(request: MemberRequest) -> HttpResponse:
    """Upload a zip. Its size is looked at before a byte of it is read."""
    rules.may_draft_dialogue(request.member, clock.now()).require()
    if is_too_large(request):
        context = {"form": UploadForm(), "refusal": too_large()}
        return render(request, "dialogue_staff/import_polis.html", context, status=TOO_LARGE)
    return _upload(request)


@csrf_protect
def _upload(request: MemberRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = services.start_import(by=request.member, file_name=file.name, content=file.read())
        return redirect("dialogue_staff:import_run", run.pk)
    return render(request, "dialogue_staff/import_polis.html", {"form": form})


def import_run(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """How far an import is; when it was read, what it would bring in."""
    found = _own_run(request, run)
    if found.state == State.READY and request.method == "POST":
        return _bring_in(request, found)
    form = BringInForm(initial=BringInForm.suggested(found.preview, get_language() or "en"))
    return _run_page(request, found, form)


def _own_run(request: MemberRequest, run: uuid.UUID) -> ImportRun:
    return get_object_or_404(queries.imports(request.member), pk=run)


def _bring_in(request: MemberRequest, run: ImportRun) -> HttpResponse:
    form = BringInForm(request.POST)
    if not form.is_valid():
        return _run_page(request, run, form)
    try:
        services.bring_in_import(run, by=request.member, **form.cleaned_data)
    except Refused as refused:
        log("dialogue.refused", by=request.member, about=run, decision=refused.decision)
        return _run_page(request, run, form, refusal=str(refused.decision))
    messages.success(request, _("The statements are here; the votes are being written."))
    return redirect("dialogue_staff:import_run", run.pk)


def _run_page(request: MemberRequest, run: ImportRun, form: BringInForm, refusal: str = "") -> HttpResponse:
    context = {
        "run": run,
        "form": form,
        "refusal": refusal,
        "kind": STATE_KINDS[State(run.state)],
        "problems": queries.findings(run.problems),
        "notices": queries.findings(run.notices),
        "is_working": run.state in {State.READING, State.RUNNING},
        "may_import": rules.may_draft_dialogue(request.member, clock.now()),
        "share": run.rows_done / run.rows_total if run.rows_total else None,
    }
    response = render(
        request, "dialogue_staff/import_run.html", context, status=REFUSED_HERE if refusal else 200
    )
    response["Cache-Control"] = "no-store"
    return response


def import_findings(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Everything that was noticed, as a file to work through."""
    found = _own_run(request, run)
    rows = [[_("kind"), _("file"), _("line"), _("what")]]
    for kind, problems in ((_("problem"), found.problems), (_("notice"), found.notices)):
        rows += [[kind, one.file, str(one.line or ""), one.sentence] for one in queries.findings(problems)]
    return csv_file(f"import-{found.started_at:%Y-%m-%d}.csv", rows)


@require_POST
def resume_import(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Let an import that stopped go on from where it was."""
    found = _own_run(request, run)
    if found.state == State.STOPPED:
        services.resume_import(found, by=request.member)
        messages.success(request, _("The import goes on where it stopped."))
    return redirect("dialogue_staff:import_run", found.pk)
