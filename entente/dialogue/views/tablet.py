"""One tablet passed round: a person answers, hands it on, and the next one finds nothing of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.codes import new_token, normal, shown
from entente.dialogue.forms.voting import ANSWERS, CodeForm, VoteForm
from entente.dialogue.models import Dialogue, Participant, Statement
from entente.dialogue.views.joining import come_in, started_with
from entente.dialogue.views.voices import (
    CODES,
    NEWCOMERS,
    VOTES,
    SeeOther,
    Voice,
    accepted,
    asked_number,
    is_flood,
    is_too_much,
    one_moment,
    public_dialogue,
)
from entente.dialogue.views.voting import get_or_post, personal
from entente.people.rate_limits import sender, within_limit

ASKED_AFTER = 180  # seconds of silence until the tablet asks whether somebody is still there
FORGOTTEN_AFTER = 240  # and until it forgets them
EVENING = 12 * 60 * 60
SALT = "tablet"


@dataclass(frozen=True)
class Tablet:
    """A tablet that a host started, and whoever holds it now."""

    dialogue: Dialogue
    code: str
    language: str
    voice: Voice
    silence: float = 0.0

    @property
    def is_free(self) -> bool:
        """Nobody answers on it now."""
        return self.voice.participant is None


def _names(dialogue: Dialogue) -> tuple[str, str]:
    """The cookies: one of the tablet for an evening, one of the person for some minutes."""
    return f"tablet-{dialogue.reference}", f"tablet-voice-{dialogue.reference}"


def _tablet(request: HttpRequest, dialogue: Dialogue) -> Tablet | None:
    """The tablet this browser is, or None when no host started it."""
    started, held = _names(dialogue)
    try:
        kept = signing.loads(request.COOKIES.get(started, ""), salt=SALT, max_age=EVENING)
        code, language = str(kept["code"]), str(kept["language"])
    except (signing.BadSignature, KeyError, TypeError):
        return None
    voice, silence = Voice(None, new_token()), 0.0
    try:
        holder = signing.loads(request.COOKIES.get(held, ""), salt=SALT, max_age=FORGOTTEN_AFTER)
        token, seen_at = str(holder["token"]), float(holder["at"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return Tablet(dialogue, code, language, voice)
    participant = queries.participant_with(token)
    if participant is not None and participant.dialogue_id == dialogue.pk:
        voice, silence = Voice(participant, token, is_kept=True), clock.now().timestamp() - seen_at
    return Tablet(dialogue, code, language, voice, silence)


def _keep(response: HttpResponse, name: str, value: dict[str, Any], seconds: int) -> HttpResponse:
    response.set_cookie(
        name,
        signing.dumps(value, salt=SALT),
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=settings.CSRF_COOKIE_SECURE,
    )
    return response


def _in_their_hands(response: HttpResponse, dialogue: Dialogue, token: str) -> HttpResponse:
    """Let the tablet remember who holds it, for some minutes from now."""
    holder = {"token": token, "at": clock.now().timestamp()}
    return _keep(response, _names(dialogue)[1], holder, FORGOTTEN_AFTER)


def _here(dialogue: Dialogue, language: str = "") -> str:
    with override(language or get_language() or "en"):
        return reverse("dialogue:tablet", args=[dialogue.reference])


@personal
@get_or_post
def tablet(request: HttpRequest, reference: str) -> HttpResponse:
    """Start a tablet with the room's code; then one person after the other answers on it."""
    dialogue = public_dialogue(reference)
    kept = _tablet(request, dialogue)
    if request.method != "POST":
        return _start_page(request, dialogue, CodeForm()) if kept is None else _shown(request, kept)
    if is_flood(request):
        return one_moment(request, minutes=1)
    step = request.POST.get("step", "")
    if step == "start":
        return _start(request, dialogue)
    if kept is None:
        return _start_page(request, dialogue, CodeForm(), status=409)
    if step == "begin":
        return _begin(request, kept)
    if step == "answer" and not kept.is_free:
        return _answer(request, kept)
    return _hand_on(kept, is_over=step == "stop")


def _start(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The host types the room's code, or comes with it from the square."""
    form = CodeForm(request.POST)
    if not within_limit("code", sender(request), at_most=CODES):
        return one_moment(request)
    if not form.is_valid():
        return _start_page(request, dialogue, form, 400)
    try:
        with transaction.atomic():
            services.find_room(dialogue, code=form.cleaned_data["code"])
    except Refused as refused:
        form.add_error("code", str(refused))
        return _start_page(request, dialogue, form, 409)
    started, held = _names(dialogue)
    kept = {"code": normal(form.cleaned_data["code"]), "language": get_language() or "en"}
    response = _keep(SeeOther(_here(dialogue)), started, kept, EVENING)
    response.delete_cookie(held, samesite="Lax")
    return response


def _begin(request: HttpRequest, kept: Tablet) -> HttpResponse:
    """Somebody takes the tablet and chooses a language. The same form sent twice is one person."""
    dialogue, language = kept.dialogue, request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = kept.language
    token, known = started_with(request, dialogue, keep=_made_from)
    if known is not None and _was_handed_on(kept, known, token):
        token, known = new_token(), None
    if known is None:
        if not within_limit("room", sender(request), at_most=NEWCOMERS):
            return one_moment(request)
        try:
            with override(language):
                token = come_in(dialogue, kept.code, token)
        except Refused as refused:
            return _welcome(request, kept, str(refused), 409)
    return _in_their_hands(SeeOther(_here(dialogue, language)), dialogue, token)


def _made_from(start: str) -> str:
    """A token made from the one on the welcome, which whoever held the tablet before could read there."""
    return salted_hmac(SALT, start, algorithm="sha256").hexdigest()


def _was_handed_on(kept: Tablet, known: Participant, token: str) -> bool:
    """Whether the welcome that came again, out of the browser's memory, is that of somebody before."""
    if kept.voice.participant is not None and kept.voice.participant.pk == known.pk:
        return False
    with Voice(known, token).speaking():
        return bool(queries.own_answers(kept.dialogue.pk, known))


def _answer(request: HttpRequest, kept: Tablet) -> HttpResponse:
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _card(request, kept, problem=form.problem(), status=400)
    if is_too_much(request, kept.voice, "vote", VOTES):
        return one_moment(request)
    with kept.voice.speaking():
        statement = accepted(kept.dialogue, kept.voice, form.cleaned_data["statement"])
        try:
            if statement is None:
                raise Statement.DoesNotExist
            with transaction.atomic():
                assert kept.voice.participant is not None
                services.cast_vote(
                    statement, by=kept.voice.participant, value=ANSWERS[form.cleaned_data["vote"]]
                )
        except Statement.DoesNotExist:
            problem = _("This statement can't be answered any more. Here is the next one.")
            return _card(request, kept, problem=problem, status=409)
        except Refused as refused:
            return _card(request, kept, problem=str(refused), status=409)
    response = SeeOther(f"{_here(kept.dialogue)}?after={statement.number}")
    return _in_their_hands(response, kept.dialogue, kept.voice.token)


def _hand_on(kept: Tablet, *, is_over: bool) -> HttpResponse:
    """Forget the person; and when the host stops, the tablet too."""
    started, held = _names(kept.dialogue)
    response = SeeOther(_here(kept.dialogue, kept.language))
    response.delete_cookie(held, samesite="Lax")
    if is_over:
        response.delete_cookie(started, samesite="Lax")
    return response


def _shown(request: HttpRequest, kept: Tablet) -> HttpResponse:
    if kept.is_free:
        return _welcome(request, kept)
    if "still" in request.GET and kept.silence >= ASKED_AFTER - 5:
        left = FORGOTTEN_AFTER - ASKED_AFTER + 5
        context = {"stage": "still", "silent_after": left, "silent_url": _here(kept.dialogue)}
        return _page(request, kept.dialogue, kept.voice, context)
    return _in_their_hands(_card(request, kept), kept.dialogue, kept.voice.token)


def _start_page(request: HttpRequest, dialogue: Dialogue, form: CodeForm, status: int = 200) -> HttpResponse:
    context = {"stage": "start", "form": form, "decision": rules.may_take_part(dialogue, clock.now())}
    return _page(request, dialogue, Voice(None, ""), context, status)


def _welcome(request: HttpRequest, kept: Tablet, problem: str = "", status: int = 200) -> HttpResponse:
    """Nothing of anybody: what this is, in every language, and a way to begin."""
    decision = rules.may_take_part(kept.dialogue, clock.now())
    context = {
        "stage": "welcome",
        "problem": problem,
        "decision": decision,
        "greetings": [_greeting(code) for code in kept.dialogue.languages if code in LANG_INFO],
        "start": new_token(),
        "code": shown(kept.code),
    }
    return _page(request, kept.dialogue, Voice(None, ""), context, status)


def _greeting(code: str) -> dict[str, str]:
    with override(code):
        name = LANG_INFO[code]["name_local"]
        return {"code": code, "name": name[:1].upper() + name[1:], "begin": _("Begin in this language")}


def _card(request: HttpRequest, kept: Tablet, *, problem: str = "", status: int = 200) -> HttpResponse:
    """One statement to answer, or that there is none left; and always the way to hand on."""
    dialogue, voice = kept.dialogue, kept.voice
    assert voice.participant is not None
    with voice.speaking():
        decision = rules.may_take_part(dialogue, clock.now())
        own = queries.own_votes(dialogue, voice.participant)
        statement = (
            accepted(dialogue, voice, asked_number(request.GET.get("statement"))) if decision else None
        )
        if statement is None and decision:
            statement = queries.next_statement(dialogue, voice.reader)
        last = accepted(dialogue, voice, asked_number(request.GET.get("after")))
        shown_now = [statement] if statement else []
        texts = queries.wording(dialogue, shown_now, get_language() or "en", voice.reader)
        total = queries.statements(dialogue, voice.reader).count()
    context = {
        "stage": "card" if statement else "done",
        "decision": decision,
        "problem": problem,
        "statement": statement,
        "worded": texts[statement.pk] if statement else None,
        "own_answer": own.get(statement.number) if statement and statement.number is not None else None,
        "last": last.number if last is not None and last.number in own else None,
        "last_answer": own.get(last.number) if last is not None and last.number is not None else None,
        "answered": len(own),
        "to_go": max(total - len(own), 0),
        "total": total,
        "silent_after": ASKED_AFTER,
        "silent_url": f"{_here(dialogue)}?still" + (f"&statement={statement.number}" if statement else ""),
        "texts": texts,
    }
    return _page(request, dialogue, voice, context, status)


def _page(
    request: HttpRequest, dialogue: Dialogue, voice: Voice, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    texts = context.get("texts") or queries.wording(dialogue, [], get_language() or "en", voice.reader)
    context = {"problem": "", **context, "dialogue": dialogue, "texts": texts, "here": _here(dialogue)}
    return render(request, "dialogue/tablet.html", context, status=status)
