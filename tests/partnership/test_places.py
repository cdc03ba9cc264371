"""Who belongs to a group: invited, accepted, seated, pledged, gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.partnership.models import Place
from entente.partnership.queries import group_waiting
from entente.partnership.queries import groups as queries
from entente.partnership.services import places as services
from entente.people import services as people
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.group_steps import PURPOSE, founded, invited, joined, opened, place_of, sign

ClientOf = Callable[[Member], Client]


def sitting(group: object, reader: Member) -> set[str]:
    with acting(reader):
        return {seat.membership.person.name for seat in queries.seated(group, reader)}  # type: ignore[arg-type]


def test_an_organisation_accepts_and_names_its_people(city: City) -> None:
    group = founded(city)
    place = invited(group, city.radu, city.amina)
    services.accept_place(
        place,
        by=city.radu,
        representative=city.radu,
        deputy=city.lena,
        may_commit=True,
        answers_for="Cordons",
    )
    assert sitting(group, city.lena) == {"Amina Haddad", "Radu Ionescu", "Lena Koch"}
    found = place_of(group, city.radu)
    assert (found.state, found.answers_for, found.may_commit) == (Place.State.ACCEPTED, "Cordons", True)
    assert (found.representative_id, found.deputy_id) == (city.radu.pk, city.lena.pk)
    with acting(city.lena):
        assert "partnership.place_accepted" in [event.name for event in history(group.pk, city.lena)]


def test_those_who_sit_together_know_each_others_names(city: City) -> None:
    group = joined(city, city.yusuf, city.marc)
    assert {"Yusuf Rahman", "Marc Delvaux"} <= sitting(group, city.marc)


def test_nobody_answers_for_another_organisation(city: City) -> None:
    place = invited(founded(city), city.radu, city.amina)
    for member in (city.amina, city.lena):
        with pytest.raises(Refused, match=r"itself|coordinator"):
            services.accept_place(place, by=member, representative=member)
    with pytest.raises(Place.DoesNotExist):
        services.accept_place(place, by=city.sofia, representative=city.sofia)
    with pytest.raises(Refused, match="its own members"):
        services.accept_place(place, by=city.radu, representative=city.amina)
    with pytest.raises(Refused, match="somebody else"):
        services.accept_place(place, by=city.radu, representative=city.radu, deputy=city.radu)


def test_an_answer_is_given_once_and_an_invitation_can_be_renewed(city: City) -> None:
    group = founded(city)
    place = invited(group, city.radu, city.amina)
    with pytest.raises(Refused, match="invited already"):
        invited(group, city.radu, city.amina)
    services.decline_place(place, by=city.radu, reason="No time.")
    with pytest.raises(Refused, match="answered already"):
        services.accept_place(place, by=city.radu, representative=city.radu)
    again = invited(group, city.radu, city.amina)
    services.withdraw_invitation(again, by=city.amina)
    third = invited(group, city.radu, city.amina)
    services.accept_place(third, by=city.radu, representative=city.radu)
    with pytest.raises(Refused, match="belongs to the group already"):
        invited(group, city.radu, city.amina)


def test_only_where_an_organisation_belongs_it_seats_its_people(city: City) -> None:
    group = joined(city, city.radu)
    seat = services.name_representative(
        place_of(group, city.radu), by=city.radu, member=city.lena, part="deputy"
    )
    assert place_of(group, city.radu).deputy_id == city.lena.pk
    services.end_seat(place_of(group, city.radu), by=city.radu, seat=seat)
    assert "Lena Koch" not in sitting(group, city.amina)
    assert place_of(group, city.radu).deputy_id is None
    with pytest.raises(Refused, match="speaks for itself"):
        services.name_representative(place_of(group, city.radu), by=city.amina, member=city.claire)


def test_who_leaves_loses_every_seat_at_once_and_keeps_its_signature(city: City) -> None:
    group = joined(city, city.radu, city.sofia)
    charter = opened(group, city)
    sign(charter, city.radu)
    services.name_representative(place_of(group, city.radu), by=city.radu, member=city.lena, part="deputy")
    services.leave_group(place_of(group, city.radu), by=city.radu, reason="We are too few.")
    assert sitting(group, city.amina) == {"Amina Haddad", "Sofia Marin"}
    for member in (city.radu, city.lena):
        member.__dict__.pop("task_forces", None)
        with acting(member):
            assert not queries.is_seated(group, member)
    with acting(city.amina):
        from entente.partnership.queries.charters import signatures_of

        assert [row.signed_name for row in signatures_of(charter, city.amina)] == ["Radu Ionescu"]


def test_the_keeper_does_not_leave_its_papers(city: City) -> None:
    group = joined(city, city.radu)
    with pytest.raises(Refused, match="keeps the papers"):
        services.leave_group(place_of(group, city.amina), by=city.amina, reason="Enough.")


def test_everybody_promises_confidentiality_for_themselves_once(city: City) -> None:
    group = joined(city, city.radu)
    services.give_pledge(group, by=city.radu, words="I keep it to myself.", language="en")
    with acting(city.amina):
        seats = queries.seated(group, city.amina)
        pledges = queries.pledged(seats, city.amina)
        assert [seat.membership_id for seat in seats if seat.pk in pledges] == [city.radu.pk]
    with pytest.raises(Refused, match="already"):
        services.give_pledge(group, by=city.radu, words="Again.", language="en")
    with pytest.raises(Refused, match="sits in the group"):
        services.give_pledge(group, by=city.sofia, words="Me too.", language="en")


def test_what_an_organisation_answers_for_is_its_own_word(city: City) -> None:
    group = joined(city, city.radu)
    services.edit_place(place_of(group, city.radu), by=city.radu, answers_for="Cordons", may_commit=True)
    assert place_of(group, city.radu).answers_for == "Cordons"
    with pytest.raises(Refused, match="for itself"):
        services.edit_place(
            place_of(group, city.radu), by=city.amina, answers_for="All of it", may_commit=True
        )


def test_an_invitation_waits_for_the_coordinator(city: City) -> None:
    place = invited(founded(city), city.radu, city.amina)
    with acting(city.radu):
        told = [one.url for one in group_waiting.invitations_to_answer(city.radu)]
    assert told == [f"/staff/groups/places/{place.pk}/"]
    with acting(city.lena):
        assert group_waiting.invitations_to_answer(city.lena) == []


def test_the_invited_read_what_for_and_accept_on_the_page(city: City, client_of: ClientOf) -> None:
    place = invited(founded(city), city.radu, city.amina)
    page = f"/staff/groups/places/{place.pk}/"
    told = client_of(city.radu).get(page).content.decode()
    assert PURPOSE in told
    assert "Boats" in told
    typed = {"representative": str(city.radu.pk), "deputy": str(city.radu.pk), "answers_for": "Boats"}
    assert client_of(city.radu).post(f"{page}accept/", typed).status_code == 422
    answer = client_of(city.radu).post(f"{page}accept/", typed | {"deputy": str(city.lena.pk)})
    assert answer.status_code == 302
    assert "Radu Ionescu" in client_of(city.radu).get(answer.headers["Location"]).content.decode()


def test_leaving_warns_of_what_hangs_on_it(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    place = place_of(group, city.radu)
    told = client_of(city.radu).get(f"/staff/groups/places/{place.pk}/leave/").content.decode()
    assert "Agreement on individual support" in told
    assert "Radu Ionescu" in told
    left = client_of(city.radu).post(f"/staff/groups/places/{place.pk}/leave/", {"reason": "We are too few."})
    assert left.status_code == 302
    assert "Radu Ionescu" not in sitting(group, city.amina)


def test_for_others_a_place_does_not_exist(city: City, client_of: ClientOf) -> None:
    place = place_of(joined(city, city.radu), city.radu)
    for member in (city.peter, city.claire, city.sofia):
        for step in ("", "accept/", "edit/", "leave/"):
            assert client_of(member).get(f"/staff/groups/places/{place.pk}/{step}").status_code == 404


def test_every_page_of_a_place_asks_its_own_question(city: City, client_of: ClientOf) -> None:
    group = joined(city, city.radu)
    own, client = place_of(group, city.radu), client_of(city.radu)
    base = f"/staff/groups/places/{own.pk}/"
    typed = {"member": str(city.lena.pk), "part": "also"}
    assert client.post(f"{base}seat/", typed).status_code == 302
    with acting(city.radu):
        seats = queries.seated(group, city.radu)
    lena = next(seat for seat in seats if seat.membership_id == city.lena.pk)
    assert client.get(f"{base}seats/{lena.pk}/end/").status_code == 200
    assert client.post(f"{base}seats/{lena.pk}/end/").status_code == 302
    assert client.post(f"{base}edit/", {"answers_for": "Boats and cordons"}).status_code == 302
    assert client.post(f"/staff/groups/{group.reference}/pledge/").status_code == 302
    assert client.get(f"/staff/groups/{group.reference}/pledge/").status_code == 409
    keeper = client_of(city.amina)
    found = {"organisation": str(city.sofia.organisation_id), "answers_for": ""}
    assert keeper.post(f"/staff/groups/{group.reference}/invite/", found).status_code == 302
    asked = place_of(group, city.sofia)
    assert keeper.post(f"/staff/groups/places/{asked.pk}/take-back/").status_code == 302
    assert client_of(city.sofia).get(f"/staff/groups/places/{asked.pk}/decline/").status_code == 409


def test_seating_without_a_place_is_refused_by_the_wall(city: City) -> None:
    from django.db.utils import DatabaseError

    group = joined(city, city.radu)
    with acting(city.sofia), pytest.raises(DatabaseError):
        people.seat_member(group.task_force, city.sofia, by=city.sofia)
