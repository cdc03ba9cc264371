"""Letting others in to a record, under a clause, and ending that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from entente.agreements.vocabulary import Category, Purpose
from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.delivery.models import Message
from entente.people.models import Member
from entente.records import readers, services
from entente.records.models import Participation, Record
from entente.records.rules.sharing import Invitation
from tests.conftest import City
from tests.records.shared_world import SUPPORT, Agreed, World, agreed, agreement, share, world_of


@pytest.fixture
def agreement_made() -> Iterator[Agreed]:
    with agreed() as made:
        yield made


@pytest.fixture
def world(agreement_made: Agreed, city: City) -> World:
    return world_of(city, agreement_made)


def sees(world: World, member: Member) -> bool:
    with acting(member):
        return Record.objects.visible_to(member).filter(pk=world.matter.pk).exists()


def test_a_partner_let_in_sees_the_record_and_nobody_else_does(world: World) -> None:
    assert not sees(world, world.city.sofia)
    share(world)
    assert sees(world, world.city.sofia)
    assert not sees(world, world.city.lena)
    assert not sees(world, world.city.peter)


def test_sharing_is_logged_with_the_clauses_that_allow_it(world: World) -> None:
    participation = share(world)
    with acting(world.city.amina):
        event = Event.objects.get(name="records.record_shared", about_id=participation.pk)
    assert event.record_id == world.matter.pk
    assert event.why == (
        "Clauses of “Marenne sharing agreement” let “School Board” have what they name,"
        " to plan and coordinate support: 1, 2."
    )
    assert event.actor_id == world.city.amina.pk


def test_the_invited_get_a_mail_with_the_reference_and_nothing_of_the_record(world: World) -> None:
    share(world)
    with acting(world.city.amina):
        (message,) = Message.objects.filter(record_id=world.matter.pk)
        assert message.address == world.city.sofia.person.email
        assert world.matter.reference in message.subject
        for hidden in (world.matter.title, "housing", "flat"):
            assert hidden not in message.subject + message.body
        assert message.member_id == world.city.sofia.pk


def test_a_person_alone_is_let_in_and_their_colleagues_are_not(world: World) -> None:
    participation = share(world, world.city.lena)
    assert sees(world, world.city.lena)
    assert not sees(world, world.city.radu)
    assert participation.until is not None
    assert participation.until <= clock.now() + timedelta(days=366)


@pytest.mark.parametrize("days", [1, 365])
def test_an_invitation_ends_by_itself(world: World, days: int) -> None:
    until = clock.now() + timedelta(days=days)
    assert share(world, until=until).until == until


REFUSALS = [
    ({"purpose": Purpose.AVERT_DANGER}, "lets “School Board” have anything to protect others from"),
    ({"agreement": None}, "Name the agreement under which “School Board” is let in"),
    ({"purpose": ""}, "Name the agreement"),
    ({"purpose": "curiosity"}, "Name the agreement"),
    ({"to": "amina.organisation"}, "owns this record"),
    ({"to": "peter.organisation"}, "“Harbour Housing” is not a party of “Marenne sharing agreement”"),
    ({"to": "lena.organisation", "purpose": Purpose.RUN_PARTNERSHIP}, "about “housing”. No clause"),
    ({"until": timedelta(days=-1)}, "This end has passed"),
    ({"to": "lena", "until": timedelta(days=400)}, "twelve months at most"),
    ({"to": "jonas"}, "Nothing leaves your organisation here"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), REFUSALS)
def test_what_no_clause_covers_is_refused_in_words(
    world: World, given: dict[str, object], words: str
) -> None:
    given = dict(given)
    target: object = world.school
    if name := given.pop("to", None):
        target = world.city
        for part in str(name).split("."):
            target = getattr(target, part)
    if isinstance(given.get("until"), timedelta):
        given["until"] = clock.now() + given["until"]  # type: ignore[operator]
    with pytest.raises(Refused, match=words):
        share(world, target, **given)
    with acting(world.city.amina):
        assert not Participation.objects.visible_to(world.city.amina).filter(record=world.matter).exists()
        assert not Message.objects.filter(record_id=world.matter.pk).exists()


@pytest.mark.parametrize("state", ["draft", "suspended", "ended"])
def test_under_an_agreement_that_does_not_live_nothing_is_shared(world: World, state: str) -> None:
    world.agreed.change(state=state)
    with pytest.raises(Refused, match="opens nothing at this moment"):
        share(world)


def test_in_the_interim_only_what_holds_then_is_shared(world: World) -> None:
    world.agreed.change(state="interim")
    with pytest.raises(Refused, match="is not in force yet"):
        share(world)


def test_a_partner_that_left_is_not_let_in(world: World) -> None:
    world.agreed.part_with("school")
    with pytest.raises(Refused, match="“School Board” is not a party"):
        share(world)


def test_an_owner_that_left_lets_nobody_in(world: World) -> None:
    world.agreed.part_with("city")
    with pytest.raises(Refused, match="“City of Marenne” is not a party"):
        share(world)


def test_nobody_is_let_in_twice_for_the_same_but_may_be_for_longer(world: World) -> None:
    share(world, until=clock.now() + timedelta(days=5))
    with pytest.raises(Refused, match="let in to this record already"):
        share(world, until=clock.now() + timedelta(days=4))
    assert share(world).until is None


def named_matter(world: World) -> Record:
    with acting(world.city.amina):
        return services.open_matter(
            by=world.city.amina, title="For two", category=Category.HOUSING, audience="named"
        )


def test_an_organisation_is_not_let_in_to_a_record_for_named_persons(world: World) -> None:
    world.matter = named_matter(world)
    with pytest.raises(Refused, match="for named persons only, and “School Board” is more than one person"):
        share(world)
    share(world, world.city.sofia)
    assert sees(world, world.city.sofia)


def test_a_colleague_is_named_without_an_agreement(world: World) -> None:
    world.matter = named_matter(world)
    assert not sees(world, world.city.jonas)
    participation = share(world, world.city.jonas, agreement=None, purpose="")
    assert sees(world, world.city.jonas)
    assert participation.until is None


def test_whoever_is_named_on_a_record_lets_others_in(world: World) -> None:
    world.matter = named_matter(world)
    share(world, world.city.jonas, agreement=None, purpose="")
    with acting(world.city.jonas):
        services.share_record(
            world.matter,
            by=world.city.jonas,
            to=world.city.sofia,
            agreement=agreement(world),
            purpose=SUPPORT,
        )
    assert sees(world, world.city.sofia)


def test_colleagues_who_only_read_let_nobody_in(world: World) -> None:
    with acting(world.city.jonas), pytest.raises(Refused, match="Coordinators, and whoever is named"):
        services.share_record(
            world.matter, by=world.city.jonas, to=world.school, agreement=agreement(world), purpose=SUPPORT
        )


def test_a_partner_who_was_let_in_passes_nothing_on(world: World) -> None:
    share(world)
    with acting(world.city.sofia), pytest.raises(Refused, match="Only members of the organisation that owns"):
        services.share_record(
            world.matter, by=world.city.sofia, to=world.police, agreement=agreement(world), purpose=SUPPORT
        )


def test_for_others_there_is_nothing_to_share(world: World) -> None:
    with acting(world.city.lena), pytest.raises(Record.DoesNotExist):
        services.share_record(
            world.matter, by=world.city.lena, to=world.police, agreement=agreement(world), purpose=SUPPORT
        )


# Before it is shared


def test_the_preview_says_what_they_will_see_and_what_not_and_why(world: World) -> None:
    at = clock.now()
    with acting(world.city.amina):
        shown = readers.preview(
            world.matter, Invitation(world.school, agreement(world), SUPPORT, at), world.city.amina
        )
    said = {
        (one.kind, one.category, one.is_secret): (one.count, bool(one.decision), str(one.decision))
        for one in shown
    }
    assert said["record", "housing", False][:2] == (1, True)
    assert said["note", "housing", False][:2] == (1, True)
    count, is_shown, why = said["note", "health", False]
    assert (count, is_shown) == (2, False)
    assert why.startswith("No clause of the agreement lets your organisation have “health”")
    assert said["note", "school", True][:2] == (1, True)  # clause 2 opens secrecy


def test_the_preview_is_what_the_partner_then_sees(world: World) -> None:
    with acting(world.city.amina):
        invitation = Invitation(world.school, agreement(world), SUPPORT, clock.now())
        promised = {
            (one.kind, one.category, one.is_secret): one.count
            for one in readers.preview(world.matter, invitation, world.city.amina)
            if one.decision and one.kind != "record"
        }
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
        assert dict(readers.parts_of(world.matter, world.city.sofia)) == promised


# Ending it


def test_an_ended_invitation_shows_nothing_from_that_moment(world: World) -> None:
    participation = share(world)
    with acting(world.city.amina):
        services.end_participation(participation, by=world.city.amina, reason="The move is done.")
    assert not sees(world, world.city.sofia)
    with acting(world.city.amina):
        event = Event.objects.get(name="records.participation_ended")
        assert event.record_id == world.matter.pk
        assert "The move is done." in event.details


def test_waiting_mails_go_with_the_invitation(world: World) -> None:
    participation = share(world)
    share(world, world.police)
    with acting(world.city.amina):
        services.end_participation(participation, by=world.city.amina, reason="Enough.")
        messages = Message.objects.filter(record_id=world.matter.pk)
        states = {message.member_id: message.state for message in messages}
        assert states.pop(world.city.sofia.pk) == "withdrawn"
        assert set(states.values()) == {"waiting"}
        assert Event.objects.filter(name="delivery.message_withdrawn", record_id=None).count() == 1


def test_an_invitation_ends_once(world: World) -> None:
    participation = share(world)
    with acting(world.city.amina):
        services.end_participation(participation, by=world.city.amina, reason="Enough.")
        with pytest.raises(Refused, match="has ended already"):
            services.end_participation(participation, by=world.city.amina, reason="Enough.")


def test_nobody_locks_everybody_out(world: World) -> None:
    world.matter = named_matter(world)
    with acting(world.city.amina):
        (mine,) = Participation.objects.visible_to(world.city.amina).filter(record=world.matter)
        with pytest.raises(Refused, match="Name somebody else first"):
            services.end_participation(mine, by=world.city.amina, reason="On leave.")
        services.share_record(
            world.matter, by=world.city.amina, to=world.city.jonas, agreement=None, purpose=""
        )
        services.end_participation(mine, by=world.city.amina, reason="On leave.")
    assert not sees(world, world.city.amina)
    assert sees(world, world.city.jonas)


def test_partners_end_nothing(world: World) -> None:
    participation = share(world)
    with acting(world.city.sofia), pytest.raises(Participation.DoesNotExist):
        services.end_participation(participation, by=world.city.sofia, reason="x")
