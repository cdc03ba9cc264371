"""The demo's story: protocols that were adopted and exercised, and the strategy that is in force."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import days_ago
from entente.partnership.models import Objective, Passage, PlannedAction, Strategy
from entente.partnership.queries import strategy as queries
from entente.partnership.services import adoptions, protocols
from entente.partnership.services import strategy as strategies
from entente.partnership.services import strategy_parts as parts
from entente.people.models import Area, Member, Organisation
from entente.records.models import Record

FIRST, OTHERS = "en", ("fr", "ar", "ro")
# Who adopted which, so many days ago; the first of each keeps it.
ADOPTED = {
    "consultation": (300, ("amina", "sofia", "ioana", "radu"), "table", 190),
    "urgent_danger": (280, ("amina", "radu", "sofia", "ioana"), "drill", 90),
    "place_of_worship": (260, ("amina", "yusuf", "nadia"), "real", 15),
    "rumour": (200, ("amina",), "", 0),
}


def build(members: dict[str, Member], set_up: Actor) -> None:
    """Four protocols, then the strategy."""
    with transaction.atomic():
        _build_protocols(members)
        _build_strategy(members)


def _build_protocols(members: dict[str, Member]) -> None:
    words = content("strategy")
    for slug, (days, adopters, how, tried) in ADOPTED.items():
        keeper = members[adopters[0]]
        with days_ago(days):
            draft = protocols.draft_protocol(by=keeper, starting=slug, language=FIRST)
            made = protocols.bring_protocol_into_use(draft, by=keeper)
        for first_name in adopters:
            member = members[first_name]
            differs = (slug, first_name) == ("urgent_danger", "ioana")
            with days_ago(days - 20):
                adoptions.adopt_protocol(
                    made,
                    by=member,
                    deviations=words["deviation"]["what"][FIRST] if differs else "",
                    deviations_reason=words["deviation"]["why"][FIRST] if differs else "",
                )
        if how:
            with days_ago(tried):
                found = words["rehearsals"][slug][FIRST]
                adoptions.note_rehearsal(made, by=keeper, on=clock.today(), how=how, found=found)


def _build_strategy(members: dict[str, Member]) -> None:
    words, amina = content("strategy")["strategy"], members["amina"]
    today = clock.today()
    year = (today - timedelta(days=320)).year
    first, last = date(year, 1, 1), date(year + 2, 12, 31)
    titles = {code: text.format(first=first.year, last=last.year) for code, text in words["title"].items()}
    with days_ago(100):
        strategy = strategies.draft_strategy(by=amina, title=titles[FIRST], first_day=first, last_day=last)
        for code in OTHERS:
            strategy = strategies.edit_strategy(
                strategy, by=amina, language=code, title=titles[code], first_day=first, last_day=last
            )
        _write_passages(strategy, words, amina)
        _write_findings(strategy, words, amina, today)
        actions = _write_actions(strategy, words, amina, today)
    with days_ago(90):
        strategy = strategies.consult_on_strategy(
            strategy,
            by=amina,
            consulted_with=words["consulted_with"][FIRST],
            others=_others(words, "consulted_with"),
        )
    with days_ago(75):
        strategy = strategies.adopt_strategy(
            strategy,
            by=amina,
            adopted_on=clock.today(),
            adopted_by=words["adopted_by"][FIRST],
            reason=words["reason"][FIRST],
            others=_others(words, "adopted_by", "reason"),
        )
    with days_ago(70):
        strategies.bring_strategy_into_force(strategy, by=amina)
    for number, (row, action) in enumerate(actions):
        if "note" in row:
            with days_ago(40 - number):
                _note_progress(row, action, members)


def _others(words: Words, *names: str) -> dict[str, dict[str, str]]:
    return {code: {name: words[name][code] for name in names} for code in OTHERS}


def _write_passages(strategy: Strategy, words: Words, amina: Member) -> None:
    found = queries.whole(strategy, amina)
    for part, paragraphs in words["passages"].items():
        passage = found.passage(part)
        if passage is None:
            raise AssertionError(part)
        for code in (FIRST, *OTHERS):
            text = "\n\n".join(paragraph[code] for paragraph in paragraphs)
            passage = parts.edit_passage(passage, by=amina, language=code, text=text)
        if part == Passage.Part.NEED:
            _cite(passage, words["citation"], amina)


def _cite(passage: Passage, words: Words, amina: Member) -> None:
    """The published dialogue, by its reference, and a count that is no record."""
    title = content("evenings")["title"][FIRST]
    evenings = Record.objects.visible_to(amina).get(kind="dialogue", title=title)
    parts.cite(
        passage, by=amina, reference=evenings.reference, sentence=words["sentence"][FIRST], language=FIRST
    )
    parts.cite(passage, by=amina, source=words["free"][FIRST], source_on=clock.today(), language=FIRST)


def _write_findings(strategy: Strategy, words: Words, amina: Member, today: date) -> None:
    areas = {area.slug: area for area in Area.objects.all()}
    for row in words["findings"]:
        told = {code: {name: row[name][code] for name in ("text", "source")} for code in (FIRST, *OTHERS)}
        finding = parts.add_finding(
            strategy,
            by=amina,
            sort=row["sort"],
            area=areas[row["area"]],
            source_on=today - timedelta(days=row["days"]),
            **told[FIRST],
        )
        for code in OTHERS:
            finding = parts.edit_finding(finding, by=amina, language=code, **told[code])


def _write_objectives(strategy: Strategy, words: Words, amina: Member, today: date) -> list[Objective]:
    made = []
    for row in words["objectives"]:
        names = ("what", "measure", "baseline", "target")
        told = {code: {name: row[name][code] for name in names} for code in (FIRST, *OTHERS)}
        by_when = min(today + timedelta(days=row["day"]), strategy.last_day)
        objective = parts.add_objective(strategy, by=amina, by_when=by_when, **told[FIRST])
        for code in OTHERS:
            objective = parts.edit_objective(objective, by=amina, language=code, **told[code])
        made.append(objective)
    return made


def _write_actions(
    strategy: Strategy, words: Words, amina: Member, today: date
) -> list[tuple[dict[str, Any], PlannedAction]]:
    objectives = _write_objectives(strategy, words, amina, today)
    owners = {one.slug: one for one in Organisation.objects.all()}
    made = []
    for row in words["actions"]:
        days = (today + timedelta(days=row["from"]), today + timedelta(days=row["to"]))
        starts_on, ends_on = (min(max(day, strategy.first_day), strategy.last_day) for day in days)
        action = parts.add_strategy_action(
            objectives[row["objective"] - 1],
            by=amina,
            what=row["what"][FIRST],
            post=row["post"][FIRST],
            owner=owners[row["owner"]],
            starts_on=starts_on,
            ends_on=ends_on,
            budget=Decimal(row["budget"]),
            secured=Decimal(row["secured"]),
        )
        for code in OTHERS:
            action = parts.edit_strategy_action(
                action, by=amina, language=code, what=row["what"][code], post=row["post"][code]
            )
        made.append((row, action))
    return made


def _note_progress(row: dict[str, Any], action: PlannedAction, members: dict[str, Member]) -> None:
    """The organisation that owns an action says it, in four languages."""
    own = [one for one in members.values() if one.organisation_id == action.owner_id]
    note = row["note"]
    parts.note_progress(
        action,
        by=own[0],
        state=row["state"],
        note=note[FIRST],
        secured=Decimal(row["secured"]),
        language=FIRST,
        others={code: note[code] for code in OTHERS},
    )
