"""The log: its hashes for anybody, its entries for witnesses, who did what for the overseer."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entente.audit import checkpoints, clock
from entente.audit import queries as audit
from entente.audit.actors import VISITOR
from entente.audit.checkpoints import Malformed
from entente.audit.decisions import Refused
from entente.audit.entries import bundle
from entente.audit.models import Event
from entente.people.rate_limits import sender, within_limit
from entente.people.sign_in import MemberRequest
from entente.rights.forms.oversight import LogFilter, WitnessForm
from entente.rights.queries import oversight as queries
from entente.rights.rules import oversight as rules
from entente.rights.services import oversight as services

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_GOOD = "public, max-age=31536000, immutable"
LONGEST_NOTE = 20_000  # bytes
COSIGNATURES_AN_HOUR = 240
WRONG_KEYS_AN_HOUR = 20
ON_A_PAGE = 50


# For anybody: hashes only


@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint of the log, with the cosignatures of its witnesses."""
    newest = audit.newest_checkpoint()
    if newest is None:
        raise Http404
    answer = HttpResponse(str(audit.witnessed_note(newest)), content_type=TEXT)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The verifier key of the log; compare it with what the overseer gave you on paper."""
    newest = audit.newest_checkpoint()
    if newest is None:
        raise Http404
    answer = HttpResponse(f"{newest.verifier_key}\n", content_type=TEXT)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
def tile(request: HttpRequest, level: int, tile: str) -> HttpResponse:
    """A tile of the log's tree: up to 256 hashes, one after the other."""
    number, width = _tile(tile)
    hashes = audit.tile(level, number, width) if level < 8 else None
    if hashes is None:
        raise Http404
    answer = HttpResponse(hashes, content_type=BYTES)
    answer["Cache-Control"] = FOR_GOOD
    return answer


def _tile(path: str) -> tuple[int, int]:
    try:
        return checkpoints.read_tile_path(path)
    except Malformed:
        raise Http404 from None


@csrf_exempt
@require_POST
def add_cosignatures(request: HttpRequest) -> HttpResponse:
    """A registered witness hands in a checkpoint it cosigned, as a signed note."""
    if not within_limit("cosignatures from", sender(request), at_most=COSIGNATURES_AN_HOUR):
        return _told("Too many cosignatures this hour.", 429)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LONGEST_NOTE:
        return _told("A checkpoint with its signatures is at most 20,000 bytes long.", 413)
    try:
        added = services.add_cosignatures(checkpoints.read_note(request.body.decode()), by=VISITOR)
    except UnicodeDecodeError:
        return _told("A note is written in UTF-8.", 400)
    except Malformed as malformed:
        return _told(str(malformed), 400)
    except services.UnknownCheckpoint:
        return _told("This log never signed that checkpoint.", 404)
    except services.UnknownWitness:
        return _told("No registered witness made any of these signatures.", 403)
    return _told("Thank you." if added else "We have it already. Thank you.", 200)


def _told(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type=TEXT, status=status)


# For witnesses: the entries, without content


@require_GET
def entries(request: HttpRequest, tile: str) -> HttpResponse:
    """Up to 256 entries of the log for a registered witness, who sends its key; each reading is logged."""
    number, width = _tile(tile)
    newest = audit.newest_checkpoint()
    if newest is None or number * 256 + width > newest.size:
        raise Http404
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        found = services.read_entries(secret if scheme == "Bearer" else "", number * 256, width, by=VISITOR)
    except Refused as refused:
        if not within_limit("entries for", sender(request), at_most=WRONG_KEYS_AN_HOUR):
            return _told("Too many wrong keys this hour.", 429)
        answer = _told(str(refused), 401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    answer = HttpResponse(bundle(found), content_type=BYTES)
    answer["Cache-Control"] = "no-store"
    return answer


# For the overseer


@require_GET
def log(request: MemberRequest) -> HttpResponse:
    """Who did what, when, whether it was allowed and why: of all organisations, without titles or content."""
    reader = request.member
    rules.may_read_log(reader, clock.now()).require()
    form = LogFilter(request.GET)
    chosen = form.chosen()
    found = list(queries.events(reader, chosen, _before(request))[: ON_A_PAGE + 1])
    services.read_log(by=reader, filters=chosen)
    newest, waiting = queries.standing(reader)
    context = {
        "form": LogFilter(initial=chosen),
        "lines": queries.lines(found[:ON_A_PAGE], reader),
        "older": _older(found, chosen),
        "query": urlencode(chosen),
        "is_filtered": bool(chosen) or "before" in request.GET,
        "checkpoint": newest,
        "waiting": waiting,
        "watches": [w for w in queries.watches(reader) if w.witness.withdrawn_at is None],
    }
    return render(request, "rights/log.html", context)


def _before(request: HttpRequest) -> tuple[datetime, uuid.UUID] | None:
    at, _gap, event_id = request.GET.get("before", "").partition("~")
    try:
        found = parse_datetime(at)
        return (found, uuid.UUID(event_id)) if found is not None and found.tzinfo is not None else None
    except ValueError:
        return None


def _older(found: list[Event], chosen: dict[str, str]) -> str:
    """The address of the next page: what stands further down than the last line of this one."""
    if len(found) <= ON_A_PAGE:
        return ""
    last = found[ON_A_PAGE - 1]
    return urlencode({**chosen, "before": f"{last.at.isoformat()}~{last.pk}"})


@require_GET
def log_list(request: MemberRequest) -> HttpResponse:
    """The same list for a spreadsheet; that somebody took it along is logged."""
    reader = request.member
    rules.may_read_log(reader, clock.now()).require()
    chosen = LogFilter(request.GET).chosen()
    services.read_log(by=reader, filters=chosen, is_export=True)
    answer = HttpResponse(queries.as_csv(reader, chosen), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="log-{clock.today().isoformat()}.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def witnesses(request: MemberRequest) -> HttpResponse:
    """Who watches over the log from outside; the overseer registers a witness and reads its last word."""
    reader = request.member
    rules.may_register_witness(reader, clock.now()).require()
    form = WitnessForm(request.POST if request.method == "POST" else None)
    made: dict[str, Any] = {}
    if form.is_valid():
        organisation = form.cleaned_data["organisation"]
        try:
            witness, secret = services.register_witness(
                form.cleaned_data["verifier_key"],
                by=reader,
                organisation_id=organisation.pk if organisation else None,
            )
        except Malformed:
            form.add_error("verifier_key", _("This key is registered already, or is not a witness's key."))
        else:
            made, form = {"registered": witness, "entries_key": secret}, WitnessForm()
    newest, _waiting = queries.standing(reader)
    context = {
        "form": form,
        "watches": queries.watches(reader),
        "checkpoint": newest,
        "address": f"{settings.ENTENTE_ADDRESS}/log",
        **made,
    }
    return render(request, "rights/witnesses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_witness(request: MemberRequest, witness: uuid.UUID) -> HttpResponse:
    """Take no more signatures of a witness, and close the entries to it."""
    reader = request.member
    rules.may_register_witness(reader, clock.now()).require()
    found = get_object_or_404(audit.witnesses(), pk=witness)
    rules.may_withdraw_witness(reader, found, clock.now()).require()
    if request.method == "POST":
        services.withdraw_witness(found, by=reader)
        messages.success(request, _("This witness is withdrawn."))
        return redirect("rights:witnesses")
    return render(request, "rights/withdraw_witness.html", {"witness": found})
