"""Papers of the partnership as PDF: the article of a page, with where to find what is newer."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from entente.ui.articles import article, words_of
from entente.ui.printing import STAND_IN, NotPrinted, is_printable, pdf, qr_code

logger = logging.getLogger(__name__)

TEMPLATE = "partnership/print/paper.typ"


def paper(page: str, *, made_at: datetime, address: str, language: str, reference: str = "") -> bytes:
    """The article of `page` as PDF; `address` is where its newest edition stands. Raises NotPrinted."""
    blocks = article(page)
    title = next((words_of(node["runs"]) for node in blocks if node["is"] == "heading"), "")
    is_whole = is_printable(json.dumps(blocks, ensure_ascii=False))
    boxes = _("Where a box %(box)s stands, somebody used a sign that this paper has no letter for.")
    content = {
        "title": title or address,
        "reference": reference,
        "blocks": blocks,
        "found_at": _("What holds now is found here, and not on paper:"),
        "address": address,
        "boxes": "" if is_whole else boxes % {"box": STAND_IN},
        "square": qr_code(address),
        "made_at": made_at,
    }
    return pdf(TEMPLATE, content, language=language)


def answer(
    page: str, *, made_at: datetime, address: str, name: str, language: str, reference: str = ""
) -> HttpResponse:
    """The paper as the answer to a request, or a sentence when it can't be made."""
    try:
        made = paper(page, made_at=made_at, address=address, language=language, reference=reference)
    except NotPrinted:
        logger.exception("The paper %s was not printed.", name)
        sorry = _("The paper could not be made. Everything that is in it stands on the page.")
        return HttpResponse(sorry, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
