"""Impact assessments: written, advised on, decided, summed up for everybody, due again; told exactly once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.actors import VISITOR, acting, job
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.config import database
from entente.delivery.models import Message
from entente.partnership.models import Assessment, Summary
from entente.partnership.models.register import TEXTS
from entente.partnership.queries import register as queries
from entente.partnership.services import assessments as services
from entente.partnership.services import register as publishing
from entente.people.models import Member
from tests.agreements.signatories import Signatories, clause, drafted, in_force
from tests.conftest import City
from tests.template_city import session_key

ClientOf = Callable[[Member], Client]
State = Assessment.State
WRITTEN = dict.fromkeys(TEXTS, "Said in a sentence.") | {"language": "en"}
ADVICE: dict[str, Any] = {"opinion": "It may go ahead.", "is_favourable": True}


@pytest.fixture
def who(city: City) -> Signatories:
    return Signatories.of(city)


def decision(**said: Any) -> dict[str, Any]:
    given = {
        "state": State.APPROVED,
        "reasons": "The measures answer the fears.",
        "review_on": clock.today() + timedelta(days=300),
        "summary": "It may go ahead.",
    }
    return {**given, **said}


def decided(who: Signatories, agreement: Agreement | None = None, **said: Any) -> Assessment:
    agreement = agreement or in_force(who)
    services.write_assessment(agreement, by=who.helene, **WRITTEN)
    services.advise_on_assessment(agreement, by=who.helene, **ADVICE)
    return services.decide_assessment(agreement, by=who.amina, **decision(**said))


def due(who: Signatories) -> set[object]:
    """The assessments that must be looked at again, as the keeper sees them."""
    with acting(who.helene):
        return {row.pk for _agreement, row in queries.due_assessments(who.helene)}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_an_assessment_is_written_advised_on_and_decided(who: Signatories) -> None:
    row = decided(who, state=State.CONDITIONS, conditions="People are told in their language.")
    with acting(who.amina):
        kept = queries.latest_assessments([row.agreement_id], who.amina)[row.agreement_id]
    assert kept.state == State.CONDITIONS
    assert set(kept.categories) == {Category.PLAN, Category.POLICE, Category.COORDINATION}
    with acting(who.amina):
        names = [event.name for event in history(row.agreement_id, who.amina)]
    for name in ("assessment_begun", "assessment_advised", "assessment_decided"):
        assert f"partnership.{name}" in names


def test_who_advises_does_not_decide_and_who_decides_does_not_advise(who: Signatories) -> None:
    agreement = in_force(who)
    services.write_assessment(agreement, by=who.amina, **WRITTEN)
    with pytest.raises(Refused, match="Only the data protection officer"):
        services.advise_on_assessment(agreement, by=who.amina, **ADVICE)
    services.advise_on_assessment(agreement, by=who.helene, **ADVICE)
    with pytest.raises(Refused, match="Whoever advises does not decide"):
        services.decide_assessment(agreement, by=who.helene, **decision())
    with pytest.raises(Refused, match="has advised on these texts"):
        services.write_assessment(agreement, by=who.helene, **WRITTEN)


def test_nobody_advises_on_half_an_assessment(who: Signatories) -> None:
    agreement = in_force(who)
    services.write_assessment(agreement, by=who.helene, **{**WRITTEN, "measures": ""})
    with pytest.raises(Refused, match="not complete"):
        services.advise_on_assessment(agreement, by=who.helene, **ADVICE)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"state": State.CONDITIONS}, "which conditions"),
        ({"state": "draft"}, "Choose: approved"),
        ({"review_on": clock.today()}, "lies ahead"),
        ({"review_on": clock.today() + timedelta(days=1000)}, "within two years"),
    ],
)
def test_a_decision_says_everything_it_must(who: Signatories, said: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        decided(who, **said)


def test_only_the_keeper_writes_and_the_parties_read(who: Signatories, client_of: ClientOf) -> None:
    agreement = in_force(who)
    with pytest.raises(Refused, match="Only the organisation that keeps"):
        services.write_assessment(agreement, by=who.police, **WRITTEN)
    decided(who, agreement)
    address = f"/staff/register/{agreement.pk}/assessment/"
    assert "Said in a sentence." in client_of(who.constable).get(address).content.decode()
    outside = client_of(who.harbour).get(address)
    assert outside.status_code == 200  # the agreement lives: everybody may know of it, and of nothing more
    assert "Said in a sentence." not in outside.content.decode()
    draft = drafted(who)
    assert client_of(who.harbour).get(f"/staff/register/{draft.pk}/assessment/").status_code == 404


def test_everybody_reads_the_summary_beside_the_description_and_never_of_a_draft(who: Signatories) -> None:
    draft = drafted(who)
    decided(who, draft, summary="Nobody may read this yet.")
    with acting(VISITOR):
        assert not Summary.objects.visible_to(VISITOR).filter(agreement_id=draft.pk).exists()
    row = decided(who, summary="Weighed, and it may go ahead.")
    made = publishing.publish_essence(row.agreement, by=who.amina, essence="In short.", language="en")
    page = words(Client().get(f"/en/register/{made.reference}/").content.decode())
    assert "Weighed, and it may go ahead." in page
    assert "Said in a sentence." not in page
    assert "Approved" in page


def test_a_category_that_was_added_makes_it_due(who: Signatories, client_of: ClientOf) -> None:
    agreement = drafted(who)
    row = decided(who, agreement)
    assert row.pk not in due(who)
    clause(agreement, who, category=Category.HEALTH)
    assert row.pk in due(who)
    page = words(client_of(who.helene).get(f"/staff/register/{agreement.pk}/assessment/").content.decode())
    assert "this was added to the agreement: health" in page


def test_it_is_done_on_the_pages(who: Signatories, client_of: ClientOf) -> None:
    agreement = in_force(who)
    helene, amina = client_of(who.helene), client_of(who.amina)
    here = f"/staff/register/{agreement.pk}/assessment/"
    assert "Not started" in words(helene.get(here).content.decode())
    texts = dict.fromkeys(TEXTS, "Said in a sentence.")
    assert helene.post(f"{here}write/", texts).status_code == 302
    assert helene.post(f"{here}opinion/", {"opinion": "", "is_favourable": "yes"}).status_code == 422
    assert helene.post(f"{here}opinion/", {"opinion": "Go.", "is_favourable": "yes"}).status_code == 302
    assert "Decide on the impact assessment" in amina.get("/staff/").content.decode()
    day = clock.today() + timedelta(days=200)
    sent = {"state": "conditions", "reasons": "Because.", "review_on": day, "summary_en": "It may go ahead."}
    kept = amina.post(f"{here}decision/", sent)
    assert kept.status_code == 409
    assert "Say which conditions must be kept." in kept.content.decode()
    assert "It may go ahead." in kept.content.decode()
    assert amina.post(f"{here}decision/", {**sent, "conditions": "A notice."}).status_code == 302
    assert "Approved with conditions" in words(amina.get(here).content.decode())
    assert client_of(who.police).post(f"{here}write/", texts).status_code == 403


def test_the_officer_sees_what_waits(city: City, client_of: ClientOf) -> None:
    page = client_of(city.helene).get("/staff/").content.decode()
    assert "people affected by an incident” must be looked at again" in page
    assert "has no impact assessment yet" in page
    assert "must be looked at again" not in client_of(city.amina).get("/staff/").content.decode()


# The second wall


@pytest.fixture
def staff() -> Iterator[psycopg.Connection[Any]]:
    url = database.url_for("entente_staff", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


def begin(raw: psycopg.Connection[Any], name: str) -> None:
    raw.execute("select authz.begin('session', %s)", [session_key(name)])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("amina", "set scope = 'x'"),  # decided: nobody rewrites it
        ("helene", "set state = 'draft'"),
        ("helene", "set opinion = 'x'"),
        ("amina", "set review_on = '2040-01-01'"),
        ("amina", "set number = 7"),
    ],
)
def test_by_sql_what_was_decided_stays(
    staff: psycopg.Connection[Any], city: City, name: str, change: str
) -> None:
    begin(staff, name)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        staff.execute(f"update partnership_assessment {change}")


def test_by_sql_an_outsider_reads_and_changes_nothing(staff: psycopg.Connection[Any], city: City) -> None:
    begin(staff, "peter")
    assert staff.execute("select id from partnership_assessment").fetchall() == []
    assert staff.execute("update partnership_assessment set reminded_on = now()").rowcount == 0
    begin(staff, "claire")
    assert staff.execute("select id from partnership_assessment").fetchall()
    assert staff.execute("update partnership_assessment set reminded_on = now()").rowcount == 0


# What happens by itself


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


@pytest.mark.usefixtures("as_owner")
def test_the_officer_is_told_exactly_once() -> None:
    owner = job("test", None)

    def told() -> int:
        with acting(owner):
            return Message.objects.filter(template="partnership_staff/assessment_due").count()

    assert told() == 0
    services.remind_of_assessments(by=owner)
    assert told() == 1
    services.remind_of_assessments(by=owner)
    with clock.frozen(clock.now() + timedelta(days=5)):
        services.remind_of_assessments(by=owner)
    assert told() == 1
    with acting(owner):
        sent = Message.objects.get(template="partnership_staff/assessment_due")
        assert sent.language == "fr"
        assert "helene" in sent.address
    with clock.frozen(clock.now() + timedelta(days=400)):
        services.remind_of_assessments(by=owner)  # the other one's day has come by then
    assert told() == 2


def test_the_purpose_of_a_clause_does_not_make_it_due(who: Signatories) -> None:
    agreement = drafted(who)
    row = decided(who, agreement)
    clause(agreement, who, category=Category.PLAN, purpose=Purpose.RUN_PARTNERSHIP)
    assert row.pk not in due(who)
