"""Papers of the partnership: the article of a page as PDF, with the city's name above it."""

from __future__ import annotations

from datetime import datetime

from entente.ui.articles import article, words_of
from entente.ui.printing import pdf

TEMPLATE = "partnership_staff/print/paper.typ"


def paper(page: str, *, reference: str, made_at: datetime | None, language: str) -> bytes:
    """The first article of an HTML `page` as PDF, in the language of the moment. Raises NotPrinted."""
    blocks = article(page)
    title = next((words_of(node["runs"]) for node in blocks if node["is"] == "heading"), reference)
    content = {"title": title, "reference": reference, "blocks": blocks, "made_at": made_at}
    return pdf(TEMPLATE, content, language=language)
