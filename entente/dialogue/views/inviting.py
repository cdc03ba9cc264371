"""The page that makes codes and shows them once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.running import CodesForm
from entente.dialogue.models import Dialogue, Stratum
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal, public_page, to_record
from entente.people.queries import area_names
from entente.people.sign_in import MemberRequest
from entente.records.views.csv_files import csv_file


def make_codes(request: MemberRequest, reference: str) -> HttpResponse:
    """Make codes for letters or for a hosted session. They are shown once: only hashes are kept."""
    dialogue = dialogue_to_run(request, reference)
    batches = _batches(dialogue, request)
    districts = area_names(request.member)
    form = CodesForm(request.POST or None, batches=list(batches), districts=districts)
    decision = rules.may_make_codes(request.member, dialogue, clock.now())
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("stratum", "number", "area", "batch")}
        try:
            codes = services.make_codes(dialogue, by=request.member, **asked)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            district = districts.get(asked["area"], "")
            return _shown_once(
                request, dialogue, codes, {**asked, "as_file": form.cleaned_data["as_file"]}, district
            )
    refusal = "" if decision else str(decision)
    context = {"dialogue": dialogue, "form": form, "refusal": refusal, "batches": list(batches.items())}
    return render(request, "dialogue_staff/make_codes.html", context, status=REFUSED_HERE if refusal else 200)


def _batches(dialogue: Dialogue, request: MemberRequest) -> dict[str, int]:
    """How many codes each named batch has."""
    found: dict[str, int] = {}
    for row in queries.codes(dialogue, request.member):
        if row["batch"]:
            found[row["batch"]] = found.get(row["batch"], 0) + row["number"]
    return found


def _shown_once(
    request: MemberRequest, dialogue: Dialogue, codes: list[str], asked: dict[str, Any], district: str
) -> HttpResponse:
    """The codes, on a page or in a file that no browser and nothing in between keeps."""
    page = public_page("enter_code", dialogue)
    address = request.build_absolute_uri(page) if page else ""
    if asked["as_file"] == "csv":
        rows = [[_("code"), _("address"), _("district"), _("batch")]]
        rows += [[code, address, district, asked["batch"]] for code in codes]
        return csv_file(f"{dialogue.reference}-codes.csv", rows)
    response = render(
        request,
        "dialogue_staff/codes_made.html",
        {
            "dialogue": dialogue,
            "codes": codes,
            "is_hosted": asked["stratum"] == Stratum.HOSTED,
            "area": district,
            "batch": asked["batch"],
            "address": address,
        },
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def forget_codes(request: MemberRequest, reference: str) -> HttpResponse:
    """Make the unused codes of one batch useless, because the list was lost."""
    dialogue = dialogue_to_run(request, reference)
    number = services.forget_codes(dialogue, by=request.member, batch=request.POST.get("batch", "")[:60])
    said = ngettext("%(number)d code is useless now.", "%(number)d codes are useless now.", number)
    messages.success(request, said % {"number": number})
    return to_record(dialogue, "codes")
