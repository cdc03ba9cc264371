"""A name in the reader's language."""

from django.utils.translation import get_language


def in_readers_language(names: dict[str, str], otherwise: str) -> str:
    """The name in the language of the moment, else the one it was given first."""
    return names.get(get_language() or "", "") or otherwise
