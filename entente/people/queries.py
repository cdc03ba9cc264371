"""Named reads of who is who."""

from entente.audit.actors import Actor, begin
from entente.people.models import Area


def area_names(reader: Actor) -> dict[str, str]:
    """The districts' names in the language of the moment, by their slug."""
    begin(reader)
    return {area.slug: str(area) for area in Area.objects.order_by("name")}
