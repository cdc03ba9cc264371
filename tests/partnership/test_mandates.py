"""Who may sign for an organisation: recorded, asked for in both walls, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from entente.agreements import register, services
from entente.audit import clock
from entente.audit.actors import acting, begin
from entente.audit.decisions import Refused
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.drafts import opened

ClientOf = Callable[[Member], Client]
ACT = "Decision of the council of 12 March 2026, number 48"


def raw(member: Member, statement: str) -> int:
    with transaction.atomic():
        begin(member)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            touched = int(cursor.rowcount)
        transaction.set_rollback(True)
    return touched


def test_with_a_mandate_a_member_signs_and_the_act_stands_beside_it(city: City) -> None:
    agreement = opened(city)
    services.record_mandate(city.jonas, by=city.amina, act=ACT, kinds=["prison"])
    party = services.sign_agreement(agreement, by=city.jonas, reservation="Nothing on health.")
    assert (party.signed_under, party.reservation) == (ACT, "Nothing on health.")
    with acting(city.peter):
        newest = register.changes(agreement, city.amina)[0]
    assert newest.name == "agreements.agreement_signed"
    assert ACT in str(newest.why)


def test_where_one_is_recorded_nobody_else_signs(city: City) -> None:
    agreement = opened(city)
    services.record_mandate(city.jonas, by=city.amina, act=ACT)
    for member in (city.amina, city.helene, city.claire):
        with pytest.raises(Refused, match="no mandate to sign this kind"):
            services.sign_agreement(agreement, by=member)


def test_where_none_is_recorded_the_coordinator_signs(city: City) -> None:
    agreement = opened(city)
    for member in (city.helene, city.jonas):
        with pytest.raises(Refused, match="has not recorded who may sign"):
            services.sign_agreement(agreement, by=member)
    assert services.sign_agreement(agreement, by=city.amina).signed_at


def test_a_mandate_is_for_its_kinds_and_its_time(city: City) -> None:
    agreement = opened(city)
    services.record_mandate(city.jonas, by=city.amina, act=ACT, kinds=["joint"])
    with pytest.raises(Refused, match="no mandate"):
        services.sign_agreement(agreement, by=city.jonas)
    soon = clock.now() + timedelta(days=1)
    mandate = services.record_mandate(city.claire, by=city.amina, act=ACT, until=soon)
    with clock.frozen(soon + timedelta(minutes=1)), pytest.raises(Refused, match="no mandate"):
        services.sign_agreement(agreement, by=city.claire)
    services.end_mandate(mandate, by=city.amina, reason="She moves on.")
    with pytest.raises(Refused, match="no mandate"):
        services.sign_agreement(agreement, by=city.claire)
    with pytest.raises(Refused, match="ended already"):
        services.end_mandate(mandate, by=city.amina, reason="x")


def test_only_the_own_coordinator_records_one_and_names_its_act(city: City) -> None:
    for by, member, act, reason in (
        (city.claire, city.jonas, ACT, "A coordinator says"),
        (city.helene, city.jonas, ACT, "A coordinator says"),
        (city.marc, city.jonas, ACT, "its own members"),
        (city.amina, city.jonas, "  ", "Name the act"),
    ):
        with pytest.raises(Refused, match=reason):
            services.record_mandate(member, by=by, act=act)
    past = clock.now() - timedelta(days=1)
    with pytest.raises(Refused, match="not in the past"):
        services.record_mandate(city.jonas, by=city.amina, act=ACT, until=past)


def test_the_database_refuses_a_signature_without_mandate(city: City) -> None:
    agreement = opened(city)
    sign = (
        "update agreements_party set signed_at = now(), signed_by_id = '%s'"
        f" where agreement_id = '{agreement.pk}' and organisation_id = '{city.amina.organisation_id}'"
    )
    assert raw(city.amina, sign % city.amina.pk) == 1
    with pytest.raises(ProgrammingError, match="stays as it is"):
        raw(city.helene, sign % city.helene.pk)
    assert raw(city.jonas, sign % city.jonas.pk) == 0
    services.record_mandate(city.jonas, by=city.amina, act=ACT)
    assert raw(city.jonas, sign % city.jonas.pk) == 1
    with pytest.raises(ProgrammingError, match="stays as it is"):
        raw(city.amina, sign % city.amina.pk)


def test_the_database_keeps_mandates_to_their_organisation(city: City) -> None:
    services.record_mandate(city.jonas, by=city.amina, act=ACT)
    assert raw(city.marc, "select from agreements_mandate") == 0
    assert raw(city.claire, "update agreements_mandate set until = now()") == 0
    for change in ("act = 'x'", "membership_id = gen_random_uuid()"):
        with pytest.raises(ProgrammingError):
            raw(city.amina, f"update agreements_mandate set {change}")
    with pytest.raises(ProgrammingError):
        raw(city.amina, "delete from agreements_mandate")
    own = (
        "insert into agreements_mandate (id, organisation_id, membership_id, since, kinds, act, end_reason)"
        f" values (gen_random_uuid(), '{city.amina.organisation_id}', '{city.jonas.pk}', now(), '[]', 'x',"
        " '')"
    )
    with pytest.raises(ProgrammingError):
        raw(city.jonas, own)


def test_it_is_not_signed_in_sql_before_it_is_open(city: City) -> None:
    agreement = opened(city)
    raw_open = f"update partnership_dossier set opened_at = null where agreement_id = '{agreement.pk}'"
    with transaction.atomic():
        begin(city.amina)
        with connection.cursor() as cursor:
            cursor.execute(raw_open)
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(
                    "update agreements_party set signed_at = now(), signed_by_id = %s"
                    " where agreement_id = %s and organisation_id = %s",
                    [city.amina.pk, agreement.pk, city.amina.organisation_id],
                )
        transaction.set_rollback(True)


def test_the_pages(city: City, client_of: ClientOf) -> None:
    amina = client_of(city.amina)
    assert "No mandate is recorded" in amina.get("/staff/agreements/mandates/").content.decode()
    form = {"member": city.jonas.pk, "act": ACT, "kinds": ["prison"], "until": ""}
    assert amina.post("/staff/agreements/mandates/new/", form).status_code == 302
    page = amina.get("/staff/agreements/mandates/").content.decode()
    assert "Jonas Vermeer" in page
    assert ACT in page
    assert client_of(city.marc).get("/staff/agreements/mandates/").content.decode().count(ACT) == 0
    with acting(city.amina):
        mandate = register.mandates_of(city.amina)[0]
    end = f"/staff/agreements/mandates/{mandate.pk}/end/"
    assert client_of(city.marc).get(end).status_code == 404
    assert amina.post(end, {"reason": ""}).status_code == 400
    assert amina.post(end, {"reason": "He moves on."}).status_code == 302
    agreement = opened(city)
    answer = client_of(city.jonas).get(f"/staff/agreements/{agreement.pk}/sign/")
    assert answer.status_code == 403
