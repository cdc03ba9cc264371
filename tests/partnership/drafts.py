"""Agreements on their way, made through the services, for several test files."""

from __future__ import annotations

from entente.agreements.change_rules import Cell
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import Purpose
from entente.audit.actors import acting
from entente.partnership.models import Dossier
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.services import drafting
from entente.people.models import Member
from tests.conftest import City

CONTACT = "City of Marenne, data protection office"


def drafted(city: City, template: str = "prison") -> Agreement:
    """The city's draft with the prison and New Page."""
    return drafting.draft_from_template(
        template,
        by=city.amina,
        title="Return from prison",
        parties=[city.marc.organisation, city.ioana.organisation],
        contact=CONTACT,
    )


def dossier_of(agreement: Agreement, reader: Member) -> Dossier:
    """The dossier as the reader finds it."""
    with acting(reader):
        return queries.dossiers(reader).get(pk=agreement.pk)


def filled_in(city: City, agreement: Agreement) -> Dossier:
    """Every place to fill in is filled in."""
    dossier = dossier_of(agreement, city.amina)
    texts = dict.fromkeys(templates.to_fill_in(dossier), "Said plainly.")
    return drafting.write_dossier(dossier, by=city.amina, texts=texts)


def with_bases(city: City, agreement: Agreement) -> None:
    """Every party stands on something for everything."""
    for member, bases in (
        (city.amina, ("gdpr_6_1_e", "gdpr_10")),
        (city.marc, ("led_8",)),
        (city.ioana, ("gdpr_6_1_f", "gdpr_10")),
    ):
        for basis in bases:
            drafting.state_basis(
                agreement,
                by=city.amina,
                organisation=member.organisation,
                purpose=Purpose.PREPARE_RETURN,
                basis=basis,
                provision="Prison Act, section 7",
            )


def with_opinions(city: City, agreement: Agreement, view: str = "favourable") -> None:
    """Every officer was asked and said the same."""
    dossier = dossier_of(agreement, city.amina)
    for opinion in drafting.ask_opinions(dossier, by=city.amina):
        officers = {row.organisation_id: row for row in (city.helene, city.marc, city.ioana)}
        drafting.give_opinion(opinion, by=officers[opinion.organisation_id], view=view, reasons="Read it.")


def opened(city: City) -> Agreement:
    """A draft that is open for signature."""
    agreement = drafted(city)
    filled_in(city, agreement)
    with_bases(city, agreement)
    with_opinions(city, agreement)
    drafting.open_signature(dossier_of(agreement, city.amina), by=city.amina)
    return agreement


def cell(giving: Member, receiving: Member, category: str, purpose: str = Purpose.PREPARE_RETURN) -> Cell:
    """One place of the matrix."""
    return Cell(purpose, category, giving.organisation_id, receiving.organisation_id)
