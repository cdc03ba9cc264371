"""Protocols: drafted from one that ships, brought into use, replaced, withdrawn, and read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.partnership.models import Protocol
from entente.partnership.queries import protocols as queries
from entente.partnership.services import adoptions, protocols
from entente.partnership.starting_protocols import shipped_protocols
from entente.people.models import Member
from tests.conftest import City

ClientOf = Callable[[Member], Client]
STEPS = [{"who": "The duty officer", "what": "Calls back", "within": "one hour"}]
TEXTS = {"title": "When a parcel is found", "purpose": "Nobody panics.", "applies": "A lonely parcel."}


def drafted(by: Member, **more: Any) -> Protocol:
    return protocols.draft_protocol(
        by=by, kind="response", texts={**TEXTS, "steps": STEPS, "roles": []}, **more
    )


def in_use(by: Member) -> Protocol:
    return protocols.bring_protocol_into_use(drafted(by), by=by)


def newest_event(overseer: Member, name: str) -> Event:
    with acting(overseer):
        return Event.objects.filter(name=name).latest("at")


def test_a_draft_begins_from_one_that_ships_in_four_languages(city: City) -> None:
    draft = protocols.draft_protocol(by=city.amina, starting="rumour")
    assert sorted(draft.languages) == ["ar", "en", "fr", "ro"]
    with translation.override("ro"):
        assert str(draft) == "Circulă un zvon"


def test_six_protocols_ship_whole_in_every_language() -> None:
    assert [one.kind for one in shipped_protocols()].count("sharing") == 2
    for one in shipped_protocols():
        for code, _name in settings.LANGUAGES:
            told = one.texts[code]
            assert all(told[name] for name in ("title", "purpose", "applies", "roles", "steps"))
            assert all(all(step.values()) for step in told["steps"])


def test_what_is_in_use_replaces_the_version_before(city: City) -> None:
    first = in_use(city.amina)
    second = protocols.draft_protocol_version(first, by=city.amina)
    protocols.bring_protocol_into_use(second, by=city.amina)
    with acting(city.peter):
        found = queries.versions_of(first.reference, city.peter)
    assert [(one.number, one.state) for one in found] == [(2, "in_use"), (1, "replaced")]


def test_each_step_is_logged_with_its_reason(city: City) -> None:
    protocol = in_use(city.amina)
    protocols.withdraw_protocol(protocol, by=city.amina, reason="Parcels are no worry any more.")
    event = newest_event(city.elisabeth, "partnership.protocol_withdrawn")
    assert event.why == "Your organisation keeps this protocol."


def test_a_review_moves_the_next_one(city: City) -> None:
    protocol = in_use(city.amina)
    next_on = clock.today() + timedelta(days=100)
    assert (
        protocols.review_protocol(protocol, by=city.amina, next_on=next_on, outcome="Good.").review_on
        == next_on
    )
    with pytest.raises(Refused, match="after today"):
        protocols.review_protocol(protocol, by=city.amina, next_on=clock.today(), outcome="Good.")


def test_without_a_step_it_is_not_brought_into_use(city: City) -> None:
    empty = protocols.draft_protocol(by=city.amina, kind="response", texts=TEXTS)
    with pytest.raises(Refused, match="at least one step"):
        protocols.bring_protocol_into_use(empty, by=city.amina)


def test_what_was_in_use_keeps_its_words(city: City) -> None:
    with pytest.raises(Refused, match="keeps its words"):
        protocols.edit_protocol(in_use(city.amina), by=city.amina, language="en", texts={"title": "x"})


@pytest.mark.parametrize("who", ["claire", "yusuf", "elisabeth", "peter"])
def test_only_a_coordinator_of_its_keeper_changes_it(city: City, who: str) -> None:
    protocol = in_use(city.amina)
    with pytest.raises(Refused):
        protocols.withdraw_protocol(protocol, by=getattr(city, who), reason="Because.")


def test_a_draft_is_for_its_organisation_alone(city: City) -> None:
    draft = drafted(city.amina)
    for reader, number in ((city.claire, 1), (city.lena, 0), (city.peter, 0), (city.elisabeth, 0)):
        with acting(reader):
            assert len(queries.versions_of(draft.reference, reader)) == number


def test_two_who_write_at_once_lose_nothing(city: City) -> None:
    draft = drafted(city.amina)
    protocols.edit_protocol(draft, by=city.amina, language="en", texts={"title": "Hers"}, seen=1)
    with pytest.raises(Refused, match="while you were writing"):
        protocols.edit_protocol(draft, by=city.amina, language="en", texts={"title": "His"}, seen=1)


def test_only_one_version_is_drafted_at_a_time(city: City) -> None:
    first = in_use(city.amina)
    protocols.draft_protocol_version(first, by=city.amina)
    with pytest.raises(Refused, match="already"):
        protocols.draft_protocol_version(first, by=city.amina)


# Pages


def test_the_page_shows_it_to_every_member_and_its_draft_to_nobody_else(
    city: City, client_of: ClientOf
) -> None:
    protocol, draft = in_use(city.amina), drafted(city.amina)
    for reader in (city.amina, city.peter, city.elisabeth):
        shown = client_of(reader).get(reverse("partnership_staff:protocol", args=[protocol.reference]))
        assert shown.status_code == 200
        assert "The duty officer" in shown.content.decode()
    assert (
        client_of(city.peter).get(reverse("partnership_staff:protocol", args=[draft.reference])).status_code
        == 404
    )
    for name in ("printed_protocol", "compare_protocols", "adopt_protocol", "withdraw_protocol"):
        assert (
            client_of(city.peter)
            .get(reverse(f"partnership_staff:{name}", args=[draft.reference]))
            .status_code
            == 404
        )


def test_a_draft_is_begun_and_written_on_its_pages(city: City, client_of: ClientOf) -> None:
    client = client_of(city.amina)
    answer = client.post(
        reverse("partnership_staff:draft_protocol"), {"starting": "rumour", "language": "en"}
    )
    assert answer.status_code == 302
    page = answer["Location"]
    assert "/write/en/" in page
    fields = {"title": "A rumour", "purpose": "Calm.", "applies": "Always.", "seen": "1"}
    fields |= {"review_on": (clock.today() + timedelta(days=300)).isoformat()}
    fields |= {"steps-0-who": "We", "steps-0-what": "Ask", "steps-0-within": "an hour"}
    half = client.post(page, fields | {"steps-1-who": "You"})
    assert half.status_code == 422
    assert "or none of them" in half.content.decode()
    saved = client.post(page, fields)
    assert saved.status_code == 302
    again = client.post(page, fields | {"title": "Mine"})
    assert again.status_code == 409
    shown = again.content.decode()
    assert "while you were writing" in shown
    assert 'value="Mine"' in shown
    assert "A rumour" in shown  # what stands there now, beside it
    once_more = client.post(page, fields | {"title": "Mine", "seen": "2"})
    assert once_more.status_code == 302


def test_from_nothing_it_needs_a_kind_and_a_title(city: City, client_of: ClientOf) -> None:
    answer = client_of(city.amina).post(reverse("partnership_staff:draft_protocol"), {"language": "en"})
    assert answer.status_code == 422
    assert client_of(city.claire).get(reverse("partnership_staff:draft_protocol")).status_code == 403


def test_a_step_that_is_refused_says_why_on_its_page(city: City, client_of: ClientOf) -> None:
    protocol = in_use(city.amina)
    page = reverse("partnership_staff:bring_protocol_into_use", args=[protocol.reference])
    answer = client_of(city.amina).post(page)
    assert answer.status_code == 409
    assert "Only a draft is brought into use." in answer.content.decode()


def test_two_versions_stand_side_by_side(city: City, client_of: ClientOf) -> None:
    first = in_use(city.amina)
    second = protocols.draft_protocol_version(first, by=city.amina)
    protocols.edit_protocol(second, by=city.amina, language="en", texts={"purpose": "Nobody is hurt."})
    page = reverse("partnership_staff:compare_protocols", args=[first.reference]) + "?version=2"
    shown = client_of(city.amina).get(page).content.decode()
    assert "<del>Nobody panics.</del>" in shown
    assert "<ins>Nobody is hurt.</ins>" in shown


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_is_a_paper_in_the_readers_language(city: City, client_of: ClientOf, language: str) -> None:
    draft = protocols.draft_protocol(by=city.amina, starting="rumour")
    client = client_of(city.amina)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(reverse("partnership_staff:printed_protocol", args=[draft.reference]))
    assert answer.status_code == 200
    assert answer.content[:5] == b"%PDF-"
    assert f"-{language}.pdf" in answer["Content-Disposition"]


def test_the_list_says_what_needs_attention(city: City, client_of: ClientOf) -> None:
    with clock.frozen(clock.now() - timedelta(days=400)):
        in_use(city.amina)
    page = reverse("partnership_staff:protocols")
    shown = client_of(city.lena).get(page, {"which": "stale"}).content.decode()
    for mark in (
        "When a parcel is found",
        "Its review is late.",
        "It was never exercised.",
        "Nobody has adopted it.",
    ):
        assert mark in shown
    assert client_of(city.lena).get(page, {"kind": "x", "which": "'"}).status_code == 200
    assert (
        "When a parcel is found" not in client_of(city.lena).get(page, {"kind": "outreach"}).content.decode()
    )


def test_the_list_asks_as_much_for_thirty_as_for_three(city: City, client_of: ClientOf) -> None:
    client, page = client_of(city.amina), reverse("partnership_staff:protocols")
    counts = []
    for number in (3, 27):
        for _ in range(number):
            adoptions.adopt_protocol(in_use(city.amina), by=city.amina)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(page).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15
