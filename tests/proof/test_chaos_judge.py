"""The judge of `make chaos` finds what it must never overlook: each planted here once."""

from __future__ import annotations

import os
import random
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import transaction

from entente.audit import clock
from entente.audit.actors import acting
from entente.config import database
from entente.dialogue import services as dialogue_services
from entente.dialogue.models import Dialogue, Participant, Statement
from entente.keys.keystore import FileKeystore
from entente.people import services as people_services
from entente.people.models import Account
from entente.people.sign_in import holder, member_with
from entente.records import services
from proof import chaos
from proof.chaos_judge import Verdict, judge
from proof.chaos_writers import Book
from tests.audit.log_steps import LogOfTests, make_log
from tests.template_city import session_key

RESIDENT = "(select author_id from dialogue_statement where text = 'Statement s1')"
EVENT = "(select event_id from audit_leaf where index = 100)"


@dataclass
class Scene:
    """A city in which one of everything was written and acknowledged."""

    log: LogOfTests
    admin: psycopg.Connection[Any]
    book: Book = field(default_factory=Book)
    taken: list[str] = field(default_factory=list)

    def acknowledge(self, kind: str, mark: str) -> None:
        """It was sent, and the answer came."""
        self.book.sent[kind].add(mark)
        self.book.acknowledged[kind].add(mark)

    def wrong_after(self, spoiled: str) -> set[str]:
        """What the judge finds after something no process of the product can do; it is undone again.

        No wall, no trigger, no constraint stands in its way.
        """
        with self.admin.transaction(force_rollback=True):
            self.admin.execute("set local session_replication_role = replica")
            assert self.admin.execute(spoiled).rowcount > 0  # type: ignore[call-overload, unused-ignore]
            return self.wrong()

    def judge(self) -> Verdict:
        """What the judge says."""
        keystore = FileKeystore(Path(settings.ENTENTE_KEYSTORE))
        verifier = self.log.signer.verifier
        return judge(self.admin, keystore=keystore, book=self.book, taken=self.taken, verifier=verifier)

    def wrong(self) -> set[str]:
        """The kinds of fault it finds."""
        return set(self.judge().wrong)


@pytest.fixture
def scene(connected_as: Callable[[str], str], tmp_path: Path) -> Iterator[Scene]:
    name = connected_as("entente_staff").rpartition("/")[2]
    admin_url = os.environ["TEST_ADMIN_URL"]
    log = make_log(lambda role: database.url_for(role, admin_url, name), tmp_path)
    with psycopg.connect(admin_url.rpartition("/")[0] + f"/{name}", autocommit=True) as admin:
        made = Scene(log, admin)
        admin.execute("delete from delivery_message")  # the city's own mail: no worker runs here
        write_one_of_each(made)
        log.sequence(at_most=200)
        log.sequence()
        yield made


def write_one_of_each(scene: Scene) -> None:
    with transaction.atomic():
        amina = member_with(session_key("amina"))
    with acting(amina):
        dialogue = Dialogue.objects.visible_to(amina).get(state="open")
    services.write_note(dialogue, by=amina, text="Note n1")
    due = clock.today() + timedelta(days=30)
    for mark in ("a1", "a2"):
        action = services.add_action(dialogue, by=amina, what=f"Action {mark}", assigned_to=amina, due_on=due)
        scene.acknowledge("action", mark)
    services.complete_action(action, by=amina)
    people_services.ask_for_link(account := Account.objects.get(person=amina.person), by=holder(account))
    scene.acknowledge("note", "n1")
    scene.acknowledge("completion", "a2")
    scene.acknowledge("link", f"{account.pk} l1")
    take_part(scene, dialogue)
    mail_the_link(scene, account.pk)


def take_part(scene: Scene, dialogue: Dialogue) -> None:
    participant, token = dialogue_services.join_dialogue(dialogue, language="en")
    statement = first_statement(dialogue, participant)
    dialogue_services.cast_vote(statement, by=participant, value=1)
    with acting(participant):
        dialogue_services.add_statement(dialogue, by=participant, text="Statement s1", language="en")
    scene.acknowledge("vote", f"{token} {statement.number} agree")
    scene.acknowledge("statement", "s1")


def first_statement(dialogue: Dialogue, participant: Participant) -> Statement:
    with acting(participant):
        found = Statement.objects.visible_to(participant).filter(dialogue=dialogue, state="accepted")
        return found.order_by("number")[0]


def mail_the_link(scene: Scene, account: uuid.UUID) -> None:
    """As the worker does, in one transaction; its event waits for the sequencer like any other."""
    mail = uuid.uuid4()
    scene.admin.execute(
        "insert into delivery_message (id, address, subject, body, calendar, template, language, state,"
        " attempts, error, made_at)"
        " values (%s, '', '', '', '', 'people/invitation', 'en', 'waiting', 0, '', now())",
        [mail],
    )
    happened(scene, "people.invitation_sent", "people.account", account)
    with scene.admin.transaction():
        scene.admin.execute("update delivery_message set state = 'sent' where id = %s", [mail])
        happened(scene, "delivery.message_sent", "delivery.message", mail)
    scene.taken.append(f"<{mail}@entente>")


def happened(scene: Scene, name: str, kind: str, about: uuid.UUID) -> None:
    scene.admin.execute(
        "insert into audit_event (id, at, name, actor_kind, actor_name, about_kind, about_id, allowed,"
        " reason, reason_values, details)"
        " values (gen_random_uuid(), now(), %s, 'job', 'test', %s, %s, true, '', '{}', '')",
        [name, kind, about],
    )


def test_a_city_where_nothing_went_wrong_has_nothing_wrong(scene: Scene) -> None:
    verdict = scene.judge()
    assert verdict.wrong == {}
    assert verdict.figures["kept without an answer"] == 0
    assert verdict.figures["checkpoints"] >= 2
    assert verdict.figures["leaves"] > 200


LOSSES = {
    "delete from records_note where written_at = (select max(written_at) from records_note)": "note",
    "delete from records_action where what = 'Action a1'": "action",
    "update records_action set done_at = null where what = 'Action a2'": "completion",
    "delete from dialogue_statement where text = 'Statement s1'": "statement",
    f"delete from dialogue_vote where participant_id = {RESIDENT}": "vote",
    f"update dialogue_vote set value = 0 where participant_id = {RESIDENT}": "vote",
    "update audit_event set name = 'x' where name = 'people.link_asked_for'": "link",
}


def test_what_was_acknowledged_and_is_gone_is_lost(scene: Scene) -> None:
    for spoiled, kind in LOSSES.items():
        assert f"acknowledged and lost: {kind}" in scene.wrong_after(spoiled), spoiled
    assert scene.wrong() == set()


def test_a_note_nobody_can_open_any_more_is_lost(scene: Scene, tmp_path: Path) -> None:
    verdict = judge(
        scene.admin, keystore=FileKeystore(tmp_path / "another"), book=scene.book, taken=scene.taken,
        verifier=scene.log.signer.verifier,
    )  # fmt: skip
    assert set(verdict.wrong) == {"acknowledged and lost: note"}


def test_what_was_kept_and_never_acknowledged_is_counted_and_not_wrong(scene: Scene) -> None:
    for kind in scene.book.acknowledged:
        scene.book.acknowledged[kind].clear()
    verdict = scene.judge()
    assert verdict.wrong == {}
    assert verdict.figures["kept without an answer"] == 7


def test_an_event_without_its_change_is_found(scene: Scene) -> None:
    happened(scene, "records.note_written", "records.note", uuid.uuid4())
    scene.log.sequence()
    assert scene.wrong() == {"an event without its change"}


def test_a_change_without_its_event_is_found(scene: Scene) -> None:
    for name in ("records.note_written", "records.action_added", "dialogue.statement_added"):
        wrong = scene.wrong_after(f"delete from audit_event where name = '{name}'")
        assert "a change without its event" in wrong, name


APART = (
    "update records_note set author_name = author_name",
    "update records_action set what = what where done_at is null",
    "update records_action set what = what where done_at is not null",
    "update delivery_message set error = error",
)


def test_a_change_by_another_transaction_than_its_event_is_found(scene: Scene) -> None:
    for apart in APART:
        assert scene.wrong_after(apart) == {"a change without its event"}, apart


SPOILED_LOGS = [
    ("delete from audit_leaf where index = 100", {"an event without a leaf", "a gap between leaves"}),
    ("update audit_leaf set event_id = gen_random_uuid() where index = 100",
     {"an event without a leaf", "a leaf without its event"}),
    (f"delete from audit_event where id = {EVENT}", {"a leaf without its event"}),
    (f"update audit_event set reason = reason || '.' where id = {EVENT}",
     {"the last root is not that of the events"}),
    ("update audit_tile set hashes = sha256('x') || substr(hashes, 33) where (level, number) = (0, 0)",
     {"tiles that are not those of the events"}),
    ("delete from audit_tile where (level, number) = (0, 0)", {"a damaged tile"}),
    ("update audit_checkpoint set root = sha256('x') where size = 200", {"a bad checkpoint"}),
    ("update audit_checkpoint set note = replace(note, 'log.example', 'log.sample') where size = 200",
     {"a bad checkpoint"}),
    (f"insert into audit_pending values ({EVENT})", {"an event still waiting for its place"}),
]  # fmt: skip


def test_a_log_that_is_not_whole_is_found(scene: Scene) -> None:
    for spoiled, kinds in SPOILED_LOGS:
        assert kinds <= scene.wrong_after(spoiled), spoiled
    assert scene.wrong() == set()


def test_mail_out_of_nothing_and_mail_that_never_left_are_found(scene: Scene) -> None:
    scene.taken *= 2
    verdict = scene.judge()
    assert verdict.wrong == {}
    assert verdict.figures["copies of a mail"] == 1
    scene.taken.append("<of-a-change-that-was-undone@entente>")
    assert scene.wrong() == {"a mail out of nothing"}
    scene.taken.clear()
    assert scene.wrong() == {"a queued mail never delivered"}


def test_a_link_in_two_mails_is_found(scene: Scene) -> None:
    happened(scene, "people.invitation_sent", "people.account", Account.objects.order_by("pk")[0].pk)
    scene.log.sequence()
    assert "a link written into two mails" in scene.wrong()


def test_a_link_asked_for_and_not_mailed_is_found(scene: Scene) -> None:
    wrong = scene.wrong_after("update audit_event set name = 'x' where name = 'people.invitation_sent'")
    assert {"a link asked for and never mailed", "mails and their events differ"} <= wrong


@pytest.mark.parametrize("faults", [7, 100, 250])
def test_a_run_has_as_many_faults_as_it_says_and_some_of_each(faults: int) -> None:
    planned = chaos.plan(faults, random.Random(secrets.randbits(32)))
    assert len(planned) == faults
    assert set(planned) == set(chaos.DOING) == set(chaos.SHARES)


def test_the_same_seed_plans_the_same_run() -> None:
    assert chaos.plan(100, random.Random(7)) == chaos.plan(100, random.Random(7))
