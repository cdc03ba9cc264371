"""The page that makes codes and shows them once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.running import CodesForm
from entente.dialogue.models import Dialogue, Stratum
from entente.dialogue.printed_letters import Invitation, letters
from entente.dialogue.views.addresses import code_address, join_address
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal, public_page, to_record
from entente.people.queries import area_names
from entente.people.sign_in import MemberRequest
from entente.records.views.csv_files import csv_file
from entente.ui.printing import NotPrinted


def make_codes(request: MemberRequest, reference: str) -> HttpResponse:
    """Make codes for letters or for a hosted session. They are shown once: only hashes are kept."""
    dialogue = dialogue_to_run(request, reference)
    batches = _batches(dialogue, request)
    districts = area_names(request.member)
    form = CodesForm(request.POST or None, batches=list(batches), districts=districts, dialogue=dialogue)
    decision = rules.may_make_codes(request.member, dialogue, clock.now())
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("stratum", "number", "area", "batch")}
        try:
            with transaction.atomic():
                codes = services.make_codes(dialogue, by=request.member, **asked)
                if form.cleaned_data["as_file"] == "letters":
                    return _letters(request, dialogue, codes, form)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        except NotPrinted:
            form.add_error(
                None, _("The letters could not be printed, and no code was made. Try fewer at once.")
            )
        else:
            district = districts.get(asked["area"], "")
            return _shown_once(
                request, dialogue, codes, {**asked, "as_file": form.cleaned_data["as_file"]}, district
            )
    refusal = "" if decision else str(decision)
    hosted = {session.name for session in queries.sessions(dialogue, request.member)}
    forgettable = [(batch, number) for batch, number in batches.items() if batch not in hosted]
    context = {"dialogue": dialogue, "form": form, "refusal": refusal, "batches": forgettable}
    return render(request, "dialogue_staff/make_codes.html", context, status=REFUSED_HERE if refusal else 200)


def _batches(dialogue: Dialogue, request: MemberRequest) -> dict[str, int]:
    """How many codes each named batch has."""
    found: dict[str, int] = {}
    for row in queries.codes(dialogue, request.member):
        if row["batch"]:
            found[row["batch"]] = found.get(row["batch"], 0) + row["number"]
    return found


def _letters(request: MemberRequest, dialogue: Dialogue, codes: list[str], form: CodesForm) -> HttpResponse:
    """A letter for each code, made for this answer alone: the codes are kept nowhere. Raises NotPrinted."""
    languages = form.languages_of_letters()
    invitation = Invitation(
        dialogue=dialogue,
        district={code: _district(form.cleaned_data["area"], code, request) for code in languages},
        help=form.cleaned_data["help"],
        addresses={code: code_address(request, dialogue, code) for code in languages},
        texts={code: queries.wording(dialogue, [], code, request.member) for code in languages},
    )
    pages = [(code, join_address(request, dialogue, code, languages[0])) for code in codes]
    response = HttpResponse(letters(invitation, pages), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{dialogue.reference}-letters.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _district(area: str, language: str, request: MemberRequest) -> str:
    with override(language):
        return area_names(request.member).get(area, "")


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
