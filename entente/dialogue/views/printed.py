"""The published report as a paper to keep, to print and to hand over."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.dialogue.printed_report import paper
from entente.dialogue.views.addresses import whole_address
from entente.dialogue.views.report import published, told
from entente.ui.printing import NotPrinted

logger = logging.getLogger(__name__)


@require_safe
def printed_report(request: HttpRequest, reference: str) -> HttpResponse:
    """What was heard, as PDF: the page of the report as anybody reads it, whoever asks."""
    dialogue, outcome = published(reference)
    language = get_language() or "en"
    try:
        made = paper(
            render_to_string("dialogue/report.html", told(dialogue, outcome)),
            reference=dialogue.reference,
            made_at=outcome.made_at,
            address=whole_address(request, dialogue, "report/", language),
            language=language,
        )
    except NotPrinted:
        logger.exception("The report %s was not printed.", dialogue.reference)
        sorry = _("The paper could not be made. Everything that is in it stands on the page of the report.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{dialogue.reference}-{language}.pdf"'
    return response
