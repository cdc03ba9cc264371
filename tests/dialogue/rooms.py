"""What the tests of hosted sessions share: a session, its code, somebody from its room."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

from django.test import Client

from entente.dialogue import queries, services
from entente.dialogue.codes import normal
from entente.dialogue.models import Dialogue, HostedSession, Participant, Statement
from tests.conftest import City


def plan(city: City, name: str = "Library, Monday evening", **given: Any) -> HostedSession:
    """A session of the open dialogue."""
    texts = {"place": "Library", "held_on": date(2026, 11, 23), "language": "en", **given}
    return services.plan_session(city.dialogue, by=city.amina, name=name, **texts)


def fresh_session(session: HostedSession, city: City) -> HostedSession:
    """The session as it is now, its dialogue known."""
    return queries.sessions(city.dialogue, city.amina).get(pk=session.pk)


def somebody(city: City, session: HostedSession) -> Participant:
    """A voice from the room."""
    return services.redeem_code(city.dialogue, code=session.room_code, language="en")[0]


def statements(city: City) -> list[Statement]:
    """The accepted statements, as everybody reads them."""
    return list(queries.statements(city.dialogue, city.amina))


def join_page(city: City, code: str, language: str = "en") -> str:
    """Where the square of a code leads."""
    return f"/{language}/dialogues/{city.dialogue.reference}/join/{normal(code) or code}/"


def tablet_page(dialogue: Dialogue, language: str = "en") -> str:
    """The page of a tablet."""
    return f"/{language}/dialogues/{dialogue.reference}/tablet/"


def hidden(answer: Any) -> dict[str, str]:
    """What the forms on a page bring along unseen."""
    found = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page_text(answer))
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def page_text(answer: Any) -> str:
    """A page as it came, its quotation marks readable."""
    return unescape(str(answer.content.decode()))


def started_tablet(city: City, session: HostedSession) -> Client:
    """A tablet that its host has started."""
    client = Client()
    sent = {"step": "start", "code": session.room_code}
    assert client.post(tablet_page(city.dialogue), sent).status_code == 303
    return client
