"""The steps a protocol can take: what happens, to whom, and whether it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.partnership.forms.library import WhyForm
from entente.partnership.forms.protocols import AdoptForm, ProtocolReviewForm, RehearsalForm
from entente.partnership.models import Adoption, Protocol
from entente.partnership.queries import protocols as queries
from entente.partnership.rules import protocols as rules
from entente.partnership.services import adoptions
from entente.partnership.services import protocols as services
from entente.partnership.views.library_steps import Step, take_step
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

EVERY_MEMBER = _("Every member of the partnership.")
ADOPTERS = _("Every member of the partnership. Who adopted an older version gets a message.")
AT_ANY_TIME = _("Your organisation can leave the protocol at any time, with a reason.")


@dataclass(frozen=True)
class Place:
    """A protocol as one reader meets it: the version shown, the others, their adoption, the one in use."""

    shown: Protocol
    versions: list[Protocol]
    own: Adoption | None
    in_use: Protocol | None

    @property
    def adopted(self) -> Protocol:
        """The version that is adopted, left or exercised: the one in use, where there is one."""
        return self.in_use or self.shown


STEPS = (
    Step(
        name="adopt_protocol",
        label=_("Adopt it for your organisation"),
        icon="check",
        what=_(
            "Your organisation says that it works by this version from today, except for what you write here."
        ),
        to_whom=EVERY_MEMBER,
        undo=AT_ANY_TIME,
        done=_("Your organisation has adopted the protocol."),
        may=lambda by, at: rules.may_adopt_protocol(by, at.adopted, at.own),
        take=lambda at, by, **typed: adoptions.adopt_protocol(at.adopted, by=by, **typed),
        form=AdoptForm,
        initial=lambda at: {
            "deviations": at.own.deviations if at.own else "",
            "deviations_reason": at.own.deviations_reason if at.own else "",
        },
    ),
    Step(
        name="stay_with_version",
        label=_("Stay with the version you adopted"),
        icon="lock",
        what=_("Your organisation has looked at the new version and goes on working by the one it adopted."),
        to_whom=EVERY_MEMBER,
        undo=_("Yes. You can adopt the new version whenever you want."),
        done=_("Your organisation stays with the version it adopted."),
        may=lambda by, at: rules.may_stay_with_version(by, at.own, at.in_use),
        take=lambda at, by, reason: adoptions.stay_with_version(at.adopted, by=by, reason=reason),
        form=WhyForm,
    ),
    Step(
        name="note_rehearsal",
        label=_("Say how it was exercised"),
        icon="pencil",
        what=_(
            "What you write stays with the protocol for good, so that the next version can learn from it."
        ),
        to_whom=EVERY_MEMBER,
        undo=_("No. A mistake is put right by another entry."),
        done=_("The exercise stands with the protocol now."),
        may=lambda by, at: rules.may_note_rehearsal(
            by,
            at.adopted,
            {at.own.organisation_id} if at.own else set(),
            clock.today(),
            clock.today(),
        ),
        take=lambda at, by, **typed: adoptions.note_rehearsal(at.adopted, by=by, **typed),
        form=RehearsalForm,
    ),
    Step(
        name="bring_protocol_into_use",
        label=_("Bring it into use"),
        icon="check",
        what=_(
            "Every organisation can adopt it. Its words stay from now on; the version before is replaced."
        ),
        to_whom=ADOPTERS,
        undo=_("It can be withdrawn, or replaced by a new version. It does not become a draft again."),
        done=_("The protocol is in use."),
        may=lambda by, at: rules.may_bring_into_use(by, at.shown, clock.today()),
        take=lambda at, by: services.bring_protocol_into_use(at.shown, by=by),
    ),
    Step(
        name="draft_protocol_version",
        label=_("Draft a new version"),
        icon="plus",
        what=_("You get a draft with the words of this version. This one stays in use meanwhile."),
        to_whom=_("Your organisation, and the group the protocol belongs to."),
        undo=_("Yes. The draft can be withdrawn."),
        done=_("The new version is a draft now."),
        may=lambda by, at: rules.may_draft_version(by, at.adopted, at.versions[0]),
        take=lambda at, by: services.draft_protocol_version(at.adopted, by=by),
    ),
    Step(
        name="review_protocol",
        label=_("Note a review"),
        icon="clock",
        what=_("You say that the protocol was looked at again and stays as it is, until the next review."),
        to_whom=EVERY_MEMBER,
        undo=_("The next review can be set anew at any time."),
        done=_("The review is noted."),
        may=lambda by, at: rules.may_review_protocol(
            by, at.shown, clock.today() + services.A_YEAR, clock.today()
        ),
        take=lambda at, by, **typed: services.review_protocol(at.shown, by=by, **typed),
        form=ProtocolReviewForm,
        initial=lambda at: {"next_on": clock.today() + services.A_YEAR},
    ),
    Step(
        name="leave_protocol",
        label=_("Leave the protocol"),
        icon="leave",
        what=_(
            "From now on your organisation does not work by this protocol. What it adopted stays in the list."
        ),
        to_whom=EVERY_MEMBER,
        undo=_("Your organisation can adopt the protocol again."),
        done=_("Your organisation has left the protocol."),
        may=lambda by, at: rules.may_leave_protocol(by, at.own),
        take=lambda at, by, reason: adoptions.leave_protocol(at.adopted, by=by, reason=reason),
        form=WhyForm,
    ),
    Step(
        name="withdraw_protocol",
        label=_("Withdraw it"),
        icon="square",
        what=_("Nobody can adopt it any more. It stays here to be read, with your reason."),
        to_whom=EVERY_MEMBER,
        undo=_("No. A new protocol would be needed."),
        done=_("The protocol is withdrawn."),
        may=lambda by, at: rules.may_withdraw_protocol(by, at.shown),
        take=lambda at, by, reason: services.withdraw_protocol(at.shown, by=by, reason=reason),
        form=WhyForm,
        is_grave=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def open_steps(reader: Member, place: Place) -> list[dict[str, Any]]:
    """The steps this member may take now, with their pages."""
    version = f"?version={place.shown.number}"
    return [
        {
            "step": step,
            "url": reverse(f"partnership_staff:{step.name}", args=[place.shown.reference]) + version,
        }
        for step in STEPS
        if step.may(reader, place)
    ]


def _place(request: MemberRequest, reference: str) -> Place:
    versions = queries.versions_of(reference, request.member)
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdigit() and len(asked) < 5 else None
    shown = queries.shown_version(versions, number)
    if shown is None:
        raise Http404
    in_use = next((one for one in versions if one.state == Protocol.State.IN_USE), None)
    return Place(shown, versions, queries.living_adoption(shown.family, request.member), in_use)


def _step(request: MemberRequest, reference: str, name: str) -> HttpResponse:
    place = _place(request, reference)
    page = reverse("partnership_staff:protocol", args=[reference])
    leads_to = f"{page}?version={place.versions[0].number + 1}" if name == "draft_protocol_version" else page
    return take_step(request, BY_NAME[name], place, about=place.shown, page=page, leads_to=leads_to)


def adopt_protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """Bind one's own organisation to the version in use."""
    return _step(request, reference, "adopt_protocol")


def stay_with_version(request: MemberRequest, reference: str) -> HttpResponse:
    """Say that one's organisation keeps the older version."""
    return _step(request, reference, "stay_with_version")


def leave_protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """Take one's own organisation out of it."""
    return _step(request, reference, "leave_protocol")


def note_rehearsal(request: MemberRequest, reference: str) -> HttpResponse:
    """Say when and how it was exercised."""
    return _step(request, reference, "note_rehearsal")


def bring_protocol_into_use(request: MemberRequest, reference: str) -> HttpResponse:
    """Let organisations adopt a draft."""
    return _step(request, reference, "bring_protocol_into_use")


def withdraw_protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """Take a protocol back for good."""
    return _step(request, reference, "withdraw_protocol")


def draft_protocol_version(request: MemberRequest, reference: str) -> HttpResponse:
    """Begin the next version."""
    return _step(request, reference, "draft_protocol_version")


def review_protocol(request: MemberRequest, reference: str) -> HttpResponse:
    """Note that it was looked at again."""
    return _step(request, reference, "review_protocol")


def compared(older: Protocol, newer: Protocol) -> list[dict[str, Any]]:
    """The parts of two versions side by side, and whether they differ."""
    parts = [
        (say("Title"), [older.said("title")], [newer.said("title")]),
        (say("Purpose"), [older.said("purpose")], [newer.said("purpose")]),
        (say("When it applies"), [older.said("applies")], [newer.said("applies")]),
        (say("Roles"), _roles(older), _roles(newer)),
        (say("Steps"), _steps(older), _steps(newer)),
    ]
    return [
        {
            "name": name,
            "is_same": before == after,
            "before": _marked(before, after),
            "after": _marked(after, before),
        }
        for name, before, after in parts
    ]


def _marked(lines: list[str], others: list[str]) -> list[dict[str, Any]]:
    return [{"text": line, "differs": line not in others} for line in lines]


def _roles(protocol: Protocol) -> list[str]:
    return [f"{one['role']}: {one['does']}" for one in protocol.said("roles") or []]


def _steps(protocol: Protocol) -> list[str]:
    return [f"{one['who']}: {one['what']} ({one['within']})" for one in protocol.steps]
