"""What stands in a cell: a formula or a text, and how a text is kept from being taken for a formula."""

from __future__ import annotations

import re

APOSTROPHE = "'"
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
STARTS_FORMULA = (*SIGNS, "\t", "\r", "\n")
# A telephone number begins like a formula and is none, and so does a list that somebody typed.
TELEPHONE = re.compile(r"^[+\-\uff0b\uff0d]\s*[\d(][^=|!*@^&<>]*$")
LISTED = re.compile(r"^-\s")
NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would work this cell out, and it is neither a telephone number nor a list."""
    bare = text.lstrip(" ")
    return bare.startswith(SIGNS) and not TELEPHONE.match(bare) and not LISTED.match(bare)


def defused(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would calculate it; a number stays one.

    A telephone number with a plus would lose it as a number, so it counts as text. What begins with an
    apostrophe gets another, so that `undone` gives back exactly what was written.
    """
    if NUMBER.match(text):
        return text
    if text.startswith(APOSTROPHE) or text.lstrip(" ").startswith(STARTS_FORMULA):
        return APOSTROPHE + text
    return text


def undone(text: str) -> str:
    """What `defused` was given. An apostrophe that protects nothing stays: some names begin with one."""
    rest = text[1:]
    protects = rest.startswith(APOSTROPHE) or rest.lstrip(" ").startswith(STARTS_FORMULA)
    return rest if text.startswith(APOSTROPHE) and protects else text
