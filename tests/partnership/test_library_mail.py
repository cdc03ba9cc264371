"""Adopters hear of a new version, keepers of a review that is due: each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from entente.audit import clock
from entente.audit.actors import Credential, acting, job
from entente.audit.models import Event
from entente.delivery.models import Message
from entente.partnership.models import Protocol, Strategy
from entente.partnership.queries import protocols as queries
from entente.partnership.services import protocols
from entente.partnership.tasks.library import remind_of_library_reviews, tell_adopters
from entente.people.models import Member

WORK = job("partnership.test", None)
LATER = datetime(2041, 3, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def member(name: str) -> Member:
    """One of the cast, as the owner's command line acts for them."""
    with acting(WORK):
        found = Member.objects.select_related("person", "organisation").get(person__name=name)
    found.credential = Credential("member", str(found.pk))
    return found


def written(work: Callable[[], None]) -> list[Message]:
    """The messages that a piece of work writes."""
    with acting(WORK):
        before = set(Message.objects.values_list("pk", flat=True))
    work()
    with acting(WORK):
        return list(Message.objects.exclude(pk__in=before).order_by("language"))


def worship() -> Protocol:
    with acting(WORK):
        rows = Protocol.objects.visible_to(WORK).filter(state="in_use")
        return next(one for one in rows if "place of worship" in str(one))


def test_who_adopted_an_older_version_is_told_once_in_their_language() -> None:
    amina, protocol = member("Amina Haddad"), worship()
    newer = protocols.bring_protocol_into_use(protocols.draft_protocol_version(protocol, by=amina), by=amina)
    sent = written(lambda: tell_adopters(by=WORK, protocol=str(newer.pk)))
    with acting(WORK):
        adopters = len(queries.adoptions_of(protocol.family, WORK))
    assert len(sent) == adopters == 3
    assert all(f"/staff/protocols/{protocol.reference}/" in message.body for message in sent)
    assert len({message.language for message in sent}) > 1
    assert written(lambda: tell_adopters(by=WORK, protocol=str(newer.pk))) == []


def test_a_version_that_was_withdrawn_meanwhile_is_told_to_nobody() -> None:
    amina, protocol = member("Amina Haddad"), worship()
    newer = protocols.bring_protocol_into_use(protocols.draft_protocol_version(protocol, by=amina), by=amina)
    protocols.withdraw_protocol(newer, by=amina, reason="A mistake.")
    assert written(lambda: tell_adopters(by=WORK, protocol=str(newer.pk))) == []


def reviews(at: datetime) -> list[Message]:
    with clock.frozen(at):
        return written(lambda: remind_of_library_reviews(by=WORK))


def test_keepers_hear_once_that_reviews_are_due() -> None:
    assert reviews(clock.now()) == []
    sent = reviews(LATER)
    assert len(sent) == 5  # four protocols and the strategy
    assert sum("/staff/strategy/" in message.body for message in sent) == 1
    assert reviews(LATER) == reviews(LATER + timedelta(days=3)) == []
    with acting(WORK):
        names = Event.objects.filter(name__endswith="_review_due").values_list("name", flat=True)
    assert sorted(set(names)) == ["partnership.protocol_review_due", "partnership.strategy_review_due"]


def test_a_new_review_date_is_reminded_of_again() -> None:
    assert reviews(LATER)
    amina, next_on = member("Amina Haddad"), (LATER + timedelta(days=100)).date()
    with clock.frozen(LATER):
        protocols.review_protocol(worship(), by=amina, next_on=next_on, outcome="Good.")
    assert reviews(LATER + timedelta(days=80)) == []
    assert len(reviews(LATER + timedelta(days=95))) == 1


def test_a_strategy_that_is_superseded_is_no_longer_reviewed() -> None:
    from entente.partnership.services import strategy as services

    with acting(WORK):
        living = Strategy.objects.visible_to(WORK).get(state="in_force")
    services.supersede_strategy(living, by=member("Amina Haddad"), reason="Another one.")
    assert not any("/staff/strategy/" in message.body for message in reviews(LATER))
