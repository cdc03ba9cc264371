"""Protocols and the strategy as papers: the article of their page as PDF, in the reader's language."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.ui.articles import article, words_of
from entente.ui.printing import STAND_IN, NotPrinted, is_printable, pdf, qr_code

logger = logging.getLogger(__name__)
TEMPLATE = "partnership/print/library.typ"


def printed(page: str, *, reference: str, made_at: datetime, address: str) -> HttpResponse:
    """The article of `page` as PDF; `address` is where its newest version is read."""
    language = get_language() or "en"
    blocks = article(page)
    titles = (words_of(node["runs"]) for node in blocks if node["is"] == "heading")
    content = {
        "title": next(titles, reference),
        "reference": reference,
        "blocks": blocks,
        "found_at": _("The newest version is found here:"),
        "address": address,
        "square": qr_code(address),
        "boxes": "" if is_printable(json.dumps(blocks, ensure_ascii=False)) else _boxes(),
        "made_at": made_at,
    }
    try:
        made = pdf(TEMPLATE, content, language=language)
    except NotPrinted:
        logger.exception("The paper %s was not printed.", reference)
        sorry = _("The paper could not be made. Everything that is in it stands on its page.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{reference}-{language}.pdf"'
    return response


def _boxes() -> str:
    words = _("Where a box %(box)s stands, somebody used a sign that this paper has no letter for.")
    return words % {"box": STAND_IN}
