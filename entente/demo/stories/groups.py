"""The demo's story: the groups of Marenne."""

from entente.audit.actors import Actor
from entente.people.models import Member


def build(members: dict[str, Member], set_up: Actor) -> None:
    """Nothing yet."""
