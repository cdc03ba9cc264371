"""How words are made comparable in four languages, for search."""

import re
import unicodedata

# Tatweel and the short vowels; alef, yeh and teh marbuta have forms people use interchangeably.
ARABIC_IGNORED = re.compile("[\u0640\u064b-\u0652\u0670]")
ARABIC_SAME = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"})
WITH_AND = re.compile(r"(^|\s)و(?=ال)")  # the conjunction is written together with the article


# In a search: the article, alone or behind "and", "in", "with", "like", "for"; three letters or more stay.
ARABIC_ARTICLE = re.compile(r"^(?:[وفبك]?ال|لل)(?=\w{3})")


def comparable(text: str) -> str:
    """Lower case, without accents or Arabic vowel marks, single spaces."""
    plain = ARABIC_IGNORED.sub("", unicodedata.normalize("NFKC", text)).translate(ARABIC_SAME)
    plain = WITH_AND.sub(r"\1", plain)
    stripped = "".join(
        c for c in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(c)
    )
    return " ".join(re.findall(r"[\w-]+", stripped))


def searched(text: str) -> list[str]:
    """The words somebody looks for; Arabic ones without their article, so that both forms are found."""
    return [ARABIC_ARTICLE.sub("", word) for word in comparable(text).split()]


def findable(text: str) -> str:
    """The words a text is found by: each as it stands, Arabic ones without their article as well."""
    return " ".join(dict.fromkeys([*comparable(text).split(), *searched(text)]))


def as_query(words: list[str]) -> str:
    """Every one of the words, or the beginning of one, in PostgreSQL's language of text queries."""
    return " & ".join(f"'{word}':*" for word in words)
