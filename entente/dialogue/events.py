"""What happened to a dialogue, as sentences: one for each event its log can hold."""

from __future__ import annotations

import json
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from entente.audit.models import Event
from entente.dialogue.models import Dialogue, Statement, Stratum
from entente.records import events as records
from entente.ui.templatetags.ui import number

# `name:kind` where it matters who acted. The details fill the placeholders.
SENTENCES: dict[str, Promise | str] = {
    "dialogue.dialogue_drafted": _("%(who)s started this dialogue."),
    "dialogue.dialogue_edited": _("%(who)s changed its texts: %(changed)s."),
    "dialogue.dialogue_opened": _("%(who)s opened the dialogue to everybody."),
    "dialogue.dialogue_frozen": _("%(who)s paused the dialogue and said why: “%(reason)s”"),
    "dialogue.dialogue_unfrozen": _("%(who)s let people answer again."),
    "dialogue.dialogue_closed": _("%(who)s closed the dialogue. Codes that were left are forgotten."),
    "dialogue.dialogue_analysed": _(
        "The result was worked out. People: %(participants)s. Votes: %(votes)s. Groups: %(groups)s."
    ),
    "dialogue.answers_counted": _(
        "New answers were counted. People: %(participants)s. Votes: %(votes)s. Groups: %(groups)s."
    ),
    "dialogue.stability_drawn": _("It was tested whether parts of the people show the same groups."),
    "dialogue.exclusion_tried": _("%(who)s tried the result without some voices: %(stratum)s, %(batch)s."),
    "dialogue.exclusion_compared": _("The result with and without some voices was worked out."),
    "dialogue.trial_dropped": _("%(who)s dropped the trial without some voices: %(stratum)s, %(batch)s."),
    "dialogue.batch_left_out": _(
        "%(who)s left some voices out of the result: %(stratum)s, %(batch)s. The reason: “%(reason)s”"
    ),
    "dialogue.batch_counted_again": _("%(who)s let some voices count again: %(stratum)s, %(batch)s."),
    "dialogue.outcome_published": _("%(who)s published the result, edition %(number)s."),
    "dialogue.votes_counted": _("Votes that came in within one hour: %(votes)s."),
    "dialogue.statement_added": _("%(who)s added the statement “%(statement)s”"),
    "dialogue.statement_added:participant": _("A resident wrote the statement “%(statement)s”"),
    "dialogue.statement_accepted": _("%(who)s accepted the statement “%(statement)s”"),
    "dialogue.statement_rejected": _("%(who)s turned down the statement “%(statement)s” %(reason)s %(note)s"),
    "dialogue.statement_waiting": _(
        "%(who)s took back a decision: the statement “%(statement)s” waits to be read again."
    ),
    "dialogue.statements_wait": _(
        "The coordinators were reminded that statements have waited longer than a day: %(number)s."
    ),
    "dialogue.codes_made": _("%(who)s made codes. Number: %(number)s. For: %(stratum)s. Batch: “%(batch)s”."),
    "dialogue.codes_forgotten": _(
        "%(who)s made the codes of the batch “%(batch)s” useless. Number: %(number)s."
    ),
    "dialogue.session_planned": _("%(who)s prepared the session “%(session)s”."),
    "dialogue.session_ended": _("%(who)s ended the session “%(session)s”. Its code is useless now."),
    "dialogue.sheet_typed": _("%(who)s typed in a paper sheet of the session “%(session)s”."),
    "dialogue.sheet_corrected": _("%(who)s corrected a paper sheet of the session “%(session)s”."),
    "dialogue.conversation_brought_in": _(
        "%(who)s brought in this conversation. "
        "People: %(participants)s. Statements: %(statements)s. Votes: %(votes)s."
    ),
    "dialogue.import_started": _("%(who)s uploaded a conversation."),
    "dialogue.uploads_forgotten": _("Uploads that nobody brought in were forgotten."),
    "dialogue.import_read": _("The uploaded conversation was read."),
    "dialogue.import_finished": _("The import finished. Votes written: %(rows)s."),
    "dialogue.import_stopped": _("The import stopped after %(rows)s votes. What was written is kept."),
    "dialogue.import_resumed": _("%(who)s let the import go on."),
    "dialogue.polis_export_asked": _("%(who)s asked for all votes as a file and said why: “%(said)s”"),
    "dialogue.polis_export_made": _("The file with all votes was made."),
    "dialogue.polis_export_failed": _("The file with all votes could not be made."),
    "dialogue.polis_export_taken": _("%(who)s took a copy of the file with all votes."),
    "dialogue.polis_export_forgotten": _("A file with all votes was forgotten after a day."),
    "dialogue.polis_comparison_asked": _("%(who)s asked how Polis would see the groups."),
    "dialogue.polis_compared": _("The groups were laid beside those that Polis would show."),
    "dialogue.refused": _("%(who)s tried something that was refused."),
    **records.SENTENCES,
}
UNKNOWN = _("%(who)s did something that this page has no words for yet.")

FIELDS: dict[str, Promise | str] = {
    "title": _("title"),
    "question": _("question"),
    "language": _("language"),
    "languages": _("languages offered"),
    "background": _("background"),
    "use_of_answers": _("what happens with the answers"),
    "policy": _("how statements are moderated"),
    "is_open_web": _("who may take part"),
    "closes_at": _("closing date"),
    "state_reason": _("why it is paused"),
    "heard": _("what we heard"),
    "missing": _("who is missing"),
    "limits": _("what this can't tell"),
    "next_steps": _("what happens next"),
}
assert set(FIELDS) >= set(Dialogue.TRANSLATED)


def in_sentence(event: Event, statements: dict[Any, str]) -> str:
    """One event in the reader's language; `statements` are the texts of those it may be about, by id."""
    sentence = SENTENCES.get(f"{event.name}:{event.actor_kind}") or SENTENCES.get(event.name, UNKNOWN)
    return (str(sentence) % _Values(_in_words(event, statements))).strip()


def _in_words(event: Event, statements: dict[Any, str]) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(event.details) if event.details else {}
    counted = {name: number(value) for name, value in details.items() if type(value) is int}
    values = {"who": event.actor_name, "statement": statements.get(event.about_id, "…"), **details, **counted}
    if not details.get("batch", "-"):
        values["batch"] = "–"
    if "changed" in details:
        comma = pgettext("between the members of a list", ", ")
        values["changed"] = comma.join(str(FIELDS.get(name, name)) for name in details["changed"])
    if details.get("reason") in Statement.Reason:
        values["reason"] = str(Statement.Reason(details["reason"]).label)
    if details.get("note"):
        values["note"] = pgettext("what somebody wrote", "“%(said)s”") % {"said": details["note"]}
    if details.get("stratum") in Stratum:
        values["stratum"] = str(Stratum(details["stratum"]).label)
    return values


class _Values(dict[str, Any]):
    """Details that an older event did not keep are left out of its sentence."""

    def __missing__(self, key: str) -> str:
        return "…"
