"""The pages of groups: the list, one group, founding and changing it, and the steps it can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from entente.agreements.forms import ReasonForm
from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.audit.queries import history
from entente.partnership.forms.groups import EditGroupForm, GroupForm, ReviewForm, TranslateGroupForm
from entente.partnership.models import Charter, Group, Place, Signature
from entente.partnership.queries import charters as charter_queries
from entente.partnership.queries import groups as queries
from entente.partnership.queries.papers import group_papers
from entente.partnership.rules import groups as rules
from entente.partnership.rules import places as place_rules
from entente.partnership.scoping import speaks
from entente.partnership.sentences.groups import in_sentence, is_told
from entente.partnership.services import groups as services
from entente.partnership.views.steps import NOT_READ, REFUSED_HERE, Asked, Step, ask, note_refusal
from entente.people.models import Member, Membership, Seat
from entente.people.sign_in import MemberRequest

ON_A_PAGE = 25
EVENTS = 12
STATE_KINDS = {
    Group.State.FORMING: "draft",
    Group.State.ACTIVE: "open",
    Group.State.SUSPENDED: "due",
    Group.State.CLOSED: "closed",
}
PLACE_KINDS = {
    Place.State.INVITED: "due",
    Place.State.ACCEPTED: "done",
    Place.State.DECLINED: "closed",
    Place.State.WITHDRAWN: "closed",
    Place.State.LEFT: "closed",
}
EVERYBODY_THERE = _("Everybody who sits in the group.")
WITH_REASON = _("Everybody who sits in the group. Your reason stands on its page.")

STEPS: dict[str, tuple[Asked, str]] = {
    "activate_group": (
        Asked(
            label=_("Let the group begin its work"),
            what=_("The group is no longer forming: from now on it meets, decides and promises."),
            to_whom=EVERYBODY_THERE,
            undo=_("Yes. You can suspend it at any time."),
            done=_("The group has begun its work."),
        ),
        "check",
    ),
    "suspend_group": (
        Asked(
            label=_("Suspend the group"),
            what=_("The group rests. Its papers stay readable to those who sit there; nothing is lost."),
            to_whom=WITH_REASON,
            undo=_("Yes. You can let it work again at any time."),
            done=_("The group is suspended."),
        ),
        "lock",
    ),
    "resume_group": (
        Asked(
            label=_("Let the group work again"),
            what=_("The group meets, decides and promises again."),
            to_whom=EVERYBODY_THERE,
            undo=_("Yes. You can suspend it at any time."),
            done=_("The group works again."),
        ),
        "circle",
    ),
    "close_group": (
        Asked(
            label=_("Close the group"),
            what=_(
                "From this second on nobody sits in the group: what was shared with it as a task force"
                " closes. Its charter and its signatures stay on record."
            ),
            to_whom=WITH_REASON,
            undo=_("No. What should go on needs a new group."),
            done=_("The group is closed."),
            is_grave=True,
        ),
        "square",
    ),
}


def groups(request: MemberRequest) -> HttpResponse:
    """The groups the reader belongs to, and those of others by name, kind and purpose."""
    reader = request.member
    own = queries.own_group_ids(reader)
    page = Paginator(queries.own_first(reader), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "own": [_row(group) for group in page if group.pk in own],
        "others": [_row(group) for group in page if group.pk not in own],
        "page": page,
        "may_found": speaks(reader),
    }
    return render(request, "partnership_staff/groups.html", context)


def _row(group: Group) -> dict[str, Any]:
    return {
        "group": group,
        "kind": capfirst(group.get_kind_display()),
        "purpose": group.text("purpose"),
        "state_kind": STATE_KINDS[Group.State(group.state)],
        "state_label": capfirst(group.get_state_display()),
        "url": reverse("partnership_staff:group", args=[group.reference]),
    }


def found_group(request: MemberRequest) -> HttpResponse:
    """Found a group that one's own organisation keeps."""
    rules.heads(request.member).require()
    form = GroupForm(request.POST or None)
    if form.is_valid():
        group = services.found_group(by=request.member, **form.cleaned_data)
        messages.success(request, str(_("The group is founded. Now invite the organisations you need.")))
        return redirect("partnership_staff:group", group.reference)
    status = NOT_READ if form.errors else 200
    return render(request, "partnership_staff/found_group.html", {"form": form}, status=status)


def found_or_404(request: MemberRequest, reference: str) -> Group:
    """The group with this reference, or 404."""
    try:
        return queries.group_with(reference, request.member)
    except Group.DoesNotExist as none:
        raise Http404 from none


def sees(group: Group, place: Place | None, reader: Member) -> bool:
    """Whether somebody sees more of a group than its name, kind and purpose."""
    return (
        queries.is_seated(group, reader)
        or reader.role == Membership.Role.OVERSEER
        or (speaks(reader) and (reader.organisation_id == group.keeper_id or place is not None))
    )


def group(request: MemberRequest, reference: str) -> HttpResponse:
    """One group: what, who, its charter, its meetings and what happened."""
    found, reader = found_or_404(request, reference), request.member
    place = queries.own_place(found, reader)
    context = {**_row(found), "sees": sees(found, place, reader), "own_place": place}
    if context["sees"]:
        context |= _inside(request, found, place)
    return render(request, "partnership_staff/group.html", context)


def _inside(request: MemberRequest, found: Group, place: Place | None) -> dict[str, Any]:
    """What those who sit there read."""
    reader = request.member
    places, seats = queries.places_of(found, reader), queries.seated(found, reader)
    versions = charter_queries.versions_of(found, reader)
    signatures = list(Signature.objects.visible_to(reader).filter(group_id=found.pk))
    told = [event for event in history(found.pk, reader) if is_told(event)]
    page = Paginator(told, EVENTS).get_page(request.GET.get("page"))
    return {
        "is_seated": queries.is_seated(found, reader),
        "papers": group_papers(found, reader),
        "places": [_place_row(row) for row in places],
        "seats": _seat_rows(seats, reader),
        "versions": [_version_row(row, places, signatures) for row in versions],
        "may_draft_charter": bool(rules.may_keep_group(reader, found))
        and charter_queries.on_its_way(versions) is None,
        "steps": _open_steps(found, places, reader),
        "may_keep": rules.may_keep_group(reader, found),
        "other_languages": [row for row in settings.LANGUAGES if row[0] != found.language],
        "may_leave": place is not None
        and place_rules.may_leave_group(reader, _of(place, found), clock.now()),
        "events": page,
        "entries": [{"sentence": in_sentence(event), "at": event.at, "why": ""} for event in page],
    }


def _of(place: Place, found: Group) -> Place:
    place.group = found
    return place


def _place_row(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "kind": PLACE_KINDS[Place.State(place.state)],
        "label": capfirst(place.get_state_display()),
        "url": reverse("partnership_staff:place", args=[place.pk]),
    }


def _seat_rows(seats: list[Seat], reader: Member) -> list[dict[str, Any]]:
    pledges = queries.pledged(seats, reader)
    return [
        {"seat": seat, "pledge": pledges.get(seat.pk), "is_me": seat.membership_id == reader.pk}
        for seat in seats
    ]


CHARTER_KINDS = {
    Charter.State.DRAFT: "draft",
    Charter.State.CONSULTED: "draft",
    Charter.State.OPEN: "due",
    Charter.State.IN_FORCE: "done",
    Charter.State.SUPERSEDED: "closed",
    Charter.State.WITHDRAWN: "closed",
}


def _version_row(charter: Charter, places: list[Place], signatures: list[Signature]) -> dict[str, Any]:
    own = [row for row in signatures if row.charter_id == charter.pk]
    is_signed_now = charter.state in charter_queries.TO_SIGN
    return {
        "charter": charter,
        "kind": CHARTER_KINDS[Charter.State(charter.state)],
        "label": capfirst(charter.get_state_display()),
        "url": reverse("partnership_staff:charter", args=[charter.group.reference, charter.number]),
        "signed": len(own),
        "missing": charter_queries.unsigned(places, own) if is_signed_now else [],
    }


def _open_steps(found: Group, places: list[Place], reader: Member) -> list[dict[str, Any]]:
    members = sum(row.state == Place.State.ACCEPTED for row in places)
    return [
        {
            "label": asked.label,
            "icon": icon,
            "url": reverse(f"partnership_staff:{name}", args=[found.reference]),
        }
        for name, (asked, icon) in STEPS.items()
        if _may(name, reader, found, members)
    ]


def _may(name: str, reader: Member, found: Group, members: int) -> Decision:
    at = clock.now()
    if name == "activate_group":
        return rules.may_activate_group(reader, found, members, at)
    if name == "suspend_group":
        return rules.may_suspend_group(reader, found, at)
    if name == "resume_group":
        return rules.may_resume_group(reader, found, at)
    return rules.may_close_group(reader, found, at)


def _step(
    request: MemberRequest, reference: str, name: str, take: Callable[..., Group], *, is_reasoned: bool
) -> HttpResponse:
    found = found_or_404(request, reference)
    members = len(queries.members_of(found, request.member))
    step = Step(
        about=found,
        asked=STEPS[name][0],
        at_all=rules.runs_group(request.member, found),
        may=_may(name, request.member, found, members),
        back_url=reverse("partnership_staff:group", args=[reference]),
        back_label=str(found),
    )
    form: forms.Form | None = ReasonForm(request.POST or None) if is_reasoned else None
    return ask(request, step, lambda given: take(found, by=request.member, **given), form)


def activate_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Let it begin its work."""
    return _step(request, reference, "activate_group", services.activate_group, is_reasoned=False)


def suspend_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Let it rest, with a reason."""
    return _step(request, reference, "suspend_group", services.suspend_group, is_reasoned=True)


def resume_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Let it work again."""
    return _step(request, reference, "resume_group", services.resume_group, is_reasoned=False)


def close_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Close it for good, with a reason."""
    return _step(request, reference, "close_group", services.close_group, is_reasoned=True)


def edit_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Change what it says about itself; what somebody else wrote meanwhile is shown beside it."""
    found, by = found_or_404(request, reference), request.member
    rules.runs_group(by, found).require()
    decision = rules.may_keep_group(by, found)
    form = EditGroupForm(request.POST or None, group=found, seats=queries.seated(found, by))
    theirs: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            services.edit_group(found, by=by, **form.cleaned_data)
        except Refused as refused:
            decision = note_refusal(request, found, refused)
            theirs = _beside(form, found)
        else:
            messages.success(request, str(_("Saved.")))
            return redirect("partnership_staff:group", reference)
    status = REFUSED_HERE if not decision else NOT_READ if form.errors else 200
    context = {"group": found, "form": form, "refusal": "" if decision else str(decision), "theirs": theirs}
    return render(request, "partnership_staff/edit_group.html", context, status=status)


def _beside(form: EditGroupForm, found: Group) -> list[dict[str, Any]]:
    """Where what stands there now differs from what somebody just typed; saving again then knows of it."""
    form.data = {**form.data.dict(), "edition": str(found.edition)}  # type: ignore[attr-defined]
    told = EditGroupForm(group=found, seats=[])
    rows = []
    for name, bound in told.fields.items():
        now, mine = told.get_initial_for_field(bound, name), form.data.get(name, "")
        if name != "edition" and str(now or "") != str(mine):
            rows.append({"label": bound.label, "now": _in_words(bound, now), "mine": _in_words(bound, mine)})
    return rows


def _in_words(bound: forms.Field, value: Any) -> str:
    choices = dict(getattr(bound, "choices", ()))
    return str(choices.get(value, value or "–"))


def translate_group(request: MemberRequest, reference: str, language: str) -> HttpResponse:
    """Say in another language what it says about itself."""
    found, by = found_or_404(request, reference), request.member
    if language not in dict(settings.LANGUAGES) or language == found.language:
        raise Http404
    rules.runs_group(by, found).require()
    decision = rules.may_keep_group(by, found)
    form = TranslateGroupForm(request.POST or None, group=found, language=language)
    if form.is_valid():
        try:
            services.translate_group(found, by=by, language=language, **form.given)
        except Refused as refused:
            decision = note_refusal(request, found, refused)
        else:
            messages.success(request, str(_("Saved.")))
            return redirect("partnership_staff:group", reference)
    status = REFUSED_HERE if not decision else NOT_READ if form.errors else 200
    context = {
        "group": found,
        "form": form,
        "language_name": dict(settings.LANGUAGES)[language],
        "refusal": "" if decision else str(decision),
    }
    return render(request, "partnership_staff/translate_group.html", context, status=status)


def review_group(request: MemberRequest, reference: str) -> HttpResponse:
    """Keep what a review found, and when the next one is."""
    found, by = found_or_404(request, reference), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Review the group"),
            what=_("What you found and the day of the next review are kept and stand in the history."),
            to_whom=EVERYBODY_THERE,
            undo=_("No. The next review may say something else."),
            done=_("The review is kept."),
        ),
        at_all=rules.runs_group(by, found),
        may=rules.may_keep_group(by, found),
        back_url=reverse("partnership_staff:group", args=[reference]),
        back_label=str(found),
        context={"group": found},
    )
    form = ReviewForm(request.POST or None)
    return ask(request, step, lambda given: services.review_group(found, by=by, **given), form)
