"""Pages on which residents answer: one statement at a time, a statement of their own, a code."""

from __future__ import annotations

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from entente.audit import clock
from entente.audit.actors import begun
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.voting import ANSWERS, CodeForm, StatementForm, VoteForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.prepared import prepared
from entente.dialogue.queries import Deck
from entente.dialogue.views.voices import (
    CODES,
    STATEMENTS,
    VOTES,
    SeeOther,
    Voice,
    accepted,
    asked_number,
    forget_if_unknown,
    is_flood,
    is_fragment,
    is_too_much,
    joined,
    keep_voice,
    one_moment,
    public_dialogue,
    remember,
    voice_of,
)
from entente.people.rate_limits import sender, within_limit

personal = cache_control(no_store=True, private=True)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _language() -> str:
    return get_language() or "en"


def _page(name: str, dialogue: Dialogue) -> str:
    return reverse(f"dialogue:{name}", args=[dialogue.reference])


@personal
@get_or_post
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer one statement after the other. A page that stays open gets the next one with its answer."""
    if request.method == "POST" and is_flood(request):
        return one_moment(request, minutes=1)
    with prepared():
        deck = queries.deck(reference)
        if deck is None:
            raise Http404
        voice = voice_of(request, deck.dialogue)
        # Whoever takes part was proven a moment ago, in this very transaction.
        with begun(voice.participant) if voice.participant else voice.speaking():
            if request.method == "POST":
                return _cast(request, deck, voice)
            return _card(request, voice, reference)


def _cast(request: HttpRequest, deck: Deck, voice: Voice) -> HttpResponse:
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _card(request, voice, deck.dialogue.reference, problem=form.problem(), status=400)
    if is_too_much(request, voice, "vote", VOTES):
        return one_moment(request, minutes=1 if voice.participant else 0)
    number, value = form.cleaned_data["statement"], ANSWERS[form.cleaned_data["vote"]]
    # What comes back is read first: what is written holds others up until it is committed.
    own = queries.own_answers(deck.dialogue.pk, voice.participant) if voice.participant else {}
    try:
        statement, voice = _accept(deck, voice, number, value)
    except Statement.DoesNotExist:
        problem = _("This statement can't be answered any more. Here is the next one.")
        return _card(request, voice, deck.dialogue.reference, problem=problem, status=409)
    except Refused as refused:
        return _card(request, voice, deck.dialogue.reference, problem=str(refused), status=409)
    if is_fragment(request):
        own[statement.pk] = value
        response = _next_card(request, deck, voice, own, statement.number)
    else:
        response = SeeOther(f"{_page('vote', deck.dialogue)}?after={statement.number}")
    return remember(response, deck.dialogue, voice)


def _accept(deck: Deck, voice: Voice, number: int, value: int) -> tuple[Statement, Voice]:
    """Write the answer. The deck names the statement; whether it may be answered now, the service decides.

    Whoever answers for the first time joins the dialogue as it is at this moment, or nothing happens.
    """
    statement = deck.by_number.get(number) or accepted(deck.dialogue, voice, number)
    by = voice.participant
    if statement is None or by is None:
        dialogue = public_dialogue(deck.dialogue.reference)
        if statement is None:
            rules.may_take_part(dialogue, clock.now()).require()
            raise Statement.DoesNotExist
    if by is not None:
        return services.cast_vote(statement, by=by, value=value), voice
    with transaction.atomic():
        by = joined(voice, dialogue)
        return services.cast_vote(statement, by=by, value=value), replace(voice, participant=by)


def _card(
    request: HttpRequest, voice: Voice, reference: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page with one statement, or why there is none to answer, as it is at this moment."""
    dialogue = public_dialogue(reference)
    asked = asked_number(request.GET.get("statement"))
    # What was refused may have been taken back meanwhile; what is asked for may just have been accepted.
    deck = queries.deck(reference, afresh=status == HTTPStatus.CONFLICT) or queries.Deck(dialogue, [])
    decision = rules.may_take_part(dialogue, clock.now())
    if decision and voice.participant is None:
        decision = rules.may_join_openly(dialogue, clock.now())
    context: dict[str, Any] = {"dialogue": dialogue, "decision": decision, "problem": problem, "voice": voice}
    if not decision:
        context |= {"texts": queries.wording(dialogue, [], _language(), voice.reader), "statement": None}
    else:
        statement = accepted(dialogue, voice, asked)
        if request.GET.get("statement") and statement is None:
            context["problem"] = problem or _("There is no such statement to answer. Here is another one.")
        if statement is not None and statement.pk not in deck.numbers:
            deck = queries.deck(reference, afresh=True) or deck
        own = queries.own_answers(dialogue.pk, voice.participant) if voice.participant else {}
        context |= _progress(deck, voice, own, statement, asked_number(request.GET.get("after")))
    if is_fragment(request):
        response = HttpResponse(_part(request, context), status=status)
    else:
        response = render(request, "dialogue/vote.html", context, status=status)
    return forget_if_unknown(response, dialogue, voice)


def _next_card(
    request: HttpRequest, deck: Deck, voice: Voice, own: dict[uuid.UUID, int], last: int | None
) -> HttpResponse:
    """Only what changes on the page, after an answer was accepted."""
    context: dict[str, Any] = {"dialogue": deck.dialogue, "decision": True, "problem": "", "voice": voice}
    # A page that stays open has its cookie once this answer arrives.
    voice_kept = replace(voice, is_kept=True)
    context |= _progress(deck, voice_kept, own, None, last) | {"voice": voice_kept}
    return HttpResponse(_part(request, context))


def _part(request: HttpRequest, context: dict[str, Any]) -> str:
    """The part of the page that changes, without what only whole pages need."""
    return get_template("dialogue/parts/answering.html").render(context | {"csrf_token": get_token(request)})


def _progress(
    deck: Deck, voice: Voice, own: dict[uuid.UUID, int], asked: Statement | None, after: int | None
) -> dict[str, Any]:
    """The statement to answer next, how far the reader is, and what they said before."""
    shown = asked or deck.draw(own) or queries.next_statement(deck.dialogue, voice.reader)
    answers = {deck.numbers[key]: value for key, value in own.items() if key in deck.numbers}
    texts = deck.worded(_language())
    if shown is not None and shown.pk not in texts:
        texts = texts | queries.wording(deck.dialogue, [shown], _language(), voice.reader)
    return {
        "texts": texts,
        "statement": shown,
        "worded": texts[shown.pk] if shown else None,
        "answered": len(answers),
        "to_go": len(deck.numbers) - len(answers),
        "total": len(deck.numbers),
        "last": after if after in answers else None,
        "last_answer": answers.get(after) if after is not None else None,
        "own_answer": own.get(shown.pk) if shown else None,
    }


@personal
@get_or_post
def add_statement(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a statement of one's own, and see what became of earlier ones."""
    dialogue = public_dialogue(reference)
    voice = voice_of(request, dialogue)
    form = StatementForm(request.POST or None, initial={"language": _language()}, auto_id="statement-%s")
    with voice.speaking():
        if request.method != "POST" or not form.is_valid():
            return _statement_page(request, dialogue, voice, form, 400 if form.is_bound else 200)
        if is_too_much(request, voice, "statement", STATEMENTS):
            return one_moment(request)
        try:
            with transaction.atomic():
                services.add_statement(dialogue, by=joined(voice, dialogue), **form.cleaned_data)
        except services.AlreadySaid as said:
            return _statement_page(request, dialogue, voice, form, 409, said=said)
        except Refused as refused:
            form.add_error(None, str(refused))
            return _statement_page(request, dialogue, voice, form, 409)
    response = SeeOther(f"{_page('add_statement', dialogue)}?sent=1")
    return remember(response, dialogue, voice)


def _statement_page(
    request: HttpRequest,
    dialogue: Dialogue,
    voice: Voice,
    form: StatementForm,
    status: int,
    said: services.AlreadySaid | None = None,
) -> HttpResponse:
    decision = rules.may_take_part(dialogue, clock.now())
    if decision and voice.participant is None:
        decision = rules.may_join_openly(dialogue, clock.now())
    own = (
        queries.own_statements(dialogue, voice.participant)
        .select_related("duplicate_of")
        .order_by("received_at", "id")
        if voice.participant
        else []
    )
    context = {
        "dialogue": dialogue,
        "decision": decision,
        "voice": voice,
        "form": form,
        "own": own,
        "said": said,
        "is_sent": "sent" in request.GET and bool(own),
        "texts": queries.wording(dialogue, [], _language(), voice.reader),
    }
    response = render(request, "dialogue/add_statement.html", context, status=status)
    return forget_if_unknown(response, dialogue, voice)


@personal
@get_or_post
def enter_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin with the code from a letter or a session."""
    dialogue = public_dialogue(reference)
    voice = voice_of(request, dialogue)
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return _code_page(request, dialogue, voice, form, 200)
    if not within_limit("code", sender(request), at_most=CODES):
        return one_moment(request)
    if not form.is_valid():
        return _code_page(request, dialogue, voice, form, 400)
    try:
        with transaction.atomic():
            code = form.cleaned_data["code"]
            _participant, token = services.redeem_code(dialogue, code=code, language=_language())
    except Refused as refused:
        form.add_error(None if not rules.may_take_part(dialogue, clock.now()) else "code", str(refused))
        return _code_page(request, dialogue, voice, form, 409)
    return keep_voice(SeeOther(_page("vote", dialogue)), dialogue, token)


def _code_page(
    request: HttpRequest, dialogue: Dialogue, voice: Voice, form: CodeForm, status: int
) -> HttpResponse:
    context = {
        "dialogue": dialogue,
        "decision": rules.may_take_part(dialogue, clock.now()),
        "voice": voice,
        "form": form,
        "texts": queries.wording(dialogue, [], _language(), voice.reader),
    }
    return render(request, "dialogue/enter_code.html", context, status=status)
