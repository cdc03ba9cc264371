"""Pages on which residents answer: one statement at a time, a statement of their own, a code."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from entente.audit import clock
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.forms.voting import ANSWERS, CodeForm, StatementForm, VoteForm
from entente.dialogue.models import Dialogue, Statement
from entente.dialogue.views.voices import (
    CODES,
    STATEMENTS,
    VOTES,
    SeeOther,
    Voice,
    forget_if_unknown,
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


def _accepted(dialogue: Dialogue, voice: Voice, number: str | int | None) -> Statement | None:
    """The accepted statement with this number, whatever somebody wrote in the address."""
    wanted = str(number or "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        return None
    return queries.statements(dialogue, voice.reader).filter(number=int(wanted)).first()


@personal
@get_or_post
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer one statement after the other."""
    dialogue = public_dialogue(reference)
    voice = voice_of(request, dialogue)
    with voice.speaking():
        if request.method == "POST":
            return _cast(request, dialogue, voice)
        return _card(request, dialogue, voice)


def _cast(request: HttpRequest, dialogue: Dialogue, voice: Voice) -> HttpResponse:
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _card(request, dialogue, voice, problem=form.problem(), status=400)
    if is_too_much(request, voice, "vote", VOTES):
        return one_moment(request)
    statement = _accepted(dialogue, voice, form.cleaned_data["statement"])
    try:
        if statement is None:
            rules.may_take_part(dialogue, clock.now()).require()
            problem = _("This statement can't be answered any more. Here is the next one.")
            return _card(request, dialogue, voice, problem=problem, status=409)
        with transaction.atomic():
            services.cast_vote(
                statement, by=joined(voice, dialogue), value=ANSWERS[form.cleaned_data["vote"]]
            )
    except Refused as refused:
        return _card(request, dialogue, voice, problem=str(refused), status=409)
    response = SeeOther(f"{_page('vote', dialogue)}?after={statement.number}")
    return remember(response, dialogue, voice)


def _card(
    request: HttpRequest, dialogue: Dialogue, voice: Voice, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page with one statement, or why there is none to answer."""
    decision = rules.may_take_part(dialogue, clock.now())
    if decision and voice.participant is None:
        decision = rules.may_join_openly(dialogue, clock.now())
    context: dict[str, Any] = {"dialogue": dialogue, "decision": decision, "problem": problem, "voice": voice}
    statement = None
    if decision:
        asked = request.GET.get("statement")
        statement = _accepted(dialogue, voice, asked)
        if asked and statement is None and not problem:
            context["problem"] = _("There is no such statement to answer. Here is another one.")
        statement = statement or queries.next_statement(dialogue, voice.reader)
        context |= _progress(dialogue, voice, request.GET.get("after"), statement)
    texts = queries.wording(dialogue, [statement] if statement else [], _language(), voice.reader)
    context |= {"texts": texts, "statement": statement, "worded": texts[statement.pk] if statement else None}
    response = render(request, "dialogue/vote.html", context, status=status)
    return forget_if_unknown(response, dialogue, voice)


def _progress(dialogue: Dialogue, voice: Voice, after: str | None, shown: Statement | None) -> dict[str, Any]:
    """How far the reader is, what they said last, and what they said to the statement shown."""
    numbers = set(queries.statements(dialogue, voice.reader).values_list("number", flat=True))
    own = queries.own_votes(dialogue, voice.participant) if voice.participant else {}
    own = {number: value for number, value in own.items() if number in numbers}
    last = int(after) if after and after.isascii() and after.isdigit() and len(after) < 10 else None
    return {
        "answered": len(own),
        "to_go": len(numbers) - len(own),
        "total": len(numbers),
        "last": last if last in own else None,
        "last_answer": own.get(last) if last is not None else None,
        "own_answer": own.get(shown.number) if shown and shown.number is not None else None,
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
                _send_statement(dialogue, voice, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
            return _statement_page(request, dialogue, voice, form, 409)
    response = SeeOther(f"{_page('add_statement', dialogue)}?sent=1")
    return remember(response, dialogue, voice)


def _send_statement(dialogue: Dialogue, voice: Voice, text: str, language: str) -> None:
    """Hand it in, once: the same words from the same person are the same statement."""
    author = joined(voice, dialogue)
    if not queries.own_statements(dialogue, author).filter(text=text).exists():
        services.add_statement(dialogue, by=author, text=text, language=language)


def _statement_page(
    request: HttpRequest, dialogue: Dialogue, voice: Voice, form: StatementForm, status: int
) -> HttpResponse:
    decision = rules.may_take_part(dialogue, clock.now())
    if decision and voice.participant is None:
        decision = rules.may_join_openly(dialogue, clock.now())
    own = (
        queries.own_statements(dialogue, voice.participant).order_by("received_at", "id")
        if voice.participant
        else []
    )
    context = {
        "dialogue": dialogue,
        "decision": decision,
        "voice": voice,
        "form": form,
        "own": own,
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
