"""Collect every text marked for translation in code and templates into the .po files of entente/locale.

Needs Babel and Django, not the GNU gettext programs. What is translated stays; what left the code goes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT / "entente"
LANGUAGES = ("fr", "ar", "ro")  # the texts themselves are English
CONTEXT = (1, "c")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "N_"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (CONTEXT, 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (CONTEXT, 2, 3)),
}
HEADER: dict[str, Any] = {
    "project": "Entente", "version": "1", "charset": "utf-8", "fuzzy": False,
    "msgid_bugs_address": "Entente", "last_translator": "Entente", "language_team": "Entente",
}  # fmt: skip
# Zero, one, two, few, many, other: the order translators know. Babel's own rule swaps the last two.
ARABIC_PLURALS = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)
STRING = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)")

Text = str | tuple[str, ...]


def collect() -> Catalog:
    """Every text of the product, with the files it stands in."""
    catalogue = Catalog(**HEADER)
    for file in sorted(PRODUCT.rglob("*.py")):
        if "migrations" not in file.parts:
            for _line, text, comments, context in extract_from_file(
                "python", file, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
            ):
                _add(catalogue, file, text, context, comments)
    for file in sorted([*PRODUCT.rglob("templates/**/*.html"), *PRODUCT.rglob("templates/**/*.txt")]):
        for text, context in texts_of_template(file.read_text(), str(file)):
            _add(catalogue, file, text, context, [])
    return catalogue


def texts_of_template(source: str, name: str) -> Iterator[tuple[Text, str | None]]:
    """Each text of one template with its context: a string, or singular and plural."""
    for call in CALL.finditer(templatize(source, origin=name)):
        keyword, literals = call.groups()
        texts = [ast.literal_eval(literal) for literal in re.findall(STRING, literals)]
        context = texts.pop(0) if "p" in keyword else None
        yield (tuple(texts[:2]) if keyword.startswith("n") else texts[0]), context


def _add(catalogue: Catalog, file: Path, text: Text, context: str | None, comments: list[str]) -> None:
    where = [(file.relative_to(ROOT).as_posix(), 0)]
    catalogue.add(text, locations=where, context=context, auto_comments=comments)


def renew(language: str, collected: Catalog) -> Path:
    """Bring the file of one language up to date and return it; new texts are left untranslated."""
    path = PRODUCT / "locale" / language / "LC_MESSAGES" / "django.po"
    if path.exists():
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
    else:
        path.parent.mkdir(parents=True)
        catalogue = Catalog(locale=language, header_comment="# Texts of Entente", **HEADER)
        if language == "ar":
            catalogue.mime_headers = [("Plural-Forms", ARABIC_PLURALS)]
    collected.creation_date = catalogue.creation_date  # the file changes only when a text does
    catalogue.update(collected, no_fuzzy_matching=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=100, include_lineno=False, ignore_obsolete=True, sort_by_file=True)
    return path


def main() -> None:
    """Renew all languages and say how much is left to translate."""
    for language in LANGUAGES:
        path = renew(language, collect())
        with path.open("rb") as source:
            messages = [message for message in read_po(source, locale=language) if message.id]
        left = sum(not _is_translated(message) for message in messages)
        print(f"{path.relative_to(ROOT)}: {len(messages)} texts, {left} not translated yet")


def _is_translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


if __name__ == "__main__":
    main()
