"""Anybody complains, without an account, and reads the answer with a code."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from entente.audit import clock
from entente.audit.actors import VISITOR, Plain, acting, begin
from entente.audit.decisions import Refused
from entente.people.rate_limits import sender, within_limit
from entente.people.sign_in import NotProven, prove
from entente.records import codes
from entente.records.references import as_reference, is_reference
from entente.rights.forms.complaints import CodeForm, ComplaintForm, FindForm, WriteBackForm
from entente.rights.models import Complaint
from entente.rights.queries import complaints as queries
from entente.rights.rules import complaints as rules
from entente.rights.services import complaints as services

COMPLAINTS_AN_HOUR = 20  # of a connection: a library shares one
CODES_AN_HOUR = 60  # of a connection
CODES_FOR_ONE = 30  # for one complaint, wherever they come from
REFUSED_HERE = 409
personal = cache_control(no_store=True, private=True)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Complain about the partnership; below, how many did and what was learnt."""
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not within_limit("complaint", sender(request), at_most=COMPLAINTS_AN_HOUR):
            return _too_often(request)
        if form.is_valid():
            try:
                complaint, code = services.make_complaint(by=VISITOR, **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
                return render(request, "rights/complain.html", _complain(form), status=REFUSED_HERE)
            return render(request, "rights/complaint_made.html", _made(complaint, code))
    status = 400 if form.errors else 200
    return render(request, "rights/complain.html", _complain(form), status=status)


def _complain(form: ComplaintForm) -> dict[str, Any]:
    return {
        "form": form,
        "find_form": FindForm(),
        "figures": queries.figures(VISITOR),
        "outcomes": Complaint.Outcome.choices,
        "learnt": queries.learnt(VISITOR),
        "acknowledge_days": rules.ACKNOWLEDGE_DAYS,
        "answer_days": rules.ANSWER_DAYS,
    }


def _made(complaint: Complaint, code: str) -> dict[str, Any]:
    page = reverse("rights_public:read_complaint", args=[complaint.reference])
    address = f"{settings.ENTENTE_ADDRESS}{page}"
    return {"complaint": complaint, "code": code, "address": address}


def _too_often(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", {"wait_minutes": 60 - clock.now().minute}, status=429)


@require_http_methods(["GET", "HEAD"])
def find_complaint(request: HttpRequest) -> HttpResponse:
    """Go to a complaint by its number; whether there is one, only its code tells."""
    form = FindForm(request.GET if "reference" in request.GET else None)
    if form.is_valid():
        reference = as_reference(form.cleaned_data["reference"])
        if _is_number(reference):
            return redirect("rights_public:read_complaint", reference)
        form.add_error("reference", form.fields["reference"].error_messages["required"])
    return render(request, "rights/find_complaint.html", {"form": form}, status=400 if form.errors else 200)


def _is_number(reference: str) -> bool:
    return is_reference(reference) and reference.startswith(f"{services.PREFIX}-")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def read_complaint(request: HttpRequest, reference: str) -> HttpResponse:
    """Read with the code what became of one's complaint, and write back. The code is in no address."""
    if not _is_number(reference):
        raise Http404
    if request.method != "POST":
        return _ask_code(request, reference, CodeForm())
    if not (
        within_limit("complaint code", sender(request), at_most=CODES_AN_HOUR)
        and within_limit("complaint", reference, at_most=CODES_FOR_ONE)
    ):
        return _too_often(request)
    holder = queries.holder_of(request.POST.get("code", ""))
    try:
        prove(holder.credential)
    except NotProven:
        return _not_known(request, reference)
    with acting(holder):
        answer = _opened(request, reference, holder)
    begin(VISITOR)
    return answer or _not_known(request, reference)


def _ask_code(request: HttpRequest, reference: str, form: CodeForm, status: int = 200) -> HttpResponse:
    context = {"reference": reference, "form": form}
    return render(request, "rights/enter_code.html", context, status=status)


def _not_known(request: HttpRequest, reference: str) -> HttpResponse:
    """The same words for a wrong code, another complaint's code and a number that was never given."""
    form = CodeForm({"code": ""})
    form.is_valid()
    return _ask_code(request, reference, form, status=400)


def _opened(request: HttpRequest, reference: str, holder: Plain) -> HttpResponse | None:
    """The conversation, after what was written is kept; None where the code is another complaint's."""
    complaint = queries.complaint_with(reference, holder)
    if complaint is None:
        return None
    is_written = "text" in request.POST
    form = WriteBackForm(request.POST if is_written else None, initial=_initial(request))
    is_sent, refusal = False, ""
    if is_written and form.is_valid():
        words = form.cleaned_data
        try:
            services.write_back(complaint, by=holder, key=words["key"], text=words["text"])
        except Refused as refused:
            refusal = str(refused)
        else:
            is_sent, form = True, WriteBackForm(initial=_initial(request))
    may_write = bool(rules.may_write_back(holder, complaint, clock.now()))
    context = {
        "complaint": complaint,
        "told": queries.text_of(complaint, holder),
        "conversation": queries.conversation(complaint, holder),
        "remedies": queries.remedies_of(complaint, holder),
        "form": form if may_write else None,
        "is_sent": is_sent,
        "refusal": refusal,
        "at": clock.now(),
        "is_late": complaint.is_late(clock.now()),
    }
    status = REFUSED_HERE if refusal else 400 if form.errors else 200
    return render(request, "rights/read_complaint.html", context, status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    return {"code": codes.shown(codes.normal(request.POST.get("code", ""))), "key": uuid.uuid4()}
