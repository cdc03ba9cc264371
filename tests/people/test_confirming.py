"""An organisation confirms its entry by a link: once, within thirty days, and nothing else opens."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, Credential, Plain, acting, job
from entente.audit.decisions import Refused, allow
from entente.audit.services import log
from entente.delivery.models import Message
from entente.people import tasks
from entente.people.models import Confirmation, Contact, Entry, Member, Organisation
from entente.people.services import confirming, contacts, entries

JOB = job("test", None)
pytestmark = pytest.mark.usefixtures("as_owner")


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def member(who: str) -> Member:
    with acting(JOB):
        found = Member.objects.select_related("person", "organisation").get(
            person__name__startswith=f"{who} ", ended_at=None
        )
    found.credential = Credential("member", str(found.pk))
    return found


def entry_of(slug: str) -> Entry:
    with acting(JOB):
        rows = Entry.objects.visible_to(JOB).select_related("organisation")
        return rows.get(organisation__slug=slug)


def asked(slug: str, language: str = "ro") -> str:
    """Ask an organisation; returns the path of the link in the message."""
    question = confirming.ask_for_confirmation(entry_of(slug), by=member("Amina"), language=language)
    confirming.send_confirmation(question.pk, by=JOB)
    return link_in(question.pk)


def link_in(message: uuid.UUID) -> str:
    with acting(JOB):
        found = re.search(r"https?://[^/]+(/\S+/confirm/\S+/)", Message.objects.get(pk=message).body)
    assert found
    return found[1]


def holder_of(path: str) -> Actor:
    return Plain("confirmation", "", Credential("confirmation", path.split("/")[-2]))


def test_the_message_goes_once_in_the_language_that_was_chosen_and_holds_the_only_key() -> None:
    question = confirming.ask_for_confirmation(entry_of("job-centre"), by=member("Amina"), language="ro")
    for _time in range(2):
        confirming.send_confirmation(question.pk, by=JOB)
    with acting(JOB):
        message = Message.objects.get(pk=question.pk)
        assert (message.language, message.address) == ("ro", "advice@jobs.marenne.example")
        kept = Confirmation.objects.visible_to(JOB).get(pk=question.pk)
    path = link_in(question.pk)
    assert path.startswith("/ro/confirm/")
    assert kept.token_hash
    assert kept.token_hash not in path
    with pytest.raises(Refused, match="within the last day"):
        confirming.ask_for_confirmation(entry_of("job-centre"), by=member("Amina"))


def test_only_whoever_looks_after_the_entry_asks() -> None:
    for who in ("Radu", "Claire", "Peter"):
        with pytest.raises(Refused):
            confirming.ask_for_confirmation(entry_of("job-centre"), by=member(who))


def test_everything_is_right_with_one_button_and_the_link_is_spent() -> None:
    path, visitor = asked("job-centre"), Client()
    page = visitor.get(path)
    assert page.status_code == 200
    assert 'name="right"' in page.content.decode()
    assert visitor.get(path).status_code == 200  # looking spends nothing
    assert visitor.post(path, {"right": "1"}).status_code == 200
    entry = entry_of("job-centre")
    assert entry.confirmed_at is not None
    assert (entry.unanswered, entry.asked_at, entry.version) == (0, None, 1)
    assert visitor.get(path).status_code == 410
    assert visitor.post(path, {"right": "1"}).status_code == 410


def corrected(path: str, **changes: object) -> dict[str, object]:
    """What the form on the page would send, with some fields changed."""
    entry = entry_of("job-centre")
    told: dict[str, object] = {
        "correct": "1",
        "seen": entry.version,
        "written_in": "ro",
        "languages": entry.languages,
        "prevention": entry.prevention,
        "scenarios": entry.scenarios,
        "services": entry.texts["ro"]["services"],
        "phone": entry.phone,
        "email": entry.email,
    }
    return told | changes


def test_a_correction_in_romanian_stays_in_romanian_and_the_english_text_stands() -> None:
    path = asked("job-centre")
    sent = corrected(path, services="Cursuri și sfaturi.", languages=["fr", "ro"], phone="٠٢٠ ٥٥٥")
    assert Client().post(path, sent).status_code == 200
    entry = entry_of("job-centre")
    assert entry.texts["ro"]["services"] == "Cursuri și sfaturi."
    assert entry.services.startswith("Work, training")
    assert (entry.languages, entry.phone, entry.version) == (["fr", "ro"], "020 555", 2)
    with acting(JOB):
        assert Confirmation.objects.visible_to(JOB).get(entry=entry).is_corrected


def test_without_a_language_the_correction_is_refused_and_the_link_lives_on() -> None:
    path = asked("job-centre")
    answer = Client().post(path, corrected(path, languages=[], services="Cursuri."))
    assert answer.status_code == 400
    assert "Cursuri." in answer.content.decode()
    assert Client().get(path).status_code == 200


def test_what_somebody_else_changed_meanwhile_is_told_and_nothing_is_lost() -> None:
    path = asked("job-centre")
    sent = corrected(path, phone="+00 9")
    entries.edit_entry(entry_of("job-centre"), by=member("Amina"), phone="+00 8")
    answer = Client().post(path, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'id="meanwhile"' in page
    assert "Amina Haddad" in page
    assert "+00 8" in page
    assert 'value="+00 9"' in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    assert Client().post(path, sent | {"seen": seen[1]}).status_code == 200
    assert entry_of("job-centre").phone == "+00 9"


def test_an_old_link_and_an_invented_one_open_nothing() -> None:
    path = asked("job-centre")
    with acting(JOB):
        row = Confirmation.objects.visible_to(JOB).get(entry__organisation__slug="job-centre")
    assert row.until is not None
    assert row.until - row.asked_at >= timedelta(days=30) - timedelta(minutes=1)
    with acting(JOB):
        log("people.test", by=JOB, about=None, decision=allow("test"))
        Confirmation.objects.visible_to(JOB).update(until=clock.now() - timedelta(seconds=1))
    assert Client().get(path).status_code == 410
    assert Client().get("/ro/confirm/x/").status_code == 410
    assert Client().get("/ro/confirm/" + "a" * 43 + "/").status_code == 410


def test_whoever_holds_a_link_reads_that_entry_and_no_number_of_a_person(
    connected_as: Callable[[str], str],
) -> None:
    holder = holder_of(asked("police"))
    connected_as("entente_staff")
    with acting(holder):
        assert [
            e.organisation.slug for e in Entry.objects.visible_to(holder).select_related("organisation")
        ] == ["police"]
        assert not Contact.objects.visible_to(holder).exists()
        with connection.cursor() as cursor:
            for table in ("people_contact", "people_membership", "people_tie", "delivery_message"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,), table
            cursor.execute("select count(*) from people_entry")
            assert cursor.fetchone() == (1,)


def test_whoever_holds_a_link_writes_nothing_else(connected_as: Callable[[str], str]) -> None:
    holder, other = holder_of(asked("police")), entry_of("job-centre")
    connected_as("entente_staff")
    stranger = Plain("confirmation", "", Credential(*holder.credential or (None, None)), actor_id=other.pk)
    with pytest.raises(Entry.DoesNotExist):
        confirming.confirm_entry(other, by=stranger)
    with acting(holder), connection.cursor() as cursor:
        cursor.execute("update people_entry set phone = '666'")
        assert cursor.rowcount == 1
        cursor.execute("update people_entry set phone = '666' where id = %s", [other.pk])
        assert cursor.rowcount == 0
        cursor.execute("update people_organisation set name = 'x'")
        assert cursor.rowcount == 0
        with pytest.raises(DatabaseError):
            cursor.execute("set constraints all immediate")  # an update that was not logged
    with pytest.raises(DatabaseError, match="row-level security"), acting(holder):
        Organisation(slug="x", name="x", kind="ngo").save(force_insert=True)


def test_the_public_process_takes_an_answer(connected_as: Callable[[str], str]) -> None:
    path = asked("job-centre")
    connected_as("entente_public")
    assert Client().get(path).status_code == 200
    assert Client().post(path, corrected_blind()).status_code == 200
    assert Client().get(path).status_code == 410
    with acting(VISITOR):
        assert not Entry.objects.visible_to(VISITOR).exists()


def corrected_blind() -> dict[str, object]:
    return {"correct": "1", "seen": 1, "written_in": "ro", "languages": ["fr", "ro"], "services": "Da."}


def test_after_ninety_days_it_is_asked_twice_and_then_stale_each_exactly_once() -> None:
    begin = clock.now()
    entry = entry_of("victims-line")

    def state_after(days: float) -> tuple[str, int, int]:
        with clock.frozen(begin + timedelta(days=days)):
            for _time in range(2):
                tasks.ask_again(by=JOB)
        now = entry_of("victims-line")
        with acting(JOB):
            sent = Confirmation.objects.visible_to(JOB).filter(entry=entry).count()
        return now.state, now.unanswered, sent

    assert state_after(29) == ("verified", 0, 0)
    assert state_after(31) == ("verified", 1, 1)
    assert state_after(44) == ("verified", 1, 1)
    assert state_after(46) == ("verified", 2, 2)
    assert state_after(59) == ("verified", 2, 2)
    assert state_after(61) == ("stale", 2, 2)
    assert state_after(90) == ("stale", 2, 2)
    entry = entries.verify_entry(entry, by=member("Amina"))
    assert (entry.state, entry.unanswered) == ("verified", 0)


def test_a_stale_entry_that_is_confirmed_counts_again() -> None:
    police = entry_of("police")
    with clock.frozen(clock.now() + timedelta(days=1)):
        confirming.confirm_entry(police, by=member("Lena"))
    assert entry_of("police").state == Entry.State.VERIFIED
    with pytest.raises(Refused, match="Only the organisation itself"):
        confirming.confirm_entry(police, by=member("Amina"))


def test_who_left_a_post_is_forgotten_after_a_year_and_nobody_earlier() -> None:
    lena = member("Lena")
    with acting(lena):
        post = Contact.objects.visible_to(lena).select_related("organisation").get(name="Radu Ionescu")
    contacts.end_contact(post, by=lena)
    for days, is_there in ((364, True), (366, False)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            tasks.forget_contacts(by=JOB)
        with acting(JOB):
            assert Contact.objects.visible_to(JOB).filter(pk=post.pk).exists() is is_there
    assert contacts.forget_contacts(by=JOB) == 0
