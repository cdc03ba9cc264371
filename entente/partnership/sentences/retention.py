"""What is kept about people, why and for how long: every table's own words in the reader's language."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from entente.agreements.second_wall import our_models
from entente.audit.tables import NO_PERSONAL_DATA, DataPolicy
from entente.partnership.content_words import content, spoken

# Every text that a table says about itself, so that a translator finds it; a test fails when one is missing.
TOLD: dict[str, Promise] = {
    "10 years": _("10 years"),
    "12 hours": _("12 hours"),
    "30 days": _("30 days"),
    "90 days": _("90 days"),
    "a calendar feed": _("a calendar feed"),
    "a hash of a code": _("a hash of a code"),
    "a hash of a code and the district it was sent to": _("a hash of a code and the district it was sent to"),
    "a judgement of an act": _("a judgement of an act"),
    "a keyed hash that changes daily": _("a keyed hash that changes daily"),
    "a question about what happened": _("a question about what happened"),
    "a sentence somebody wrote without a name": _("a sentence somebody wrote without a name"),
    "a task and who does it": _("a task and who does it"),
    "a title": _("a title"),
    "access": _("access"),
    "access and accountability": _("access and accountability"),
    "accountability": _("accountability"),
    "address and password hash": _("address and password hash"),
    "an address and a text": _("an address and a text"),
    "an entry that somebody vouches for": _("an entry that somebody vouches for"),
    "an honest record": _("an honest record"),
    "an opinion under a pseudonym": _("an opinion under a pseudonym"),
    "an uploaded file, sealed": _("an uploaded file, sealed"),
    "as its kind says": _("as its kind says"),
    "as long as the log": _("as long as the log"),
    "as the meeting": _("as the meeting"),
    "bringing in earlier work": _("bringing in earlier work"),
    "comparing with Polis": _("comparing with Polis"),
    "counting new answers without reading all of them": _("counting new answers without reading all of them"),
    "counts by group": _("counts by group"),
    "counts of ten and more": _("counts of ten and more"),
    "delivery and its proof": _("delivery and its proof"),
    "finding the record": _("finding the record"),
    "for good": _("for good"),
    "free text": _("free text"),
    "hearing what residents think": _("hearing what residents think"),
    "joint work": _("joint work"),
    "keeping promises": _("keeping promises"),
    "knowing that a signature binds": _("knowing that a signature binds"),
    "knowing what was adopted": _("knowing what was adopted"),
    "knowing what was agreed": _("knowing what was agreed"),
    "knowing what was agreed when": _("knowing what was agreed when"),
    "knowing what was promised": _("knowing what was promised"),
    "knowing who answers for it": _("knowing who answers for it"),
    "knowing who speaks for whom": _("knowing who speaks for whom"),
    "knowing whom to ask": _("knowing whom to ask"),
    "lending": _("lending"),
    "name, post, numbers at work and languages": _("name, post, numbers at work and languages"),
    "name, work address and languages": _("name, work address and languages"),
    "nobody overwrites another unseen": _("nobody overwrites another unseen"),
    "nothing changes quietly": _("nothing changes quietly"),
    "one day": _("one day"),
    "opinions under a pseudonym": _("opinions under a pseudonym"),
    "opinions under pseudonyms, without times": _("opinions under pseudonyms, without times"),
    "quorum and who knows what": _("quorum and who knows what"),
    "rate limits": _("rate limits"),
    "reaching each other": _("reaching each other"),
    "reaching the right person in time": _("reaching the right person in time"),
    "redress": _("redress"),
    "sign-in": _("sign-in"),
    "telling everybody once": _("telling everybody once"),
    "telling invited voices from open ones": _("telling invited voices from open ones"),
    "telling what was heard": _("telling what was heard"),
    "ten years after its end": _("ten years after its end"),
    "ten years after the agreement's end": _("ten years after the agreement's end"),
    "ten years after the end": _("ten years after the end"),
    "the address a question went to, and when it was answered": _(
        "the address a question went to, and when it was answered"
    ),
    "the dialogue": _("the dialogue"),
    "the dialogue's result": _("the dialogue's result"),
    "the hash of a secret address": _("the hash of a secret address"),
    "the name of who brings a point": _("the name of who brings a point"),
    "the right to know who looked": _("the right to know who looked"),
    "three years after it is closed": _("three years after it is closed"),
    "trust between those who sit there": _("trust between those who sit there"),
    "two years": _("two years"),
    "until the dialogue closes": _("until the dialogue closes"),
    "until the membership ends": _("until the membership ends"),
    "until the next count": _("until the next count"),
    "until twelve months after closing": _("until twelve months after closing"),
    "what a complaint is about, a hash of a code, no name": _(
        "what a complaint is about, a hash of a code, no name"
    ),
    "what happened to somebody, in their words": _("what happened to somebody, in their words"),
    "what is put right for somebody": _("what is put right for somebody"),
    "what was said about a complaint": _("what was said about a complaint"),
    "when somebody signed in": _("when somebody signed in"),
    "which organisation belongs to which group, and who represents it there": _(
        "which organisation belongs to which group, and who represents it there"
    ),
    "which organisation watches over the log, with which key": _(
        "which organisation watches over the log, with which key"
    ),
    "while a member": _("while a member"),
    "while a member, then one year": _("while a member, then one year"),
    "while a member, then ten years without the name": _("while a member, then ten years without the name"),
    "while in the post, then one year": _("while in the post, then one year"),
    "who acts for which organisation, in which role": _("who acts for which organisation, in which role"),
    "who answered in the last seconds, under a pseudonym": _(
        "who answered in the last seconds, under a pseudonym"
    ),
    "who asked for a room or an interpreter, when and what for": _(
        "who asked for a room or an interpreter, when and what for"
    ),
    "who bound their organisation": _("who bound their organisation"),
    "who came to a meeting": _("who came to a meeting"),
    "who changed a promise": _("who changed a promise"),
    "who corrected an entry": _("who corrected an entry"),
    "who decided to finance something, in which words": _("who decided to finance something, in which words"),
    "who did what, with the reason": _("who did what, with the reason"),
    "who disagreed with a decision and why": _("who disagreed with a decision and why"),
    "who entered what was spent": _("who entered what was spent"),
    "who gave an opinion": _("who gave an opinion"),
    "who looked, and for what": _("who looked, and for what"),
    "who may sign for which organisation": _("who may sign for which organisation"),
    "who promised confidentiality in which group, and when": _(
        "who promised confidentiality in which group, and when"
    ),
    "who promised what to a group": _("who promised what to a group"),
    "who proposed a decision": _("who proposed a decision"),
    "who signed": _("who signed"),
    "who signed for which organisation, when, and with what reservation": _(
        "who signed for which organisation, when, and with what reservation"
    ),
    "who sits in which task force": _("who sits in which task force"),
    "who was invited": _("who was invited"),
    "who was invited when": _("who was invited when"),
    "who wrote a version": _("who wrote a version"),
    "who wrote minutes": _("who wrote minutes"),
    "with its record": _("with its record"),
    "with the decision": _("with the decision"),
    "with the dialogue": _("with the dialogue"),
    "with the entry": _("with the entry"),
    "with the group's papers": _("with the group's papers"),
    "with the membership": _("with the membership"),
}


def policies() -> dict[DataPolicy, int]:
    """What tables hold about people, each policy once, and how many tables say it."""
    found: dict[DataPolicy, int] = {}
    for model in our_models():
        policy: DataPolicy = model.data_policy  # type: ignore[attr-defined]
        found[policy] = found.get(policy, 0) + 1
    return found


def kept() -> list[dict[str, str]]:
    """What the tables of this installation hold about people: what, why, for how long."""
    rows = [
        {
            "holds": capfirst(str(TOLD.get(policy.holds, policy.holds))),
            "purpose": capfirst(str(TOLD.get(policy.purpose, policy.purpose))),
            "keep": capfirst(str(TOLD.get(policy.keep, policy.keep))),
        }
        for policy in policies()
        if policy != NO_PERSONAL_DATA
    ]
    return sorted(rows, key=lambda row: row["holds"])


def without_people() -> int:
    """How many tables hold nothing about a person."""
    return policies().get(NO_PERSONAL_DATA, 0)


def defaults() -> list[dict[str, str]]:
    """For how long the records of the work are kept, as shipped."""
    words = content("retention")
    return [_row(row, words["terms"]) for row in words["rows"]]


def _row(row: dict[str, Any], terms: dict[str, dict[str, str]]) -> dict[str, str]:
    told = [spoken(terms[name]) for name in row["terms"]]
    if "from" in row:
        told = [spoken(row["from"]), *told]
    since, adult, child, remains = map(capfirst, told)
    return {"what": spoken(row["what"]), "from": since, "adult": adult, "child": child, "remains": remains}


def table_hash() -> str:
    """What stands behind an officer's word: the whole table, whatever the language."""
    held = sorted([policy.holds, policy.purpose, policy.keep] for policy in policies())
    told = json.dumps([held, content("retention")], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
