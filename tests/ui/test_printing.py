"""Papers: what people wrote is only ever text, every letter is there, the same paper is the same bytes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.template.utils import get_app_template_dirs
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.ui import printing
from entente.ui.printing import STAND_IN, NotPrinted, is_printable, pdf, printable, qr_code, said
from tests.ui.paper_text import kinds, read, root_of, structure, words_in

TRIAL = "ui/print/trial.typ"
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
CODE = (
    '#panic("!") #read("/etc/passwd") $x^2$ `a` \\u{41} *b* _c_ <l> @r // /* */ [ ] { } = + ~ #import "x.typ"'
)
# Every sign of ASCII, of Latin 1 and of Latin extended A that can be seen.
SIGNS = "".join(chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x180)))


@pytest.fixture(autouse=True, scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder with a template of its own beside those of the product."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "ui" / "print").mkdir(parents=True)
    template = folder / TRIAL
    template.write_text('= #words(data.title)\n#words(data.at("text", default: ""))\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "get_app_template_dirs", lambda name: (*get_app_template_dirs(name), folder))
        yield template


def paper(language: str = "en", text: Any = "", **context: Any) -> bytes:
    return pdf(TRIAL, {"title": "A paper", "text": text, **context}, language=language)


def letters(text: str) -> str:
    """Without spaces: where lines break is no part of a text."""
    return "".join(text.split()).replace("\u200b", "")


@pytest.mark.parametrize("name", ["title", "text", "reference", "city"])
def test_what_somebody_wrote_is_never_code(name: str) -> None:
    assert letters(CODE) in letters(words_in(paper(**{name: CODE})))


def test_every_sign_of_the_alphabets_arrives() -> None:
    assert len(SIGNS) > 280
    assert letters(SIGNS) in letters(words_in(paper(text=SIGNS)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\x00"), max_size=30), min_size=5, max_size=20))
def test_whatever_is_written_can_be_printed(texts: list[str]) -> None:
    assert paper("fr", " | ".join(texts)).startswith(b"%PDF-")


@pytest.mark.parametrize("text", ["中文", "\ufffd", chr(0xD800), "ⵣ", "\ue000"])
def test_a_sign_no_font_has_becomes_a_box(text: str) -> None:
    assert printable(f"a{text}b") == f"a{STAND_IN * len(text)}b"
    assert not is_printable(text)


def test_signs_nobody_sees_are_left_out_and_line_ends_are_one_kind() -> None:
    assert printable("a\x00b\x07c\ufeffd\r\ne\u2028f\tg") == "abcd\ne\nf g"
    assert is_printable("Țară, œuvre, كلمة, 👍🏽, ❤️")


@pytest.mark.parametrize("text", ["😀 👩‍👩‍👧 🇫🇷 👍🏽 ❤️", "q́ ą́", "1️⃣"])
def test_signs_of_several_parts_are_printed(text: str) -> None:
    assert paper(text=text).startswith(b"%PDF-")


def test_a_word_without_end_is_parted_and_stays_on_the_page() -> None:
    made = read(paper(text="x" * 2000))
    edge = made.pages[0].mediabox.width
    seen: list[float] = []
    made.pages[0].extract_text(visitor_text=lambda text, _cm, tm, _font, _size: seen.append(tm[4]))
    assert max(seen) < edge
    assert len(made.pages[0].extract_text().splitlines()) > 10
    assert (
        printable("https://city.example/en/dialogues/DLG-7KQ2ABC/")
        == "https://city.example/en/dialogues/DLG-7KQ2ABC/"
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ro", "Țărani, știință și împărțire — ȘȚĂÎÂ șțăîâ"),
        ("fr", "L’œuvre « est là » : été, cœur, ça, où, Noël"),
        ("ar", "الاستجابة للحوادث بقيادة المدينة"),
    ],
)
def test_letters_come_out_as_they_went_in(language: str, text: str) -> None:
    found = words_in(paper(language, text))
    assert [word for word in text.split() if word not in found] == []


def test_screen_readers_get_title_language_direction_and_structure() -> None:
    made = paper("ar", "نص", title="تقرير", made_at=DAY)
    root = root_of(made)
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("ar", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/ViewerPreferences"]["/Direction"] == "/R2L"
    assert read(made).metadata["/Title"] == "تقرير"  # type: ignore[index]
    assert b"pdfuaid:part>1<" in made or b"pdfuaid" in root["/Metadata"].get_data()
    assert kinds(made)[:2] == ["Document", "H1"]


def test_a_text_in_another_language_is_marked_as_such() -> None:
    made = paper("fr", said("نحن هنا", "ar"))
    assert "ar" in {str(node.get("/Lang", "")) for node in structure(made)}
    assert "نحن" in words_in(made)


@pytest.mark.parametrize("language", ["xx", "zh-Hant", "not a language", ""])
def test_a_language_we_do_not_speak_is_no_reason_to_fail(language: str) -> None:
    assert paper(text=said("text", language)).startswith(b"%PDF-")
    assert said("שלום", "he")["direction"] == "rtl"


def test_the_foot_says_whose_paper_it_is_and_which_page() -> None:
    text = words_in(paper(text="word " * 3000, reference="DLG-7KQ2", city="Marenne"))
    assert "Marenne · DLG-7KQ2" in text.replace("\u202a", "").replace("\u202c", "")
    assert "Page 1 of 4" in text


def test_the_same_content_gives_the_same_bytes(trial: Path) -> None:
    one, other = (paper("ro", "Text", made_at=DAY, reference="A") for _ in range(2))
    assert one == other
    assert one != paper("ro", "Text", made_at=datetime(2026, 11, 21, tzinfo=UTC), reference="A")


def test_without_a_day_a_paper_has_no_date() -> None:
    assert "/CreationDate" not in (read(paper()).metadata or {})


def test_a_paper_without_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        pdf(TRIAL, {"title": ""}, language="en")


def test_a_thing_that_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError, match="datetime"):
        paper(text={"day": DAY})


def test_a_missing_template_is_named() -> None:
    with pytest.raises(TemplateDoesNotExist, match="nowhere"):
        pdf("ui/print/nowhere.typ", {"title": "A"}, language="en")


def test_a_mistake_in_a_template_is_told(trial: Path) -> None:
    with pytest.raises(NotPrinted, match="unknown variable"):
        _with(trial, "#no-such-thing")


def test_a_paper_that_takes_too_long_is_ended(trial: Path) -> None:
    with pytest.raises(NotPrinted):
        _with(trial, "#let n = 0\n#while true { n = n + 1; if n > 9000 { n = 0 } }", limit=1)


def test_a_template_reads_no_file(trial: Path) -> None:
    with pytest.raises(NotPrinted, match="passwd"):
        _with(trial, '#read("/etc/passwd")')


def _with(trial: Path, source: str, **options: Any) -> bytes:
    other = trial.with_name("other.typ")
    other.write_text(f"= Title\n{source}\n")
    printing._source.cache_clear()
    return pdf("ui/print/other.typ", {"title": "A paper"}, language="en", **options)


def test_pictures_bring_the_sentence_that_says_what_they_show(trial: Path) -> None:
    trial.with_name("square.typ").write_text("= Title\n#picture(data.square, alt: data.said)\n")
    content = {"title": "A", "square": qr_code("https://city.example/"), "said": "The way to the city’s page"}
    made = pdf("ui/print/square.typ", content, language="en")
    figures = [node for node in structure(made) if node["/S"] == "/Figure"]
    assert [str(figure["/Alt"]) for figure in figures] == ["The way to the city’s page"]
