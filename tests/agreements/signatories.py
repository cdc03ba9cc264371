"""Those of the cast who may bind their organisation, and agreements between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from entente.agreements import services
from entente.agreements.models import Agreement, Clause
from entente.agreements.vocabulary import Category, Purpose
from entente.people.models import Member
from tests.conftest import City, sign_in


@dataclass(frozen=True)
class Signatories:
    """The city keeps the agreement, the police is the other party, the harbour is none."""

    amina: Member
    claire: Member
    helene: Member
    police: Member
    constable: Member
    harbour: Member
    youth: Member

    @classmethod
    def of(cls, city: City) -> Signatories:
        """Coordinators are Amina and Radu, officer is Helene; the others may bind nobody."""
        return cls(city.amina, city.claire, city.helene, city.radu, city.lena, city.peter, city.tomas)

    @staticmethod
    def client(member: Member) -> Client:
        """A browser in which this member signed in."""
        return sign_in(Client(), member)


def drafted(who: Signatories) -> Agreement:
    """A draft between the city and the police, with one clause each way and one that holds in the interim."""
    agreement = services.draft_agreement(
        by=who.amina, title="Return and support", kind=Agreement.Kind.SHARING
    )
    for member in (who.amina, who.police):
        services.add_party(agreement, by=who.amina, organisation=member.organisation)
    clause(agreement, who, category=Category.PLAN)
    clause(
        agreement,
        who,
        giving=who.police.organisation,
        receiving=who.amina.organisation,
        category=Category.POLICE,
    )
    clause(agreement, who, category=Category.COORDINATION, holds_in_interim=True)
    return agreement


def clause(agreement: Agreement, who: Signatories, **terms: Any) -> Clause:
    """Add a clause as the keeper, from the city to the police."""
    given: dict[str, Any] = {
        "purpose": Purpose.PREPARE_RETURN,
        "category": Category.HOUSING,
        "giving": who.amina.organisation,
        "receiving": who.police.organisation,
    }
    return services.add_clause(agreement, by=who.amina, **{**given, **terms})


def in_force(who: Signatories) -> Agreement:
    """The same, signed by both and in force."""
    agreement = drafted(who)
    services.sign_agreement(agreement, by=who.amina)
    services.sign_agreement(agreement, by=who.police)
    return services.bring_into_force(agreement, by=who.amina)
