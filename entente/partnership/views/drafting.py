"""The pages on which an agreement comes to be: from a template to a dossier that is open for signature."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.agreements import change_rules, register
from entente.agreements import services as agreements
from entente.agreements.forms import ReasonForm
from entente.agreements.models import Party
from entente.audit import clock
from entente.audit.decisions import Refused
from entente.partnership.forms.drafting import (
    AmendForm,
    BasisForm,
    DraftForm,
    OpinionForm,
    ReviewForm,
    TextsForm,
)
from entente.partnership.models import Basis, Dossier, Opinion
from entente.partnership.queries import drafting as queries
from entente.partnership.rules import drafting as rules
from entente.partnership.services import amending, drafting
from entente.partnership.views.steps import note_refusal
from entente.people.models import Organisation
from entente.people.sign_in import MemberRequest

REFUSED_HERE = 409
FEW = 60  # organisations that fit on a page; of more, those that are party to something
FOUND = 20


def dossier_or_404(request: MemberRequest, agreement_id: uuid.UUID) -> Dossier:
    """A dossier, or 404 for somebody who may not know of its agreement."""
    return get_object_or_404(queries.dossiers(request.member), pk=agreement_id)


def draft_from_template(request: MemberRequest) -> HttpResponse:
    """Choose a template, a title and who joins."""
    reader = request.member
    change_rules.may_draft_agreement(reader, clock.now(), None, clock.now()).require()
    form = DraftForm(
        request.POST or None,
        organisations=_organisations(request),
        initial={"template": "sharing", "language": get_language() or "en"},
    )
    if form.is_valid():
        typed = {**form.cleaned_data, "parties": list(form.cleaned_data["parties"])}
        agreement = drafting.draft_from_template(typed.pop("template"), by=reader, **typed)
        messages.success(request, _("The draft has begun. Below stands what is still missing."))
        return redirect("partnership_staff:dossier", agreement.pk)
    return render(
        request,
        "partnership_staff/draft_from_template.html",
        {"form": form},
        status=400 if form.errors else 200,
    )


def _organisations(request: MemberRequest) -> QuerySet[Organisation]:
    """Whom an agreement may be drafted with at once: everybody, or those who are party to something."""
    rows = Organisation.objects.exclude(pk=request.member.organisation_id).order_by("name")
    if rows.count() <= FEW:
        return rows
    known = Party.objects.values_list("organisation_id", flat=True).distinct()
    return rows.filter(pk__in=list(known[: FEW * 10]))


def open_dossier(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Begin the dossier of an agreement that has none yet."""
    agreement = get_object_or_404(register.agreements(request.member), pk=agreement_id)
    change_rules.may_keep(request.member, agreement).require()
    return _confirmed(
        request,
        agreement_id,
        "open_dossier",
        about=agreement,
        do=lambda: drafting.open_dossier(agreement, by=request.member, language=get_language() or "en"),
        done=_("The dossier has begun."),
    )


def write_dossier(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """The texts, in the language they were written in or as its translation."""
    dossier, reader = dossier_or_404(request, agreement_id), request.member
    change_rules.may_keep(reader, dossier.agreement).require()
    language = request.GET.get("in", "")
    language = language if language in dict(_languages()) else dossier.language
    form = TextsForm(
        request.POST or None, dossier=dossier, language=language, initial=_typed(dossier, language)
    )
    refusal = ""
    if form.is_valid():
        try:
            drafting.write_dossier(
                dossier,
                by=reader,
                texts=form.texts,
                language=language,
                version_read=form.cleaned_data["version"],
                **form.terms,
            )
        except Refused as refused:
            refusal = str(note_refusal(request, dossier, refused))
        else:
            messages.success(request, _("Saved. The version before is kept."))
            return redirect("partnership_staff:dossier", agreement_id)
    may = rules.may_write_dossier(reader, dossier, register.parties_of([agreement_id], reader), clock.now())
    context = {
        "dossier": dossier,
        "agreement": dossier.agreement,
        "form": form,
        "language": language,
        "languages": [(code, name, code == language) for code, name in _languages()],
        "is_own": language == dossier.language,
        "refusal": refusal or ("" if may else str(may)),
        "may": may,
    }
    status = REFUSED_HERE if context["refusal"] else 400 if form.errors else 200
    return render(request, "partnership_staff/write_dossier.html", context, status=status)


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def _typed(dossier: Dossier, language: str) -> dict[str, Any]:
    return {
        **dossier.texts.get(language, {}),
        "version": dossier.version,
        "contact": dossier.contact,
        "review_on": dossier.review_on,
        "excluded_purposes": dossier.excluded_purposes,
    }


def add_party(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Find an organisation in the directory, and let it join the draft."""
    dossier, reader = dossier_or_404(request, agreement_id), request.member
    change_rules.may_keep(reader, dossier.agreement).require()
    refusal, parties = "", register.parties_of([agreement_id], reader)
    if request.method == "POST":
        organisation = get_object_or_404(Organisation, slug=request.POST.get("organisation", ""))
        try:
            rules.may_write_dossier(reader, dossier, parties, clock.now()).require()
            agreements.add_party(dossier.agreement, by=reader, organisation=organisation)
        except Refused as refused:
            refusal = str(note_refusal(request, dossier, refused))
        else:
            messages.success(request, _("The organisation has joined the draft."))
            return redirect("partnership_staff:dossier", agreement_id)
    words = " ".join(request.GET.get("q", "").split())[:80]
    known = [row.organisation_id for row in parties]
    rows = Organisation.objects.exclude(pk__in=known).order_by("name")
    found = rows.filter(name__icontains=words) | rows.filter(names__icontains=words) if words else rows
    context = {
        "agreement": dossier.agreement,
        "words": words,
        "found": list(found[:FOUND]),
        "refusal": refusal,
    }
    return render(
        request, "partnership_staff/add_party.html", context, status=REFUSED_HERE if refusal else 200
    )


def state_basis(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Every basis that is stated, every gap, and a form for one more."""
    dossier, reader = dossier_or_404(request, agreement_id), request.member
    parties = rules.present(register.parties_of([agreement_id], reader), clock.now())
    own = [row.organisation for row in parties if _may_state(request, dossier, parties, row)]
    form, refusal = None, ""
    if own:
        form = BasisForm(
            request.POST or None,
            parties=own,
            purposes=queries.used_purposes(agreement_id, reader),
            initial={name: request.GET.get(name, "") for name in ("organisation", "purpose")},
        )
    if form is not None and form.is_valid():
        try:
            drafting.state_basis(dossier.agreement, by=reader, **form.cleaned_data)
        except Refused as refused:
            refusal = str(note_refusal(request, dossier, refused))
        else:
            messages.success(request, _("The legal basis is stated."))
            return redirect("partnership_staff:state_basis", agreement_id)
    bases = queries.bases_of(agreement_id, reader)
    names = {row.organisation_id: row.organisation for row in parties}
    found = queries.gaps_of(agreement_id, bases, reader)
    context = {
        "dossier": dossier,
        "agreement": dossier.agreement,
        "form": form,
        "refusal": refusal,
        "bases": bases,
        "own": {row.pk for row in own},
        "gaps": queries.gap_sentences(found, names),
    }
    status = REFUSED_HERE if refusal else 400 if form is not None and form.errors else 200
    return render(request, "partnership_staff/state_basis.html", context, status=status)


def _may_state(request: MemberRequest, dossier: Dossier, parties: list[Party], party: Party) -> bool:
    sample = rules.may_state_basis(
        request.member, dossier.agreement, parties, party.organisation, "", "x", clock.now()
    )
    return bool(sample)


def withdraw_basis(request: MemberRequest, agreement_id: uuid.UUID, basis_id: uuid.UUID) -> HttpResponse:
    """Take a basis back, with the reason."""
    dossier = dossier_or_404(request, agreement_id)
    rows = Basis.objects.visible_to(request.member).select_related("organisation", "agreement")
    basis = get_object_or_404(rows, pk=basis_id, agreement_id=agreement_id)
    parties = register.parties_of([agreement_id], request.member)
    if basis.withdrawn_at is None:
        rules.may_withdraw_basis(request.member, basis, parties, clock.now()).require()
    return _confirmed(
        request,
        agreement_id,
        "withdraw_basis",
        about=dossier,
        do=lambda **typed: drafting.withdraw_basis(basis, by=request.member, **typed),
        done=_("The legal basis is withdrawn."),
        form=ReasonForm(request.POST or None),
        extra={"basis": basis},
        back="partnership_staff:state_basis",
    )


def ask_opinions(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Ask the parties' data protection officers."""
    dossier = dossier_or_404(request, agreement_id)
    change_rules.may_keep(request.member, dossier.agreement).require()
    return _confirmed(
        request,
        agreement_id,
        "ask_opinions",
        about=dossier,
        do=lambda: drafting.ask_opinions(dossier, by=request.member),
        done=_("The opinions were asked for. They wait in the officers' work."),
    )


def give_opinion(request: MemberRequest, agreement_id: uuid.UUID, opinion_id: uuid.UUID) -> HttpResponse:
    """Give one's organisation's opinion, with the whole agreement in reach."""
    dossier, reader = dossier_or_404(request, agreement_id), request.member
    rows = Opinion.objects.visible_to(reader).select_related("organisation", "agreement")
    opinion = get_object_or_404(rows, pk=opinion_id, agreement_id=agreement_id)
    if opinion.given_at is None:
        has_officer = queries.has_officer(reader)
        rules.may_give_opinion(reader, opinion, has_officer=has_officer, at=clock.now()).require()
    return _confirmed(
        request,
        agreement_id,
        "give_opinion",
        about=dossier,
        do=lambda **typed: drafting.give_opinion(opinion, by=reader, **typed),
        done=_("Your opinion is given. It stays in the dossier."),
        form=OpinionForm(request.POST or None),
        extra={"opinion": opinion},
    )


def open_signature(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Open the signature round."""
    dossier = dossier_or_404(request, agreement_id)
    change_rules.may_keep(request.member, dossier.agreement).require()
    return _confirmed(
        request,
        agreement_id,
        "open_signature",
        about=dossier,
        do=lambda: drafting.open_signature(dossier, by=request.member),
        done=_("The agreement is open for signature."),
    )


def reopen_draft(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Back into drafting."""
    dossier = dossier_or_404(request, agreement_id)
    change_rules.may_keep(request.member, dossier.agreement).require()
    return _confirmed(
        request,
        agreement_id,
        "reopen_draft",
        about=dossier,
        do=lambda: drafting.reopen_draft(dossier, by=request.member),
        done=_("The agreement is in drafting again."),
    )


def amend_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Draft the agreement that takes this one's place."""
    agreement = get_object_or_404(register.agreements(request.member), pk=agreement_id)
    change_rules.may_keep(request.member, agreement).require()
    made: list[uuid.UUID] = []
    answer = _confirmed(
        request,
        agreement_id,
        "amend_agreement",
        about=agreement,
        do=lambda **typed: made.append(amending.amend_agreement(agreement, by=request.member, **typed).pk),
        done=_("The successor begins as a copy. Until it is in force, nothing changes."),
        form=AmendForm(request.POST or None, initial={"title": agreement.title}),
    )
    return redirect("partnership_staff:dossier", made[0]) if made else answer


def review_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Write down what a review found."""
    dossier = dossier_or_404(request, agreement_id)
    change_rules.may_keep(request.member, dossier.agreement).require()
    return _confirmed(
        request,
        agreement_id,
        "review_agreement",
        about=dossier,
        do=lambda **typed: amending.review_agreement(dossier, by=request.member, **typed),
        done=_("The review is written down."),
        form=ReviewForm(request.POST or None),
        extra={"dossier": dossier},
    )


def _confirmed(
    request: MemberRequest,
    agreement_id: uuid.UUID,
    name: str,
    *,
    about: Any,
    do: Callable[..., object],
    done: str,
    form: Form | None = None,
    extra: dict[str, Any] | None = None,
    back: str = "partnership_staff:dossier",
) -> HttpResponse:
    """A step that is asked again before it happens; a refusal keeps what was typed."""
    refusal = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            do(**(form.cleaned_data if form else {}))
        except Refused as refused:
            refusal = str(note_refusal(request, about, refused))
        else:
            messages.success(request, done)
            return redirect(back, agreement_id)
    agreement = getattr(about, "agreement", about)
    context = {"agreement": agreement, "form": form, "refusal": refusal, **(extra or {})}
    status = REFUSED_HERE if refusal else 400 if form is not None and form.errors else 200
    return render(request, f"partnership_staff/{name}.html", context, status=status)
