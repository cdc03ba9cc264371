"""An agreement comes to be: from a template through opinions to signature, with who may do what."""

from __future__ import annotations

import pytest

from entente.agreements import register
from entente.agreements.models import Agreement
from entente.agreements.vocabulary import INTERIM
from entente.audit.actors import acting
from entente.audit.decisions import Refused
from entente.partnership.models import Dossier
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.services import drafting
from tests.conftest import City


def drafted(city: City, template: str = "prison") -> Agreement:
    """The city's draft with the prison and New Page."""
    return drafting.draft_from_template(
        template,
        by=city.amina,
        title="Return from prison",
        parties=[city.marc.organisation, city.ioana.organisation],
        contact="City of Marenne, data protection office",
    )


@pytest.mark.parametrize("template", [row["key"] for row in templates.templates()])
def test_every_template_makes_a_whole_draft(city: City, template: str) -> None:
    agreement = drafted(city, template)
    with acting(city.amina):
        dossier = queries.dossiers(city.amina).get(pk=agreement.pk)
        clauses = register.clauses_of([agreement.pk], city.amina)
        parties = register.parties_of([agreement.pk], city.amina)
    assert agreement.state == Agreement.State.DRAFT
    assert len(parties) == 3
    assert clauses
    assert all(row.category in INTERIM for row in clauses if row.holds_in_interim)
    for code in ("en", "fr", "ar", "ro"):
        assert set(dossier.texts[code]) == set(Dossier.FIELDS)
    assert "aim" in templates.to_fill_in(dossier)


def test_it_is_logged_and_its_first_version_kept(city: City) -> None:
    agreement = drafted(city)
    with acting(city.amina):
        names = {event.name for event in register.changes(agreement, city.amina)}
        dossier = queries.dossiers(city.amina).get(pk=agreement.pk)
        kept = list(queries.versions(dossier, city.amina))
    assert {"agreements.agreement_drafted", "agreements.clauses_set", "partnership.dossier_opened"} <= names
    assert [row.number for row in kept] == [1]


def test_a_plain_member_drafts_nothing(city: City) -> None:
    with pytest.raises(Refused, match="coordinator or a data protection officer"):
        drafting.draft_from_template("sharing", by=city.claire, title="x")


def test_an_outsider_knows_of_no_draft(city: City) -> None:
    agreement = drafted(city)
    with acting(city.peter):
        assert not queries.dossiers(city.peter).filter(pk=agreement.pk).exists()
    with acting(city.marc):
        assert queries.dossiers(city.marc).filter(pk=agreement.pk).exists()
