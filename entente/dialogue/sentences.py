"""An outcome of a dialogue read aloud: plain sentences in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from entente.dialogue.models import INVITED, Stratum
from entente.dialogue.publication import LEAST
from entente.ui.templatetags.ui import number, percent

Plain = dict[str, Any]
LETTERS = (
    pgettext_lazy("letter of a group of opinion", "A"),
    pgettext_lazy("letter of a group of opinion", "B"),
    pgettext_lazy("letter of a group of opinion", "C"),
    pgettext_lazy("letter of a group of opinion", "D"),
    pgettext_lazy("letter of a group of opinion", "E"),
)


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list when it has items."""

    text: str
    items: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    """A text of the city as paragraphs and lists: an empty line parts them, a dash begins an item."""
    found: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        items = tuple(line[2:].strip() for line in lines if line.startswith("- "))
        words = [line for line in lines if not line.startswith("- ")]
        found += [Block(line) for line in words]
        if items:
            found.append(Block("", items))
    return found


def group_name(place: int) -> str:
    """What the group at this place is called: a letter, which says nothing about anybody."""
    return _("Group %(letter)s") % {"letter": letter(place)}


def letter(place: int) -> str:
    """The letter of the group at this place."""
    return str(LETTERS[place]) if place < len(LETTERS) else str(place + 1)


def language_name(code: str) -> str:
    """A language's name in the reader's language; its code when we have no name for it."""
    return str(dict(settings.LANGUAGES).get(code, code)) if code else _("not said")


def people(count: int) -> str:
    """So many people, in the reader's figures."""
    return ngettext("%(people)s person", "%(people)s people", count) % {"people": number(count)}


def took_part(content: Plain) -> str:
    """How many people answered, and how often; nothing exact about fewer than ten."""
    if content["participants"] < LEAST:
        return _("Fewer than ten people took part, so no numbers are shown.")
    values = {"people": number(content["participants"]), "votes": number(content["votes"])}
    values["statements"] = number(len(content["numbers"]))
    return (
        ngettext(
            "%(people)s person gave %(votes)s answers to %(statements)s statements.",
            "%(people)s people gave %(votes)s answers to %(statements)s statements.",
            content["participants"],
        )
        % values
    )


def groups_found(content: Plain) -> str:
    """How many groups of opinion there are, or that there are none, which is a result too."""
    if not content["groups"]:
        return _("Too few people answered to look for groups of opinion.")
    if not content["is_clear"]:
        return _(
            "There are no clear groups of opinion: people differ statement by statement, not camp from camp."
        )
    count = len(content["groups"])
    words = {
        1: _("There is one group of opinion."),
        2: _("There are two groups of opinion."),
        3: _("There are three groups of opinion."),
        4: _("There are four groups of opinion."),
        5: _("There are five groups of opinion."),
    }
    figures = ngettext(
        "There is %(count)s group of opinion.", "There are %(count)s groups of opinion.", count
    )
    return words.get(count) or figures % {"count": number(count)}


def headline(content: Plain, texts: dict[int, str]) -> list[str]:
    """The result in a few sentences; `texts` are the statements by number, each kept in its own direction."""
    texts = {at: f"\u2068{text}\u2069" for at, text in texts.items()}
    said = [took_part(content), groups_found(content)]
    bridge = next((row for row in content["bridging"] if row["statement"] in texts), None)
    if bridge:
        said.append(_bridge(content, bridge) % {"statement": texts[bridge["statement"]]})
    divide = next((row for row in content["dividing"] if row["statement"] in texts), None)
    if divide and content["is_clear"]:
        words = _("What divides them most: “%(statement)s”")
        said.append(words % {"statement": texts[divide["statement"]]})
    return said


def _bridge(content: Plain, row: Plain) -> str:
    if not content["is_clear"]:
        if row["direction"] > 0:
            return _("What most people agree with: “%(statement)s”")
        return _("What most people disagree with: “%(statement)s”")
    if row["direction"] > 0:
        return _("What a majority in every group agrees with: “%(statement)s”")
    return _("What a majority in every group disagrees with: “%(statement)s”")


def stands_for(row: Plain) -> str:
    """How a group answered one statement it stands for, compared with everybody else."""
    values = {"share": percent(row["share"]), "points": number(round(100 * row["effect"]))}
    if row["direction"] > 0:
        return _("%(share)s agree, %(points)s points more than everybody else.") % values
    return _("%(share)s disagree, %(points)s points more than everybody else.") % values


def group_shares(row: Plain, direction: int) -> str:
    """What share of each group agrees or disagrees, e.g. "A 91%, B 88%"."""
    comma = pgettext("between the members of a list", ", ")
    parts = (
        _("%(letter)s %(share)s") % {"letter": letter(place), "share": percent(share)}
        for place, share in enumerate(row["shares"])
    )
    listed = comma.join(parts)
    if direction > 0:
        return _("Agree: %(shares)s") % {"shares": listed}
    return _("Disagree: %(shares)s") % {"shares": listed}


def heard_in_short(strata: Plain) -> str:
    """What the headline rests on in one short sentence; `who_was_heard` says it in full."""
    known = {key: count for key, count in strata.items() if key}
    invited = [known[key] for key in sorted(INVITED & known.keys())]
    if not invited:
        return _("Nobody was invited: the result speaks for those who came.")
    if not known.keys() - INVITED:
        return _("Everybody who answered was invited.")
    if not all(invited):
        return _("Some of the people were invited, the others came by themselves.")
    share = sum(count or 0 for count in invited) / sum(count or 0 for count in known.values())
    return _("%(share)s of the people were invited.") % {"share": percent(share)}


def who_was_heard(strata: Plain) -> list[str]:
    """What the headline rests on: voices that were invited, or that there were none."""
    known = {key: count for key, count in strata.items() if key}
    if not INVITED & known.keys():
        return [_uninvited(known)]
    total = sum(count or 0 for count in known.values())
    said = []
    if Stratum.LETTER in known:
        said.append(_came_by_letter(known[Stratum.LETTER], total))
    else:
        said.append(_("Nobody was invited by a sealed letter."))
    if Stratum.HOSTED in known:
        said.append(_came_to_sessions(known[Stratum.HOSTED], total))
    if known.keys() - INVITED:
        said.append(_("The others came by themselves."))
    return said


def _came_by_letter(count: int | None, total: int) -> str:
    if not count:
        return _("Some people were invited by a sealed letter.")
    return _("%(share)s of the people were invited by a sealed letter.") % {"share": percent(count / total)}


def _came_to_sessions(count: int | None, total: int) -> str:
    if not count:
        return _("Some people took part in a hosted session.")
    return _("%(share)s of the people took part in a hosted session.") % {"share": percent(count / total)}


def _uninvited(known: Plain) -> str:
    if set(known) == {Stratum.IMPORTED}:
        return _(
            "This conversation was held elsewhere and brought in. We invited nobody to it,"
            " so the result speaks for those who came, not for the whole city."
        )
    return _(
        "Nobody was invited by letter or to a session: the result rests on people who came by themselves,"
        " and speaks for them, not for the whole city."
    )


def you_stand(name: str) -> str:
    """Where the reader stands on the map."""
    return _("Your answers are closest to those of %(group)s.") % {"group": name}


def map_read_aloud(content: Plain, names: list[str]) -> str:
    """The opinion map for somebody who does not see it."""
    if not content["is_clear"]:
        return _(
            "One area holds everybody who answered enough statements: no groups lie apart from each other."
        )
    sizes = pgettext("between the members of a list", ", ").join(
        _("%(group)s: %(people)s") % {"group": name, "people": people(group["size"])}
        for name, group in zip(names, content["groups"], strict=True)
    )
    return _("Areas that lie apart answer differently. %(groups)s.") % {"groups": sizes}


def group_names(content: Plain) -> list[str]:
    """What the areas of the map are called."""
    if not content["is_clear"]:
        return [_("Everybody")] * len(content["groups"])
    return [group_name(place) for place in range(len(content["groups"]))]


def own_answer(value: int) -> str:
    """What the reader said."""
    if value > 0:
        return _("You agreed.")
    return _("You disagreed.") if value < 0 else _("You passed.")


def others_answered(shares: tuple[float, float, float], *, is_rough: bool) -> str:
    """How everybody answered, from shares 0..1; rough ones are tens of percent."""
    values = dict(zip(("agree", "disagree", "passed"), map(percent, shares), strict=True))
    if is_rough:
        return _("About %(agree)s agree, %(disagree)s disagree, %(passed)s pass.") % values
    return _("%(agree)s agree, %(disagree)s disagree, %(passed)s pass.") % values
