"""What the partnership of Marenne did, one file for each part; built in this order, only through services."""

from collections.abc import Callable
from importlib import import_module

from entente.audit.actors import Actor
from entente.people.models import Member

PARTS = ("directory", "groups", "meetings", "drafting", "register", "library", "means", "complaints")


def build_stories(members: dict[str, Member], set_up: Actor) -> None:
    """Tell every part of the partnership's story, for the demo and the tests."""
    for part in PARTS:
        build: Callable[[dict[str, Member], Actor], None] = import_module(f"{__name__}.{part}").build
        build(members, set_up)
