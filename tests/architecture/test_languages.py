"""Four languages, complete: every message is translated, and no page shows English instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from collect_messages import LANGUAGES, PRODUCT, collect
from django.test import Client

from entente.people.models import Member
from tests.architecture.test_every_page import WHO_GETS, address
from tests.conftest import City

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def catalogue(language: str) -> Catalog:
    with (PRODUCT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(of: Catalog) -> list[Message]:
    return [message for message in of if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


@pytest.fixture(scope="module")
def collected() -> Catalog:
    return collect()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_exactly_the_messages_of_the_product(language: str, collected: Catalog) -> None:
    wanted = {(message.id, message.context) for message in messages(collected)}
    assert {(message.id, message.context) for message in messages(catalogue(language))} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    missing = [m.id for m in messages(catalogue(language)) if not all(forms(m.string)) or m.fuzzy]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_the_same_in_every_language(language: str) -> None:
    for message in messages(catalogue(language)):
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
        for form in forms(message.string):
            filled = set(PLACEHOLDER.findall(form))
            assert filled <= wanted, message.id
            assert filled == wanted or isinstance(message.id, tuple), message.id


def test_the_letters_are_those_of_the_language() -> None:
    written = {
        language: " ".join(f for m in messages(catalogue(language)) for f in forms(m.string))
        for language in LANGUAGES
    }
    assert not set("şţŞŢ") & set(written["ro"])
    assert {"ș", "ț", "ă"} <= set(written["ro"])
    assert not re.search(r"(?<=\w)[;!?](?=\s|$)", re.sub(r"&\w+;", "", written["fr"]))
    assert len(re.findall(r"[\u0600-\u06ff]", written["ar"])) > 20_000


class Text(HTMLParser):
    """The text a reader of the page's own language reads: what is marked as another language is left out."""

    VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.stack: list[bool] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        given = dict(attrs)
        is_other = given.get("lang") not in {None, self.language}
        is_name = tag in {"bdi", "code", "script", "style", "option", "kbd"} or given.get("dir") == "auto"
        is_code = "reference" in (given.get("class") or "")
        self.stack.append(is_other or is_name or is_code or any(self.stack[-1:]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.stack:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.stack[-1:]):
            self.words.append(data)


ENGLISH = re.compile(r"[A-Za-z][a-z]+(?:[ ,]+[A-Za-z]?[a-z]+){3,}")
QUOTED = re.compile(r"[“«„\"].*?[”»\"]", re.DOTALL)  # what somebody wrote, in whatever language
READ = sorted(
    name for name, answers in WHO_GETS.items() if 200 in answers and not name.startswith(("mfa_", "health"))
)


@pytest.mark.parametrize("name", READ)
def test_an_arabic_page_reads_from_right_to_left_and_holds_no_english_sentence(
    name: str, city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.amina)
    client.cookies["language"] = "ar"
    answer = client.get(address(name, city).replace("/en/", "/ar/"))
    if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
        return
    page = answer.content.decode()
    assert re.search(r'<html[^>]* lang="ar"[^>]* dir="rtl"', page)
    reader = Text("ar")
    reader.feed(page)
    assert ENGLISH.findall(QUOTED.sub("", " ".join(reader.words))) == []
