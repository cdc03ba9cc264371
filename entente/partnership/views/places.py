"""The pages of places: who is invited, who belongs, who sits there, and what they promised."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.agreements import register
from entente.agreements.forms import ReasonForm
from entente.agreements.models import Agreement, Party
from entente.audit import clock
from entente.audit.actors import begin
from entente.audit.decisions import Refused
from entente.partnership.charter_texts import shipped
from entente.partnership.forms.places import AcceptForm, InviteForm, PlaceForm, RepresentativeForm, WhyForm
from entente.partnership.models import Place
from entente.partnership.queries import charters as charter_queries
from entente.partnership.queries import commitments as promises
from entente.partnership.queries import groups as queries
from entente.partnership.rules import groups as group_rules
from entente.partnership.rules import places as rules
from entente.partnership.services import places as services
from entente.partnership.views.groups import EVERYBODY_THERE, PLACE_KINDS, found_or_404
from entente.partnership.views.steps import NOT_READ, REFUSED_HERE, Asked, Step, ask, note_refusal
from entente.people.models import Member, Seat
from entente.people.sign_in import MemberRequest

LIVING = {Agreement.State.INTERIM, Agreement.State.IN_FORCE, Agreement.State.SUSPENDED}
INVITER = _("The organisation that invited you, and everybody who sits in the group.")


def _place_or_404(request: MemberRequest, place_id: uuid.UUID) -> Place:
    try:
        return queries.place_with(place_id, request.member)
    except Place.DoesNotExist as none:
        raise Http404 from none


def _back(place: Place) -> dict[str, Any]:
    return {
        "back_url": reverse("partnership_staff:place", args=[place.pk]),
        "back_label": str(place.organisation),
    }


def invite_organisation(request: MemberRequest, reference: str) -> HttpResponse:
    """Ask an organisation to belong."""
    group, by = found_or_404(request, reference), request.member
    group_rules.runs_group(by, group).require()
    decision = group_rules.may_keep_group(by, group)
    form = InviteForm(request.POST or None, group=group, by=by)
    if form.is_valid():
        try:
            services.invite_organisation(group, by=by, **form.cleaned_data)
        except Refused as refused:
            decision = note_refusal(request, group, refused)
        else:
            messages.success(request, str(_("The organisation is invited. Its coordinators get a message.")))
            return redirect("partnership_staff:group", reference)
    status = REFUSED_HERE if not decision else NOT_READ if form.errors else 200
    context = {"group": group, "form": form, "refusal": "" if decision else str(decision)}
    return render(request, "partnership_staff/invite_organisation.html", context, status=status)


def place(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """One organisation's place: what it answers for, who sits there, and what can be done."""
    found, reader, at = _place_or_404(request, place_id), request.member, clock.now()
    seats = [
        seat
        for seat in queries.seated(found.group, reader)
        if seat.membership.organisation_id == found.organisation_id
    ]
    pledges = queries.pledged(seats, reader)
    versions = charter_queries.versions_of(found.group, reader)
    context = {
        "place": found,
        "group": found.group,
        "kind": PLACE_KINDS[Place.State(found.state)],
        "seats": [_seat_row(seat, found, pledges.get(seat.pk)) for seat in seats],
        "charter": charter_queries.in_force(versions) or charter_queries.on_its_way(versions),
        "may_answer": rules.may_accept_place(reader, found, [], at),
        "may_act": rules.may_act_in_place(reader, found, at),
        "may_leave": rules.may_leave_group(reader, found, at),
        "may_withdraw": rules.may_withdraw_invitation(reader, found, at),
    }
    return render(request, "partnership_staff/place.html", context)


def _seat_row(seat: Seat, found: Place, pledge: Any) -> dict[str, Any]:
    parts = {found.representative_id: Place.Part.REPRESENTATIVE, found.deputy_id: Place.Part.DEPUTY}
    part = parts.get(seat.membership_id, Place.Part.ALSO)
    return {"seat": seat, "part": part.label, "pledge": pledge}


def accept_place(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Say yes, and who sits there."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Accept for your organisation"),
            what=_(
                "Your organisation belongs to the group from this second on, and those you name sit there."
            ),
            to_whom=EVERYBODY_THERE,
            undo=_("Your organisation can leave at any time."),
            done=_("Your organisation belongs to the group."),
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_accept_place(by, found, [], clock.now()),
        **_back(found),
    )
    form = AcceptForm(request.POST or None, place=found, by=by)
    done = reverse("partnership_staff:group", args=[found.group.reference])
    return ask(request, step, lambda given: services.accept_place(found, by=by, **given), form, done_url=done)


def decline_place(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Say no."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Decline the invitation"),
            what=_("Your organisation does not belong to the group, and nobody of yours sits there."),
            to_whom=INVITER,
            undo=_("You can be invited again."),
            done=_("The invitation is declined."),
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_decline_place(by, found, clock.now()),
        **_back(found),
    )
    form = WhyForm(request.POST or None)
    return ask(request, step, lambda given: services.decline_place(found, by=by, **given), form)


def withdraw_invitation(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Take the invitation back"),
            what=_("The organisation can no longer accept. It still sees that it was invited."),
            to_whom=_("The organisation that was invited."),
            undo=_("You can invite it again."),
            done=_("The invitation is taken back."),
        ),
        at_all=group_rules.runs_group(by, found.group),
        may=rules.may_withdraw_invitation(by, found, clock.now()),
        **_back(found),
    )
    return ask(request, step, lambda given: services.withdraw_invitation(found, by=by))


def edit_place(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Say what one's own organisation answers for."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("What your organisation answers for"),
            what=_("What you write replaces what stood here; what stood here stays in the log."),
            to_whom=EVERYBODY_THERE,
            undo=_("Yes, you can change it again."),
            done=_("Saved."),
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_edit_place(by, found, clock.now()),
        **_back(found),
    )
    before = {"answers_for": found.answers_for, "may_commit": found.may_commit}
    form = PlaceForm(request.POST or None, initial=before)
    return ask(request, step, lambda given: services.edit_place(found, by=by, **given), form)


def name_representative(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Say who of one's own people sits there."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Name who sits there"),
            what=_("The person sits in the group from this second on and reads its papers."),
            to_whom=EVERYBODY_THERE,
            undo=_("Yes. You can end the seat at any time."),
            done=_("The person sits in the group."),
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_act_in_place(by, found, clock.now()),
        **_back(found),
    )
    form = RepresentativeForm(request.POST or None, by=by)
    return ask(request, step, lambda given: services.name_representative(found, by=by, **given), form)


def end_seat(request: MemberRequest, place_id: uuid.UUID, seat_id: uuid.UUID) -> HttpResponse:
    """Say who of one's own people no longer sits there."""
    found, by = _place_or_404(request, place_id), request.member
    seats = {seat.pk: seat for seat in queries.seated(found.group, by)}
    if seat_id not in seats:
        raise Http404
    seat = seats[seat_id]
    step = Step(
        about=found,
        asked=Asked(
            label=_("End a seat"),
            what=_("From this second on %(name)s no longer reads the group's papers.")
            % {"name": seat.membership.person.name},
            to_whom=EVERYBODY_THERE,
            undo=_("You can name the person again."),
            done=_("The seat has ended."),
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_end_seat(by, found, seat, clock.now()),
        **_back(found),
    )
    return ask(request, step, lambda given: services.end_seat(found, by=by, seat=seat))


def leave_group(request: MemberRequest, place_id: uuid.UUID) -> HttpResponse:
    """Take one's own organisation out, with what else hangs on it in view."""
    found, by = _place_or_404(request, place_id), request.member
    step = Step(
        about=found,
        asked=Asked(
            label=_("Leave the group"),
            what=_(
                "The seats of your organisation end at this second. Its signature under the charter stays in"
                " the record. The others go on without you."
            ),
            to_whom=_("Everybody who sits in the group. Your reason stands on its page."),
            undo=_("You can be invited again."),
            done=_("Your organisation has left the group."),
            is_grave=True,
        ),
        at_all=rules.of_own(by, found),
        may=rules.may_leave_group(by, found, clock.now()),
        template="partnership_staff/leave_group.html",
        context={
            "group": found.group,
            "agreements": _agreements_with(found, by),
            "promises": promises.open_in(found.group, by).filter(organisation_id=found.organisation_id),
            "seats": [
                seat
                for seat in queries.seated(found.group, by)
                if seat.membership.organisation_id == found.organisation_id
            ],
        },
        **_back(found),
    )
    done = reverse("partnership_staff:groups")
    return ask(
        request,
        step,
        lambda given: services.leave_group(found, by=by, **given),
        ReasonForm(request.POST or None),
        done_url=done,
    )


def _agreements_with(found: Place, by: Member) -> list[Agreement]:
    """Living agreements with other members of the group, which stay when the organisation leaves it."""
    members = [row.pk for row in queries.members_of(found.group, by) if row.pk != found.organisation_id]
    begin(by)
    parties = Party.objects.filter(left_at=None)
    ours = parties.filter(organisation_id=found.organisation_id).values("agreement_id")
    theirs = parties.filter(organisation_id__in=members).values("agreement_id")
    return list(register.agreements(by).filter(state__in=LIVING, pk__in=ours).filter(pk__in=theirs))


def give_pledge(request: MemberRequest, reference: str) -> HttpResponse:
    """Promise confidentiality, in one's own name."""
    group, by = found_or_404(request, reference), request.member
    seats = [seat for seat in queries.seated(group, by) if seat.membership_id == by.pk]
    if not seats:
        raise Http404
    language = get_language() or group.language
    words = shipped()["pledge"].get(language) or shipped()["pledge"]["en"]
    is_given = bool(queries.pledged(seats, by))
    step = Step(
        about=group,
        asked=Asked(
            label=_("Promise confidentiality"),
            what=words,
            to_whom=EVERYBODY_THERE,
            undo=_("No. A promise stays, also after you have left the group."),
            done=_("Your promise is kept with its date."),
        ),
        at_all=rules.may_give_pledge(by, seats[0], is_given=False, at=clock.now()),
        may=rules.may_give_pledge(by, seats[0], is_given=is_given, at=clock.now()),
        back_url=reverse("partnership_staff:group", args=[reference]),
        back_label=str(group),
    )
    return ask(
        request, step, lambda given: services.give_pledge(group, by=by, words=words, language=language)
    )
