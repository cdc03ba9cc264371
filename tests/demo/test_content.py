"""Marenne's written content: complete in four languages, clean to the letter, and consistent with itself."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from entente import demo

FOLDER = Path(str(demo.__file__)).parent / "content"
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
LANGUAGES = {"en", "fr", "ar", "ro"}
DIALOGUES = ["dialogue", "evenings", "library", "riverside"]


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def texts(thing: Any, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every mapping of languages below `thing` with the place where it stands."""
    if isinstance(thing, dict):
        told = LANGUAGES & set(thing)
        if told and isinstance(thing[min(told)], dict):
            for field in thing[min(told)]:
                yield f"{place}/{field}", {code: thing[code][field] for code in told if field in thing[code]}
        elif told:
            yield place, thing
        else:
            for key, value in thing.items():
                yield from texts(value, f"{place}/{key}")
    elif isinstance(thing, list):
        for number, value in enumerate(thing):
            yield from texts(value, f"{place}/{number}")


def in_language(language: str) -> Iterator[tuple[str, str]]:
    """Yield every text of one language with its file and place."""
    for name in FILES:
        for place, text in texts(load(name), name):
            yield place, text[language]


def statements() -> Iterator[dict[str, Any]]:
    for name in DIALOGUES:
        content = load(name)
        for part in ("statements", "waiting", "rejected"):
            yield from content.get(part, [])


@pytest.mark.parametrize("name", FILES)
def test_every_text_exists_in_all_four_languages(name: str) -> None:
    found = list(texts(load(name), name))
    assert found
    for place, text in found:
        assert set(text) == LANGUAGES, place
        for language, words in text.items():
            assert isinstance(words, str), f"{place}/{language}"
            assert words == words.strip() != "", f"{place}/{language}"


@pytest.mark.parametrize("name", FILES)
def test_no_text_hides_control_characters_or_letters_in_pieces(name: str) -> None:
    for place, text in texts(load(name), name):
        for language, words in text.items():
            hidden = [hex(ord(c)) for c in words if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn"}]
            assert hidden == [], f"{place}/{language}"
            assert unicodedata.normalize("NFC", words) == words, f"{place}/{language}"


def test_romanian_is_written_with_comma_below() -> None:
    written = dict(in_language("ro"))
    assert [place for place, words in written.items() if re.search("[şţŞŢãǎ]", words)] == []
    assert any("ș" in words for words in written.values())
    assert any("ț" in words for words in written.values())


def test_arabic_is_written_with_arabic_letters_and_arabic_punctuation() -> None:
    for place, words in in_language("ar"):
        assert re.search(r"[\u0621-\u064a]", words), place
        assert not re.search("[,;?یکـ]", re.sub(r"\S+@\S+", "", words)), place


def test_french_keeps_its_punctuation_from_falling_to_the_next_line() -> None:
    for place, words in in_language("fr"):
        without_times = re.sub(r"\d\d:\d\d", "", words)
        assert not re.search("[^\u202f][;?!]|[^\u00a0]:", without_times), place


def test_no_language_uses_straight_quotes_or_apostrophes() -> None:
    for language in LANGUAGES:
        assert [place for place, words in in_language(language) if re.search("[\"']", words)] == []


def test_a_translation_is_not_the_original_left_in_place() -> None:
    for statement in statements():
        assert len(set(statement["text"].values())) == 4, statement["slug"]


def test_statements_are_short_enough_to_be_read_on_a_phone() -> None:
    for statement in statements():
        assert statement["origin"] in LANGUAGES
        assert len(statement["text"][statement["origin"]]) <= 140, statement["slug"]
        assert max(map(len, statement["text"].values())) <= 280, statement["slug"]


def test_no_slug_is_used_twice() -> None:
    assert max(Counter(statement["slug"] for statement in statements()).values()) == 1
    cast = load("cast")
    slugs = Counter(entry["slug"] for entry in [*cast["organisations"], *cast["people"]])
    assert max(slugs.values()) == 1


@pytest.mark.parametrize(("name", "groups"), [("dialogue", 3), ("evenings", 1), ("riverside", 3)])
def test_every_statement_has_a_leaning_for_every_planted_group(name: str, groups: int) -> None:
    for statement in load(name)["statements"]:
        assert len(statement["stand"]) == groups, statement["slug"]
        assert all(-1 <= lean <= 1 for lean in statement["stand"]), statement["slug"]


@pytest.mark.parametrize(
    ("name", "voices"),
    [
        ("dialogue", {"en": 14, "fr": 10, "ar": 8, "ro": 6}),
        ("riverside", {"en": 7, "fr": 5, "ar": 5, "ro": 5}),
    ],
)
def test_the_large_dialogues_have_voices_from_all_four_languages(name: str, voices: dict[str, int]) -> None:
    assert Counter(statement["origin"] for statement in load(name)["statements"]) == voices


def test_every_reason_given_stands_in_the_public_policy() -> None:
    content = load("dialogue")
    codes = [rule["code"] for rule in content["policy"]["rules"]]
    assert 6 <= len(codes) == len(set(codes)) <= 8
    assert {statement["reason"] for statement in content["rejected"]} <= set(codes)
    assert {statement["expected"] for statement in content["waiting"]} <= {*codes, "accept"}
    slugs = {statement["slug"] for statement in content["statements"]}
    assert next(s["repeats"] for s in content["waiting"] if s["expected"] == "duplicate") in slugs


@pytest.mark.parametrize("name", ["dialogue", "evenings", "riverside"])
def test_what_we_heard_leaves_numbers_to_the_figures(name: str) -> None:
    for place, text in texts(load(name)["what_we_heard"], name):
        for language, words in text.items():
            assert not re.search(r"\d", words), f"{place}/{language}"


@pytest.mark.parametrize("name", ["dialogue", "evenings", "riverside"])
def test_the_summary_of_what_we_heard_fits_on_a_card(name: str) -> None:
    for language, words in load(name)["what_we_heard"]["summary"].items():
        assert len(words.split()) <= 50, language


def test_everybody_in_the_cast_belongs_somewhere_and_writes_from_there() -> None:
    cast = load("cast")
    domains = {entry["slug"]: entry["domain"] for entry in cast["organisations"]}
    assert len(cast["people"]) == 14
    for person in cast["people"]:
        assert person["slug"] == person["name"].split()[0].lower()
        assert person["email"].endswith("@" + domains[person["organisation"]])
        assert person["email"].endswith("marenne.example")
        assert person["preferred"] in person["languages"]
        assert set(person["languages"]) <= LANGUAGES
        assert person["role"] in {"coordinator", "member", "overseer", "officer"}
        assert re.search(r"[\u0621-\u064a]", person["name_ar"])


def test_the_first_screen_sends_readers_only_to_people_and_records_that_exist() -> None:
    screen = load("first_screen")
    slugs = {person["slug"] for person in load("cast")["people"]}
    assert [reader["person"] for reader in screen["panel"]["readers"]] == ["amina", "ioana", "lena", "peter"]
    assert {door["person"] for door in screen["doors"]["items"]} - {None} <= slugs
    features = {"incidents", "agreements", "engagement", "dialogue", "exercises"}
    assert len(screen["moments"]) == 6
    for moment in screen["moments"]:
        assert {*moment["needs"], *moment.get("fuller", {}).get("needs", [])} <= features
    assert len(screen["doors"]["items"]) == 4
    assert 6 <= len(screen["refusals"]["items"]) <= 8
    assert len(screen["texts"]["items"]) == 5


def test_the_map_draws_the_six_districts_of_the_city_inside_its_frame() -> None:
    drawn, city = load("districts"), load("city")
    assert {d["slug"] for d in drawn["districts"]} == {d["slug"] for d in city["districts"]}
    outlines = [d["outline"] for d in drawn["districts"]] + [
        drawn["river"]["outline"],
        *drawn["port"]["basins"],
    ]
    for outline in outlines:
        assert len(outline) >= 4
        assert all(0 <= x <= 1000 and 0 <= y <= 1000 for x, y in outline)


def test_every_label_and_place_lies_inside_its_district() -> None:
    drawn = load("districts")
    outlines = {d["slug"]: d["outline"] for d in drawn["districts"]}
    spots = [(d["slug"], d["label_at"]) for d in drawn["districts"]]
    spots += [(place["district"], place["at"]) for place in drawn["places"]]
    for district, (x, y) in spots:
        assert _inside(x, y, outlines[district]), (district, x, y)


def _inside(x: float, y: float, outline: list[list[float]]) -> bool:
    """Tell whether a point lies in a polygon: a ray to the right crosses its edges an odd number of times."""
    crossings = 0
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1
