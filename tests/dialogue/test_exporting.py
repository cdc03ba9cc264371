"""All votes leave only closed, sealed, with a reason, for a day; they come back with the same counts."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import allow
from entente.audit.queries import history
from entente.audit.services import log
from entente.dialogue import queries, services
from entente.dialogue.models import Analysis, Dialogue, PolisExport
from entente.dialogue.opinion_groups import compare_with_polis, find_groups, groups_on_map, polis_groups
from entente.dialogue.polis_csv import Conversation, read_zip
from entente.keys.fields import keystore
from entente.keys.sealing import Unreadable, unseal
from entente.people.models import Member
from tests.conftest import City, sign_in
from tests.dialogue.planted_votes import planted
from tests.dialogue.polis_files import found as findings
from tests.dialogue.staff_pages import words
from tests.dialogue.test_importing import JOB, REAL, amina, folder, page, read

Role = Callable[[str], str]


@pytest.fixture
def role(connected_as: Role) -> Role:
    """Go on as another role: pages are served by the staff's, jobs are done by the owner's here."""
    connected_as("entente_staff")
    return connected_as


def brought_in(client: Client, content: bytes, role: Role) -> Dialogue:
    """A closed dialogue with the votes of a Polis export."""
    run = read(client, content, role)
    assert run.state == "ready", [str(one) for one in run.problems]
    client.post(
        page("import_run", run.pk), {"title": "T", "question": run.preview["topic"][:300], "language": "en"}
    )
    role("entente_owner")
    run = services.run_import(run.pk, by=JOB)
    role("entente_staff")
    reader = amina()
    assert run.record_id is not None
    with acting(reader):
        found = Dialogue.objects.visible_to(reader).filter(pk=run.record_id).first()
    assert found is not None
    return found


def asked(client: Client, dialogue: Dialogue, reason: str = "Compare with Polis.") -> Any:
    return client.post(page("polis_exports", dialogue.reference), {"reason": reason})


def newest(dialogue: Dialogue, reader: Any) -> PolisExport:
    with acting(reader):
        export = queries.polis_exports(dialogue, reader).first()
    assert export is not None
    return export


def made(dialogue: Dialogue, role: Role) -> PolisExport:
    """The newest export, made by a job."""
    role("entente_owner")
    export = services.make_polis_export(newest(dialogue, JOB).pk, by=JOB)
    assert export is not None
    role("entente_staff")
    return export


def taken(client: Client, dialogue: Dialogue, export: PolisExport) -> Any:
    return client.post(page("take_polis_export", dialogue.reference, export.pk))


def counts(conversation: Conversation) -> dict[tuple[int, int], int]:
    """How many gave each answer to each statement."""
    return dict(Counter(zip(conversation.votes.statements, conversation.votes.values, strict=True)))


def names_in_history(dialogue: Dialogue, reader: Member) -> list[str]:
    with acting(reader):
        return [event.name for event in history(dialogue.pk, reader)]


@pytest.mark.parametrize("name", REAL)
def test_a_conversation_comes_in_goes_out_and_comes_in_again_with_the_same_counts(
    name: str, role: Role
) -> None:
    client = sign_in(Client(), amina())
    dialogue = brought_in(client, folder(name), role)
    assert asked(client, dialogue).status_code == 302
    answer = taken(client, dialogue, made(dialogue, role))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    before, after = read_zip(folder(name)).conversation, read_zip(answer.content)
    assert findings(after.problems) == []
    assert [code for _file, _line, code in findings(after.notices)] == ["ignored_file"]  # README.txt
    assert before is not None
    assert after.conversation is not None
    assert counts(after.conversation) == counts(before)
    assert after.conversation.voters == before.voters
    assert (len(after.conversation.statements), len(after.conversation.voters)) == REAL[name][:2]
    assert {s.number: s.moderated for s in after.conversation.statements} == {
        s.number: s.moderated for s in before.statements
    }
    again = brought_in(client, answer.content, role)
    role("entente_owner")
    with acting(JOB):
        kept = queries.polis_conversation(again, JOB)
    assert counts(kept) == counts(before)
    assert kept.voters == before.voters
    assert len(after.conversation.groups) == sum(
        1 for voter, number in Counter(before.votes.voters).items() if number >= 7
    )


@pytest.fixture
def london(role: Role) -> tuple[Client, Dialogue]:
    """A small imported conversation, closed."""
    client = sign_in(Client(), amina())
    return client, brought_in(client, folder("london.youth.policing"), role)


def test_what_leaves_is_asked_for_made_and_taken_in_the_history(
    london: tuple[Client, Dialogue], role: Role
) -> None:
    client, dialogue = london
    asked(client, dialogue, "Ask a colleague at the university.")
    waiting = words(client.get(page("polis_exports", dialogue.reference)))
    assert "Being made" in waiting
    assert "As soon as the export above is made, you can ask for another." in waiting
    assert asked(client, dialogue).status_code == 409
    export = made(dialogue, role)
    ready = words(client.get(page("polis_exports", dialogue.reference)))
    assert "Ask a colleague at the university." in ready
    assert "Take the zip" in ready
    taken(client, dialogue, export)
    names = names_in_history(dialogue, amina())
    for event in ("asked", "made", "taken"):
        assert f"dialogue.polis_export_{event}" in names
    record = words(client.get(page("manage_dialogue", dialogue.reference)))
    assert "asked for all votes as a file and said why: “Ask a colleague at the university.”" in record
    assert "took a copy of the file with all votes." in record


def test_the_file_lies_sealed_in_the_database(london: tuple[Client, Dialogue], role: Role) -> None:
    client, dialogue = london
    asked(client, dialogue)
    export = made(dialogue, role)
    reader = amina()
    with acting(reader):
        content = bytes(PolisExport.objects.visible_to(reader).get(pk=export.pk).content)
    assert content[:1] == b"\x01"
    assert b"PK" not in content[:4]
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(content))
    with pytest.raises(Unreadable):
        unseal(keystore().key(dialogue.pk), content, b"dialogue_polisexport|content|elsewhere")
    with pytest.raises(Unreadable):
        unseal(keystore().key(uuid.uuid4(), create=True), content, b"")


def test_no_time_is_in_the_files_and_nobody_is_named_as_an_author(
    london: tuple[Client, Dialogue], role: Role
) -> None:
    client, dialogue = london
    asked(client, dialogue)
    archive = zipfile.ZipFile(io.BytesIO(taken(client, dialogue, made(dialogue, role)).content))
    rows = [line.split(",") for line in archive.read("votes.csv").decode().splitlines()[1:]]
    assert len({tuple(row[:2]) for row in rows}) == 1
    comments = read_zip(taken(client, dialogue, newest(dialogue, amina())).content).conversation
    assert comments is not None
    assert len({one.author for one in comments.statements}) == 1
    assert comments.statements[0].author not in comments.voters
    readme = archive.read("README.txt").decode()
    assert "Compare with Polis." in readme
    assert "Times are removed." in readme
    assert f"{dialogue.reference} · City of Marenne" in readme
    assert "Polis software" in readme


def test_an_export_can_be_taken_for_one_day_and_is_then_forgotten(
    london: tuple[Client, Dialogue], role: Role
) -> None:
    client, dialogue = london
    asked(client, dialogue)
    export = made(dialogue, role)
    role("entente_owner")
    assert services.forget_polis_exports(by=JOB) == 0
    with acting(JOB):
        before = clock.now() - timedelta(days=1, seconds=1)
        PolisExport.objects.visible_to(JOB).filter(pk=export.pk).update(asked_at=before)
        log("dialogue.refused", by=JOB, about=export, decision=allow("A day passes."))
    role("entente_staff")
    assert taken(client, dialogue, export).status_code == 404
    assert "Take the zip" not in words(client.get(page("polis_exports", dialogue.reference)))
    role("entente_owner")
    assert services.forget_polis_exports(by=JOB) == 1
    with acting(JOB):
        assert not PolisExport.objects.visible_to(JOB).filter(dialogue_id=dialogue.pk).exists()
    role("entente_staff")
    assert "dialogue.polis_export_forgotten" in names_in_history(dialogue, amina())


def test_an_export_that_nobody_makes_any_more_says_so(london: tuple[Client, Dialogue], role: Role) -> None:
    client, dialogue = london
    asked(client, dialogue)
    export = newest(dialogue, amina())
    role("entente_owner")
    with acting(JOB):
        assert queries.abandoned_exports(JOB) == []
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = 'dialogue.export_polis'")
    with acting(JOB):
        assert queries.abandoned_exports(JOB) == [export.pk]
    assert services.give_up_polis_export(export.pk, by=JOB) is not None
    assert services.give_up_polis_export(export.pk, by=JOB) is None
    assert services.make_polis_export(export.pk, by=JOB) is None
    role("entente_staff")
    assert "Not made" in words(client.get(page("polis_exports", dialogue.reference)))
    assert taken(client, dialogue, export).status_code == 403
    assert asked(client, dialogue).status_code == 302


def test_the_result_is_laid_beside_that_of_polis(role: Role) -> None:
    client = sign_in(Client(), amina())
    dialogue = brought_in(client, folder("scoop-hivemind.biodiversity"), role)
    address = page("polis_exports", dialogue.reference)
    assert "Work out the comparison" in words(client.get(address))
    assert client.post(page("compare_polis", dialogue.reference)).status_code == 302
    assert "The comparison is being worked out. It will be here" in words(client.get(address))
    assert "dialogue.polis_comparison_asked" in names_in_history(dialogue, amina())
    role("entente_owner")
    kept = services.compare_dialogue_with_polis(dialogue.pk, by=JOB)
    assert kept is not None
    compared = kept.result["polis"]
    assert compared["k"] == 2
    assert all(size % 10 == 0 for size in compared["sizes"])
    assert 0.5 < compared["agreement"] <= 1
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = 'dialogue.compare_polis'")
    role("entente_staff")
    said = words(client.get(address))
    assert "Entente finds 2 groups of opinion." in said
    assert "Polis would show 2 groups." in said
    assert f"Adjusted Rand index over at least {compared['people']} people" in said


def test_where_there_are_no_clear_groups_the_comparison_says_that(
    london: tuple[Client, Dialogue], role: Role
) -> None:
    client, dialogue = london
    role("entente_owner")
    assert services.compare_dialogue_with_polis(dialogue.pk, by=JOB) is not None
    role("entente_staff")
    said = words(client.get(page("polis_exports", dialogue.reference)))
    assert "Entente finds no clear groups, an answer that Polis does not have." in said
    assert "Adjusted Rand index" not in said


def test_a_running_dialogue_is_not_exported(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    for dialogue in (city.dialogue, city.library):
        shown = words(client.get(page("polis_exports", dialogue.reference)))
        assert "would tell who answered in between" in shown
        assert asked(client, dialogue).status_code == 409
    with acting(city.amina):
        assert not PolisExport.objects.visible_to(city.amina).exists()


def test_an_export_needs_a_reason(city: City, client_of: Callable[[Member], Client]) -> None:
    client = client_of(city.amina)
    for reason in ("", " ", "…", "x" * 301):
        assert asked(client, city.evenings, reason).status_code == 200
    with acting(city.amina):
        assert not PolisExport.objects.visible_to(city.amina).exists()


def test_only_coordinators_of_the_owner_ask_and_take(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    services.ask_polis_export(city.evenings, by=city.amina, reason="Check it.")
    export = newest(city.evenings, city.amina)
    compare = reverse("dialogue_staff:compare_polis", args=[city.evenings.reference])
    for member, status in ((city.claire, 403), (city.lena, 404), (city.peter, 404)):
        client = client_of(member)
        assert asked(client, city.evenings).status_code == status
        assert taken(client, city.evenings, export).status_code == status
        assert client.post(compare).status_code == status
    assert taken(client_of(city.amina), city.evenings, export).status_code == 403  # not ready yet


def test_fewer_than_ten_people_are_not_exported(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "people_who_answered", lambda dialogue, reader: 9)
    client = sign_in(Client(), city.amina)
    assert asked(client, city.evenings).status_code == 409


def test_nothing_is_compared_before_there_is_a_result(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    client = client_of(city.amina)
    assert "There is no result yet" in words(client.get(page("polis_exports", city.library.reference)))
    assert client.post(page("compare_polis", city.library.reference)).status_code == 403


def test_people_stand_on_a_kept_map_where_the_analysis_put_them() -> None:
    votes, group = planted(3, 300, 40, 20)
    result = find_groups(votes)
    kept = result.as_json()
    assert groups_on_map(votes, kept["components"], kept["groups"], kept["fewest_votes"]).tolist() == (
        result.group.tolist()
    )
    hidden = find_groups(votes, hidden=group[:40] == 0)
    kept = hidden.as_json()
    again = groups_on_map(votes, kept["components"], kept["groups"], kept["fewest_votes"])
    assert (again == hidden.group).mean() > 0.99


def test_sizes_below_ten_are_not_told() -> None:
    votes, _ = planted(2, 14, 20, 12)
    polis = polis_groups(votes)
    compared = compare_with_polis(find_groups(votes).group, polis)
    assert min(polis.group_sizes) < 10
    assert compared.sizes[-1] == 0
    assert compared.people == 10


def test_a_result_that_was_replaced_meanwhile_keeps_no_comparison(
    london: tuple[Client, Dialogue], role: Role
) -> None:
    _client, dialogue = london
    role("entente_owner")
    with acting(JOB):
        Analysis.objects.visible_to(JOB).filter(dialogue_id=dialogue.pk).count()
        before = queries.newest_analysis(dialogue, JOB)
    assert before is not None
    services.analyse_dialogue(dialogue.pk, by=JOB)
    with acting(JOB):
        assert queries.polis_comparison(dialogue, JOB) is None
