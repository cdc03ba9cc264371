"""Text as it may be kept and shown: without characters that hide or turn round what follows."""

SHOWN_LENGTH = 60

# Overrides and isolates can make a sentence read as its opposite. Marks (U+200E, U+200F, U+061C) and joiners
# stay: Arabic, Persian and Indic texts need them.
DIRECTIONS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
CONTROLS = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) - frozenset("\t\n\r")
_DIRECTIONS_OUT = str.maketrans(dict.fromkeys(DIRECTIONS, ""))
_CONTROLS_OUT = str.maketrans(dict.fromkeys(CONTROLS, ""))


def without_directions(text: str) -> str:
    """The text without U+202A to U+202E and U+2066 to U+2069."""
    return text.translate(_DIRECTIONS_OUT)


def without_controls(text: str) -> str:
    """The text without control characters, line breaks and tabs kept."""
    return text.translate(_CONTROLS_OUT)


def shown(text: str) -> str:
    """A piece of a file as a message may quote it: one line, at most 60 characters, nothing invisible."""
    cut = text[: SHOWN_LENGTH + 1]
    plain = " ".join(without_controls(without_directions(cut)).split())
    return plain if len(text) <= SHOWN_LENGTH else plain[: SHOWN_LENGTH - 1] + "…"
