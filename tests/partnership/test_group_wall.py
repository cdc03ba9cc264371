"""What a member may write about groups who has only SQL: nothing in another's name."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from entente.config import database
from tests.template_city import session_key

DENIED = psycopg.errors.InsufficientPrivilege
NOT_LOGGED = psycopg.errors.InvalidAuthorizationSpecification
Raw = psycopg.Connection[Any]
LEADERSHIP = "select task_force_id from partnership_group where kind = 'leadership'"


@pytest.fixture
def raw(db: None) -> Iterator[Raw]:
    """The staff role's own connection; nothing is kept."""
    url = database.url_for("entente_staff", os.environ["TEST_ADMIN_URL"], connection.settings_dict["NAME"])
    with psycopg.connect(url) as raw:
        yield raw
        raw.rollback()


def begin(raw: Raw, who: str) -> None:
    raw.execute("select authz.begin('session', %s)", [session_key(who)])


def one(raw: Raw, query: str, *values: object) -> Any:
    row = raw.execute(query, values).fetchone()
    return row[0] if row else None


def written(raw: Raw, statement: str, *values: object) -> int:
    return raw.execute(statement, values).rowcount


def test_an_outsider_reads_that_a_group_exists_and_nothing_of_its_papers(raw: Raw) -> None:
    begin(raw, "peter")
    assert one(raw, "select count(*) from partnership_group") >= 3
    for table in ("place", "charter", "signature", "pledge"):
        assert one(raw, f"select count(*) from partnership_{table}") == 0, table


def test_a_visitor_reads_nothing_at_all(raw: Raw) -> None:
    raw.execute("select authz.begin(null, null)")
    for table in ("group", "place", "charter", "signature", "pledge"):
        assert one(raw, f"select count(*) from partnership_{table}") == 0, table


def test_the_overseer_reads_groups_charters_and_who_signed(raw: Raw) -> None:
    begin(raw, "elisabeth")
    assert one(raw, "select count(*) from partnership_signature") == 10
    assert one(raw, "select count(*) from partnership_charter") == 2
    assert one(raw, f"select count(*) from partnership_place where group_id = ({LEADERSHIP})") == 6
    assert written(raw, "update partnership_charter set reason = 'x'") == 0
    assert (
        written(raw, f"update partnership_place set answers_for = 'x' where group_id = ({LEADERSHIP})") == 0
    )


def test_a_group_is_changed_by_its_keeper_alone_and_never_given_away(raw: Raw) -> None:
    begin(raw, "radu")
    assert written(raw, "update partnership_group set purpose = 'x'") == 0
    begin(raw, "amina")
    with pytest.raises(DENIED):
        raw.execute("update partnership_group set keeper_id = (select authz.organisation())")
    raw.rollback()
    begin(raw, "amina")
    with pytest.raises(DENIED):
        raw.execute("delete from partnership_group")


def test_nobody_makes_themselves_the_keeper_of_others(raw: Raw) -> None:
    begin(raw, "radu")
    force = one(raw, LEADERSHIP)
    assert force
    with pytest.raises(DENIED):
        raw.execute(
            "insert into partnership_group (task_force_id, reference, keeper_id, kind, state, state_reason,"
            " language, purpose, objectives, scope, out_of_scope, communication, legal_basis, decision_rule,"
            " quorum, rhythm_days, texts, edition) values (%s, 'GRP-2222222', (select authz.organisation()),"
            " 'working', 'forming', '', 'en', 'x', '[]', '', '', '', '', 'consensus', 0, 0, '{}', 1)",
            [force],
        )


def test_the_keeper_accepts_for_nobody_else(raw: Raw) -> None:
    begin(raw, "amina")
    group = one(raw, LEADERSHIP)
    with pytest.raises(DENIED):
        raw.execute(
            "insert into partnership_place (id, group_id, organisation_id, state, answers_for, may_commit,"
            " invited_at, since, reason) select gen_random_uuid(), %s, id, 'accepted', '', true, now(),"
            " now(), '' from people_organisation where slug = 'harbour'",
            [group],
        )
    raw.rollback()
    begin(raw, "amina")
    with pytest.raises(DENIED, match="stays as it is"):
        raw.execute(
            "update partnership_place set may_commit = false where group_id = %s"
            " and organisation_id <> (select authz.organisation())",
            [group],
        )


def test_a_seat_takes_a_place_and_one_that_ended_stays_ended(raw: Raw) -> None:
    begin(raw, "marc")
    force = one(raw, LEADERSHIP)
    with pytest.raises(DENIED):
        raw.execute(
            "insert into people_seat (id, task_force_id, membership_id, since)"
            " values (gen_random_uuid(), %s, (select authz.member()), now())",
            [force],
        )
    raw.rollback()
    begin(raw, "radu")
    raw.execute("update people_seat set until = now() where membership_id = (select authz.member())")
    with pytest.raises(DENIED, match="stays as it is"):
        raw.execute("update people_seat set until = null where membership_id = (select authz.member())")


def test_what_was_opened_for_signature_is_not_written_anew(raw: Raw) -> None:
    begin(raw, "amina")
    with pytest.raises(DENIED, match="stays as it is"):
        raw.execute("update partnership_charter set texts = '{}' where state = 'open'")
    raw.rollback()
    begin(raw, "amina")
    with pytest.raises(DENIED, match="stays as it is"):
        raw.execute("update partnership_charter set state = 'in_force' where state = 'open'")
    raw.rollback()
    begin(raw, "amina")
    with pytest.raises(DENIED, match="stays as it is"):
        raw.execute("update partnership_charter set state = 'superseded' where state = 'in_force'")


SIGN = (
    "insert into partnership_signature (id, group_id, charter_id, organisation_id, signed_by_id, signed_name,"
    " signed_post, signed_at, text_hash, reservation)"
    " select gen_random_uuid(), c.group_id, c.id, %s, (select authz.member()), %s, '', now(), %s, ''"
    " from partnership_charter c where c.state = 'open'"
)


@pytest.mark.parametrize(
    ("who", "name", "whose", "is_read"),
    [
        ("lena", "Lena Koch", None, True),  # a colleague who may not bind the police
        ("radu", "Amina Haddad", None, True),  # another name
        ("radu", "Radu Ionescu", "faith", True),  # another organisation
        ("radu", "Radu Ionescu", None, False),  # another text
    ],
)
def test_nobody_signs_otherwise_than_for_their_own(
    raw: Raw, who: str, name: str, whose: str | None, is_read: bool
) -> None:
    begin(raw, who)
    own = one(raw, "select authz.organisation()")
    other = one(raw, "select id from people_organisation where slug = %s", whose) if whose else own
    read = one(raw, "select text_hash from partnership_charter where state = 'open'")
    with pytest.raises(DENIED):
        raw.execute(SIGN, [other, name, read if is_read else "0" * 64])


def test_a_signature_takes_an_event_and_is_never_taken_back(raw: Raw) -> None:
    begin(raw, "radu")
    read = one(raw, "select text_hash from partnership_charter where state = 'open'")
    assert written(raw, SIGN, one(raw, "select authz.organisation()"), "Radu Ionescu", read) == 1
    with pytest.raises(NOT_LOGGED, match="was not logged"):
        raw.execute("set constraints all immediate")
    raw.rollback()
    for statement in ("delete from", "update"):
        begin(raw, "amina")
        told = "" if statement == "delete from" else " set reservation = 'x'"
        with pytest.raises(DENIED):
            raw.execute(f"{statement} partnership_signature{told}")
        raw.rollback()


def test_nobody_promises_for_somebody_else(raw: Raw) -> None:
    begin(raw, "amina")
    seat = one(
        raw,
        "select s.id from people_seat s join people_membership m on m.id = s.membership_id"
        f" join people_person p on p.id = m.person_id where p.name = 'Lena Koch'"
        f" and s.task_force_id = ({LEADERSHIP})",
    )
    assert isinstance(seat, uuid.UUID)
    for member in ("(select authz.member())", "(select membership_id from people_seat where id = %(seat)s)"):
        with pytest.raises(DENIED):
            raw.execute(
                "insert into partnership_pledge (id, group_id, seat_id, membership_id, words, language,"
                " given_at)"
                f" values (gen_random_uuid(), ({LEADERSHIP}), %(seat)s, {member}, 'x', 'en', now())",
                {"seat": seat},
            )
        raw.rollback()
        begin(raw, "amina")
