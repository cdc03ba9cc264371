"""An agreement between the city and its partners, and a matter to share under it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Category, Purpose
from entente.audit.actors import acting
from entente.people.models import Organisation
from entente.records import services
from entente.records.models import Participation, Record
from tests.conftest import City

SUPPORT = Purpose.PLAN_SUPPORT
TITLE = "Marenne sharing agreement"
PARTIES = ("city", "school", "police")
# number, purpose, category, receiver, opens secrecy, holds in the interim
CLAUSES = (
    (1, SUPPORT, Category.HOUSING, "school", False, False),
    (2, SUPPORT, Category.SCHOOL, "school", True, False),
    (3, SUPPORT, Category.HOUSING, "police", False, False),
    (4, Purpose.RUN_PARTNERSHIP, Category.COORDINATION, "police", False, True),
)


@dataclass
class Agreed:
    """The agreement as somebody wrote it into the database outside the test's transaction.

    Sharing is tried here, not signing: that is why no service makes it.
    """

    raw: psycopg.Connection
    pk: uuid.UUID = field(default_factory=uuid.uuid4)

    def change(self, **fields: object) -> None:
        """Write it into the agreement."""
        for name, value in fields.items():
            self.raw.execute(f"update agreements_agreement set {name} = %s where id = %s", [value, self.pk])

    def part_with(self, slug: str) -> None:
        """An organisation leaves."""
        self.raw.execute(
            "update agreements_party set left_at = clock_timestamp() where agreement_id = %s"
            " and organisation_id = (select id from people_organisation where slug = %s)",
            [self.pk, slug],
        )


@contextmanager
def agreed() -> Iterator[Agreed]:
    """The city, the School Board and the police have signed; taken away again after the test."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["TEST_ADMIN_URL"], dbname=name, autocommit=True) as raw:
        raw.execute("set session_replication_role = replica")
        made = Agreed(raw)
        raw.execute(
            "insert into agreements_agreement (id, keeper_id, kind, title, titles, state, starts_at)"
            " select %s, id, 'sharing', %s, '{}', 'in_force', now() from people_organisation"
            " where slug = 'city'",
            [made.pk, TITLE],
        )
        raw.execute(
            "insert into agreements_party (id, agreement_id, organisation_id, joined_at, signed_at)"
            " select gen_random_uuid(), %s, id, now(), now() from people_organisation where slug = any(%s)",
            [made.pk, list(PARTIES)],
        )
        for number, purpose, category, receiver, opens, interim in CLAUSES:
            raw.execute(
                "insert into agreements_clause (id, agreement_id, number, purpose, category, giving_id,"
                " receiving_id, opens_secrecy, holds_in_interim, legal_basis)"
                " select gen_random_uuid(), %s, %s, %s, %s, g.id, r.id, %s, %s, 'Article 6 (1) (e)'"
                " from people_organisation g, people_organisation r where g.slug = 'city' and r.slug = %s",
                [made.pk, number, str(purpose), str(category), opens, interim, receiver],
            )
        try:
            yield made
        finally:
            raw.execute("delete from agreements_clause where agreement_id = %s", [made.pk])
            raw.execute("delete from agreements_party where agreement_id = %s", [made.pk])
            raw.execute("delete from agreements_agreement where id = %s", [made.pk])


@dataclass
class World:
    """The agreement is in force between the city, the School Board and the police."""

    city: City
    agreed: Agreed
    matter: Record

    @property
    def school(self) -> Organisation:
        return self.city.sofia.organisation

    @property
    def police(self) -> Organisation:
        return self.city.lena.organisation


def world_of(city: City, agreed: Agreed) -> World:
    """A matter about housing; notes on housing, on health twice, and on school under secrecy."""
    with acting(city.amina):
        matter = services.open_matter(by=city.amina, title="A flat for a family", category=Category.HOUSING)
        for category, text, is_secret in (
            (Category.HOUSING, "The flat is free in May.", False),
            (Category.HEALTH, "Asthma.", False),
            (Category.HEALTH, "Needs a ground floor.", False),
            (Category.SCHOOL, "Told in confidence.", True),
        ):
            services.write_note(matter, by=city.amina, text=text, category=category, is_secret=is_secret)
    return World(city, agreed, matter)


def agreement(world: World) -> Agreement:
    """The agreement as it is now."""
    with acting(world.city.amina):
        return Agreement.objects.get(pk=world.agreed.pk)


def share(world: World, to: object = None, **other: object) -> Participation:
    """Amina lets somebody in, the School Board unless said otherwise."""
    given: dict[str, Any] = {"agreement": agreement(world), "purpose": SUPPORT, **other}
    with acting(world.city.amina):
        return services.share_record(
            world.matter,
            by=world.city.amina,
            to=to or world.school,  # type: ignore[arg-type]
            **given,
        )
