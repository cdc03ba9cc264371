"""Which texts say the same, letter for letter or nearly, in any language. Free of Django.

After Unicode Technical Standard 39 (skeletons of look-alikes), and Jaccard's measure on runs of letters.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

RUN = 4  # letters in a row that are compared
LEAST = 0.6
ROUNDING = 1e-9

# Signs nobody sees that are no format characters: UCD's Default_Ignorable_Code_Point beyond category Cf.
INVISIBLE = frozenset(
    map(
        chr,
        [
            0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x2800, 0x3164,
            *range(0xFE00, 0xFE10), 0xFFA0, *range(0xE0000, 0xE1000),
        ],
    )
)  # fmt: skip
# Letters that look like others, after case folding and without their marks. Cyrillic and Greek capitals
# look like other letters than their small forms do: the one a forger would use counts.
LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԁһӏԛԝѵгп", "abekmhopctyxijsdhiqwvrn", strict=True)),
        **dict(zip("αβεζηικμνορστυχγωϲϳ", "abezhikmvopstuxywcj", strict=True)),
        **dict(zip("01lıłđøɑɡɩħŧ", "oiiiidoagiht", strict=True)),
        "æ": "ae",
        "œ": "oe",
        # Arabic: forms of alef, ya, kaf and ha that are written for each other, and ta marbuta.
        **dict.fromkeys("ٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیېۍےئ", "ي"),
        **dict.fromkeys("ةۀہەھۃ", "ه"),
        **dict.fromkeys("کڪ", "ك"),
        "ـ": "",
    }
)
# Marks of scripts that are read without them: accents, points. Elsewhere marks are letters.
MARKS = (
    (0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
SHORT_I = "\u0438\u0306"  # the Cyrillic letter that its mark makes another one


class _Signs(dict[int, str]):
    """What counts of each sign: itself, a look-alike, nothing, or a space."""

    def __missing__(self, code: int) -> str:
        self[code] = _counts(chr(code)).translate(LOOKS_LIKE)
        return self[code]


SIGNS = _Signs()


def _counts(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign in INVISIBLE or kind in {"Cf", "Cn", "Cs", "Co"} or "\u02b0" <= sign <= "\u02ff":
        return ""
    if kind[0] == "M":
        return "" if any(first <= ord(sign) <= last for first, last in MARKS) else sign
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    return sign if kind[0] in "LN" or kind in {"So", "Sc", "Sm"} else " "


def skeleton(text: str) -> str:
    """The letters, digits and symbols of a text, in words parted by one space, each look-alike as one.

    Case, marks where people leave them out, punctuation and whatever nobody sees are gone.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold()).casefold()
    parted = unicodedata.normalize("NFD", folded).replace(SHORT_I, "\u0439")
    return " ".join(parted.translate(SIGNS).split())


def likeness(text: str) -> str:
    """A digest that texts share when nobody would read them as different; empty for one without letters."""
    letters = skeleton(text).replace(" ", "")
    return hashlib.sha256(letters.encode()).hexdigest() if letters else ""


class Near(NamedTuple):
    """Two texts by their places, and how much they share: 1 is the same."""

    first: int
    second: int
    share: float


def near_pairs(texts: Sequence[str], least: float = LEAST, most: int = 20) -> list[Near]:
    """Every text with those before it that share at least `least` of its runs of letters, `most` of them."""
    index = _Index(texts)
    found: list[Near] = []
    for place in range(len(texts)):
        found += index.like(place, least)[:most]
        index.keep(place)
    return found


def families(texts: Sequence[str], least: float = LEAST) -> list[int]:
    """For each text the place of the one it repeats: the most alike of those that repeat none themselves.

    Whatever comes first stands; so ten thousand variants of one text are compared with that one only.
    """
    index = _Index(texts)
    repeats: list[int] = []
    for place in range(len(texts)):
        found = index.like(place, least)
        repeats.append(found[0].first if found else place)
        if not found:
            index.keep(place)
    return repeats


class _Index:
    """Finds texts that share runs of letters, exactly: it counts what each has in common with those kept."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.runs = [_runs(skeleton(text)) for text in texts]
        self.known: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self.lengths = np.array([len(runs) for runs in self.runs], dtype=np.int64)

    def keep(self, place: int) -> None:
        """Later texts are compared with this one."""
        for run in self.runs[place]:
            self.known[run].append(place)

    def like(self, place: int, least: float) -> list[Near]:
        """Those kept that are like this one, the most alike first."""
        runs = self.runs[place]
        holders = b"".join(self.known[run] for run in runs if run in self.known)
        shared = np.bincount(np.frombuffer(holders, dtype=np.int64))
        shares = shared / (self.lengths[: len(shared)] + len(runs) - shared).clip(1)
        found = np.flatnonzero(shares >= least - ROUNDING)
        order = np.lexsort((found, -shares[found]))
        return [Near(int(at), place, float(shares[at])) for at in found[order]]


def _runs(words: str) -> frozenset[str]:
    """All runs of letters of a text in words, beginnings and ends of words among them."""
    padded = f" {words} "
    return frozenset(padded[at : at + RUN] for at in range(max(1, len(padded) - RUN + 1)) if words)


class Part(NamedTuple):
    """A stretch of words that two texts share, or that only one has: "same", "added" or "left_out"."""

    words: str
    kind: str


def differences(first: str, second: str) -> list[Part]:
    """The second text in parts, with what it adds to the first and what it leaves out. Signs don't count."""
    old, new = first.split(), second.split()
    matcher = SequenceMatcher(None, [skeleton(w) for w in old], [skeleton(w) for w in new], autojunk=False)
    parts: list[Part] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        same = tag == "equal"
        if not same and old_to > old_from:
            parts.append(Part(" ".join(old[old_from:old_to]), "left_out"))
        if new_to > new_from:
            parts.append(Part(" ".join(new[new_from:new_to]), "same" if same else "added"))
    return parts
