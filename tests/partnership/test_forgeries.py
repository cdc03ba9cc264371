"""What somebody could forge with SQL alone in the partnership's books: nothing that others rely on."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction

from entente.audit.actors import VISITOR, Actor, acting, begin
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.partnership.models import DecisionEssence, Fund
from entente.partnership.services import assessments, money
from entente.partnership.services import register as publishing
from entente.people.models import Member
from tests.agreements.signatories import Signatories, in_force
from tests.conftest import City

DENIED = ProgrammingError


def tried(by: Actor, *statements: str) -> int:
    """Run statements as this member's process could; nothing is kept. How many rows the last one touched."""
    with transaction.atomic():
        begin(by)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            touched = int(cursor.rowcount)
        transaction.set_rollback(True)
    return touched


def new_fund(by: Member) -> Fund:
    return money.add_fund(
        by=by, funder="A foundation", programme="A programme", what_for="Rooms", amount=Decimal(100),
        starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1),
    )  # fmt: skip


def test_nobody_names_themselves_a_reader_of_anothers_fund(city: City) -> None:
    secret, own = new_fund(city.amina), new_fund(city.ioana)
    organisation = city.ioana.organisation_id
    mine = (
        "insert into partnership_fundreader (id, fund_id, keeper_id, organisation_id) values"
        f" (gen_random_uuid(), '{own.pk}', '{organisation}', '{organisation}')"
    )
    theirs = f"update partnership_fundreader set fund_id = '{secret.pk}' where fund_id = '{own.pk}'"
    assert tried(city.ioana, f"select from partnership_fund where id = '{secret.pk}'") == 0
    with pytest.raises(DENIED):
        tried(city.ioana, mine, theirs, f"select from partnership_fund where id = '{secret.pk}'")


@pytest.mark.parametrize("forged", ["opinion_at = now()", "is_favourable = true", "decided_at = now()"])
def test_nobody_begins_an_assessment_with_the_officers_opinion(city: City, forged: str) -> None:
    agreement = in_force(Signatories.of(city))
    column, value = forged.split(" = ")
    texts = ("scope", "necessity", "proportionality", "concerns", "measures", "consulted", "opinion",
             "reasons",
             "conditions")  # fmt: skip
    row = {"id": "gen_random_uuid()", "agreement_id": f"'{agreement.pk}'", "number": "1", "state": "'draft'"}
    row |= {"language": "'en'", "is_favourable": "false", "categories": "'[]'", "opened_at": "now()"}
    row |= dict.fromkeys(texts, "''")
    honest = _insert("partnership_assessment", row)
    assert tried(city.amina, honest) == 1
    with pytest.raises(DENIED):
        tried(city.amina, _insert("partnership_assessment", row | {column: value}))


def _insert(table: str, row: dict[str, str]) -> str:
    return f"insert into {table} ({', '.join(row)}) values ({', '.join(row.values())})"


def test_a_summary_says_what_was_decided(city: City) -> None:
    agreement = in_force(Signatories.of(city))
    row = assessments.write_assessment(agreement, by=city.amina, language="en", scope="Names.")
    forged = {
        "id": "gen_random_uuid()", "agreement_id": f"'{agreement.pk}'", "assessment_id": f"'{row.pk}'",
        "state": "'approved'", "language": "'en'", "text": "'All is well.'", "texts": "'{}'",
        "decided_at": "now()", "review_on": "'2030-01-01'",
    }  # fmt: skip
    with pytest.raises(DENIED):
        tried(city.amina, _insert("partnership_summary", forged))


def test_nobody_turns_a_published_yes_into_a_no(city: City) -> None:
    with acting(city.amina):
        essence = DecisionEssence.objects.visible_to(city.amina).filter(state="taken").first()
    assert essence is not None
    of = f"where id = '{essence.pk}'"
    for change in ("state = 'refused'", 'reversal = \'{"en": "x"}\'', "reversed_on = now()"):
        with pytest.raises(DENIED, match="stays as it is"):
            tried(city.amina, f"update partnership_decisionessence set {change} {of}")
    reversed_ = "state = 'reversed', reversed_on = now(), reversal = '{\"en\": \"x\"}'"
    assert tried(city.amina, f"update partnership_decisionessence set {reversed_} {of}") == 1


def test_nobody_publishes_under_another_agreements_reference(city: City) -> None:
    who = Signatories.of(city)
    first, second = in_force(who), in_force(who)
    made = publishing.publish_essence(first, by=who.amina, essence="We prepare returns.", language="en")
    copied = "reference, 9, published_at, kind, title, titles, language, 'Not so.', essences, terms, contacts"
    columns = ("id, agreement_id, reference, number, published_at, kind, title, titles, language, essence,"
               " essences, terms, contacts")  # fmt: skip
    forged = (
        f"insert into partnership_publication ({columns}) select gen_random_uuid(), '{second.pk}', {copied}"
        f" from partnership_publication where id = '{made.pk}'"
    )
    with pytest.raises(DENIED):
        tried(city.amina, forged)


def test_an_event_of_a_stranger_does_not_move_the_register(city: City) -> None:
    agreement = in_force(Signatories.of(city))
    publishing.publish_essence(agreement, by=city.amina, essence="We prepare returns.", language="en")
    moved = f"select moved_at from authz.standing_of_published(array['{agreement.pk}']::uuid[]) limit 1"

    def moved_at() -> object:
        with transaction.atomic():
            begin(VISITOR)
            with connection.cursor() as cursor:
                cursor.execute(moved)
                return cursor.fetchone()

    before = moved_at()
    with transaction.atomic():
        log("agreements.agreement_suspended", by=city.peter, about=agreement, decision=allow("forged"))
    assert moved_at() == before


def test_nobody_corrects_an_entry_in_somebody_elses_name(city: City) -> None:
    row = {
        "id": "gen_random_uuid()", "entry_id": "(select id from people_entry where organisation_id = 'O')",
        "version": "99", "at": "now()", "by_name": "'N'", "organisation_id": "'O'", "fields": "'{}'",
    }  # fmt: skip
    honest = _insert("people_entrychange", row).replace("'O'", f"'{city.ioana.organisation_id}'")
    assert tried(city.ioana, honest.replace("'N'", f"'{city.ioana.person.name}'")) == 1
    with pytest.raises(DENIED):
        tried(city.ioana, honest.replace("'N'", "'Amina Haddad'"))
    other = honest.replace("'N'", f"'{city.ioana.person.name}'").replace(
        f"now(), '{city.ioana.person.name}', '{city.ioana.organisation_id}'",
        f"now(), '{city.ioana.person.name}', '{city.amina.organisation_id}'",
    )
    with pytest.raises(DENIED):
        tried(city.ioana, other)


def test_a_visitor_does_not_learn_who_sits_where(city: City) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        begin(city.amina)
        cursor.execute("select membership_id, task_force_id from people_seat where until is null limit 1")
        member, force = cursor.fetchone()
        asked = f"select coalesce(authz.has_sat('{member}', '{force}'), false)"
        cursor.execute(asked)
        assert cursor.fetchone() == (True,)
        begin(VISITOR)
        cursor.execute(asked)
        assert cursor.fetchone() == (False,)


def test_a_charter_in_force_keeps_its_day(city: City) -> None:
    change = "update partnership_charter set in_force_at = '2020-01-01' where state = 'in_force'"
    with pytest.raises(DENIED, match="stays as it is"):
        tried(city.amina, change)


def test_nobody_adopts_under_another_family(city: City) -> None:
    forged = (
        "insert into partnership_adoption (id, family, protocol_id, organisation_id, adopted_by_id, since,"
        f" until_reason, deviations, deviations_reason, stays_reason) select gen_random_uuid(),"
        f" '{uuid.uuid4()}',"
        f" id, '{city.amina.organisation_id}', '{city.amina.pk}', now(), '', '', '', ''"
        " from partnership_protocol where state = 'in_use' limit 1"
    )
    with pytest.raises(DENIED):
        tried(city.amina, forged)
