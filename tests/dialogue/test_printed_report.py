"""The report on paper: it says what the page says, in four languages, and can be read aloud."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from entente.audit.actors import acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import printed_report, queries
from entente.dialogue.models import Dialogue, Outcome
from entente.dialogue.views import printed
from entente.ui.articles import article, words_of
from entente.ui.printing import NotPrinted, pdf
from tests.conftest import City
from tests.ui.paper_text import kinds, read, root_of, structure, words_in

LANGUAGES = ("en", "fr", "ar", "ro")


@pytest.fixture(autouse=True)
def _no_paper_kept() -> Iterator[None]:
    printed_report._papers.clear()
    yield
    printed_report._papers.clear()


def address(dialogue: Dialogue, language: str = "en", page: str = "report.pdf") -> str:
    return f"/{language}/dialogues/{dialogue.reference}/{page}"


def rewrite(city: City, dialogue: Dialogue, **changes: Any) -> None:
    """Change what was published, as another result would have."""
    with acting(city.amina):
        outcome = queries.published_outcome(dialogue, city.amina)
        assert outcome is not None
        row = Outcome.objects.visible_to(city.amina).filter(pk=outcome.pk)
        row.update(content=outcome.content | changes)
        log("dialogue.outcome_published", by=city.amina, about=outcome, decision=allow("A test."))


def letters(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069\u200b\u202a-\u202e]", "", text)


def sentences_of(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if node["is"] in {"heading", "text"}:
            yield words_of(node["runs"])
        for item in node.get("items", []):
            yield from sentences_of(item.get("blocks", []))
        yield from sentences_of(node.get("blocks", []))


@pytest.mark.parametrize("language", ["en", "fr", "ro"])
def test_the_paper_says_every_sentence_of_the_page(city: City, visitor_client: Client, language: str) -> None:
    page = visitor_client.get(address(city.riverside, language, "report/")).content.decode()
    text = letters(words_in(visitor_client.get(address(city.riverside, language)).content))
    said = list(sentences_of(article(page)))
    assert len(said) > 60
    assert [sentence for sentence in said if not is_said(letters(sentence), text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_is_made_for_screen_readers_too(city: City, visitor_client: Client, language: str) -> None:
    answer = visitor_client.get(address(city.riverside, language))
    made = answer.content
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f'{city.riverside.reference}-{language}.pdf"' in answer["Content-Disposition"]
    assert b"pdfuaid" in root_of(made)["/Metadata"].get_data()
    assert root_of(made)["/Lang"] == language
    assert root_of(made)["/ViewerPreferences"]["/Direction"] == ("/R2L" if language == "ar" else "/L2R")
    assert {"H1", "H2", "H3", "L", "LI", "Table", "TH", "TD", "Figure"} <= set(kinds(made))
    figures = [str(node["/Alt"]) for node in structure(made) if node["/S"] == "/Figure"]
    assert len(figures) >= 2  # the map and the square
    assert all(len(alt) > 20 for alt in figures)


def is_said(sentence: str, text: str) -> bool:
    """Whether it stands there whole, or runs on over the foot of a page."""
    return any(sentence[:at] in text and sentence[at:] in text for at in range(len(sentence)))


def test_arabic_letters_can_be_read_and_searched(city: City, visitor_client: Client) -> None:
    page = visitor_client.get(address(city.riverside, "ar", "report/")).content.decode()
    text = words_in(visitor_client.get(address(city.riverside, "ar")).content)
    words = {word for said in sentences_of(article(page)) for word in re.findall("[\u0621-\u064a]{4,}", said)}
    found = {word for word in words if word in text}
    # Not every word: pypdf takes raised letters for a line of their own. A font that puts letters together
    # from strokes and dots gives a fifth of them.
    assert len(found) / len(words) > 0.8


def test_tables_hold_every_statement(city: City, visitor_client: Client) -> None:
    made = visitor_client.get(address(city.riverside)).content
    outcome = queries.published_outcome(city.riverside, city.amina)
    assert outcome is not None
    assert kinds(made).count("TR") > len(outcome.content["numbers"])


def test_the_same_result_gives_the_same_bytes(city: City, visitor_client: Client) -> None:
    one = visitor_client.get(address(city.evenings, "ro")).content
    assert len(printed_report._papers) == 1
    printed_report._papers.clear()
    assert visitor_client.get(address(city.evenings, "ro")).content == one


def test_a_paper_is_set_once_and_again_when_its_content_changes(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_papers: list[str] = []
    kept = pdf

    def counted(*args: Any, language: str, **options: Any) -> bytes:
        set_papers.append(language)
        return kept(*args, language=language, **options)

    monkeypatch.setattr(printed_report, "pdf", counted)
    for language in ("en", "en", "fr", "en"):
        visitor_client.get(address(city.evenings, language))
    assert set_papers == ["en", "fr"]
    rewrite(city, city.evenings, fewest_votes=9)
    assert "at least 9 statements" in words_in(visitor_client.get(address(city.evenings)).content)
    assert set_papers == ["en", "fr", "en"]


def test_whoever_asks_gets_the_same_paper(city: City, visitor_client: Client, client_of: Any) -> None:
    assert (
        client_of(city.amina).get(address(city.evenings)).content
        == visitor_client.get(address(city.evenings)).content
    )


def test_before_it_is_published_there_is_no_paper(city: City, visitor_client: Client, client_of: Any) -> None:
    for client in (visitor_client, client_of(city.amina)):
        assert client.get(address(city.dialogue)).status_code == 404
        assert client.get(address(city.library)).status_code == 404


def test_the_page_leads_to_its_paper(city: City, visitor_client: Client) -> None:
    page = visitor_client.get(address(city.evenings, "fr", "report/")).content.decode()
    assert f'href="{address(city.evenings, "fr")}"' in page


def test_a_result_without_groups_and_without_map_is_a_paper(city: City, visitor_client: Client) -> None:
    rewrite(city, city.riverside, groups=[], is_clear=False, bridging=[], dividing=[], strata=[])
    made = visitor_client.get(address(city.riverside)).content
    assert len([node for node in structure(made) if node["/S"] == "/Figure"]) == 1  # the square alone
    assert "Who took part" in words_in(made)


def test_a_paper_that_cannot_be_set_says_where_to_read(
    city: City, visitor_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> bytes:
        raise NotPrinted("no")

    monkeypatch.setattr(printed, "paper", fail)
    answer = visitor_client.get(address(city.evenings))
    assert answer.status_code == 503
    assert "page of the report" in answer.content.decode()


def page_with(rows: list[str]) -> str:
    cells = "".join(f"<tr><th><span lang='ar' dir='auto'>{row}</span></th><td>40%</td></tr>" for row in rows)
    head = "<tr><th>Énoncé</th><th class='number'>D’accord</th></tr>"
    return f"<article><h1>Titre</h1><table>{head}{cells}</table></article>"


def paper_of(rows: list[str], language: str = "fr") -> bytes:
    made_at = Outcome(number=1).made_at
    with translation.override("en"):
        return printed_report.paper(
            page_with(rows),
            reference="DLG-1",
            made_at=made_at,
            address="https://city.example/",
            language=language,
        )


def test_strange_statements_are_no_reason_to_fail() -> None:
    rows = [
        "نريد الأمان في الحي",
        "😀 👩‍👩‍👧",
        "x" * 900,
        "中文",
        "#panic() $x$ &lt;b&gt;",
        "\u202eabc",
        "٪ ٣",
    ]
    text = words_in(paper_of(rows))
    assert "الأمان" in text
    assert "#panic() $x$ <b>" in text
    assert "Where a box □ stands" in text
    assert "Where a box" not in words_in(paper_of(rows[:3]))


def test_ten_thousand_statements_are_a_paper_that_says_where_the_others_are() -> None:
    made = paper_of([f"statement {number}" for number in range(10_000)])
    pages = read(made).pages
    assert len(pages) < 120
    assert "Only the first 2,000 of 10,000 stand here" in re.sub(r"\s+", " ", pages[-1].extract_text())
