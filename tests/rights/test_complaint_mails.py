"""What is new about complaints is told once, and what is late is told once, run as often as one likes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from entente.audit import clock
from entente.audit.actors import VISITOR, acting, begin, job
from entente.delivery.models import Message
from entente.people.models import Member, Organisation
from entente.people.sign_in import member_with
from entente.rights.models import Complaint
from entente.rights.queries import complaints as queries
from entente.rights.services import complaints as services
from entente.rights.services import watching
from tests.template_city import session_key

OWNER = job("test", None)
OTHERS: set[str] = set()  # the numbers of those the city has already


@pytest.fixture(autouse=True)
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")
    with acting(OWNER):
        known = Complaint.objects.visible_to(OWNER).values_list("reference", flat=True)
        OTHERS.update(known)


def member(slug: str) -> Member:
    with transaction.atomic():
        return member_with(session_key(slug))


def organisation(slug: str) -> Organisation:
    with acting(OWNER):
        return Organisation.objects.get(slug=slug)


def made(concerns: str = "") -> tuple[Complaint, str]:
    about = organisation(concerns) if concerns else None
    with transaction.atomic():
        begin(VISITOR)
        return services.make_complaint(
            key=uuid.uuid4(), about="treatment", what_happened="Nobody looked up.", concerns=about
        )


def watch(days: float = 0) -> list[tuple[str, str]]:
    """Let the job run some days from now; returns the address and the subject of each mail it wrote."""
    with acting(OWNER):
        before = set(Message.objects.values_list("pk", flat=True))
    with clock.frozen(clock.now() + timedelta(days=days)):
        watching.watch_complaints(by=OWNER)
    with acting(OWNER):
        new = Message.objects.exclude(pk__in=before)
        assert not [message for message in new if "Nobody looked up" in message.body]
        told = [(message.address, message.subject) for message in new]
    return sorted((to, subject) for to, subject in told if subject.partition(":")[0] not in OTHERS)


def mails(slug: str) -> str:
    with acting(OWNER):
        return Member.objects.select_related("person").get(pk=member(slug).pk).person.email


def test_the_overseer_is_told_once_that_a_complaint_arrived() -> None:
    complaint, _code = made()
    told = watch()
    assert [address for address, _subject in told] == [mails("elisabeth")]
    assert complaint.reference in told[0][1]
    assert watch() == []


def test_each_lateness_is_told_once() -> None:
    made("city")
    watch()
    assert watch(2) == []
    late = watch(8)
    assert [address for address, _subject in late] == [mails("elisabeth")]
    assert "three working days" in late[0][1]
    assert watch(8) == watch(9) == []
    assert ["answer" in subject for _address, subject in watch(70)] == [True]
    assert watch(70) == watch(90) == []


def test_an_answer_in_time_is_never_told_as_late() -> None:
    complaint, _code = made()
    watch()
    elisabeth = member("elisabeth")
    services.acknowledge_complaint(complaint, by=elisabeth, text="We read it.")
    services.answer_complaint(complaint, by=elisabeth, outcome="not_upheld", text="No.")
    assert watch() == watch(90) == []


def test_questions_answers_words_and_remedies_are_told_to_whom_they_are_for() -> None:
    complaint, code = made("city")
    watch()
    elisabeth, amina = member("elisabeth"), member("amina")
    services.acknowledge_complaint(complaint, by=elisabeth, text="We read it.")
    question = services.ask_question(complaint, by=elisabeth, to=organisation("city"), text="Who?")
    city = sorted([mails("amina"), mails("helene")])
    assert [address for address, _subject in watch()] == city
    services.answer_question(question, by=amina, text="We.")
    assert [address for address, _subject in watch()] == [mails("elisabeth")]
    person = queries.holder_of(code)
    services.write_back(complaint, by=person, key=uuid.uuid4(), text="More.")
    assert [address for address, _subject in watch()] == [mails("elisabeth")]
    services.answer_complaint(complaint, by=elisabeth, outcome="upheld", text="Yes.")
    services.add_remedy(
        complaint, by=elisabeth, organisation=organisation("city"), what="A letter", due_on=clock.today()
    )
    assert [address for address, _subject in watch()] == city
    assert watch() == watch(90) == []


def test_whoever_is_asked_to_answer_instead_is_told() -> None:
    complaint, _code = made("ombudsperson")
    watch()
    services.assign_complaint(complaint, by=member("elisabeth"), to=organisation("north_quay"))
    assert [address for address, _subject in watch()] == [mails("nadia")]
    assert watch() == []
