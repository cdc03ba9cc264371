"""The public register of agreements, and the keeper's page that fills it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.agreements import change_rules
from entente.agreements import register as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.audit.decisions import Refused
from entente.partnership import printing
from entente.partnership.forms.register import EssenceForm
from entente.partnership.models import Publication
from entente.partnership.queries import register as queries
from entente.partnership.rules import register as rules
from entente.partnership.sentences import register as sentences
from entente.partnership.services import register as services
from entente.partnership.views.steps import note_refusal
from entente.people.sign_in import MemberRequest
from entente.records.references import as_reference

LISTED = 20
REFUSED_HERE, WRONG = 409, 422


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """What organisations agreed to share, for everybody: each agreement, where it stands now, its parties."""
    page = Paginator(queries.publications(VISITOR), LISTED).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    standings = queries.standings([row.agreement_id for row in shown], VISITOR)
    rows = [
        sentences.told(row, standings[row.agreement_id]) for row in shown if row.agreement_id in standings
    ]
    context = {"rows": rows, "page": page, "undescribed": queries.undescribed(VISITOR)}
    return render(request, "partnership/register.html", context)


def _published(reference: str) -> Publication:
    found = queries.publications(VISITOR).filter(reference=as_reference(reference)).first()
    if found is None or reference != found.reference:
        raise Http404
    return found


def _told(publication: Publication) -> dict[str, Any]:
    """Everything the page of one agreement says."""
    standing = queries.standings([publication.agreement_id], VISITOR).get(publication.agreement_id)
    if standing is None:
        raise Http404
    for party in standing.parties:
        party["contact"] = publication.contacts.get(party["slug"], "")
    return {
        **sentences.told(publication, standing),
        "essence": publication.essence_told,
        "shared": sentences.shared(publication),
        "not_shared": sentences.not_shared(publication),
        "excluded": sentences.EXCLUDED,
        "assessment": sentences.summary_told(queries.newest_summary(publication.agreement_id, VISITOR)),
        "versions": queries.versions(publication.agreement_id, VISITOR),
    }


@require_safe
def register_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One agreement for everybody: what it is about, who takes part since when, whom to ask."""
    return render(request, "partnership/register_page.html", _told(_published(reference)))


@require_safe
def register_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The same as PDF, as it stands at this second."""
    publication, language = _published(reference), get_language() or "en"
    page = render_to_string("partnership/register_page.html", _told(publication))
    return printing.answer(
        page,
        made_at=clock.now(),
        address=_whole(request, reverse("partnership:register_page", args=[publication.reference])),
        name=f"{publication.reference}-{language}.pdf",
        language=language,
        reference=publication.reference,
    )


def _whole(request: HttpRequest, path: str) -> str:
    """The whole address of a page, also from a process behind another."""
    if settings.MODE == "production":
        return f"{settings.ENTENTE_ADDRESS}{path}"
    return request.build_absolute_uri(path)


def describe_agreements(request: MemberRequest) -> HttpResponse:
    """What the reader's organisation keeps: what everybody reads of it, and where its assessment stands."""
    page = Paginator(queries.kept(request.member), LISTED).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    ids = [one.pk for one in shown]
    published = {
        row.agreement_id: row for row in queries.publications(request.member).filter(agreement_id__in=ids)
    }
    told, latest = queries.terms(ids, request.member), queries.latest_assessments(ids, request.member)
    rows = [
        {
            "agreement": one,
            "publication": published.get(one.pk),
            "may_keep": bool(change_rules.may_keep(request.member, one)),
            "is_behind": one.pk in published and published[one.pk].terms != told[one.pk],
            **_assessment(latest.get(one.pk), queries.categories_in(told[one.pk])),
        }
        for one in shown
    ]
    return render(request, "partnership_staff/describe_agreements.html", {"rows": rows, "page": page})


def _assessment(row: Any, categories: list[str]) -> dict[str, Any]:
    state = "" if row is None else str(row.state)
    if row is not None and rules.is_due(row, categories, clock.today()):
        state = "due"
    return {
        "assessment_label": sentences.assessment_label(state),
        "assessment_kind": sentences.ASSESSMENT_KINDS[state],
    }


def kept_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> Agreement:
    """An agreement the reader may know of, or 404."""
    found: Agreement = get_object_or_404(agreements.agreements(request.member), pk=agreement_id)
    return found


def publish_essence(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """Write what everybody reads about an agreement, and see beforehand what stands beside it."""
    agreement, at = kept_agreement(request, agreement_id), clock.now()
    change_rules.may_keep(request.member, agreement).require()
    decision = rules.may_publish_essence(request.member, agreement, at)
    versions = queries.versions(agreement_id, request.member)
    language = versions[0].language if versions else get_language() or "en"
    parties = [row.organisation for row in agreements.parties_of([agreement_id], request.member)]
    initial = _as_written(versions[0]) if versions else {}
    form = EssenceForm(request.POST or None, language=language, parties=parties, initial=initial)
    if request.method == "POST" and form.is_valid():
        texts = form.told()
        try:
            made = services.publish_essence(
                agreement,
                by=request.member,
                essence=texts.pop(language),
                language=language,
                essences=texts,
                contacts=form.contacts,
            )
        except Refused as refused:
            decision = note_refusal(request, agreement, refused)
        else:
            messages.success(request, _("Everybody can read it now."))
            return redirect("partnership:register_page", made.reference)
    terms = queries.terms([agreement_id], request.member)[agreement_id]
    draft = Publication(terms=terms, kind=agreement.kind)
    context = {
        "agreement": agreement,
        "form": form,
        "refusal": "" if decision else str(decision),
        "shared": sentences.shared(draft),
        "parties": parties,
        "versions": versions,
    }
    status = REFUSED_HERE if not decision else WRONG if form.errors else 200
    return render(request, "partnership_staff/publish_essence.html", context, status=status)


def _as_written(publication: Publication) -> dict[str, str]:
    texts = {**publication.essences, publication.language: publication.essence}
    contacts = {f"contact_{slug}": text for slug, text in publication.contacts.items()}
    return {**{f"essence_{code}": text for code, text in texts.items()}, **contacts}
