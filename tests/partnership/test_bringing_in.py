"""A table becomes entries and contacts: shown row by row, written once in steps; and taken along again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting, job
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.partnership.directory_tables.csv_tables import read_csv
from entente.partnership.directory_tables.spreadsheets import read_spreadsheet
from entente.partnership.queries import files
from entente.partnership.rules import bringing_in as may
from entente.partnership.services import bringing_in as services
from entente.people.listing import NewContact, NewEntry
from entente.people.models import Contact, Entry, Member, Organisation
from entente.people.queries.directory import entries
from entente.people.services.adding import add_entry
from entente.people.sign_in import member_with
from entente.records.files import kept_file
from entente.records.models import ImportRun
from entente.records.services.importing import UPLOAD_KEPT
from tests.conftest import City
from tests.template_city import session_key

JOB = job("import", None)
HEADINGS = "Organisation;Type;Languages;E-mail;Services;Contact;Post;Contact e-mail;Nationality"
ROWS = (
    "Harbour Choir;non-governmental organisation;French, Arabic;choir@harbour.example;singing;"
    "Ana Pop;head;ana@harbour.example;secret-1",
    "Harbour  Chóir;;;;;Ben Roth;deputy;ben@harbour.example;secret-2",
    "Mill Clinic;health service;English;clinic@mill.example;advice;;;;secret-3",
    "Broken Row;spacecraft;English;;;;;;",
    "=1+1;;;;;;;;",
)  # fmt: skip


def who(name: str) -> Member:
    with transaction.atomic():
        return member_with(session_key(name))


@pytest.fixture
def owner(connected_as: Callable[[str], str]) -> None:
    """Jobs run as the owner here."""
    connected_as("entente_owner")


def table(*rows: str) -> bytes:
    return "\n".join((HEADINGS, *rows)).encode()


def read(content: bytes, by: str = "amina") -> ImportRun:
    run = services.upload_directory(by=who(by), file_name="list.csv", content=content)
    return services.read_directory_import(run.pk, by=JOB)


def bring_in(content: bytes, by: str = "amina", **how: Any) -> ImportRun:
    run = read(content, by)
    services.bring_in_directory(run, by=who(by), **how)
    return services.run_directory_import(run.pk, by=JOB)


def entry(name: str) -> Entry | None:
    with acting(JOB):
        found = Entry.objects.visible_to(JOB).select_related("organisation", "keeper")
        return found.filter(organisation__name=name).first()


def posts(name: str) -> list[str]:
    with acting(JOB):
        rows = Contact.objects.visible_to(JOB).filter(organisation__name=name).order_by("place")
        return [contact.name for contact in rows]


def counts(run: ImportRun) -> dict[str, int]:
    return {name: number for name, number in run.preview["counts"].items() if number}


def everything() -> list[Any]:
    """All that the directory says."""
    with acting(JOB):
        said = [*Entry.objects.visible_to(JOB).order_by("pk").values_list("pk", "version", "words")]
        return [*said, *Contact.objects.visible_to(JOB).order_by("pk").values_list("pk", "name", "phone")]


@pytest.mark.usefixtures("owner")
def test_a_table_is_shown_row_by_row_and_then_comes_in() -> None:
    before = everything()
    run = read(table(*ROWS))
    assert run.state == "ready"
    assert counts(run) == {"new": 2, "joins": 1, "refused": 2}
    assert everything() == before
    services.bring_in_directory(run, by=who("amina"))
    run = services.run_directory_import(run.pk, by=JOB)
    assert run.state == "done"
    assert run.preview["written"] == {"entries": 2, "contacts": 2, "changed": 0}
    choir = entry("Harbour Choir")
    assert choir is not None
    assert (choir.kind, choir.languages, choir.services) == ("ngo", ["ar", "fr"], "singing")
    assert choir.keeper_id == who("amina").organisation_id
    assert posts("Harbour Choir") == ["Ana Pop", "Ben Roth"]
    assert entry("Broken Row") is None
    assert [row.outcome for row in files.report(run)] == ["new", "joins", "new", "refused", "refused"]


@pytest.mark.usefixtures("owner")
def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    bring_in(table(*ROWS))
    before = everything()
    run = read(table(*ROWS))
    assert counts(run) == {"same": 3, "refused": 2}
    services.bring_in_directory(run, by=who("amina"))
    run = services.run_directory_import(run.pk, by=JOB)
    assert run.preview["written"] == {"entries": 0, "contacts": 0, "changed": 0}
    assert everything() == before


@pytest.mark.usefixtures("owner")
def test_columns_that_sort_people_never_come_in() -> None:
    run = bring_in(table(*ROWS))
    assert "left_out" in {one["code"] for one in run.notices}
    assert "secret" not in str(everything())
    with pytest.raises(Refused):
        services.choose_columns(run, by=who("amina"), chosen={8: "services"})


@pytest.mark.usefixtures("owner")
def test_it_is_logged_by_whom_and_each_correction_bears_their_name() -> None:
    bring_in(table(*ROWS))
    run = bring_in(table("Mill Clinic;;;;first aid;;;;"), takes_file=True)
    clinic = entry("Mill Clinic")
    assert clinic is not None
    assert clinic.services == "first aid"
    with acting(JOB):
        change = clinic.changes.model.objects.visible_to(JOB).get(entry=clinic)
        names = set(Event.objects.filter(about_id=run.pk).values_list("name", flat=True))
    assert change.by_name == "Amina Haddad"
    assert names >= {
        "partnership.directory_uploaded",
        "partnership.directory_read",
        "partnership.directory_brought_in",
        "partnership.directory_import_finished",
    }


@pytest.mark.usefixtures("owner")
def test_where_file_and_directory_differ_the_directory_counts_unless_somebody_says_otherwise() -> None:
    bring_in(table(*ROWS))
    run = bring_in(table("Mill Clinic;;;;first aid;;;;"))
    assert counts(run) == {"changed": 1}
    clinic = entry("Mill Clinic")
    assert clinic is not None
    assert clinic.services == "advice"
    (row,) = files.report(run)
    assert "first aid" in row.sentences[0]
    assert "advice" in row.sentences[0]


@pytest.mark.usefixtures("owner")
def test_what_the_directory_does_not_say_yet_is_filled_in() -> None:
    bring_in(table("Mill Clinic;health service;English;;;Eva Lim;head;;"))
    bring_in(table("mill clinic;;;clinic@mill.example;advice;Eva Lim;;eva@mill.example;"))
    clinic = entry("Mill Clinic")
    assert clinic is not None
    assert (clinic.email, clinic.services) == ("clinic@mill.example", "advice")
    with acting(JOB):
        contact = Contact.objects.visible_to(JOB).get(organisation_id=clinic.organisation_id)
    assert contact.email == "eva@mill.example"


@pytest.mark.usefixtures("owner")
def test_another_organisations_entry_is_not_touched() -> None:
    bring_in(table("Mill Clinic;health service;English;;advice;;;;"))
    run = bring_in(table("Mill Clinic;;;;first aid;Eva Lim;;;"), by="radu", takes_file=True)
    assert counts(run) == {"refused": 1}
    assert "Another organisation keeps this entry" in files.report(run)[0].sentences[-1]
    assert posts("Mill Clinic") == []


@pytest.mark.usefixtures("owner")
def test_a_known_address_under_another_name_is_asked_about() -> None:
    bring_in(table("Mill Clinic;health service;English;clinic@mill.example;;;;;"))
    row = "House of Health;health service;English;clinic@mill.example;;;;;"
    assert counts(read(table(row))) == {"asked": 1}
    assert bring_in(table(row)).preview["written"]["entries"] == 0
    assert bring_in(table(row), takes_asked=True).preview["written"]["entries"] == 1


@pytest.mark.usefixtures("owner")
def test_what_rows_do_not_say_can_be_said_for_all_of_them() -> None:
    content = b"Organisation\nHarbour Choir\nMill Clinic\n"
    run = read(content)
    assert (run.preview["lacks_kind"], run.preview["lacks_languages"]) == (2, 2)
    assert bring_in(content).preview["written"]["entries"] == 0
    assert bring_in(content, kind="ngo", languages=["fr"]).preview["written"]["entries"] == 2


@pytest.mark.usefixtures("owner")
def test_columns_can_be_chosen_when_headings_say_nothing() -> None:
    run = read(b"A;B\nHarbour Choir;ngo\n")
    assert run.state == "ready"
    assert [one["code"] for one in run.problems] == ["no_name_column"]
    with pytest.raises(Refused):
        services.bring_in_directory(run, by=who("amina"))
    services.choose_columns(run, by=who("amina"), chosen={0: "name", 1: "kind"})
    run = services.read_directory_import(run.pk, by=JOB)
    assert run.problems == []
    assert counts(run) == {"new": 1}


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("content", [b"", b"Organisation\n", b"PK\x03\x04 broken", b'Organisation\n"x\n'])
def test_a_file_of_no_use_is_refused_as_a_whole(content: bytes) -> None:
    run = read(content)
    assert run.state == "refused"
    assert run.problems
    with pytest.raises(Refused):
        services.bring_in_directory(run, by=who("amina"))


@pytest.mark.usefixtures("owner")
def test_an_import_that_was_killed_goes_on_and_writes_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "STEP", 2)
    rows = [f"Choir {n};non-governmental organisation;English;;;Ana;;;" for n in range(5)]
    run = read(table(*rows))
    services.bring_in_directory(run, by=who("amina"))

    class Killed(Exception):
        pass

    def kill(run: ImportRun) -> None:
        raise Killed

    with pytest.raises(Killed):
        services.run_directory_import(run.pk, by=JOB, on_step=kill)
    with acting(JOB):
        assert files.abandoned_directory_imports(JOB) == []  # its job waits still
    services.stop_directory_import(run.pk, by=JOB)
    services.resume_directory_import(run, by=who("amina"))
    run = services.run_directory_import(run.pk, by=JOB)
    assert (run.state, run.rows_done) == ("done", 5)
    assert all(posts(f"Choir {n}") == ["Ana"] for n in range(5))


@pytest.mark.usefixtures("owner")
def test_uploads_and_reports_are_forgotten_in_time() -> None:
    done, waiting = bring_in(table(ROWS[0])), read(table(ROWS[2]))
    with pytest.raises(FileNotFoundError):
        kept_file(done.pk, files.UPLOAD)
    with clock.frozen(clock.now() + UPLOAD_KEPT * 2):
        assert services.forget_directory_files(by=JOB) == 1
        assert services.forget_directory_files(by=JOB) == 0
    assert files.report(done) == []
    with acting(JOB):
        assert not ImportRun.objects.visible_to(JOB).filter(pk=waiting.pk).exists()


@pytest.mark.usefixtures("owner")
def test_what_is_taken_along_and_brought_in_again_changes_nothing() -> None:
    bring_in(
        table(*ROWS, "Ţara; Centru;women’s organisation;Romanian;=x@y.example;-5 and 'this';=Ana;+head;;")
    )
    for language in ("en", "fr", "ar", "ro"):
        from django.utils import translation

        with translation.override(language):
            for form in ("csv", "xlsx"):
                before = everything()
                run = bring_in(exported(form))
                assert set(counts(run)) <= {"same", "twice"}, (language, form, counts(run))
                assert everything() == before


def exported(form: str) -> bytes:
    from entente.partnership.views.directory_files import _written

    with acting(JOB):
        amina = who("amina")
        return _written(form, files.export_rows(entries(amina), amina))


@pytest.mark.usefixtures("owner")
def test_thousands_of_rows_with_duplicates_and_formulas_come_in_exactly() -> None:
    """Twenty thousand within a minute is promised in bench/."""
    rows = [
        f"Organisation {n % 2_900};non-governmental organisation;English;;;Person {n};;p{n}@x.example;"
        for n in range(3_000)
    ]
    rows[5] = "=cmd|' /C calc'!A0;;;;;;;;"
    run = bring_in(table(*rows))
    assert run.preview["written"] == {"entries": 2_900, "contacts": 2_999, "changed": 0}
    assert counts(run) == {"new": 2_900, "joins": 99, "refused": 1}


def listed_by(member: Member) -> None:
    """An organisation with a contact that the member's organisation keeps."""
    contacts = [NewContact(name="Ana Pop", post="head", phone="+32 2 555")]
    add_entry(NewEntry("Harbour Choir", "ngo", ["fr"], contacts=contacts), by=member)


def test_only_coordinators_bring_files_in(city: City) -> None:
    for member in (city.helene, city.elisabeth):
        assert not may.may_upload_directory(member, clock.now())
        with pytest.raises(Refused):
            services.upload_directory(by=member, file_name="x", content=b"x")
    assert not may.may_export_directory(JOB, clock.now())


def test_another_organisations_import_does_not_exist(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    run = services.upload_directory(by=city.amina, file_name="secret-name.csv", content=table(*ROWS))
    for name in ("directory_import", "directory_report"):
        page = reverse(f"partnership_staff:{name}", args=[run.pk])
        assert client_of(city.amina).get(page).status_code == 200
        assert client_of(city.tomas).get(page).status_code == 404
    assert (
        b"secret-name" not in client_of(city.tomas).get(reverse("partnership_staff:directory_files")).content
    )


def test_the_page_takes_a_file_or_pasted_rows(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    page = reverse("partnership_staff:upload_directory")
    assert client.get(page).status_code == 200
    assert client.post(page, {"pasted": ""}).status_code == 422
    both = {"pasted": "x", "file": SimpleUploadedFile("a.csv", b"x")}
    assert client.post(page, both).status_code == 422
    for sent in ({"pasted": "Organisation\nChoir"}, {"file": SimpleUploadedFile("a.csv", table(*ROWS))}):
        answer = client.post(page, sent)
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200


def test_a_file_that_is_too_large_is_not_read(city: City, client_of: Callable[[Member], Client]) -> None:
    page = reverse("partnership_staff:upload_directory")
    answer = client_of(city.amina).post(page, {}, CONTENT_LENGTH=str(30 * 1024 * 1024))
    assert answer.status_code == 413


def test_it_is_taken_along_as_the_reader_sees_it_and_logged(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    listed_by(city.amina)
    seen = {}
    for name, member in (("amina", city.amina), ("peter", city.peter)):
        answer = client_of(member).get(reverse("partnership_staff:export_directory", args=["csv"]))
        assert answer.status_code == 200
        sheet = read_csv(answer.content)
        at = sheet.headings.index("Contact")
        seen[name] = (
            {row.cells[0] for row in sheet.rows},
            {row.cells[at] for row in sheet.rows if row.cells[at]},
        )
    assert "Ana Pop" in seen["amina"][1]
    assert "Harbour Choir" in seen["peter"][0]
    assert "Ana Pop" not in seen["peter"][1]
    with acting(city.peter):
        visible = set(Contact.objects.visible_to(city.peter).values_list("name", flat=True))
        said = set(Organisation.objects.filter(entry__isnull=False).values_list("name", flat=True))
    assert seen["peter"][0] <= said
    assert seen["peter"][1] <= visible
    assert seen["amina"][0] >= seen["peter"][0]
    with acting(city.amina):
        assert Event.objects.filter(name="partnership.directory_exported", actor_id=city.amina.pk).exists()


@pytest.mark.parametrize("form", ["csv", "xlsx", "vcf"])
def test_the_filters_of_the_list_are_kept(
    form: str, city: City, client_of: Callable[[Member], Client]
) -> None:
    listed_by(city.amina)
    page = reverse("partnership_staff:export_directory", args=[form])
    client = client_of(city.amina)
    everyone, nobody = client.get(page), client.get(page, {"words": "qqqqqqqqqq", "q": "qqqqqqqqqq"})
    assert len(nobody.content) < len(everyone.content)
    assert everyone["Content-Disposition"].endswith(f'.{form}"')
    assert client.get(page.replace(form, "exe")).status_code == 404


def test_the_empty_table_has_the_readers_headings(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    for form, reader in (("csv", read_csv), ("xlsx", read_spreadsheet)):
        page = reverse("partnership_staff:directory_template", args=[form])
        assert reader(client.get(page).content).headings[0] == "Organisation"
