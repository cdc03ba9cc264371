"""Organisations adopt a version with what they do differently, confirm a newer one, stay, or leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from entente.audit import clock
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.partnership.models import Adoption, Protocol, Rehearsal
from entente.partnership.queries import library_waiting
from entente.partnership.queries import protocols as queries
from entente.partnership.services import adoptions, protocols
from entente.people.models import Member
from tests.conftest import City
from tests.partnership.test_protocols import in_use, newest_event

ClientOf = Callable[[Member], Client]


def replaced(protocol: Protocol, by: Member) -> Protocol:
    return protocols.bring_protocol_into_use(protocols.draft_protocol_version(protocol, by=by), by=by)


def test_an_organisation_adopts_with_a_deviation_and_its_reason(city: City) -> None:
    protocol = in_use(city.amina)
    adoptions.adopt_protocol(
        protocol, by=city.yusuf, deviations="Not on Fridays.", deviations_reason="Prayer."
    )
    with acting(city.lena):
        found = queries.adoptions_of(protocol.family, city.lena)
    assert [(str(one.organisation), one.deviations) for one in found] == [
        ("Faith Council", "Not on Fridays.")
    ]


def test_it_is_logged_with_its_reason(city: City) -> None:
    adoptions.adopt_protocol(in_use(city.amina), by=city.yusuf)
    event = newest_event(city.elisabeth, "partnership.protocol_adopted")
    assert event.why == "You may bind your organisation."


def test_who_goes_on_to_the_new_version_has_one_adoption_that_lives(city: City) -> None:
    first = in_use(city.amina)
    adoptions.adopt_protocol(first, by=city.yusuf)
    adoptions.adopt_protocol(replaced(first, city.amina), by=city.yusuf)
    with acting(city.yusuf):
        found = queries.adoptions_of(first.family, city.yusuf)
    assert [(one.protocol.number, one.until is None) for one in found] == [(2, True), (1, False)]


def test_who_stays_says_why_and_is_not_asked_again(city: City) -> None:
    first = in_use(city.amina)
    adoptions.adopt_protocol(first, by=city.yusuf)
    second = replaced(first, city.amina)
    with acting(city.yusuf):
        assert len(queries.to_confirm(city.yusuf)) == 1
        assert any("version 2" in one.sentence for one in library_waiting.waiting(city.yusuf))
    stays = adoptions.stay_with_version(second, by=city.yusuf, reason="We have just trained the first.")
    assert stays.stays_with == 2
    with acting(city.yusuf):
        assert queries.to_confirm(city.yusuf) == []
    with pytest.raises(Refused, match="said already"):
        adoptions.stay_with_version(second, by=city.yusuf, reason="Again.")


def test_who_leaves_may_come_back(city: City) -> None:
    protocol = in_use(city.amina)
    adoptions.adopt_protocol(protocol, by=city.yusuf)
    adoptions.leave_protocol(protocol, by=city.yusuf, reason="We are too few.")
    with pytest.raises(Refused, match="has not adopted"):
        adoptions.leave_protocol(protocol, by=city.yusuf, reason="Twice.")
    assert adoptions.adopt_protocol(protocol, by=city.yusuf).until is None


def test_what_is_different_needs_a_reason(city: City) -> None:
    with pytest.raises(Refused, match="Say why"):
        adoptions.adopt_protocol(in_use(city.amina), by=city.yusuf, deviations="Never at night.")


def test_twice_is_once(city: City) -> None:
    protocol = in_use(city.amina)
    adoptions.adopt_protocol(protocol, by=city.yusuf)
    with pytest.raises(Refused, match="already"):
        adoptions.adopt_protocol(protocol, by=city.yusuf)


@pytest.mark.parametrize("who", ["claire", "elisabeth"])
def test_only_who_may_bind_an_organisation_adopts(city: City, who: str) -> None:
    with pytest.raises(Refused, match="binds their organisation"):
        adoptions.adopt_protocol(in_use(city.amina), by=getattr(city, who))


def test_a_draft_or_an_old_version_is_not_adopted(city: City) -> None:
    first = in_use(city.amina)
    replaced(first, city.amina)
    with pytest.raises(Refused, match="in use can be adopted"):
        adoptions.adopt_protocol(first, by=city.yusuf)


def test_an_exercise_is_kept(city: City) -> None:
    protocol = in_use(city.amina)
    adoptions.adopt_protocol(protocol, by=city.yusuf)
    adoptions.note_rehearsal(
        protocol, by=city.yusuf, on=clock.today(), how="table", found="The number was old."
    )
    with acting(city.peter):
        assert [one.found for one in queries.rehearsals_of(protocol.family, city.peter)] == [
            "The number was old."
        ]
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused, match="not come yet"):
        adoptions.note_rehearsal(protocol, by=city.yusuf, on=tomorrow, how="table", found="x")
    with pytest.raises(Refused, match="keep or adopted"):
        adoptions.note_rehearsal(protocol, by=city.lena, on=clock.today(), how="table", found="x")


# The second wall, without any rule of ours


def refused_by_the_wall(by: Member, sql: str, *values: Any) -> bool:
    """Whether PostgreSQL itself refuses a statement, or lets it touch no row."""
    with acting(by), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(sql, list(values))
                return bool(cursor.rowcount == 0)
        except ProgrammingError:
            return True


def test_nobody_changes_what_was_in_use_by_sql(city: City) -> None:
    protocol = in_use(city.amina)
    change = "update partnership_protocol set texts = '{}' where id = %s"
    for member in (city.amina, city.yusuf, city.peter):
        assert refused_by_the_wall(member, change, protocol.pk)


def test_nobody_adopts_for_another_organisation_by_sql(city: City) -> None:
    protocol = in_use(city.amina)
    with (
        acting(city.yusuf),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Adoption(
            family=protocol.family,
            protocol=protocol,
            organisation_id=city.lena.organisation_id,
            adopted_by=city.yusuf,
        ).save(force_insert=True)


def test_nobody_changes_an_adoption_or_an_exercise_by_sql(city: City) -> None:
    protocol = in_use(city.amina)
    adoption = adoptions.adopt_protocol(protocol, by=city.yusuf)
    noted = adoptions.note_rehearsal(protocol, by=city.yusuf, on=clock.today(), how="table", found="Old.")
    for sql in ("deviations = 'x'", "organisation_id = gen_random_uuid()", "since = now()"):
        assert refused_by_the_wall(
            city.yusuf, f"update partnership_adoption set {sql} where id = %s", adoption.pk
        )
    assert refused_by_the_wall(
        city.amina, "update partnership_adoption set until = now() where id = %s", adoption.pk
    )
    for sql in (
        "update partnership_rehearsal set found = '' where id = %s",
        "delete from partnership_rehearsal where id = %s",
    ):
        assert refused_by_the_wall(city.yusuf, sql, noted.pk)
    with acting(city.yusuf):
        assert Rehearsal.objects.visible_to(city.yusuf).get(pk=noted.pk).found == "Old."


# Pages and mail


def test_the_pages_take_an_organisation_in_and_out(city: City, client_of: ClientOf) -> None:
    protocol, client = in_use(city.amina), client_of(city.yusuf)
    page = reverse("partnership_staff:adopt_protocol", args=[protocol.reference])
    half = client.post(page, {"deviations": "Not on Fridays."})
    assert half.status_code == 409
    assert "Not on Fridays." in half.content.decode() or "Say why" in half.content.decode()
    assert (
        client.post(page, {"deviations": "Not on Fridays.", "deviations_reason": "Prayer."}).status_code
        == 302
    )
    shown = client.get(reverse("partnership_staff:protocol", args=[protocol.reference])).content.decode()
    assert "Not on Fridays." in shown
    noted = reverse("partnership_staff:note_rehearsal", args=[protocol.reference])
    assert client.post(noted, {"on": "2999-01-01", "how": "table", "found": "x"}).status_code == 422
    told = {"on": clock.today().isoformat(), "how": "table", "found": "The number was old."}
    assert client.post(noted, told).status_code == 302
    left = reverse("partnership_staff:leave_protocol", args=[protocol.reference])
    assert client.post(left, {"reason": ""}).status_code == 422
    assert client.post(left, {"reason": "We are too few."}).status_code == 302


def test_my_work_says_that_a_new_version_waits(city: City, client_of: ClientOf) -> None:
    first = in_use(city.amina)
    adoptions.adopt_protocol(first, by=city.yusuf)
    replaced(first, city.amina)
    shown = client_of(city.yusuf).get(reverse("records:my_work")).content.decode()
    assert reverse("partnership_staff:protocol", args=[first.reference]) in shown
    assert mail.outbox == []
