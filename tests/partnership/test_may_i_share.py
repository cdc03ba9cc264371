"""“What may I share?”: the page's answer is the reading rule's, in every world, and nothing asked is kept."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.agreements import services
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import INTERIM, Category, Purpose
from entente.audit import clock
from entente.audit.actors import acting
from entente.partnership.queries.sharing import matrix_of
from entente.partnership.rules.sharing import Answer, Verdict, Way, answer
from entente.people.models import Member, Organisation
from tests.agreements import facts
from tests.agreements.asking import Asking
from tests.agreements.oracle import may_read
from tests.agreements.reading_worlds import read_world
from tests.agreements.worlds import CATEGORIES, PURPOSES, make_world
from tests.conftest import City

ClientOf = Callable[[Member], Client]
PAGE = "/staff/sharing/"
LONG_AGO = timedelta(days=3000)


def verdicts(html: str) -> list[str]:
    """The verdicts of the answers, as the page marks them."""
    return re.findall(r'class="answer answer-\w+" data-verdict="(\w+)"', html)


def asked(client: Client, **question: str) -> str:
    found = client.get(PAGE, question)
    assert found.status_code == 200
    return found.content.decode()


def test_a_clause_that_holds_says_yes_with_its_number_and_the_agreement(
    city: City, client_of: ClientOf
) -> None:
    page = asked(client_of(city.ioana), category="housing", organisation="city", purpose="plan_support")
    assert verdicts(page) == ["yes"]
    assert "Clause 12 of “Agreement on individual support”" in page
    assert "You do not have to." in page
    assert "no clause opens it here" in page


def test_what_no_clause_names_is_no_and_says_what_else_one_can_do(city: City, client_of: ClientOf) -> None:
    page = asked(client_of(city.ioana), category="health", organisation="city", purpose="plan_support")
    assert verdicts(page) == ["no"]
    assert "You may consult City of Marenne without saying who it is about" in page
    for told in ("call the emergency number first", "Nobody has to share"):
        assert told in page


def test_an_interim_clause_is_yes_and_the_others_not_yet_with_what_is_missing(
    city: City, client_of: ClientOf
) -> None:
    marc = client_of(city.marc)
    question = {"organisation": "city", "purpose": "prepare_return"}
    assert verdicts(asked(marc, category="consultation", **question)) == ["yes"]
    page = asked(marc, category="housing", **question)
    assert verdicts(page) == ["not_yet"]
    assert "is interim, and clause" in page
    assert "These have not signed yet: Prison and Probation Service, New Page." in page


def test_what_one_may_receive_is_the_same_matrix_from_the_other_side(city: City, client_of: ClientOf) -> None:
    page = asked(client_of(city.amina), do="receive", organisation="police", purpose="assess_concern")
    assert verdicts(page) == ["yes"]
    assert "Nobody has to." in page
    page = asked(client_of(city.amina), organisation="police", purpose="assess_concern")
    assert verdicts(page) == ["no"]
    assert "No clause of any agreement of your organisation names this." in page


def test_suspending_an_agreement_changes_the_answer_at_that_second(city: City, client_of: ClientOf) -> None:
    ioana = client_of(city.ioana)
    question = {"category": "housing", "organisation": "city", "purpose": "plan_support"}
    with acting(city.amina):
        agreement = Agreement.objects.get(title="Agreement on individual support")
    services.suspend_agreement(agreement, by=city.amina, reason="One party reads its text again.")
    page = asked(ioana, **question)
    assert verdicts(page) == ["not_yet"]
    assert "It opens nothing until City of Marenne resumes it." in page
    services.leave_agreement(agreement, by=city.ioana, reason="We stop.")
    assert "New Page has left" in asked(ioana, **question)


def test_a_category_other_and_a_purpose_not_on_the_list_are_refused_with_the_reason(
    city: City, client_of: ClientOf
) -> None:
    found = client_of(city.ioana).get(PAGE, {"category": "other", "purpose": "curiosity"})
    assert found.status_code == 400
    page = found.content.decode()
    assert "“other” is not on the list" in page
    assert "“curiosity” is not on the list" in page
    assert verdicts(page) == []


def test_an_organisation_without_an_agreement_is_no(city: City, client_of: ClientOf) -> None:
    assert verdicts(asked(client_of(city.ioana), organisation="elsewhere")) == ["no"]


def test_who_stands_in_no_agreement_reads_that_nothing_is_open(city: City, client_of: ClientOf) -> None:
    page = asked(client_of(city.peter))
    assert "No agreement opens anything yet" in page
    assert "individual support" not in page


def test_who_did_not_sign_in_is_asked_to(db: None) -> None:
    assert Client().get(PAGE).status_code == 302


def test_every_cell_of_the_overview_has_a_word(city: City, client_of: ClientOf) -> None:
    page = asked(client_of(city.amina), purpose="plan_support")
    cells = re.findall(r'<td data-verdict="(\w+)">(.*?)</td>', page, re.DOTALL)
    assert len(cells) % len(Category.choices) == 0
    assert all(re.search(r"Yes|Not yet|No", re.sub(r"<[^>]+>", "", cell)) for _verdict, cell in cells)
    assert {verdict for verdict, _cell in cells} == {"yes", "no"}


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_the_card_for_the_pocket_is_a_paper(city: City, client_of: ClientOf, language: str) -> None:
    client = client_of(city.ioana)
    client.cookies["django_language"] = language
    made = client.get(f"{PAGE}card.pdf")
    assert made.status_code == 200
    assert made.content.startswith(b"%PDF")


def test_asking_keeps_nothing(city: City, client_of: ClientOf) -> None:
    client = client_of(city.ioana)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as told:
        asked(client, category="housing", organisation="city", purpose="plan_support")
    written = [one["sql"] for one in told if re.match(r"(?i)\s*(insert|update|delete)", one["sql"])]
    assert [one for one in written if "people_session" not in one] == []
    assert len([one for one in told if one["sql"].lower().startswith("select")]) <= 15


# The reading rule


def let_in(world: facts.World, giving: uuid.UUID, receiving: uuid.UUID, way: Way) -> dict[bool, bool]:
    """Whether the rule's judge lets somebody of the receiving organisation read a record shared this way:
    a plain one, and one under professional secrecy."""
    reader, at = facts.Member(uuid.uuid4(), receiving, clock.now() - LONG_AGO), clock.now()
    found = {}
    for is_secret in (False, True):
        record = facts.Record(uuid.uuid4(), giving, "organisation", way.category, is_secret)
        doors = tuple(
            facts.Participation(
                uuid.uuid4(), record.id, way.purpose, at - LONG_AGO, None, organisation=receiving,
                agreement=agreement.id,
            )
            for agreement in world.agreements
        )  # fmt: skip
        shared = replace(world, records=(record,), parts=(), participations=doors, openings=())
        found[is_secret] = bool(may_read(shared, reader, record, at).allowed)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_in_every_made_up_world_the_answer_is_what_the_rule_decides_for_a_record_shared_that_way(
    seed: int,
) -> None:
    world = make_world(seed, organisations=4, members=20, task_forces=2, agreements=14, records=12)
    at = world.readers[seed % len(world.readers)][1]
    asking, open_ways, closed = Asking(world), 0, 0
    terms = [term for one in world.agreements for term in asking._terms_of(one.id)]
    with clock.frozen(at):
        for giving in world.organisations:
            for receiving in world.organisations:
                if giving == receiving:
                    continue
                for purpose in PURPOSES:
                    for category in CATEGORIES:
                        way = Way(purpose, category, giving.id, receiving.id)
                        told = answer(way, terms, at)
                        decided = let_in(world, giving.id, receiving.id, way)
                        assert (told.verdict == Verdict.YES) == decided[False], way
                        assert told.opens_secrecy == decided[True], way
                        open_ways, closed = open_ways + decided[False], closed + (not decided[False])
    assert closed


@pytest.mark.parametrize("seed", range(3))
def test_in_a_city_whose_agreements_stand_anywhere_the_page_says_what_the_rule_decides(
    seed: int, city: City, client_of: ClientOf
) -> None:
    rng = Random(seed)
    _stir(rng, city)
    for member in (city.amina, city.radu, city.ioana):
        with acting(city.amina):  # the keeper, who sees every one of them
            world = read_world([])
        with acting(member):
            matrix = matrix_of(member, clock.now())
            answers = {way: matrix.answer(way) for way in matrix.terms}
        own = member.organisation_id
        for other in (one.pk for one in matrix.partners):
            for purpose in Purpose.values:
                for category in rng.sample(Category.values, 8):
                    for giving, receiving in ((own, other), (other, own)):
                        way = Way(purpose, category, giving, receiving)
                        told = answers.get(way, Answer(way))
                        decided = let_in(world, giving, receiving, way)
                        assert (told.verdict == Verdict.YES) == decided[False], way
                        assert told.opens_secrecy == decided[True], way
        _page_agrees(client_of(member), matrix.partners, rng, answers, own)


def _page_agrees(
    client: Client, partners: list[Organisation], rng: Random, answers: dict[Way, Answer], own: uuid.UUID
) -> None:
    """The page itself, on some of the questions a member can ask."""
    slugs = {one.pk: one.slug for one in partners}
    for way, told in rng.sample(sorted(answers.items(), key=str), min(6, len(answers))):
        receives = way.receiving == own
        other = way.giving if receives else way.receiving
        page = asked(
            client,
            do="receive" if receives else "give",
            category=way.category,
            organisation=slugs[other],
            purpose=way.purpose,
        )
        assert verdicts(page) == [told.verdict]


def _stir(rng: Random, city: City) -> None:
    """Agreements at random: drafts, interim, unsigned, in force, not begun, suspended, ended, left."""
    members = (city.amina, city.radu, city.ioana)
    for number in range(8):
        starts_at = clock.now() + timedelta(days=rng.choice((-1, -1, 1)))
        agreement = services.draft_agreement(
            by=city.amina, title=f"Stirred {number}", kind="sharing", starts_at=starts_at
        )
        for member in members:
            services.add_party(agreement, by=city.amina, organisation=member.organisation)
        for category in rng.sample(Category.values, 5):
            giving, receiving = rng.sample(members, 2)
            services.add_clause(
                agreement,
                by=city.amina,
                purpose=rng.choice(Purpose.values),
                category=category,
                giving=giving.organisation,
                receiving=receiving.organisation,
                opens_secrecy=rng.random() < 0.4,
                holds_in_interim=category in INTERIM,
            )
        services.add_clause(
            agreement, by=city.amina, purpose=Purpose.RUN_PARTNERSHIP, category=Category.COORDINATION,
            giving=city.amina.organisation, receiving=city.radu.organisation, holds_in_interim=True,
        )  # fmt: skip
        _bring(agreement, rng.choice(("draft", "interim", "force", "force", "suspend", "end", "leave")), city)


def _bring(agreement: Agreement, step: str, city: City) -> None:
    if step == "draft":
        return
    if step == "interim":
        services.begin_interim(agreement, by=city.amina)
        services.sign_agreement(agreement, by=city.radu)
        return
    for member in (city.amina, city.radu, city.ioana):
        services.sign_agreement(agreement, by=member)
    services.bring_into_force(agreement, by=city.amina)
    if step == "suspend":
        services.suspend_agreement(agreement, by=city.amina, reason="A pause.")
    elif step == "end":
        services.end_agreement(agreement, by=city.amina, reason="It is over.")
    elif step == "leave":
        services.leave_agreement(agreement, by=city.radu, reason="We go.")
