"""Files of a record: keeping one, and taking a copy of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.keys.sealing import Unreadable
from entente.people.sign_in import MemberRequest
from entente.records import services
from entente.records.files import kept_file
from entente.records.forms.files import FileForm, too_large
from entente.records.models import File, Record
from entente.records.reading import let_in
from entente.records.references import as_reference
from entente.records.rules.sharing import works_inside
from entente.records.views.working import form_page, page_of, worked_on

TOO_LARGE = 413
FORM_PARTS = 64 * 1024  # what a form adds to its file
# Whatever is in a file, a browser only saves it.
SHUT_IN = "default-src 'none'; sandbox"


@csrf_exempt  # asked for below, once it is sure that not too much has to be read for it
def keep_file(request: MemberRequest, reference: str) -> HttpResponse:
    """Add a file to a record. Its size is looked at before a byte of it is read."""
    record = worked_on(request, reference)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.ENTENTE_UPLOAD_BYTES + FORM_PARTS:
        form = FileForm(record=record)
        told: Any = {"refusal": too_large(), "status": TOO_LARGE}
        return form_page(request, "records/keep_file.html", record, form, **told)
    return _upload(request, record)


@csrf_protect
def _upload(request: MemberRequest, record: Record) -> HttpResponse:
    is_sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES, record=record) if is_sent else FileForm(record=record)
    if not form.is_valid():
        return form_page(request, "records/keep_file.html", record, form)
    given = dict(form.cleaned_data)
    file = given.pop("file")
    services.keep_file(record, by=request.member, name=file.name, content=file.read(), **given)
    messages.success(request, _("The file is sealed and kept on the record."))
    return redirect(f"{page_of(record, request.member)}#files")


@require_GET
def download_file(request: MemberRequest, reference: str, file_id: uuid.UUID) -> HttpResponse:
    """Take a copy of a file. That somebody of another organisation did is in the log before they have it."""
    files = File.objects.visible_to(request.member).select_related("record")
    file = get_object_or_404(files, pk=file_id, record__reference=as_reference(reference))
    record, reader = file.record, request.member
    try:
        content = kept_file(record.pk, file.pk.hex)
    except (FileNotFoundError, Unreadable) as error:
        raise Http404 from error
    if not works_inside(reader, record, clock.now(), list(let_in(record, reader))):
        services.log_download(file, by=reader)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["Content-Security-Policy"] = SHUT_IN
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
