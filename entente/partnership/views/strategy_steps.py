"""The steps a strategy can take: what happens, to whom, and whether it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.forms.library import WhyForm
from entente.partnership.forms.strategy import AdoptStrategyForm, ConsultForm, StrategyReviewForm
from entente.partnership.models import Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.rules import strategy as rules
from entente.partnership.services import strategy as services
from entente.partnership.views.library_steps import Step, take_step
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

EVERY_MEMBER = _("Every member of the partnership.")
EVERYBODY = _("Everybody: the page and the paper are public, in every language it was written in.")


@dataclass
class Place:
    """A strategy as one reader meets it: the version shown with all its parts, and the other versions."""

    shown: Strategy
    versions: list[Strategy]
    parts: queries.Whole | None = None

    def found(self, by: Member) -> queries.Whole:
        """All its parts, asked for once."""
        self.parts = self.parts or queries.whole(self.shown, by)
        return self.parts


def _may_adopt(by: Member, at: Place) -> Any:
    found = at.found(by)
    counts = {"objectives": len(found.objectives), "actions": len(found.doings)}
    return rules.may_adopt_strategy(by, at.shown, passages=found.passages, **counts)


def _may_consult(by: Member, at: Place) -> Any:
    return rules.may_consult_on_strategy(by, at.shown, at.found(by).passages)


def _may_bring_into_force(by: Member, at: Place) -> Any:
    living = list(queries.strategies(by).filter(state=Strategy.State.IN_FORCE))
    return rules.may_bring_strategy_into_force(by, at.shown, living, clock.today())


STEPS = (
    Step(
        name="consult_on_strategy",
        label=_("Ask the members"),
        icon="people",
        what=_("Every member of the partnership reads the draft. It can still be changed."),
        to_whom=EVERY_MEMBER,
        undo=_("No. What members have read is not hidden again."),
        done=_("The members can read the draft."),
        may=_may_consult,
        take=lambda at, by, **typed: services.consult_on_strategy(at.shown, by=by, **typed),
        form=ConsultForm,
    ),
    Step(
        name="adopt_strategy",
        label=_("Note that it was adopted"),
        icon="check",
        what=_("From now on no word of it changes. What follows stands in its progress and its reviews."),
        to_whom=EVERY_MEMBER,
        undo=_("No. A change is a new version."),
        done=_("The strategy is adopted."),
        may=_may_adopt,
        take=lambda at, by, **typed: services.adopt_strategy(at.shown, by=by, **typed),
        form=AdoptStrategyForm,
        initial=lambda at: {"adopted_on": clock.today()},
    ),
    Step(
        name="bring_strategy_into_force",
        label=_("Bring it into force and make it public"),
        icon="flag",
        what=_(
            "Everybody can read the strategy and how far its actions are. A version before it is superseded."
        ),
        to_whom=EVERYBODY,
        undo=_("No. It can be superseded; it stays public."),
        done=_("The strategy is in force and public."),
        may=_may_bring_into_force,
        take=lambda at, by: services.bring_strategy_into_force(at.shown, by=by),
    ),
    Step(
        name="review_strategy",
        label=_("Hold the yearly review"),
        icon="clock",
        what=_("What you write stands on the public page for good. The next review is due in a year."),
        to_whom=EVERYBODY,
        undo=_("No. A mistake is put right at the next review."),
        done=_("The review stands with the strategy now."),
        may=lambda by, at: rules.may_review_strategy(by, at.shown),
        take=lambda at, by, **typed: services.review_strategy(
            at.shown, by=by, language=get_language() or at.shown.language, **typed
        ),
        form=StrategyReviewForm,
    ),
    Step(
        name="draft_strategy_version",
        label=_("Write a new version"),
        icon="plus",
        what=_("You get a draft with everything that stands here. This version stays in force meanwhile."),
        to_whom=_("Your organisation, and the group that writes the strategy."),
        undo=_("The draft can wait as long as you like."),
        done=_("The new version is a draft now."),
        may=lambda by, at: rules.may_draft_strategy_version(by, at.shown, at.versions[0]),
        take=lambda at, by: services.draft_strategy_version(at.shown, by=by),
    ),
    Step(
        name="supersede_strategy",
        label=_("Supersede it"),
        icon="square",
        what=_(
            "It is no longer in force, because a strategy for other years takes its place. It stays public."
        ),
        to_whom=EVERYBODY,
        undo=_("No."),
        done=_("The strategy is superseded."),
        may=lambda by, at: rules.may_supersede_strategy(by, at.shown),
        take=lambda at, by, reason: services.supersede_strategy(at.shown, by=by, reason=reason),
        form=WhyForm,
        is_grave=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def open_steps(reader: Member, place: Place) -> list[dict[str, Any]]:
    """The steps this member may take now, with their pages. Nobody but who keeps it takes any."""
    shown = place.shown
    if not rules.may_keep(reader, shown):
        return []
    version = f"?version={shown.number}"
    return [
        {"step": step, "url": reverse(f"partnership_staff:{step.name}", args=[shown.reference]) + version}
        for step in STEPS
        if step.may(reader, place)
    ]


def _step(request: MemberRequest, reference: str, name: str) -> HttpResponse:
    versions = queries.versions_of(reference, request.member)
    asked = request.GET.get("version", "")
    shown = queries.shown_version(versions, int(asked) if asked.isdigit() and len(asked) < 5 else None)
    if shown is None:
        raise Http404
    page = reverse("partnership_staff:strategy", args=[reference])
    newest = versions[0].number + 1 if name == "draft_strategy_version" else shown.number
    return take_step(
        request,
        BY_NAME[name],
        Place(shown, versions),
        about=shown,
        page=f"{page}?version={shown.number}",
        leads_to=f"{page}?version={newest}",
    )


def consult_on_strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """Put the draft to every member."""
    return _step(request, reference, "consult_on_strategy")


def adopt_strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """Note who adopted it, when and why."""
    return _step(request, reference, "adopt_strategy")


def bring_strategy_into_force(request: MemberRequest, reference: str) -> HttpResponse:
    """Let it hold, and let everybody read it."""
    return _step(request, reference, "bring_strategy_into_force")


def review_strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """Keep what a year taught."""
    return _step(request, reference, "review_strategy")


def draft_strategy_version(request: MemberRequest, reference: str) -> HttpResponse:
    """Begin the next version."""
    return _step(request, reference, "draft_strategy_version")


def supersede_strategy(request: MemberRequest, reference: str) -> HttpResponse:
    """End it for another one."""
    return _step(request, reference, "supersede_strategy")
