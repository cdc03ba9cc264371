"""The charter: drafted, consulted, opened, signed, in force, superseded; and on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.partnership.charter_texts import canonical, compared, hash_of, paragraphs, shipped
from entente.partnership.models import Charter
from entente.partnership.queries import charters as queries
from entente.partnership.queries import group_waiting
from entente.partnership.services import charters as services
from entente.partnership.services import groups, places
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.group_steps import invited, joined, now, opened, place_of, sign

ClientOf = Callable[[Member], Client]
TEXTS = st.dictionaries(
    st.sampled_from(Charter.Part.values), st.dictionaries(st.sampled_from(["en", "ar"]), st.text())
)
LINES = st.lists(st.sampled_from("abcde"), max_size=8).map("\n".join)


def test_it_is_in_force_with_the_last_signature_and_not_before(city: City) -> None:
    group = joined(city, city.radu, city.sofia)
    charter = opened(group, city)
    sign(charter, city.amina)
    sign(charter, city.radu, reservation="Not on Sundays.")
    assert now(charter, city.amina).state == Charter.State.OPEN
    sign(charter, city.sofia)
    assert now(charter, city.amina).state == Charter.State.IN_FORCE
    with acting(city.sofia):
        signatures = queries.signatures_of(charter, city.sofia)
        assert [row.reservation for row in signatures] == ["", "Not on Sundays.", ""]
        assert {row.text_hash for row in signatures} == {charter.text_hash}
        names = [event.name for event in history(group.pk, city.sofia)]
    assert names[0] == "partnership.charter_in_force"
    assert names.count("partnership.charter_signed") == 3


def test_a_coordinator_without_a_seat_does_not_bring_it_into_force_too_early(city: City) -> None:
    group = joined(city, city.sofia)
    place = invited(group, city.radu, city.amina)
    places.accept_place(place, by=city.radu, representative=city.lena)
    charter = opened(group, city)
    sign(charter, city.radu)
    assert now(charter, city.amina).state == Charter.State.OPEN


def test_the_next_version_supersedes_it(city: City) -> None:
    group = joined(city, city.radu)
    first = opened(group, city)
    for member in (city.amina, city.radu):
        sign(first, member)
    second = opened(group, city)
    assert now(first, city.amina).state == Charter.State.IN_FORCE
    for member in (city.radu, city.amina):
        sign(second, member)
    assert now(first, city.amina).state == Charter.State.SUPERSEDED
    assert now(second, city.amina).state == Charter.State.IN_FORCE


def test_who_joins_later_signs_the_version_in_force(city: City) -> None:
    group = joined(city, city.radu)
    charter = opened(group, city)
    for member in (city.amina, city.radu):
        sign(charter, member)
    places.accept_place(invited(group, city.sofia, city.amina), by=city.sofia, representative=city.sofia)
    with acting(city.sofia):
        assert [one.url for one in group_waiting.charters_to_sign(city.sofia)]
    sign(now(charter, city.sofia), city.sofia)
    assert now(charter, city.amina).state == Charter.State.IN_FORCE
    with acting(city.sofia):
        assert group_waiting.charters_to_sign(city.sofia) == []


def test_only_who_binds_a_member_organisation_signs_what_was_read_once(city: City) -> None:
    group = joined(city, city.radu)
    charter = opened(group, city)
    with pytest.raises(Refused, match="belongs to the group"):
        sign(charter, city.elisabeth)
    with pytest.raises(Charter.DoesNotExist):
        sign(charter, city.peter)
    places.name_representative(place_of(group, city.radu), by=city.radu, member=city.lena, part="deputy")
    with pytest.raises(Refused, match="binds"):
        sign(charter, city.lena)
    with pytest.raises(Refused, match="not what stands here"):
        services.sign_charter(charter, by=city.radu, text_hash="0" * 64)
    sign(charter, city.radu)
    with pytest.raises(Refused, match="already"):
        sign(charter, city.radu)


def test_what_is_open_for_signature_stays_as_it_is(city: City) -> None:
    charter = opened(joined(city, city.radu), city)
    with pytest.raises(Refused, match="stays as it is"):
        services.edit_charter(charter, by=city.amina, texts={"scope": {"en": "Everything"}})
    with pytest.raises(Refused, match="on its way"):
        services.draft_charter(charter.group, by=city.amina)
    services.withdraw_charter(charter, by=city.amina, reason="A mistake in part three.")
    with pytest.raises(Refused, match="open for signature or in force"):
        sign(charter, city.radu)
    assert services.draft_charter(charter.group, by=city.amina).number == 2


def test_it_is_opened_after_a_consultation_and_only_when_whole(city: City) -> None:
    group = joined(city, city.radu)
    draft = services.draft_charter(group, by=city.amina)
    with pytest.raises(Refused, match="consulted"):
        services.open_charter(draft, by=city.amina, heard="")
    with pytest.raises(Refused, match="future"):
        services.consult_charter(draft, by=city.amina, until=clock.today())
    services.consult_charter(draft, by=city.amina, until=clock.today() + timedelta(days=7))
    services.edit_charter(draft, by=city.amina, texts={"roles": {"en": " "}})
    with pytest.raises(Refused, match="Roles and responsibilities"):
        services.open_charter(draft, by=city.amina, heard="")


def test_two_who_write_at_once_lose_nothing(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    draft = services.draft_charter(group, by=city.amina)
    client = client_of(city.amina)
    page = f"/staff/groups/{group.reference}/charter/1/edit/en/"
    typed = dict.fromkeys(Charter.Part.values, "Mine") | {"edition": "1"}
    services.edit_charter(draft, by=city.amina, texts={"scope": {"en": "Meanwhile"}})
    answer = client.post(page, typed)
    assert answer.status_code == 409
    assert "Meanwhile" in answer.content.decode()
    assert now(draft, city.amina).texts["scope"]["en"] == "Meanwhile"
    assert client.post(page, typed | {"edition": "2"}).status_code == 302
    assert now(draft, city.amina).texts["scope"]["en"] == "Mine"
    assert now(draft, city.amina).texts["scope"]["ar"] == shipped()["parts"]["scope"]["ar"]


def test_the_overseer_reads_it_and_others_do_not_know_of_it(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    opened(group, city)
    page = f"/staff/groups/{group.reference}/charter/1/"
    for member in (city.amina, city.radu, city.elisabeth):
        assert client_of(member).get(page).status_code == 200
    for member in (city.peter, city.claire, city.sofia):
        for step in ("", "sign/", "edit/en/", "paper/en/", "open/"):
            assert client_of(member).get(f"{page}{step}").status_code == 404


def test_it_is_written_opened_and_signed_in_the_browser(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    keeper, page = client_of(city.amina), f"/staff/groups/{group.reference}/charter/"
    assert keeper.post(f"{page}draft/").status_code == 302
    until = {"until": str(clock.today() + timedelta(days=7))}
    assert keeper.post(f"{page}1/consult/", until).status_code == 302
    assert keeper.post(f"{page}1/open/", {"heard": "Two words."}).status_code == 302
    told = keeper.get(f"{page}1/sign/").content.decode()
    with acting(city.amina):
        charter = queries.charter_with(group.reference, 1, city.amina)
    assert charter.text_hash[:8] in told
    assert "We do not investigate" in told
    typed = {"text_hash": charter.text_hash, "reservation": "Only on weekdays."}
    assert keeper.post(f"{page}1/sign/", typed).status_code == 422
    assert keeper.post(f"{page}1/sign/", typed | {"has_read": "on"}).status_code == 302
    shown = client_of(city.radu).get(f"{page}1/").content.decode()
    assert "Only on weekdays." in shown
    assert "Marenne Police" in shown.partition("Not signed yet")[2]
    assert keeper.get(f"{page}1/withdraw/").status_code == 200


def test_two_versions_stand_side_by_side(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    charter = opened(group, city)
    services.withdraw_charter(charter, by=city.amina, reason="Too long.")
    second = services.draft_charter(group, by=city.amina)
    services.edit_charter(second, by=city.amina, texts={"leaving": {"en": "Nobody leaves quietly."}})
    told = client_of(city.radu).get(f"/staff/groups/{group.reference}/charter/2/compare/1/").content.decode()
    assert "Nobody leaves quietly." in told
    assert "Confidentiality goes on after leaving." in told
    assert "left out" in told


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_it_is_a_paper_in_four_languages(city: City, client_of: ClientOf, language: str) -> None:
    group = joined(city, city.radu)
    opened(group, city)
    made = client_of(city.radu).get(f"/staff/groups/{group.reference}/charter/1/paper/{language}/")
    assert made.status_code == 200
    assert made.content.startswith(b"%PDF")


def test_in_the_demo_one_version_holds_and_the_next_waits_for_two_signatures(city: City) -> None:
    with acting(city.amina):
        rows = queries.charters(city.amina).filter(group__kind="leadership")
        second, first = list(rows)
        from entente.partnership.queries.groups import places_of

        missing = queries.unsigned(
            places_of(second.group, city.amina), queries.signatures_of(second, city.amina)
        )
    assert (first.state, second.state) == (Charter.State.IN_FORCE, Charter.State.OPEN)
    assert {organisation.slug for organisation in missing} == {"police", "faith"}


def test_a_closed_group_signs_nothing(city: City) -> None:
    group = joined(city, city.radu)
    charter = opened(group, city)
    groups.close_group(group, by=city.amina, reason="The river is low.")
    with pytest.raises((Refused, Charter.DoesNotExist)):
        sign(charter, city.radu)


def test_the_shipped_text_is_whole_in_four_languages() -> None:
    assert set(shipped()["parts"]) == set(Charter.Part.values)
    for told in [*shipped()["parts"].values(), shipped()["pledge"]]:
        assert set(told) == {"en", "fr", "ar", "ro"}
        assert len({len(paragraphs(text)) for text in told.values()}) == 1


def test_the_hash_is_the_one_anybody_gets_from_the_canonical_text() -> None:
    text = canonical("GRP-2222222", 1, "en", {"scope": {"en": "a\r\n b \n"}})
    assert text == '{"charter":"GRP-2222222","language":"en","number":1,"texts":{"scope":{"en":"a\\n b"}}}'
    assert (
        hash_of("GRP-2222222", 1, "en", {"scope": {"en": "a\n b"}})
        == hashlib.sha256(text.encode()).hexdigest()
    )


@given(texts=TEXTS, other=TEXTS)
def test_another_text_has_another_hash(
    texts: dict[str, dict[str, str]], other: dict[str, dict[str, str]]
) -> None:
    is_same = canonical("R", 1, "en", texts) == canonical("R", 1, "en", other)
    assert (hash_of("R", 1, "en", texts) == hash_of("R", 1, "en", other)) == is_same
    turned = {part: dict(reversed(told.items())) for part, told in reversed(texts.items())}
    assert hash_of("R", 1, "en", turned) == hash_of("R", 1, "en", texts)


@given(before=LINES, after=LINES)
def test_a_comparison_holds_both_texts_whole_and_in_order(before: str, after: str) -> None:
    rows = compared(before, after)
    assert [row.before for row in rows if row.before] == paragraphs(before)
    assert [row.after for row in rows if row.after] == paragraphs(after)
    assert all((row.before == row.after) == (row.kind == "same") for row in rows)
