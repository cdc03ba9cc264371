"""The pages of decisions: what groups decided and refused, each step, and what everybody reads of it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.partnership.forms.decisions import (
    DecideForm,
    DissentForm,
    ProposalForm,
    PublishForm,
    ReverseForm,
)
from entente.partnership.models.decisions import DecisionEssence, GroupDecision
from entente.partnership.models.meetings import Meeting
from entente.partnership.queries import decisions as queries
from entente.partnership.queries.meetings import meetings_of, seats
from entente.partnership.rules import decisions as rules
from entente.partnership.rules.meetings import may_keep, may_sit
from entente.partnership.services import decisions as services
from entente.partnership.views.meetings import own_group, own_meeting
from entente.partnership.views.paper_steps import Back, Words, step
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

ON_A_PAGE = 25
FEED_LENGTH = 50
STATE_KINDS = {"proposed": "draft", "taken": "done", "refused": "closed", "reversed": "open"}
STAYS = gettext_lazy("No. What was decided is never edited; a later decision can reverse it.")
ALL_SEATS = gettext_lazy("Everybody who sits in this group, and the independent overseer.")


def page_of(decision: GroupDecision) -> str:
    """Where a decision is read."""
    return reverse("partnership_staff:group_decision", args=[decision.reference])


def own_decision(request: MemberRequest, reference: str) -> GroupDecision:
    """A decision the reader may know of, or 404."""
    return get_object_or_404(queries.decisions(request.member), reference=reference)


def _back(decision: GroupDecision) -> Back:
    return Back(page_of(decision), decision)


def group_decisions(request: MemberRequest) -> HttpResponse:
    """What the reader's groups decided and refused; the overseer reads those of all groups."""
    rows = queries.decisions(request.member)
    wanted = request.GET.get("state", "")
    if wanted in GroupDecision.State.values:
        rows = rows.filter(state=wanted)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"decision": row, "kind": STATE_KINDS[row.state]} for row in page],
        "states": GroupDecision.State.choices,
        "state": wanted,
        "query": f"state={wanted}" if wanted in GroupDecision.State.values else "",
    }
    return render(request, "partnership_staff/group_decisions.html", context)


def propose_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """Put a question to a group, with what was weighed."""
    group, reader = own_group(request, reference), request.member
    living = meetings_of(group, reader).exclude(state=Meeting.State.CANCELLED)[:ON_A_PAGE]
    initial = {"language": get_language() or "en", "meeting": _meeting_asked(request)}
    return step(
        request,
        about=group,
        may=may_sit(reader, group),
        take=lambda **typed: services.propose_decision(group, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Propose a decision"), done=gettext_lazy("The question is put to the group.")
        ),
        back=Back(reverse("partnership_staff:meetings", args=[reference]), group),
        form=ProposalForm(request.POST or None, meetings=living, initial=initial),
        template="partnership_staff/paper_form.html",
        to=page_of,
    )


def _meeting_asked(request: MemberRequest) -> str:
    """The meeting whose page led here."""
    asked = request.GET.get("meeting", "")
    return str(own_meeting(request, asked).pk) if asked else ""


def group_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """One decision: the question, what was weighed, what was said and why, and who saw it otherwise."""
    found, reader = own_decision(request, reference), request.member
    essence = queries.essence_of(found.pk, reader)
    context = {
        "decision": found,
        "kind": STATE_KINDS[found.state],
        "dissents": queries.dissents(found, reader),
        "essence": essence,
        "steps": _steps(found, reader, is_public=essence is not None),
        "later": found.reversed_by,
    }
    return render(request, "partnership_staff/group_decision.html", context)


def _steps(decision: GroupDecision, reader: Member, *, is_public: bool) -> list[dict[str, Any]]:
    at = clock.now()
    may_make = rules.may_make_decision(reader, decision, at)
    keeps = bool(may_keep(reader, decision.group))
    has_later = keeps and decision.is_made and queries.later_decisions(decision, reader).exists()
    found = (
        ("take_decision", "check", _("The group decided it"), bool(may_make)),
        ("refuse_decision", "cross", _("The group refused it"), bool(may_make)),
        (
            "note_dissent",
            "pencil",
            _("Add a dissent"),
            bool(rules.may_note_dissent(reader, decision, at, is_own=True)),
        ),
        (
            "publish_decision",
            "eye",
            _("Let everybody read it"),
            bool(rules.may_publish_decision(reader, decision, at, is_public=is_public)),
        ),
        ("reverse_decision", "undo", _("Reverse it"), has_later and decision.state != "reversed"),
    )
    return [
        {"url": reverse(f"partnership_staff:{name}", args=[decision.reference]), "icon": icon, "label": label}
        for name, icon, label, may in found
        if may
    ]


def take_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """Write down that the group decided it."""
    found, reader = own_decision(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_make_decision(reader, found, clock.now()),
        take=lambda **typed: services.take_decision(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("The group decided it"),
            what=gettext_lazy("What you write stands as the group's decision, with its reasons."),
            to_whom=ALL_SEATS,
            undo=STAYS,
            done=gettext_lazy("The decision is written down."),
        ),
        back=_back(found),
        form=DecideForm(request.POST or None, decision=found),
    )


def refuse_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """Write down that the group refused it."""
    found, reader = own_decision(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_make_decision(reader, found, clock.now()),
        take=lambda **typed: services.refuse_decision(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("The group refused it"),
            what=gettext_lazy(
                "What the group refused stays as visible as what it decided, with its reasons."
            ),
            to_whom=ALL_SEATS,
            undo=STAYS,
            done=gettext_lazy("The refusal is written down."),
        ),
        back=_back(found),
        form=DecideForm(request.POST or None, decision=found),
    )


def note_dissent(request: MemberRequest, reference: str) -> HttpResponse:
    """Keep that somebody sees it otherwise."""
    found, reader = own_decision(request, reference), request.member
    keeps = bool(may_keep(reader, found.group))
    sitting = seats(found.group_id, reader) if keeps else []
    return step(
        request,
        about=found,
        may=rules.may_note_dissent(reader, found, clock.now(), is_own=True),
        take=lambda **typed: services.note_dissent(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Add a dissent"),
            what=gettext_lazy("The name and the words stay with the decision for good."),
            to_whom=ALL_SEATS,
            undo=gettext_lazy("No. It can be added for seven days and is never taken away."),
            done=gettext_lazy("The dissent stays with the decision."),
        ),
        back=_back(found),
        form=DissentForm(request.POST or None, seats=sitting, own=reader.pk, is_keeper=keeps),
    )


def reverse_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """Let a later decision take its place."""
    found, reader = own_decision(request, reference), request.member
    rules.may_publish_decision(reader, found, clock.now(), is_public=False).require()
    later = queries.later_decisions(found, reader)[:ON_A_PAGE]
    return step(
        request,
        about=found,
        may=may_keep(reader, found.group),
        take=lambda **typed: services.reverse_decision(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Reverse it"),
            what=gettext_lazy("It does not hold any longer. It stays to be read, beside the later decision."),
            to_whom=gettext_lazy("Everybody who sits in this group; and everybody else, if it is public."),
            undo=gettext_lazy("No."),
            done=gettext_lazy("The decision is reversed."),
            is_grave=True,
        ),
        back=_back(found),
        form=ReverseForm(request.POST or None, later=later),
    )


def publish_decision(request: MemberRequest, reference: str) -> HttpResponse:
    """Let everybody read the essence, in one language or more."""
    found, reader = own_decision(request, reference), request.member
    is_public = queries.essence_of(found.pk, reader) is not None
    form = PublishForm(request.POST or None, decision=found)
    return step(
        request,
        about=found,
        may=rules.may_publish_decision(reader, found, clock.now(), is_public=is_public),
        take=lambda **_typed: services.publish_decision(found, by=reader, texts=form.texts()),
        words=Words(
            label=gettext_lazy("Let everybody read it"),
            what=gettext_lazy(
                "What you write here, the group's name, the date and the rule by which it decides stand on"
                " the public page of decisions. Votes, names and dissent do not."
            ),
            to_whom=gettext_lazy("Everybody, without signing in."),
            undo=gettext_lazy("No. What was said in public stays; a later decision can reverse it."),
            done=gettext_lazy("Everybody can read it now."),
        ),
        back=_back(found),
        form=form,
    )


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """What the partnership decided and what it refused, for everybody."""
    rows, wanted = queries.essences(VISITOR), request.GET.get("state", "")
    if wanted in GroupDecision.State.values:
        rows = rows.filter(state=wanted)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"essence": row, "kind": STATE_KINDS[row.state]} for row in page],
        "state": wanted,
        "states": [choice for choice in GroupDecision.State.choices if choice[0] != "proposed"],
        "query": f"state={wanted}" if wanted in GroupDecision.State.values else "",
    }
    return render(request, "partnership/decisions.html", context)


@require_safe
def decisions_feed(request: HttpRequest) -> HttpResponse:
    """The same as an Atom feed."""
    here = f"{request.scheme}://{request.get_host()}"
    page = f"{here}{reverse('partnership:decisions')}"
    feed = Atom1Feed(
        title=_("What the partnership decided and refused"),
        link=page,
        description="",
        feed_url=f"{here}{reverse('partnership:decisions_feed')}",
        language=get_language(),
    )
    for row in queries.essences(VISITOR)[:FEED_LENGTH]:
        feed.add_item(
            title=_in_one_line(row),
            link=f"{page}#{row.reference}",
            description=row.text("reasons"),
            unique_id=f"urn:uuid:{row.pk}",
            pubdate=row.public_since,
            updateddate=timezone.localtime(row.public_since),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _in_one_line(row: DecisionEssence) -> str:
    return f"{row.get_state_display()}: {row.text('what')}"
