"""Every surface of the product against the oracle: a million decisions through lists, thousands one by one.

    python -m proof oracle [--seed 1] [--readers 250] [--records 1200] [--processes 2]

The oracle (tests/agreements/oracle.py) was written from docs/build/the-rule.md by somebody who did not write
the product. Staff pages are for members whose membership lasts: to nobody else they show anything.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from proof.surfaces import Sitting
    from tests.agreements.facts import Member, Thing, World

T = TypeVar("T")
EACH_ONE = 32  # of so many records each reader is shown one thing on each surface
LEAST_DECISIONS, LEAST_DECISIVE, LEAST_SHARE = 5_000, 1_000, 0.3
ALL_SETS = 1_000_000
SINGLES = (
    "record page", "error text", "note on the page", "API: record", "API: part", "file download",
    "still open", "mail",
)  # fmt: skip


class Mismatch(NamedTuple):
    """A surface that did not say what the oracle says."""

    surface: str
    reader: str
    thing: str
    shown: str
    verdict: str


@dataclass
class Tally:
    """What was decided, and by which conditions alone."""

    decisions: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    refusing: Counter[str] = field(default_factory=Counter)
    doors: Counter[int] = field(default_factory=Counter)
    mismatches: list[Mismatch] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Put another tally's numbers to these."""
        for name in ("decisions", "allowed", "refusing", "doors"):
            getattr(self, name).update(getattr(other, name))
        self.mismatches += other.mismatches


class Seen(NamedTuple):
    """What the oracle lets a reader see: one byte for each head and each part."""

    heads: bytes
    parts: bytes


class Proof:
    """The made-up world, its judge, and the two rounds: sets first, single things afterwards."""

    def __init__(self, world: World, url: str, seed: int) -> None:
        from tests.agreements.writing import written

        self.world, self.url, self.seed = world, url, seed
        self.records = written(world)
        self.numbers = {one.reference: number for number, one in enumerate(self.records)}
        self.place = {part.id: number for number, part in enumerate(world.parts)}

    # Round one

    def sets(self, number: int) -> tuple[Tally, Seen]:
        """One reader: all heads and parts judged, and every surface that shows many records."""
        member, _at = self.reader(number)
        tally = Tally()
        seen = self._judge_all(member, number, tally)
        expected = self._expected(member, number, seen)
        sitting = self._sitting(number)
        with sitting.moment():
            shown = sitting.sets() if sitting.is_let_in() else {}
        for surface, right in expected.items():
            wrong = right ^ shown.get(surface, set())
            tally.decisions[surface] += len(self.records)
            tally.allowed[surface] += len(right)
            for one in sorted(wrong):
                where = "a number that is another" if one < 0 else "shown" if one not in right else "hidden"
                tally.mismatches.append(
                    self._mismatch(surface, number, self.records[max(one, 0)].record, where)
                )
        return tally, seen

    def _judge_all(self, member: Member, number: int, tally: Tally) -> Seen:
        from tests.agreements.conditions import PART_ONLY
        from tests.agreements.oracle import judge

        _member, at = self.reader(number)
        flags = []
        for name, things in (("heads", self.world.records), ("parts", self.world.parts)):
            bits = bytearray()
            for thing in things:
                verdict, alone = judge(self.world, member, thing, at)
                bits.append(verdict.allowed)
                if verdict.door is not None and name == "heads":
                    tally.doors[verdict.door] += 1
                if not verdict.allowed:
                    tally.refusing.update(c for c in alone if (c in PART_ONLY) == (name == "parts"))
            flags.append(bytes(bits))
            tally.decisions[f"oracle: {name}"] += len(bits)
            tally.allowed[f"oracle: {name}"] += sum(bits)
        return Seen(*flags)

    def _expected(self, member: Member, number: int, seen: Seen) -> dict[str, set[int]]:
        """Search finds everything open; the others leave out what is merely public for the reader."""
        from proof.surfaces import SETS
        from tests.agreements.asking import asker, lasts_for

        _member, at = self.reader(number)
        if not lasts_for(member, at):
            return {surface: set() for surface in SETS}
        who = asker(self.world, member, at)
        mine = {who.actor_id, who.actor_organisation_id, *who.task_forces}
        everything = {place for place, is_open in enumerate(seen.heads) if is_open}
        concerning = {
            place
            for place in everything
            for record in [self.records[place].record]
            if record.owner == member.organisation
            or any({p.member, p.organisation, p.task_force} & mine for p in self._given(record.id))
        }
        return {surface: everything if surface == "search" else concerning for surface in SETS}

    def _given(self, record: uuid.UUID) -> Iterable[Any]:
        return self.world.participations_of(record)

    # Round two

    def singles(self, task: tuple[int, Seen]) -> Tally:
        """One reader: single things, half of them allowed where there are as many."""
        number, seen = task
        tally, sitting = Tally(), self._sitting(number)
        chosen = random.Random(f"{self.seed} {number}")
        if not self._is_member(number):
            return tally
        with sitting.moment():
            shown = self._some(chosen, number, seen, "note")
            for place in shown:
                self._ask_of_record(place, number, seen, sitting, tally)
            hidden = [place for place, flag in enumerate(seen.heads) if not flag and place not in shown]
            chosen.shuffle(hidden)
            for place in hidden[: EACH_ONE - tally.decisions["error text"]]:
                self._ask_of_page(place, number, seen, sitting, tally)
            for place in self._some(chosen, number, seen, "file"):
                self._ask_for_file(place, number, seen, sitting, tally)
        return tally

    def _some(self, chosen: random.Random, number: int, seen: Seen, kind: str) -> list[int]:
        """Records with a part of that kind: with one that is open, with only the head open, with neither."""
        groups: tuple[list[int], list[int], list[int]] = ([], [], [])
        for place, one in enumerate(self.records):
            parts = [part for part in self.world.parts_of(one.record.id) if part.kind == kind]
            if parts:
                open_part = any(seen.parts[self.place[part.id]] for part in parts)
                groups[0 if open_part else 1 if seen.heads[place] else 2].append(place)
        for group in groups:
            chosen.shuffle(group)
        third = EACH_ONE // 3
        first = groups[0][: EACH_ONE // 2] + groups[1][:third] + groups[2][:third]
        rest = groups[0][EACH_ONE // 2 :] + groups[1][third:] + groups[2][third:]
        return (first + rest)[:EACH_ONE]

    def _ask_of_record(self, place: int, number: int, seen: Seen, sitting: Sitting, tally: Tally) -> None:
        from proof.surfaces import shows_note

        one = self.records[place]
        is_open = self._is_open(number, seen.heads[place])
        parts = self.world.parts_of(one.record.id)
        opened = {part.id: self._is_open(number, seen.parts[self.place[part.id]]) for part in parts}

        def compare(surface: str, right: bool, shown: bool | None, thing: Thing) -> None:
            self._compare(surface, right, shown, thing, number, tally)

        said = self._ask_of_page(place, number, seen, sitting, tally)
        for part in (part for part in parts if part.kind == "note"):
            compare("note on the page", opened[part.id], shows_note(said, part), part)
        head, told = sitting.api(one, parts)
        compare("API: record", is_open, head, one.record)
        for part in parts:
            compare("API: part", opened[part.id], told[part.id], part)
        compare("still open", is_open, sitting.still_open(one), one.record)
        compare("mail", is_open, sitting.mail(one), one.record)

    def _ask_of_page(self, place: int, number: int, seen: Seen, sitting: Sitting, tally: Tally) -> bytes:
        """Whether the page is there; where it is not, whether it says the same as of what never was."""
        one, is_open = self.records[place], self._is_open(number, seen.heads[place])
        shown, said = sitting.page(one)
        self._compare("record page", is_open, shown, one.record, number, tally)
        if not is_open:
            tells = not sitting.says_nothing(one, said)
            self._compare("error text", False, tells, one.record, number, tally)
        return said

    def _ask_for_file(self, place: int, number: int, seen: Seen, sitting: Sitting, tally: Tally) -> None:
        one = self.records[place]
        for part in self.world.parts_of(one.record.id):
            if part.kind == "file":
                right = self._is_open(number, seen.parts[self.place[part.id]])
                self._compare("file download", right, sitting.file(one, part), part, number, tally)

    def _compare(
        self, surface: str, right: bool, shown: bool | None, thing: Thing, number: int, tally: Tally
    ) -> None:
        tally.decisions[surface] += 1
        tally.allowed[surface] += right
        if shown is not right:
            tally.mismatches.append(self._mismatch(surface, number, thing, str(shown)))

    def _mismatch(self, surface: str, number: int, thing: Thing, shown: str) -> Mismatch:
        from tests.agreements.oracle import may_read

        member, at = self.reader(number)
        verdict = may_read(self.world, member, thing, at)
        return Mismatch(surface, f"{member.id} at {at.isoformat()}", str(thing), shown, str(verdict))

    # Who asks

    def reader(self, number: int) -> tuple[Member, Any]:
        """The member of that number, and their moment."""
        reader, at = self.world.readers[number]
        return reader, at  # type: ignore[return-value]

    def _is_member(self, number: int) -> bool:
        from tests.agreements.asking import lasts_for

        return lasts_for(*self.reader(number))

    def _is_open(self, number: int, flag: int) -> bool:
        return bool(flag) and self._is_member(number)

    def _sitting(self, number: int) -> Sitting:
        from proof.surfaces import Sitting

        return Sitting(*self.reader(number), self.numbers)


def main(arguments: list[str]) -> int:
    """Run it; 1 when a surface says something else than the oracle, or when too little was asked."""
    parser = argparse.ArgumentParser(prog="python -m proof oracle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=250)
    parser.add_argument("--records", type=int, default=1200)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    from proof import made_up_city

    made_up_city.set_up()
    from tests.agreements.asking import as_kept
    from tests.agreements.worlds import make_world
    from tests.agreements.writing import write_world
    from tests.database import CLOCK_ROLE

    began = time.monotonic()
    made = make_world(
        given.seed, members=given.readers, records=given.records, categories=made_up_city.CATEGORIES
    )
    world = as_kept(made)
    with made_up_city.database_copy("oracle") as copy:
        write_world(made_up_city.url_for("entente_owner", copy), world, with_texts=True)
        url = made_up_city.url_for(CLOCK_ROLE, copy)
        _say(f"A world of {given.readers} readers and {given.records} records", began)
        tally = _ask(Proof(world, url, given.seed), given, began)
    named = sum(record.audience == "named" for record in world.records) / len(world.records)
    return _report(tally, named)


def _ask(proof: Proof, given: argparse.Namespace, began: float) -> Tally:
    tally, seen = Tally(), []
    for one, judged in _in_processes(proof, proof.sets, range(given.readers), given.processes):
        tally.add(one)
        seen.append(judged)
    _say(f"Lists, counts, searches, feeds and exports asked; mismatches: {len(tally.mismatches)}", began)
    for one in _in_processes(proof, proof.singles, list(enumerate(seen)), given.processes):
        tally.add(one)
    _say("Pages, parts, files, API and mails asked", began)
    return tally


def _in_processes(proof: Proof, ask: Callable[[Any], T], tasks: Iterable[Any], number: int) -> Iterable[T]:
    """Each answer in order, from processes that were forked off this one."""
    from django.db import connection

    from entente.keys.fields import keystore
    from proof import made_up_city, surfaces

    made_up_city.connect_django(proof.url)
    connection.close()
    keystore.cache_clear()
    surfaces.widen()
    _asked.append(ask)
    if not number:
        yield from map(ask, tasks)
        return
    with multiprocessing.get_context("fork").Pool(number) as pool:
        yield from pool.imap(_one, tasks)


# What a forked process finds as its parent left it: a world is too large to be sent.
_asked: list[Callable[[Any], Any]] = []


def _one(task: Any) -> Any:
    return _asked[-1](task)


def _say(what: str, began: float) -> None:
    sys.stdout.write(f"{time.monotonic() - began:6.0f} s  {what}.\n")
    sys.stdout.flush()


def _report(tally: Tally, named: float) -> int:
    from tests.agreements.conditions import CONDITIONS, NEVER_ALONE

    heads = tally.allowed["oracle: heads"] / tally.decisions["oracle: heads"]
    lines = [f"Allowed: {heads:.1%} of records; named persons: {named:.1%}", "By door: "]
    lines[-1] += ", ".join(f"{door}: {count}" for door, count in sorted(tally.doors.items()))
    short = [
        f"{name} {share:.1%}" for name, share in (("allowed", heads), ("named", named)) if share < LEAST_SHARE
    ]
    lines.append("Conditions that alone refused:")
    for name in CONDITIONS:
        count, is_asked = tally.refusing[name], name not in NEVER_ALONE
        lines.append(f"  {count:8}  {name}" + ("" if is_asked else " (never the only one)"))
        if is_asked and count < LEAST_DECISIVE:
            short.append(f"{name} {count}")
    lines.append("Decisions by surface (allowed):")
    from proof.surfaces import SETS

    lines += [f"  {tally.decisions[one]:8} ({tally.allowed[one]})  {one}" for one in (*SETS, *SINGLES)]
    total = sum(tally.decisions[surface] for surface in SETS)
    if total < ALL_SETS:
        short.append(f"decisions of sets {total}")
    short += [
        f"{surface} {tally.decisions[surface]}"
        for surface in SINGLES
        if tally.decisions[surface] < LEAST_DECISIONS
    ]
    lines += [f"Too few: {one}" for one in short]
    lines += [f"MISMATCH {' | '.join(one)}" for one in tally.mismatches[:50]]
    lines.append(f"{total} decisions of sets, mismatches: {len(tally.mismatches)}")
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(tally.mismatches or short))
