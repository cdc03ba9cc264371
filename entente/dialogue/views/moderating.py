"""The page on which statements are read: a queue, and the decisions that were made."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.dialogue import queries, services
from entente.dialogue.forms.moderating import DecisionForm, FamilyForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.views.queue import queue_page
from entente.dialogue.views.steps import dialogue_to_run
from entente.people.sign_in import MemberRequest

State = Statement.State
Reason = Statement.Reason
KEPT = ("show", "written", "kind", "order", "page")


def moderate_statements(request: MemberRequest, reference: str) -> HttpResponse:
    """Read statements, those alike side by side, and decide; each decision can be taken back or changed."""
    dialogue = dialogue_to_run(request, reference)
    if request.method != "POST":
        return queue_page(request, dialogue)
    if "undo" in request.POST:
        return _take_back(request, dialogue)
    form = FamilyForm(request.POST) if "family" in request.POST else DecisionForm(request.POST)
    if not form.is_valid():
        return queue_page(request, dialogue, form)
    try:
        step = (
            _settle(request, dialogue, form)
            if isinstance(form, FamilyForm)
            else _decide(request, dialogue, form)
        )
    except Statement.DoesNotExist as missing:
        raise Http404 from missing
    if step is None:
        return queue_page(request, dialogue, form)
    _say_meanwhile(request, step)
    return _back(request, dialogue)


def _decide(request: MemberRequest, dialogue: Dialogue, form: DecisionForm) -> services.Decided | None:
    """Decide as the form says; None when it is not clear what a statement repeats."""
    sent = form.cleaned_data
    same_as: dict[uuid.UUID, uuid.UUID] = {}
    if sent["reason"] == Reason.DUPLICATE and sent["decision"] == State.REJECTED:
        found = _repeated(request, dialogue, form)
        if found is None:
            return None
        same_as = found
    ruling = services.Ruling(sent["decision"], sent["reason"], sent["note"], same_as)
    return services.moderate_statements(
        dialogue, by=request.member, ids=form.ids, ruling=ruling, seen=sent["seen"]
    )


def _repeated(
    request: MemberRequest, dialogue: Dialogue, form: DecisionForm
) -> dict[uuid.UUID, uuid.UUID] | None:
    """For each statement the one it repeats: the one that was named, else the one that it is like."""
    number = form.cleaned_data["same_as"]
    if number is not None:
        named = queries.statements(dialogue, request.member).filter(number=number).first()
        if named is None or named.pk in form.ids:
            form.add_error("same_as", _("No other statement that is accepted has this number."))
            return None
        return dict.fromkeys(form.ids, named.pk)
    rows = queries.listed(dialogue, request.member, form.cleaned_data["seen"])
    first = {row.id: row.first for row in rows if row.repeats}
    unclear = [one for one in form.ids if first.get(one, one) in form.ids]
    if unclear:
        said = ngettext(
            "%(number)d of them repeats nothing we know of. "
            "Give the number of the statement it repeats, or choose another reason.",
            "%(number)d of them repeat nothing we know of. "
            "Give the number of the statement they repeat, or choose another reason.",
            len(unclear),
        )
        form.add_error("same_as", said % {"number": len(unclear)})
        return None
    return {one: first[one] for one in form.ids}


def _settle(request: MemberRequest, dialogue: Dialogue, form: FamilyForm) -> services.Decided:
    rows = Statement.objects.visible_to(request.member).select_related("dialogue")
    first = rows.get(dialogue_id=dialogue.pk, pk=form.cleaned_data["family"])
    return services.settle_family(
        first, by=request.member, repeats=form.repeats, seen=form.cleaned_data["seen"]
    )


def _take_back(request: MemberRequest, dialogue: Dialogue) -> HttpResponse:
    """Put back what was decided last, if that is still what the page meant."""
    last = queries.last_step(dialogue, request.member)
    if last is None or last.at.isoformat() != request.POST["undo"]:
        messages.warning(request, _("This can't be taken back any more. Each decision can still be changed."))
        return _back(request, dialogue)
    step = services.put_back_statements(dialogue, by=request.member, ids=last.ids)
    number = len(step.statements)
    said = ngettext("%(number)d statement waits again.", "%(number)d statements wait again.", number)
    messages.success(request, said % {"number": number})
    if step.meanwhile:
        stays = ngettext(
            "%(number)d statement stays as it is: somebody wrote the same again, and that waits already.",
            "%(number)d statements stay as they are: somebody wrote the same again, and that waits already.",
            len(step.meanwhile),
        )
        messages.warning(request, stays % {"number": len(step.meanwhile)})
    return _back(request, dialogue)


def _say_meanwhile(request: MemberRequest, step: services.Decided) -> None:
    """Who decided about something in between; that stays."""
    if len(step.meanwhile) == 1:
        statement = step.meanwhile[0]
        said = _("%(who)s decided about this statement meanwhile: %(state)s. Your decision was not saved.")
        values = {"who": statement.decided_by, "state": statement.get_state_display()}
        messages.warning(request, said % values)
    elif step.meanwhile:
        said = _("Somebody decided about %(number)d of these statements meanwhile. They stay as they are.")
        messages.warning(request, said % {"number": len(step.meanwhile)})


def _back(request: MemberRequest, dialogue: Dialogue) -> HttpResponse:
    """To the same place in the same list: what followed has moved up."""
    here = reverse("dialogue_staff:moderate_statements", args=[dialogue.reference])
    kept = {name: request.POST[name][:20] for name in KEPT if request.POST.get(name)}
    place = request.POST.get("place") or request.POST.get("one", "").rpartition(":")[2]
    anchor = f"row-{place}" if place.isdecimal() and len(place) < 4 else "queue"
    return redirect(f"{here}?{urlencode(kept)}#{anchor}")
