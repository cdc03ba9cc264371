"""The directory's pages: what each shows, to whom, and that a bad form loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit.actors import acting
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Member, Tie
from entente.people.queries import directory as queries
from entente.people.services import adding, ties
from tests.conftest import City

HERE = "/staff/directory/"
ClientOf = Callable[[Member], Client]
OURS = {
    "name": "Night Shelter",
    "name_fr": "Refuge de nuit",
    "kind": "housing",
    "languages": ["fr"],
    "areas": ["old_port"],
    "phone": "+00 20 1",
    "email": "desk@shelter.example",
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_shows_everybody_and_filters_read_as_a_sentence(city: City, client_of: ClientOf) -> None:
    page = text(client_of(city.lena).get(HERE))
    assert page.count('role="rowheader"') == 25
    found = text(client_of(city.lena).get(HERE, {"words": "politia", "spoken": "ro"}))
    assert "/staff/directory/police/" in found
    assert found.count('role="rowheader"') == 1
    none = text(
        client_of(city.lena).get(HERE, {"spoken": "ro", "prevention": "tertiary", "area": "mill_fields"})
    )
    assert "No organisation fits" in none
    assert client_of(city.lena).get(HERE, {"kind": "nonsense", "page": "999"}).status_code == 200


def test_an_organisation_is_listed_verified_and_given_a_post(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    answer = amina.post(f"{HERE}add/", OURS)
    assert answer.status_code == 302
    assert answer["Location"] == f"{HERE}night-shelter/"
    assert amina.post(f"{HERE}night-shelter/verify/").status_code == 302
    post = {
        "name": "Ada Berg",
        "post": "Warden",
        "phone": "٠٢٠ ١",
        "channel": "phone",
        "home_address": "Elm 1",
    }
    assert amina.post(f"{HERE}night-shelter/contacts/add/", post).status_code == 302
    page = text(amina.get(f"{HERE}night-shelter/"))
    assert "Ada Berg" in page
    assert "020 1" in page
    assert "Elm 1" not in page
    assert "Nobody stands in for this post" in page
    assert "Ada Berg" not in text(client_of(city.lena).get(f"{HERE}night-shelter/"))


def test_a_bad_form_keeps_what_was_typed_and_says_why(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    answer = amina.post(f"{HERE}add/", OURS | {"languages": [], "phone": "call me"})
    assert answer.status_code == 400
    assert "at least one language" in text(answer)
    assert "no telephone number" in text(answer)
    assert "Refuge de nuit" in text(answer)
    again = amina.post(f"{HERE}add/", OURS | {"name": "MARENNE POLICE"})
    assert again.status_code == 409
    assert "stands in the directory already" in text(again)
    assert "Refuge de nuit" in text(again)
    nobody = amina.post(f"{HERE}police/contacts/add/", {"name": "X", "post": "Y", "channel": "phone"})
    assert nobody.status_code == 400


def sent(page: str) -> dict[str, Any]:
    """What a browser would send back from the form of a page."""
    told: dict[str, Any] = {}
    page = page.partition("<main")[2]
    for name, value in re.findall(
        r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"(?![^>]*type="checkbox")', page
    ):
        told.setdefault(name, value)
    for name in ("languages", "areas", "prevention", "scenarios"):
        boxes = re.findall(rf'<input type="checkbox" name="{name}" value="([^"]+)"[^>]*checked', page)
        told[name] = boxes
    for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', page):
        told[name] = body.strip()
    told["kind"] = re.search(r'<option value="([^"]+)" selected', page)[1]  # type: ignore[index]
    return {name: value for name, value in told.items() if name != "csrfmiddlewaretoken"}


def test_two_who_correct_the_same_entry_are_told_and_nothing_is_lost(city: City, client_of: ClientOf) -> None:
    one, other = client_of(city.amina), client_of(city.lena)
    first, second = (sent(text(c.get(f"{HERE}police/edit/"))) for c in (one, other))
    answer = one.post(f"{HERE}police/edit/", first | {"phone": "+00 1111"})
    assert re.findall(r'_error"><li>.*?</li>', text(answer)) == []
    assert answer.status_code == 302
    answer = other.post(
        f"{HERE}police/edit/", second | {"phone": "+00 2222", "web": "https://police.example"}
    )
    page = text(answer)
    assert answer.status_code == 409
    assert 'id="meanwhile"' in page
    assert "Amina Haddad" in page
    assert "+00 1111" in page
    assert 'value="+00 2222"' in page
    assert other.post(f"{HERE}police/edit/", sent(page)).status_code == 302
    with acting(city.amina):
        entry = queries.entry_of("police", city.amina)
    assert entry is not None
    assert (entry.phone, entry.web) == ("+00 2222", "https://police.example")


def test_steps_ask_first_and_refuse_with_a_reason(city: City, client_of: ClientOf) -> None:
    amina, lena = client_of(city.amina), client_of(city.lena)
    assert lena.get(f"{HERE}job-centre/edit/").status_code == 403
    assert lena.get(f"{HERE}job-centre/archive/").status_code == 403
    assert lena.get(f"{HERE}police/confirm/").status_code == 200
    assert lena.post(f"{HERE}police/confirm/").status_code == 302
    assert amina.get(f"{HERE}chamber-of-trade/ask/").status_code == 409  # no address
    assert amina.post(f"{HERE}job-centre/ask/", {"language": "ro"}).status_code == 302
    assert amina.post(f"{HERE}job-centre/ask/", {"language": "ro"}).status_code == 409
    assert amina.post(f"{HERE}job-centre/archive/", {"reason": ""}).status_code == 400
    assert amina.post(f"{HERE}job-centre/archive/", {"reason": "Closed."}).status_code == 302
    assert "Closed." in text(amina.get(f"{HERE}job-centre/"))
    assert amina.get(f"{HERE}nobody/").status_code == 404


def test_posts_move_and_end_on_the_page(city: City, client_of: ClientOf) -> None:
    lena = client_of(city.lena)
    with acting(city.lena):
        first, second = queries.contacts_of(city.lena.organisation, city.lena)
    assert lena.post(f"{HERE}police/contacts/order/", {"up": str(second.pk)}).status_code == 302
    with acting(city.lena):
        assert queries.contacts_of(city.lena.organisation, city.lena) == [second, first]
    here = f"{HERE}police/contacts/{first.pk}/"
    changed = {"name": first.name, "post": first.post, "email": "a@b.example", "channel": "email"}
    assert lena.post(here, changed | {"state": "on_leave", "back_on": "2027-01-01"}).status_code == 302
    assert "back on" in text(lena.get(f"{HERE}police/"))
    assert lena.get(f"{here}end/").status_code == 200
    assert lena.post(f"{here}end/").status_code == 302
    peter = client_of(city.peter)
    assert peter.get(here).status_code == 404
    assert client_of(city.ioana).get(here).status_code == 403


def test_a_tie_is_noted_by_name_and_ended(city: City, client_of: ClientOf) -> None:
    radu = client_of(city.radu)
    here = f"{HERE}police/ties/add/"
    assert radu.post(here, {"kind": "trains", "other": "Nobody at all"}).status_code == 400
    assert radu.post(here, {"kind": "trains", "other": "marenne buses"}).status_code == 302
    assert radu.post(here, {"kind": "trains", "other": "Marenne Buses"}).status_code == 409
    assert radu.post(here, {"kind": "trains", "other": "Marenne Police"}).status_code == 409
    page = text(radu.get(f"{HERE}police/"))
    assert "Marenne Police trains Marenne Buses." in page
    with acting(city.radu):
        tie = Tie.objects.visible_to(city.radu).get(kind="trains", one=city.radu.organisation)
    assert client_of(city.tomas).post(f"{HERE}police/ties/{tie.pk}/end/").status_code == 403
    assert radu.post(f"{HERE}police/ties/{tie.pk}/end/").status_code == 302
    assert "trains Marenne Buses" not in text(radu.get(f"{HERE}police/"))


def test_whom_to_call_shows_only_what_the_reader_may_ring(city: City, client_of: ClientOf) -> None:
    ioana = text(client_of(city.ioana).get(f"{HERE}call/attack/"))
    peter = text(client_of(city.peter).get(f"{HERE}call/attack/"))
    assert "+00 20 555 0299" in ioana
    assert "Marenne Police" in peter
    assert "0201" not in peter
    assert "0299" not in peter
    paper = client_of(city.ioana).get(f"{HERE}call/attack/sheet.pdf", {"spoken": "ro"})
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert client_of(city.ioana).get(f"{HERE}call/nonsense/").status_code == 404
    assert text(client_of(city.amina).get(f"{HERE}call/")).count('<li class="card">') == 15


def test_what_to_check_and_where_nobody_is(city: City, client_of: ClientOf) -> None:
    page = text(client_of(city.amina).get(f"{HERE}stale/"))
    assert "Chamber of Trade" in page
    assert "Job Centre" in page
    assert "/staff/directory/police/" not in page
    covered = text(client_of(city.amina).get(f"{HERE}coverage/", {"spoken": "ro"}))
    assert "Disengagement and return in Romanian: nobody in Mill Fields." in covered


def drawing(page: str) -> str:
    """The network as the page draws it."""
    return page.partition('class="network"')[2].partition("</svg>")[0]


def test_the_network_is_a_picture_a_table_and_a_sentence(city: City, client_of: ClientOf) -> None:
    client = client_of(city.peter)
    page = text(client.get(f"{HERE}network/"))
    assert "<svg" in page
    assert "City of Marenne has the most" in page
    again = text(client.get(f"{HERE}network/"))
    assert drawing(again) == drawing(page) != ""
    of = text(client.get(f"{HERE}network/", {"of": "new page"}))
    assert "New Page has 5 noted ties." in of
    assert "University of Marenne" in drawing(page)
    assert "University of Marenne" not in drawing(of)
    picture = client.get(f"{HERE}network/network.svg")
    assert picture["Content-Type"].startswith("image/svg+xml")
    assert client.get(f"{HERE}network/", {"of": "nobody"}).status_code == 200


@pytest.mark.parametrize(
    "page", ["", "stale/", "coverage/", "network/", "call/", "call/attack/", "police/", "?words=hopital"]
)
def test_a_page_asks_as_often_with_many_as_with_few(city: City, client_of: ClientOf, page: str) -> None:
    client = client_of(city.amina)
    client.get(f"{HERE}{page}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{HERE}{page}")
    rows = [
        NewEntry(
            f"Hopital {n}",
            "ngo",
            ["en"],
            scenarios=["attack"],
            contacts=(NewContact(f"P {n}", "desk", phone="123"),),
        )
        for n in range(30)
    ]
    made = adding.add_entries(rows, by=city.amina)
    for one in made[1:]:
        ties.tie_organisations(city.lena.organisation, one.organisation, by=city.amina, kind="trains")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{HERE}{page}")
    assert len(many) <= len(few) <= 25
    assert len([q for q in many if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 18


def test_my_work_says_what_waits_in_the_directory(city: City, client_of: ClientOf) -> None:
    asked = client_of(city.amina)
    assert "perhaps out of date" in text(asked.get("/staff/"))
    assert "perhaps out of date" not in text(client_of(city.claire).get("/staff/"))
    assert asked.post(f"{HERE}police/ask/", {"language": "ro"}).status_code == 302
    assert f"{HERE}police/confirm/" in text(client_of(city.lena).get("/staff/"))
