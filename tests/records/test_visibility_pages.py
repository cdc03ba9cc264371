"""The signature pages: sharing, stating the purpose, who can see, why, who has seen, still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from entente.agreements.models import Agreement
from entente.agreements.services import suspend_agreement
from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.models import Event
from entente.people.models import Account, Member, Session
from entente.records import services
from entente.records.models import Opening, Participation, Record
from tests.conftest import City
from tests.records.shared_world import SUPPORT, TITLE, Agreed, World, agreed, agreement, share, world_of

ClientOf = Callable[[Member], Client]


@pytest.fixture
def agreement_made() -> Iterator[Agreed]:
    with agreed() as made:
        yield made


@pytest.fixture
def world(agreement_made: Agreed, city: City) -> World:
    return world_of(city, agreement_made)


def at(world: World, page: str = "", record: Record | None = None) -> str:
    return f"/staff/records/{(record or world.matter).reference}/{page}"


def shown(client: Client, path: str, status: int = 200) -> str:
    """What a page says below the bar on top."""
    response = client.get(path)
    assert response.status_code == status, path
    return " ".join(response.content.decode().partition("<main")[2].split())


def choice(world: World, **other: str) -> dict[str, str]:
    given = {
        "to": f"organisation:{world.school.pk}",
        "agreement": str(world.agreed.pk),
        "purpose": str(SUPPORT),
        "until": "",
    }
    return given | other


# Letting somebody in


def test_the_page_offers_partners_agreements_and_colleagues(world: World, client_of: ClientOf) -> None:
    page = shown(client_of(world.city.amina), at(world, "share/"))
    for offered in ("School Board", "Marenne Police", TITLE, "Sofia", "Jonas"):
        assert offered in page
    assert "Harbour Housing" not in page


def test_before_anybody_is_let_in_one_reads_what_they_will_see(world: World, client_of: ClientOf) -> None:
    response = client_of(world.city.amina).post(at(world, "share/"), choice(world))
    page = " ".join(response.content.decode().split())
    assert response.status_code == 200
    will, _, will_not = page.partition("They will not see")
    assert "One note</strong> · Housing · clause 1" in will
    assert "One note</strong> · School and training · under professional secrecy · clause 2" in will
    assert "2 notes</strong> · Health" in will_not
    assert "No clause of the agreement lets “School Board” have “health”" in will_not
    with acting(world.city.amina):
        assert not Participation.objects.visible_to(world.city.amina).filter(record=world.matter).exists()


def test_confirmed_they_are_let_in(world: World, client_of: ClientOf) -> None:
    client = client_of(world.city.amina)
    response = client.post(at(world, "share/"), choice(world, confirmed="on"), follow=True)
    assert response.status_code == 200
    assert "Under “Marenne sharing agreement”, to plan and coordinate support." in response.content.decode()
    assert world.matter.title in shown(client_of(world.city.sofia), at(world))


@pytest.mark.parametrize("confirmed", ["", "on"])
def test_the_page_says_why_not_and_the_log_keeps_it(
    world: World, client_of: ClientOf, confirmed: str
) -> None:
    response = client_of(world.city.amina).post(
        at(world, "share/"), choice(world, purpose="avert_danger", confirmed=confirmed)
    )
    assert response.status_code == 409
    assert "No clause of “Marenne sharing agreement” lets “School Board” have anything" in (
        response.content.decode()
    )
    with acting(world.city.amina):
        event = Event.objects.get(name="records.refused", record_id=world.matter.pk)
        assert not event.allowed


@pytest.mark.parametrize(
    "bad", [{"to": ""}, {"to": "organisation:x"}, {"agreement": "x"}, {"purpose": "x"}, {"until": "tomorrow"}]
)
def test_nonsense_is_not_shared(world: World, client_of: ClientOf, bad: dict[str, str]) -> None:
    response = client_of(world.city.amina).post(at(world, "share/"), choice(world, confirmed="on", **bad))
    assert response.status_code == 400
    with acting(world.city.amina):
        assert not Participation.objects.visible_to(world.city.amina).filter(record=world.matter).exists()


def test_a_day_means_until_its_end_in_the_city(world: World, client_of: ClientOf) -> None:
    day = clock.today() + timedelta(days=3)
    client_of(world.city.amina).post(
        at(world, "share/"), choice(world, confirmed="on", until=day.isoformat())
    )
    with acting(world.city.amina):
        (made,) = Participation.objects.visible_to(world.city.amina).filter(record=world.matter)
    assert made.until is not None
    from django.utils import timezone

    assert timezone.localtime(made.until).isoformat()[:16] == f"{day + timedelta(days=1)}T00:00"


def test_colleagues_read_who_is_let_in_and_guests_do_not(world: World, client_of: ClientOf) -> None:
    share(world)
    assert "Show what they will see" not in shown(client_of(world.city.jonas), at(world, "share/"))
    assert client_of(world.city.sofia).get(at(world, "share/")).status_code == 403
    assert client_of(world.city.lena).get(at(world, "share/")).status_code == 404


def test_an_invitation_is_ended_after_saying_why(world: World, client_of: ClientOf) -> None:
    participation = share(world)
    client, page = client_of(world.city.amina), at(world, f"share/{participation.pk}/end/")
    assert "From this moment the record is gone for them" in shown(client, page)
    assert client.post(page, {"reason": ""}).status_code == 400
    assert client_of(world.city.sofia).get(at(world)).status_code == 200
    assert client.post(page, {"reason": "Done."}).status_code == 302
    assert client_of(world.city.sofia).get(at(world)).status_code == 404
    assert client.get(page).status_code == 409
    assert "Invitations that have ended" in shown(client, at(world, "share/"))


# Stating the purpose


def test_a_guest_sees_the_head_and_what_the_log_will_keep(world: World, client_of: ClientOf) -> None:
    share(world)
    page = shown(client_of(world.city.sofia), at(world, "purpose/"))
    assert world.matter.title in page
    assert "Plan and coordinate support" in page
    assert "Clause 1 of “Marenne sharing agreement” lets your organisation have “housing”" in page
    assert "The flat is free in May." not in page


def test_stated_the_record_opens(world: World, client_of: ClientOf) -> None:
    share(world)
    client = client_of(world.city.sofia)
    assert "The flat is free in May." not in shown(client, at(world))
    response = client.post(at(world, "purpose/"), {"purpose": str(SUPPORT)}, follow=True)
    page = response.content.decode()
    assert "The flat is free in May." in page
    assert "Asthma" not in page


@pytest.mark.parametrize("purpose", ["", "avert_danger", "x"])
def test_another_purpose_opens_nothing(world: World, client_of: ClientOf, purpose: str) -> None:
    share(world)
    response = client_of(world.city.sofia).post(at(world, "purpose/"), {"purpose": purpose})
    assert response.status_code == 400
    with acting(world.city.sofia):
        assert not Opening.objects.filter(record_id=world.matter.pk).exists()


def test_owners_need_not_state_anything_and_others_find_nothing(world: World, client_of: ClientOf) -> None:
    assert client_of(world.city.jonas).get(at(world, "purpose/")).status_code == 302
    assert client_of(world.city.lena).get(at(world, "purpose/")).status_code == 404
    public = at(world, "purpose/", world.city.dialogue)
    assert client_of(world.city.lena).get(public).status_code == 404


# Who can see


def test_everybody_who_can_see_it_is_named_with_what_opens_it(world: World, client_of: ClientOf) -> None:
    share(world)
    share(world, world.city.lena)
    page = shown(client_of(world.city.amina), at(world, "who-can-see/"))
    for name in ("Amina Haddad", "Jonas Vermeer", world.city.sofia.person.name, world.city.lena.person.name):
        assert name in page
    for name in (world.city.radu.person.name, world.city.peter.person.name):
        assert name not in page
    assert "lets “School Board” have “housing” to plan and coordinate support" in page
    assert "What is about: housing, school and training." in page
    assert "Under professional secrecy too: school and training." in page


def test_it_says_who_can_not_and_why(world: World, client_of: ClientOf) -> None:
    share(world)
    page = shown(client_of(world.city.amina), at(world, "who-can-see/"))
    assert "Members of “School Board” can&#x27;t see what is about “health”. No clause" in page
    assert "Members of “Marenne Police”, a party of “Marenne sharing agreement”" in page


def test_a_guest_does_not_learn_there_what_stays_closed(world: World, client_of: ClientOf) -> None:
    share(world)
    page = shown(client_of(world.city.sofia), at(world, "who-can-see/"))
    assert world.city.sofia.person.name in page
    assert "health" not in page.lower().replace("marenne community health", "")


def test_functions_stand_in_for_names(world: World, client_of: ClientOf) -> None:
    share(world)
    page = shown(client_of(world.city.jonas), at(world, "who-can-see/?functions=1"))
    assert world.city.sofia.role_title in page
    for name in (world.city.sofia.person.name, world.city.amina.person.name):
        assert name not in page


def test_of_a_public_record_others_learn_that_it_is_public(world: World, client_of: ClientOf) -> None:
    public = at(world, "who-can-see/", world.city.dialogue)
    page = shown(client_of(world.city.peter), public)
    assert "Everybody can see the head of this record" in page
    assert "Amina Haddad" not in page


# Why


def test_a_guest_reads_the_clause_the_invitation_and_what_they_stated(
    world: World, client_of: ClientOf
) -> None:
    share(world)
    client = client_of(world.city.sofia)
    page = shown(client, at(world, "why/"))
    for told in ("Clause 1 of “Marenne sharing agreement”", "Article 6 (1) (e)", "Amina Haddad"):
        assert told in page
    assert "Nothing yet: only the head of the record is open to you." in page
    client.post(at(world, "purpose/"), {"purpose": str(SUPPORT)})
    assert "it lasts until" in shown(client, at(world, "why/"))


def test_what_is_closed_is_named_whether_or_not_there_is_any(world: World, client_of: ClientOf) -> None:
    share(world)
    closed = shown(client_of(world.city.sofia), at(world, "why/")).partition("What is not open to you")[2]
    for category in ("Health", "Debts and entitlements"):
        assert category in closed
    assert "Housing" not in closed


def test_a_colleague_reads_that_their_organisation_owns_it(world: World, client_of: ClientOf) -> None:
    assert "Your organisation owns this record." in shown(client_of(world.city.jonas), at(world, "why/"))


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
@pytest.mark.parametrize("page", ["purpose/", "who-can-see/", "why/", "who-has-seen/"])
def test_the_pages_are_there_in_every_language(
    world: World, client_of: ClientOf, page: str, language: str
) -> None:
    share(world)
    client = client_of(world.city.sofia)
    client.cookies["language"] = language
    body = client.get(at(world, page)).content.decode()
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in body


# Who has seen


def test_nobody_has_seen_it_yet(world: World, client_of: ClientOf) -> None:
    share(world)
    page = shown(client_of(world.city.amina), at(world, "who-has-seen/"))
    assert "Nobody outside has looked at it" in page


def test_it_says_who_looked_when_for_what_and_under_which_clause(world: World, client_of: ClientOf) -> None:
    share(world)
    client_of(world.city.sofia).post(at(world, "purpose/"), {"purpose": str(SUPPORT)}, follow=True)
    page = shown(client_of(world.city.jonas), at(world, "who-has-seen/"))
    for told in (
        world.city.sofia.person.name,
        world.city.sofia.role_title,
        "School Board",
        "Plan and coordinate support",
        "Clause 1 of “Marenne sharing agreement” lets “School Board” have “housing”",
    ):
        assert told in page


# Still open


def test_a_page_learns_that_the_record_is_gone(world: World, client_of: ClientOf) -> None:
    participation = share(world)
    client = client_of(world.city.sofia)
    assert client.get(at(world, "still-open/")).json() == {"open": True}
    with acting(world.city.amina):
        services.end_participation(participation, by=world.city.amina, reason="Done.")
    gone = client.get(at(world, "still-open/"))
    assert (gone.status_code, gone.json()) == (404, {"open": False})


def test_asking_does_not_keep_anybody_signed_in(world: World, client_of: ClientOf) -> None:
    client = client_of(world.city.jonas)
    account = Account.objects.get(person_id=world.city.jonas.person_id)
    newest = Session.objects.filter(account=account).order_by("-started_at").first()
    assert newest is not None
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        client.get(at(world, "still-open/"), headers={"X-Fragment": "still-open"})
        assert Session.objects.get(pk=newest.pk).expires_at == newest.expires_at
        client.get(at(world))
        assert Session.objects.get(pk=newest.pk).expires_at > newest.expires_at


@pytest.mark.parametrize("page", ["", "who-can-see/", "why/", "who-has-seen/", "purpose/"])
def test_every_page_about_a_record_watches_itself(world: World, client_of: ClientOf, page: str) -> None:
    share(world)
    body = shown(client_of(world.city.sofia), at(world, page))
    assert f'data-url="{at(world, "still-open/")}"' in body
    assert "This record is no longer open to you." in body


# A draft of another kind of record


def test_a_guest_of_a_draft_dialogue_finds_the_general_page_and_nothing_to_run(
    world: World, client_of: ClientOf
) -> None:
    world.agreed.raw.execute(
        "update agreements_clause set category = 'engagement' where agreement_id = %s and number = 1",
        [world.agreed.pk],
    )
    draft = world.city.library
    with acting(world.city.amina):
        services.share_record(
            draft,
            by=world.city.amina,
            to=world.school,
            agreement=agreement(world),
            purpose=SUPPORT,
        )
    client = client_of(world.city.sofia)
    assert client.get(f"/staff/dialogues/{draft.reference}/").status_code == 404
    page = shown(client, at(world, "", draft))
    assert draft.title in page
    for staff in ("Change the texts", "Open the dialogue", "Let somebody in", "Add an action"):
        assert staff not in page


def test_the_owners_page_of_a_dialogue_says_who_can_see_it(world: World, client_of: ClientOf) -> None:
    page = shown(client_of(world.city.amina), f"/staff/dialogues/{world.city.library.reference}/")
    assert f'data-url="{at(world, "still-open/", world.city.library)}"' in page
    assert f'href="{at(world, "why/", world.city.library)}"' in page


def test_while_the_agreement_is_suspended_its_owner_still_sees_who_was_let_in_and_who_can_see(
    city: City, client_of: ClientOf
) -> None:
    """Marenne's own matter: an organisation and a person were let in, and no partner is known meanwhile."""
    with acting(city.amina):
        record = Record.objects.visible_to(city.amina).get(title="Back to school after a hard summer")
        made = Agreement.objects.get(title="Agreement on individual support")
        suspend_agreement(made, by=city.amina, reason="A review.")
    amina = client_of(city.amina)
    assert "Sofia Marin" in shown(amina, f"/staff/records/{record.reference}/share/")
    page = shown(amina, f"/staff/records/{record.reference}/who-can-see/")
    assert "Amina Haddad" in page
    assert "Lena Koch" not in page


def test_somebody_elses_emergency_is_no_door_of_the_owners_people(city: City, client_of: ClientOf) -> None:
    with acting(city.amina):
        record = Record.objects.visible_to(city.amina).get(title__startswith="After the night of the 4th")
    with acting(city.lena):
        services.break_glass(record.reference, by=city.lena, reason="Somebody is on the way there.", hours=1)
    page = shown(client_of(city.amina), f"/staff/records/{record.reference}/who-can-see/")
    assert page.count("owns this record.") == 1
