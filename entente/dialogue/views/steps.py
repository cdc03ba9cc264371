"""First and last steps of every page that runs a dialogue: find it, ask who may, keep a refusal, go back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from entente.audit import clock
from entente.audit.decisions import Decision, Refused
from entente.audit.services import log
from entente.dialogue import queries, rules
from entente.dialogue.models import Dialogue
from entente.people.sign_in import MemberRequest
from entente.records import queries as records

REFUSED_HERE = 409


def own_dialogue(request: MemberRequest, reference: str) -> Dialogue:
    """The organisation's own dialogue, or 404: for others it does not exist here, public or not."""
    dialogue = get_object_or_404(queries.dialogues(request.member), reference=reference)
    titles = records.titles([dialogue], get_language() or "en", request.member)
    dialogue.title_here = titles[dialogue.pk]
    return dialogue


def dialogue_to_run(request: MemberRequest, reference: str) -> Dialogue:
    """The same for somebody who may run it; raises Refused with the reason for anybody else."""
    dialogue = own_dialogue(request, reference)
    rules.may_edit_dialogue(request.member, dialogue, clock.now()).require()
    return dialogue


def kept_refusal(request: MemberRequest, dialogue: Dialogue, refused: Refused) -> Decision:
    """Log a refusal that the page itself shows; what was tried is already undone."""
    match = request.resolver_match
    details = {"page": match.url_name if match else ""}
    log("dialogue.refused", by=request.member, about=dialogue, decision=refused.decision, details=details)
    return refused.decision


def to_record(dialogue: Dialogue, section: str = "") -> HttpResponse:
    """Back to the dialogue's own page."""
    page = reverse("dialogue_staff:manage_dialogue", args=[dialogue.reference])
    return redirect(f"{page}#{section}" if section else page)


def public_page(name: str, dialogue: Dialogue) -> str:
    """The address of a public page, empty where this process has no public pages."""
    try:
        return reverse(f"dialogue:{name}", args=[dialogue.reference])
    except NoReverseMatch:
        return ""
