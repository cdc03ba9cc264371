"""How voices came in, what the headline rests on, and how each way in differs from it."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.dialogue.models import INVITED, Stratum
from entente.dialogue.publication import LEAST
from entente.ui.templatetags.ui import number, percent

Plain = dict[str, Any]


def way_in(stratum: str) -> str:
    """What a way in is called."""
    return str(capfirst(dict(Stratum.choices).get(stratum, stratum)))


def what_it_rests_on(content: Plain) -> str:
    """Whose answers make the result; nothing where everybody came the same way."""
    strata = {key for key in content["took_part"].get("stratum", {}) if key}
    if content.get("basis") == "invited":
        if not strata - INVITED:
            return ""
        return _(
            "The result rests on the people who were invited by letter or came to a session. Those who came"
            " by themselves are shown beside it and change none of its numbers, however many they are."
        )
    if content.get("basis") == "everybody" and strata & INVITED:
        return _(
            "Fewer than ten of those who answered were invited by letter or came to a session, so the result"
            " rests on everybody."
        )
    return ""


def left_out(row: Plain) -> str:
    """How many voices of one way in were left out of the result; why stands beside it."""
    if not row.get("people"):
        return _("Voices that came in this way were left out: %(way)s.") % {"way": way_in(row["stratum"])}
    values = {"people": number(row["people"]), "way": way_in(row["stratum"])}
    return (
        ngettext(
            "At least %(people)s voice was left out (%(way)s).",
            "At least %(people)s voices were left out (%(way)s).",
            row["people"],
        )
        % values
    )


def beside_the_result(direction: int, here: float, headline: float) -> str:
    """How one way in answers a statement, and how the result does."""
    values = {"here": percent(here), "headline": percent(headline)}
    if direction > 0:
        return _("%(here)s agree, in the result %(headline)s.") % values
    return _("%(here)s disagree, in the result %(headline)s.") % values


def differs(stratum: Plain, statements: int) -> str:
    """What is said about the answers of one way in before the statements are listed."""
    if stratum["people"] is None:
        return _("Fewer than ten people came this way, so nothing is said about their answers.")
    if not any(stratum["shares"].values()):
        return _(
            "Their answers are not shown by themselves: next to the result they would tell about fewer than"
            " ten other people."
        )
    if not statements:
        return _("They answer no statement clearly differently from the result.")
    return ngettext(
        "They answer %(count)s statement clearly differently from the result:",
        "They answer %(count)s statements clearly differently from the result:",
        statements,
    ) % {"count": number(statements)}


def ways_read_aloud(names: list[str], rows: list[Plain]) -> str:
    """The picture of the ways in for somebody who does not see it; `rows` has the shares of each line."""
    widest = max(rows, key=lambda row: max(row["shares"]) - min(row["shares"]))
    low, high = min(widest["shares"]), max(widest["shares"])
    values = {
        "statement": number(widest["number"]),
        "low": percent(low),
        "high": percent(high),
        "from": names[widest["shares"].index(low)],
        "to": names[widest["shares"].index(high)],
    }
    return (
        _(
            "Each line is a statement, each mark one way in and how many of its people agree. They lie"
            " furthest apart on statement %(statement)s: from %(low)s (%(from)s) to %(high)s (%(to)s)."
        )
        % values
    )


def rests_on_some(content: Plain) -> bool:
    """Whether the result rests on fewer people than took part."""
    return content.get("basis") == "invited" and bool(_known(content).keys() - INVITED)


def heard_in_short(content: Plain) -> str:
    """What the headline rests on in one short sentence; `who_was_heard` says it in full."""
    known, shares = _known(content), _shares(content)
    invited = [known[key] for key in sorted(INVITED & known.keys())]
    if rests_on_some(content):
        # All three are told and at most as many as there are: there is no such basis of fewer than ten.
        people = max(sum(count or 0 for count in invited), content["eligible"] or 0, LEAST)
        return ngettext(
            "The result rests on at least %(people)s person who was invited by letter or came to a session;"
            " the open web moves none of its numbers.",
            "The result rests on at least %(people)s people who were invited by letter or came to a session;"
            " the open web moves none of its numbers.",
            people,
        ) % {"people": number(people)}
    if not invited:
        return _("Nobody was invited: the result speaks for those who came.")
    if not known.keys() - INVITED:
        return _("Everybody who answered was invited by letter or came to a session.")
    share = sum(shares.get(key, 0) for key in INVITED)
    if not all(invited) or not share:
        return _("Some of the people were invited by letter or came to a session, the others by themselves.")
    words = _("%(share)s of the people were invited by letter or came to a session.")
    return words % {"share": percent(share / 100)}


def who_was_heard(content: Plain) -> list[str]:
    """What the headline rests on: voices that were invited, or that there were none."""
    known, shares = _known(content), _shares(content)
    if not INVITED & known.keys():
        return [_uninvited(known)]
    said = []
    if Stratum.LETTER in known:
        said.append(_came_by_letter(shares.get(Stratum.LETTER, 0)))
    else:
        said.append(_("Nobody was invited by a sealed letter."))
    if Stratum.HOSTED in known:
        said.append(_came_to_sessions(shares.get(Stratum.HOSTED, 0)))
    if known.keys() - INVITED:
        said.append(_("The others came by themselves."))
    return said


def _known(content: Plain) -> Plain:
    return {key: count for key, count in content["took_part"].get("stratum", {}).items() if key}


def _shares(content: Plain) -> dict[str, int]:
    """What part of the people came each way, in percent, as far as it is told."""
    return dict((content.get("came") or {}).get("shares", {}))


def _came_by_letter(share: int) -> str:
    if not share:
        return _("Some people were invited by a sealed letter.")
    return _("%(share)s of the people were invited by a sealed letter.") % {"share": percent(share / 100)}


def _came_to_sessions(share: int) -> str:
    if not share:
        return _("Some people took part in a hosted session.")
    return _("%(share)s of the people took part in a hosted session.") % {"share": percent(share / 100)}


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
