"""`entente import-polis` brings in a folder or a zip, says what it does, and ends with an honest code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from entente.audit.actors import acting
from entente.audit.queries import history
from entente.config import database
from entente.config.import_polis import (
    BROUGHT_IN,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_WANTED,
    SOFTWARE,
    coordinator,
    import_folder,
)
from entente.dialogue.models import Dialogue, Participant, Statement, Vote
from tests.database import ROOT
from tests.dialogue.polis_files import put_into, sound_files, swapped, zipped

POLIS = Path(__file__).parents[3] / "shared" / "data" / "polis"
AMINA = "amina.haddad@city.marenne.example"
pytestmark = pytest.mark.usefixtures("as_owner")


@pytest.fixture
def as_owner(connected_as: Callable[[str], str]) -> None:
    connected_as("entente_owner")


def bring_in(folder: Path, *, who: str = AMINA, yes: bool = True, answer: str = "") -> tuple[int, str]:
    """The exit code and what was said."""
    said: list[str] = []
    code = import_folder(
        str(folder), acting=who, language="en", yes=yes, say=said.append, ask=lambda question: answer
    )
    return code, "\n".join(said)


def imported() -> list[Dialogue]:
    with acting(SOFTWARE):
        rows = Statement.objects.visible_to(SOFTWARE).filter(origin="imported").values("dialogue_id")
        return list(
            Dialogue.objects.visible_to(SOFTWARE).filter(
                pk__in=rows, state="closed", title__contains="square"
            )
        )


def kept(dialogue: Dialogue) -> tuple[int, int, int]:
    """Statements, people and votes in the database."""
    with acting(SOFTWARE):
        tables = (Statement, Participant, Vote)
        counts = [t.objects.visible_to(SOFTWARE).filter(dialogue_id=dialogue.pk).count() for t in tables]
    return counts[0], counts[1], counts[2]


@pytest.mark.parametrize("is_zip", [False, True])
def test_a_folder_or_a_zip_comes_in_and_is_told(tmp_path: Path, is_zip: bool) -> None:
    source = put_into(tmp_path, sound_files())
    if is_zip:
        source = tmp_path / "all.zip"
        source.write_bytes(zipped(sound_files()))
    code, said = bring_in(source)
    assert code == BROUGHT_IN
    (dialogue,) = imported()
    assert kept(dialogue) == (3, 3, 7)
    for words in (
        "Topic: What would make the square safer?",
        "votes: 7",
        "7 of 7 votes written",
        dialogue.reference,
    ):
        assert words in said


def test_it_is_done_in_the_name_of_the_coordinator(tmp_path: Path) -> None:
    bring_in(put_into(tmp_path, sound_files()))
    amina = coordinator(AMINA)
    assert amina is not None
    with acting(amina):
        (dialogue,) = Dialogue.objects.visible_to(amina).filter(title__contains="square")
        events = {event.name: event.actor_name for event in history(dialogue.pk, amina)}
    assert dialogue.owner_id == amina.organisation_id
    assert events["dialogue.conversation_brought_in"] == "Amina Haddad"
    assert events["dialogue.import_finished"] == "import-polis"


def test_every_finding_has_its_line_and_nothing_comes_in(tmp_path: Path) -> None:
    code, said = bring_in(put_into(tmp_path, swapped("votes.csv", "0,1,1\n", "0,1,maybe\n")))
    assert code == NOT_ALLOWED
    assert "What is wrong:\n  Line 4 of votes.csv: " in said
    assert said.endswith("Nothing was brought in.")
    assert imported() == []


def test_it_asks_before_it_writes(tmp_path: Path) -> None:
    folder = put_into(tmp_path, sound_files())
    assert bring_in(folder, yes=False, answer="")[0] == NOT_WANTED
    assert imported() == []
    assert bring_in(folder, yes=False, answer="y")[0] == BROUGHT_IN
    assert len(imported()) == 1


@pytest.mark.parametrize("who", ["nobody@city.marenne.example", "claire.fontaine@city.marenne.example"])
def test_only_a_coordinator_can_be_acted_for(tmp_path: Path, who: str) -> None:
    code, said = bring_in(put_into(tmp_path, sound_files()), who=who)
    assert code == NOT_FOUND
    assert said == f"No coordinator has the address {who}."


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        code, said = bring_in(path)
        assert code == NOT_FOUND
        assert "is neither a zip nor a folder with CSV files" in said


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("london.youth.policing", (39, 26, 638)),
        ("canadian-electoral-reform", (174, 448, 11_950)),
        ("scoop-hivemind.biodiversity", (316, 536, 29_719)),
    ],
)
def test_the_real_conversations_come_in_by_the_command_itself(
    name: str, counts: tuple[int, int, int]
) -> None:
    if not POLIS.is_dir():
        pytest.skip("The three real conversations are not beside this repository.")
    name_of_copy = connection.settings_dict["NAME"]
    url = database.url_for("entente_owner", os.environ["TEST_ADMIN_URL"], name_of_copy)
    command = [
        sys.executable,
        "-m",
        "entente.config",
        "import-polis",
        str(POLIS / name),
        "--as",
        AMINA,
        "--yes",
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    reference = done.stdout.splitlines()[-1].split()[0]
    with acting(SOFTWARE):
        dialogue = Dialogue.objects.visible_to(SOFTWARE).get(reference=reference)
    assert kept(dialogue) == counts
