"""What the tests of the staff's pages share: addresses, what a person reads, drafts, what a form sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from entente.audit.queries import history
from entente.dialogue import services
from entente.dialogue.models import Dialogue
from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]
POLICY = "We read every statement. We accept what is about the question and insults nobody."


def page(name: str, *arguments: object) -> str:
    """The address of one of the pages."""
    return reverse(f"dialogue_staff:{name}", args=arguments)


def words(answer: Any) -> str:
    """What a person reads on a page."""
    text = answer.content.decode()
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


def draft(city: City, *, statements: int = 3, **texts: Any) -> Dialogue:
    """A draft that is ready to be opened."""
    given = {"title": "Benches", "question": "Where are benches missing?", "policy": POLICY, **texts}
    dialogue = services.draft_dialogue(by=city.amina, language="en", languages=["en", "fr"], **given)
    for number in range(statements):
        services.add_statement(dialogue, by=city.amina, text=f"Bench {number}", language="en")
    return dialogue


def fresh(dialogue: Dialogue, reader: Member) -> Dialogue:
    """The dialogue as it is now."""
    return Dialogue.objects.visible_to(reader).get(pk=dialogue.pk)


def events(dialogue: Dialogue, reader: Member) -> list[str]:
    """The names of what happened, newest first."""
    return [event.name for event in history(dialogue.pk, reader)]


def filled(answer: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back of the form on a page, with changes."""
    form = answer.context["form"]
    sent = {field.html_name: field.value() for field in form}
    kept = {name: value for name, value in sent.items() if value not in (None, False, "")}
    return kept | changes
