from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.audit.models import Event
from entente.people.models import Member
from entente.records import services
from entente.records.files import kept_file
from entente.records.models import File, Record
from entente.records.typed_text import as_file_name
from tests.records.shared_world import SUPPORT, World, share

ClientOf = Callable[[Member], Client]
PLAN = b"%PDF-1.7 the plan of the flat"


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


def keep(world: World, **given: Any) -> File:
    """A file on the matter, about housing unless said otherwise."""
    given = {"name": "plan.pdf", "content": PLAN, "category": "housing", **given}
    with acting(world.city.amina):
        return services.keep_file(world.matter, by=world.city.amina, **given)


def copy_page(record: Record, file_id: object) -> str:
    return f"/staff/records/{record.reference}/files/{file_id}/"


def sofia_looks(world: World) -> None:
    share(world)
    with acting(world.city.sofia):
        services.open_record(world.matter, by=world.city.sofia, purpose=SUPPORT)


def test_a_file_is_sealed_under_its_records_key(world: World, tmp_path: Any) -> None:
    file = keep(world, is_secret=True)
    assert (file.name, file.size, file.content_type) == ("plan.pdf", len(PLAN), "application/pdf")
    assert (file.category, file.is_secret, file.author_name) == ("housing", True, "Amina Haddad")
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert PLAN not in kept.read_bytes()
    assert "plan" not in kept.name
    assert kept_file(world.matter.pk, file.pk.hex) == PLAN


def test_without_a_category_it_is_about_what_the_record_is_about(world: World) -> None:
    assert keep(world, category="").category == world.matter.category


def test_keeping_it_is_logged_with_its_reason(world: World) -> None:
    file = keep(world)
    with acting(world.city.amina):
        event = Event.objects.get(about_id=file.pk)
    assert (event.name, event.record_id) == ("records.file_kept", world.matter.pk)
    assert event.reason == "Your organisation owns this record."


def test_only_the_owners_members_keep_files(world: World) -> None:
    share(world)
    with acting(world.city.sofia), pytest.raises(Refused, match="Only members of the organisation"):
        services.keep_file(world.matter, by=world.city.sofia, name="a", content=b"a", category="housing")


@pytest.mark.parametrize(("content", "reason"), [(b"", "This file is empty"), (b"xx", "is larger than")])
def test_a_file_that_holds_nothing_or_too_much_is_refused(
    world: World, settings: Any, content: bytes, reason: str
) -> None:
    settings.ENTENTE_UPLOAD_BYTES = 1
    with pytest.raises(Refused, match=reason):
        keep(world, content=content)
    with acting(world.city.amina):
        assert not File.objects.visible_to(world.city.amina).exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\amina\\plan.pdf", "plan.pdf"),
        ("exe.\u202efdp.exe", "exe.fdp.exe"),
        ("\u200fخطة\u061c.pdf", "خطة.pdf"),
        ("plan\r\nSet-Cookie: a=b.pdf", "plan Set-Cookie: a=b.pdf"),
        ("pla\x00n.pdf", "plan.pdf"),
        (unicodedata.normalize("NFD", "résumé.pdf"), "résumé.pdf"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("x" * 5000 + ".pdf", "x" * 146 + ".pdf"),
        ("a." + "x" * 5000, "a." + "x" * 148),
    ],
)
def test_a_name_is_made_harmless(given: str, kept: str) -> None:
    assert as_file_name(given)[:150] == kept[:150]
    assert len(as_file_name(given)) <= 150


# Pages


def test_the_page_keeps_a_file_and_offers_it(world: World, client_of: ClientOf) -> None:
    amina, page = client_of(world.city.amina), f"/staff/records/{world.matter.reference}/"
    sent = {"file": SimpleUploadedFile("plan.pdf", PLAN), "category": "health", "is_secret": "on"}
    assert amina.post(f"{page}file/", sent)["Location"] == f"{page}#files"
    with acting(world.city.amina):
        file = File.objects.visible_to(world.city.amina).get(record_id=world.matter.pk)
    assert (file.category, file.is_secret) == ("health", True)
    shown = amina.get(page).content.decode()
    assert f'href="{copy_page(world.matter, file.pk)}"' in shown
    assert "Amina Haddad kept the file “\u2068plan.pdf\u2069”." in shown


def test_a_copy_is_only_ever_saved(world: World, client_of: ClientOf) -> None:
    file = keep(world, name="<b>plan</b> ‎é.html", content=b"<script>alert(1)</script>")
    answer = client_of(world.city.claire).get(copy_page(world.matter, file.pk))
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_a_partner_takes_a_copy_and_that_is_in_the_log(world: World, client_of: ClientOf) -> None:
    file = keep(world)
    sofia_looks(world)
    assert client_of(world.city.sofia).get(copy_page(world.matter, file.pk)).content == PLAN
    client_of(world.city.amina).get(copy_page(world.matter, file.pk))
    with acting(world.city.amina):
        (event,) = Event.objects.filter(name="records.file_downloaded", about_id=file.pk)
    assert event.actor_id == world.city.sofia.pk
    assert "Clause 1 of “Marenne sharing agreement”" in event.why


def test_before_the_purpose_is_stated_there_is_no_file(world: World, client_of: ClientOf) -> None:
    file = keep(world)
    share(world)
    assert client_of(world.city.sofia).get(copy_page(world.matter, file.pk)).status_code == 404


def test_a_file_of_another_category_does_not_exist_for_a_partner(world: World, client_of: ClientOf) -> None:
    file = keep(world, category="health", name="blood-test.pdf")
    sofia_looks(world)
    sofia = client_of(world.city.sofia)
    assert sofia.get(copy_page(world.matter, file.pk)).status_code == 404
    assert "blood-test" not in sofia.get(f"/staff/records/{world.matter.reference}/").content.decode()


def test_a_file_is_found_under_its_own_record_only(world: World, client_of: ClientOf) -> None:
    file = keep(world)
    with acting(world.city.peter):
        own = services.open_matter(by=world.city.peter, title="Ours", category="housing")
    with acting(world.city.amina):
        other = services.open_matter(by=world.city.amina, title="Another", category="housing")
    for reader, record in ((world.city.peter, own), (world.city.amina, other)):
        client = client_of(reader)
        assert client.get(copy_page(record, file.pk)).status_code == 404
        assert client.get(copy_page(record, uuid.uuid4())).status_code == 404


def test_a_file_that_can_not_be_opened_any_more_is_not_found(
    world: World, client_of: ClientOf, tmp_path: Any
) -> None:
    file = keep(world)
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    kept.unlink()
    assert client_of(world.city.amina).get(copy_page(world.matter, file.pk)).status_code == 404


def test_an_empty_file_and_no_file_are_refused_in_words(world: World, client_of: ClientOf) -> None:
    amina, page = client_of(world.city.amina), f"/staff/records/{world.matter.reference}/file/"
    empty = amina.post(page, {"file": SimpleUploadedFile("plan.pdf", b""), "category": "housing"})
    none = amina.post(page, {"category": "housing"})
    assert (empty.status_code, none.status_code) == (400, 400)
    assert "This file is empty." in empty.content.decode()
    assert "Choose the file first." in none.content.decode()


def test_a_huge_name_is_kept_short(world: World, client_of: ClientOf) -> None:
    amina, page = client_of(world.city.amina), f"/staff/records/{world.matter.reference}/file/"
    sent = {"file": SimpleUploadedFile("x" * 4000 + ".pdf", PLAN), "category": "housing"}
    assert amina.post(page, sent).status_code == 302
    with acting(world.city.amina):
        file = File.objects.visible_to(world.city.amina).get(record_id=world.matter.pk)
    assert len(file.name) <= 150
    assert file.name.endswith(".pdf")


def test_what_is_too_large_is_not_even_read(world: World, client_of: ClientOf) -> None:
    amina, page = client_of(world.city.amina), f"/staff/records/{world.matter.reference}/file/"
    length = str(settings.ENTENTE_UPLOAD_BYTES * 2)
    answer = amina.post(page, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=length)
    assert answer.status_code == 413
    assert "This file is larger than 20 MB." in answer.content.decode()


def test_a_file_from_elsewhere_needs_our_form(world: World, client_of: ClientOf) -> None:
    session = client_of(world.city.amina).cookies
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = session
    page = f"/staff/records/{world.matter.reference}/file/"
    assert strict.post(page, {"file": SimpleUploadedFile("a.pdf", PLAN)}).status_code == 403
