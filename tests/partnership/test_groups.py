"""Groups: founded, changed by two people, reviewed, suspended and closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import translation

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.partnership.models import Group
from entente.partnership.queries import groups as queries
from entente.partnership.services import groups as services
from entente.people import services as people
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.group_steps import PURPOSE, founded, joined

ClientOf = Callable[[Member], Client]


def now(group: Group, reader: Member) -> Group:
    with acting(reader):
        return queries.groups(reader).get(pk=group.pk)


def events(group: Group, reader: Member) -> list[str]:
    with acting(reader):
        return [event.name for event in history(group.pk, reader)]


def test_a_coordinator_founds_a_group_and_sits_there(city: City) -> None:
    group = founded(city)
    with acting(city.amina):
        assert queries.group_with(group.reference, city.amina).purpose == PURPOSE
        assert [seat.membership.person.name for seat in queries.seated(group, city.amina)] == ["Amina Haddad"]
        assert queries.members_of(group, city.amina) == [city.amina.organisation]
    assert events(group, city.amina)[0] == "partnership.group_founded"


def test_it_works_once_two_organisations_belong_and_rests_and_closes_with_a_reason(city: City) -> None:
    group = joined(city, city.radu)
    assert services.activate_group(group, by=city.amina).state == Group.State.ACTIVE
    assert services.suspend_group(group, by=city.amina, reason="The summer.").state_reason == "The summer."
    assert services.resume_group(group, by=city.amina).state == Group.State.ACTIVE
    closed = services.close_group(group, by=city.amina, reason="The river is low.")
    assert (closed.state, closed.state_reason) == (Group.State.CLOSED, "The river is low.")
    city.radu.__dict__.pop("task_forces", None)
    with acting(city.radu):
        assert group.pk not in city.radu.task_forces
    with pytest.raises(Refused, match="closed"):
        services.edit_group(group, by=city.amina, purpose="Something else")


def test_nobody_else_runs_it(city: City) -> None:
    group = joined(city, city.radu)
    for member, why in ((city.radu, "keeps"), (city.claire, "coordinator"), (city.peter, "keeps")):
        with pytest.raises(Refused, match=why):
            services.edit_group(group, by=member, purpose="Mine")
        with pytest.raises(Refused, match=why):
            services.close_group(group, by=member, reason="Mine")


def test_a_member_founds_none_and_nobody_founds_one_for_nothing(city: City) -> None:
    with pytest.raises(Refused, match="coordinator"):
        services.found_group(by=city.claire, name="Mine", kind="working", purpose="Tea")
    with pytest.raises(Refused, match="what the group is for"):
        services.found_group(by=city.amina, name="Mine", kind="working", purpose=" ")


def test_alone_it_does_not_begin(city: City) -> None:
    with pytest.raises(Refused, match="two organisations"):
        services.activate_group(founded(city), by=city.amina)


def test_the_second_of_two_who_write_at_once_sees_both_texts(city: City, client_of: ClientOf) -> None:
    group = founded(city)
    page = f"/staff/groups/{group.reference}/edit/"
    client = client_of(city.amina)
    typed = {
        "name": "High water", "kind": "response", "purpose": "What I wrote", "decision_rule": "consensus",
        "quorum": "2", "rhythm_days": "0", "language": "en", "edition": str(group.edition),
    }  # fmt: skip
    services.edit_group(group, by=city.amina, scope="Meanwhile: cellars, too", purpose="Meanwhile")
    answer = client.post(page, typed)
    told = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing of yours is lost" in told
    assert "What I wrote" in told
    assert "Meanwhile: cellars, too" in told
    assert now(group, city.amina).purpose == "Meanwhile"
    again = client.post(page, typed | {"edition": str(now(group, city.amina).edition)})
    assert again.status_code == 302
    assert now(group, city.amina).purpose == "What I wrote"


def test_a_review_is_kept_with_what_was_learnt(city: City) -> None:
    group = founded(city)
    next_on = clock.today() + timedelta(days=300)
    services.review_group(group, by=city.amina, learnt="We need the harbour.", next_on=next_on)
    assert now(group, city.amina).review_on == next_on
    assert events(group, city.amina)[0] == "partnership.group_reviewed"
    with pytest.raises(Refused, match="future"):
        services.review_group(group, by=city.amina, learnt="Late", next_on=clock.today())


def test_everybody_reads_name_kind_and_purpose_and_only_who_sits_there_the_rest(
    city: City, client_of: ClientOf
) -> None:
    group = joined(city, city.radu)
    services.edit_group(group, by=city.amina, scope="Cellars and bridges")
    page = f"/staff/groups/{group.reference}/"
    for member in (city.amina, city.radu, city.elisabeth):
        assert "Cellars and bridges" in client_of(member).get(page).content.decode(), member
    for member in (city.lena, city.claire, city.peter):
        told = client_of(member).get(page).content.decode()
        assert PURPOSE in told
        assert "Cellars and bridges" not in told
        assert "Radu Ionescu" not in told.partition("<main")[2]


def test_a_coordinator_founds_one_in_the_browser(city: City, client_of: ClientOf) -> None:
    typed = {
        "name": "Bridges", "kind": "working", "purpose": "To mend them", "decision_rule": "majority",
        "objectives": "One\nTwo", "quorum": "2", "rhythm_days": "30", "language": "fr",
    }  # fmt: skip
    client = client_of(city.amina)
    assert client.post("/staff/groups/found/", typed | {"purpose": ""}).status_code == 422
    answer = client.post("/staff/groups/found/", typed)
    assert answer.status_code == 302
    told = client.get(answer.headers["Location"]).content.decode()
    for words in ("Bridges", "To mend them", "Two", "every 30 days", "by majority"):
        assert words in told
    assert client_of(city.claire).get("/staff/groups/found/").status_code == 403


def test_each_step_asks_first_and_a_refusal_is_told_on_the_page(city: City, client_of: ClientOf) -> None:
    group = founded(city)
    client = client_of(city.amina)
    alone = client.get(f"/staff/groups/{group.reference}/begin/")
    assert alone.status_code == 409
    assert "two organisations" in alone.content.decode()
    assert client.post(f"/staff/groups/{group.reference}/close/", {"reason": ""}).status_code == 422
    assert client_of(city.radu).get(f"/staff/groups/{group.reference}/close/").status_code == 403
    closed = client.post(f"/staff/groups/{group.reference}/close/", {"reason": "The river is low."})
    assert closed.status_code == 302
    assert now(group, city.amina).state == Group.State.CLOSED


def test_the_list_stays_flat(
    city: City, client_of: ClientOf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        services.found_group(by=city.amina, name=f"Group {number}", kind="working", purpose="Tea")
    client = client_of(city.radu)
    client.get("/staff/groups/")
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        client.get("/staff/groups/")


def test_it_is_said_in_another_language_until_the_original_changes(city: City, client_of: ClientOf) -> None:
    group = founded(city)
    client, page = client_of(city.amina), f"/staff/groups/{group.reference}/"
    told = client.get(f"{page}translate/fr/").content.decode()
    assert PURPOSE in told
    typed = {"name": "Crue", "purpose": "Nous décidons qui fait quoi.", "edition": str(group.edition)}
    assert client.post(f"{page}translate/fr/", typed).status_code == 302
    assert client.get(f"{page}translate/en/").status_code == 404
    with translation.override("fr"):
        assert str(now(group, city.amina)) == "Crue"
        assert now(group, city.amina).told_purpose == "Nous décidons qui fait quoi."
    assert client.post(f"{page}translate/ar/", typed).status_code == 409
    services.edit_group(group, by=city.amina, purpose="We do something else.")
    with translation.override("fr"):
        assert now(group, city.amina).told_purpose == "We do something else."


def test_a_task_force_is_named_and_ended_by_whoever_keeps_its_papers(city: City) -> None:
    group = joined(city, city.radu)
    with pytest.raises(Refused, match="coordinator"):
        people.end_task_force(group.task_force, by=city.claire)
    with acting(city.radu), pytest.raises(DatabaseError):
        people.rename_task_force(group.task_force, by=city.radu, name="Ours", names={})
    services.edit_group(group, by=city.amina, name="Deep water")
    assert str(now(group, city.amina)) == "Deep water"
