"""The pages of commitments: the board, late ones first, one commitment, and each step it takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from entente.audit import clock
from entente.partnership.forms.commitments import (
    BoardForm,
    ChangeCommitmentForm,
    EvidenceForm,
    OfferForm,
    WithdrawForm,
)
from entente.partnership.models.commitments import Commitment
from entente.partnership.queries import commitments as queries
from entente.partnership.queries.decisions import decisions_of
from entente.partnership.queries.meetings import groups_of, seats
from entente.partnership.rules import commitments as rules
from entente.partnership.rules.meetings import may_sit
from entente.partnership.services import commitments as services
from entente.partnership.views.meetings import own_group
from entente.partnership.views.paper_steps import Back, Words, step
from entente.people.models import Organisation
from entente.people.sign_in import MemberRequest
from entente.records.views.csv_files import csv_file

ON_A_PAGE = 25
NAMED = 8  # groups in the margin; the others are found on their own page
MOST_ROWS = 5000  # of a file
State = Commitment.State
ALL_SEATS = gettext_lazy("Everybody who sits in the group, and your own organisation.")


def page_of(commitment: Commitment) -> str:
    """Where a commitment is read."""
    return reverse("partnership_staff:commitment", args=[commitment.reference])


def own_commitment(request: MemberRequest, reference: str) -> Any:
    """A commitment the reader may know of, or 404."""
    return get_object_or_404(queries.commitments(request.member), reference=reference)


def _chosen(request: MemberRequest) -> tuple[BoardForm, Any]:
    """The board's filter and the commitments it leaves."""
    reader, today = request.member, clock.today()
    rows = queries.board(reader, today)
    named = queries.commitments(reader).values("organisation_id")
    organisations = Organisation.objects.filter(pk__in=named).order_by("name")
    form = BoardForm(request.GET or None, groups=groups_of(reader), organisations=organisations)
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("show") == "late":
        rows = rows.filter(state=State.ACCEPTED, due_on__lt=today)
    elif chosen.get("show") != "all":
        rows = rows.filter(state__in=queries.OPEN)
    if chosen.get("group"):
        rows = rows.filter(group_id=chosen["group"])
    if chosen.get("organisation"):
        rows = rows.filter(organisation__slug=chosen["organisation"])
    return form, rows


@require_GET
def commitments(request: MemberRequest) -> HttpResponse:
    """Who owes what by when: one's own first, then the late ones."""
    form, rows = _chosen(request)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    number = page.paginator.count
    chosen = {name: value for name, value in request.GET.items() if name in form.fields and value}
    told = [{"commitment": row, "standing": queries.standing(row)} for row in page]
    context = {
        "form": form,
        "page": page,
        "mine": [row for row in told if row["commitment"].is_mine],
        "others": [row for row in told if not row["commitment"].is_mine],
        "count": ngettext("%(number)d commitment", "%(number)d commitments", number) % {"number": number},
        "query": urlencode(chosen),
        "groups": groups_of(request.member)[:NAMED],
    }
    return render(request, "partnership_staff/commitments.html", context)


@require_GET
def export_commitments(request: MemberRequest) -> HttpResponse:
    """The same board as a file."""
    _form, rows = _chosen(request)
    head = [_("Reference"), _("Who"), _("Organisation"), _("What"), _("First date"), _("Date"), _("State")]
    head += [_("Group"), _("Evidence")]
    body = [
        [
            row.reference,
            row.person_name,
            str(row.organisation),
            row.what,
            row.first_due_on.isoformat(),
            row.due_on.isoformat(),
            queries.standing(row).label,
            str(row.group),
            row.closing,
        ]
        for row in rows[:MOST_ROWS]
    ]
    return csv_file("commitments.csv", [head, *body])


def offer_commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """Write down what an organisation is asked to promise."""
    group, reader = own_group(request, reference), request.member
    taken = decisions_of(group, reader).filter(state="taken")[:ON_A_PAGE]
    return step(
        request,
        about=group,
        may=may_sit(reader, group),
        take=lambda **typed: services.offer_commitment(group, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Write down a commitment"),
            done=gettext_lazy("Written down. It counts once the organisation that must keep it accepts it."),
        ),
        back=Back(reverse("partnership_staff:meetings", args=[reference]), group),
        form=OfferForm(request.POST or None, seats=seats(group.pk, reader), group=group, decisions=taken),
        template="partnership_staff/paper_form.html",
        to=page_of,
    )


def commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """One commitment: who, what, by when, what was first said, and what became of it."""
    found, reader, at = own_commitment(request, reference), request.member, clock.now()
    steps = (
        ("accept_commitment", "check", _("Accept it"), rules.may_accept_commitment(reader, found, at)),
        ("keep_commitment", "check", _("It is done"), rules.may_keep_commitment(reader, found, at)),
        (
            "change_commitment",
            "pencil",
            _("Change date or text"),
            rules.may_change_commitment(reader, found, at),
        ),
        ("withdraw_commitment", "cross", _("Withdraw it"), rules.may_close_commitment(reader, found, at)),
    )
    context = {
        "commitment": found,
        "standing": queries.standing(found),
        "versions": queries.versions_of(found, reader),
        "steps": [
            {"url": reverse(f"partnership_staff:{name}", args=[reference]), "icon": icon, "label": label}
            for name, icon, label, may in steps
            if may
        ],
    }
    return render(request, "partnership_staff/commitment.html", context)


def accept_commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """Promise it for one's own organisation."""
    found, reader = own_commitment(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_accept_commitment(reader, found, clock.now()),
        take=lambda: services.accept_commitment(found, by=reader),
        words=Words(
            label=gettext_lazy("Accept it"),
            what=gettext_lazy(
                "Your organisation promises this by that day. It is recalled a week before and on the day."
            ),
            to_whom=ALL_SEATS,
            undo=gettext_lazy("It can be changed or withdrawn with a reason that everybody reads."),
            done=gettext_lazy("Your organisation has promised it."),
        ),
        back=Back(page_of(found), found.what),
        more={"commitment": found},
    )


def change_commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """Another date or text, with the reason."""
    found, reader = own_commitment(request, reference), request.member
    names = ("what", "due_on", "evidence_wanted")
    initial = {name: getattr(found, name) for name in names} | {"read": found.number}
    return step(
        request,
        about=found,
        may=rules.may_change_commitment(reader, found, clock.now()),
        take=lambda **typed: services.change_commitment(found, by=reader, **typed),
        words=Words(
            label=gettext_lazy("Change date or text"),
            done=gettext_lazy("Changed. What was promised first stays to be read."),
        ),
        back=Back(page_of(found), found.what),
        form=ChangeCommitmentForm(request.POST or None, initial=initial),
        template="partnership_staff/paper_form.html",
    )


def keep_commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """Say that it is done, and what shows it."""
    found, reader = own_commitment(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_keep_commitment(reader, found, clock.now()),
        take=lambda evidence: services.keep_commitment(found, by=reader, evidence=evidence),
        words=Words(
            label=gettext_lazy("It is done"),
            what=gettext_lazy("The commitment counts as kept, with what you write as its evidence."),
            to_whom=ALL_SEATS,
            undo=gettext_lazy("No. It stays as kept."),
            done=gettext_lazy("The commitment is kept."),
        ),
        back=Back(page_of(found), found.what),
        form=EvidenceForm(request.POST or None),
        more={"commitment": found},
    )


def withdraw_commitment(request: MemberRequest, reference: str) -> HttpResponse:
    """Say that it will not be kept, and why."""
    found, reader = own_commitment(request, reference), request.member
    return step(
        request,
        about=found,
        may=rules.may_close_commitment(reader, found, clock.now()),
        take=lambda reason: services.withdraw_commitment(found, by=reader, reason=reason),
        words=Words(
            label=gettext_lazy("Withdraw it"),
            what=gettext_lazy(
                "Your organisation does not keep this promise. It stays to be read, with your reason."
            ),
            to_whom=ALL_SEATS,
            undo=gettext_lazy("No. A new commitment can be written down."),
            done=gettext_lazy("The commitment is withdrawn."),
            is_grave=True,
        ),
        back=Back(page_of(found), found.what),
        form=WithdrawForm(request.POST or None),
        more={"commitment": found},
    )
