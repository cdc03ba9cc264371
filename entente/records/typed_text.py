"""What a text that somebody typed is made of. Free of Django."""

import re
import unicodedata

# Marks that turn the direction of what follows, so that a sentence reads otherwise than it is written.
DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
CONTROL = {"Cc", "Cs", "Co", "Cn"}


def tidy(text: str) -> str:
    """NFC, no control or direction marks, single spaces. Joiners stay: Persian and Indic words need them."""
    kept = DIRECTION_MARKS.sub("", unicodedata.normalize("NFC", text))
    spaced = "".join(" " if sign.isspace() else sign for sign in kept)
    visible = "".join(sign for sign in spaced if unicodedata.category(sign) not in CONTROL)
    return " ".join(visible.split())


def says_something(text: str) -> bool:
    """Whether there is at least one letter or digit."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)


# Marks that say in which direction their neighbours read; file names need none of them.
MARKS_OF_NAMES = re.compile("[\u200e\u200f\u061c]")
LONGEST_NAME, LONGEST_ENDING = 150, 10


def as_file_name(text: str) -> str:
    """The name a file is kept under: the last part of a path, tidy, on one line, with its ending."""
    last = re.split(r"[\\/]", text)[-1]
    name = tidy(MARKS_OF_NAMES.sub("", last)).lstrip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= LONGEST_ENDING else ""
        name = name[: LONGEST_NAME - len(ending)].rstrip() + ending
    return name or "file"
