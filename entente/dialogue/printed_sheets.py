"""The sheet on which people without a telephone answer: numbered statements, three boxes each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import override

from entente.dialogue.models import Dialogue, HostedSession, Statement
from entente.dialogue.printed_letters import isolated
from entente.dialogue.queries import Worded
from entente.ui.printing import pdf, said
from entente.ui.templatetags.ui import reading_date

MOST_ON_PAPER = 60


def sheet(
    dialogue: Dialogue,
    session: HostedSession,
    rows: Sequence[Statement],
    texts: Mapping[Any, Any],
    language: str,
) -> bytes:
    """A PDF with these statements; `texts` has their words and the dialogue's own, as `wording` does."""
    with override(language):
        about = (session.name, session.place, strip_tags(reading_date(session.held_on)))
        content = {
            "title": f"{texts['title'].text} – {session.name}",
            "question": _own(texts["question"]),
            "reference": dialogue.reference,
            "session": [isolated(part) for part in about if part],
            "how": [
                _("Tick one box for each statement. Leave a line empty if you do not want to answer it."),
                _("“Pass” means: I read it, and I neither agree nor disagree."),
                _("Please write no name on this sheet. It is typed in and then destroyed."),
            ],
            "columns": [_("Statement"), _("Agree"), _("Disagree"), _("Pass")],
            "statements": [{"number": str(row.number), "text": _own(texts[row.pk])} for row in rows],
            "thanks": _("Thank you. Give the sheet to whoever leads the session."),
        }
    return pdf("dialogue/print/sheet.typ", content, language=language)


def _own(worded: Worded) -> dict[str, str]:
    return said(worded.text, worded.language)
