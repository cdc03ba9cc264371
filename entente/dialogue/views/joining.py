"""Where the square of a code leads: what this is, the code already filled in, and one button."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entente.audit import clock
from entente.audit.actors import begin
from entente.audit.decisions import Refused
from entente.dialogue import queries, rules, services
from entente.dialogue.codes import new_token, normal, shown
from entente.dialogue.models import Dialogue, Participant, Stratum
from entente.dialogue.views.public import passages
from entente.dialogue.views.voices import (
    NEWCOMERS,
    TOKEN,
    SeeOther,
    Voice,
    keep_voice,
    one_moment,
    public_dialogue,
    voice_of,
)
from entente.dialogue.views.voting import get_or_post, personal
from entente.people.rate_limits import sender, within_limit


def started_with(
    request: HttpRequest, dialogue: Dialogue, *, keep: Callable[[str], str] = str
) -> tuple[str, Participant | None]:
    """The token to `keep` of the one a form brought from its page, and who came in with it already:
    that form was sent twice."""
    start = request.POST.get("start", "")
    if not TOKEN.fullmatch(start):
        return "", None
    token = keep(start)
    known = queries.participant_with(token)
    return token, known if known is not None and known.dialogue_id == dialogue.pk else None


def come_in(dialogue: Dialogue, code: str, token: str) -> str:
    """Take part with a code, once for each token. Returns the token to keep. Raises Refused."""
    try:
        with transaction.atomic():
            language = get_language() or "en"
            return services.redeem_code(dialogue, code=code, language=language, token=token)[1]
    except IntegrityError:  # the same form, sent twice at once
        if queries.participant_with(token) is None:
            raise
        return token


@personal
@get_or_post
def join_session(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Begin with the code in the address. Opening the page changes nothing."""
    dialogue = public_dialogue(reference)
    voice = voice_of(request, dialogue)
    if request.method != "POST":
        return _page(request, dialogue, voice, code, *_batch_of(dialogue, code, voice))
    vote_page = reverse("dialogue:vote", args=[dialogue.reference])
    token, known = started_with(request, dialogue)
    if known is not None:
        return keep_voice(SeeOther(vote_page), dialogue, token)
    if not within_limit("room", sender(request), at_most=NEWCOMERS):
        return one_moment(request)
    try:
        token = come_in(dialogue, code, token)
    except Refused as refused:
        return _page(request, dialogue, voice, code, "", str(refused), 409)
    return keep_voice(SeeOther(vote_page), dialogue, token)


def _batch_of(dialogue: Dialogue, code: str, voice: Voice) -> tuple[str, str]:
    """The session or batch a code belongs to, or what is wrong with it."""
    if not normal(code):
        return "", _("A code has twelve letters and digits. Check what you typed.")
    try:
        return services.find_code(dialogue, code=code, by=voice.reader).batch, ""
    except Refused as refused:
        begin(voice.reader)
        return "", str(refused)


def _page(
    request: HttpRequest,
    dialogue: Dialogue,
    voice: Voice,
    code: str,
    batch: str,
    problem: str,
    status: int = 200,
) -> HttpResponse:
    texts = queries.wording(dialogue, [], get_language() or "en", voice.reader)
    plain = normal(code)
    context = {
        "dialogue": dialogue,
        "decision": rules.may_take_part(dialogue, clock.now()),
        "voice": voice,
        "is_here": voice.participant is not None
        and (voice.participant.stratum, voice.participant.batch) == (Stratum.HOSTED, batch),
        "code": shown(plain) if plain else code[:20],
        "problem": problem,
        "start": new_token(),
        "texts": texts,
        "use": passages(texts).get("use_of_answers"),
    }
    return render(request, "dialogue/join_session.html", context, status=status)
