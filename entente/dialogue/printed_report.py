"""The report of a dialogue on paper: the article of its page, with where to find what is newer."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _

from entente.ui.articles import Node, article, words_of
from entente.ui.printing import STAND_IN, is_printable, pdf, qr_code
from entente.ui.templatetags.ui import number

TEMPLATE = "dialogue/print/report.typ"
MOST = 2000  # rows of a table or items of a list; more than that nobody reads on paper
SECONDS = 60  # for one report
KEPT = 24  # papers of this process, a quarter of a megabyte each

_papers: OrderedDict[str, bytes] = OrderedDict()
_one_at_a_time = Lock()


def paper(page: str, *, reference: str, made_at: datetime, address: str, language: str) -> bytes:
    """The report's `page` as PDF; `address` is where everybody reads it. Raises NotPrinted.

    The words beside the article are in the language of the moment. A paper is kept under all that is in it,
    so that whoever asks next does not wait, and a statement turned down since is in no paper any longer.
    """
    blocks = list(_shortened(article(page)))
    content = {
        "title": _title(blocks) or reference,
        "reference": reference,
        "blocks": blocks,
        "found_at": _("The newest edition of this report and its open data are found here:"),
        "address": address,
        "boxes": "" if is_printable(json.dumps(blocks, ensure_ascii=False)) else _boxes(),
    }
    key = _key(content, made_at, language)
    with _one_at_a_time:
        if key not in _papers:
            square = qr_code(address)
            _papers[key] = pdf(
                TEMPLATE, content | {"square": square, "made_at": made_at}, language=language, limit=SECONDS
            )
        _papers.move_to_end(key)
        while len(_papers) > KEPT:
            _papers.popitem(last=False)
        return _papers[key]


def _shortened(nodes: list[Node]) -> Iterator[Node]:
    """The same with the first of very many rows, and where the others are."""
    for node in nodes:
        name = "rows" if "rows" in node else "items"
        if len(node.get(name, [])) <= MOST:
            yield node | ({"blocks": list(_shortened(node["blocks"]))} if "blocks" in node else {})
            continue
        yield node | {name: node[name][:MOST]}
        said = _("Only the first %(shown)s of %(all)s stand here. All of them are in the open data.")
        values = {"shown": number(MOST), "all": number(len(node[name]))}
        yield {"is": "text", "kinds": ["soft", "small"], "runs": [{"text": said % values}]}


def _title(blocks: list[Node]) -> str:
    return next((words_of(node["runs"]) for node in blocks if node["is"] == "heading"), "")


def _boxes() -> str:
    words = _("Where a box %(box)s stands, somebody used a sign that this paper has no letter for.")
    return words % {"box": STAND_IN}


def _key(content: dict[str, Any], made_at: datetime, language: str) -> str:
    told = json.dumps([content, made_at.isoformat(), language], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
