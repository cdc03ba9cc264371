"""An agreement is amended by a successor, reviewed on time, left by a member; each mail arrives once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.counting import shared_now
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.audit.decisions import Refused
from entente.delivery.models import Message
from entente.partnership.models import Dossier
from entente.partnership.queries import drafting as queries
from entente.partnership.services import amending, drafting
from entente.people.models import Member, Membership
from entente.records import services as records
from entente.records.models import Record
from tests.conftest import City
from tests.partnership.drafts import dossier_of, opened, with_opinions

SET_UP = job("set-up", None)


def in_force(city: City) -> Agreement:
    agreement = opened(city)
    for member in (city.amina, city.marc, city.ioana):
        agreements.sign_agreement(agreement, by=member)
    return agreements.bring_into_force(agreement, by=city.amina)


def shared(city: City, agreement: Agreement) -> Record:
    """A matter of the city that the prison reads under the agreement."""
    with acting(city.amina):
        matter = records.open_matter(by=city.amina, title="A room in May", category="housing")
        records.share_record(
            matter,
            by=city.amina,
            to=city.marc.organisation,
            agreement=agreement,
            purpose="prepare_return",
        )
    return matter


def reads(reader: Member, record: Record) -> bool:
    with acting(reader):
        return Record.objects.visible_to(reader).filter(pk=record.pk).exists()


def succeeded(city: City, former: Agreement) -> Agreement:
    successor = amending.amend_agreement(former, by=city.amina, title="Return from prison, second")
    with_opinions(city, successor)
    drafting.open_signature(dossier_of(successor, city.amina), by=city.amina)
    for member in (city.amina, city.marc, city.ioana):
        agreements.sign_agreement(successor, by=member)
    return successor


def test_a_successor_begins_as_a_copy(city: City) -> None:
    former = in_force(city)
    successor = amending.amend_agreement(former, by=city.amina)
    with acting(city.amina):
        both = [register.clauses_of([one.pk], city.amina) for one in (former, successor)]
        bases = [len(queries.bases_of(one.pk, city.amina)) for one in (former, successor)]
    cells = [{register.cell_of(row) for row in rows} for rows in both]
    assert cells[0] == cells[1]
    assert bases[0] == bases[1] > 0
    assert dossier_of(successor, city.amina).texts == dossier_of(former, city.amina).texts
    assert (successor.state, successor.succeeds_id) == ("draft", former.pk)
    with pytest.raises(Refused, match="Only the organisation that keeps"):
        amending.amend_agreement(former, by=city.marc)


def test_the_former_ends_in_the_same_second_and_says_so_before(city: City) -> None:
    former = in_force(city)
    matter = shared(city, former)
    assert reads(city.marc, matter)
    successor = succeeded(city, former)
    with acting(city.amina):
        told = " ".join(queries.closes(successor, city.amina))
    assert "1 record that your organisation shares under it is closed" in told
    assert reads(city.marc, matter)
    agreements.bring_into_force(successor, by=city.amina)
    assert not reads(city.marc, matter)
    with acting(city.amina):
        ended = register.agreements(city.amina).get(pk=former.pk)
        newest = register.changes(former, city.amina)[0]
    assert ended.state == "ended"
    assert newest.name == "agreements.agreement_succeeded"


def test_a_member_that_leaves_closes_what_was_shared_that_second(
    city: City, client_of: Callable[[Member], object]
) -> None:
    agreement = in_force(city)
    matter = shared(city, agreement)
    with acting(city.marc):
        assert shared_now([agreement.pk], city.marc)[agreement.pk].theirs == 1
    page = client_of(city.marc).get(f"/staff/agreements/{agreement.pk}/leave/")  # type: ignore[attr-defined]
    assert "1 record of another organisation is closed to you" in page.content.decode()
    agreements.leave_agreement(agreement, by=city.marc, reason="Our law changed.")
    assert not reads(city.marc, matter)
    assert reads(city.amina, matter)


@pytest.fixture
def owner(connected_as: Callable[[str], str]) -> dict[str, Member]:
    """The cast on a copy of the city where the owner acts as anybody, and as a job."""
    connected_as("entente_owner")
    with acting(SET_UP):
        rows = Membership.objects.select_related("person", "organisation")
        found = {row.person.name.split()[0].lower(): row for row in rows}
    for member in found.values():
        member.credential = Credential("member", str(member.pk))
    return found


def mails(template: str) -> int:
    with acting(SET_UP):
        return Message.objects.filter(template__contains=template).count()


def test_a_review_is_reminded_of_exactly_once(owner: dict[str, Member]) -> None:
    with acting(SET_UP):
        dossier = Dossier.objects.visible_to(SET_UP).get(agreement__kind="prison")
    assert dossier.review_on
    before = timedelta(days=(dossier.review_on - clock.today()).days - 29)
    amending.remind_of_reviews(by=SET_UP)
    assert mails("review_due") == 0
    with clock.frozen(clock.now() + before):
        amending.remind_of_reviews(by=SET_UP)
        amending.remind_of_reviews(by=SET_UP)
        assert mails("review_due") == 1
        amina = owner["amina"]
        with acting(amina):
            waiting = [one for one in queries.waiting_for(amina) if "review" in one.url]
        assert len(waiting) == 1
        later = clock.today() + timedelta(days=365)
        with pytest.raises(Refused, match="within two years"):
            amending.review_agreement(dossier, by=amina, note="x", next_on=clock.today())
        reviewed = amending.review_agreement(dossier, by=amina, note="It helps.", next_on=later)
        assert reviewed.review_on == later
        amending.remind_of_reviews(by=SET_UP)
        assert mails("review_due") == 1


def test_owners_are_told_of_what_closed_exactly_once(owner: dict[str, Member]) -> None:
    amina, radu, sofia, ioana = (owner[name] for name in ("amina", "radu", "sofia", "ioana"))
    with acting(amina):
        former = register.agreements(amina).get(kind="sharing")
    successor = amending.amend_agreement(former, by=amina)
    dossier = dossier_of(successor, amina)
    drafting.write_dossier(
        dossier, by=amina, texts=dict.fromkeys(Dossier.FIELDS, "Said plainly."), contact="The city's office"
    )
    with acting(amina):
        needs = queries.needs_of(successor.pk, amina)
        parties = {
            row.organisation_id: row.organisation for row in register.parties_of([successor.pk], amina)
        }
    for who, purpose in {(need.organisation, need.purpose) for need in needs}:
        drafting.state_basis(
            successor,
            by=amina,
            organisation=parties[who],
            purpose=purpose,
            basis="gdpr_6_1_e",
            provision="Act",
        )
    drafting.ask_opinions(dossier, by=amina)
    with clock.frozen(clock.now() + timedelta(days=15)):
        drafting.open_signature(dossier, by=amina)
        for member in (amina, radu, sofia, ioana):
            agreements.sign_agreement(successor, by=member)
        amending.tell_closings(by=SET_UP)
        assert mails("sharing_closed") == 0
        agreements.bring_into_force(successor, by=amina)
        amending.tell_closings(by=SET_UP)
        sent = mails("sharing_closed")
        assert sent >= 1
        amending.tell_closings(by=SET_UP)
        assert mails("sharing_closed") == sent
