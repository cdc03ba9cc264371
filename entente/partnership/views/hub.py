"""The page that leads to every part of the partnership."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entente.people.sign_in import MemberRequest

# Where each part begins, its name, and the worry it answers.
PARTS = (
    (
        "people:directory",
        "list",
        _("Directory"),
        _("Who does what, where and in which language, and who stands in."),
    ),
    (
        "partnership_staff:groups",
        "people",
        _("Groups"),
        _("Task forces: what for, who belongs, what was promised."),
    ),
    (
        "partnership_staff:commitments",
        "check",
        _("Commitments"),
        _("Who owes what by when, the late ones first."),
    ),
    (
        "partnership_staff:group_decisions",
        "scales",
        _("Decisions"),
        _("What groups decided and what they refused, and why."),
    ),
    (
        "agreements:agreements",
        "lock",
        _("Agreements"),
        _("What organisations promised each other about sharing."),
    ),
    (
        "partnership_staff:may_i_share",
        "scales",
        _("What may I share?"),
        _("With whom, for what, and which clause says so."),
    ),
    (
        "partnership_staff:describe_agreements",
        "eye",
        _("What everybody reads"),
        _("The public register, impact assessments, and for how long things are kept."),
    ),
    (
        "partnership_staff:protocols",
        "document",
        _("Protocols"),
        _("How the partnership shares, responds and reaches out."),
    ),
    (
        "partnership_staff:strategies",
        "document",
        _("Local strategy"),
        _("Needs, objectives, actions, their owners and budgets."),
    ),
    (
        "partnership_staff:resources",
        "house",
        _("Rooms, people and materials"),
        _("What partners lend each other."),
    ),
    ("partnership_staff:funding", "square", _("Money"), _("Who pays for what, and until when.")),
    (
        "rights:complaints",
        "hands",
        _("Complaints"),
        _("What people complained about, and what they were answered."),
    ),
    (
        "partnership_staff:start_town",
        "flag",
        _("Start my town"),
        _("The first afternoon: what is done and what is left."),
    ),
)


@require_GET
def partnership(request: MemberRequest) -> HttpResponse:
    """Every part that this installation has."""
    parts = []
    for view, icon, name, what_for in PARTS:
        try:
            parts.append({"url": reverse(view), "icon": icon, "name": name, "what_for": what_for})
        except NoReverseMatch:
            continue
    return render(request, "partnership_staff/partnership.html", {"parts": parts})
