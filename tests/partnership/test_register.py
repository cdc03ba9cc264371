"""The public register: publishing is an act, drafts never leak, and the state is that of this second."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.agreements import register as agreements_register
from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category
from entente.audit.actors import VISITOR, acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.config import database
from entente.partnership.models import Publication
from entente.partnership.queries import register as queries
from entente.partnership.services import register as services
from entente.people.models import Member
from tests.agreements.signatories import Signatories, drafted, in_force
from tests.conftest import City
from tests.template_city import session_key

ClientOf = Callable[[Member], Client]
ESSENCE: dict[str, Any] = {"essence": "The city and the police prepare a return together.", "language": "en"}


@pytest.fixture
def who(city: City) -> Signatories:
    return Signatories.of(city)


def published(who: Signatories, **texts: Any) -> Publication:
    return services.publish_essence(in_force(who), by=who.amina, **{**ESSENCE, **texts})


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def public_page(publication: Publication, language: str = "en") -> str:
    answer = Client().get(f"/{language}/register/{publication.reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def state_on(page: str) -> str:
    found = re.search(r'id="agreement" data-state="(\w+)"', page)
    assert found
    return found[1]


def test_everybody_reads_the_essence_the_parties_the_purposes_and_their_rights(who: Signatories) -> None:
    made = published(who, contacts={"police": "data@police.example"})
    page = words(public_page(made))
    for told in (
        "The city and the police prepare a return together.",
        "Marenne Police : signed on",
        "Ask: data@police.example",
        "Prepare a release or a return Plan and goals, information from the police, contact persons",
        "In force since",
        "none may send you on to another (GDPR, Article 26(3))",
        "immigration enforcement",
        "mental health",
    ):
        assert told in page, told
    for name in ("Amina", "Haddad", "Radu", "Helene"):
        assert name not in page


def test_publishing_is_logged_with_its_reason_and_every_version_is_kept(who: Signatories) -> None:
    first = published(who)
    agreement = first.agreement
    second = services.publish_essence(agreement, by=who.helene, essence="Said better.", language="en")
    assert (second.reference, second.number) == (first.reference, 2)
    with acting(who.amina):
        names = [event.name for event in history(agreement.pk, who.amina)]
        assert names.count("partnership.essence_published") == 2
        assert [one.number for one in queries.versions(agreement.pk, who.amina)] == [2, 1]
    page = words(public_page(first))
    assert "Said better." in page
    assert "Version 1" in page


def test_a_draft_is_not_published(who: Signatories) -> None:
    agreement = drafted(who)
    with pytest.raises(Refused, match="A draft is not published"):
        services.publish_essence(agreement, by=who.amina, **ESSENCE)


def test_only_the_keepers_coordinator_or_officer_publishes(who: Signatories) -> None:
    agreement = in_force(who)
    for member in (who.police, who.harbour):
        with pytest.raises(Refused, match="Only the organisation that keeps"):
            services.publish_essence(agreement, by=member, **ESSENCE)
    with pytest.raises(Refused, match="Only a coordinator or a data protection officer"):
        services.publish_essence(agreement, by=who.claire, **ESSENCE)


def test_a_suspension_an_end_and_a_party_that_left_show_at_that_second(who: Signatories) -> None:
    made = published(who)
    agreements.suspend_agreement(made.agreement, by=who.amina, reason="A letter went astray.")
    page = public_page(made)
    assert state_on(page) == "suspended"
    assert "A letter went astray" not in page
    assert 'data-state="suspended"' in Client().get("/en/register/").content.decode()
    agreements.resume_agreement(made.agreement, by=who.amina)
    assert state_on(public_page(made)) == "in_force"
    agreements.leave_agreement(made.agreement, by=who.police, reason="We stop.")
    assert "Marenne Police : has left, on" in words(public_page(made))
    agreements.end_agreement(made.agreement, by=who.amina, reason="It is over.")
    assert state_on(public_page(made)) == "ended"


def test_an_agreement_nobody_described_is_only_counted(who: Signatories) -> None:
    before = Client().get("/en/register/").content.decode()
    assert 'id="undescribed"' not in before  # the demo's three are described
    agreement = in_force(who)
    page = Client().get("/en/register/").content.decode()
    assert 'data-number="1"' in page
    assert agreement.title not in page
    drafted(who)
    assert 'data-number="1"' in Client().get("/en/register/").content.decode()


def test_a_member_who_types_the_essence_publishes_on_the_page(who: Signatories, client_of: ClientOf) -> None:
    agreement = in_force(who)
    amina = client_of(who.amina)
    address = f"/staff/register/{agreement.pk}/"
    assert "Whom to ask at Marenne Police" in words(amina.get(address).content.decode())
    wrong = amina.post(address, {"essence_en": "", "contact_police": "data@police.example"})
    assert wrong.status_code == 422
    assert "data@police.example" in wrong.content.decode()
    assert amina.post(address, {"essence_en": "In short.", "essence_fr": "En bref."}).status_code == 302
    with acting(VISITOR):
        made = queries.publications(VISITOR).get(agreement_id=agreement.pk)
    assert "En bref." in public_page(made, "fr")
    assert "In short." in public_page(made, "ar")
    assert client_of(who.claire).get(address).status_code == 403
    assert client_of(who.police).get(address).status_code == 403


def test_a_draft_of_others_does_not_exist_there_either(who: Signatories, client_of: ClientOf) -> None:
    agreement = drafted(who)
    assert client_of(who.harbour).get(f"/staff/register/{agreement.pk}/").status_code == 404
    assert client_of(who.amina).get(f"/staff/register/{agreement.pk}/").status_code == 409


def test_the_keeper_sees_what_waits(who: Signatories, client_of: ClientOf) -> None:
    agreement = in_force(who)
    assert (
        f"Describe “{agreement.title}” to everybody." in client_of(who.amina).get("/staff/").content.decode()
    )
    assert agreement.title not in client_of(who.harbour).get("/staff/").content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_each_agreement_is_a_paper_too(who: Signatories, language: str) -> None:
    made = published(who)
    answer = Client().get(f"/{language}/register/{made.reference}/paper.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_the_list_asks_no_more_when_there_is_more(who: Signatories) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            assert Client().get("/en/register/").status_code == 200
        return len(told)

    published(who)
    few = asked()
    for _number in range(12):
        published(who)
    assert asked() <= few <= 15


# The second wall


@pytest.fixture
def raw() -> Iterator[psycopg.Connection[Any]]:
    """The public role's own connection, as a visitor's process has it."""
    url = database.url_for("entente_public", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


@pytest.fixture
def staff() -> Iterator[psycopg.Connection[Any]]:
    url = database.url_for("entente_staff", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


def ids(raw: psycopg.Connection[Any], query: str, *values: object) -> list[Any]:
    return [row[0] for row in raw.execute(query, values).fetchall()]


def test_a_visitor_reads_descriptions_and_their_standing_and_no_agreement(
    raw: psycopg.Connection[Any], city: City
) -> None:
    assert ids(raw, "select id from partnership_publication") == []  # nobody began
    raw.execute("select authz.begin(null, null)")
    described = ids(raw, "select agreement_id from partnership_publication")
    assert len(described) == 3
    for table in ("agreements_agreement", "agreements_party", "agreements_clause"):
        assert ids(raw, f"select id from {table}") == []
    standing = raw.execute(
        "select distinct agreement, state from authz.standing_of_published(%s)", [described]
    ).fetchall()
    assert {state for _pk, state in standing} == {"interim", "in_force"}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("select * from partnership_assessment")


def test_the_standing_of_a_draft_and_of_what_nobody_described_is_not_told(who: Signatories) -> None:
    draft, silent, told = drafted(who), in_force(who), published(who)
    with acting(VISITOR):
        found = queries.standings([draft.pk, silent.pk, told.agreement_id], VISITOR)
        assert list(found) == [told.agreement_id]
        assert not agreements_register.agreements(VISITOR).exists()


def _insert(raw: psycopg.Connection[Any], agreement: uuid.UUID) -> None:
    raw.execute(
        "insert into partnership_publication (id, agreement_id, reference, number, published_at, kind, title,"
        " titles, language, essence, essences, terms, contacts) values"
        " (gen_random_uuid(), %s, 'REG-2222222', 9, now(), 'sharing', 'x', '{}', 'en', 'x', '{}', '{}',"
        " '{}')",
        [agreement],
    )


def test_by_sql_nobody_but_the_keepers_binding_members_describes_and_nobody_changes_what_was_said(
    staff: psycopg.Connection[Any], city: City
) -> None:
    with acting(city.amina):
        agreement = Agreement.objects.get(title="Agreement on individual support").pk
    for name in ("claire", "radu", "peter"):
        staff.execute("select authz.begin('session', %s)", [session_key(name)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
            _insert(staff, agreement)
    staff.execute("select authz.begin('session', %s)", [session_key("amina")])
    _insert(staff, agreement)  # allowed, and refused all the same: nothing was logged
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification), staff.transaction():
        staff.execute("set constraints all immediate")
    for change in ("update partnership_publication set essence = 'y'", "delete from partnership_publication"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), staff.transaction():
            staff.execute(change)


def test_by_sql_what_lives_does_not_become_a_draft_again(staff: psycopg.Connection[Any], city: City) -> None:
    staff.execute("select authz.begin('session', %s)", [session_key("amina")])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        staff.execute("update agreements_agreement set state = 'draft' where state = 'in_force'")


def test_what_is_never_shared_names_every_category_no_clause_names(who: Signatories) -> None:
    from entente.partnership.sentences.register import not_shared

    closed = not_shared(published(who))
    assert str(Category.HEALTH.label) in closed
    assert str(Category.PLAN.label) not in closed
