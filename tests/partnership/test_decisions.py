"""Decisions: options, reasons and dissent; what was refused is as visible as what was decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import VISITOR, acting
from entente.audit.decisions import Refused
from entente.audit.queries import history
from entente.partnership.models import GroupDecision
from entente.partnership.queries import decisions as queries
from entente.partnership.services import decisions as services
from entente.partnership.services import meetings
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.meeting_rooms import a_group, begun, proposed

ClientOf = Callable[[Member], Client]
State = GroupDecision.State
SAID: dict[str, Any] = {"outcome": "It opens on Sundays.", "reasons": "Neighbours were asked and agreed."}
TEXTS = {
    "en": {"what": "The door opens on Sundays.", "reasons": "Neighbours agreed."},
    "fr": {"what": "La porte ouvre le dimanche.", "reasons": "Le voisinage est d’accord."},
}


def test_a_group_decides_with_reasons(city: City) -> None:
    group = a_group(city, decision_rule="consensus")
    decision = services.take_decision(proposed(group, city.radu), by=city.amina, **SAID)
    assert (decision.state, decision.decided_on) == (State.TAKEN, clock.today())
    with acting(city.sofia):
        assert queries.decisions(city.sofia).get(pk=decision.pk).reasons == SAID["reasons"]


def test_a_majority_says_how_many(city: City) -> None:
    group = a_group(city, decision_rule="majority")
    decision = proposed(group, city.radu)
    with pytest.raises(Refused, match="how many"):
        services.take_decision(decision, by=city.amina, **SAID)
    with pytest.raises(Refused, match="no majority"):
        services.take_decision(decision, by=city.amina, in_favour=2, against=2, **SAID)
    with pytest.raises(Refused, match="was a majority"):
        services.refuse_decision(decision, by=city.amina, in_favour=3, against=1, **SAID)
    decision = services.refuse_decision(decision, by=city.amina, in_favour=1, against=3, **SAID)
    assert decision.state == State.REFUSED


def test_a_group_that_advises_names_who_decided(city: City) -> None:
    decision = proposed(a_group(city, decision_rule="advisory"), city.radu)
    with pytest.raises(Refused, match="advises"):
        services.take_decision(decision, by=city.amina, **SAID)
    assert services.take_decision(decision, by=city.amina, decided_by="City council", **SAID).is_made


def test_a_later_decision_reverses_an_earlier_one(city: City) -> None:
    group = a_group(city)
    earlier, later = proposed(group, city.radu), proposed(group, city.radu)
    earlier = services.take_decision(earlier, by=city.amina, **SAID)
    with pytest.raises(Refused, match="later decision"):
        services.reverse_decision(earlier, by=city.amina, later=later, reversal="Too loud.")
    services.publish_decision(earlier, by=city.amina, texts=TEXTS)
    later = services.take_decision(later, by=city.amina, **SAID)
    earlier = services.reverse_decision(earlier, by=city.amina, later=later, reversal="Too loud.")
    assert (earlier.state, earlier.outcome) == (State.REVERSED, SAID["outcome"])
    with acting(VISITOR):
        assert queries.essences(VISITOR).get(decision_id=earlier.pk).reversal_said == "Too loud."


def test_it_is_logged_with_its_reason(city: City) -> None:
    group = a_group(city)
    services.refuse_decision(proposed(group, city.radu), by=city.amina, **SAID)
    with acting(city.amina):
        newest = history(group.pk, city.amina)[0]
    assert (newest.name, newest.allowed) == ("partnership.decision_refused", True)


def test_dissent_stays_for_whoever_says_so_within_seven_days(city: City) -> None:
    decision = services.take_decision(proposed(a_group(city), city.radu), by=city.amina, **SAID)
    services.note_dissent(decision, by=city.sofia, text="Children sleep then.")
    services.note_dissent(decision, by=city.amina, text="As said in the room.", member=city.ioana)
    with acting(city.radu):
        told = [(row.name, row.text) for row in queries.dissents(decision, city.radu)]
    assert told == [("Sofia Marin", "Children sleep then."), ("Ioana Popescu", "As said in the room.")]
    with pytest.raises(Refused, match="keeps this group's papers"):
        services.note_dissent(decision, by=city.radu, text="He thinks so.", member=city.amina)
    late = clock.now() + timedelta(days=7, minutes=1)
    with clock.frozen(late), pytest.raises(Refused, match="Seven days"):
        services.note_dissent(decision, by=city.radu, text="Too late.")


def test_nothing_is_decided_without_reasons_options_or_a_quorum(city: City) -> None:
    group = a_group(city, quorum=3)
    with pytest.raises(Refused, match="option"):
        services.propose_decision(
            group, by=city.radu, question="?", options=[], doing_nothing="x", rights_impact="x"
        )
    with pytest.raises(Refused, match="nothing is done"):
        services.propose_decision(
            group, by=city.radu, question="?", options=["a"], doing_nothing=" ", rights_impact="x"
        )
    meeting = begun(group, city.amina, "Sundays")
    meetings.hold_meeting(meeting, by=city.amina, attendance={city.amina.pk: ("present", "")})
    decision = proposed(group, city.radu, meeting)
    with pytest.raises(Refused, match="reasons"):
        services.take_decision(decision, by=city.amina, outcome="Yes", reasons="  ")
    with pytest.raises(Refused, match="no quorum"):
        services.take_decision(decision, by=city.amina, **SAID)
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused, match="future"):
        services.take_decision(decision, by=city.amina, decided_on=tomorrow, **SAID)
    with pytest.raises(Refused, match="keeps this group's papers"):
        services.refuse_decision(decision, by=city.radu, **SAID)


def test_what_everybody_reads_names_nobody(city: City) -> None:
    decision = services.take_decision(proposed(a_group(city), city.radu), by=city.amina, **SAID)
    named = {"en": {"what": "Radu Ionescu opens.", "reasons": "Because."}}
    with pytest.raises(Refused, match="Leave out the name Radu Ionescu"):
        services.publish_decision(decision, by=city.amina, texts=named)


def test_without_a_seat_a_decision_does_not_exist_but_for_the_overseer(
    city: City, client_of: ClientOf
) -> None:
    decision = proposed(a_group(city), city.radu)
    page = reverse("partnership_staff:group_decision", args=[decision.reference])
    for reader in (city.peter, city.lena, city.helene):
        assert client_of(reader).get(page).status_code == HTTPStatus.NOT_FOUND
        everything = client_of(reader).get(reverse("partnership_staff:group_decisions")).content.decode()
        assert decision.question not in everything
    elisabeth = client_of(city.elisabeth)
    assert decision.question in elisabeth.get(page).content.decode()
    assert decision.question in elisabeth.get(reverse("partnership_staff:group_decisions")).content.decode()
    take = reverse("partnership_staff:take_decision", args=[decision.reference])
    assert elisabeth.get(take).status_code == HTTPStatus.CONFLICT
    with pytest.raises(Refused):
        services.take_decision(decision, by=city.elisabeth, **SAID)


def test_the_pages_decide_publish_and_keep_what_was_typed(
    city: City, client_of: ClientOf, visitor_client: Client
) -> None:
    group = a_group(city)
    amina, radu = client_of(city.amina), client_of(city.radu)
    asked = {
        "question": "Shall we write?", "options": "Yes\nLater", "doing_nothing": "Nobody knows.",
        "rights_impact": "Nobody's.", "language": "en", "meeting": "",
    }  # fmt: skip
    put = radu.post(reverse("partnership_staff:propose_decision", args=[group.reference]), asked)
    assert put.status_code == HTTPStatus.FOUND
    page = put["Location"]
    wrong = amina.post(
        f"{page}refuse/", {"outcome": "We do not.", "reasons": "", "decided_on": clock.today()}
    )
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "We do not." in wrong.content.decode()
    said = {"outcome": "We do not.", "reasons": "It was said already.", "decided_on": clock.today()}
    assert amina.post(f"{page}refuse/", said).status_code == HTTPStatus.FOUND
    assert amina.post(f"{page}take/", said).status_code == HTTPStatus.CONFLICT
    essence = {
        "what_en": "The group does not write.", "reasons_en": "It was said already.",
        "what_ar": "لا تكتب المجموعة.", "reasons_ar": "قيل ذلك من قبل.",
    }  # fmt: skip
    assert amina.post(f"{page}publish/", essence).status_code == HTTPStatus.FOUND
    public = visitor_client.get("/en/decisions/").content.decode()
    assert "The group does not write." in public
    assert "Radu" not in public
    assert "لا تكتب المجموعة." in visitor_client.get("/ar/decisions/").content.decode()
    assert "The group does not write." in visitor_client.get("/en/decisions/?state=refused").content.decode()
    feed = visitor_client.get("/en/decisions/feed/")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "The group does not write." in feed.content.decode()
    dissent = radu.post(f"{page}dissent/", {"text": "I would have written."}, follow=True).content.decode()
    assert "I would have written." in dissent
