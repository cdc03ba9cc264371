"""A result, a map and an answer as sentences; longer texts as paragraphs and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from entente.dialogue.publication import LEAST
from entente.ui.templatetags.ui import hundredths, number, percent

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
    """How many people answered, and how often, in tens; nothing about fewer than ten."""
    if content["participants"] < LEAST:
        return _("Fewer than ten people took part, so no numbers are shown.")
    values = {"people": number(content["participants"]), "votes": number(content["votes"])}
    values["statements"] = number(len(content["numbers"]))
    return (
        ngettext(
            "At least %(people)s people gave about %(votes)s answers to %(statements)s statement.",
            "At least %(people)s people gave about %(votes)s answers to %(statements)s statements.",
            len(content["numbers"]),
        )
        % values
    )


def groups_found(content: Plain) -> str:
    """How many groups of opinion there are, or that there are none, which is a result too."""
    if not content["groups"]:
        return _("Too few people answered to look for groups of opinion.")
    if is_unstable(content):
        return _("Groups of opinion show, but other ones each time one looks: they are not stable.")
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


def how_large(content: Plain) -> str:
    """What part of those on the map each group is; nothing without groups."""
    if not content["is_clear"]:
        return ""
    listed = (
        _("%(group)s %(share)s") % {"group": name, "share": percent(group["share"] / 100)}
        for name, group in zip(group_names(content), content["groups"], strict=True)
    )
    comma = pgettext("between the members of a list", ", ")
    return _("Of those on the map: %(groups)s.") % {"groups": comma.join(listed)}


def is_unstable(content: Plain) -> bool:
    """Whether groups were found that are too unstable to be named."""
    return not content["is_clear"] and (content.get("stability") or {}).get("word") == "unstable"


def how_stable(content: Plain) -> str:
    """How stable the groups are, in a word and a number; nothing where that is not known."""
    known = content.get("stability") or {}
    if known.get("agreement") is None:
        return ""
    value = {"agreement": hundredths(max(known["agreement"], 0))}
    if known["word"] == "stable":
        return _("The groups are stable (%(agreement)s of 1).") % value
    if known["word"] == "fair":
        return _("The groups are fairly stable (%(agreement)s of 1).") % value
    return _("The groups are not stable (%(agreement)s of 1).") % value


def what_stable_means(content: Plain) -> str:
    """Where the number of `how_stable` comes from, and what follows from it."""
    known = content.get("stability") or {}
    if known.get("agreement") is None:
        return ""
    drawn = ngettext(
        "We looked for the groups again %(draws)s time, among four fifths of the people, drawn by lot, and"
        " compared who ended up together: 1 means always the same people, 0 no more often than by chance.",
        "We looked for the groups again %(draws)s times, each time among four fifths of the people, drawn by"
        " lot, and compared who ended up together: 1 means always the same people, 0 no more often than by"
        " chance.",
        known["draws"],
    ) % {"draws": number(known["draws"])}
    follows = {
        "stable": _("So the groups do not hang on a few people."),
        "fair": _("So the groups are real in the main, and people near their edges could stand in another."),
        "unstable": _(
            "Below 0.6 we name no groups: with a few people more or fewer there would be others. What most"
            " people share does not depend on them."
        ),
    }
    return " ".join((drawn, follows[known["word"]]))


def headline(content: Plain, texts: dict[int, str]) -> list[str]:
    """The result in a few sentences; `texts` are the statements by number, each kept in its own direction."""
    texts = {at: f"\u2068{text}\u2069" for at, text in texts.items()}
    said = [took_part(content), groups_found(content)]
    if content["is_clear"]:
        said[-1] = " ".join(filter(None, (said[-1], how_large(content), how_stable(content))))
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
    """What share of each group agrees or disagrees, e.g. "A 90%, B 80%"."""
    comma = pgettext("between the members of a list", ", ")
    parts = (
        _("%(letter)s %(share)s") % {"letter": letter(place), "share": percent(share)}
        for place, share in enumerate(row["shares"])
    )
    listed = comma.join(parts)
    if direction > 0:
        return _("Agree, about: %(shares)s") % {"shares": listed}
    return _("Disagree, about: %(shares)s") % {"shares": listed}


def you_stand(name: str) -> str:
    """Where the reader stands on the map."""
    return _("Your answers are closest to those of %(group)s.") % {"group": name}


def map_read_aloud(content: Plain, names: list[str]) -> str:
    """The opinion map for somebody who does not see it."""
    if is_unstable(content):
        return _(
            "One area holds everybody who answered enough statements: the groups in it are not stable enough"
            " to be drawn apart."
        )
    if not content["is_clear"]:
        return _(
            "One area holds everybody who answered enough statements: no groups lie apart from each other."
        )
    sizes = pgettext("between the members of a list", ", ").join(
        _("%(group)s: at least %(people)s people") % {"group": name, "people": number(group["size"])}
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


def others_answered(shares: Sequence[float], *, is_rough: bool) -> str:
    """How everybody answered, from shares 0..1; rough ones are tens of percent."""
    values = dict(zip(("agree", "disagree", "passed"), map(percent, shares), strict=True))
    if is_rough:
        return _("About %(agree)s agree, %(disagree)s disagree, %(passed)s pass.") % values
    return _("%(agree)s agree, %(disagree)s disagree, %(passed)s pass.") % values
