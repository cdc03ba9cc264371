"""Those who came in different ways stand beside the result: in sentences, in a table, in a picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client

from entente.dialogue.pictures import ChartWords, line_mark, share_lines
from tests.conftest import City
from tests.dialogue.test_public_pages import (
    address,
    publish,
    published,
    rewrite,
    text_of,
    unpacked,
    words_of,
)

SVG = "{http://www.w3.org/2000/svg}"
WORDS = ChartWords("Who agrees", "Two lines.", "0%", "50%", "100%")
ROWS = [{"number": 6, "shares": [0.75, 0.55]}, {"number": 9, "shares": [0.0, 1.0]}]


def strata(*numbers: str) -> list[dict[str, Any]]:
    """The open web disagrees with statement 1, letters answer like the result, nine came to a session."""
    alike = {number: [90, 5, 5] for number in numbers}
    return [
        {"stratum": "letter", "people": 40, "groups": None, "shares": alike, "stands_out": []},
        {
            "stratum": "open",
            "people": 60,
            "groups": None,
            "shares": alike | {"1": [20, 70, 10]},
            "stands_out": [{"statement": 1, "direction": -1}],
        },
        {
            "stratum": "hosted",
            "people": None,
            "groups": None,
            "shares": dict.fromkeys(numbers),
            "stands_out": [],
        },
    ]


def shown(city: City, visitor_client: Client, **more: Any) -> Any:
    content = published(city.evenings).content
    told = {"strata": strata(*content["shares"]), "basis": "invited"} | more
    took_part = content["took_part"] | {"stratum": {"letter": 40, "open": 60, "hosted": None}}
    rewrite(
        city,
        published(city.evenings),
        took_part=took_part,
        shares=content["shares"] | {"1": [80, 10, 10]},
        **told,
    )
    return visitor_client.get(address(city.evenings, "report/"))


def test_each_way_in_says_what_it_answers_differently(city: City, visitor_client: Client) -> None:
    page = words_of(shown(city, visitor_client)).split("Who came how, and what they say differently")[1]
    assert "Those who came by themselves are shown beside it and change none of its numbers" in page
    assert "70% disagree, in the result 10%." in page
    assert "They answer no statement clearly differently from the result." in page
    assert "Fewer than ten people came this way" in page


def test_the_picture_of_the_ways_in_has_its_sentence_and_its_table(
    city: City, visitor_client: Client
) -> None:
    page = text_of(shown(city, visitor_client))
    figure = page.split("Where they differ.")[1].split("</figure>")[0]
    assert (
        "They lie furthest apart on statement 1: from 20% (Open web) to 90% (Invited by sealed letter)."
        in figure
    )
    cells = re.findall(r'class="number">(\d+%)</td>', figure)
    assert cells == ["80%", "90%", "20%"]


def test_a_difference_that_rounding_swallowed_is_not_listed(city: City, visitor_client: Client) -> None:
    told = strata("1", "2")
    told[1]["shares"]["1"] = [80, 10, 10]
    page = words_of(shown(city, visitor_client, strata=told))
    assert "70% disagree" not in page
    assert "Where they differ." not in page


def test_who_was_left_out_is_told_with_the_reason(city: City, visitor_client: Client) -> None:
    left_out = [{"stratum": "open", "people": 30, "reason": "All within one minute <b>"}]
    response = shown(city, visitor_client, excluded=left_out)
    assert "At least 30 voices were left out (Open web)." in words_of(response)
    assert "All within one minute" in words_of(response)
    assert "<b>" not in response.content.decode().split("Voices that were left out")[1].split("</section>")[0]


def test_one_way_in_alone_is_compared_with_nothing(city: City, visitor_client: Client) -> None:
    response = shown(city, visitor_client, strata=strata("1")[:1])
    assert "Who came how" not in words_of(response)


def test_groups_that_are_not_stable_get_no_letters_anywhere(city: City, visitor_client: Client) -> None:
    outcome = publish(city, city.dialogue)
    area = outcome.content["groups"][0] | {"shares": {}, "stands_for": []}
    unstable = {"agreement": 0.4, "word": "unstable", "draws": 50}
    changes = {
        "is_clear": False,
        "labels_shown": False,
        "groups": [area],
        "stability": unstable,
        "dividing": [],
    }
    rewrite(city, outcome, **changes)
    page = words_of(visitor_client.get(address(city.dialogue, "report/")))
    assert "Group A" not in page
    assert "What each group stands for" not in page
    assert "What divides" not in page
    assert "The groups are not stable (0.40 of 1)." in page
    assert "What most people share" in page
    files = unpacked(visitor_client.get(address(city.dialogue, "report/open-data.zip")))
    assert len(files["groups.csv"].splitlines()) == 1


# The drawing


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(picture.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314 - our own drawing


def test_lines_have_a_name_and_a_description_and_a_mark_for_each_way() -> None:
    picture = drawn(share_lines(ROWS, 2, WORDS))
    told = {part.get("id"): part.text for part in picture if part.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert told == {"lines-title": "Who agrees", "lines-words": "Two lines."}
    assert len(picture.findall(f".//{SVG}g[@class='mark-of-all']")) == 2
    assert len(picture.findall(f".//{SVG}g[@class='mark-of-part']")) == 2


@pytest.mark.parametrize("from_right", [False, True])
def test_who_agrees_more_stands_nearer_to_the_end_of_reading(from_right: bool) -> None:
    words = ChartWords("a", "b", "0%", "50%", "100%", from_right=from_right)
    picture = share_lines(ROWS, 2, words)
    first, second = (float(x) for x in re.findall(r'<g transform="translate\(([\d.]+) ', picture)[:2])
    assert (first > second) != from_right


def test_without_lines_there_is_no_picture_and_a_key_is_silent() -> None:
    assert share_lines([], 2, WORDS) == ""
    assert line_mark(0) != line_mark(1)
    assert 'aria-hidden="true"' in line_mark(1)
    assert "style=" not in share_lines(ROWS, 2, WORDS)
