"""An agreement as a paper: its dossier, parties, clauses, legal bases and signatures, with their hash."""

from __future__ import annotations

import logging
import uuid

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.agreements import register
from entente.partnership.views.dossier import Whole
from entente.partnership.views.drafting import dossier_or_404
from entente.people.sign_in import MemberRequest
from entente.ui.articles import article
from entente.ui.printing import NotPrinted, pdf

logger = logging.getLogger(__name__)
TEMPLATE = "partnership_staff/print/agreement.typ"


@require_safe
def printed_agreement(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """The whole agreement as PDF, in the reader's language."""
    whole = Whole(dossier_or_404(request, agreement_id), request.member)
    whole.text.clauses = register.clauses_of([agreement_id], request.member)
    language = get_language() or "en"
    signers = {
        event.actor_organisation_id: event.actor_name
        for event in register.changes(whole.agreement, request.member)
        if event.name == "agreements.agreement_signed"
    }
    page = render_to_string(
        "partnership_staff/printed_agreement.html",
        {
            "whole": whole,
            "agreement": whole.agreement,
            "kind": capfirst(whole.agreement.get_kind_display()),
            "parties": [(row, signers.get(row.organisation_id, "")) for row in whole.parties],
            "clauses": [whole.text.in_words(row) for row in whole.text.clauses],
        },
    )
    content = {
        "title": str(whole.agreement),
        "blocks": article(page),
        "address": request.build_absolute_uri(reverse("agreements:agreement", args=[agreement_id])),
        "terms": whole.terms(),
        "terms_label": _("Hash of the terms (SHA-256)"),
        "made_at": whole.at,
    }
    try:
        made = pdf(TEMPLATE, content, language=language)
    except NotPrinted:
        logger.exception("The agreement %s was not printed.", agreement_id)
        sorry = _("The paper could not be made. Everything that is in it stands on the page of the dossier.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="agreement-{str(agreement_id)[:8]}-{language}.pdf"'
    return response
