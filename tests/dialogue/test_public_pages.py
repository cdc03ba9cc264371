import io
import re
import xml.etree.ElementTree as ET
import zipfile
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit.actors import VISITOR, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.dialogue import queries, sentences, services
from entente.dialogue.models import Dialogue, Outcome, Statement
from entente.dialogue.open_data import POLIS
from entente.dialogue.publication.rounding import headline_shares
from tests.conftest import City

LANGUAGES = ["en", "fr", "ar", "ro"]


def address(dialogue: Dialogue, page: str = "", language: str = "en") -> str:
    return f"/{language}/dialogues/{dialogue.reference}/{page}"


def text_of(response: Any) -> str:
    return unescape(str(response.content.decode()))


def words_of(response: Any) -> str:
    """A page without its markup, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", text_of(response)).split())


def published(dialogue: Dialogue) -> Outcome:
    with acting(VISITOR):
        found = queries.published_outcome(dialogue, VISITOR)
    assert found is not None
    return found


def publish(city: City, dialogue: Dialogue) -> Outcome:
    """Close the big dialogue and publish it, as the city would."""
    with acting(city.amina):
        services.close_dialogue(dialogue, by=city.amina)
        services.edit_dialogue(
            dialogue,
            by=city.amina,
            heard="We heard you.",
            missing="Parents.",
            limits="Few came.",
            next_steps="- One",
        )
        return services.publish_outcome(dialogue, by=city.amina)


def came(strata: dict[str, int | None]) -> dict[str, Any]:
    """What part of the people each of these ways in is told to be."""
    shares = headline_shares([people or 0 for people in strata.values()])
    return {"came": shares and {"of": 0, "shares": dict(zip(strata, shares, strict=True))}}


def rewrite(city: City, outcome: Outcome, **changes: Any) -> None:
    """Another result in place of the published one."""
    with acting(city.amina):
        row = Outcome.objects.visible_to(city.amina).get(pk=outcome.pk)
        row.content = row.content | changes
        Outcome.objects.visible_to(city.amina).filter(pk=row.pk).update(content=row.content)
        log("dialogue.outcome_published", by=city.amina, about=row, decision=allow("A test."))


def vote(client: Client, dialogue: Dialogue, numbers: range) -> None:
    for number in numbers:
        page = text_of(client.get(address(dialogue, f"vote/?statement={number}")))
        start = re.search(r'name="start" value="([^"]+)"', page)
        fields = {"statement": number, "vote": "agree", "start": start[1] if start else ""}
        assert client.post(address(dialogue, "vote/"), fields).status_code == 303


# The list and the page of one dialogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_shows_what_is_open_first_in_the_readers_language(
    city: City, visitor_client: Client, language: str
) -> None:
    with acting(VISITOR):
        texts = queries.titles([city.dialogue, city.evenings], language, VISITOR)
    page = text_of(visitor_client.get(f"/{language}/dialogues/"))
    first = page.index(texts[city.dialogue.pk, "question"].text)
    assert first < page.index(texts[city.evenings.pk, "question"].text)
    assert address(city.dialogue, "vote/", language) in page
    assert address(city.evenings, "report/", language) in page


def test_drafts_are_not_listed_and_have_no_page(city: City, visitor_client: Client) -> None:
    assert city.library.reference not in text_of(visitor_client.get("/en/dialogues/"))
    for page in ("", "report/", "report/map.svg", "report/open-data.zip"):
        response = visitor_client.get(address(city.library, page))
        assert response.status_code == 404
        assert city.library.title not in text_of(response)


def test_an_empty_list_says_what_will_be_here(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        Dialogue.objects.visible_to(city.amina).update(public_since=None)
        log("dialogue.dialogue_edited", by=city.amina, about=city.dialogue, decision=allow("A test."))
    assert "No dialogue yet" in text_of(visitor_client.get("/en/dialogues/"))


def test_a_longer_list_does_not_ask_the_database_more_often(
    city: City, visitor_client: Client, django_assert_max_num_queries: Any
) -> None:
    visitor_client.get("/en/dialogues/")
    with django_assert_max_num_queries(15) as few:
        visitor_client.get("/en/dialogues/")
    with acting(city.amina):
        for number in range(12):
            add_open_dialogue(city, f"Question {number}")
    with django_assert_max_num_queries(15) as many:
        assert "Question 11" in text_of(visitor_client.get("/en/dialogues/"))
    assert len(many) == len(few)


def add_open_dialogue(city: City, question: str) -> Dialogue:
    dialogue = services.draft_dialogue(
        by=city.amina, title=question, question=question, language="en", languages=["en"], policy="Be kind."
    )
    for text in ("One.", "Two.", "Three."):
        services.add_statement(dialogue, by=city.amina, text=text, language="en")
    return services.open_dialogue(dialogue, by=city.amina)


def test_a_page_far_behind_the_last_is_the_last(city: City, visitor_client: Client) -> None:
    for page in ("99", "-1", "x", "9" * 50):
        assert visitor_client.get(f"/en/dialogues/?page={page}").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_dialogue_says_what_happens_with_the_answers(
    city: City, visitor_client: Client, language: str
) -> None:
    with acting(VISITOR):
        texts = queries.wording(city.dialogue, [], language, VISITOR)
    page = text_of(visitor_client.get(address(city.dialogue, language=language)))
    for field in ("background", "use_of_answers", "policy"):
        for block in sentences.blocks(texts[field].text):
            for words in block.items or (block.text,):
                assert words in page
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert address(city.dialogue, "vote/", language) in page


def test_how_many_took_part_is_told_in_tens(city: City, visitor_client: Client) -> None:
    assert "More than 400" in words_of(visitor_client.get(address(city.dialogue)))
    with acting(city.amina):
        fresh = add_open_dialogue(city, "Anybody?")
    vote(Client(), fresh, range(1, 2))
    assert "Fewer than ten" in words_of(visitor_client.get(address(fresh)))


def test_a_paused_dialogue_says_why_on_its_page(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        services.freeze_dialogue(city.dialogue, by=city.amina, reason="A letter was printed twice.")
    page = words_of(visitor_client.get(address(city.dialogue)))
    assert "This dialogue is paused." in page
    assert "A letter was printed twice." in page
    assert address(city.dialogue, "vote/") not in text_of(visitor_client.get(address(city.dialogue)))


def test_a_closed_dialogue_waits_for_its_result(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        services.close_dialogue(city.dialogue, by=city.amina)
    assert "This dialogue is closed." in words_of(visitor_client.get(address(city.dialogue)))
    response = visitor_client.get(address(city.dialogue, "report/"))
    assert response.status_code == 404
    assert "The result is not published yet" in words_of(response)


def test_a_published_dialogue_leads_to_what_was_heard(city: City, visitor_client: Client) -> None:
    page = text_of(visitor_client.get(address(city.evenings)))
    assert "Read what was heard" in page
    assert address(city.evenings, "report/") in page


def test_small_letters_in_a_reference_are_understood(city: City, visitor_client: Client) -> None:
    assert visitor_client.get(address(city.dialogue).lower()).status_code == 200


def test_markup_in_a_text_stays_text(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        services.edit_dialogue(city.dialogue, by=city.amina, background="<script>alert(1)</script>")
    page = visitor_client.get(address(city.dialogue)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# Where one stands


def test_before_an_answer_of_ones_own_others_are_not_shown(city: City, visitor_client: Client) -> None:
    page = words_of(visitor_client.get(address(city.dialogue, "standing/")))
    assert "You have not answered anything here yet" in page
    assert "%" not in page


def test_while_it_runs_others_are_told_in_tens_and_the_place_is_drawn(
    city: City, visitor_client: Client
) -> None:
    vote(visitor_client, city.dialogue, range(1, 9))
    response = visitor_client.get(address(city.dialogue, "standing/"))
    page = words_of(response)
    shares = re.findall(r"About (\d+)% agree, (\d+)% disagree, (\d+)% pass\.", page)
    assert len(shares) == 8
    assert all(int(share) % 10 == 0 for row in shares for share in row)
    assert 'class="you"' in text_of(response)
    assert "Your answers are closest to those of Group" in page
    assert "stored nowhere" in page


def test_after_a_few_answers_nobody_is_told_a_group(city: City, visitor_client: Client) -> None:
    vote(visitor_client, city.dialogue, range(1, 4))
    page = words_of(visitor_client.get(address(city.dialogue, "standing/")))
    assert "Your place rests on 3 answers" in page
    assert "Your answers are closest" not in page


def test_ones_own_map_shows_only_statements_one_has_answered(city: City, visitor_client: Client) -> None:
    vote(visitor_client, city.dialogue, range(1, 9))
    page = text_of(visitor_client.get(address(city.dialogue, "standing/")))
    picture = page.split('<svg class="picture"')[1].split("</svg>")[0]
    on_map = {int(number) for number in re.findall(r">(\d+)</text>", picture)}
    assert on_map
    assert on_map <= set(range(1, 9))


def test_looking_where_one_stands_writes_nothing(city: City, visitor_client: Client) -> None:
    vote(visitor_client, city.dialogue, range(1, 9))
    with CaptureQueriesContext(connection) as asked:
        visitor_client.get(address(city.dialogue, "standing/"))
    assert not [row for row in asked if re.match(r"(insert|update|delete)", row["sql"], re.IGNORECASE)]


def test_with_few_people_nothing_is_told_yet(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        fresh = add_open_dialogue(city, "Anybody?")
    vote(visitor_client, fresh, range(1, 3))
    page = words_of(visitor_client.get(address(fresh, "standing/")))
    assert "What others think is shown once at least 10 people have answered." in page
    assert "% agree" not in page


def test_after_publication_one_stands_in_the_published_result(city: City, visitor_client: Client) -> None:
    vote(visitor_client, city.dialogue, range(1, 9))
    publish(city, city.dialogue)
    response = visitor_client.get(address(city.dialogue, "standing/"))
    assert len(re.findall(r"\d+% agree, \d+% disagree, \d+% pass\.", words_of(response))) == 8
    assert (
        "About" not in words_of(response).split("Your answers and those of others")[1].split("Read what")[0]
    )
    assert 'class="you"' in text_of(response)


# The report


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_a_paper_in_every_language(city: City, visitor_client: Client, language: str) -> None:
    with acting(VISITOR):
        texts = queries.wording(city.evenings, [], language, VISITOR)
    response = visitor_client.get(address(city.evenings, "report/", language))
    assert response.status_code == 200
    page = text_of(response)
    assert texts["question"].text in page
    for field in ("heard", "missing", "limits", "next_steps"):
        for block in sentences.blocks(texts[field].text):
            for words in block.items or (block.text,):
                assert words in page
    assert '<svg class="picture"' in page
    assert "style=" not in page


def test_no_clear_groups_is_a_result(city: City, visitor_client: Client) -> None:
    page = words_of(visitor_client.get(address(city.evenings, "report/")))
    assert "There are no clear groups of opinion" in page
    assert "What each group stands for" not in page
    assert "Group A" not in page


def test_groups_are_letters_with_what_they_stand_for(city: City, visitor_client: Client) -> None:
    outcome = publish(city, city.dialogue)
    assert len(outcome.content["groups"]) == 3
    page = words_of(visitor_client.get(address(city.dialogue, "report/")))
    for words in (
        "There are three groups of opinion.",
        "Group A",
        "Group B",
        "Group C",
        "What divides",
        "What bridges",
    ):
        assert words in page
    assert re.search(r"\d+% agree, \d+ points more than everybody else\.", page)
    assert re.search(r"Agree, about: A \d+%, B \d+%, C \d+%", page)


def test_what_divides_is_drawn_group_by_group(city: City, visitor_client: Client) -> None:
    content = publish(city, city.dialogue).content
    page = text_of(visitor_client.get(address(city.dialogue, "report/")))
    divides = page.split("<h2>What divides</h2>")[1].split("<h2>")[0]
    drawn = re.findall(r'<rect x="0" y="0" width="([\d.]+)"', divides)
    assert drawn == [f"{100 * share:.1f}" for row in content["dividing"] for share in row["shares"]]
    assert 'class="share"' not in divides


def test_the_numbers_on_the_map_are_spelled_out_below_it(city: City, visitor_client: Client) -> None:
    publish(city, city.dialogue)
    page = text_of(visitor_client.get(address(city.dialogue, "report/")))
    picture = page.split('<svg class="picture"')[1].split("</svg>")[0]
    listed = page.split('<ol class="answers answers-short')[1].split("</ol>")[0]
    on_map = sorted(re.findall(r">(\d+)</text>", picture), key=int)
    assert on_map
    assert re.findall(r'<li value="(\d+)">', listed) == on_map


@pytest.mark.parametrize("rows", [5, 40])
def test_a_long_table_is_folded(city: City, visitor_client: Client, rows: int) -> None:
    outcome = published(city.evenings)
    rewrite(
        city, outcome, took_part=outcome.content["took_part"] | {"area": {f"{n}": 12 for n in range(rows)}}
    )
    page = text_of(visitor_client.get(address(city.evenings, "report/")))
    districts = page.split("<h2>Who took part</h2>")[1].split("<h2>")[0]
    assert ("<summary>District</summary>" in districts) == (rows > 12)


def test_every_picture_has_its_table(city: City, visitor_client: Client) -> None:
    content = publish(city, city.dialogue).content
    page = text_of(visitor_client.get(address(city.dialogue, "report/")))
    table = page.split("<figure")[1].split("</figure>")[0]
    for group in content["groups"]:
        assert f'<td role="cell" data-label="People" class="number">{group["size"]}</td>' in table
        assert group["size"] % 10 == 0


def test_small_numbers_are_not_shown(city: City, visitor_client: Client) -> None:
    content = published(city.evenings).content
    assert None in content["took_part"]["language"].values()
    page = words_of(visitor_client.get(address(city.evenings, "report/")))
    assert "fewer than ten" in page
    assert "People are counted in tens" in page


def test_a_hidden_count_hides_its_shares(city: City, visitor_client: Client) -> None:
    outcome = published(city.evenings)
    rewrite(city, outcome, shares=outcome.content["shares"] | {"1": None})
    page = text_of(visitor_client.get(address(city.evenings, "report/")))
    row = page.split("<table")[-1].split("<tr")[2]
    assert row.count(">few</td>") == 4


@pytest.mark.parametrize(
    ("strata", "said"),
    [
        (
            {"letter": 90, "open": 30},
            "75% of the people were invited by a sealed letter. The others came by themselves.",
        ),
        (
            {"hosted": 20, "open": 20},
            "Nobody was invited by a sealed letter. 50% of the people took part in a hosted",
        ),
        (
            {"letter": None, "hosted": None},
            "Some people were invited by a sealed letter. Some people took part in a",
        ),
        (
            {"open": 40},
            "Nobody was invited by letter or to a session: the result rests on people who came by",
        ),
        ({"imported": 40}, "This conversation was held elsewhere and brought in. We invited nobody to it"),
        ({"imported": 40, "open": 10}, "Nobody was invited by letter or to a session"),
        ({}, "Nobody was invited by letter or to a session"),
    ],
    ids=str,
)
def test_the_report_says_what_its_headline_rests_on(
    city: City, visitor_client: Client, strata: dict[str, int | None], said: str
) -> None:
    outcome = published(city.evenings)
    took_part = outcome.content["took_part"] | {"stratum": strata}
    rewrite(city, outcome, took_part=took_part, basis="", **came(strata))
    assert said in words_of(visitor_client.get(address(city.evenings, "report/")))


@pytest.mark.parametrize(
    ("strata", "said"),
    [
        (
            {"letter": 60, "hosted": 40, "open": 100},
            "50% of the people were invited by letter or came to a session.",
        ),
        (
            {"letter": None, "open": 12},
            "Some of the people were invited by letter or came to a session, the others by themselves.",
        ),
        (
            {"letter": 30, "hosted": None},
            "Everybody who answered was invited by letter or came to a session.",
        ),
        ({"open": 12}, "Nobody was invited: the result speaks for those who came."),
        ({"imported": 12}, "Nobody was invited: the result speaks for those who came."),
    ],
    ids=str,
)
def test_the_report_says_at_the_top_in_short_who_was_invited(
    city: City, visitor_client: Client, strata: dict[str, int | None], said: str
) -> None:
    outcome = published(city.evenings)
    took_part = outcome.content["took_part"] | {"stratum": strata}
    rewrite(city, outcome, took_part=took_part, basis="", **came(strata))
    page = text_of(visitor_client.get(address(city.evenings, "report/")))
    assert said in page.split("<header>")[-1].split("</header>")[0]
    assert 'id="limits"' in page


def test_an_imported_conversation_names_where_it_comes_from(city: City, visitor_client: Client) -> None:
    assert POLIS not in words_of(visitor_client.get(address(city.evenings, "report/")))
    outcome = published(city.evenings)
    rewrite(city, outcome, took_part=outcome.content["took_part"] | {"stratum": {"imported": 60}})
    assert POLIS in words_of(visitor_client.get(address(city.evenings, "report/")))
    assert POLIS in unpacked(visitor_client.get(address(city.evenings, "report/open-data.zip")))["README.txt"]


def test_a_statement_turned_down_after_publication_is_gone_from_every_page(
    city: City, visitor_client: Client
) -> None:
    with acting(city.amina):
        row = Statement.objects.visible_to(city.amina).get(dialogue_id=city.evenings.pk, number=1)
        services.moderate_statement(row, by=city.amina, state="rejected", reason="names_person")
    for page in ("report/", "standing/"):
        assert row.text not in text_of(visitor_client.get(address(city.evenings, page)))
    files = unpacked(visitor_client.get(address(city.evenings, "report/open-data.zip")))
    assert all(row.text not in content for content in files.values())
    lines = [
        line.split(",")
        for name in ("totals.csv", "groups.csv", "ways-in.csv")
        for line in files[name].splitlines()[1:]
    ]
    assert lines
    assert all(line[2 if len(line) == 6 else 0] != "1" for line in lines)
    assert ">1</text>" not in text_of(visitor_client.get(address(city.evenings, "report/map.svg")))


def test_numbers_are_written_as_the_reader_writes_them(city: City, visitor_client: Client) -> None:
    rewrite(city, published(city.evenings), participants=12345)
    assert "12,345 people" in words_of(visitor_client.get(address(city.evenings, "report/")))
    assert "12\u202f345" in text_of(visitor_client.get(address(city.evenings, "report/", "fr")))
    assert "12.345" in text_of(visitor_client.get(address(city.evenings, "report/", "ro")))


def test_statements_of_markup_stay_text_in_the_report(city: City, visitor_client: Client) -> None:
    with acting(city.amina):
        rows = Statement.objects.visible_to(city.amina).filter(dialogue_id=city.evenings.pk, language="en")
        rows.update(text="<script>alert(1)</script> %(x)s")
        log("dialogue.statement_added", by=city.amina, about=city.evenings, decision=allow("A test."))
    page = visitor_client.get(address(city.evenings, "report/")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %(x)s" in page


def test_what_too_few_answered_is_said_to_be_uncertain(city: City, visitor_client: Client) -> None:
    assert "What is uncertain" not in words_of(visitor_client.get(address(city.evenings, "report/")))
    rewrite(city, published(city.evenings), uncertain=[2, 3])
    page = words_of(visitor_client.get(address(city.evenings, "report/")))
    assert "Too few people have answered 2 statements to say more about them." in page


# The files


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_is_a_drawing_that_opens_anywhere(city: City, visitor_client: Client, language: str) -> None:
    response = visitor_client.get(address(city.evenings, "report/map.svg", language))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == f'attachment; filename="{city.evenings.reference}.svg"'
    assert ET.fromstring(response.content).get("lang") == language  # noqa: S314 - our own drawing


def unpacked(response: Any) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        return {name: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_open_data_are_the_published_numbers_and_nothing_else(
    city: City, visitor_client: Client, language: str
) -> None:
    response = visitor_client.get(address(city.evenings, "report/open-data.zip", language))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="{city.evenings.reference}.zip"'
    files = unpacked(response)
    assert set(files) == {"README.txt", "statements.csv", "totals.csv", "groups.csv", "ways-in.csv"}
    content = published(city.evenings).content
    agree, disagree, passed = content["shares"]["1"]
    assert f"\r\n1,{content['seen']['1']},{agree},{disagree},{passed}\r\n" in files["totals.csv"]
    assert "CC BY 4.0" in files["README.txt"]
    assert len(files["statements.csv"].splitlines()) == 13


def test_before_publication_there_are_no_files(city: City, visitor_client: Client) -> None:
    for page in ("report/map.svg", "report/open-data.zip"):
        assert visitor_client.get(address(city.dialogue, page)).status_code == 404


def test_public_pages_are_read_not_sent(city: City, visitor_client: Client) -> None:
    for page in ("", "report/", "report/map.svg", "report/open-data.zip", "standing/"):
        assert visitor_client.post(address(city.evenings, page)).status_code == 405
