"""An article of a page as data for a paper: what stands on the page stands there, in its order."""

from typing import Any

import pytest

from entente.ui.articles import article, words_of


def nodes(inside: str) -> list[dict[str, Any]]:
    return article(
        f"<html><body><nav>menu</nav><article class='paper'>{inside}</article><p>foot</p></body></html>"
    )


def one(inside: str) -> dict[str, Any]:
    (found,) = nodes(inside)
    return found


def test_a_page_without_article_is_refused() -> None:
    with pytest.raises(ValueError, match="article"):
        article("<p>text</p>")


def test_words_keep_their_look_and_language_with_one_space_between() -> None:
    runs = one(
        '<p class="reading soft other">So  many\n  <strong>people</strong> said'
        ' <span lang="ar" dir="auto">نعم</span> .</p>'
    )
    assert runs["kinds"] == ["reading", "soft"]
    assert runs["runs"] == [
        {"text": "So many "},
        {"text": "people", "strong": True},
        {"text": " said "},
        {"text": "\u2068نعم\u2069", "language": "ar"},
        {"text": " ."},
    ]
    assert words_of(runs["runs"]) == "So many people said نعم ."


def test_what_only_a_screen_needs_is_left_out_and_what_is_folded_is_unfolded() -> None:
    found = nodes(
        '<p class="screen-only">a</p><button>b</button><p hidden>c</p><form><p>d</p></form>'
        '<p>e <a class="screen-only" href="#x">f</a><svg class="icon"><path d="M0 0"/></svg></p>'
        "<details><summary>unfold</summary><p>g</p></details>"
    )
    assert [words_of(node["runs"]) for node in found] == ["e", "g"]


def test_headings_go_down_one_step_at_a_time() -> None:
    found = nodes(
        "<h2>a</h2><section><h4>b</h4><div lang='fr' dir='ltr'><h6>c</h6></div></section><h2>d</h2>"
    )
    assert [found[0]["level"], found[1]["level"], found[2]["blocks"][0]["level"], found[3]["level"]] == [
        1,
        2,
        3,
        2,
    ]


def test_a_list_keeps_the_numbers_of_its_statements() -> None:
    node = one('<ol class="answers"><li value="7"><p>a</p></li><li>b</li></ol>')
    assert node["is"] == "numbered"
    assert [(item["number"], words_of(item["blocks"][0]["runs"])) for item in node["items"]] == [
        (7, "a"),
        (2, "b"),
    ]


def test_a_table_has_its_caption_columns_and_rows() -> None:
    node = one(
        "<table><caption>Who</caption>"
        "<thead><tr><th>Group</th><th class='number'>Group A agrees</th></tr></thead>"
        "<tbody><tr><th>x</th><td>1&nbsp;000</td></tr><tr><td>short</td></tr></tbody></table>"
    )
    assert words_of(node["caption"]) == "Who"
    assert [(words_of(column["runs"]), column["number"]) for column in node["columns"]] == [
        ("Group", False),
        ("Group\u00a0A agrees", True),
    ]
    assert [[words_of(cell) for cell in row] for row in node["rows"]] == [["x", "1\u00a0000"]]


def test_a_picture_brings_what_it_says_and_its_words_apart() -> None:
    node = one(
        '<svg viewBox="0 0 600 520" role="img"><title>Map</title><desc>Two &amp; three</desc>'
        '<text class="label-size" x="10" y="20.5" text-anchor="middle" font-weight="640">A &lt; B</text>'
        '<g class="mark g1"><circle r="6"/></g></svg>'
    )
    assert node["alt"] == "Map. Two & three"
    assert node["size"] == [600, 520]
    assert node["labels"] == [
        {"x": 10, "y": 20.5, "anchor": "middle", "strong": True, "small": True, "text": "A < B"}
    ]
    assert node["svg"].startswith("<svg ")
    assert 'xmlns="http://www.w3.org/2000/svg"' in node["svg"]
    assert "<text" not in node["svg"]
    assert '<circle r="6"/></g></svg>' in node["svg"]


def test_a_share_bar_is_its_parts_and_its_words() -> None:
    bar, words = nodes(
        '<div class="share"><svg viewBox="0 0 100 10" aria-hidden="true"><rect class="agree" x="0.00" y="0"'
        ' width="60.00" height="10"/><rect class="pass" x="60.00" y="0" width="40.00" height="10"/></svg>'
        '<p><span><span class="swatch agree"></span>Agree <bdi>60%</bdi></span></p></div>'
    )
    assert bar == {"is": "bar", "parts": [["agree", 0, 60], ["pass", 60, 40]]}
    assert words["runs"] == [{"swatch": "agree"}, {"text": "Agree \u206860%\u2069"}]


def test_bars_of_groups_keep_mark_letter_and_width() -> None:
    node = one(
        '<div class="group-bars" aria-hidden="true"><div class="key g1"><svg viewBox="-9 -9 18 18">'
        '<g class="mark g1"><circle r="6"/></g></svg><span>A</span>'
        '<svg class="group-bar" viewBox="0 0 100 10">'
        '<rect x="0" y="0" width="37.5" height="10"/></svg></div></div>'
    )
    assert [(bar["name"], bar["width"]) for bar in node["bars"]] == [("A", 37.5)]
    assert "circle" in node["bars"][0]["mark"]


def test_a_passage_in_another_language_keeps_it() -> None:
    node = one('<div class="passage" lang="ar" dir="rtl"><p>نص</p><ul><li>أ</li></ul></div>')
    assert (node["language"], node["direction"]) == ("ar", "rtl")
    assert [block["is"] for block in node["blocks"]] == ["text", "list"]


def test_elements_that_are_not_closed_end_with_what_they_stand_in() -> None:
    assert [words_of(node["runs"]) for node in nodes("<section><p>a<p>b</section></em><p>c</p>")] != []


def test_markup_in_a_text_stays_text() -> None:
    assert words_of(one("<p>&lt;h1&gt;no&lt;/h1&gt; &amp;amp;</p>")["runs"]) == "<h1>no</h1> &amp;"
