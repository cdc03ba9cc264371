"""Bringing in a conversation through the pages: honest about files, exact about numbers, crashes survived."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from entente.audit.actors import acting, job
from entente.config import database
from entente.dialogue import queries, services
from entente.dialogue.models import Dialogue, Participant, Statement, Vote
from entente.dialogue.polis_csv import Conversation, Votes
from entente.dialogue.polis_csv import Statement as Said
from entente.jobs.queue import retry_stalled
from entente.people.models import Member
from entente.people.sign_in import member_with
from entente.records.models import ImportRun
from tests.conftest import sign_in
from tests.database import ROOT
from tests.dialogue.polis_files import changed, sound_files, swapped, written, zipped
from tests.template_city import session_key

POLIS = Path(__file__).parents[3] / "shared" / "data" / "polis"
REAL = {
    "london.youth.policing": (39, 26, 638),
    "canadian-electoral-reform": (174, 448, 11_950),
    "scoop-hivemind.biodiversity": (316, 536, 29_719),
}
JOB = job("import", None)


@pytest.fixture
def role(connected_as: Callable[[str], str]) -> Callable[[str], str]:
    """Go on as another role: pages are served by the staff's, jobs are done by the owner's here."""
    connected_as("entente_staff")
    return connected_as


def amina() -> Member:
    with transaction.atomic():
        return member_with(session_key("amina"))


def page(name: str, *arguments: object) -> str:
    return reverse(f"dialogue_staff:{name}", args=arguments)


def words(answer: Any) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def upload(client: Client, content: bytes, name: str = "conversation.zip") -> Any:
    return client.post(page("import_polis"), {"file": SimpleUploadedFile(name, content)})


def the_run() -> ImportRun:
    """The newest import, as whoever works on it sees it."""
    reader = amina()
    with acting(reader):
        return queries.imports(reader)[0]


def runs() -> int:
    reader = amina()
    with acting(reader):
        return queries.imports(reader).count()


def read(client: Client, content: bytes, role: Callable[[str], str]) -> ImportRun:
    """Upload a file and have it read."""
    assert upload(client, content).status_code == 302
    role("entente_owner")
    run = services.read_import(the_run_id(), by=JOB)
    role("entente_staff")
    return run


def the_run_id() -> uuid.UUID:
    with acting(JOB):
        newest = ImportRun.objects.visible_to(JOB).order_by("-started_at").first()
    assert newest is not None
    return newest.id


def kept(dialogue_id: Any) -> tuple[int, int, int]:
    """Statements, people and votes in the database."""
    with acting(JOB):
        tables = (Statement, Participant, Vote)
        numbers = [table.objects.visible_to(JOB).filter(dialogue_id=dialogue_id).count() for table in tables]
    return numbers[0], numbers[1], numbers[2]


def folder(name: str) -> bytes:
    """One of the three real conversations as a zip."""
    if not POLIS.is_dir():
        pytest.skip("The three real conversations are not beside this repository.")
    return zipped({file.name: file.read_bytes() for file in sorted((POLIS / name).glob("*.csv"))})


@pytest.mark.parametrize("name", REAL)
def test_a_real_conversation_comes_in_with_exact_numbers(name: str, role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, folder(name), role)
    answer = client.get(page("import_run", run.pk))
    assert run.state == "ready"
    statements, people, votes = REAL[name]
    assert (run.preview["statements"], run.preview["participants"], run.preview["votes"]) == REAL[name]
    assert f"{votes:,}" in words(answer)
    form = {"title": name, "question": run.preview["topic"][:300] or name, "language": "en"}
    client.post(page("import_run", run.pk), form)
    role("entente_owner")
    run = services.run_import(run.pk, by=JOB)
    assert run.state == "done"
    assert kept(run.record_id) == (statements, people, votes)
    role("entente_staff")
    done = client.get(page("import_run", run.pk))
    assert "Go to the dialogue" in words(done)
    record = client.get(page("manage_dialogue", done.context["run"].record.reference))
    assert (record.context["people"], record.context["dialogue"].state) == (people, "closed")


def test_the_preview_shows_numbers_examples_and_every_finding(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(swapped("comments.csv", "0,0,2,1,1", "0,0,9,1,1")), role)
    text = words(client.get(page("import_run", run.pk)))
    assert "What would make the square safer?" in text
    assert "More light at night." in text
    assert "comments.csv 2 Line 2 of comments.csv: for statement 0 it says 9 agree" in text
    report = client.get(page("import_findings", run.pk))
    assert report["Content-Type"].startswith("text/csv")
    assert "notice,comments.csv,2," in report.content.decode("utf-8-sig")


def test_findings_are_told_in_the_language_of_the_reader(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(changed("votes.csv", lambda votes: votes + b"x")), role)
    client.cookies["language"] = "ar"
    answer = client.get(page("import_run", run.pk))
    assert answer.status_code == 200
    assert 'dir="rtl"' in answer.content.decode()
    assert [finding.file for finding in answer.context["problems"]] == ["votes.csv"]


def bomb() -> bytes:
    return zipped({**sound_files(), "votes.csv": b"0" * 30_000_000})


BAD_FILES = {
    "a zip bomb": (bomb, "packed more than 100 times smaller"),
    "a truncated csv": (
        lambda: zipped(changed("votes.csv", lambda votes: votes[:-4])),
        "of votes.csv",
    ),
    "a wrong encoding": (
        lambda: zipped(changed("comments.csv", lambda text: text + "9,x,9,9,0,0,1,Té\n".encode("latin-1"))),
        "the text is not in UTF-8. Save the file as UTF-8.",
    ),
    "a missing file": (
        lambda: zipped({name: text for name, text in sound_files().items() if name != "votes.csv"}),
        "votes.csv is missing.",
    ),
    "a damaged zip": (lambda: zipped(sound_files())[:-30], "The file is not a zip archive"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_wrong_is_refused_with_its_reason_and_changes_nothing(
    case: str, role: Callable[[str], str]
) -> None:
    make, said = BAD_FILES[case]
    client = sign_in(Client(), amina())
    run = read(client, make(), role)
    answer = client.get(page("import_run", run.pk))
    assert run.state == "refused"
    assert said in words(answer)
    assert "Nothing was brought in." in words(answer)
    late = client.post(page("import_run", run.pk), {"title": "T", "question": "Q", "language": "en"})
    assert late.status_code == 200
    assert the_run().record_id is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("votes.csv", b"a,b,c\n", "This is a single CSV file."),
        ("conversation.zip", b"%PDF-1.7", "This is not a zip file, whatever its name says."),
        ("conversation.zip", b"", "This file is empty."),
    ],
)
def test_what_is_no_zip_is_said_at_once(
    name: str, content: bytes, said: str, role: Callable[[str], str]
) -> None:
    before = runs()
    answer = upload(sign_in(Client(), amina()), content, name)
    assert said in words(answer)
    assert runs() == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    role: Callable[[str], str], settings: Any
) -> None:
    settings.ENTENTE_UPLOAD_BYTES = 1000
    before = runs()
    client = sign_in(Client(enforce_csrf_checks=True), amina())
    large = upload(client, b"PK\x03\x04" + b"x" * 100_000)
    assert large.status_code == 413
    assert "The file is larger than" in words(large)
    client = sign_in(Client(), amina())
    assert "The file is larger than" in words(upload(client, b"PK\x03\x04" + b"x" * 2000))
    assert runs() == before


def test_an_upload_from_another_site_is_refused(role: Callable[[str], str]) -> None:
    before = runs()
    client = sign_in(Client(enforce_csrf_checks=True), amina())
    assert upload(client, zipped(sound_files())).status_code == 403
    assert runs() == before


def test_nothing_chosen_is_said(role: Callable[[str], str]) -> None:
    answer = sign_in(Client(), amina()).post(page("import_polis"), {})
    assert "Choose the zip file first." in words(answer)


def test_a_strange_file_name_stays_text(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    upload(client, zipped(sound_files()), "=cmd|'<b>\u202e.zip")
    listed = client.get(page("import_list"))
    assert listed.status_code == 200
    assert "<b>" not in listed.content.decode().split("<tbody")[1].split("</tbody")[0].replace("<bdi>", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "t" * 201}, "at most 200 characters"),
        ({"question": ""}, "This field is required."),
        ({"language": "tlh"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_the_words_is_said_and_nothing_is_brought_in(
    changes: dict[str, str], said: str, role: Callable[[str], str]
) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(sound_files()), role)
    sent = {"title": "Square", "question": "What would be safer?", "language": "en", **changes}
    assert said in words(client.post(page("import_run", run.pk), sent))
    assert the_run().state == "ready"


def test_brought_in_twice_it_comes_in_once(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(sound_files()), role)
    sent = {"title": "Square", "question": "What would be safer?", "language": "en"}
    for _ in range(2):
        client.post(page("import_run", run.pk), sent)
    reader = amina()
    with acting(reader):
        assert Dialogue.objects.visible_to(reader).filter(title="Square").count() == 1


def test_progress_is_shown_without_script_and_with(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(sound_files()), role)
    sent = {"title": "Square", "question": "What would be safer?", "language": "en"}
    answer = client.post(page("import_run", run.pk), sent, follow=True)
    html = answer.content.decode()
    assert "0 of 7 votes are written." in words(answer)
    assert '<noscript><meta http-equiv="refresh"' in html
    assert f'data-behaviour="poll-progress" data-url="{page("import_run", run.pk)}"' in html


def conversation(voters: int, statements: int) -> Conversation:
    """Everybody votes on everything."""
    said = [Said(n, f"Statement {n}", 0, 1, 0, 0, n + 2) for n in range(statements)]
    votes = Votes()
    for voter in range(voters):
        for statement in range(statements):
            votes.voters.append(voter)
            votes.statements.append(statement)
            votes.values.append((voter + statement) % 3 - 1)
    return Conversation("Topic", "", "", said, votes, len(votes), list(range(voters)), {})


@pytest.mark.slow
def test_an_import_whose_worker_is_killed_goes_on_and_is_exact(
    role: Callable[[str], str],
) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(written(conversation(600, 100))), role)
    assert run.state == "ready"
    client.post(page("import_run", run.pk), {"title": "Large", "question": "What now?", "language": "en"})
    url = database.url_for("entente_worker", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "django", "procrastinate", "worker", "--one-shot"]
    environment = {**os.environ, "DATABASE_URL": url}
    worker = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not 0 < the_run().rows_done < 60_000:
        assert worker.poll() is None, "The worker ended before it could be killed."
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    stopped = the_run()
    assert stopped.state == "running"
    assert 0 < stopped.rows_done < 60_000
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '5 minutes'")
    assert retry_stalled() > 0
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=120, stderr=subprocess.DEVNULL)
    role("entente_owner")
    done = the_run()
    assert (done.state, done.rows_done) == ("done", 60_000)
    assert kept(done.record_id) == (100, 600, 60_000)


def test_two_workers_at_one_import_write_everything_once(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(written(conversation(150, 50))), role)
    client.post(page("import_run", run.pk), {"title": "Twice", "question": "What now?", "language": "en"})
    role("entente_owner")
    second: list[ImportRun] = []

    def interfere(at: ImportRun) -> None:
        if not second:
            second.append(services.run_import(run.pk, by=JOB))

    first = services.run_import(run.pk, by=JOB, on_step=interfere)
    assert [first.state, second[0].state] == ["done", "done"]
    assert kept(first.record_id) == (50, 150, 7_500)


def test_an_import_without_a_job_is_said_to_have_stopped_and_goes_on(role: Callable[[str], str]) -> None:
    client = sign_in(Client(), amina())
    run = read(client, zipped(sound_files()), role)
    client.post(page("import_run", run.pk), {"title": "Square", "question": "What now?", "language": "en"})
    role("entente_owner")
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_events")
        cursor.execute("delete from procrastinate_jobs where task_name = 'dialogue.run_import'")
    with acting(JOB):
        assert queries.abandoned_imports(JOB) == [run.pk]
    services.stop_import(run.pk, by=JOB)
    role("entente_staff")
    answer = client.get(page("import_run", run.pk))
    assert "An error stopped this import after 0 of 7 votes." in words(answer)
    client.post(page("resume_import", run.pk))
    assert the_run().state == "running"
    role("entente_owner")
    with acting(JOB):
        assert queries.abandoned_imports(JOB) == []
    assert services.run_import(run.pk, by=JOB).state == "done"


def test_only_coordinators_bring_in_and_others_see_nothing(role: Callable[[str], str]) -> None:
    run = read(sign_in(Client(), amina()), zipped(sound_files()), role)
    with transaction.atomic():
        claire, peter = member_with(session_key("claire")), member_with(session_key("peter"))
    colleague, outsider = sign_in(Client(), claire), sign_in(Client(), peter)
    assert "Only coordinators start a dialogue." in words(colleague.get(page("import_run", run.pk)))
    refused = colleague.post(page("import_run", run.pk), {"title": "T", "question": "Q", "language": "en"})
    assert refused.status_code == 409
    assert upload(colleague, zipped(sound_files())).status_code == 403
    for name in ("import_run", "import_findings"):
        assert outsider.get(page(name, run.pk)).status_code == 404
    assert outsider.post(page("resume_import", run.pk)).status_code == 404
    assert "conversation.zip" not in words(outsider.get(page("import_list")))
    assert the_run().state == "ready"
