"""Making a receipt for a person, and the page on which they use it."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from entente.audit import clock
from entente.audit.actors import VISITOR, acting, begin
from entente.people.rate_limits import sender, within_limit
from entente.people.sign_in import MemberRequest, NotProven, prove
from entente.records import codes, disclosures, queries, services
from entente.records.disclosures import Look
from entente.records.forms.receipts import NOT_KNOWN, IssueForm, ReceiptForm
from entente.records.rules import may_issue_receipt

TRIES = 60  # of a connection in an hour: a library shares one
personal = cache_control(no_store=True, private=True)
LOOKED = {
    "records.glass_broken": gettext_lazy("Opened it in an emergency"),
    "records.record_opened": gettext_lazy("Said what it was needed for, and opened it"),
    "records.record_read": gettext_lazy("Read it"),
    "records.file_downloaded": gettext_lazy("Downloaded a file"),
    "records.records_exported": gettext_lazy("Took it along in an export"),
}


def issue_receipt(request: MemberRequest, reference: str) -> HttpResponse:
    """Make the code with which a person reads who looked at what concerns them, and print it for them."""
    record = queries.record_with(reference, request.member)
    if record is None:
        raise Http404
    may_issue_receipt(request.member, record, clock.now()).require()
    form = IssueForm(request.POST or None, initial={"language": get_language()})
    if form.is_valid():
        receipt, code = services.issue_receipt(record, by=request.member)
        with override(form.cleaned_data["language"]):
            address = f"{settings.ENTENTE_ADDRESS}{reverse('records_public:who_looked')}"
            context = {"record": record, "receipt": receipt, "code": code, "address": address}
            return render(request, "records/receipt.html", context)
    context = {"record": record, "form": form}
    return render(request, "records/issue_receipt.html", context, status=400 if form.is_bound else 200)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def who_looked(request: HttpRequest) -> HttpResponse:
    """Read with the code of a receipt who looked at what concerns oneself. The code is in no address."""
    form = ReceiptForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "records/who_looked.html", {"form": form})
    if not within_limit("receipt", sender(request), at_most=TRIES):
        return render(request, "429.html", {"wait_minutes": 60 - clock.now().minute}, status=429)
    code = codes.normal(form.cleaned_data.get("code", "")) if form.is_valid() else ""
    looks = _looks(code)
    if looks is None:
        if form.is_valid():
            form.add_error("code", str(NOT_KNOWN))
        return render(request, "records/who_looked.html", {"form": form}, status=400)
    context = {"looks": [_told(look) for look in looks], "code": code, "read_at": clock.now()}
    return render(request, "records/looks.html", context)


@personal
@require_POST
def download_proofs(request: HttpRequest) -> HttpResponse:
    """Take along the proof that one line of the list stands in the log, or those of all in one file."""
    if not within_limit("receipt", sender(request), at_most=TRIES):
        return render(request, "429.html", {"wait_minutes": 60 - clock.now().minute}, status=429)
    looks = _looks(codes.normal(request.POST.get("code", "")), with_proofs=True)
    if looks is None:
        return render(request, "records/who_looked.html", {"form": _not_known()}, status=400)
    wanted = request.POST.get("event", "")
    proven = {str(look.event_id): look.proof for look in looks if look.proof}
    if not proven or (wanted and wanted not in proven):
        return render(request, "records/no_proof.html", status=409)
    if wanted:
        return _file(
            proven[wanted].encode(), "text/plain; charset=utf-8", f"who-looked-{wanted[:8]}.tlog-proof"
        )
    return _file(_zipped(proven), "application/zip", "who-looked.zip")


def _zipped(proven: dict[str, str]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for number, proof in enumerate(proven.values(), 1):
            archive.writestr(f"who-looked-{number:03d}.tlog-proof", proof)
    return made.getvalue()


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _not_known() -> ReceiptForm:
    form = ReceiptForm({"code": ""})
    form.add_error("code", str(NOT_KNOWN))
    return form


def _looks(code: str, *, with_proofs: bool = False) -> list[Look] | None:
    """What a code opens; None when it opens nothing. The database is asked whatever was typed."""
    holder = disclosures.holder_of(code)
    try:
        prove(holder.credential)
    except NotProven:
        return None
    with acting(holder):
        looks = disclosures.who_looked(holder, with_proofs=with_proofs)
    begin(VISITOR)
    return looks


def _told(look: Look) -> dict[str, Any]:
    return {
        "look": look,
        "what": LOOKED.get(look.name, ""),
        "who": look.function or _("Somebody acting for it"),
    }
