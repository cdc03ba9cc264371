"""Who may do what in a dialogue. Each rule answers with a reason a person can read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.dialogue.models import Dialogue, Exclusion, HostedSession, Participant, PolisExport, Statement
from entente.dialogue.publication import LEAST
from entente.people.models import Member
from entente.records.models import ImportRun

State = Dialogue.State
LEAST_STATEMENTS = 3
TYPED_WITHIN = timedelta(days=14)  # after the end of a session
NAME_TAKEN = _("There already is a session or a batch of codes with this name. Choose another name.")
NOT_A_ROOM = _(
    "This is the code of a letter, for one person. A tablet is started with the code of a session."
)
UNKNOWN_SHEET = _("We don't find this sheet any more, so nothing was changed. Type it in as a new one.")
EXPORT_TAKEN_WITHIN = timedelta(days=1)
FEWEST_TO_EXPORT = 10
COORDINATES = _("You coordinate dialogues for the organisation that owns this one.")


def may_draft_dialogue(actor: Member, at: datetime) -> Decision:
    """Coordinators of any organisation."""
    if actor.actor_kind != "member" or actor.role != actor.Role.COORDINATOR:
        return refuse(_("Only coordinators start a dialogue."))
    return allow(_("You coordinate dialogues for your organisation."))


def _may_run(actor: Member, dialogue: Dialogue) -> Decision:
    if actor.actor_organisation_id != dialogue.owner_id:
        return refuse(_("Only the organisation that owns a dialogue runs it."))
    if actor.role != actor.Role.COORDINATOR:
        return refuse(_("Only coordinators run a dialogue."))
    return allow(COORDINATES)


def may_edit_dialogue(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """Its texts: while it is a draft. What the city says with the result: until the end."""
    return _may_run(actor, dialogue)


def may_reword_question(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """Not once people have answered it."""
    if dialogue.state != State.DRAFT:
        return refuse(_("The question can't be changed once people answer it."))
    return _may_run(actor, dialogue)


def may_open_dialogue(actor: Member, dialogue: Dialogue, statements: int, at: datetime) -> Decision:
    """From a draft with a question, a public policy and a few statements to begin with."""
    if dialogue.state != State.DRAFT:
        return refuse(_("Only a draft can be opened."))
    if not dialogue.policy.strip():
        return refuse(_("Publish first how statements are moderated: write the policy."))
    if statements < LEAST_STATEMENTS:
        return refuse(
            _("Add at least %(number)d statements, so that the first visitors have something to answer."),
            number=LEAST_STATEMENTS,
        )
    if dialogue.closes_at is not None and dialogue.closes_at <= at:
        return refuse(_("The closing date has passed. Choose a later one."))
    return _may_run(actor, dialogue)


def may_freeze_dialogue(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """While it is open."""
    if dialogue.state != State.OPEN:
        return refuse(_("Only an open dialogue can be paused."))
    return _may_run(actor, dialogue)


def may_unfreeze_dialogue(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """While it is paused."""
    if dialogue.state != State.FROZEN:
        return refuse(_("This dialogue is not paused."))
    return _may_run(actor, dialogue)


def may_close_dialogue(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """Once it has been open."""
    if dialogue.state not in {State.OPEN, State.FROZEN}:
        return refuse(_("Only an open or paused dialogue can be closed."))
    return _may_run(actor, dialogue)


def may_publish_outcome(actor: Member, dialogue: Dialogue, *, is_analysed: bool, at: datetime) -> Decision:
    """After closing, with the groups found and the limits said."""
    if dialogue.state != State.CLOSED:
        return refuse(_("Close the dialogue before you publish what was heard."))
    if not is_analysed:
        return refuse(_("The result is still being worked out. Try again in a minute."))
    if not dialogue.heard.strip() or not dialogue.limits.strip():
        return refuse(_("Say what you heard, and what the result can't tell, before you publish."))
    return _may_run(actor, dialogue)


def may_moderate_statement(actor: Member, dialogue: Dialogue, statement: Statement, at: datetime) -> Decision:
    """At any time; a decision can be changed, and each is logged with its reason."""
    return _may_run(actor, dialogue)


def may_try_without(actor: Member, dialogue: Dialogue, *, voices: int, others: int, at: datetime) -> Decision:
    """Ten voices at least, so that comparing with and without tells nothing about fewer people."""
    if dialogue.state == State.DRAFT:
        return refuse(_("Nobody has answered this dialogue yet."))
    if voices < LEAST:
        return refuse(_("Fewer than ten people came this way: one could tell what they answered."))
    if others < LEAST:
        return refuse(_("Without these voices, fewer than ten people would be left."))
    return _may_run(actor, dialogue)


def may_leave_out(
    actor: Member, dialogue: Dialogue, exclusion: Exclusion, *, is_compared: bool, reason: str, at: datetime
) -> Decision:
    """After having seen the result with and without them, and with a reason for everybody.

    A published result stays as it is until its next edition.
    """
    if exclusion.state != Exclusion.State.TRIED:
        return refuse(_("Somebody decided about these voices meanwhile."))
    if not is_compared:
        return refuse(_("The result without these voices is still being worked out. Try again in a minute."))
    if not reason.strip():
        return refuse(_("Say why these voices are left out. Everybody reads it."))
    return _may_run(actor, dialogue)


def may_count_again(actor: Member, dialogue: Dialogue, exclusion: Exclusion, at: datetime) -> Decision:
    """At any time."""
    if exclusion.state == Exclusion.State.LIFTED:
        return refuse(_("These voices are counted already."))
    return _may_run(actor, dialogue)


def may_make_codes(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """Until it closes."""
    if dialogue.state == State.CLOSED:
        return refuse(_("This dialogue is closed."))
    return _may_run(actor, dialogue)


def may_host_session(actor: Member, dialogue: Dialogue, at: datetime) -> Decision:
    """Until the dialogue closes; before it opens, to prepare."""
    if dialogue.state == State.CLOSED:
        return refuse(_("This dialogue is closed: nobody can answer in a session any more."))
    return _may_run(actor, dialogue)


def may_end_session(actor: Member, session: HostedSession, at: datetime) -> Decision:
    """Once."""
    if session.ended_at is not None:
        return refuse(_("This session has ended already."))
    if session.dialogue.state == State.CLOSED:
        return refuse(_("This dialogue is closed: nobody can answer in a session any more."))
    return _may_run(actor, session.dialogue)


def may_type_sheet(actor: Member, session: HostedSession, at: datetime) -> Decision:
    """While the dialogue is open: during the session, and for fourteen days after it."""
    dialogue = session.dialogue
    if dialogue.state != State.OPEN or (dialogue.closes_at is not None and dialogue.closes_at <= at):
        return refuse(_("Sheets are typed in while the dialogue is open. It is not open now."))
    if session.code_id is None:
        return refuse(_("The code of this session was made useless, so nothing can come in with it."))
    if session.ended_at is not None and session.ended_at + TYPED_WITHIN <= at:
        return refuse(
            _("Sheets are typed in within %(days)d days after the session. They are over."),
            days=TYPED_WITHIN.days,
        )
    return _may_run(actor, dialogue)


def may_take_part(dialogue: Dialogue, at: datetime) -> Decision:
    """Whether anybody may vote or write now."""
    if dialogue.state == State.FROZEN:
        return refuse(_("This dialogue is paused. Your earlier answers are kept."))
    if dialogue.state == State.CLOSED:
        return refuse(_("This dialogue is closed. Your earlier answers are counted."))
    if dialogue.state != State.OPEN:
        return refuse(_("This dialogue has not begun."))
    if dialogue.closes_at is not None and dialogue.closes_at <= at:
        return refuse(_("This dialogue is closed. Your earlier answers are counted."))
    return allow(_("This dialogue is open."))


def may_join_openly(dialogue: Dialogue, at: datetime) -> Decision:
    """Without a code, where the open web is welcome."""
    if not dialogue.is_open_web:
        return refuse(_("This dialogue is by invitation: enter the code from your letter or your session."))
    return may_take_part(dialogue, at)


def may_cast_vote(actor: Participant, dialogue: Dialogue, statement: Statement, at: datetime) -> Decision:
    """On accepted statements of a dialogue one takes part in."""
    if actor.dialogue_id != dialogue.pk or statement.dialogue_id != dialogue.pk:
        return refuse(_("This answer belongs to another dialogue."))
    if statement.state != Statement.State.ACCEPTED:
        return refuse(_("This statement can't be answered any more. Here is the next one."))
    return may_take_part(dialogue, at)


def may_add_statement(actor: Actor, dialogue: Dialogue, at: datetime) -> Decision:
    """The owner's coordinators until it closes; everybody who takes part while it is open."""
    if isinstance(actor, Participant):
        if actor.dialogue_id != dialogue.pk:
            return refuse(_("This answer belongs to another dialogue."))
        return may_take_part(dialogue, at)
    if dialogue.state == State.CLOSED:
        return refuse(_("This dialogue is closed."))
    if not isinstance(actor, Member):
        return refuse(_("This dialogue has not begun."))
    return _may_run(actor, dialogue)


def may_bring_in_import(actor: Member, run: ImportRun, at: datetime) -> Decision:
    """Once, after it was read without a problem."""
    if run.state != ImportRun.State.READY:
        return refuse(_("This file is not ready to be brought in."))
    return may_draft_dialogue(actor, at)


def may_resume_import(actor: Member, run: ImportRun, at: datetime) -> Decision:
    """After it was stopped by an error."""
    if run.state != ImportRun.State.STOPPED:
        return refuse(_("This import has not stopped."))
    return may_draft_dialogue(actor, at)


def may_export_votes(
    actor: Member, dialogue: Dialogue, *, people: int, is_waiting: bool, at: datetime
) -> Decision:
    """Once it is closed: two exports of a running dialogue would tell who answered in between."""
    if dialogue.state != State.CLOSED:
        return refuse(
            _(
                "All votes can be exported once the dialogue is closed: two exports of a running one "
                "would tell who answered in between."
            )
        )
    if people < FEWEST_TO_EXPORT:
        return refuse(
            _("Fewer than %(number)d people answered, so their votes are not exported."),
            number=FEWEST_TO_EXPORT,
        )
    if is_waiting:
        return refuse(_("An export is being made already. It is ready in a moment."))
    return _may_run(actor, dialogue)


def may_take_export(actor: Member, export: PolisExport, at: datetime) -> Decision:
    """For one day, once it is made."""
    if export.state != PolisExport.State.READY:
        return refuse(_("This export is not ready."))
    if export.asked_at + EXPORT_TAKEN_WITHIN <= at:
        return refuse(_("Exports are kept for one day, and this one is older. Ask for a new one."))
    return _may_run(actor, export.dialogue)


def may_compare_with_polis(actor: Member, dialogue: Dialogue, *, is_analysed: bool, at: datetime) -> Decision:
    """As soon as there is a result."""
    if not is_analysed:
        return refuse(_("There is no result yet that could be compared."))
    return _may_run(actor, dialogue)
