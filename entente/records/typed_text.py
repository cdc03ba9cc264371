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
