"""Three thousand scripted voices flood a dialogue: its result stays, and all read what was left out."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import Browser, Page

from entente.audit import clock
from entente.demo.content_words import content
from tests.journeys.conftest import Site, Visit, assert_accessible
from tests.journeys.steps import LONG, answer, confirm, enter_as, fill, publish, reference_of, submit, until

SCRIPTED, INVENTED, ANSWERS = 3_000, 200, 20
ROOM = "An evening nobody came to"
REASON = "Hundreds of equal answers came within a single minute."
STABLE = "article.paper section:has(figure) > p > strong"
ALL = "article.paper section:last-of-type table"
HEARD = "People want an answer in public and in time, and no fear after speaking."
LIMITS = "Those who came chose to come: this is not a survey."


def open_running(page: Page) -> str:
    """Go to the dialogue with letters, rooms and an open door, from the list; returns its reference."""
    page.goto("/staff/dialogues/?state=open")
    page.locator("main table a", has_text=content("dialogue")["title"]["en"]).click()
    page.wait_for_url("**/staff/dialogues/DLG-*/")
    return reference_of(page)


def flood(site: Site, reference: str, people: int, stratum: str, batch: str) -> None:
    """Have a script come in at once and answer: yes to every second statement, no to the others."""
    with psycopg.connect(site.url_for("entente_owner")) as owner:
        owner.execute("select authz.begin('job', null)")
        owner.execute(
            "with asked as (select id from records_record where reference = %(reference)s),"
            " came as (insert into dialogue_participant"
            " (id, dialogue_id, token_hash, stratum, area, language, batch)"
            " select gen_random_uuid(), asked.id, encode(sha256(('script' || n)::bytea), 'hex'),"
            " %(stratum)s, '', 'en', %(batch)s from asked, generate_series(1, %(people)s) n"
            " returning id, dialogue_id),"
            " said as (insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)"
            " select came.id, s.id, s.dialogue_id, case when s.number %% 2 = 0 then 1 else -1 end"
            " from came join dialogue_statement s using (dialogue_id)"
            " where s.state = 'accepted' and s.number <= %(answers)s returning 1),"
            " noted as (insert into dialogue_votechange (participant_id, dialogue_id)"
            " select id, dialogue_id from came)"
            " insert into dialogue_votecount"
            " (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)"
            " select gen_random_uuid(), id, %(hour)s, %(stratum)s, 99, %(votes)s, %(people)s, false"
            " from asked",
            {
                "reference": reference,
                "stratum": stratum,
                "batch": batch,
                "hour": clock.this_hour(),
                "people": people,
                "answers": ANSWERS,
                "votes": people * ANSWERS,
            },
        )


def staff_headline(page: Page, reference: str) -> list[str]:
    """Every number of the result as those see it who run the dialogue: groups, stability, each statement."""
    page.goto(f"/staff/dialogues/{reference}/")
    found = page.locator("#groups > :not(.soft), #statements td.number").all_text_contents()
    assert len(found) > 3 * ANSWERS
    return [" ".join(text.split()) for text in found]


def answers_counted(page: Page, reference: str) -> dict[str, list[int]]:
    """How many agree with each statement, disagree and pass, of those whose answers make the result."""
    page.goto(f"/staff/dialogues/{reference}/")
    return by_statement(page, "#statements table")


def by_statement(page: Page, table: str) -> dict[str, list[int]]:
    """The first three figures of each statement in a table, by its number; -1 where it has a word instead."""
    found = {}
    for row in page.locator(f"{table} tbody tr").all():
        number = re.match(r"\s*(\d+)", row.locator("th").text_content() or "")
        assert number
        figures = [re.sub(r"\D", "", text) for text in row.locator("td.number").all_text_contents()]
        found[number[1]] = [int(figure or -1) for figure in figures[:3]]
    return found


def picture_for(page: Page, reference: str) -> list[str]:
    """What somebody who answered sees of the others: shares, and the map."""
    page.goto(f"/en/dialogues/{reference}/standing/")
    assert page.locator("figure svg").count()
    return [part.inner_html() for part in page.locator("figure svg, .share svg, ol.answers li").all()]


def test_three_thousand_scripted_voices_move_no_number_and_everybody_reads_what_was_left_out(
    site: Site, visit: Visit, browser: Browser
) -> None:
    site.start_worker()
    amina, visitor = visit(), visit(phone=True)
    enter_as(amina, "amina")
    reference = open_running(amina)
    visitor.goto(f"/en/dialogues/{reference}/vote/")
    for vote in ("agree", "disagree", "agree"):
        number = answer(visitor, vote)
        visitor.locator(f"main a[href$='?statement={number}']").wait_for()
    seen, known = picture_for(visitor, reference), staff_headline(amina, reference)
    counted = answers_counted(amina, reference)

    flood(site, reference, SCRIPTED, "open", clock.today().isoformat())
    wait_for_the_flood(amina, reference, SCRIPTED)
    assert staff_headline(amina, reference) == known
    assert picture_for(visitor, reference) == seen
    amina.goto(f"/staff/dialogues/{reference}/batches/")
    people = try_without(amina, clock.today().isoformat(), browser)
    assert what_moves(amina) == []
    leave_out(amina)
    assert what_moves(amina) == []
    assert_accessible(amina, browser)
    assert staff_headline(amina, reference) == known
    assert picture_for(visitor, reference) == seen

    confirm(amina, reference, "close")
    publish(amina, reference, HEARD, LIMITS)
    visitor.goto(f"/en/dialogues/{reference}/report/")
    everybody_reads(visitor, people)
    in_a_word = visitor.locator(STABLE).inner_text().partition("(")[0]
    assert any(line.startswith(in_a_word) for line in known)
    told = by_statement(visitor, ALL)
    told_as_before(told, counted)
    assert_accessible(visitor, browser)
    reader = visit(locale="ar", phone=True, scripts=False, dark=True)
    reader.goto(f"/ar/dialogues/{reference}/report/")
    assert reader.locator("html").get_attribute("dir") == "rtl"
    everybody_reads(reader, people)
    assert by_statement(reader, ALL) == told
    assert_accessible(reader, browser)


def test_a_room_that_never_was_moves_the_result_until_it_is_left_out(
    site: Site, visit: Visit, browser: Browser
) -> None:
    site.start_worker()
    amina = visit(dark=True)
    enter_as(amina, "amina")
    reference = open_running(amina)
    known = staff_headline(amina, reference)
    flood(site, reference, INVENTED, "hosted", ROOM)
    wait_for_the_flood(amina, reference, INVENTED)
    assert staff_headline(amina, reference) != known
    amina.goto(f"/staff/dialogues/{reference}/batches/")
    assert try_without(amina, ROOM, browser) == INVENTED
    moves = what_moves(amina)
    assert len(moves) > 1
    leave_out(amina)
    assert what_moves(amina) == moves
    assert staff_headline(amina, reference) == known


def wait_for_the_flood(page: Page, reference: str, people: int) -> None:
    """Go to what came together once the worker counted it; what strikes stands first, and why."""
    page.goto(f"/staff/dialogues/{reference}/")
    page.locator(f"aside a[href='/staff/dialogues/{reference}/batches/']").click()
    until(page, lambda: page.locator("main tbody tr", has_text=f"{people:,}"))
    why = page.locator("main tbody tr").first.locator("td:not(.number)").nth(1)
    assert f"{people:,}" in why.inner_text()


def try_without(page: Page, batch: str, browser: Browser) -> int:
    """Ask for the result without what stands first, and wait for it; returns how many came so, in tens."""
    assert_accessible(page, browser)
    first = page.locator("main tbody tr").first
    people = int(first.locator("td.number").first.inner_text().replace(",", ""))
    assert first.locator(f"input[name=batch][value='{batch}']").count()
    first.locator("button").click()
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}/$"))
    page.locator("main table").first.wait_for(timeout=LONG)
    assert_accessible(page, browser)
    return people // 10 * 10


def leave_out(page: Page) -> None:
    """Say why, and wait until the result is worked out without these voices."""
    submit(page, "form.form")
    page.locator("main [role=alert]").wait_for()  # nothing is left out without a reason
    fill(page, reason=REASON)
    submit(page, "form.form")
    page.locator("main blockquote", has_text=REASON).wait_for()
    page.locator("main table").first.wait_for(timeout=LONG)


def what_moves(page: Page) -> list[list[str]]:
    """The lines that read otherwise with these voices than without them, and the statements that move."""
    first, *moved = page.locator("main table").all()
    lines = [row.locator("td").all_inner_texts() for row in first.locator("tbody tr").all()]
    assert len(lines) > 3
    rows = [row.locator("td").all_inner_texts() for table in moved for row in table.locator("tbody tr").all()]
    return [line for line in lines if line[0] != line[1]] + rows


def everybody_reads(page: Page, people: int) -> None:
    """How many were left out and why, and how stable the groups are."""
    paper = page.locator("article.paper")
    left_out = paper.locator("li", has=page.locator("q", has_text=REASON))
    assert f"{people:,}" in left_out.inner_text()
    stable = page.locator(STABLE).inner_text()
    assert re.search(r"\b[01]([.,]\d+)?\b", stable)
    assert len(stable.split()) > 3


def told_as_before(told: dict[str, list[int]], counted: dict[str, list[int]]) -> None:
    """Each share in the report is what was answered before the flood, rounded to the next five percent."""
    assert set(told) == set(counted)
    for number, shares in told.items():
        people = sum(counted[number])
        assert all(
            abs(share - 100 * count / people) <= 5
            for share, count in zip(shares, counted[number], strict=True)
        )
