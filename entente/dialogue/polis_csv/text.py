"""Text as it may be kept and shown: without characters that hide or turn round what follows."""

SHOWN_LENGTH = 60

# Overrides and isolates can make a sentence read as its opposite. Marks (U+200E, U+200F, U+061C) and joiners
# stay: Arabic, Persian and Indic texts need them.
DIRECTIONS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
CONTROLS = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) - frozenset("\t\n\r")
# What a spreadsheet would calculate when a cell begins with it.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
APOSTROPHE = "'"
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


def like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate this cell, apostrophes in front of it apart."""
    bare = text.lstrip(APOSTROPHE)
    return bare.startswith(("\t", "\r", "\n")) or bare.lstrip().startswith(FORMULA)


def marked(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate it."""
    return APOSTROPHE + text if like_a_formula(text) else text


def unmarked(text: str) -> str:
    """What `marked` was given: one apostrophe less, where one was put in front."""
    is_marked = text.startswith(APOSTROPHE) and like_a_formula(text)
    return text[1:] if is_marked else text
