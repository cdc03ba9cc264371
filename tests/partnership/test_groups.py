"""Groups: founded, joined, changed by two people, reviewed and closed."""

from __future__ import annotations

from entente.audit.actors import acting
from entente.audit.queries import history
from entente.partnership.queries import groups as queries
from entente.partnership.services import groups as services
from tests.conftest import City

PURPOSE = "We agree who does what when the river floods the youth centre."


def test_a_coordinator_founds_a_group_and_sits_there(city: City) -> None:
    group = services.found_group(by=city.amina, name="High water", kind="response", purpose=PURPOSE)
    with acting(city.amina):
        assert queries.group_with(group.reference, city.amina).purpose == PURPOSE
        assert [seat.membership.person.name for seat in queries.seated(group, city.amina)] == ["Amina Haddad"]
        assert queries.members_of(group, city.amina) == [city.amina.organisation]
        assert history(group.pk, city.amina)[0].name == "partnership.group_founded"
