"""Named reads of dialogues, each limited to what the reader may see."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Ln, Random
from django.utils.translation import gettext

from entente.audit.actors import VISITOR, Actor, Credential, begin
from entente.dialogue.models import (
    Analysis,
    Dialogue,
    InviteCode,
    Outcome,
    Participant,
    Statement,
    Vote,
    VoteCount,
)
from entente.dialogue.opinion_groups import Votes as VoteArrays
from entente.dialogue.polis_csv import SENTENCES, Fault
from entente.dialogue.publication import LEAST, outcome, without
from entente.jobs.queue import is_on
from entente.people.models import Member
from entente.people.sign_in import NotProven, prove
from entente.records.models import ImportRun, Translation

HEAD_START = 10  # a new statement is shown as if it had this many votes
LIVE = 0
FEW = 50  # statements whose translations are fetched one by one; for more, all of a dialogue's are
# The job that works on an import in each state.
IMPORT_WORK = {
    ImportRun.State.READING: "dialogue.read_import",
    ImportRun.State.RUNNING: "dialogue.run_import",
}


def dialogues(reader: Member) -> QuerySet[Dialogue]:
    """The organisation's own dialogues, newest first."""
    own = Dialogue.objects.visible_to(reader).filter(owner_id=reader.organisation_id)
    return own.select_related("owner").order_by("-opened_at", "reference")


def waiting_counts(dialogue_ids: list[Any], reader: Member) -> dict[Any, int]:
    """How many statements wait to be read, by dialogue."""
    rows = Statement.objects.visible_to(reader).filter(
        dialogue_id__in=dialogue_ids, state=Statement.State.WAITING
    )
    return dict(rows.values_list("dialogue_id").annotate(n=Count("id")))


STATE_KINDS = {
    Dialogue.State.DRAFT: "draft",
    Dialogue.State.OPEN: "open",
    Dialogue.State.FROZEN: "due",
    Dialogue.State.CLOSED: "closed",
}


def turnouts(dialogue_ids: list[Any], reader: Actor) -> dict[Any, tuple[int, int]]:
    """People and votes so far, by dialogue; of imported ones, not counted by the hour, the analysis knows."""
    analysed = Analysis.objects.visible_to(reader).filter(dialogue_id__in=dialogue_ids)
    found = {
        key: (people, votes)
        for key, people, votes in analysed.values_list("dialogue_id", "participants", "votes")
    }
    counted = VoteCount.objects.visible_to(reader).filter(dialogue_id__in=dialogue_ids)
    rows = counted.values_list("dialogue_id").annotate(people=Sum("newcomers"), votes=Sum("votes"))
    return found | {key: (people, votes) for key, people, votes in rows}


def codes(dialogue: Dialogue, reader: Member) -> list[dict[str, Any]]:
    """Codes made and used, by batch; the codes themselves are kept nowhere."""
    rows = InviteCode.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    counted = rows.values("stratum", "batch", "area").annotate(
        number=Count("id"), used=Count("id", filter=Q(is_used=True)), made_on=models.Min("made_on")
    )
    return list(counted.order_by("made_on", "batch", "area"))


def statement_counts(dialogue: Dialogue, reader: Actor) -> dict[str, int]:
    """How many of its statements are in each state."""
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    return dict(rows.values_list("state").annotate(n=Count("id")))


def outcome_to_publish(dialogue: Dialogue, reader: Actor) -> dict[str, Any] | None:
    """The protected result as it would be published now; None before there is one."""
    analysis, before = newest_analysis(dialogue, reader), published_outcome(dialogue, reader)
    if analysis is None:
        return None
    found = analysis.result
    content = outcome(found, found["numbers"], found["took_part"], before.content if before else None)
    content = without(content, _accepted(dialogue, reader))
    is_told = analysis.participants >= LEAST
    told = {"participants": analysis.participants, "votes": analysis.votes}
    return content | (told if is_told else dict.fromkeys(told, 0))


def imports(reader: Member) -> QuerySet[ImportRun]:
    """Conversations the organisation brought in or tried to, newest first."""
    rows = ImportRun.objects.visible_to(reader).filter(kind="polis")
    return rows.select_related("record", "started_by__person").order_by("-started_at", "id")


@dataclass(frozen=True)
class Finding:
    """One thing noticed in the files of an import, in the reader's words."""

    file: str
    line: int | None
    sentence: str


def findings(kept: list[dict[str, Any]]) -> list[Finding]:
    """What an import run keeps of its problems or notices, as sentences of the moment's language."""
    return [_finding(**one) for one in kept]


def _finding(file: str, line: int | None, code: str, detail: dict[str, Any]) -> Finding:
    where: dict[str, Any] = {"file": file} if line is None else {"file": file, "line": line}
    return Finding(file, line, gettext(SENTENCES[Fault(code)]) % {**where, **detail})


def abandoned_imports(reader: Actor) -> list[uuid.UUID]:
    """Imports that should be read or written now, and that no job works on any more."""
    runs = ImportRun.objects.visible_to(reader).filter(kind="polis", state__in=IMPORT_WORK)
    return [run.id for run in runs if not is_on(IMPORT_WORK[ImportRun.State(run.state)], run=str(run.id))]


def public_dialogues(reader: Actor = VISITOR) -> QuerySet[Dialogue]:
    """What everybody may see, open ones first."""
    rows = Dialogue.objects.visible_to(VISITOR).select_related("owner")
    order = models.Case(models.When(state=Dialogue.State.OPEN, then=0), default=1)
    return rows.order_by(order, "-public_since", "reference")


def participant_with(token: str) -> Participant | None:
    """Whoever holds this token, with the credential to act; None when nobody does."""
    credential = Credential("participant", token)
    try:
        prove(credential)
    except NotProven:
        return None
    participant = Participant.objects.asking()
    participant.credential = credential
    return participant


def next_statement(dialogue: Dialogue, reader: Actor) -> Statement | None:
    """One that the reader has not answered, by lot; those with fewer votes come up more often.

    Weighted sampling after Efraimidis and Spirakis (2006): the smallest -ln(u)·(votes + head start) wins.
    """
    rows = Statement.objects.visible_to(reader).filter(
        dialogue_id=dialogue.pk, state=Statement.State.ACCEPTED
    )
    if isinstance(reader, Participant):
        answered = Vote.objects.visible_to(reader).filter(
            participant_id=reader.id, statement_id=OuterRef("pk")
        )
        rows = rows.filter(~Exists(answered))
    return rows.order_by(-Ln(1.0 - Random()) * (F("votes") + HEAD_START)).first()


def own_votes(dialogue: Dialogue, reader: Participant) -> dict[int, int]:
    """The reader's own answers: statement number → value."""
    rows = Vote.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, statement__number__isnull=False)
    return {int(number or 0): value for number, value in rows.values_list("statement__number", "value")}


def own_statements(dialogue: Dialogue, reader: Participant) -> QuerySet[Statement]:
    """What the reader wrote, with what became of it."""
    return Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, author_id=reader.id)


def statements(
    dialogue: Dialogue, reader: Actor, state: str = Statement.State.ACCEPTED
) -> QuerySet[Statement]:
    """A dialogue's statements in one state, in their order."""
    rows = Statement.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, state=state)
    return rows.order_by("number", "received_at", "id")


def turnout(dialogue: Dialogue, reader: Actor) -> dict[str, Any]:
    """Votes and newcomers so far, by stratum and by day."""
    rows = VoteCount.objects.visible_to(reader).filter(dialogue_id=dialogue.pk)
    by_stratum = list(
        rows.values("stratum").annotate(votes=Sum("votes"), people=Sum("newcomers")).order_by("stratum")
    )
    by_day = list(
        rows.values(day=models.functions.TruncDate("hour"))
        .annotate(votes=Sum("votes"), people=Sum("newcomers"))
        .order_by("day")
    )
    return {
        "votes": sum(row["votes"] for row in by_stratum),
        "people": sum(row["people"] for row in by_stratum),
        "by_stratum": by_stratum,
        "by_day": by_day,
    }


def newest_analysis(dialogue: Dialogue, reader: Actor) -> Analysis | None:
    """The latest groups found, for those who run the dialogue."""
    return Analysis.objects.visible_to(reader).filter(dialogue_id=dialogue.pk).order_by("-made_at").first()


def live_outcome(dialogue: Dialogue, reader: Actor) -> Outcome | None:
    """The coarse picture shown to voters while it runs."""
    return Outcome.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, number=LIVE).first()


def published_outcome(dialogue: Dialogue, reader: Actor) -> Outcome | None:
    """The newest published result."""
    rows = Outcome.objects.visible_to(reader).filter(dialogue_id=dialogue.pk, number__gt=LIVE)
    return rows.order_by("-number").first()


def still_told(told: Outcome, dialogue: Dialogue, reader: Actor) -> Outcome:
    """The outcome without the statements that were turned down since."""
    told.content = without(told.content, _accepted(dialogue, reader))
    return told


def _accepted(dialogue: Dialogue, reader: Actor) -> set[int]:
    numbers = statements(dialogue, reader).values_list("number", flat=True)
    return {number for number in numbers if number is not None}  # Polis counts from 0


@dataclass(frozen=True)
class Worded:
    """A text in the reader's language, with what it was written in."""

    text: str
    language: str
    original: str
    original_language: str
    is_checked: bool
    made_by: str

    @property
    def is_translated(self) -> bool:
        """Whether the reader sees a translation."""
        return self.language != self.original_language


def _worded(known: Translation | None, original: str, written_in: str, language: str) -> Worded:
    if known is None or not known.text or written_in == language or not original:
        return Worded(original, written_in, original, written_in, is_checked=True, made_by="")
    return Worded(known.text, language, original, written_in, bool(known.checked_by), known.made_by)


def wording(dialogue: Dialogue, rows: list[Statement], language: str, reader: Actor) -> dict[Any, Any]:
    """The dialogue's texts by field name and its statements' by id, in `language` where they exist in it."""
    translations = Translation.objects.visible_to(reader).filter(record_id=dialogue.pk, language=language)
    if len(rows) <= FEW:
        translations = translations.filter(about_id__in=[dialogue.pk, *(row.pk for row in rows)])
    found = {(known.about_id, known.field): known for known in translations}
    texts: dict[Any, Any] = {
        field: _worded(found.get((dialogue.pk, field)), getattr(dialogue, field), dialogue.language, language)
        for field in Dialogue.TRANSLATED
    }
    return texts | {
        row.pk: _worded(found.get((row.pk, "text")), row.text, row.language, language) for row in rows
    }


@dataclass(frozen=True)
class Loaded:
    """A dialogue's votes as arrays: `numbers` names the columns; `people` says how each row came in."""

    votes: VoteArrays
    numbers: list[int]
    people: list[tuple[str, str, str]]

    def took_part(self) -> dict[str, dict[str, int]]:
        """People by stratum, area and language."""
        named = ("stratum", "area", "language")
        return {name: dict(Counter(row[place] for row in self.people)) for place, name in enumerate(named)}


BINARY_ROW = np.dtype(
    [
        ("n", ">i2"),
        ("l1", ">i4"),
        ("row", ">i4"),
        ("l2", ">i4"),
        ("column", ">i4"),
        ("l3", ">i4"),
        ("value", ">i2"),
    ]
)
BINARY_HEADER, BINARY_TRAILER = 19, 2

VOTES_QUERY = """
copy (select p.place::int, s.place::int, v.value::smallint
  from dialogue_vote v
  join (select id, row_number() over (order by id) - 1 as place
          from dialogue_participant where dialogue_id = {dialogue}) p on p.id = v.participant_id
  join (select id, row_number() over (order by number) - 1 as place
          from dialogue_statement where dialogue_id = {dialogue} and state = 'accepted') s
    on s.id = v.statement_id
 where v.dialogue_id = {dialogue}) to stdout (format binary)"""


@contextmanager
def at_one_moment() -> Iterator[None]:
    """A transaction whose reads all see the same moment, though people join and vote meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
        yield


@transaction.atomic
def load_votes(dialogue: Dialogue, reader: Actor) -> Loaded:
    """Every vote on accepted statements, in PostgreSQL's binary form. Only jobs may read them.

    https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
    """
    begin(reader)
    people = Participant.objects.visible_to(reader).filter(dialogue_id=dialogue.pk).order_by("id")
    numbers = statements(dialogue, reader).values_list("number", flat=True)
    who = list(people.values_list("stratum", "area", "language"))
    columns = [int(number or 0) for number in numbers]
    sql = VOTES_QUERY.format(dialogue=f"'{dialogue.pk}'")
    with connection.cursor() as cursor:
        # The planner knows nothing yet of votes just imported: it would compare each with everybody.
        cursor.execute("set local enable_nestloop = off")
        with cursor.cursor.copy(sql) as copy:
            raw = b"".join(bytes(part) for part in copy)
        cursor.execute("set local enable_nestloop = on")
    rows = np.frombuffer(raw[BINARY_HEADER:-BINARY_TRAILER], dtype=BINARY_ROW)
    votes = VoteArrays.of(
        rows["row"].astype(np.int32),
        rows["column"].astype(np.int32),
        rows["value"].astype(np.int8),
        len(who),
        len(columns),
    )
    return Loaded(votes, columns, who)


def titles(rows: list[Dialogue], language: str, reader: Actor) -> dict[tuple[Any, str], Worded]:
    """Title and question of several dialogues in `language` where they exist in it, by (dialogue, field)."""
    fields = ("title", "question")
    translations = Translation.objects.visible_to(reader).filter(
        record_id__in=[row.pk for row in rows], language=language, field__in=fields
    )
    found = {(row.about_id, row.field): row for row in translations}
    return {
        (row.pk, field): _worded(found.get((row.pk, field)), getattr(row, field), row.language, language)
        for row in rows
        for field in fields
    }


def with_published_outcome(rows: list[Dialogue], reader: Actor) -> set[Any]:
    """The ids of those dialogues whose result is published."""
    known = Outcome.objects.visible_to(reader).filter(
        dialogue_id__in=[row.pk for row in rows], number__gt=LIVE
    )
    return set(known.values_list("dialogue_id", flat=True))


def dialogues_to_analyse(reader: Actor) -> list[uuid.UUID]:
    """Running dialogues with votes since their last analysis."""
    running = Dialogue.objects.visible_to(reader).filter(
        state__in=(Dialogue.State.OPEN, Dialogue.State.FROZEN)
    )
    counted = VoteCount.objects.visible_to(reader).filter(dialogue__in=running)
    votes = dict(counted.values_list("dialogue_id").annotate(n=Sum("votes")))
    # Changed answers are counted too, so the counts only ever grow past what was analysed.
    seen = Analysis.objects.visible_to(reader).filter(dialogue_id__in=votes)
    known = dict(seen.values_list("dialogue_id", "result__counted"))
    return [key for key, number in votes.items() if number != known.get(key)]
