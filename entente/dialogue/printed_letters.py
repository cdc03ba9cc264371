"""Letters that invite one person each: a question, a code, and how to answer. Codes are kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import get_language_bidi, get_language_info, override
from django.utils.translation import gettext as _

from entente.dialogue.models import Dialogue
from entente.ui.printing import pdf, qr_code, said
from entente.ui.templatetags.ui import reading_date

SECONDS = 60  # for one file
ROOM = {1: 900, 2: 420}  # characters of what happens with the answers, by the number of languages


@dataclass(frozen=True)
class Invitation:
    """What every letter of a batch says, apart from its code."""

    dialogue: Dialogue
    district: Mapping[str, str]
    help: str
    addresses: Mapping[str, str]  # by language: where a code is typed
    texts: Mapping[str, Mapping[Any, Any]]  # by language, as `wording` gives them

    @property
    def languages(self) -> list[str]:
        """One or two, in the order of the letter."""
        return list(self.texts)


def letters(invitation: Invitation, codes: Sequence[tuple[str, str]]) -> bytes:
    """One page for each of `codes`: a code and the address its square leads to. Raises NotPrinted."""
    first = invitation.languages[0]
    with override(first):
        sender = str(invitation.dialogue.owner)
    content = {
        "title": invitation.texts[first]["title"].text,
        "reference": invitation.dialogue.reference,
        "sender": sender,
        "parts": [_part(invitation, language) for language in invitation.languages],
        "letters": [{"code": code, "square": qr_code(address), "alt": address} for code, address in codes],
    }
    return pdf("dialogue/print/letter.typ", content, language=first, limit=SECONDS)


def _part(invitation: Invitation, language: str) -> dict[str, Any]:
    """The words of the letter in one language."""
    texts, dialogue = invitation.texts[language], invitation.dialogue
    use = _beginning(texts["use_of_answers"].text, ROOM[len(invitation.languages)])
    with override(language):
        district = invitation.district.get(language, "")
        return {
            "language": language,
            "direction": "rtl" if get_language_info(language)["bidi"] else "ltr",
            "asks": _("%(sender)s asks you:") % {"sender": isolated(dialogue.owner)},
            "question": said(texts["question"].text, texts["question"].language),
            "how": _(
                "Photograph the square with your telephone, or open the address and enter your code."
                " Read short statements and say what you think: agree, disagree or pass. It takes some ten"
                " minutes, and you can stop at any time. No account and no name is needed."
            ),
            "address": invitation.addresses[language],
            "code_label": _("Your code"),
            "until": _("You can answer until %(day)s.")
            % {"day": isolated(strip_tags(reading_date(dialogue.closes_at)))}
            if dialogue.closes_at
            else "",
            "use_label": _("What happens with your answers"),
            "use": said(use, texts["use_of_answers"].language) if use else "",
            "private": _(
                "The code says only that a letter went to %(district)s, not who you are. Keep this letter:"
                " whoever has the code can read and change the answers given with it."
            )
            % {"district": isolated(district)}
            if district
            else _(
                "The code says only that somebody was invited, not who you are. Keep this letter: whoever has"
                " the code can read and change the answers given with it."
            ),
            "help_label": _("Help, by telephone or on paper"),
            "help": isolated(invitation.help),
        }


def _beginning(text: str, room: int) -> str:
    """As many whole sentences as fit."""
    whole = " ".join(text.split())
    if len(whole) <= room:
        return whole
    ends = [found.end() for found in re.finditer(r"[.!?؟](?=\s)", whole[: room + 1])]
    return whole[: ends[-1]] if ends else whole[:room].rpartition(" ")[0] + " …"


def isolated(text: object) -> str:
    """A name, a day or a number that keeps its own direction in Arabic text (Unicode TR9, FSI and PDI)."""
    return f"\u2068{text}\u2069" if get_language_bidi() else str(text)
