"""Opening a record in an emergency: who may, for how long, who is told, and what is found about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from entente.agreements.vocabulary import EMERGENCY
from entente.audit import clock
from entente.audit.actors import VISITOR, acting, begin
from entente.audit.decisions import Refused, allow, refuse
from entente.audit.models import Event
from entente.audit.services import log
from entente.people.models import Member, Membership
from entente.records import breakings, services
from entente.records.models import GlassReview, Note, Opening, Participation, Record
from entente.records.rules import glass as rules
from entente.records.rules.glass import Breaking
from tests.conftest import City
from tests.records.glass_steps import HOUR, REASON, agreement, outside, waiting

Row = dict[str, object]


@pytest.fixture
def agreed(city: City) -> Iterator[City]:
    """The city and the police have an agreement in force; Helene is the city's privacy officer."""
    with agreement(city.amina, city.radu):
        yield city


def break_it(city: City, *, by: Member | None = None, hours: int = 1) -> Participation:
    who = by or city.radu
    with acting(who):
        return services.break_glass(city.library.reference, by=who, reason=REASON, hours=hours)


def refusal(city: City, reference: str, *, by: Member, reason: str = REASON, hours: int = 1) -> str:
    with acting(by), pytest.raises(Refused) as refused:
        services.break_glass(reference, by=by, reason=reason, hours=hours)
    return str(refused.value)


def sees(reader: Member, city: City) -> bool:
    return Record.objects.visible_to(reader).filter(pk=city.library.pk).exists()


# It works


def test_a_member_of_a_partner_opens_head_and_parts_for_a_while(agreed: City) -> None:
    services.write_note(agreed.library, by=agreed.amina, text="Ring the caretaker.")
    assert not sees(agreed.radu, agreed)
    opened = break_it(agreed, hours=2)
    assert sees(agreed.radu, agreed)
    notes = Note.objects.visible_to(agreed.radu).filter(record_id=agreed.library.pk)
    assert "Ring the caretaker." in {note.text for note in notes}
    assert (opened.is_emergency, opened.agreement_id, opened.purpose) == (True, None, EMERGENCY)
    assert opened.until == opened.since + timedelta(hours=2)
    stated = Opening.objects.get(record_id=agreed.library.pk, membership_id=agreed.radu.pk)
    assert (stated.purpose, stated.until) == (EMERGENCY, opened.until)


def test_colleagues_of_whoever_broke_it_still_see_nothing(agreed: City) -> None:
    break_it(agreed)
    assert not sees(agreed.lena, agreed)


def test_it_is_logged_with_the_reference_and_the_reason_is_sealed(agreed: City) -> None:
    opened = break_it(agreed)
    begin(agreed.amina)
    event = Event.objects.get(name="records.glass_broken", about_id=opened.pk)
    assert event.reason_values == {
        "reference": agreed.library.reference,
        "until": opened.until.isoformat(),  # type: ignore[union-attr]
    }
    assert (event.actor_name, event.record_id) == ("Radu Ionescu", agreed.library.pk)
    assert json.loads(event.details) == {"reason": REASON}
    with connection.cursor() as cursor:
        cursor.execute("select reason from records_participation where id = %s", [opened.pk])
        assert REASON.encode() not in bytes(cursor.fetchone()[0])
        cursor.execute("select details, reason from audit_event where id = %s", [event.pk])
        sealed, told = cursor.fetchone()
    assert REASON.encode() not in bytes(sealed)
    assert REASON not in told


def test_it_ends_to_the_moment_in_the_rule_and_in_both_walls(agreed: City) -> None:
    opened = break_it(agreed)
    assert opened.until is not None
    with clock.frozen(opened.until - clock.SMALLEST):
        assert sees(agreed.radu, agreed)
        assert breakings.glass_open(agreed.library, agreed.amina)
    with clock.frozen(opened.until):
        assert not sees(agreed.radu, agreed)
        assert not Note.objects.visible_to(agreed.radu).filter(record_id=agreed.library.pk).exists()
        assert not breakings.glass_open(agreed.library, agreed.amina)


def test_who_works_elsewhere_in_the_owners_house_opens_a_record_of_named_persons(agreed: City) -> None:
    """The record is of the city; Claire acts for the city and is not named on it."""
    named = services.open_matter(by=agreed.amina, title="Quiet", category="housing", audience="named")
    with acting(agreed.claire):
        assert not Record.objects.visible_to(agreed.claire).filter(pk=named.pk).exists()
        services.break_glass(named.reference, by=agreed.claire, reason=REASON)
        assert Record.objects.visible_to(agreed.claire).filter(pk=named.pk).exists()


# Who is refused


def test_what_is_not_there_and_what_is_not_for_one_get_the_same_sentence(agreed: City) -> None:
    unknown = refusal(agreed, "DLG-2222222", by=agreed.radu)
    assert refusal(agreed, agreed.library.reference, by=agreed.peter) == unknown
    assert refusal(agreed, "nonsense", by=agreed.radu) == unknown
    assert refusal(agreed, "", by=agreed.radu) == unknown


@pytest.mark.parametrize(
    "said",
    [
        {"state": "draft"},
        {"state": "interim"},
        {"state": "suspended"},
        {"state": "ended"},
        {"ends_at": clock.now() - timedelta(seconds=1)},
        {"starts_at": clock.now() + timedelta(hours=5)},
        {"signed_at": None},
        {"signed_at": clock.now() + timedelta(hours=5)},
        {"left_at": clock.now() - timedelta(seconds=1)},
    ],
    ids=lambda said: "-".join(said) + "-" + str(next(iter(said.values())))[:9],
)
def test_only_a_signed_party_of_an_agreement_in_force_breaks_anything(city: City, said: Row) -> None:
    with agreement(city.amina, city.peter, **said):
        assert refusal(city, city.library.reference, by=city.peter) == str(rules.NOTHING_THERE)


def test_once_it_is_in_force_and_signed_they_do(city: City) -> None:
    with agreement(city.amina, city.peter):
        assert break_it(city, by=city.peter).is_emergency


def test_under_professional_secrecy_it_stays_shut_and_sounds_like_nothing(agreed: City) -> None:
    secret = services.open_matter(
        by=agreed.amina, title="Told in confidence", category="health", is_secret=True
    )
    assert refusal(agreed, secret.reference, by=agreed.radu) == str(rules.NOTHING_THERE)
    begin(agreed.amina)
    assert not Participation.objects.visible_to(agreed.amina).filter(record_id=secret.pk).exists()
    assert waiting("records.announce_glass") == []


def test_a_secret_part_of_an_open_record_stays_shut(agreed: City) -> None:
    services.write_note(
        agreed.library, by=agreed.amina, text="In confidence.", category="health", is_secret=True
    )
    services.write_note(agreed.library, by=agreed.amina, text="In the open.")
    break_it(agreed)
    texts = {note.text for note in Note.objects.visible_to(agreed.radu).filter(record_id=agreed.library.pk)}
    assert "In the open." in texts
    assert "In confidence." not in texts


def test_who_sees_a_record_breaks_nothing(agreed: City) -> None:
    seen = str(rules.SEEN_ALREADY)
    assert refusal(agreed, agreed.library.reference, by=agreed.claire) == seen
    assert refusal(agreed, agreed.dialogue.reference, by=agreed.radu) == seen
    break_it(agreed)
    assert refusal(agreed, agreed.library.reference, by=agreed.radu) == seen


@pytest.mark.parametrize("hours", [0, -1, 3, 5, 24])
def test_other_lengths_are_refused(agreed: City, hours: int) -> None:
    assert refusal(agreed, agreed.library.reference, by=agreed.radu, hours=hours) == str(rules.HOURS_ASKED)


@pytest.mark.parametrize("reason", ["", " " * 40, "because", "x" * 19])
def test_a_reason_is_at_least_twenty_characters(agreed: City, reason: str) -> None:
    assert refusal(agreed, agreed.library.reference, by=agreed.radu, reason=reason) == str(rules.REASON_ASKED)


def test_a_refusal_is_logged_once_it_is_noted(agreed: City) -> None:
    with acting(agreed.peter):
        decision = refuse(rules.NOTHING_THERE)
        services.note_refused_glass(agreed.library.reference, by=agreed.peter, decision=decision)
        event = Event.objects.get(name="records.glass_refused")
    assert (event.allowed, event.record_id) == (False, None)
    assert json.loads(event.details) == {"reference": agreed.library.reference}


# The rule, every condition both ways

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
FULL = {"is_there": True, "is_seen": False, "reason": REASON, "hours": 1}


def ruled(*earlier: Breaking, **changed: object) -> str:
    given = {**FULL, **changed}
    return str(rules.may_break_glass(Membership(), NOW, earlier=earlier, **given).reason)  # type: ignore[arg-type]


def earlier(ago: timedelta, *, is_reviewed: bool = True) -> Breaking:
    return Breaking(Membership().pk, NOW - ago, is_reviewed)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, rules.BROKEN),
        ({"is_there": False}, rules.NOTHING_THERE),
        ({"is_seen": True}, rules.SEEN_ALREADY),
        ({"hours": 3}, rules.HOURS_ASKED),
        ({"hours": 4}, rules.BROKEN),
        ({"reason": "x" * 19}, rules.REASON_ASKED),
        ({"reason": "x" * 20}, rules.BROKEN),
    ],
)
def test_each_condition_decides(changed: Row, reason: object) -> None:
    assert ruled(**changed) == str(reason)


def test_twice_in_24_hours_and_not_a_third_time() -> None:
    day = timedelta(hours=24)
    assert ruled(earlier(HOUR)) == str(rules.BROKEN)
    assert ruled(earlier(HOUR), earlier(day - clock.SMALLEST)) == str(rules.TWICE)
    assert ruled(earlier(HOUR), earlier(day)) == str(rules.BROKEN)


def test_a_breaking_without_review_pauses_the_right_after_three_working_days() -> None:
    """NOW is a Friday, 15:00 in Marenne: what began on Monday was due at the end of Thursday."""
    monday, tuesday = timedelta(days=4), timedelta(days=3)
    assert ruled(earlier(monday, is_reviewed=False)) == str(rules.PAUSED)
    assert ruled(earlier(monday)) == str(rules.BROKEN)
    assert ruled(earlier(tuesday, is_reviewed=False)) == str(rules.BROKEN)


# What the database refuses by itself


def insert(reader: Member, record: Record, *, hours: float = 1, to: Member | None = None) -> None:
    """An emergency by raw SQL, as somebody might who found a way to run it."""
    with acting(reader), connection.cursor() as cursor:
        opened = Participation(record_id=record.pk)
        log("records.glass_broken", by=reader, about=opened, decision=allow("A test."))
        cursor.execute(
            "insert into records_participation (id, record_id, record_opened_at, owner_id, membership_id,"
            " purpose, since, until, is_emergency, reason)"
            " select %s, %s, now(), %s, %s, 'avert_danger', t, t + %s * interval '1 hour',"
            " true, '' from clock_timestamp() t",
            [opened.pk, record.pk, record.owner_id, (to or reader).pk, hours],
        )


def test_the_database_refuses_more_than_four_hours(agreed: City) -> None:
    insert(agreed.radu, agreed.library, hours=4)
    with pytest.raises(IntegrityError, match="records_glass_is_short"), transaction.atomic():
        insert(agreed.radu, agreed.library, hours=4.001)


def test_the_database_refuses_a_third_time(agreed: City) -> None:
    for _time in range(2):
        insert(agreed.radu, agreed.library)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert(agreed.radu, agreed.library)
    insert(agreed.lena, agreed.library)


def test_two_requests_of_one_member_are_counted_one_after_the_other(agreed: City) -> None:
    held = (
        "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
        " where l.locktype = 'advisory' and d.datname = current_database()"
    )
    with outside() as raw, acting(agreed.radu):
        assert raw.execute(held).fetchone() == (0,)
        assert breakings.behind_glass(agreed.library.reference, agreed.radu) is not None
        assert raw.execute(held).fetchone() == (1,)


def test_the_database_refuses_it_without_an_agreement_and_for_somebody_else(agreed: City) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert(agreed.peter, agreed.library)
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert(agreed.radu, agreed.library, to=agreed.lena)


def test_a_third_time_is_refused_in_words(agreed: City) -> None:
    for title in ("One", "Two", "Three"):
        matter = services.open_matter(by=agreed.amina, title=title, category="housing")
        if title != "Three":
            with acting(agreed.radu):
                services.break_glass(matter.reference, by=agreed.radu, reason=REASON)
        else:
            assert refusal(agreed, matter.reference, by=agreed.radu) == str(rules.TWICE)
    assert len(waiting("records.announce_glass")) == 2


# The review


def review(city: City, opened: Participation, *, by: Member | None = None) -> GlassReview:
    who = by or city.helene
    with acting(who):
        return services.review_glass(opened, by=who, finding="justified", words="The danger was there.")


def test_the_privacy_officer_reviews_it_and_it_is_logged(agreed: City) -> None:
    opened = break_it(agreed)
    reviewed = review(agreed, opened)
    assert (reviewed.finding, reviewed.breaker_id) == ("justified", agreed.radu.pk)
    begin(agreed.amina)
    event = Event.objects.get(name="records.glass_reviewed", about_id=reviewed.pk)
    assert (event.actor_name, event.record_id) == ("Helene Morel", agreed.library.pk)
    assert waiting("records.tell_finding") == [{"participation": str(opened.pk)}]


def test_it_is_reviewed_once(agreed: City) -> None:
    opened = break_it(agreed)
    review(agreed, opened)
    with pytest.raises(Refused, match="reviewed already"):
        review(agreed, opened)


def test_nobody_but_the_owners_officer_reviews_it(agreed: City) -> None:
    opened = break_it(agreed)
    for colleague in (agreed.amina, agreed.claire):
        with pytest.raises(Refused, match="privacy officer of the organisation"):
            review(agreed, opened, by=colleague)
    for other in (agreed.radu, agreed.lena, agreed.peter, agreed.elisabeth):
        with pytest.raises(Participation.DoesNotExist):
            review(agreed, opened, by=other)


def test_an_officer_of_another_organisation_is_refused_by_the_database_too(agreed: City) -> None:
    opened = break_it(agreed)
    with outside() as raw:
        raw.execute("update people_membership set role = 'officer' where id = %s", [agreed.lena.pk])
    try:
        agreed.lena.role = "officer"
        with pytest.raises(Participation.DoesNotExist):
            review(agreed, opened, by=agreed.lena)
        row = GlassReview(
            participation_id=opened.pk,
            owner_id=agreed.library.owner_id,
            breaker_id=agreed.radu.pk,
            reviewed_by=agreed.lena,
            finding="justified",
        )
        with acting(agreed.lena), pytest.raises(ProgrammingError), transaction.atomic():
            row.save(force_insert=True)
    finally:
        with outside() as raw:
            raw.execute("update people_membership set role = 'member' where id = %s", [agreed.lena.pk])


def test_an_officer_does_not_review_themselves(agreed: City) -> None:
    named = services.open_matter(by=agreed.amina, title="Quiet", category="housing", audience="named")
    with acting(agreed.helene):
        opened = services.break_glass(named.reference, by=agreed.helene, reason=REASON)
    with pytest.raises(Refused, match="Somebody else reviews it"):
        review(agreed, opened)


def test_the_officer_reads_what_was_looked_at_without_seeing_the_record(agreed: City) -> None:
    named = services.open_matter(by=agreed.amina, title="Quiet", category="housing", audience="named")
    with acting(agreed.radu):
        opened = services.break_glass(named.reference, by=agreed.radu, reason=REASON)
    with acting(agreed.helene):
        assert not Record.objects.visible_to(agreed.helene).filter(pk=named.pk).exists()
        looked_at = breakings.looked_at(opened, agreed.helene)
        assert [event.name for event in looked_at] == ["records.glass_broken"]
        found = breakings.emergency(opened.pk, agreed.helene)
        assert found is not None
        assert found.reason == REASON
    with acting(agreed.claire):
        assert breakings.emergency(opened.pk, agreed.claire) is None


# Who reads of it


def test_the_overseer_reads_reference_and_who_and_never_the_reason(agreed: City) -> None:
    opened = break_it(agreed)
    with acting(agreed.elisabeth):
        (told,) = [one for one in breakings.broken_anywhere(agreed.elisabeth) if one.id == opened.pk]
    assert (told.reference, told.name, str(told.organisation)) == (
        agreed.library.reference,
        "Radu Ionescu",
        "Marenne Police",
    )
    assert not {"reason", "title"} & set(vars(told))
    assert not Record.objects.visible_to(agreed.elisabeth).filter(pk=agreed.library.pk).exists()


def test_whoever_broke_it_reads_of_it_after_it_ended_and_of_the_finding(agreed: City) -> None:
    opened = break_it(agreed)
    review(agreed, opened)
    with acting(agreed.radu), clock.frozen(clock.now() + 2 * HOUR):
        (own,) = breakings.broken_by(agreed.radu)
        assert own.review is not None
        assert own.review.words == "The danger was there."
        assert breakings.own_breakings(agreed.radu) == [Breaking(opened.pk, opened.since, is_reviewed=True)]


def test_nobody_else_reads_of_it(agreed: City) -> None:
    break_it(agreed)
    for other in (agreed.lena, agreed.peter, agreed.sofia):
        with acting(other):
            assert breakings.broken_by(other) == []
            assert breakings.broken_at(other) == []
            assert breakings.broken_anywhere(other) == []


def test_everybody_who_sees_the_record_sees_that_it_is_open(agreed: City) -> None:
    opened = break_it(agreed)
    for reader in (agreed.amina, agreed.claire, agreed.radu):
        with acting(reader):
            (told,) = breakings.glass_open(agreed.library, reader)
            assert (told.name, str(told.organisation), told.until) == (
                "Radu Ionescu",
                "Marenne Police",
                opened.until,
            )
    for stranger in (agreed.peter, agreed.lena, VISITOR):
        with acting(stranger):
            assert breakings.glass_open(agreed.library, stranger) == []


def test_reviews_wait_in_the_officers_work(agreed: City) -> None:
    opened = break_it(agreed)
    with acting(agreed.helene):
        (one,) = breakings.glass_waiting(agreed.helene)
        assert agreed.library.reference in one.sentence
        assert "Radu Ionescu" in one.sentence
        assert one.url == f"/staff/glass/{opened.pk}/review/"
        later = clock.now() + timedelta(days=8)
        with clock.frozen(later):
            assert "is late" in breakings.glass_waiting(agreed.helene)[0].sentence
    for other in (agreed.amina, agreed.radu, agreed.elisabeth):
        with acting(other):
            assert breakings.glass_waiting(other) == []
    review(agreed, opened)
    with acting(agreed.helene):
        assert breakings.glass_waiting(agreed.helene) == []


def test_who_broke_it_reads_and_does_not_work_on_it(agreed: City) -> None:
    break_it(agreed)
    with acting(agreed.radu), pytest.raises(Refused, match="Only members of the organisation"):
        services.write_note(agreed.library, by=agreed.radu, text="Hello")
