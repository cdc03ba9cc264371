"""What residents do: come in, answer, write."""

from __future__ import annotations

import pytest

from entente.audit import clock
from entente.audit.actors import VISITOR
from entente.audit.decisions import Refused, allow
from entente.audit.queries import history
from entente.audit.services import log
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, Participant, Statement, Stratum, Vote, VoteCount
from tests.conftest import City


def someone(dialogue: Dialogue) -> Participant:
    return services.join_dialogue(dialogue, language="en")[0]


def first_statement(dialogue: Dialogue, reader: Participant) -> Statement:
    found = queries.next_statement(dialogue, reader)
    assert found is not None
    return found


def test_an_answer_is_counted(city: City) -> None:
    voter = someone(city.dialogue)
    statement = services.cast_vote(first_statement(city.dialogue, voter), by=voter, value=1)
    assert queries.own_votes(city.dialogue, voter) == {statement.number: 1}


def test_a_second_answer_replaces_the_first(city: City) -> None:
    voter = someone(city.dialogue)
    statement = first_statement(city.dialogue, voter)
    for value in (1, 0, -1):
        services.cast_vote(statement, by=voter, value=value)
    assert queries.own_votes(city.dialogue, voter) == {statement.number: -1}


def test_answers_are_counted_by_the_hour_and_logged_once_for_all(city: City) -> None:
    logged = history(city.dialogue.pk, city.amina).count()
    before = queries.turnout(city.dialogue, VISITOR)
    voter = someone(city.dialogue)
    for _ in range(3):
        services.cast_vote(first_statement(city.dialogue, voter), by=voter, value=0)
    after = queries.turnout(city.dialogue, VISITOR)
    assert (after["votes"] - before["votes"], after["people"] - before["people"]) == (3, 1)
    assert history(city.dialogue.pk, city.amina).count() == logged


def test_a_vote_carries_no_time() -> None:
    assert {field.name for field in Vote._meta.get_fields()} == {
        "pk",
        "participant",
        "statement",
        "dialogue",
        "value",
    }
    times = {field.name for field in Participant._meta.get_fields() if "Date" in type(field).__name__}
    assert times == set()


def test_one_is_asked_each_statement_once_until_all_are_answered(city: City) -> None:
    voter = someone(city.dialogue)
    seen = []
    while statement := queries.next_statement(city.dialogue, voter):
        services.cast_vote(statement, by=voter, value=1)
        seen.append(statement.number or 0)
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == queries.statements(city.dialogue, VISITOR).count()


def test_statements_with_fewer_votes_come_up_more_often(city: City) -> None:
    rows = list(queries.statements(city.dialogue, city.amina))
    rare, common = rows[0], rows[1:]
    rare.votes = 0
    for row in common:
        row.votes = 990
    Statement.objects.visible_to(city.amina).bulk_update(rows, ["votes"])
    log("dialogue.dialogue_analysed", by=city.amina, about=city.dialogue, decision=allow("A test."))
    asked = [queries.next_statement(city.dialogue, VISITOR) for _ in range(60)]
    # One in 37 by even chance; about three in four here.
    assert sum(row is not None and row.pk == rare.pk for row in asked) > 20


def test_nobody_reads_anothers_answers(city: City) -> None:
    voter, other = someone(city.dialogue), someone(city.dialogue)
    services.cast_vote(first_statement(city.dialogue, voter), by=voter, value=1)
    assert queries.own_votes(city.dialogue, other) == {}
    assert not Vote.objects.visible_to(city.amina).exists()


@pytest.mark.parametrize("state", ["waiting", "rejected"])
def test_a_hidden_statement_takes_no_answer(city: City, state: str) -> None:
    voter = someone(city.dialogue)
    hidden = queries.statements(city.dialogue, city.amina, state)[0]
    with pytest.raises(Statement.DoesNotExist):
        services.cast_vote(hidden, by=voter, value=1)
    assert queries.own_votes(city.dialogue, voter) == {}


def test_after_closing_nothing_is_counted_any_more(city: City) -> None:
    voter = someone(city.dialogue)
    statement = first_statement(city.dialogue, voter)
    services.close_dialogue(city.dialogue, by=city.amina)
    with pytest.raises(Refused, match="closed"):
        services.cast_vote(statement, by=voter, value=1)
    assert queries.own_votes(city.dialogue, voter) == {}


def test_past_its_date_it_is_closed_without_anybody_closing_it(city: City) -> None:
    voter = someone(city.dialogue)
    statement = first_statement(city.dialogue, voter)
    assert city.dialogue.closes_at
    with clock.frozen(city.dialogue.closes_at), pytest.raises(Refused, match="closed"):
        services.cast_vote(statement, by=voter, value=1)


def test_while_it_is_paused_answers_are_kept_and_none_is_added(city: City) -> None:
    voter = someone(city.dialogue)
    statement = services.cast_vote(first_statement(city.dialogue, voter), by=voter, value=1)
    services.freeze_dialogue(city.dialogue, by=city.amina, reason="Many votes came within a minute.")
    with pytest.raises(Refused, match="paused"):
        services.cast_vote(statement, by=voter, value=-1)
    assert queries.own_votes(city.dialogue, voter) == {statement.number: 1}
    services.unfreeze_dialogue(city.dialogue, by=city.amina)
    services.cast_vote(statement, by=voter, value=-1)
    assert queries.own_votes(city.dialogue, voter) == {statement.number: -1}


def test_a_token_leads_back_to_ones_answers_and_a_guess_leads_nowhere(city: City) -> None:
    voter, token = services.join_dialogue(city.dialogue, language="en")
    assert queries.participant_with(token) == voter
    assert queries.participant_with("guessed") is None
    assert queries.participant_with("") is None
    assert queries.participant_with("a" * 10_000) is None


def test_a_letters_code_leads_to_the_same_answers_on_another_device(city: City) -> None:
    (code,) = services.make_codes(city.dialogue, by=city.amina, stratum="letter", number=1, area="north_quay")
    voter, token = services.redeem_code(city.dialogue, code=code, language="ar")
    again, same = services.redeem_code(
        city.dialogue, code=f" {code.lower().replace('-', ' ')} ", language="fr"
    )
    assert (again, same) == (voter, token)
    assert (voter.stratum, voter.area, voter.language) == (Stratum.LETTER, "north_quay", "ar")


def test_a_sessions_code_lets_the_whole_room_in(city: City) -> None:
    codes = services.make_codes(city.dialogue, by=city.amina, stratum="hosted", number=20)
    assert len(codes) == 1
    first, _ = services.redeem_code(city.dialogue, code=codes[0], language="en")
    second, _ = services.redeem_code(city.dialogue, code=codes[0], language="en")
    assert first != second
    assert first.stratum == second.stratum == Stratum.HOSTED


@pytest.mark.parametrize(
    "code", ["", "ABCD-EFGH-JKMN", "7K3M", "x" * 5000, "'; drop table", "٠٠٠٠-٠٠٠٠-٠٠٠٠"]
)
def test_a_forged_code_is_refused_in_words(city: City, code: str) -> None:
    with pytest.raises(Refused, match="We don't know this code"):
        services.redeem_code(city.dialogue, code=code, language="en")


def test_a_code_opens_its_own_dialogue_only(city: City) -> None:
    other = services.draft_dialogue(
        by=city.amina, title="Other", question="?", language="en", languages=[], policy="P"
    )
    for text in ("One", "Two", "Three"):
        services.add_statement(other, by=city.amina, text=text, language="en")
    services.open_dialogue(other, by=city.amina)
    (code,) = services.make_codes(other, by=city.amina, stratum="letter", number=1)
    with pytest.raises(Refused, match="We don't know this code"):
        services.redeem_code(city.dialogue, code=code, language="en")


def test_by_invitation_only_nobody_joins_without_a_code(city: City) -> None:
    dialogue = services.edit_dialogue(city.dialogue, by=city.amina, is_open_web=False)
    with pytest.raises(Refused, match="by invitation"):
        services.join_dialogue(dialogue, language="en")


def test_what_a_resident_writes_waits_until_it_was_read(city: City) -> None:
    voter, other = someone(city.dialogue), someone(city.dialogue)
    statement = services.add_statement(
        city.dialogue, by=voter, text="  Ask\u202e the\n bus drivers ", language="en"
    )
    assert (statement.text, statement.state, statement.number) == ("Ask the bus drivers", "waiting", None)
    assert list(queries.own_statements(city.dialogue, voter)) == [statement]
    assert not queries.statements(city.dialogue, other, "waiting").exists()
    assert statement in queries.statements(city.dialogue, city.amina, "waiting")
    assert not queries.statements(city.dialogue, city.lena, "waiting").exists()


def test_a_moderated_statement_tells_its_writer_why(city: City) -> None:
    voter = someone(city.dialogue)
    statement = services.add_statement(city.dialogue, by=voter, text="Call me: 0470", language="en")
    services.moderate_statement(statement, by=city.amina, state="rejected", reason="contact")
    mine = queries.own_statements(city.dialogue, voter).get()
    assert (mine.state, mine.get_reason_display()) == (
        "rejected",
        "It contains contact details or advertising.",
    )


def test_ten_thousand_voters_share_a_handful_of_counting_rows(city: City) -> None:
    for _ in range(30):
        someone(city.dialogue)
    rows = VoteCount.objects.visible_to(city.amina).filter(
        dialogue_id=city.dialogue.pk, hour=clock.this_hour()
    )
    assert rows.filter(stratum="open").count() <= 8


def test_nobody_writes_in_a_dialogue_they_do_not_take_part_in(city: City) -> None:
    voter = someone(city.dialogue)
    other = services.draft_dialogue(
        by=city.amina, title="Trees", question="Which trees?", language="en", languages=["en"], policy="Kind."
    )
    for text in ("More limes", "More oaks", "No planes"):
        services.add_statement(other, by=city.amina, text=text, language="en")
    other = services.open_dialogue(other, by=city.amina)
    with pytest.raises(Refused, match="another dialogue"):
        services.add_statement(other, by=voter, text="From next door", language="en")
