"""What public pages share: the dialogue, a browser's own answers, limits on trying."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, acting, begin, begun
from entente.audit.decisions import refuse
from entente.dialogue import queries, services
from entente.dialogue.codes import new_token
from entente.dialogue.models import Dialogue, Participant, Statement
from entente.people.rate_limits import MINUTE, address_range, sender, within_limit

KEPT_FOR = 30 * 24 * 60 * 60  # seconds
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}|[0-9a-f]{64}")
FORGOTTEN = _(
    "We don't find your earlier answers any more, and nothing was changed. Answer again: you then begin anew."
)
# Tries an hour. A library, a school or a mobile network shows one address for many people.
NEWCOMERS, STATEMENTS, CODES = 1000, 20, 600
# Answers a minute of one person: nobody reads faster.
VOTES = 300
# Answers a minute from one range of addresses, in each web process: a thousand pupils at once answer one
# each every 25 seconds; a script with a thousand codes does not get further than they.
VOTES_OF_A_RANGE = 2400


class SeeOther(HttpResponseRedirect):
    """After a form was accepted: the next page is fetched, and nothing is sent twice."""

    status_code = 303


@dataclass(frozen=True)
class Voice:
    """Whoever uses this browser in one dialogue: somebody who takes part, or a visitor who may begin.

    `is_kept`: the browser has the token in its cookie; `is_forgotten`: it has one that nobody answers to.
    """

    participant: Participant | None
    token: str
    is_kept: bool = False
    is_forgotten: bool = False

    @property
    def reader(self) -> Actor:
        """Who reads and votes."""
        return self.participant or VISITOR

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """One transaction in which the database knows this voice; a request's own has begun already."""
        if not connection.in_atomic_block:
            with acting(self.reader):
                yield
            return
        begin(self.reader)
        with begun(self.reader):
            yield


def public_dialogue(reference: str) -> Dialogue:
    """The public dialogue with this reference, its owner known. Raises Http404."""
    dialogue = queries.public_dialogues().filter(reference=reference.upper()).first()
    if dialogue is None:
        raise Http404
    return dialogue


def asked_number(asked: str | None) -> int | None:
    """A statement's number, whatever somebody wrote in the address."""
    wanted = asked or ""
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None


def accepted(dialogue: Dialogue, voice: Voice, number: int | None) -> Statement | None:
    """The accepted statement with this number."""
    if number is None:
        return None
    return queries.statements(dialogue, voice.reader).filter(number=number).first()


def cookie_name(dialogue: Dialogue) -> str:
    """One cookie for each dialogue: answers to one say nothing about another."""
    return f"voice-{dialogue.reference}"


def voice_of(request: HttpRequest, dialogue: Dialogue) -> Voice:
    """Who uses this browser. A form sent before the first cookie brings its own fresh token."""
    kept = request.COOKIES.get(cookie_name(dialogue), "")
    token = kept or request.POST.get("start", "")
    participant = queries.participant_with(token) if TOKEN.fullmatch(token) else None
    if participant is not None and participant.dialogue_id == dialogue.pk:
        return Voice(participant, token, is_kept=bool(kept))
    is_fresh = not kept and participant is None and TOKEN.fullmatch(token)
    return Voice(None, token if is_fresh else new_token(), is_forgotten=bool(kept))


def joined(voice: Voice, dialogue: Dialogue) -> Participant:
    """The voice's participant; whoever has none yet takes part from now on. Raises Refused."""
    if voice.participant is not None:
        return voice.participant
    if voice.is_forgotten:
        raise refuse(FORGOTTEN).as_refusal()
    try:
        with transaction.atomic():
            return services.join_dialogue(dialogue, language=get_language() or "", token=voice.token)[0]
    except IntegrityError:  # the same form, sent twice at once
        known = queries.participant_with(voice.token)
        if known is None:
            raise
        return known


def keep_voice(response: HttpResponse, dialogue: Dialogue, token: str) -> HttpResponse:
    """Let the browser keep its own answers, out of reach of scripts and other sites."""
    response.set_cookie(
        cookie_name(dialogue),
        token,
        max_age=KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.CSRF_COOKIE_SECURE,
    )
    return response


def remember(response: HttpResponse, dialogue: Dialogue, voice: Voice) -> HttpResponse:
    """After something was accepted: the browser keeps its token, if it does not have it yet."""
    return response if voice.is_kept else keep_voice(response, dialogue, voice.token)


def forget_if_unknown(response: HttpResponse, dialogue: Dialogue, voice: Voice) -> HttpResponse:
    """Drop a cookie nobody answers to."""
    if voice.is_forgotten:
        response.delete_cookie(cookie_name(dialogue), samesite="Lax")
    return response


def is_too_much(request: HttpRequest, voice: Voice, action: str, at_most: int) -> bool:
    """Whether this browser, or a newcomer's address, tried too often in this minute or hour."""
    if voice.participant is None:
        return not within_limit(action, sender(request), at_most=NEWCOMERS if action == "vote" else at_most)
    who = str(voice.participant.token_hash)
    within = MINUTE.within if action == "vote" else within_limit
    return not within(action, who, at_most=at_most)


def is_flood(request: HttpRequest) -> bool:
    """Whether far more answers come from this range of addresses than many people in one place can give."""
    return not MINUTE.within("votes from", address_range(sender(request)), at_most=VOTES_OF_A_RANGE)


def is_fragment(request: HttpRequest) -> bool:
    """Whether a page that stays open asks, and only wants the part that changes."""
    return bool(request.headers.get("X-Fragment"))


def one_moment(request: HttpRequest, *, minutes: int = 0) -> HttpResponse:
    """The page that asks to wait, for the next hour if it is not told how many minutes."""
    minutes = minutes or 60 - clock.now().minute
    page = "dialogue/parts/one_moment.html" if is_fragment(request) else "429.html"
    response = render(request, page, {"wait_minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
