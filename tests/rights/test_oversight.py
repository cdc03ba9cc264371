"""The overseer reads who did what, and decides who watches; others are refused, and reading is logged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.test import Client

from entente.audit import checkpoints, clock, queries
from entente.audit.actors import VISITOR, acting
from entente.audit.checkpoints import LOG, WITNESS, Malformed, Signer
from entente.audit.decisions import Refused
from entente.audit.models import Event, Witness
from entente.dialogue import services as dialogues
from entente.people.models import Member
from entente.people.sign_in import member_with
from entente.rights.rules import oversight as rules
from entente.rights.services import oversight as services
from tests.audit.log_steps import LogOfTests
from tests.conftest import City, sign_in
from tests.template_city import session_key

NGO = Signer("ngo.example/w", WITNESS, Ed25519PrivateKey.from_private_bytes(bytes(32)))
VKEY = str(NGO.verifier)


def all_of(reader: Member, name: str) -> list[Event]:
    with acting(reader):
        return list(queries.all_events(reader).filter(name=name))


@pytest.fixture
def overseer(city: City, client_of: Callable[[Member], Client]) -> Client:
    return client_of(city.elisabeth)


# The list


def test_the_overseer_reads_what_every_organisation_did_and_no_title(city: City, overseer: Client) -> None:
    dialogues.edit_dialogue(city.library, by=city.amina, title="A title nobody else sees")
    page = overseer.get("/staff/log/").content.decode()
    assert "dialogue.dialogue_edited" in page
    assert "Amina Haddad" in page
    assert city.library.reference in page
    assert "You coordinate dialogues for the organisation that owns this one." in page
    assert "A title nobody else sees" not in page
    assert city.library.title not in page


def test_that_the_log_was_read_is_logged_with_what_was_asked(city: City, overseer: Client) -> None:
    overseer.get("/staff/log/?only=refused")
    (event,) = all_of(city.elisabeth, "rights.log_read")
    assert event.actor_id == city.elisabeth.id
    assert event.details == '{"only": "refused"}'
    assert "independent overseer" in event.why


def test_a_refusal_is_found_by_itself(
    city: City, overseer: Client, client_of: Callable[[Member], Client]
) -> None:
    assert client_of(city.claire).get("/staff/log/").status_code == 403
    page = overseer.get("/staff/log/?only=refused").content.decode()
    assert "rights.refused" in page
    assert "Only the independent overseer reads the log of all organisations." in page
    assert "dialogue.dialogue_opened" not in page


def test_filters_by_organisation_and_kind_and_nonsense_shows_everything(city: City, overseer: Client) -> None:
    dialogues.edit_dialogue(city.library, by=city.amina, title="Late")
    mine = overseer.get(f"/staff/log/?organisation={city.amina.organisation_id}&area=dialogue")
    assert "dialogue.dialogue_edited" in mine.content.decode()
    other = overseer.get(f"/staff/log/?organisation={city.peter.organisation_id}")
    assert "dialogue.dialogue_edited" not in other.content.decode()
    assert "Nothing like this happened" in other.content.decode()
    one = overseer.get("/staff/log/?event=dialogue.dialogue_edited").content.decode()
    assert "dialogue.dialogue_edited" in one
    for nonsense in ("organisation=x", "only=x", "before=x", "before=2026-01-01~x", "before=9~9", "area=%00"):
        assert overseer.get(f"/staff/log/?{nonsense}").status_code == 200


def test_every_event_is_on_one_page_and_on_one_only(city: City, overseer: Client) -> None:
    seen: list[str] = []
    address = "/staff/log/?area=dialogue"
    while address:
        page = overseer.get(address).content.decode()
        seen += re.findall(r"<code>(dialogue\.\w+)</code>", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/staff/log/{older[1]}".replace("&amp;", "&") if older else ""
    with acting(city.elisabeth):
        assert (
            len(seen) == queries.all_events(city.elisabeth).filter(name__startswith="dialogue.").count() > 50
        )


def test_the_list_is_taken_along_as_a_table_and_that_is_logged(city: City, overseer: Client) -> None:
    answer = overseer.get("/staff/log/list.csv?area=dialogue")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0][:3] == ["entry", "time", "event"]
    assert len(rows) > 50
    assert {len(row) for row in rows} == {len(rows[0])}
    assert city.library.title not in answer.content.decode()
    assert len(all_of(city.elisabeth, "rights.log_exported")) == 1


def test_nobody_else_reads_it_not_even_past_the_page(
    city: City, client_of: Callable[[Member], Client]
) -> None:
    for member in (city.amina, city.helene, city.lena):
        for page in ("", "list.csv", "witnesses/"):
            assert client_of(member).get(f"/staff/log/{page}").status_code == 403
        with pytest.raises(Refused, match="independent overseer"):
            services.read_log(by=member, filters={})
        with acting(member):
            assert not queries.all_events(member).filter(actor_organisation_id=city.peter.organisation_id)
            assert queries.waiting() == 0
    assert Client().get("/staff/log/").status_code == 302


def test_without_a_sequencer_and_without_witnesses_the_page_says_what_to_do(overseer: Client) -> None:
    page = overseer.get("/staff/log/").content.decode()
    assert "Nothing is sequenced yet." in page
    assert "Nobody watches from outside yet." in page
    assert "Nobody watches yet" in overseer.get("/staff/log/witnesses/").content.decode()


# Witnesses


def test_a_witness_is_registered_its_key_shown_once_and_kept_as_a_hash(city: City, overseer: Client) -> None:
    organisation = str(city.peter.organisation_id)
    page = overseer.post("/staff/log/witnesses/", {"verifier_key": f" {VKEY} ", "organisation": organisation})
    key = re.search(r'<code class="long" dir="ltr">([0-9a-f]{64})</code>', page.content.decode())
    assert key
    with acting(city.elisabeth):
        assert queries.witness_with(key[1]) is not None
        (witness,) = queries.witnesses()
    assert key[1] not in str(vars(witness))
    again = overseer.get("/staff/log/witnesses/").content.decode()
    assert "ngo.example/w" in again
    assert key[1] not in again
    (event,) = all_of(city.elisabeth, "rights.witness_registered")
    assert event.about_id == witness.pk


@pytest.mark.parametrize("vkey", ["", "x", VKEY[:-4], str(Signer("x", LOG, NGO.private).verifier)])
def test_a_mistyped_key_is_refused_in_words(overseer: Client, vkey: str) -> None:
    page = overseer.post("/staff/log/witnesses/", {"verifier_key": vkey})
    assert page.status_code == 200
    assert "field-wrong" in page.content.decode()


def test_a_key_is_registered_once(city: City, overseer: Client) -> None:
    services.register_witness(VKEY, by=city.elisabeth)
    with pytest.raises(Malformed, match="already"):
        services.register_witness(VKEY, by=city.elisabeth)
    assert (
        "registered already"
        in overseer.post("/staff/log/witnesses/", {"verifier_key": VKEY}).content.decode()
    )


def test_a_withdrawn_witness_reads_nothing_more(city: City, overseer: Client) -> None:
    witness, key = services.register_witness(VKEY, by=city.elisabeth)
    page = f"/staff/log/witnesses/{witness.pk}/withdraw/"
    assert "its key to the entries stops working" in overseer.get(page).content.decode()
    assert overseer.post(page).status_code == 302
    with acting(VISITOR):
        assert queries.witness_with(key) is None
    assert overseer.post(page).status_code == 403
    assert len(all_of(city.elisabeth, "rights.witness_withdrawn")) == 1
    assert (
        overseer.get("/staff/log/witnesses/00000000-0000-4000-8000-000000000000/withdraw/").status_code == 404
    )


def test_only_the_overseer_decides_who_watches(city: City) -> None:
    witness, _key = services.register_witness(VKEY, by=city.elisabeth)
    now = clock.now()
    for member in (city.amina, city.helene, VISITOR):
        assert not rules.may_register_witness(member, now)
        assert not rules.may_withdraw_witness(member, witness, now)
        with pytest.raises(Refused):
            services.register_witness(VKEY, by=member)
        with pytest.raises(Refused):
            services.withdraw_witness(witness, by=member)
    city.elisabeth.ended_at = now
    assert not rules.may_read_log(city.elisabeth, now)


def test_the_wall_lets_nobody_else_register_a_witness(city: City) -> None:
    from django.db.utils import DatabaseError

    for reader in (city.amina, VISITOR):
        with pytest.raises(DatabaseError), acting(reader):
            Witness.objects.create(name="x", verifier_key="x", entries_key_hash="x")


# From outside


@pytest.fixture
def sequenced(log: LogOfTests) -> LogOfTests:
    log.sequence()
    return log


def test_anybody_reads_the_hashes(sequenced: LogOfTests) -> None:
    note = checkpoints.read_note(Client().get("/log/checkpoint").content.decode())
    assert note.is_signed_by(sequenced.signer.verifier)
    size = checkpoints.read_tree_head(note.text).size
    assert Client().get("/log/key").content.decode().strip() == str(sequenced.signer.verifier)
    assert len(Client().get("/log/tile/0/000").content) == 8192
    assert len(Client().get(f"/log/tile/0/{size // 256:03}.p/{size % 256}").content) == size % 256 * 32
    assert len(Client().get("/log/tile/0/000.p/7").content) == 7 * 32
    assert len(Client().get("/log/tile/1/000.p/1").content) == 32
    for page in ("tile/0/999", "tile/0/x", "tile/0/0", "tile/9/000", "tile/1/000", "tile/0/000.p/256"):
        assert Client().get(f"/log/{page}").status_code == 404


def cosigned(log: LogOfTests, signer: Signer = NGO, *, ahead: float = 0) -> str:
    note = checkpoints.read_note(Client().get("/log/checkpoint").content.decode())
    line = checkpoints.cosigned(note.text, signer, int(clock.now().timestamp() + ahead))
    return str(checkpoints.Note(note.text, (line,)))


def hand_in(note: str | bytes) -> tuple[int, str]:
    answer = Client().post("/log/cosignatures", note, content_type="text/plain")
    return answer.status_code, answer.content.decode()


def register() -> str:
    with transaction.atomic():
        elisabeth = member_with(session_key("elisabeth"))
    return services.register_witness(VKEY, by=elisabeth)[1]


def test_a_registered_witness_hands_in_its_signature_and_everybody_sees_it(sequenced: LogOfTests) -> None:
    assert hand_in(cosigned(sequenced)) == (403, "No registered witness made any of these signatures.\n")
    register()
    sequenced.sequence()
    assert hand_in(cosigned(sequenced)) == (200, "Thank you.\n")
    assert hand_in(cosigned(sequenced)) == (200, "We have it already. Thank you.\n")
    note = checkpoints.read_note(Client().get("/log/checkpoint").content.decode())
    assert checkpoints.cosigned_at(note, NGO.verifier)
    assert note.is_signed_by(sequenced.signer.verifier)
    with transaction.atomic():
        elisabeth = member_with(session_key("elisabeth"))
    overseer = sign_in(Client(), elisabeth)
    assert "witnessed" in overseer.get("/staff/log/").content.decode()


def test_what_is_no_good_signature_is_refused_clearly(sequenced: LogOfTests) -> None:
    register()
    good = cosigned(sequenced)
    other = Signer(NGO.name, WITNESS, Ed25519PrivateKey.generate())
    for note, status in (
        (b"\xff", 400),
        ("", 400),
        ("nonsense", 400),
        (good.replace("log.example", "dog.example"), 404),
        (re.sub(r"\n\d+\n", "\n999999\n", good, count=1), 404),
        (cosigned(sequenced, other), 403),
        (good[:-12] + "AAAAAAAAAA=\n", 403),
        (cosigned(sequenced, ahead=3600), 400),
        (good + "x" * 20_000, 413),
    ):
        code, told = hand_in(note)
        assert code == status, (note, told)
        assert told.endswith(".\n")
    assert sequenced.one("select count(*) from audit_cosignature") == 0
    assert Client().get("/log/cosignatures").status_code == 405


def test_handing_in_is_limited(sequenced: LogOfTests, monkeypatch: pytest.MonkeyPatch) -> None:
    from entente.rights.views import oversight as views

    monkeypatch.setattr(views, "COSIGNATURES_AN_HOUR", 2)
    assert [hand_in("x")[0] for _ in range(3)] == [400, 400, 429]


def read_entries(path: str, key: str) -> tuple[int, bytes]:
    answer = Client().get(f"/log/tile/entries/{path}", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code, answer.content


def test_entries_are_for_registered_witnesses_and_each_reading_is_logged(sequenced: LogOfTests) -> None:
    key = register()
    status, content = read_entries("000", key)
    assert status == 200
    assert content.count(b'"entente-event-v1"') == 256
    assert read_entries("000.p/3", key)[1] == content[: len(read_entries("000.p/3", key)[1])]
    assert read_entries("999", key)[0] == 404
    assert sequenced.one("select count(*) from audit_event where name = 'rights.entries_read'") == 3
    assert sequenced.one("select actor_kind from audit_event where name = 'rights.entries_read'") == "witness"
    for wrong in ("", "x", key[:-1], VKEY):
        assert read_entries("000", wrong)[0] == 401
    assert Client().get("/log/tile/entries/000").status_code == 401


def test_guessing_keys_is_limited(sequenced: LogOfTests, monkeypatch: pytest.MonkeyPatch) -> None:
    from entente.rights.views import oversight as views

    monkeypatch.setattr(views, "WRONG_KEYS_AN_HOUR", 2)
    assert [read_entries("000", "x")[0] for _ in range(3)] == [401, 401, 429]


def test_the_database_itself_asks_for_the_key(sequenced: LogOfTests) -> None:
    import psycopg

    for role in ("entente_staff", "entente_public"):
        with psycopg.connect(sequenced.url_for(role)) as raw:
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification), raw.transaction():
                raw.execute("select * from authz.log_entries('guessed', 0, 10)")
            with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification), raw.transaction():
                raw.execute("select authz.begin(null, null)")
                raw.execute("select * from authz.log_references(array[]::uuid[])")
