"""Who is there for whom: stages of prevention by district and language, and where nobody is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product

from django.db.models import Count

from entente.audit.actors import Actor
from entente.people.models import Entry
from entente.people.queries.directory import areas
from entente.people.vocabulary import Prevention

RELIED_ON = (Entry.State.VERIFIED, Entry.State.DRAFT)


@dataclass(frozen=True)
class Gap:
    """At this stage nobody helps in this language in these districts; `areas` empty: nowhere in the city."""

    stage: str
    language: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How many organisations are there, by stage, district and language; and all districts by slug."""

    counts: Counter[tuple[str, str, str]]
    districts: dict[str, str]

    def number(self, stage: str, area: str, language: str) -> int:
        """How many help at this stage in this district in this language."""
        return self.counts[stage, area, language]

    def gaps(self, languages: list[str]) -> list[Gap]:
        """Where nobody is: first what is missing in the whole city."""
        found = []
        for stage in Prevention.values:
            for language in languages:
                missing = tuple(a for a in self.districts if not self.counts[stage, a, language])
                if missing:
                    is_everywhere = len(missing) == len(self.districts)
                    found.append(Gap(stage, language, () if is_everywhere else missing))
        return sorted(found, key=lambda gap: (bool(gap.areas), -len(gap.areas)))


def coverage(reader: Actor) -> Coverage:
    """What the entries say that can be relied on; stale ones cover nothing."""
    districts = {area.slug: str(area) for area in areas(reader)}
    rows = Entry.objects.visible_to(reader).filter(state__in=RELIED_ON)
    counts: Counter[tuple[str, str, str]] = Counter()
    # Many say the same: each way to say it is read once, with how many say it.
    said = rows.values_list("prevention", "areas", "languages").annotate(number=Count("pk")).order_by()
    for stages, places, languages, number in said:
        for stage, area, language in product(stages, places or districts, languages):
            counts[stage, area, language] += number
    return Coverage(counts, districts)
