"""A person reads who looked at what concerns them: with a code, without a name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from entente.audit import clock
from entente.audit.actors import VISITOR, Credential, acting, job
from entente.audit.decisions import Refused, allow
from entente.audit.models import Event
from entente.audit.services import log
from entente.config import database
from entente.config.witness import Finding, check_proof
from entente.people.models import Member
from entente.records import codes, disclosures, services
from entente.records.models import Receipt, Record
from entente.records.services import receipts
from tests.audit.log_steps import make_log
from tests.conftest import City
from tests.records.glass_steps import REASON, agreement

ClientOf = Callable[[Member], Client]
PAGE, PROOFS = "/en/who-looked/", "/en/who-looked/proofs/"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
NOT_KNOWN = "know this code"


@pytest.fixture
def looked(city: City) -> Iterator[City]:
    """Radu opened the draft on the library in an emergency."""
    with agreement(city.amina, city.radu):
        with acting(city.radu):
            services.break_glass(city.library.reference, by=city.radu, reason=REASON)
        yield city


def receipt_for(city: City) -> str:
    with acting(city.amina):
        return services.issue_receipt(city.library, by=city.amina)[1]


def spent_receipt(city: City, until: datetime) -> str:
    """A code that works until then."""
    code = codes.new_code()
    with acting(city.amina):
        hashed = codes.hashed(codes.normal(code))
        log("test.thing_done", by=city.amina, about=None, decision=allow("A test."))
        Receipt(record=city.library, code_hash=hashed, issued_by=city.amina, until=until).save(
            force_insert=True
        )
    return code


# The code


def test_a_code_is_25_digits_in_groups_of_five() -> None:
    code = codes.new_code()
    assert re.fullmatch(r"(\d{5} ){4}\d{5}", code)
    assert len({codes.new_code() for _one in range(50)}) == 50


@given(st.text("0123456789", min_size=24, max_size=24), st.integers(0, 24), st.integers(1, 9))
def test_one_mistyped_digit_shows(digits: str, place: int, by: int) -> None:
    code = digits + codes.check_digit(digits)
    assert codes.normal(code) == code
    wrong = str((int(code[place]) + by) % 10)
    assert codes.normal(code[:place] + wrong + code[place + 1 :]) == ""


@given(st.text(max_size=300))
def test_whatever_is_typed_is_a_code_or_nothing(typed: str) -> None:
    assert re.fullmatch(r"\d{25}|", codes.normal(typed))


def test_digits_of_any_script_and_any_spaces_do() -> None:
    code = codes.new_code()
    plain = code.replace(" ", "")
    for typed in (
        plain,
        code.translate(ARABIC),
        f"  {code}\u200f ",
        code.replace(" ", "-"),
        code.replace(" ", "\u00a0"),
    ):
        assert codes.normal(typed) == plain


# Issuing


def test_a_receipt_is_kept_as_a_hash_for_ninety_days_and_logged(city: City) -> None:
    with acting(city.amina):
        receipt, code = services.issue_receipt(city.library, by=city.amina)
        assert receipt.code_hash == codes.hashed(code.replace(" ", ""))
        assert receipt.until == receipt.issued_at + timedelta(days=90)
        event = Event.objects.get(name="records.receipt_issued", about_id=receipt.pk)
        assert event.record_id == city.library.pk
        with connection.cursor() as cursor:
            cursor.execute("select r::text from records_receipt r where id = %s", [receipt.pk])
            assert code.replace(" ", "") not in cursor.fetchone()[0]


def test_the_privacy_officer_issues_it_too(city: City) -> None:
    with acting(city.helene):
        assert services.issue_receipt(city.library, by=city.helene)


def test_nobody_else_issues_one(city: City) -> None:
    for colleague in (city.claire, city.jonas):
        with acting(colleague), pytest.raises(Refused, match="privacy officer or a coordinator"):
            services.issue_receipt(city.library, by=colleague)
    with acting(city.lena), pytest.raises(Refused, match="privacy officer or a coordinator"):
        services.issue_receipt(city.dialogue, by=city.lena)
    with acting(city.peter), pytest.raises(Record.DoesNotExist):
        services.issue_receipt(city.library, by=city.peter)


def test_the_database_refuses_a_receipt_of_a_colleague_without_that_role(city: City) -> None:
    receipt = Receipt(record=city.library, code_hash="0" * 64, issued_by=city.claire, until=clock.now())
    with (
        acting(city.claire),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        receipt.save(force_insert=True)


def test_the_code_is_shown_once_on_a_page_in_the_persons_language(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    page = f"/staff/records/{city.library.reference}/receipt/"
    assert amina.get(page).status_code == 200
    answer = amina.post(page, {"language": "ar"})
    shown = answer.content.decode()
    assert '<html lang="ar" dir="rtl">' in shown
    (code,) = re.findall(r"(?:\d{5} ){4}\d{5}", shown)
    assert "/ar/who-looked/" in shown
    assert city.library.title not in shown
    assert "no-store" in answer["Cache-Control"]
    assert code not in amina.get(page).content.decode()
    assert client_of(city.claire).get(page).status_code == 403
    assert client_of(city.peter).get(page).status_code == 404
    assert amina.post(page, {"language": "tlh"}).status_code == 400


# Reading


def test_with_the_code_one_reads_who_looked_when_and_what_for(looked: City) -> None:
    code = receipt_for(looked)
    for typed in (code, code.translate(ARABIC)):
        answer = Client().post(PAGE, {"code": typed})
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        shown = " ".join(answer.content.decode().split())
        for said in (
            "Community liaison",
            "Marenne Police",
            "protect others from a concrete danger",
            "This was an emergency",
        ):
            assert said in shown
        for hidden in ("Radu", "Ionescu", looked.library.title, REASON):
            assert hidden not in shown


def test_a_person_reads_it_in_their_language(looked: City) -> None:
    shown = Client().post("/ar/who-looked/", {"code": receipt_for(looked)}).content.decode()
    assert "شرطة مارين" in shown
    assert "ضابط التواصل مع الأهالي" in shown


def test_when_nobody_looked_the_page_says_so(city: City) -> None:
    shown = Client().post(PAGE, {"code": receipt_for(city)}).content.decode()
    assert "Nobody outside the organisation that keeps it has looked." in shown


def test_wrong_spent_and_malformed_codes_get_the_same_page(looked: City) -> None:
    spent, wrong = spent_receipt(looked, clock.now()), codes.new_code()
    pages = set()
    for typed in (spent, wrong, "12345", "", "x" * 150, wrong[:-1], codes.shown("1" * 25)):
        answer = Client().post(PAGE, {"code": typed})
        assert answer.status_code == 400
        shown = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        assert NOT_KNOWN in shown
        pages.add(re.sub(r' value="[^"]*"', "", shown))
    assert len(pages) == 1
    assert Client().post(PAGE).status_code == 400
    still = spent_receipt(looked, clock.now() + timedelta(seconds=30))
    assert Client().post(PAGE, {"code": still}).status_code == 200


def test_the_code_is_in_no_address(looked: City) -> None:
    code = receipt_for(looked)
    assert Client().get(PAGE, {"code": code}).status_code == 200
    assert "Community liaison" not in Client().get(PAGE, {"code": code}).content.decode()
    shown = Client().post(PAGE, {"code": code}).content.decode()
    for address in re.findall(r'(?:href|action)="([^"]*)"', shown):
        assert not re.search(r"\d{5}", address) or "/static/" in address


def test_who_tries_codes_by_machine_is_asked_to_wait(city: City) -> None:
    client = Client()
    answers = [client.post(PAGE, {"code": "12345"}).status_code for _try in range(61)]
    assert set(answers[:60]) == {400}
    assert answers[60] == 429


# What the holder of a receipt may read


def test_it_opens_the_list_of_one_record_and_nothing_else(looked: City) -> None:
    holder = disclosures.holder_of(codes.normal(receipt_for(looked)))
    with acting(holder):
        names = {look.name for look in disclosures.who_looked(holder)}
        assert names == {"records.glass_broken"}
        assert not Record.objects.visible_to(holder).filter(pk=looked.library.pk).exists()
        assert not Receipt.objects.exists()
        assert not Member.objects.exists()
        with connection.cursor() as cursor:
            for table in ("records_note", "records_participation", "people_person", "delivery_message"):
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("reader", ["visitor", "amina", "elisabeth"])
def test_nobody_else_gets_the_list_of_the_receipt(looked: City, reader: str) -> None:
    who = VISITOR if reader == "visitor" else getattr(looked, reader)
    with acting(who), connection.cursor() as cursor:
        cursor.execute("select count(*) from authz.who_looked()")
        assert cursor.fetchone() == (0,)


def test_the_public_process_reads_the_list_and_no_event() -> None:
    url = database.url_for("entente_public", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as public:
        with public.transaction():
            public.execute("select authz.begin(null, null)")
            row = public.execute("select count(*) from authz.who_looked()").fetchone()
            assert row == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), public.transaction():
            public.execute("select authz.begin(null, null)")
            public.execute("select * from audit_event")


def code_of_the_library() -> str:
    """A receipt for the city's draft, on a copy of the city where the owner acts for everybody."""
    work = job("a test", None)
    with acting(work):
        members = Member.objects.select_related("person", "organisation")
        amina, radu = (members.get(person__email__startswith=f"{slug}.") for slug in ("amina", "radu"))
        drafts = Record.objects.visible_to(work).filter(public_since=None, kind="dialogue")
        library = drafts.filter(owner_id=amina.organisation_id)[0]
    for member in (amina, radu):
        member.credential = Credential("member", str(member.pk))
    with agreement(amina, radu), acting(radu):
        services.break_glass(library.reference, by=radu, reason=REASON)
    with acting(amina):
        return services.issue_receipt(library, by=amina)[1]


def test_on_the_public_process_a_person_reads_it_and_takes_proofs_along(
    connected_as: Callable[[str], str], tmp_path: Path
) -> None:
    name = connected_as("entente_owner").rpartition("/")[2]
    code = code_of_the_library()
    connected_as("entente_public")
    person = Client()
    assert person.get(PAGE).status_code == 200
    assert person.post(PAGE, {"code": codes.new_code()}).status_code == 400
    shown = person.post(PAGE, {"code": code}).content.decode()
    (event,) = re.findall(r'name="event" value="([^"]+)"', shown)
    assert person.post(PROOFS, {"code": code, "event": event}).status_code == 409  # it waits for its place
    tree = make_log(lambda role: database.url_for(role, os.environ["TEST_ADMIN_URL"], name), tmp_path)
    tree.sequence()
    proof = person.post(PROOFS, {"code": code, "event": event})
    assert proof["Content-Disposition"].endswith('.tlog-proof"')
    assert "no-store" in proof["Cache-Control"]
    told = check_proof(proof.content.decode(), str(tree.signer.verifier))
    assert "records.glass_broken" in told
    assert "Radu" not in proof.content.decode()
    with pytest.raises(Finding):
        check_proof(proof.content.decode().replace("\nindex ", "\nindex 1"), str(tree.signer.verifier))
    with ZipFile(BytesIO(person.post(PROOFS, {"code": code}).content)) as every:
        assert [every.read(one).decode() for one in every.namelist()] == [proof.content.decode()]


def test_proofs_are_for_the_holder_of_the_code_and_of_this_record_only(looked: City) -> None:
    code = receipt_for(looked)
    with acting(looked.amina):
        other = Event.objects.filter(record_id=looked.dialogue.pk)[0]
    assert Client().post(PROOFS, {"code": codes.new_code()}).status_code == 400
    assert Client().post(PROOFS).status_code == 400
    assert Client().post(PROOFS, {"code": code, "event": str(other.pk)}).status_code == 409
    assert Client().post(PROOFS, {"code": code, "event": "' or 1=1"}).status_code == 409
    assert Client().get(PROOFS, {"code": code}).status_code == 405


def test_receipts_that_ran_out_are_forgotten(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")
    work = job("records.forget_receipts", None)
    with acting(work):
        amina = Member.objects.select_related("person").get(person__email__startswith="amina.")
        library = Record.objects.visible_to(work).filter(public_since=None, owner_id=amina.organisation_id)[0]
    amina.credential = Credential("member", str(amina.pk))
    with acting(amina):
        receipt, _code = services.issue_receipt(library, by=amina)
    for at, left in ((receipt.until - clock.SMALLEST, 1), (receipt.until, 0)):
        with clock.frozen(at):
            receipts.forget_receipts(by=work)
        with acting(work):
            assert Receipt.objects.count() == left
            assert Event.objects.filter(name="records.receipts_forgotten").count() == 1 - left
