"""Who has no legal basis for what: the clauses held against what each party stands on, told in sentences."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from entente.agreements.vocabulary import INTERIM, OFFENCE, SPECIAL, Category, Purpose

ORDINARY, SENSITIVE, OFFENCES, SECRECY = "ordinary", "special", "offence", "secrecy"
# What each basis is good for.
COVERS: dict[str, frozenset[str]] = {
    "gdpr_6_1_a": frozenset({ORDINARY}),
    "gdpr_6_1_c": frozenset({ORDINARY}),
    "gdpr_6_1_d": frozenset({ORDINARY}),
    "gdpr_6_1_e": frozenset({ORDINARY}),
    "gdpr_6_1_f": frozenset({ORDINARY}),
    "led_8": frozenset({ORDINARY, OFFENCES}),
    "gdpr_9_2_a": frozenset({SENSITIVE}),
    "gdpr_9_2_c": frozenset({SENSITIVE}),
    "gdpr_9_2_g": frozenset({SENSITIVE}),
    "gdpr_9_2_h": frozenset({SENSITIVE}),
    "gdpr_9_2_j": frozenset({SENSITIVE}),
    "led_10": frozenset({SENSITIVE}),
    "gdpr_10": frozenset({OFFENCES}),
    "secrecy_release": frozenset({SECRECY}),
    "secrecy_law": frozenset({SECRECY}),
    "secrecy_need": frozenset({SECRECY}),
}
# Kinds of organisation that are public authorities, and those the directive on law enforcement is for.
AUTHORITIES = frozenset({"municipality", "police", "prison_probation", "prosecution", "school", "oversight"})
ENFORCING = frozenset({"police", "prison_probation", "prosecution"})
GIVE, RECEIVE = "give", "receive"
SENTENCES: dict[tuple[str, str], Promise] = {
    (GIVE, ORDINARY): _(
        "For %(organisation)s, no legal basis is stated to give %(categories)s for the purpose “%(purpose)s”."
    ),
    (RECEIVE, ORDINARY): _(
        "For %(organisation)s, no legal basis is stated to receive %(categories)s"
        " for the purpose “%(purpose)s”."
    ),
    (GIVE, SENSITIVE): _(
        "For %(organisation)s, no condition for specially protected data is stated"
        " to give %(categories)s for the purpose “%(purpose)s”."
    ),
    (RECEIVE, SENSITIVE): _(
        "For %(organisation)s, no condition for specially protected data is stated"
        " to receive %(categories)s for the purpose “%(purpose)s”."
    ),
    (GIVE, OFFENCES): _(
        "For %(organisation)s, no authority for data on offences is stated"
        " to give %(categories)s for the purpose “%(purpose)s”."
    ),
    (RECEIVE, OFFENCES): _(
        "For %(organisation)s, no authority for data on offences is stated"
        " to receive %(categories)s for the purpose “%(purpose)s”."
    ),
    (GIVE, SECRECY): _(
        "For %(organisation)s, no permission to break professional secrecy is stated"
        " to give %(categories)s for the purpose “%(purpose)s”."
    ),
}


class Need(NamedTuple):
    """An organisation gives or receives one category for one purpose; `opens_secrecy` when a clause does."""

    organisation: uuid.UUID
    purpose: str
    category: str
    way: str
    opens_secrecy: bool


@dataclass(frozen=True)
class Gap:
    """What an organisation has no basis for."""

    organisation: uuid.UUID
    purpose: str
    way: str
    kind: str
    categories: tuple[str, ...]


def kinds_needed(need: Need) -> list[str]:
    """Which kinds of basis it takes. What is about nobody in particular takes none."""
    if need.category in INTERIM:
        return []
    kinds = [ORDINARY]
    if need.category in SPECIAL:
        kinds.append(SENSITIVE)
    if need.category in OFFENCE:
        kinds.append(OFFENCES)
    if need.opens_secrecy and need.way == GIVE:
        kinds.append(SECRECY)
    return kinds


def find_gaps(needs: Iterable[Need], stated: Mapping[tuple[uuid.UUID, str], Collection[str]]) -> list[Gap]:
    """Every gap, in the order of the lists; `stated` has the bases of an organisation for a purpose."""
    found: dict[tuple[uuid.UUID, str, str, str], set[str]] = {}
    for need in needs:
        bases = stated.get((need.organisation, need.purpose), ())
        covered = frozenset[str]().union(*(COVERS.get(basis, frozenset()) for basis in bases))
        for kind in kinds_needed(need):
            if kind not in covered:
                key = (need.organisation, need.purpose, need.way, kind)
                found.setdefault(key, set()).add(need.category)
    order = {value: place for place, value in enumerate(Category.values)}
    gaps = [Gap(*key, tuple(sorted(rows, key=lambda row: order[row]))) for key, rows in found.items()]
    return sorted(
        gaps, key=lambda gap: (str(gap.organisation), Purpose.values.index(gap.purpose), gap.kind, gap.way)
    )


def in_sentence(gap: Gap, organisation: object) -> str:
    """A gap in the reader's language."""
    quoted = [pgettext("one of several categories", "“%s”") % Category(row).label for row in gap.categories]
    categories = pgettext("between the members of a list", ", ").join(quoted)
    values = {"organisation": organisation, "categories": categories, "purpose": Purpose(gap.purpose).label}
    return str(SENTENCES[gap.way, gap.kind]) % values
