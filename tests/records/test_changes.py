from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from django.test import Client

from entente.audit.actors import acting
from entente.people.models import Member
from entente.records import services
from tests.records.shared_world import SUPPORT, World, share

ClientOf = Callable[[Member], Client]
PAGE, FEED = "/staff/records/changes/", "/staff/records/changes.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def shown(client: Client) -> str:
    return client.get(PAGE).content.decode()


def entries(client: Client) -> list[str]:
    answer = client.get(FEED)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    tree = ElementTree.fromstring(answer.content)  # noqa: S314  our own
    return [entry.findtext(f"{ATOM}title", "") for entry in tree.iter(f"{ATOM}entry")]


def test_colleagues_read_what_happened_in_sentences(world: World, client_of: ClientOf) -> None:
    page = shown(client_of(world.city.claire))
    assert page.index("Amina Haddad wrote a note.") < page.index("Amina Haddad opened this matter.")
    assert world.matter.reference in page
    assert "A flat for a family" in page


def test_dialogues_speak_with_their_own_sentences(world: World, client_of: ClientOf) -> None:
    assert "Amina Haddad started this dialogue." in shown(client_of(world.city.claire))


def test_the_owner_reads_who_looked(world: World, client_of: ClientOf) -> None:
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    assert "said what they need this record for" in shown(client_of(world.city.amina))


def test_the_feed_holds_references_and_no_titles(world: World, client_of: ClientOf) -> None:
    claire = client_of(world.city.claire)
    assert world.matter.reference in entries(claire)
    text = claire.get(FEED).content.decode()
    for hidden in ("A flat for a family", "Amina", "wrote a note"):
        assert hidden not in text


def test_others_read_nothing_of_it(world: World, client_of: ClientOf) -> None:
    for reader in (world.city.peter, world.city.sofia):
        client = client_of(reader)
        assert world.matter.reference not in shown(client)
        assert world.matter.reference not in entries(client)


def test_where_nothing_happened_the_page_teaches(world: World, client_of: ClientOf) -> None:
    assert "Nothing happened yet" in shown(client_of(world.city.peter))


def test_when_the_agreement_is_suspended_the_feed_forgets(world: World, client_of: ClientOf) -> None:
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)
    sofia = client_of(world.city.sofia)
    assert world.matter.reference in entries(sofia)
    world.agreed.change(state="suspended")
    assert world.matter.reference not in entries(sofia)
    assert world.matter.reference not in shown(sofia)
