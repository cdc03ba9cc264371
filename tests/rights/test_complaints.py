"""Anybody complains without a name; somebody independent answers; the person reads it with a code."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entente.audit import clock
from entente.audit import queries as audit
from entente.audit.actors import VISITOR, Plain, acting, begin
from entente.audit.decisions import Refused
from entente.delivery.models import Message
from entente.people.models import Member, Organisation
from entente.people.sign_in import NotProven, prove
from entente.rights.models import (
    Complaint,
    ComplaintMessage,
    ComplaintQuestion,
    ComplaintText,
    Learning,
    Remedy,
)
from entente.rights.queries import complaints as queries
from entente.rights.rules import complaints as rules
from entente.rights.services import complaints as services
from tests.conftest import City

pytestmark = pytest.mark.django_db
TOLD = "The town hall told my landlord that I had asked for help."


def of(member: Member) -> Organisation:
    with acting(member):
        return Organisation.objects.get(pk=member.organisation_id)


def made(concerns: Organisation | None = None, **said: Any) -> tuple[Complaint, Plain]:
    """A complaint, and whoever holds its code."""
    words: dict[str, Any] = {"about": "sharing", "what_happened": TOLD, "language": "en"} | said
    with transaction.atomic():
        begin(VISITOR)
        complaint, code = services.make_complaint(key=uuid.uuid4(), concerns=concerns, **words)
    return complaint, queries.holder_of(code)


def at_work(city: City, **said: Any) -> tuple[Complaint, Plain]:
    """One about the city that the overseer looks into."""
    complaint, person = made(of(city.amina), **said)
    services.acknowledge_complaint(complaint, by=city.elisabeth, text="We read it.")
    services.investigate_complaint(complaint, by=city.elisabeth, text="We ask the city.")
    return complaint, person


def now(complaint: Complaint, reader: Any) -> Complaint:
    with acting(reader):
        found = queries.complaint_with(complaint.reference, reader)
    assert found is not None
    return found


# It works


def test_a_complaint_goes_all_the_way_and_its_person_reads_every_word(city: City) -> None:
    complaint, person = at_work(city, contact="write to nobody@example.org, please")
    question = services.ask_question(
        complaint, by=city.elisabeth, to=of(city.amina), text="Who told the landlord what?"
    )
    services.answer_question(question, by=city.helene, text="The housing desk did, by mistake.")
    services.write_back(complaint, by=person, key=uuid.uuid4(), text="It was in March.")
    services.answer_complaint(complaint, by=city.elisabeth, outcome="upheld", text="You are right.")
    remedy = services.add_remedy(
        complaint,
        by=city.elisabeth,
        organisation=of(city.amina),
        what="A letter of apology",
        due_on=clock.today(),
    )
    with pytest.raises(Refused, match="not done yet"):
        services.close_complaint(complaint, by=city.elisabeth, text="Closed.")
    services.complete_remedy(remedy, by=city.amina, note="Sent on Monday.")
    services.close_complaint(
        complaint, by=city.elisabeth, text="Thank you.", learning={"en": "Ask before you tell a landlord."}
    )
    seen = now(complaint, person)
    assert (seen.state, seen.outcome) == ("closed", "upheld")
    with acting(person):
        said = queries.conversation(seen, person)
        told = queries.text_of(seen, person)
        assert [one.kind for one in said] == ["acknowledged", "investigated", "word", "answer", "end"]
        assert [one.text for one in said][2:4] == ["It was in March.", "You are right."]
        assert told is not None
        assert told.what_happened == TOLD
        assert [one.done_note for one in queries.remedies_of(seen, person)] == ["Sent on Monday."]
    with acting(VISITOR):
        assert [str(one) for one in queries.learnt(VISITOR)][:1] == ["Ask before you tell a landlord."]
    with acting(city.elisabeth):
        mails = Message.objects.filter(template="rights/complaint_news", record_id=complaint.pk)
        assert {mail.address for mail in mails} == {"nobody@example.org"}
        assert not [mail for mail in mails if TOLD in mail.body or "landlord" in mail.body]


def test_days_are_the_citys_working_days_and_more_time_is_taken_once(city: City) -> None:
    complaint, person = at_work(city)
    assert complaint.acknowledge_by == clock.working_days_after(complaint.received_at, 3)
    assert complaint.answer_by == clock.working_days_after(complaint.received_at, 30)
    services.extend_complaint(complaint, by=city.elisabeth, text="The file is in the archive.")
    later = now(complaint, person)
    assert later.answer_by == clock.working_days_after(complaint.answer_by - clock.SMALLEST, 30)
    with pytest.raises(Refused, match="once only"):
        services.extend_complaint(complaint, by=city.elisabeth, text="Again.")


# It is logged with its reason


def test_each_change_is_one_event_and_the_persons_carry_the_hour_only(city: City) -> None:
    complaint, person = at_work(city)
    services.write_back(complaint, by=person, key=uuid.uuid4(), text="One more thing.")
    with acting(city.elisabeth):
        events = list(audit.all_events(city.elisabeth).filter(record_id=complaint.pk))
    names = {event.name: event for event in events}
    assert set(names) == {
        "rights.complaint_made",
        "rights.complaint_acknowledged",
        "rights.complaint_investigated",
        "rights.complaint_continued",
    }
    for name in ("rights.complaint_made", "rights.complaint_continued"):
        assert names[name].at.minute == names[name].at.second == 0
        assert names[name].actor_id is None
    assert "without a name" in names["rights.complaint_made"].why
    assert "Your organisation answers" in names["rights.complaint_acknowledged"].why


# Who is refused


def test_nobody_answers_about_their_own_organisation(city: City) -> None:
    complaint, _person = made(of(city.elisabeth))
    with pytest.raises(Refused, match="their own organisation"):
        services.acknowledge_complaint(complaint, by=city.elisabeth, text="We read it.")
    with acting(city.elisabeth):
        assert queries.text_of(complaint, city.elisabeth) is None
    with pytest.raises(Refused, match="their own organisation"):
        services.assign_complaint(complaint, by=city.elisabeth, to=of(city.elisabeth))
    services.assign_complaint(complaint, by=city.elisabeth, to=of(city.nadia))
    services.acknowledge_complaint(complaint, by=city.nadia, text="We read it.")
    with acting(city.nadia):
        assert queries.text_of(complaint, city.nadia) is not None
    with acting(city.elisabeth):
        assert queries.text_of(complaint, city.elisabeth) is None


@pytest.mark.parametrize("state", ["received", "answered", "closed"])
def test_a_step_out_of_its_order_is_refused_with_the_reason(city: City, state: str) -> None:
    complaint, person = made()
    if state != "received":
        services.acknowledge_complaint(complaint, by=city.elisabeth, text="x")
        services.answer_complaint(complaint, by=city.elisabeth, outcome="not_upheld", text="x")
    if state == "closed":
        services.close_complaint(complaint, by=city.elisabeth, text="x")
        with pytest.raises(Refused, match="closed"):
            services.write_back(complaint, by=person, key=uuid.uuid4(), text="x")
    with pytest.raises(Refused):
        services.answer_complaint(complaint, by=city.elisabeth, outcome="upheld", text="x")
    with pytest.raises(Refused):
        services.add_remedy(
            complaint, by=city.elisabeth, organisation=of(city.amina), what="x", due_on=clock.today()
        )


def test_an_organisation_that_was_not_asked_answers_nothing(city: City) -> None:
    complaint, _person = at_work(city)
    question = services.ask_question(complaint, by=city.elisabeth, to=of(city.amina), text="Who?")
    for nosy in (city.radu, city.peter, city.claire):
        with pytest.raises((Refused, ComplaintQuestion.DoesNotExist)):
            services.answer_question(question, by=nosy, text="We.")
    services.answer_question(question, by=city.amina, text="We did.")
    with pytest.raises(Refused, match="already"):
        services.answer_question(question, by=city.helene, text="We did not.")
    with pytest.raises(Complaint.DoesNotExist):
        services.write_to_person(complaint, by=city.lena, text="x")


# For whom it does not exist


def test_whoever_is_complained_about_sees_the_question_and_nothing_else(city: City) -> None:
    complaint, _person = at_work(city)
    services.ask_question(complaint, by=city.elisabeth, to=of(city.amina), text="Who told whom?")
    with acting(city.amina):
        assert queries.complaint_with(complaint.reference, city.amina) is None
        assert not ComplaintText.objects.visible_to(city.amina).exists()
        assert not ComplaintMessage.objects.visible_to(city.amina).filter(complaint=complaint).exists()
        mine = queries.questions_to(city.amina).filter(reference=complaint.reference)
        assert [one.text for one in mine] == ["Who told whom?"]
    with acting(city.radu):
        assert not queries.questions_to(city.radu).filter(reference=complaint.reference).exists()


def test_a_wrong_code_opens_nothing_and_another_ones_opens_only_its_own(city: City) -> None:
    complaint, person = made()
    other, _holder = made()
    with pytest.raises(NotProven), transaction.atomic():
        prove(queries.holder_of("12345").credential)
    with acting(person):
        assert queries.complaint_with(other.reference, person) is None
        assert [one.pk for one in Complaint.objects.visible_to(person)] == [complaint.pk]


# The second wall


def sql(statement: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def test_a_visitor_adds_and_reads_nothing(city: City) -> None:
    complaint, _person = made()
    with acting(VISITOR):
        for table in ("complaint", "complainttext", "complaintmessage", "complaintquestion", "remedy"):
            assert sql(f"select 1 from rights_{table}", []) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(
                "insert into rights_complaintmessage (id, complaint_id, number, kind, text, written_at)"
                " values (gen_random_uuid(), %s, 9, 'word', '', now())",
                [complaint.pk],
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(
                "insert into rights_complaint (id, reference, code_hash, about, language, state, outcome,"
                " received_at, acknowledge_by, answer_by) values (gen_random_uuid(), 'CMP-X', 'x', 'other',"
                " 'en', 'closed', 'not_upheld', now(), now(), now())",
                [],
            )


@pytest.mark.parametrize("who", ["amina", "helene", "radu", "tomas", "peter"])
def test_a_member_who_does_not_answer_changes_nothing_by_sql(city: City, who: str) -> None:
    complaint, _person = at_work(city)
    question = services.ask_question(complaint, by=city.elisabeth, to=of(city.amina), text="Who?")
    actor = getattr(city, who)
    own = actor.organisation_id
    with acting(actor):
        assert sql("update rights_complaint set state = 'closed' where id = %s", [complaint.pk]) == 0
        assert sql("update rights_complaint set owner_id = concerns_id where id = %s", [complaint.pk]) == 0
        assert sql("select 1 from rights_complainttext", []) == 0
        for table, names, values in (
            ("remedy", "reference, organisation_id, what, done_note, due_on", f"'x', '{own}', '', '', now()"),
            ("learning", "about, language, text, texts, public_since", "'other', 'en', 'x', '{}', now()"),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(
                    f"insert into rights_{table} (id, complaint_id, {names})"
                    f" values (gen_random_uuid(), %s, {values})",
                    [complaint.pk],
                )
        if who in {"radu", "tomas", "peter"}:
            found = sql("update rights_complaintquestion set answer = '' where id = %s", [question.pk])
            assert found == 0


def test_what_was_said_is_not_changed_by_whoever_answers_either(city: City) -> None:
    complaint, _person = at_work(city)
    services.answer_complaint(complaint, by=city.elisabeth, outcome="not_upheld", text="No.")
    tries = [
        "update rights_complaint set outcome = 'upheld' where id = %s",
        "update rights_complaint set answered_at = now() where id = %s",
        "update rights_complaint set answer_by = answer_by + interval '1 day' where id = %s",
        "update rights_complaint set acknowledged_at = now() where id = %s",
        "update rights_complaint set concerns_id = null where id = %s",
        "update rights_complaint set owner_id = concerns_id where id = %s",
        "update rights_complaintmessage set text = '' where complaint_id = %s",
        "update rights_complaintmessage set told_at = now() where complaint_id = %s",
        "delete from rights_complaintmessage where complaint_id = %s",
        "update rights_complainttext set contact = '' where complaint_id = %s",
        "delete from rights_complaint where id = %s",
    ]
    for one in tries:
        with acting(city.elisabeth):
            try:
                with transaction.atomic():
                    assert sql(one, [complaint.pk]) == 0, one
            except (DatabaseError, IntegrityError):
                pass
    assert now(complaint, city.elisabeth).outcome == "not_upheld"


def test_a_change_without_its_event_does_not_hold(city: City) -> None:
    complaint, _person = made()
    with pytest.raises(DatabaseError, match="was not logged"), acting(city.elisabeth):
        # As in a transaction of its own: the event of the complaint itself does not count for it.
        sql("select set_config('entente.logged', '', true)", [])
        own = city.elisabeth.organisation_id
        sql("update rights_complaint set owner_id = %s where id = %s", [own, complaint.pk])
        sql("set constraints all immediate", [])


# The pages


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(key|code)" value="([^"]*)"', page))


def complain(client: Client, language: str = "en", **said: str) -> tuple[str, str]:
    """Complain on the page; returns the number and the code."""
    here = f"/{language}/complaints/"
    key = fields(client.get(here).content.decode())["key"]
    words = {"about": "sharing", "what_happened": TOLD, "language": language, "key": key} | said
    answer = client.post(here, words)
    assert answer.status_code == 200, answer.content.decode()
    page = answer.content.decode()
    reference = re.search(r"data-reference>(CMP-[0-9A-Z]{7})<", page)
    code = re.search(r"data-code>([0-9 ]{29})<", page)
    assert reference
    assert code
    return reference[1], code[1]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ro"])
def test_a_resident_complains_reads_and_writes_back_without_an_account(
    city: City, client_of: Callable[[Member], Client], language: str
) -> None:
    person = Client()
    reference, code = complain(person, language)
    elisabeth = client_of(city.elisabeth)
    here = f"/staff/complaints/{reference}/"
    assert elisabeth.post(f"{here}acknowledge/", {"text": "We read it."}).status_code == 302
    page = person.post(f"/{language}/complaints/{reference}/", {"code": code}).content.decode()
    assert "We read it." in page
    assert TOLD in page
    sent = fields(page) | {"text": "Thank you."}
    for _time in range(2):
        page = person.post(f"/{language}/complaints/{reference}/", sent).content.decode()
        assert page.count("Thank you.") == 1
    assert "Thank you." in elisabeth.get(here).content.decode()


def test_what_is_wrong_is_told_and_what_was_typed_is_kept(city: City) -> None:
    answer = Client().post("/en/complaints/", {"about": "other", "what_happened": TOLD, "language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert TOLD in page
    assert "Please say in a few words what it is about." in page
    assert Client().post("/en/complaints/", {"what_happened": " \u200b "}).status_code == 400


def test_sent_twice_it_arrives_once(city: City) -> None:
    key = str(uuid.uuid4())
    words = {"about": "decision", "what_happened": TOLD, "language": "en", "key": key}
    first, second = (Client().post("/en/complaints/", words) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 409)
    assert "arrived already" in second.content.decode()


def test_a_wrong_code_and_an_invented_number_are_told_alike(city: City) -> None:
    reference, _code = complain(Client())
    _other, code = complain(Client())
    pages = [
        Client().post(f"/en/complaints/{reference}/", {"code": typed}).content.decode()
        for typed in ("", "1", "12345 12345 12345 12345 12345", code)
    ]
    assert all("We don&#x27;t know this code" in page for page in pages)
    assert all(TOLD not in page for page in pages)
    invented = Client().post("/en/complaints/CMP-2222222/", {"code": code})
    assert invented.status_code in {400, 404}


def test_tries_are_limited(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from entente.rights.views import complaining

    reference, code = complain(Client())
    monkeypatch.setattr(complaining, "CODES_FOR_ONE", 2)
    monkeypatch.setattr(complaining, "COMPLAINTS_AN_HOUR", 1)
    page = f"/en/complaints/{reference}/"
    assert [Client().post(page, {"code": "1"}).status_code for _ in range(3)] == [400, 400, 429]
    assert Client().post(page, {"code": code}).status_code == 429
    assert Client().post("/en/complaints/", {}).status_code == 429


def test_small_numbers_are_told_as_fewer_than_ten(city: City) -> None:
    with acting(VISITOR):
        before = queries.figures(VISITOR)["received"]
    page = Client().get("/en/complaints/").content.decode()
    assert "fewer than ten" in page
    for _ in range(10):
        made()
    with acting(VISITOR):
        figures = queries.figures(VISITOR)
    assert figures["received"] == before + 10
    assert figures["upheld"] == 0
    assert all(value % 10 == 0 for value in figures.values())


def test_the_list_shows_the_late_first_and_asks_as_often_for_many(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.elisabeth)
    with clock.frozen(clock.now() - timedelta(days=20)):
        late, _person = made()
    made()
    page = client.get("/staff/complaints/").content.decode()
    numbers = re.findall(r"CMP-[0-9A-Z]{7}", page)
    assert late.reference in list(dict.fromkeys(numbers))[:3]
    counts = []
    for more in (1, 27):
        for _ in range(more):
            made()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/staff/complaints/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 15


def test_each_step_has_its_page_and_a_member_who_may_not_gets_none(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    complaint, _person = at_work(city)
    here = f"/staff/complaints/{complaint.reference}/"
    elisabeth = client_of(city.elisabeth)
    shown = elisabeth.get(here).content.decode()
    assert TOLD in shown
    for step in ("ask", "write", "extend", "answer", "assign"):
        assert f'{here}{step}/"' in shown
        assert elisabeth.get(f"{here}{step}/").status_code == 200
        assert elisabeth.post(f"{here}{step}/", {}).status_code == 400
    for step in ("acknowledge", "investigate", "remedy", "close"):
        assert elisabeth.get(f"{here}{step}/").status_code == 409
    for member in (city.amina, city.radu, city.peter, city.tomas):
        assert client_of(member).get(here).status_code == 404
        assert client_of(member).get(f"{here}answer/").status_code == 404
    assert elisabeth.post(f"{here}ask/", {"to": of(city.amina).pk, "text": "Who?"}).status_code == 302
    question = ComplaintQuestion
    with acting(city.amina):
        asked = question.objects.visible_to(city.amina).get(reference=complaint.reference)
    page = f"/staff/complaints/questions/{asked.pk}/"
    assert "Who?" in client_of(city.amina).get(page).content.decode()
    assert client_of(city.radu).get(page).status_code == 404
    assert client_of(city.amina).post(page, {"text": "The housing desk."}).status_code == 302
    assert "The housing desk." in elisabeth.get(here).content.decode()
    assert elisabeth.post(f"{here}answer/", {"outcome": "partly", "text": "In part."}).status_code == 302
    owed = {"what": "A letter", "organisation": of(city.amina).pk, "due_on": clock.today().isoformat()}
    assert elisabeth.post(f"{here}remedy/", owed).status_code == 302
    with acting(city.amina):
        remedy = Remedy.objects.visible_to(city.amina).get(reference=complaint.reference)
    done = f"/staff/complaints/remedies/{remedy.pk}/"
    assert client_of(city.radu).get(done).status_code == 404
    assert client_of(city.amina).post(done, {"text": "Sent."}).status_code == 302
    told = {"text": "Thank you.", "learning_fr": "Demander d'abord."}
    assert elisabeth.post(f"{here}close/", told).status_code == 302
    assert "Demander d&#x27;abord." in Client().get("/fr/complaints/").content.decode()
    with acting(city.elisabeth):
        learning = Learning.objects.visible_to(city.elisabeth).get(complaint_id=complaint.pk)
    assert learning.language == "fr"


def test_what_waits_is_told_to_whoever_owes_a_word(city: City, client_of: Callable[[Member], Client]) -> None:
    complaint, _person = at_work(city)
    services.ask_question(complaint, by=city.elisabeth, to=of(city.amina), text="Who?")
    assert complaint.reference in client_of(city.elisabeth).get("/staff/").content.decode()
    assert complaint.reference in client_of(city.amina).get("/staff/").content.decode()
    assert complaint.reference not in client_of(city.radu).get("/staff/").content.decode()


def test_rules_ask_the_time_they_are_given(city: City) -> None:
    complaint, _person = at_work(city)
    found = now(complaint, city.elisabeth)
    later = found.answer_by + timedelta(hours=1)
    assert not rules.may_extend_complaint(city.elisabeth, found, later)
    assert rules.may_answer_complaint(city.elisabeth, found, later)
    assert frozenset() == settings.ENTENTE_HOLIDAYS
