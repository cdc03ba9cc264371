"""Mails about groups: an invitation, a charter to sign, a review; each is written once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, Credential, acting, job
from entente.delivery.models import Message
from entente.partnership.models import Charter, Group, Place
from entente.partnership.queries import charters as charter_queries
from entente.partnership.queries import groups as queries
from entente.partnership.services import charters, groups, places, telling
from entente.partnership.tasks import groups as tasks
from entente.people.models import Member

OWNER = job("test", None)
MORNING = datetime(2031, 3, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def member(name: str) -> Member:
    with acting(OWNER):
        found = Member.objects.select_related("person", "organisation").get(person__name__startswith=name)
    found.credential = Credential("member", str(found.pk))
    return found


def written(work: Callable[..., object], **ids: object) -> list[Message]:
    """The messages that some work wrote."""
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    work(by=OWNER, **ids)
    with acting(OWNER):
        return list(Message.objects.exclude(pk__in=before).order_by("language"))


def group(kind: str, by: Actor = OWNER) -> Group:
    with acting(by):
        return queries.groups(by).get(kind=kind)


def test_the_invited_organisations_coordinators_get_one_message_in_their_language() -> None:
    amina, sofia = member("Amina"), member("Sofia")
    place = places.invite_organisation(group("recovery"), by=amina, organisation=sofia.organisation)
    (sent,) = written(tasks.tell_invited, place=str(place.pk))
    with acting(OWNER):
        assert sent.address == sofia.person.email
        assert sent.language == "ro"
        assert f"/staff/groups/places/{place.pk}/" in sent.body
    assert written(tasks.tell_invited, place=str(place.pk)) == []


def test_nobody_is_invited_by_mail_once_the_invitation_is_taken_back() -> None:
    amina, sofia = member("Amina"), member("Sofia")
    place = places.invite_organisation(group("recovery"), by=amina, organisation=sofia.organisation)
    places.withdraw_invitation(place, by=amina)
    assert written(tasks.tell_invited, place=str(place.pk)) == []


def test_only_those_whose_signature_is_missing_are_told() -> None:
    with acting(OWNER):
        charter = charter_queries.charters(OWNER).get(state=Charter.State.OPEN)
    sent = written(tasks.tell_to_sign, charter=str(charter.pk))
    with acting(OWNER):
        assert {one.address for one in sent} == {member("Radu").person.email, member("Yusuf").person.email}
        assert all(f"/charter/{charter.number}/" in one.body for one in sent)
    assert written(tasks.tell_to_sign, charter=str(charter.pk)) == []


def test_a_review_is_told_once_two_weeks_before() -> None:
    amina = member("Amina")
    found = group("leadership")
    with acting(OWNER):
        rows = list(queries.groups(OWNER).exclude(pk=found.pk))
    for other in rows:  # they are none of this test's
        with transaction.atomic():
            keeper = member("Amina") if other.keeper_id == amina.organisation_id else member("Elisabeth")
            groups.edit_group(other, by=keeper, review_on=None)
    groups.edit_group(found, by=amina, review_on=MORNING.date() + timedelta(days=15))
    with clock.frozen(MORNING):
        assert written(telling.remind_of_reviews) == []
    with clock.frozen(MORNING + timedelta(days=1)):
        (sent,) = written(tasks.remind_of_reviews)
        assert written(telling.remind_of_reviews) == []
    with clock.frozen(MORNING + timedelta(days=9)):
        assert written(telling.remind_of_reviews) == []
    with acting(OWNER):
        assert sent.address == amina.person.email
    groups.review_group(found, by=amina, learnt="Fine", next_on=MORNING.date() + timedelta(days=40))
    with clock.frozen(MORNING + timedelta(days=30)):
        assert len(written(telling.remind_of_reviews)) == 1


def test_when_the_last_organisation_that_had_not_signed_leaves_the_charter_is_in_force() -> None:
    amina, yusuf, radu = member("Amina"), member("Yusuf"), member("Radu")
    found = group("leadership")
    with acting(radu):
        charter = charter_queries.charters(radu).get(group=found, state=Charter.State.OPEN)
    charters.sign_charter(charter, by=radu, text_hash=charter.text_hash)
    with acting(yusuf):
        place = queries.own_place(found, yusuf)
    assert place is not None
    places.leave_group(place, by=yusuf, reason="Other duties.")
    written(tasks.bring_charters_into_force, group=str(found.pk))
    with acting(amina):
        assert charter_queries.charters(amina).get(pk=charter.pk).state == Charter.State.IN_FORCE
        assert Place.objects.visible_to(amina).get(pk=place.pk).state == Place.State.LEFT
