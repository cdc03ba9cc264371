"""The demo's story: protocols and the strategy."""

from entente.audit.actors import Actor
from entente.people.models import Member


def build(members: dict[str, Member], set_up: Actor) -> None:
    """Nothing yet."""
