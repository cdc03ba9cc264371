import itertools
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from entente.dialogue.pictures import HEIGHT, WIDTH, MapWords, group_mark, numbers_on_map, opinion_map

SVG = "{http://www.w3.org/2000/svg}"


def group(x: float, y: float, size: int = 40) -> dict[str, Any]:
    return {"centre": [x, y], "outline": {"centre": [x, y], "axes": [1.0, 0.5], "angle": 30.0}, "size": size}


def content(*groups: dict[str, Any]) -> dict[str, Any]:
    positions = {"1": [2.0, 0.1], "2": [0.2, 1.9], "3": [-0.4, -0.3]}
    return {"groups": list(groups), "map": {"positions": positions}}


TWO = content(group(-3, 1), group(3, -1))
WORDS = MapWords(
    "Map of opinions", "Two areas lie apart.", [("Group A", "40 people"), ("Group B", "40 people")], "You"
)


def drawn(picture: str) -> ET.Element:
    """The picture as an XML parser sees it, as it would stand in a file."""
    return ET.fromstring(picture)  # noqa: S314 - our own drawing


def test_each_group_is_one_area_with_a_pattern_a_mark_and_its_words() -> None:
    picture = opinion_map(TWO, WORDS)
    assert len(re.findall(r'<ellipse class="area g\d"', picture)) == 2
    assert picture.count("url(#map-pattern-1)") == picture.count("url(#map-pattern-2)") == 1
    assert picture.count('class="mark g1"') == picture.count('class="mark g2"') == 1
    for words in ("Group A", "Group B", "40 people"):
        assert f">{words}</text>" in picture


def test_nobody_is_a_dot() -> None:
    assert 'class="you"' not in opinion_map(TWO, WORDS)
    assert 'class="person"' not in opinion_map(TWO, WORDS)


def test_the_readers_place_is_marked_and_named_when_it_is_known() -> None:
    picture = opinion_map(TWO, WORDS, you=(0.5, 0.5))
    assert picture.count('class="you"') == 1
    assert ">You</text>" in picture


def test_it_has_a_name_and_a_description_for_those_who_do_not_see_it() -> None:
    picture = drawn(opinion_map(TWO, WORDS, name="here", is_file=True))
    assert picture.get("role") == "img"
    names = {part.get("id"): part.text for part in picture if part.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert names == {"here-title": "Map of opinions", "here-words": "Two areas lie apart."}
    assert (picture.get("aria-labelledby") or "").split() == ["here-title", "here-words"]


def test_words_can_not_become_markup() -> None:
    words = MapWords("<script>alert(1)</script>", 'a "b" & c', [("<b>A</b>", "1"), ("B", "2")])
    picture = opinion_map(TWO, words, is_file=True)
    assert "<script" not in picture
    assert "<b>" not in picture
    assert drawn(picture) is not None


def test_there_is_no_style_attribute_that_the_page_would_refuse() -> None:
    assert "style=" not in opinion_map(TWO, WORDS, you=(0.0, 0.0), is_file=True)


def test_a_file_brings_its_own_colours_and_size() -> None:
    picture = drawn(opinion_map(TWO, WORDS, is_file=True))
    assert (picture.get("width"), picture.get("height")) == (str(WIDTH), str(HEIGHT))
    areas = [part for part in picture.iter(f"{SVG}ellipse") if part.get("class")]
    assert all((part.get("fill") or "").startswith("#") for part in areas)


def test_it_says_its_language_and_direction() -> None:
    words = MapWords("خريطة", "وصف", [("أ", "٤٠"), ("ب", "٤٠")], language="ar", direction="rtl")
    picture = drawn(opinion_map(TWO, words, is_file=True))
    assert (picture.get("lang"), picture.get("direction")) == ("ar", "rtl")


@pytest.mark.parametrize(
    "place", [(0.0, 0.0), (40.0, 0.0), (-40.0, 40.0), (0.0, -90.0), (-3.0, 1.0)], ids=str
)
def test_everything_lies_inside_the_drawing_wherever_the_reader_stands(place: tuple[float, float]) -> None:
    picture = opinion_map(TWO, WORDS, you=place)
    x, y = map(float, re.findall(r'class="you" cx="([\d.-]+)" cy="([\d.-]+)"', picture)[0])
    assert 0 <= x <= WIDTH
    assert 0 <= y <= HEIGHT
    for x, y in re.findall(r"translate\(([\d.-]+) ([\d.-]+)\) rotate", picture):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT


def test_up_is_up() -> None:
    picture = opinion_map(content(group(0, -3), group(0, 3)), WORDS)
    lower, upper = re.findall(r'class="area g\d"[^>]*translate\([\d.-]+ ([\d.-]+)\)', picture)
    assert float(lower) > float(upper)


def numbers_drawn(picture: str) -> list[tuple[float, float, str]]:
    """Where each number stands."""
    found = re.findall(r'x="([\d.-]+)" y="([\d.-]+)"[^>]*>(\d+)</text>', picture)
    return [(float(x), float(y), number) for x, y, number in found]


@pytest.mark.parametrize("apart", [0.0, 0.01, 0.1, 0.3])
def test_statements_are_numbers_that_do_not_cover_each_other(apart: float) -> None:
    crowded = content(group(-3, 1), group(3, -1))
    crowded["map"]["positions"] = {str(n): [apart * n - 3, 2.0] for n in range(10, 40)}
    numbers = numbers_drawn(opinion_map(crowded, WORDS, you=(0.0, 2.0)))
    assert 1 < len(numbers) <= 8
    for (x, y, _), (other_x, other_y, _) in itertools.combinations(numbers, 2):
        assert abs(x - other_x) >= 30 or abs(y - other_y) >= 26


def test_a_number_does_not_cover_the_name_of_a_group() -> None:
    named = content(group(-3, 1), group(3, -1))
    named["map"]["positions"] = {"7": [-3.0, 1.0], "8": [-3.0, 1.7], "9": [-2.2, 1.0]}
    picture = opinion_map(named, WORDS)
    numbers = numbers_drawn(picture)
    x, y = map(float, re.findall(r'x="([\d.-]+)" y="([\d.-]+)"[^>]*>Group A</text>', picture)[0])
    assert numbers
    for number_x, number_y, _ in numbers:
        assert abs(number_x - x) > 60 or abs(number_y - y) > 22


def test_the_numbers_drawn_can_be_spelled_out_beside_the_map() -> None:
    for you in (None, (1.9, 0.2)):
        drawn_numbers = [int(number) for *_, number in numbers_drawn(opinion_map(TWO, WORDS, you=you))]
        assert numbers_on_map(TWO, WORDS, you=you) == sorted(drawn_numbers)
    assert numbers_on_map(content(), WORDS) == []


def test_without_a_group_there_is_no_picture() -> None:
    assert opinion_map(content(), WORDS) == ""


def test_a_group_whose_area_is_not_known_is_still_drawn() -> None:
    lone = content({"centre": [0.0, 0.0], "outline": None, "size": 12})
    assert 'class="area g1"' in opinion_map(lone, MapWords("a", "b", [("Everybody", "12 people")]))


def test_the_key_repeats_the_shape_of_a_group_in_silence() -> None:
    mark = group_mark(2)
    assert 'class="mark g3"' in mark
    assert 'aria-hidden="true"' in mark


def test_five_groups_have_five_shapes() -> None:
    assert len({re.sub(r'class="[^"]*"|fill="[^"]*"', "", group_mark(place)) for place in range(5)}) == 5
