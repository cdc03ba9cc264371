"""The answer to “may I share this?” in words: its clause, what is missing, what else one can do."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entente.agreements.models import Agreement
from entente.agreements.rules import Term, lasts
from entente.agreements.sentences import listed
from entente.agreements.vocabulary import Category, Purpose
from entente.partnership.queries.sharing import Matrix
from entente.partnership.rules.sharing import Answer, Ruling, Verdict
from entente.people.models import Organisation
from entente.ui.templatetags.ui import number, reading_date

State = Agreement.State
LABELS: dict[str, Promise] = {
    Verdict.YES: gettext_lazy("Yes"),
    Verdict.NOT_YET: gettext_lazy("Not yet"),
    Verdict.NO: gettext_lazy("No"),
}
STATES = {Verdict.YES: "done", Verdict.NOT_YET: "due", Verdict.NO: "closed"}  # of the look


def question(answer: Answer, other: object, *, receives: bool) -> str:
    """What was asked, as a title."""
    values = {
        "category": capfirst(str(Category(answer.way.category).label)),
        "organisation": other,
        "purpose": Purpose(answer.way.purpose).label,
    }
    if receives:
        return _("%(category)s from %(organisation)s, to %(purpose)s") % values
    return _("%(category)s to %(organisation)s, to %(purpose)s") % values


def in_words(answer: Answer, matrix: Matrix, other: Organisation, *, receives: bool) -> dict[str, Any]:
    """One answer for the page."""
    return {
        "verdict": answer.verdict,
        "label": LABELS[answer.verdict],
        "state_kind": STATES[answer.verdict],
        "question": question(answer, other, receives=receives),
        "lines": [_line(ruling, matrix, receives=receives) for ruling in answer.rulings]
        or [{"sentence": _nothing(other, receives=receives), "missing": [], "url": ""}],
        "secrecy": secrecy(answer),
    }


def _nothing(other: object, *, receives: bool) -> str:
    if receives:
        sentence = _("No clause of any agreement lets %(organisation)s give you this for that purpose.")
    else:
        sentence = _("No clause of any agreement lets you give this to %(organisation)s for that purpose.")
    return sentence % {"organisation": other}


def _line(ruling: Ruling, matrix: Matrix, *, receives: bool) -> dict[str, Any]:
    clause, agreement = ruling.term.clause, ruling.term.agreement
    return {
        "sentence": _said(ruling, receives=receives),
        "missing": missing(ruling.term, matrix) if ruling.verdict != Verdict.YES else [],
        "url": f"{reverse('agreements:agreement', args=[agreement.pk])}#clause-{clause.number}",
    }


def _said(ruling: Ruling, *, receives: bool) -> str:
    clause, agreement = ruling.term.clause, ruling.term.agreement
    values = {
        "number": number(clause.number),
        "agreement": agreement,
        "state": State(agreement.state).label,
        "organisation": clause.giving if receives else clause.receiving,
    }
    if ruling.verdict != Verdict.YES:
        return _("Clause %(number)s of “%(agreement)s” names it, and opens nothing now.") % values
    if receives:
        return (
            _(
                "Clause %(number)s of “%(agreement)s” lets %(organisation)s give it to you."
                " State of the agreement: %(state)s. Nobody has to."
            )
            % values
        )
    return (
        _(
            "Clause %(number)s of “%(agreement)s” lets you give it to %(organisation)s."
            " State of the agreement: %(state)s. You do not have to."
        )
        % values
    )


def missing(term: Term, matrix: Matrix) -> list[str]:
    """What keeps a clause from opening anything at this moment, one sentence each, the gravest first."""
    agreement, at = term.agreement, matrix.at
    if agreement.state == State.ENDED or (agreement.ends_at is not None and agreement.ends_at <= at):
        return [_("“%(agreement)s” has ended. It needs a new agreement.") % {"agreement": agreement}]
    return [*_of_state(term, matrix), *_of_parties(term, matrix)]


def _of_state(term: Term, matrix: Matrix) -> list[str]:
    agreement, found = term.agreement, []
    values = {"agreement": agreement, "keeper": agreement.keeper, "number": number(term.clause.number)}
    if agreement.state == State.DRAFT:
        found.append(
            _("“%(agreement)s” is a draft. %(keeper)s brings it into force once everybody has signed.")
            % values
        )
    elif agreement.state == State.SUSPENDED:
        found.append(
            _("“%(agreement)s” is suspended. It opens nothing until %(keeper)s resumes it.") % values
        )
    elif agreement.state == State.INTERIM and not term.clause.holds_in_interim:
        found.append(
            _("“%(agreement)s” is interim, and clause %(number)s holds only when it is in force.") % values
        )
    if agreement.starts_at > matrix.at:
        begins = {**values, "day": strip_tags(str(reading_date(agreement.starts_at)))}
        found.append(_("“%(agreement)s” begins on %(day)s.") % begins)
    return found


def _of_parties(term: Term, matrix: Matrix) -> list[str]:
    agreement, clause, found = term.agreement, term.clause, []
    for organisation, party in ((clause.giving, term.giving), (clause.receiving, term.receiving)):
        values = {"organisation": organisation, "agreement": agreement}
        if party is None or party.joined_at > matrix.at:
            found.append(_("%(organisation)s is not a party to “%(agreement)s”.") % values)
        elif not lasts(matrix.at, party.joined_at, party.left_at):
            found.append(_("%(organisation)s has left “%(agreement)s”. It needs a new agreement.") % values)
    unsigned = matrix.unsigned(agreement.pk)
    if agreement.state == State.IN_FORCE:
        unsigned = [one for one in unsigned if one in (clause.giving, clause.receiving)]
    if unsigned and not (agreement.state == State.INTERIM and clause.holds_in_interim):
        names = {"organisations": listed(unsigned)}
        found.append(_("These have not signed yet: %(organisations)s.") % names)
    return found


def secrecy(answer: Answer) -> str:
    """The second lock, in a sentence of its own."""
    if answer.verdict != Verdict.YES:
        return ""
    if answer.opens_secrecy:
        return _(
            "Professional secrecy is a second lock, and the clause opens it here: what you learnt under"
            " secrecy may go too, as far as your own law of secrecy allows."
        )
    return _(
        "Professional secrecy is a second lock, and no clause opens it here: what somebody told you under"
        " secrecy stays with you, even though the rest may go."
    )


def instead(
    matrix: Matrix, other: Organisation | None, coordinators: list[str], *, coordinates: bool
) -> list[str]:
    """What one can do where the answer is no, or not yet."""
    found = [_without_identity(matrix, other)]
    if coordinates:
        found.append(_("You coordinate for your organisation: you can propose a clause to the others."))
    elif coordinators:
        ask = _("Ask the coordinator of your organisation, who can propose a clause: %(names)s.")
        found.append(ask % {"names": listed(coordinators)})
    else:
        found.append(_("Ask whoever coordinates for your organisation: they can propose a clause."))
    found.append(
        _(
            "If somebody is in danger now, call the emergency number first. To avert a concrete danger the"
            " law lets you say what is needed for it, and no more. Write down afterwards what you said, to"
            " whom and why. An emergency has a page of its own in the menu."
        )
    )
    found.append(
        _("Nobody has to share. Keeping it to yourself needs no reason and is never held against you.")
    )
    return found


def _without_identity(matrix: Matrix, other: Organisation | None) -> str:
    opened = matrix.opened(Category.CONSULTATION, other.pk) if other else None
    if opened is None or other is None:
        return _(
            "Ask for advice without saying who it is about: no name, no address, nothing by which somebody"
            " could be recognised."
        )
    clause = opened.rulings[0].term
    return _(
        "You may consult %(organisation)s without saying who it is about: clause %(number)s of"
        " “%(agreement)s” allows that."
    ) % {"organisation": other, "number": number(clause.clause.number), "agreement": clause.agreement}
