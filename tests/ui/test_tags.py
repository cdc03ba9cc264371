"""The tags of the pages, and the layouts and parts rendered with what could happen in Marenne."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils import translation

from entente.ui.context import page_context
from entente.ui.pattern_book import pattern_book
from entente.ui.templatetags.ui import direction

TEMPLATES = Path(__file__).resolve().parents[2] / "entente" / "ui" / "templates"
PARTS = sorted((TEMPLATES / "ui" / "parts").glob("*.html"))


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_is_drawn_and_silent() -> None:
    assert 'aria-hidden="true"' in render('{% icon "eye" %}')


def test_an_arrow_is_mirrored_and_a_clock_is_not() -> None:
    assert "icon-points" in render('{% icon "arrow" %}')
    assert "icon-points" not in render('{% icon "clock" %}')


@pytest.mark.parametrize("name", ["unicorn", "../apps", ""])
def test_an_icon_that_does_not_exist_is_an_error(name: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{% icon name %}", name=name)


def test_an_isolated_value_is_escaped() -> None:
    assert render("{{ value|isolate }}", value="<b>") == "<bdi>&lt;b&gt;</bdi>"


@pytest.mark.parametrize(("language", "expected"), [("en", "62%"), ("fr", "62\xa0%"), ("ro", "62\xa0%")])
def test_a_share_is_in_the_readers_form(language: str, expected: str) -> None:
    with translation.override(language):
        assert render("{{ share|percent }}", share=0.618) == expected


@pytest.mark.parametrize(
    ("language", "expected"), [("ar", "rtl"), ("ro", "ltr"), ("und", "auto"), ("", "auto")]
)
def test_a_text_is_written_in_the_direction_of_its_language(language: str, expected: str) -> None:
    assert direction(language) == expected


def test_a_day_is_in_the_readers_words_and_exact_for_machines() -> None:
    day = date(2026, 11, 4)
    with translation.override("en"):
        assert (
            render("{{ day|reading_date }}", day=day) == '<time datetime="2026-11-04">4 November 2026</time>'
        )
    with translation.override("ar"):
        assert "نوفمبر" in render("{{ day|reading_date }}", day=day)


def test_a_moment_is_shown_in_the_citys_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Brussels"
    with translation.override("en"):
        shown = render("{{ at|reading_time }}", at=datetime(2026, 11, 4, 1, 10, tzinfo=UTC))
    assert "4 November 2026 <bdi>02:10</bdi>" in shown


@pytest.mark.parametrize("name", ["percent", "number", "reading_date", "reading_time"])
def test_nothing_is_shown_for_what_is_not_known(name: str) -> None:
    assert render("{{ value|" + name + " }}", value=None) == ""


def test_a_share_bar_says_its_numbers_and_fills_its_width() -> None:
    with translation.override("en"):
        bar = render("{% share_bar 3 1 0 %}")
        assert "75%" in bar
        assert 'x="75.00" y="0" width="25.00"' in bar
        assert "Nobody has answered yet." in render("{% share_bar 0 0 0 %}")


def test_a_first_page_is_not_current_on_the_pages_below_it() -> None:
    request = RequestFactory().get("/staff/dialogues/new/")
    tag = "{% current_if url %}"
    assert render(tag, request=request, url="/staff/dialogues/") == ' aria-current="true"'
    assert render(tag, request=request, url="/staff/dialogues/new/") == ' aria-current="page"'
    assert render(tag, request=request, url="/staff/") == ""
    assert render(tag, request=request, url="") == ""


def test_a_capture_is_kept_without_the_space_around_it() -> None:
    assert render("{% capture as found %} one {% endcapture %}[{{ found }}]") == "[one]"
    with pytest.raises(TemplateSyntaxError):
        render("{% capture found %}{% endcapture %}")


def test_a_row_with_too_few_cells_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        render("{% for pair in cells|paired:columns %}{% endfor %}", cells=[1], columns=[1, 2])


@pytest.mark.parametrize(
    ("tags", "kind"),
    [("success", "done"), ("error", "late"), ("quiet warning", "due"), ("late", "late"), ("", "information")],
)
def test_a_message_of_django_gets_its_shape(tags: str, kind: str) -> None:
    assert render("{{ tags|notice_kind }}", tags=tags) == kind


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl"), ("ro", "ltr")]
)
def test_a_page_knows_its_direction_and_its_languages(language: str, direction: str) -> None:
    with translation.override(language):
        context = page_context(RequestFactory().get(f"/{language}/"))
    assert context["text_direction"] == direction
    assert [entry["code"] for entry in context["languages"] if entry["current"]] == [language]
    assert {entry["name"] for entry in context["languages"]} >= {"English", "Français", "Română"}


def test_a_city_has_a_name_in_each_language(settings: Any) -> None:
    settings.ENTENTE_CITY_NAME = {"en": "Marenne", "ar": "مارين"}
    with translation.override("ar"):
        assert page_context(RequestFactory().get("/ar/"))["city_name"] == "مارين"
    with translation.override("fr"):
        assert page_context(RequestFactory().get("/fr/"))["city_name"] == "Marenne"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_the_pattern_book_or_a_layout_uses_every_part(part: Path) -> None:
    everything = [*TEMPLATES.rglob("*.html"), TEMPLATES.parent / "templatetags" / "ui.py"]
    spoken_of = "".join(path.read_text(encoding="utf-8") for path in everything if path != part)
    assert f"ui/parts/{part.name}" in spoken_of


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pattern_book_is_a_whole_page_without_inline_style(language: str) -> None:
    request = RequestFactory().get(f"/{language}/")
    with translation.override(language):
        page = engines["django"].get_template("ui/pattern_book.html").render(pattern_book(language), request)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert "<h1>" in page
    assert "style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_an_apology_needs_no_context_and_speaks_four_languages(name: str) -> None:
    page = engines["django"].get_template(name).render({})
    assert all(f'lang="{language}"' in page for language in ("en", "fr", "ar", "ro"))
    assert "{" not in page


@pytest.mark.parametrize("name", ["403.html", "404.html", "429.html"])
def test_a_refusal_is_a_whole_page_for_a_visitor(name: str) -> None:
    page = engines["django"].get_template(name).render({}, RequestFactory().get("/en/nowhere/"))
    assert "<h1>" in page
    assert "</html>" in page
