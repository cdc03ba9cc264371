"""A text as the directory looks for it: four languages and two scripts in one plain spelling.

Lower case without accents; Romanian with either diacritic; Arabic without article, conjunction, vowel signs
and lengthening, its variants of one letter as one. In the end everything is in ASCII: what a database counts
as a letter depends on its locale, and trigrams are made of letters.
"""

import unicodedata
from collections.abc import Iterable, Iterator

ONE_FORM = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "ى": "ي", "ئ": "ي", "ی": "ي",
        "ؤ": "و",
        "ة": "ه", "ہ": "ه", "ۀ": "ه",
        "ک": "ك", "گ": "ك",
        "ء": None, "ـ": None,  # hamza on the line, and the lengthening stroke
        "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
    }
)  # fmt: skip
# Arabic's letters, each as one or two of ASCII; only ever compared with each other.
IN_ASCII = str.maketrans(
    {
        "ا": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h7", "خ": "kh", "د": "d", "ذ": "dh",
        "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s7", "ض": "d7", "ط": "t7", "ظ": "z7", "ع": "e3",
        "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y",
        "پ": "p", "چ": "ch", "ژ": "zh",
    }
)  # fmt: skip
ARABIC = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژ")
# What stands before a word as one with it: "and the", "for the", "with the", "as the", "the".
BEFORE = ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")
SHORTEST = 2  # letters of a word that are left when something before it is taken away
ALONE = "و"  # "and" at the head of a word
LEFT_WITHOUT_AND = 4
MOST_WORDS = 400
APOSTROPHES = "'’`ʼ"
LONGEST_ELIDED = 2


def folded(text: str) -> str:
    """Lower case, without accents, vowel signs and lengthening; every letter in one form."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(ONE_FORM))
    kept = "".join(sign for sign in plain if not unicodedata.category(sign).startswith(("M", "Cf")))
    # Compatibility forms bring letters that have one form of their own; digits are digits in every script.
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in kept.casefold().translate(ONE_FORM))


def without_article(word: str) -> str:
    """An Arabic word without the article or the conjunction that is written as one with it."""
    if not word or word[0] not in ARABIC:
        return word
    for before in BEFORE:
        if word.startswith(before) and len(word) - len(before) >= SHORTEST:
            return word[len(before) :]
    if word.startswith(ALONE) and len(word) - 1 >= LEFT_WITHOUT_AND:
        return word[1:]
    return word


def _words(text: str) -> Iterator[str]:
    word, is_after_apostrophe = "", False
    for sign in f"{folded(text)} ":
        if sign.isalnum():
            word += sign
            continue
        if sign in APOSTROPHES:
            # An elided article is no part of the word: l'école, d'aide, qu'on. Nor is the "s" after one.
            if len(word) > LONGEST_ELIDED:
                yield word
            is_after_apostrophe = bool(word)
        else:
            if word and not (is_after_apostrophe and word == "s"):
                yield word
            is_after_apostrophe = False
        word = ""


def in_ascii(word: str) -> str:
    """A folded word in ASCII: other scripts than Latin and Arabic by the numbers of their letters."""
    return "".join(
        sign if sign.isascii() else f"u{ord(sign):x}" for sign in word.translate(IN_ASCII) if sign.isalnum()
    )


def searched(text: str) -> list[str]:
    """The words of a text as they are looked for, each once, in their order."""
    found = (in_ascii(without_article(word)) for word in _words(text))
    return list(dict.fromkeys(word for word in found if word))


def search_words(texts: Iterable[str]) -> str:
    """What is kept beside some texts to find them by."""
    return " ".join(list(dict.fromkeys(word for text in texts for word in searched(text)))[:MOST_WORDS])


def name_key(name: str) -> str:
    """One spelling for all ways to write one name: what two lists are compared by."""
    return " ".join(searched(name))
