"""What a resident could do in SQL, if a page ever let them: their own, in their dialogue, while open."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import date

import psycopg
import pytest
from django.db import connection, transaction

from entente.audit.actors import acting
from entente.config import database
from entente.dialogue import services
from entente.dialogue.codes import normal
from entente.dialogue.models import Dialogue
from entente.people.sign_in import member_with
from tests.conftest import City
from tests.template_city import session_key

DENIED = psycopg.errors.InsufficientPrivilege
JOIN = (
    "insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language)"
    " values (%s, %s, encode(sha256(%s::bytea), 'hex'), %s, '', 'en')"
)
JOIN_IN = (
    "insert into dialogue_participant (id, dialogue_id, token_hash, stratum, area, language, batch)"
    " values (%s, %s, encode(sha256(%s::bytea), 'hex'), %s, '', 'en', %s)"
)
VOTE = (
    "insert into dialogue_vote (participant_id, statement_id, dialogue_id, value)"
    " select %s, id, dialogue_id, 1 from dialogue_statement where dialogue_id = %s"
    " and state = 'accepted' limit 1"
)
WRITE = (
    "insert into dialogue_statement (id, dialogue_id, text, language, origin, author_id, state, reason,"
    " reason_note, decided_by, received_at, votes)"
    " values (gen_random_uuid(), %s, 'x', 'en', 'resident', %s, 'waiting', '', '', '', now(), 0)"
)
LOG = (
    "insert into audit_event (id, at, name, actor_kind, actor_id, actor_name, actor_organisation_id,"
    " about_kind, allowed, reason, reason_values, details)"
    " values (gen_random_uuid(), now(), 'x', %s, %s, 'Amina Haddad', %s, '', true, '', '{}', '')"
)


@pytest.fixture(params=["entente_public", "entente_staff"])
def raw(request: pytest.FixtureRequest, db: None) -> Iterator[psycopg.Connection]:
    """A connection of the role, in a transaction that is undone."""
    name = connection.settings_dict["NAME"]
    url = database.url_for(request.param, os.environ["TEST_ADMIN_URL"], name)
    with psycopg.connect(url) as made, made.transaction(force_rollback=True):
        made.execute("select authz.begin(null, null)")
        yield made


def joined(raw: psycopg.Connection, dialogue: Dialogue, stratum: str = "open") -> uuid.UUID:
    me, token = uuid.uuid4(), str(uuid.uuid4())
    raw.execute(JOIN, [me, dialogue.pk, token, stratum])
    raw.execute("select authz.begin('participant', %s)", [token])
    return me


def denied(raw: psycopg.Connection, statement: str, values: list[object]) -> None:
    with pytest.raises(DENIED), raw.transaction():
        raw.execute(statement, values)


@pytest.mark.parametrize("stratum", ["letter", "hosted", "imported"])
def test_nobody_becomes_an_invited_voice_without_a_code(
    raw: psycopg.Connection, city: City, stratum: str
) -> None:
    denied(raw, JOIN, [uuid.uuid4(), city.dialogue.pk, "t", stratum])


@pytest.mark.parametrize("role", ["entente_public", "entente_staff"])
def test_a_code_makes_voices_of_its_own_batch_and_no_other(
    connected_as: Callable[[str], str], role: str
) -> None:
    connected_as("entente_staff")
    with transaction.atomic():
        amina = member_with(session_key("amina"))
    with acting(amina):
        dialogue = Dialogue.objects.visible_to(amina).get(state="open", owner_id=amina.organisation_id)
    name = "Library, Monday evening"
    session = services.plan_session(dialogue, by=amina, name=name, held_on=date(2026, 11, 23))
    with psycopg.connect(connected_as(role)) as made:
        made.execute("select authz.begin('invite', %s)", [normal(session.room_code)])
        for stratum, batch in [("hosted", "School"), ("letter", session.name), ("letter", "")]:
            denied(made, JOIN_IN, [uuid.uuid4(), dialogue.pk, str(uuid.uuid4()), stratum, batch])
        made.execute(JOIN_IN, [uuid.uuid4(), dialogue.pk, str(uuid.uuid4()), "hosted", session.name])


def test_nobody_becomes_another_kind_of_voice_later(raw: psycopg.Connection, city: City) -> None:
    me = joined(raw, city.dialogue)
    try:
        with raw.transaction():
            made = raw.execute("update dialogue_participant set stratum = 'letter' where id = %s", [me])
            assert made.rowcount == 0
    except DENIED:
        pass


def test_a_voice_of_one_dialogue_does_nothing_in_another(raw: psycopg.Connection, city: City) -> None:
    me = joined(raw, city.dialogue)
    assert raw.execute(VOTE, [me, city.dialogue.pk]).rowcount == 1
    denied(raw, VOTE, [me, city.evenings.pk])
    denied(raw, WRITE, [city.evenings.pk, me])
    denied(raw, WRITE, [city.library.pk, me])
    denied(
        raw,
        "insert into dialogue_votecount (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)"
        " values (gen_random_uuid(), %s, now(), 'open', 1, 1000, 1000, false)",
        [city.evenings.pk],
    )
    changed = raw.execute(
        "update dialogue_votecount set votes = 0 where dialogue_id = %s", [city.evenings.pk]
    )
    assert changed.rowcount == 0


def test_after_closing_nobody_votes_and_no_vote_changes(raw: psycopg.Connection, city: City) -> None:
    me = joined(raw, city.evenings)
    denied(raw, VOTE, [me, city.evenings.pk])


@pytest.mark.parametrize("kind", ["member", "job"])
def test_nobody_logs_in_a_members_name(raw: psycopg.Connection, city: City, kind: str) -> None:
    denied(raw, LOG, [kind, city.amina.pk, None])
    denied(raw, LOG, ["visitor", None, city.amina.organisation_id])
    raw.execute(LOG, ["visitor", None, None])


@pytest.mark.parametrize(
    ("honest", "forged"),
    [("'resident'", "'city'"), (", votes)", ", votes, number)"), ("now(), 0)", "now(), -9)")],
)
def test_what_a_resident_writes_is_a_residents_and_has_no_votes_yet(
    raw: psycopg.Connection, city: City, honest: str, forged: str
) -> None:
    me = joined(raw, city.dialogue)
    wrong = WRITE.replace(honest, forged)
    if "number" in wrong:
        wrong = wrong.replace("now(), 0)", "now(), 0, 1)")
    raw.execute(WRITE, [city.dialogue.pk, me])
    denied(raw, wrong, [city.dialogue.pk, me])


def test_an_hour_that_is_in_the_log_stays_as_it_was_counted(raw: psycopg.Connection, city: City) -> None:
    joined(raw, city.dialogue)
    hour = (
        "insert into dialogue_votecount (id, dialogue_id, hour, stratum, shard, votes, newcomers, is_logged)"
        " values (gen_random_uuid(), %s, '2020-01-01', 'open', %s, 1, 1, %s)"
    )
    change = "update dialogue_votecount set votes = votes + 1 where hour = '2020-01-01'"
    raw.execute(hour, [city.dialogue.pk, 0, False])
    raw.execute(hour, [city.dialogue.pk, 1, True])
    assert raw.execute(change).rowcount == 1
