"""An agreement from draft to end: who changes it, who signs, what is logged, what the database refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from entente.agreements import register, services
from entente.agreements.models import Agreement, Clause, Party
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, acting, begin, job
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people import services as people
from entente.people.models import Member, Membership
from tests.agreements.signatories import Signatories, clause, drafted, in_force
from tests.conftest import City

ENDED = "has ended"
SET_UP = job("set-up", None)
DENIED = ProgrammingError  # what Django makes of insufficient_privilege


@pytest.fixture
def who(city: City) -> Signatories:
    return Signatories.of(city)


@pytest.fixture
def owner(connected_as: Callable[[str], str]) -> dict[str, Member]:
    """The cast by first name; on a copy of the city where the owner acts as anybody, and as a job."""
    connected_as("entente_owner")
    with acting(SET_UP):
        rows = Membership.objects.select_related("person", "organisation")
        found = {row.person.name.split()[0].lower(): row for row in rows}
    for member in found.values():
        member.credential = Credential("member", str(member.pk))
    return found


def newest(agreement: Agreement, reader: Member) -> Event:
    with acting(reader):
        return register.changes(agreement, reader)[0]


def seen_by(agreement: Agreement, reader: Actor) -> bool:
    with acting(reader):
        return register.agreements(reader).filter(pk=agreement.pk).exists()


def test_it_goes_from_draft_to_force_and_each_step_is_logged(who: Signatories) -> None:
    agreement = in_force(who)
    assert agreement.state == "in_force"
    with acting(who.police):
        names = [event.name.partition(".")[2] for event in register.changes(agreement, who.police)]
    assert names[::-1] == [
        "agreement_drafted", "party_added", "party_added", "clause_added", "clause_added", "clause_added",
        "agreement_signed", "agreement_signed", "agreement_brought_into_force",
    ]  # fmt: skip


def test_what_was_done_is_read_by_everybody_who_may_know_of_it_and_a_refusal_is_not(who: Signatories) -> None:
    agreement = in_force(who)
    services.suspend_agreement(agreement, by=who.amina, reason="A letter went astray.")
    event = newest(agreement, who.harbour)
    assert event.name == "agreements.agreement_suspended"
    assert json.loads(event.details) == {"reason": "A letter went astray."}
    assert str(event.why) == "The organisation that keeps an agreement runs it."


def test_a_draft_exists_for_its_keeper_and_its_parties_only(who: Signatories) -> None:
    agreement = drafted(who)
    for reader in (who.amina, who.claire, who.police, who.constable):
        assert seen_by(agreement, reader)
    assert not seen_by(agreement, who.harbour)
    assert not seen_by(agreement, who.youth)
    assert not seen_by(agreement, VISITOR)
    with pytest.raises(Agreement.DoesNotExist):
        services.suspend_agreement(agreement, by=who.harbour, reason="x")
    services.begin_interim(agreement, by=who.amina)
    assert seen_by(agreement, who.harbour)


@pytest.mark.parametrize("step", ["add_party", "add_clause", "begin_interim", "bring_into_force", "end"])
@pytest.mark.parametrize(
    ("member", "reason"), [("police", "Only the organisation that keeps"), ("claire", "Only a coordinator")]
)
def test_only_the_keepers_coordinator_or_officer_changes_it(
    who: Signatories, step: str, member: str, reason: str
) -> None:
    agreement, by = drafted(who), getattr(who, member)
    if step == "bring_into_force":
        services.sign_agreement(agreement, by=who.amina)
        services.sign_agreement(agreement, by=who.police)
    attempts: dict[str, Callable[[], object]] = {
        "add_party": lambda: services.add_party(agreement, by=by, organisation=who.youth.organisation),
        "add_clause": lambda: services.add_clause(
            agreement,
            by=by,
            purpose=Purpose.PLAN_SUPPORT,
            category=Category.WORK,
            giving=who.amina.organisation,
            receiving=who.police.organisation,
        ),
        "begin_interim": lambda: services.begin_interim(agreement, by=by),
        "bring_into_force": lambda: services.bring_into_force(agreement, by=by),
        "end": lambda: services.end_agreement(agreement, by=by, reason="x"),
    }
    with pytest.raises(Refused, match=reason):
        attempts[step]()


def test_a_plain_member_drafts_none_and_nobody_one_that_is_over(who: Signatories) -> None:
    with pytest.raises(Refused, match="Only a coordinator or a data protection officer"):
        services.draft_agreement(by=who.claire, title="x", kind="sharing")
    with pytest.raises(Refused, match="ends after it has begun"):
        services.draft_agreement(by=who.amina, title="x", kind="sharing", ends_at=clock.now())


def test_each_party_signs_for_itself_and_once(who: Signatories) -> None:
    agreement = drafted(who)
    party = services.sign_agreement(agreement, by=who.police)
    assert (party.organisation, party.signed_by) == (who.police.organisation, who.police)
    with pytest.raises(Refused, match="has signed already"):
        services.sign_agreement(agreement, by=who.police)
    for member in (who.claire, who.helene):
        with pytest.raises(Refused, match="its coordinator signs"):
            services.sign_agreement(agreement, by=member)
    with pytest.raises(Refused, match=r"Not everybody has signed\. Still missing: City of Marenne"):
        services.bring_into_force(agreement, by=who.amina)
    services.begin_interim(agreement, by=who.amina)
    with pytest.raises(Refused, match="not a party"):
        services.sign_agreement(agreement, by=who.harbour)


def test_there_must_be_something_to_sign_and_two_to_sign_it(who: Signatories) -> None:
    agreement = services.draft_agreement(by=who.amina, title="x", kind="joint")
    services.add_party(agreement, by=who.amina, organisation=who.amina.organisation)
    with pytest.raises(Refused, match="nothing to sign"):
        services.sign_agreement(agreement, by=who.amina)
    with pytest.raises(Refused, match="at least two parties"):
        services.begin_interim(agreement, by=who.amina)
    with pytest.raises(Refused, match="at least two parties"):
        services.bring_into_force(agreement, by=who.amina)
    services.add_party(agreement, by=who.amina, organisation=who.police.organisation)
    with pytest.raises(Refused, match="No clause holds before signature"):
        services.begin_interim(agreement, by=who.amina)
    with pytest.raises(Refused, match="No clause says yet"):
        services.bring_into_force(agreement, by=who.amina)


def test_what_was_signed_stays_as_it_is(who: Signatories) -> None:
    agreement = drafted(who)
    services.sign_agreement(agreement, by=who.police)
    with pytest.raises(Refused, match="Marenne Police has signed already"):
        clause(agreement, who)
    with pytest.raises(Refused, match="Marenne Police has signed already"):
        services.add_party(agreement, by=who.amina, organisation=who.youth.organisation)
    services.sign_agreement(agreement, by=who.amina)
    services.bring_into_force(agreement, by=who.amina)
    with pytest.raises(Refused, match="terms can't be changed"):
        clause(agreement, who)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"category": Category.HEALTH, "holds_in_interim": True}, "“health” can't be shared before"),
        ({"category": Category.PLAN}, "Clause 1 says this already: “plan and goals” to prepare a release"),
        ({"giving": "youth"}, "Open Door is not a party"),
        ({"giving": "police"}, "between two organisations"),
    ],
)
def test_a_clause_that_can_not_be_is_refused_in_words(
    who: Signatories, terms: dict[str, Any], reason: str
) -> None:
    agreement = drafted(who)
    if "giving" in terms:
        terms = {**terms, "giving": getattr(who, terms["giving"]).organisation}
    with pytest.raises(Refused, match=reason):
        clause(agreement, who, **terms)


def test_clauses_are_numbered_within_their_agreement(who: Signatories) -> None:
    first, second = drafted(who), drafted(who)
    with acting(who.amina):
        for agreement in (first, second):
            rows = register.clauses_of([agreement.pk], who.amina)
            assert [row.number for row in rows] == [1, 2, 3]


def test_a_party_is_added_once_and_does_not_come_back(who: Signatories) -> None:
    agreement = drafted(who)
    with pytest.raises(Refused, match="is a party already"):
        services.add_party(agreement, by=who.amina, organisation=who.police.organisation)
    party = services.leave_agreement(agreement, by=who.police, reason="No basis in law.")
    assert party.left_at
    assert json.loads(newest(agreement, who.amina).details)["reason"] == "No basis in law."
    with pytest.raises(Refused, match="has left"):
        services.add_party(agreement, by=who.amina, organisation=who.police.organisation)
    with pytest.raises(Refused, match="has left"):
        services.sign_agreement(agreement, by=who.police)
    with pytest.raises(Refused, match="has left"):
        services.leave_agreement(agreement, by=who.police, reason="x")
    with pytest.raises(Refused, match="at least two"):
        services.begin_interim(agreement, by=who.amina)


def test_suspending_and_resuming_leads_back_to_where_it_was(who: Signatories) -> None:
    interim = services.begin_interim(drafted(who), by=who.amina)
    for agreement, state in ((interim, "interim"), (in_force(who), "in_force")):
        with pytest.raises(Refused, match="Only the organisation that keeps"):
            services.suspend_agreement(agreement, by=who.police, reason="x")
        with pytest.raises(Refused, match="not suspended"):
            services.resume_agreement(agreement, by=who.amina)
        services.suspend_agreement(agreement, by=who.helene, reason="A letter went astray.")
        with pytest.raises(Refused, match="can be suspended"):
            services.suspend_agreement(agreement, by=who.helene, reason="x")
        assert services.resume_agreement(agreement, by=who.amina).state == state


def test_it_ends_now_or_on_a_day_to_come_but_never_later_than_agreed(who: Signatories) -> None:
    agreement, at = in_force(who), clock.now()
    with pytest.raises(Refused, match="in the past"):
        services.end_agreement(agreement, by=who.amina, reason="x", at=at - timedelta(days=1))
    later = services.end_agreement(agreement, by=who.amina, reason="Over.", at=at + timedelta(days=3))
    assert (later.state, later.ends_at) == ("in_force", at + timedelta(days=3))
    with pytest.raises(Refused, match="ends earlier"):
        services.end_agreement(agreement, by=who.amina, reason="x", at=at + timedelta(days=4))
    ended = services.end_agreement(agreement, by=who.amina, reason="Over at once.")
    assert ended.state == "ended"
    for step in (services.resume_agreement, services.bring_into_force, services.begin_interim):
        with pytest.raises(Refused):
            step(ended, by=who.amina)
    with pytest.raises(Refused, match=ENDED):
        services.leave_agreement(ended, by=who.police, reason="x")


def test_a_job_sets_everything_up_but_signs_for_nobody(owner: dict[str, Member]) -> None:
    city, police = owner["amina"], owner["radu"]
    agreement = services.draft_agreement(by=SET_UP, title="x", kind="prison", keeper=city.organisation)
    assert agreement.keeper == city.organisation
    for member in (city, police):
        services.add_party(agreement, by=SET_UP, organisation=member.organisation)
    services.add_clause(
        agreement,
        by=SET_UP,
        purpose=Purpose.PREPARE_RETURN,
        category=Category.PRISON,
        giving=police.organisation,
        receiving=city.organisation,
    )
    with pytest.raises(Refused, match="not a party"):
        services.sign_agreement(agreement, by=SET_UP)  # type: ignore[arg-type]
    for member in (city, police):
        services.sign_agreement(agreement, by=member)
    assert services.bring_into_force(agreement, by=SET_UP).state == "in_force"


# Task forces


def test_a_member_sits_in_a_task_force_until_somebody_says_so(owner: dict[str, Member]) -> None:
    force = people.add_task_force(by=SET_UP, slug="returns", name="Returns", names={"fr": "Retours"})
    sofia = owner["sofia"]
    seat = people.seat_member(force, sofia, by=SET_UP)
    with acting(sofia):
        assert force.pk in sofia.task_forces
    people.end_seat(seat, by=SET_UP)
    del sofia.task_forces  # asked once for each sign-in
    with acting(sofia):
        assert force.pk not in sofia.task_forces
    with pytest.raises(Refused, match="ended already"):
        people.end_seat(seat, by=SET_UP)


def test_a_coordinator_seats_members_of_the_own_organisation_only(owner: dict[str, Member]) -> None:
    force = people.add_task_force(by=SET_UP, slug="returns", name="Returns", names={})
    amina, claire, radu = (owner[name] for name in ("amina", "claire", "radu"))
    seat = people.seat_member(force, claire, by=amina)
    with pytest.raises(Refused, match="already"):
        people.seat_member(force, claire, by=amina)
    with pytest.raises(Refused, match="seats its own members"):
        people.seat_member(force, claire, by=radu)
    with pytest.raises(Refused, match="A coordinator says"):
        people.end_seat(seat, by=claire)
    assert people.end_seat(seat, by=amina).until


# The second wall


def raw(member: Member, statement: str) -> int:
    """Run one statement of SQL as this member's process could; returns how many rows it touched."""
    with transaction.atomic():
        begin(member)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            touched = int(cursor.rowcount)
        transaction.set_rollback(True)
    return touched


@pytest.fixture
def signed(who: Signatories) -> Agreement:
    """A draft that the police signed."""
    agreement = drafted(who)
    services.sign_agreement(agreement, by=who.police)
    return agreement


def test_nobody_signs_or_leaves_for_another_organisation(who: Signatories, signed: Agreement) -> None:
    others = f"where agreement_id = '{signed.pk}' and organisation_id = '%s'"
    police, city = (others % member.organisation_id for member in (who.police, who.amina))
    assert raw(who.amina, f"update agreements_party set left_at = now() {police}") == 0
    assert raw(who.police, f"update agreements_party set signed_at = now() {city}") == 0
    assert raw(who.harbour, f"update agreements_party set signed_at = now() {city}") == 0
    assert raw(who.claire, f"update agreements_party set signed_at = now() {city}") == 0
    signed_by = "update agreements_party set signed_at = now(), signed_by_id ="
    with pytest.raises(DENIED):
        raw(who.amina, f"{signed_by} '{who.police.pk}' {city}")
    assert raw(who.amina, f"{signed_by} '{who.amina.pk}' {city}") == 1
    assert raw(who.police, f"update agreements_party set left_at = now() {police}") == 1


@pytest.mark.parametrize(
    "change", ["joined_at = '2020-01-01'", "organisation_id = gen_random_uuid()", "signed_at = '2020-01-01'"]
)
def test_a_party_does_not_rewrite_when_it_joined_who_it_is_or_when_it_signed(
    who: Signatories, signed: Agreement, change: str
) -> None:
    with pytest.raises(DENIED):
        raw(who.police, f"update agreements_party set {change} where agreement_id = '{signed.pk}'")


def test_nobody_moves_an_agreement_another_organisation_keeps(who: Signatories, signed: Agreement) -> None:
    flip = f"update agreements_agreement set state = 'in_force' where id = '{signed.pk}'"
    assert raw(who.police, flip) == 0
    assert raw(who.claire, flip) == 0
    assert raw(who.amina, flip) == 1
    with pytest.raises(DENIED):
        raw(who.amina, f"update agreements_agreement set keeper_id = '{who.police.organisation_id}'")
    with pytest.raises(DENIED):
        raw(who.police, _new_party(signed, who.harbour))
    with pytest.raises(DENIED):
        raw(who.amina, _new_party(signed, who.harbour, signed="now()"))
    assert raw(who.amina, _new_party(signed, who.harbour)) == 1


def _new_party(agreement: Agreement, member: Member, signed: str = "null") -> str:
    return (
        "insert into agreements_party (id, agreement_id, organisation_id, joined_at, signed_at)"
        f" values (gen_random_uuid(), '{agreement.pk}', '{member.organisation_id}', now(), {signed})"
    )


def test_a_clause_slips_into_nothing_that_was_signed(who: Signatories, signed: Agreement) -> None:
    slipped = (
        "insert into agreements_clause (id, agreement_id, number, purpose, category, giving_id, receiving_id,"
        f" opens_secrecy, holds_in_interim, legal_basis) values (gen_random_uuid(), '{signed.pk}',"
        f" 9, 'plan_support', 'health', '{who.police.organisation_id}',"
        f" '{who.amina.organisation_id}', true, false, '')"
    )
    with pytest.raises(DENIED):
        raw(who.amina, slipped)
    assert raw(who.amina, "update agreements_clause set opens_secrecy = true") == 0
    assert raw(who.amina, "delete from agreements_clause") == 0


def test_an_ended_agreement_and_one_that_was_left_stay_so(who: Signatories) -> None:
    left, ended = drafted(who), drafted(who)
    services.leave_agreement(left, by=who.police, reason="x")
    services.end_agreement(ended, by=who.amina, reason="x")
    with pytest.raises(DENIED, match="stays as it is"):
        raw(who.police, f"update agreements_party set left_at = null where agreement_id = '{left.pk}'")
    with pytest.raises(DENIED, match="stays as it is"):
        raw(who.amina, f"update agreements_agreement set state = 'in_force' where id = '{ended.pk}'")


def test_the_tables_have_rows_at_all(who: Signatories) -> None:
    agreement = drafted(who)
    with acting(who.amina):
        assert Party.objects.filter(agreement=agreement).count() == 2
        assert Clause.objects.filter(agreement=agreement).count() == 3
