"""The guided start of a town: four steps worked out from what exists, and what is left to do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.audit.services import log
from entente.partnership.forms.starting import StartAgreementForm, StartGroupForm, StartOrganisationForm
from entente.partnership.queries import starting as queries
from entente.partnership.rules import starting as may
from entente.partnership.services import starting as services
from entente.partnership.services.drafting import draft_from_template
from entente.partnership.services.groups import found_group
from entente.people.sign_in import MemberRequest

REFUSED_HERE, WRONG = 409, 422
Form = StartOrganisationForm | StartGroupForm | StartAgreementForm


@require_GET
def start_town(request: MemberRequest) -> HttpResponse:
    """What is there, what is next, and what is left to do."""
    steps = queries.steps(request.member)
    context = {
        "steps": steps,
        "following": next((step.key for step in steps if not step.is_done), ""),
        "done": sum(step.is_done for step in steps),
        "left": queries.left_to_do(request.member),
        "may": may.may_start_organisation(request.member, clock.now()),
    }
    return render(request, "partnership_staff/start_town.html", context)


def start_organisation(request: MemberRequest) -> HttpResponse:
    """One's own organisation and the districts."""
    may.may_start_organisation(request.member, clock.now()).require()
    known = queries.districts(request.member)
    entry = queries.own_entry(request.member)
    initial = StartOrganisationForm.suggested(request.member.organisation, entry)
    form = StartOrganisationForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.start_organisation(by=request.member, **form.said())
        except Refused as refused:
            return _page(request, "start_organisation", form, refused, districts=known)
        return _onward(request, _("Your organisation stands in the directory."))
    return _page(request, "start_organisation", form, districts=known)


def start_group(request: MemberRequest) -> HttpResponse:
    """The first task force."""
    may.may_start_organisation(request.member, clock.now()).require()
    form = StartGroupForm(request.POST or None)
    if form.is_valid():
        language = get_language() or "en"
        try:
            found_group(by=request.member, language=language, **form.cleaned_data)
        except Refused as refused:
            return _page(request, "start_group", form, refused)
        return _onward(request, _("The group is founded, and you sit in it."))
    return _page(request, "start_group", form)


def start_agreement(request: MemberRequest) -> HttpResponse:
    """The first draft agreement."""
    may.may_start_organisation(request.member, clock.now()).require()
    form = StartAgreementForm(queries.other_organisations(request.member), request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            draft_from_template(
                said["template"],
                by=request.member,
                title=said["title"],
                language=get_language() or "en",
                parties=list(said["parties"]),
            )
        except Refused as refused:
            return _page(request, "start_agreement", form, refused)
        return _onward(request, _("The draft is there. It binds nobody and opens nothing yet."))
    return _page(request, "start_agreement", form)


def _onward(request: MemberRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("partnership_staff:start_town")


def _page(
    request: MemberRequest, name: str, form: Form, refused: Refused | None = None, **more: object
) -> HttpResponse:
    refusal, status = "", WRONG if form.errors else 200
    if refused is not None:
        log("partnership.refused", by=request.member, about=None, decision=refused.decision)
        refusal, status = str(refused.decision), REFUSED_HERE
    context = {"form": form, "refusal": refusal, **more}
    return render(request, f"partnership_staff/{name}.html", context, status=status)
