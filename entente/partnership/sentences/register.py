"""What the public register says of an agreement, in plain words of the reader's language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from entente.agreements.models import Agreement
from entente.agreements.sentences import STATE_KINDS, listed
from entente.agreements.vocabulary import Category, ExcludedPurpose, Purpose
from entente.partnership.models import Assessment, Publication, Summary
from entente.partnership.queries.register import Standing

State = Agreement.State
WHAT_IT_MEANS: dict[str, Promise] = {
    State.INTERIM: gettext_lazy(
        "Not everybody has signed yet. Until then only contact persons, meeting dates and questions without"
        " anybody's identity are exchanged."
    ),
    State.IN_FORCE: gettext_lazy(
        "It holds. What it names may be shared between the organisations it names, and nothing else."
    ),
    State.SUSPENDED: gettext_lazy("It is suspended: at this moment nothing is shared under it."),
    State.ENDED: gettext_lazy("It has ended: nothing is shared under it any more."),
}
# Never purposes of any agreement of the partnership.
EXCLUDED: tuple[str | Promise, ...] = tuple(purpose.label for purpose in ExcludedPurpose)
# Shared by nobody, whatever an agreement says: there is no such category.
NEVER: tuple[Promise, ...] = (
    gettext_lazy("ethnic origin"),
    gettext_lazy("political opinion"),
    gettext_lazy("sexual life"),
    gettext_lazy("membership in a trade union"),
    gettext_lazy("biometric and genetic data"),
)
ASSESSMENT_KINDS = {
    "": "draft",
    Assessment.State.DRAFT: "draft",
    Assessment.State.OPINION: "open",
    Assessment.State.APPROVED: "done",
    Assessment.State.CONDITIONS: "done",
    Assessment.State.REJECTED: "closed",
    "due": "late",
}


def state_label(standing: Standing) -> str:
    """Where it stands, in a word."""
    return capfirst(str(State(standing.state).label))


def told(publication: Publication, standing: Standing) -> dict[str, Any]:
    """One agreement for the public list and its page."""
    present = [party for party in standing.parties if party["left_at"] is None]
    return {
        "publication": publication,
        "kind": capfirst(str(publication.get_kind_display())),
        "state": standing.state,
        "state_label": state_label(standing),
        "state_kind": STATE_KINDS[State(standing.state)],
        "what_it_means": WHAT_IT_MEANS.get(standing.state, ""),
        "standing": standing,
        "parties": listed([party["name"] for party in present]),
    }


def shared(publication: Publication) -> list[dict[str, str]]:
    """For each purpose, what may be shared."""
    return [
        {
            "purpose": capfirst(str(Purpose(purpose).label)),
            "categories": capfirst(listed([Category(one).label for one in categories])),
        }
        for purpose, categories in publication.terms.items()
        if purpose in Purpose.values
    ]


def not_shared(publication: Publication) -> list[str]:
    """Every category that the agreement does not name, and what no agreement can name."""
    named = {one for categories in publication.terms.values() for one in categories}
    closed = [str(label) for value, label in Category.choices if value not in named]
    return [*closed, *map(str, NEVER)]


def assessment_label(state: str) -> str:
    """Where an assessment stands, in words."""
    if not state:
        return _("Not started")
    return (
        pgettext("an assessment", "Due") if state == "due" else capfirst(str(Assessment.State(state).label))
    )


def summary_told(summary: Summary | None) -> dict[str, Any] | None:
    """What everybody may read of an assessment."""
    if summary is None:
        return None
    return {
        "summary": summary,
        "label": assessment_label(summary.state),
        "state_kind": ASSESSMENT_KINDS[Assessment.State(summary.state)],
        "text": str(summary),
    }


def language_names(codes: list[str]) -> str:
    """Languages by their own names."""
    known = dict(settings.LANGUAGES)
    return listed([get_language_info(code)["name_local"].capitalize() for code in codes if code in known])
