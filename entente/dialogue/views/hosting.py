"""The pages of a host: the sessions of a dialogue, one session, its end, and the wall of the room."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, sentences, services
from entente.dialogue.forms.hosting import PaperForm, SessionForm
from entente.dialogue.models import Dialogue, HostedSession
from entente.dialogue.pictures import opinion_map
from entente.dialogue.session_picture import on_the_wall
from entente.dialogue.views.addresses import code_address, join_address, whole_address
from entente.dialogue.views.standing import map_key, map_words, positioned
from entente.dialogue.views.steps import REFUSED_HERE, dialogue_to_run, kept_refusal
from entente.people.sign_in import MemberRequest
from entente.ui.printing import qr_code
from entente.ui.templatetags.ui import percent

STATEMENTS = 4  # on the wall
SLIVER = 3  # percent of a bar, for a part that is told as few or nobody
SECONDS = 3  # between two looks at the wall


def session_list(request: MemberRequest, reference: str) -> HttpResponse:
    """The sessions of a dialogue, newest first."""
    dialogue = dialogue_to_run(request, reference)
    people = queries.people_by_session(dialogue, request.member)
    sessions = list(queries.sessions(dialogue, request.member))
    context = {
        "dialogue": dialogue,
        "rows": [{"session": row, "people": people.get(row.name, 0)} for row in sessions],
        "is_closed": dialogue.state == Dialogue.State.CLOSED,
        "may_host": rules.may_host_session(request.member, dialogue, clock.now()),
    }
    return render(request, "dialogue_staff/session_list.html", context)


def plan_session(request: MemberRequest, reference: str) -> HttpResponse:
    """Prepare a session; it gets one code for everybody in the room."""
    dialogue = dialogue_to_run(request, reference)
    names = [session.name for session in queries.sessions(dialogue, request.member)]
    taken = names + [row["batch"] for row in queries.codes(dialogue, request.member)]
    initial = {"held_on": clock.today(), "language": dialogue.language}
    form = SessionForm(request.POST or None, taken=taken, languages=dialogue.languages, **initial)
    decision = rules.may_host_session(request.member, dialogue, clock.now())
    if decision and form.is_valid():
        try:
            session = services.plan_session(dialogue, by=request.member, **form.cleaned_data)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            said = _("The session is prepared. Its code works while the dialogue is open.")
            messages.success(request, said)
            return redirect("dialogue_staff:session", dialogue.reference, session.pk)
    context = {"dialogue": dialogue, "form": form, "refusal": "" if decision else str(decision)}
    return render(
        request, "dialogue_staff/plan_session.html", context, status=200 if decision else REFUSED_HERE
    )


def session_to_host(
    request: MemberRequest, reference: str, session_id: uuid.UUID
) -> tuple[Dialogue, HostedSession]:
    """A session of a dialogue the reader may run. Raises Http404, or Refused with the reason."""
    dialogue = dialogue_to_run(request, reference)
    return dialogue, get_object_or_404(queries.sessions(dialogue, request.member), pk=session_id)


def session(request: MemberRequest, reference: str, session_id: uuid.UUID) -> HttpResponse:
    """One session: its code, what to do before, during and after, and the way to everything it needs."""
    dialogue, hosted = session_to_host(request, reference, session_id)
    at = clock.now()
    has_statements = queries.statements(dialogue, request.member).exists()
    context = {
        "dialogue": dialogue,
        "session": hosted,
        "is_open": bool(rules.may_take_part(dialogue, at)),
        "may_host": rules.may_host_session(request.member, dialogue, at),
        "is_closed": dialogue.state == Dialogue.State.CLOSED,
        "people": queries.people_by_session(dialogue, request.member).get(hosted.name, 0),
        "typing": rules.may_type_sheet(request.member, hosted, at),
        "typed_until": hosted.ended_at and hosted.ended_at + rules.TYPED_WITHIN,
        "sheets": queries.sheets_typed(hosted, request.member),
        "has_statements": has_statements,
        "paper": PaperForm(None, languages=dialogue.languages, language=hosted.language),
        "tablet_address": whole_address(request, dialogue, "tablet/", hosted.language),
        **_door(request, dialogue, hosted),
    }
    return render(request, "dialogue_staff/session.html", context)


def _door(request: MemberRequest, dialogue: Dialogue, hosted: HostedSession) -> dict[str, Any]:
    """How people in the room come in: an address, a code and its square; nothing once it ended."""
    if hosted.ended_at is not None or hosted.code_id is None:
        return {"code": ""}
    code, address = hosted.room_code, code_address(request, dialogue, hosted.language)
    before, _reference, after = address.partition("://")[2].partition(dialogue.reference)
    return {
        "code": code,
        "address": address,
        "short_address": {"before": before, "after": after},  # nobody types the rest
        "square": SafeString(qr_code(join_address(request, dialogue, code, hosted.language))),
    }


def end_session(request: MemberRequest, reference: str, session_id: uuid.UUID) -> HttpResponse:
    """Make the code of the room useless; answers stay."""
    dialogue, hosted = session_to_host(request, reference, session_id)
    decision = rules.may_end_session(request.member, hosted, clock.now())
    if request.method == "POST":
        try:
            services.end_session(hosted, by=request.member)
        except Refused as refused:
            decision = kept_refusal(request, dialogue, refused)
        else:
            said = _("The session has ended. Its code is useless now; every answer stays.")
            messages.success(request, said)
            return redirect("dialogue_staff:session", dialogue.reference, hosted.pk)
    context = {"dialogue": dialogue, "session": hosted, "refusal": "" if decision else str(decision)}
    return render(
        request, "dialogue_staff/end_session.html", context, status=200 if decision else REFUSED_HERE
    )


def session_wall(request: MemberRequest, reference: str, session_id: uuid.UUID) -> HttpResponse:
    """For the projector, in the room's language: how to come in, how many did, what they say so far."""
    dialogue, hosted = session_to_host(request, reference, session_id)
    asked = request.GET.get("shown_in", "")
    language = asked if asked in dialogue.languages else hosted.language
    with override(language):
        return _wall(request, dialogue, hosted, language)


def _wall(request: MemberRequest, dialogue: Dialogue, hosted: HostedSession, language: str) -> HttpResponse:
    here = reverse("dialogue_staff:session_wall", args=[dialogue.reference, hosted.pk])
    is_closed = dialogue.state == Dialogue.State.CLOSED
    is_hidden = "hidden" in request.GET and not is_closed
    picture = queries.picture_of(hosted, request.member) or {"people": 0, "statements": {}}
    rows = [] if is_hidden else _bars(dialogue, picture, request, language)
    context = {
        "dialogue": dialogue,
        "session": hosted,
        "texts": queries.wording(dialogue, [], language, request.member),
        "people": picture["people"],
        "rows": rows,
        "map": None if is_hidden else _map(dialogue, request),
        "here": here,
        "seconds": SECONDS,
        "is_hidden": is_hidden,
        "is_paused": is_closed or "paused" in request.GET,
        "is_closed": is_closed,
        **_door(request, dialogue, hosted),
    }
    return render(request, "dialogue_staff/session_wall.html", context)


def _bars(
    dialogue: Dialogue, picture: dict[str, Any], request: MemberRequest, language: str
) -> list[dict[str, Any]]:
    """A few statements with what this room says to them, in tens of percent."""
    known = {row.number: row for row in queries.statements(dialogue, request.member)}
    numbers = [number for number in known if number is not None]
    shown = on_the_wall(picture, numbers, STATEMENTS)
    texts = queries.wording(dialogue, [known[row["number"]] for row in shown], language, request.member)
    return [
        {
            **row,
            "worded": texts[known[row["number"]].pk],
            "parts": _parts(row["shares"]),
        }
        for row in shown
    ]


def _parts(shares: list[int]) -> list[dict[str, Any]]:
    """The three parts of a bar that is 100 long; a part told as nothing may be a few, and gets a sliver."""
    drawn = [share or SLIVER for share in shares]
    total, start, parts = sum(drawn), 0.0, []
    for kind, share, length in zip(("agree", "disagree", "pass"), shares, drawn, strict=True):
        width = 100 * length / total
        said = _share_in_words(share)
        parts.append({"kind": kind, "said": said, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return parts


def _share_in_words(share: int) -> str:
    """A rounded share: neither nothing nor all is ever told, or one person more or less would show."""
    if share <= 0:
        return _("few or nobody")
    return _("most") if share >= 100 else _("about %(share)s") % {"share": percent(share / 100)}


def _map(dialogue: Dialogue, request: MemberRequest) -> dict[str, Any] | None:
    """The groups of the whole dialogue, as everybody may see them; no statement stands on the map."""
    outcome = queries.live_outcome(dialogue, request.member)
    if outcome is None or not outcome.content["groups"]:
        return None
    names = sentences.group_names(outcome.content)
    words = map_words(outcome.content, names)
    drawn = opinion_map(positioned(outcome.content, ()), words, name="wall")
    key = map_key(outcome.content, names)
    return {"picture": SafeString(drawn), "reading": words.description, "key": key}
