"""The matrix: many cells at once, contradictions, two people at one sheet, and the wall behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.change_rules import Cell, Signs
from entente.agreements.models import Agreement
from entente.agreements.services import ChangedMeanwhile
from entente.agreements.vocabulary import Category, Purpose
from entente.audit.actors import acting, begin
from entente.audit.decisions import Refused
from entente.partnership.services import drafting
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.drafts import cell, dossier_of, drafted, opened

ClientOf = Callable[[Member], Client]
SHEET = {"purpose": "prepare_return", "from": "prison"}


def clauses(agreement: Agreement, reader: Member) -> dict[Cell, Signs]:
    with acting(reader):
        rows = register.clauses_of([agreement.pk], reader)
    return {register.cell_of(row): register.signs_of(row) for row in rows}


def matrix(agreement: Agreement) -> str:
    return f"/staff/agreements/{agreement.pk}/dossier/matrix/"


def sheet_form(client: Client, agreement: Agreement) -> dict[str, Any]:
    """What a browser would send back of the sheet without touching it."""
    answer = client.get(matrix(agreement), SHEET)
    assert answer.status_code == 200
    rows = answer.context["sheet"].rows()
    cells = [one for row in rows for one in row["cells"]]
    return {
        **SHEET,
        "seen": answer.context["sheet"].seen,
        "share": [one["key"] for one in cells if one["share"]],
        "secrecy": [one["key"] for one in cells if one["secrecy"]],
        "interim": [one["key"] for one in cells if one["interim"]],
    }


def test_many_cells_are_set_at_once_with_one_event(city: City) -> None:
    agreement = drafted(city)
    dossier = dossier_of(agreement, city.amina)
    wanted = {
        cell(city.marc, city.amina, "health"): Signs(True, False),
        cell(city.marc, city.amina, "housing"): None,
        cell(city.marc, city.amina, "prison"): Signs(True, False),
    }
    assert drafting.set_matrix(dossier, by=city.amina, wanted=wanted) == 3
    now = clauses(agreement, city.amina)
    assert now[cell(city.marc, city.amina, "health")].opens_secrecy
    assert now[cell(city.marc, city.amina, "prison")].opens_secrecy
    assert cell(city.marc, city.amina, "housing") not in now
    with acting(city.amina):
        newest = register.changes(agreement, city.amina)[0]
    assert newest.name == "agreements.clauses_set"
    assert drafting.set_matrix(dossier, by=city.amina, wanted=wanted) == 0


@pytest.mark.parametrize(
    ("purpose", "category", "signs", "reason"),
    [
        ("prepare_return", "other", Signs(), "no category “other”"),
        ("prepare_return", "gossip", Signs(), "on none of them"),
        ("immigration", "housing", Signs(), "Nothing is ever shared for immigration enforcement"),
        ("curiosity", "housing", Signs(), "on none of them"),
        ("prepare_return", "health", Signs(False, True), "can't be shared before the agreement"),
        ("research", "housing", Signs(), "excludes the purpose"),
    ],
)
def test_what_is_on_no_list_or_contradicts_is_refused_and_nothing_is_half_done(
    city: City, purpose: str, category: str, signs: Signs, reason: str
) -> None:
    agreement = drafted(city)
    before = clauses(agreement, city.amina)
    good = cell(city.marc, city.amina, "language")
    bad = cell(city.marc, city.amina, category, purpose)
    with pytest.raises(Refused, match=reason):
        drafting.set_matrix(
            dossier_of(agreement, city.amina), by=city.amina, wanted={good: Signs(), bad: signs}
        )
    assert clauses(agreement, city.amina) == before


def test_nobody_gives_to_themselves_or_to_a_stranger_and_no_two_clauses_contradict(city: City) -> None:
    agreement = drafted(city)
    dossier = dossier_of(agreement, city.amina)
    for receiving, reason in ((city.marc, "two organisations"), (city.peter, "not a party")):
        with pytest.raises(Refused, match=reason):
            drafting.set_matrix(
                dossier, by=city.amina, wanted={cell(city.marc, receiving, "housing"): Signs()}
            )
    with pytest.raises(Refused, match="says otherwise about secrecy"):
        agreements.add_clause(
            agreement,
            by=city.amina,
            purpose=Purpose.PREPARE_RETURN,
            category=Category.PRISON,
            giving=city.marc.organisation,
            receiving=city.amina.organisation,
            opens_secrecy=True,
        )


def test_a_clause_is_taken_out_by_the_keeper_while_nobody_signed(city: City) -> None:
    agreement = drafted(city)
    with acting(city.amina):
        clause = register.clauses_of([agreement.pk], city.amina)[0]
    with pytest.raises(Refused, match="Only the organisation that keeps"):
        agreements.remove_clause(clause, by=city.marc)
    agreements.remove_clause(clause, by=city.amina)
    assert register.cell_of(clause) not in clauses(agreement, city.amina)
    signed = opened(city)
    agreements.sign_agreement(signed, by=city.marc)
    with acting(city.amina):
        clause = register.clauses_of([signed.pk], city.amina)[0]
    with pytest.raises(Refused, match="signed already"):
        agreements.remove_clause(clause, by=city.amina)


def test_who_saves_second_is_told_what_changed(city: City) -> None:
    agreement = drafted(city)
    dossier = dossier_of(agreement, city.amina)
    place = cell(city.marc, city.amina, "housing")
    seen: dict[Cell, Signs | None] = {place: Signs()}
    drafting.set_matrix(dossier, by=city.helene, wanted={place: None}, seen=seen)
    with pytest.raises(ChangedMeanwhile) as changed:
        drafting.set_matrix(dossier, by=city.amina, wanted={place: Signs(True, False)}, seen=seen)
    assert changed.value.now == {place: None}


def test_the_page_saves_a_sheet(city: City, client_of: ClientOf) -> None:
    agreement, client = drafted(city), client_of(city.amina)
    form = sheet_form(client, agreement)
    form["share"].remove("housing.city")
    form["share"].append("health.new_page")
    form["secrecy"].append("health.new_page")
    answer = client.post(matrix(agreement), form)
    assert answer.status_code == 302
    now = clauses(agreement, city.amina)
    assert now[cell(city.marc, city.ioana, "health")] == Signs(True, False)
    assert cell(city.marc, city.amina, "housing") not in now


def test_two_people_at_one_sheet(city: City, client_of: ClientOf) -> None:
    agreement = drafted(city)
    amina, helene = client_of(city.amina), client_of(city.helene)
    hers, his = sheet_form(amina, agreement), sheet_form(helene, agreement)
    his["share"].remove("housing.city")
    his["share"].append("school.city")
    assert helene.post(matrix(agreement), his).status_code == 302
    hers["secrecy"].append("housing.city")  # both
    hers["share"].append("language.new_page")  # hers alone
    answer = amina.post(matrix(agreement), hers)
    assert answer.status_code == 409
    page = answer.content.decode()
    told = {
        part: page.partition(f'id="{part}"')[2].partition("</ul>")[0] for part in ("theirs", "both", "kept")
    }
    assert "school and training" in told["theirs"]
    assert "housing" in told["both"]
    assert "language and interpreting" in told["kept"]
    assert cell(city.marc, city.ioana, "language") not in clauses(agreement, city.amina)
    again = answer.context["sheet"]
    cells = [one for row in again.rows() for one in row["cells"]]
    form = {
        **SHEET,
        "seen": again.seen,
        "share": [one["key"] for one in cells if one["share"]],
        "interim": [one["key"] for one in cells if one["interim"]],
    }
    assert amina.post(matrix(agreement), form).status_code == 302
    now = clauses(agreement, city.amina)
    assert cell(city.marc, city.ioana, "language") in now
    assert cell(city.marc, city.amina, "school") in now
    assert cell(city.marc, city.amina, "housing") not in now


@pytest.mark.parametrize(
    ("sent", "reason"),
    [({"share": ["other.city"]}, "no category"), ({"purpose": "tax"}, "Nothing is ever shared for tax")],
)
def test_the_page_says_why_and_keeps_what_was_ticked(
    city: City, client_of: ClientOf, sent: dict[str, Any], reason: str
) -> None:
    agreement, client = drafted(city), client_of(city.amina)
    form = sheet_form(client, agreement)
    ticked = [*form["share"], "language.city", *sent.pop("share", [])]
    answer = client.post(matrix(agreement), {**form, **sent, "share": ticked})
    assert answer.status_code == 409
    assert reason in answer.content.decode()


def test_for_an_outsider_there_is_no_matrix_and_a_party_reads_it(city: City, client_of: ClientOf) -> None:
    agreement = drafted(city)
    assert client_of(city.peter).get(matrix(agreement)).status_code == 404
    page = client_of(city.marc).get(matrix(agreement))
    assert page.status_code == 200
    assert "checkbox" not in page.content.decode()
    assert (
        client_of(city.marc).post(matrix(agreement), {**SHEET, "share": ["school.city"]}).status_code == 409
    )


def raw(member: Member, statement: str) -> int:
    with transaction.atomic():
        begin(member)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            touched = int(cursor.rowcount)
        transaction.set_rollback(True)
    return touched


def test_the_database_lets_the_keeper_alone_and_only_before_a_signature(city: City) -> None:
    agreement = opened(city)
    of = f"where agreement_id = '{agreement.pk}'"
    assert raw(city.marc, f"delete from agreements_clause {of}") == 0
    assert raw(city.claire, f"delete from agreements_clause {of}") == 0
    assert raw(city.amina, f"delete from agreements_clause {of}") > 3
    assert raw(city.amina, f"update agreements_clause set opens_secrecy = true {of}") > 3
    with pytest.raises(ProgrammingError):
        raw(city.amina, f"update agreements_clause set category = 'health' {of}")
    agreements.sign_agreement(agreement, by=city.marc)
    assert raw(city.amina, f"delete from agreements_clause {of}") == 0
    assert raw(city.amina, f"update agreements_clause set opens_secrecy = true {of}") == 0


def test_a_sheet_asks_few_questions_however_many_clauses_there_are(
    city: City, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    agreement, client = drafted(city), client_of(city.amina)
    with django_assert_max_num_queries(20):
        assert client.get(matrix(agreement), SHEET).status_code == 200
    here = [city.amina, city.marc, city.ioana]
    wanted: dict[Cell, Signs | None] = {
        cell(giving, receiving, category): Signs()
        for giving in here
        for receiving in here
        for category in Category.values
        if giving != receiving
    }
    drafting.set_matrix(dossier_of(agreement, city.amina), by=city.amina, wanted=wanted)
    with django_assert_max_num_queries(20):
        assert client.get(matrix(agreement), SHEET).status_code == 200
