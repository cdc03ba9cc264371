"""What is kept about people, why, and for how long: made from what the tables say, for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor
from entente.partnership.queries import register as queries
from entente.partnership.rules import register as rules
from entente.partnership.sentences import retention as sentences
from entente.partnership.services import register as services
from entente.people.sign_in import MemberRequest


def _told(reader: Actor) -> dict[str, Any]:
    confirmation = queries.retention_confirmation(reader)
    return {
        "kept": sentences.kept(),
        "without_people": sentences.without_people(),
        "defaults": sentences.defaults(),
        "confirmation": confirmation,
        "is_current": confirmation is not None and confirmation.table_hash == sentences.table_hash(),
    }


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """The table for everybody."""
    return render(request, "partnership/retention.html", _told(VISITOR))


@require_safe
def staff_retention(request: MemberRequest) -> HttpResponse:
    """The same table for members; a data protection officer confirms it here."""
    context = _told(request.member) | {
        "may_confirm": rules.may_confirm_retention(request.member, clock.now())
    }
    return render(request, "partnership_staff/retention.html", context)


@require_POST
def confirm_retention(request: MemberRequest) -> HttpResponse:
    """A data protection officer's word that the table holds here."""
    services.confirm_retention(by=request.member, table_hash=sentences.table_hash())
    messages.success(request, _("The table is confirmed. Everybody can read that."))
    return redirect("partnership_staff:retention")
