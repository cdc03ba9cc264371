"""Where one stands and what others think: worked out for the page, stored nowhere."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from entente.audit import clock
from entente.dialogue import queries, rules, sentences
from entente.dialogue.models import Dialogue
from entente.dialogue.opinion_groups import nearest_group, place
from entente.dialogue.pictures import MapWords, group_mark, opinion_map
from entente.dialogue.publication import LEAST
from entente.dialogue.views.voices import Voice, public_dialogue, voice_of

Plain = dict[str, Any]
FEWEST = 7  # answers, where a picture made while a dialogue runs does not say


@cache_control(no_store=True, private=True)
@require_safe
def where_i_stand(request: HttpRequest, reference: str) -> HttpResponse:
    """For each statement one answered, what others said; and one's own place on the map."""
    dialogue = public_dialogue(reference)
    voice = voice_of(request, dialogue)
    with voice.speaking():
        published = queries.published_outcome(dialogue, voice.reader)
        outcome = published or queries.live_outcome(dialogue, voice.reader)
        outcome = outcome and queries.still_told(outcome, dialogue, voice.reader)
        own = queries.own_votes(dialogue, voice.participant) if voice.participant else {}
        context: Plain = {
            "dialogue": dialogue,
            "decision": rules.may_take_part(dialogue, clock.now()),
            "voice": voice,
            "published": published,
            "answered": len(own),
            "least": LEAST,
        }
        context |= _answers(dialogue, voice, own, outcome.content if outcome else None)
    if outcome and own:
        answered = {answer["number"] for answer in context["answers"]}
        context |= {"outcome": outcome} | _map(outcome.content, own, answered)
    return render(request, "dialogue/where_i_stand.html", context)


def _answers(dialogue: Dialogue, voice: Voice, own: dict[int, int], content: Plain | None) -> Plain:
    """The reader's own answers beside everybody's, those furthest from their own first, and the texts."""
    rows = [row for row in queries.statements(dialogue, voice.reader) if row.number in own]
    texts = queries.wording(dialogue, rows, get_language() or "en", voice.reader)
    answers = []
    for row in rows:
        number = int(row.number or 0)
        answer = {"number": number, "worded": texts[row.pk], "own": sentences.own_answer(own[number])}
        answers.append(answer | _others(content, number))
    return {"answers": answers, "texts": texts}


def _others(content: Plain | None, number: int) -> Plain:
    """What everybody said to one statement, as a sentence and a bar; nothing where that tells too much."""
    shares = content["shares"].get(str(number)) if content else None
    if content is None or shares is None:
        return {"others": "", "parts": None}
    # While a dialogue runs there is one rough picture, without lists.
    said = sentences.others_answered([share / 100 for share in shares], is_rough="bridging" not in content)
    return {"others": said, "parts": _parts(shares)}


def _parts(shares: list[int]) -> list[Plain]:
    """The three parts of a bar that is 100 long; pictures of earlier versions did not always fill it."""
    total, start, parts = sum(shares) or 1, 0.0, []
    for kind, share in zip(("agree", "disagree", "pass"), shares, strict=True):
        width = 100 * share / total
        parts.append({"kind": kind, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return parts


def _map(content: Plain, own: dict[int, int], answered: set[int]) -> Plain:
    """The reader's place on the map, from the published positions and their own answers alone.

    Only statements they have answered stand on it: where others stand on the rest would lead their answers.
    """
    if not content["groups"]:
        return {}
    here = place(own, content["map"], content["numbers"])
    names = sentences.group_names(content)
    words = map_words(content, names, _("You are here"))
    stands = ""
    if content["is_clear"] and _is_in_a_group(content, own):
        stands = sentences.you_stand(names[nearest_group(here, content["groups"])])
    return {
        "picture": SafeString(opinion_map(positioned(content, answered), words, you=here)),
        "stands": stands,
        "reading": words.description,
        "stable": sentences.how_stable(content) if content["is_clear"] else "",
        "key": map_key(content, names) if content["is_clear"] else [],
    }


def _is_in_a_group(content: Plain, own: dict[int, int]) -> bool:
    """Whether the reader gave as many answers as the result wants before it puts anybody in a group."""
    means = zip(content["numbers"], content["map"]["mean"], strict=True)
    on_map = {at for at, mean in means if mean is not None}
    fewest = int(content.get("fewest_votes", FEWEST))
    return len(on_map & own.keys()) >= min(fewest, len(on_map))


def positioned(content: Plain, numbers: Container[int]) -> Plain:
    """The content with the places of these statements only, so that a map shows no other."""
    places = {at: place for at, place in content["map"]["positions"].items() if int(at) in numbers}
    return content | {"map": content["map"] | {"positions": places}}


def map_words(content: Plain, names: list[str], you: str = "") -> MapWords:
    """What the map says in the reader's language."""
    sizes = [sentences.people(group["size"]) for group in content["groups"]]
    return MapWords(
        title=_("Map of opinions"),
        description=sentences.map_read_aloud(content, names),
        groups=list(zip(names, sizes, strict=True)),
        you=you,
        language=get_language() or "en",
        direction="rtl" if get_language_bidi() else "ltr",
    )


def map_key(content: Plain, names: list[str]) -> list[Plain]:
    """The shape, name and size of each group, for the list beside the map."""
    return [
        {"mark": SafeString(group_mark(at)), "name": name, "size": group["size"]}
        for at, (name, group) in enumerate(zip(names, content["groups"], strict=True))
    ]
