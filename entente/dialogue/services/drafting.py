"""Starts a dialogue and writes its texts and statements."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, Refused, refuse
from entente.audit.services import log
from entente.dialogue import rules
from entente.dialogue.models import Dialogue, Participant, Statement
from entente.dialogue.similarity import likeness
from entente.people.models import Member
from entente.records import services as records
from entente.records.models import Translation
from entente.records.references import new_reference
from entente.records.typed_text import tidy

CATEGORY = "engagement"
WORDING = ("question", "language")
STANDS = _("Somebody has said this already: it is statement %(number)s, and you can answer it.")
WAITS = _("Somebody has said this already. It waits to be read; once it is accepted, you can answer it.")
WAS_TURNED_DOWN = _(
    "You sent this before, and it was not accepted. The reason stands below; you can put it differently."
)


def locked(dialogue: Dialogue, by: Actor) -> Dialogue:
    """The dialogue, held until the transaction ends; whoever only reads it gets it for the rule to refuse.

    Those who vote meanwhile are not held up.
    """
    rows = Dialogue.objects.visible_to(by)
    return rows.select_for_update(of=("self",), no_key=True).filter(pk=dialogue.pk).first() or rows.get(
        pk=dialogue.pk
    )


def index_dialogue(dialogue: Dialogue, *, by: Actor) -> None:
    """Let search find it by title and question, in every language they exist in."""
    texts = {dialogue.language: f"{dialogue.title} {dialogue.question}"}
    rows = Translation.objects.visible_to(by).filter(about_id=dialogue.pk, field__in=("title", "question"))
    for row in rows:
        texts[row.language] = f"{texts.get(row.language, '')} {row.text}"
    records.index_words(dialogue, by=by, texts=texts)


@transaction.atomic
def draft_dialogue(
    *,
    by: Member,
    title: str,
    question: str,
    language: str,
    languages: list[str],
    background: str = "",
    use_of_answers: str = "",
    policy: str = "",
    is_open_web: bool = True,
    closes_at: datetime | None = None,
) -> Dialogue:
    """Start a dialogue as a draft that only one's own organisation sees."""
    decision = rules.may_draft_dialogue(by, clock.now()).require()
    dialogue = Dialogue(
        kind="dialogue",
        reference=new_reference("DLG"),
        owner_id=by.organisation_id,
        category=CATEGORY,
        title=title,
        question=question,
        language=language,
        languages=sorted({language, *languages}),
        background=background,
        use_of_answers=use_of_answers,
        policy=policy,
        is_open_web=is_open_web,
        closes_at=closes_at,
    )
    log("dialogue.dialogue_drafted", by=by, about=dialogue, decision=decision)
    dialogue.save(force_insert=True)
    index_dialogue(dialogue, by=by)
    return dialogue


@transaction.atomic
def edit_dialogue(dialogue: Dialogue, *, by: Member, **texts: Any) -> Dialogue:
    """Change its texts and dates; the question only while it is a draft."""
    dialogue = locked(dialogue, by)
    changed = sorted(name for name, value in texts.items() if getattr(dialogue, name) != value)
    reworded = set(changed) & set(WORDING)
    rule = rules.may_reword_question if reworded else rules.may_edit_dialogue
    decision = rule(by, dialogue, clock.now()).require()
    for name in changed:
        setattr(dialogue, name, texts[name])
    if changed:
        dialogue.save(update_fields=changed)
        log(
            "dialogue.dialogue_edited", by=by, about=dialogue, decision=decision, details={"changed": changed}
        )
        index_dialogue(dialogue, by=by)
    return dialogue


@transaction.atomic
def translate_dialogue(
    dialogue: Dialogue, *, by: Member, language: str, texts: dict[str, str], is_checked: bool = False
) -> None:
    """Write a dialogue's texts in another language."""
    for field, text in texts.items():
        _translate(dialogue, dialogue.pk, field, language, text, is_checked, by)
    index_dialogue(dialogue, by=by)


@transaction.atomic
def translate_statement(
    statement: Statement, *, by: Member, language: str, text: str, is_checked: bool = False
) -> None:
    """Write a statement in another language; the original stays one click away."""
    dialogue = Dialogue.objects.visible_to(by).get(pk=statement.dialogue_id)
    _translate(dialogue, statement.pk, "text", language, tidy(text), is_checked, by)


def _translate(
    dialogue: Dialogue,
    about_id: uuid.UUID,
    field: str,
    language: str,
    text: str,
    is_checked: bool,
    by: Member,
) -> None:
    rules.may_edit_dialogue(by, dialogue, clock.now()).require()
    records.write_translation(
        dialogue, by=by, about_id=about_id, field=field, language=language, text=text, is_checked=is_checked
    )


def next_number(dialogue: Dialogue, *, by: Actor) -> int:
    """The number the next accepted statement gets. The caller holds the dialogue."""
    top = Statement.objects.visible_to(by).filter(dialogue_id=dialogue.pk).aggregate(top=Max("number"))["top"]
    return (top or 0) + 1


class AlreadySaid(Refused):
    """Somebody said the same before; `number` is the statement to answer instead, if there is one."""

    def __init__(self, decision: Decision, number: int | None = None) -> None:
        super().__init__(decision)
        self.number = number


@transaction.atomic
def add_statement(dialogue: Dialogue, *, by: Actor, text: str, language: str) -> Statement:
    """Add a statement. The city's are accepted at once, a resident's waits until somebody has read it.

    Raises AlreadySaid when it is a resident's and says, letter for letter, what stands there or waits.
    """
    if isinstance(by, Participant):
        dialogue = Dialogue.objects.visible_to(by).get(pk=dialogue.pk)
    else:
        dialogue = locked(dialogue, by)
    decision = rules.may_add_statement(by, dialogue, clock.now()).require()
    statement = Statement(dialogue=dialogue, text=tidy(text), language=language)
    statement.likeness = likeness(statement.text)
    if isinstance(by, Participant):
        return _said_before(statement, by) or _handed_in(statement, decision, by)
    statement.origin, statement.state = Statement.Origin.CITY, Statement.State.ACCEPTED
    statement.decided_by = by.actor_name
    statement.number = next_number(dialogue, by=by)
    log("dialogue.statement_added", by=by, about=statement, decision=decision)
    statement.save(force_insert=True)
    return statement


def _said_before(statement: Statement, by: Participant) -> Statement | None:
    """The same statement as this person handed in earlier, if it waits. Raises AlreadySaid."""
    rows = Statement.objects.visible_to(by).filter(dialogue_id=statement.dialogue_id)
    same = list(rows.filter(Q(likeness=statement.likeness) | Q(text=statement.text)).order_by("number"))
    by_state = {row.state: row for row in reversed(same)}
    if found := by_state.get(Statement.State.ACCEPTED):
        raise AlreadySaid(refuse(STANDS, number=found.number), found.number)
    if found := by_state.get(Statement.State.REJECTED):
        raise AlreadySaid(refuse(WAS_TURNED_DOWN))
    return by_state.get(Statement.State.WAITING)


def _handed_in(statement: Statement, decision: Decision, by: Participant) -> Statement:
    """Keep it, unless the same waits already: what others wrote is not for this person to read."""
    statement.origin, statement.author_id = Statement.Origin.RESIDENT, by.id
    try:
        with transaction.atomic():
            log("dialogue.statement_added", by=by, about=statement, decision=decision)
            statement.save(force_insert=True)
    except IntegrityError as error:
        if "dialogue_waits_once" not in str(error):
            raise
        raise AlreadySaid(refuse(WAITS)) from None
    return statement
