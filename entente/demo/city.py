"""Marenne, built only through services, so that the demo can't show what the product would refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Credential, job
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import build_shared_matters, days_ago
from entente.demo.stories import build_stories
from entente.demo.voters import Voter, synthetic_votes
from entente.dialogue import services as dialogues
from entente.dialogue.models import Dialogue, HostedSession, Participant, Statement, Stratum
from entente.people import services as people
from entente.people.models import Member, Organisation

SET_UP = job("set-up", None)
FIRST = "en"  # the language a text is kept in; the others are its translations
DAILY = "Read new statements, every working day until it closes."


@dataclass
class City:
    """The cast by first name, and the dialogues by what they are about."""

    members: dict[str, Member]
    policing: Dialogue
    evenings: Dialogue
    riverside: Dialogue
    library: Dialogue


def build_city(say: Callable[[str], object] = lambda sentence: None) -> City:
    """Build the whole city in an empty database. The connection is the owner's."""
    say("  organisations and people")
    with days_ago(200):
        members = _build_cast()
    amina = members["amina"]
    say("  the dialogue about the scrutiny of policing, with 400 invented voters")
    policing = _build_policing(amina)
    say("  the Saint-Roch evenings, closed and published")
    evenings = _build_published(content("evenings"), amina)
    say("  the river bank in summer, closed and published, with 260 invented voters")
    riverside = _build_published(content("riverside"), amina)
    with days_ago(2):
        library = _draft(content("library"), amina)
    say("  agreements, and what is shared under them")
    build_shared_matters(members, SET_UP)
    say("  the partnership: its directory, groups, papers and means")
    build_stories(members, SET_UP)
    return City(members, policing, evenings, riverside, library)


def _build_cast() -> dict[str, Member]:
    for district in content("city")["districts"]:
        people.add_area(
            by=SET_UP, slug=district["slug"], name=district["name"][FIRST], names=district["name"]
        )
    cast = content("cast")
    organisations = {row["slug"]: _add_organisation(row) for row in cast["organisations"]}
    return {row["slug"]: _add_member(organisations[row["organisation"]], row) for row in cast["people"]}


def _add_organisation(row: Words) -> Organisation:
    return people.add_organisation(
        by=SET_UP, slug=row["slug"], name=row["name"][FIRST], names=row["name"], kind=row["kind"]
    )


def _add_member(organisation: Organisation, row: Words) -> Member:
    member = people.add_member(
        organisation,
        by=SET_UP,
        name=row["name"],
        email=row["email"],
        role=row["role"],
        title=row["title"][FIRST],
        titles=row["title"],
        languages=row["languages"],
    )
    people.open_account(member, by=SET_UP, language=row["preferred"])
    member.credential = Credential("member", str(member.id))
    return member


def _build_policing(amina: Member) -> Dialogue:
    words = content("dialogue")
    closes_at = clock.this_hour() + timedelta(days=words["closes_in_days"])
    with days_ago(words["opened_days_ago"]):
        draft = dialogues.edit_dialogue(_draft(words, amina), by=amina, closes_at=closes_at)
        dialogue = dialogues.open_dialogue(draft, by=amina, action=DAILY)
    participants = _let_vote(dialogue, words, amina, days=words["opened_days_ago"] - 0.5)
    for place, row in enumerate(words["rejected"]):
        statement = _add_resident_statement(dialogue, participants[place], row, days=3)
        with days_ago(2.6):
            dialogues.moderate_statement(
                statement,
                by=amina,
                state=Statement.State.REJECTED,
                reason=row["reason"],
                note=row["note"][FIRST],
            )
    for place, row in enumerate(words["waiting"]):
        _add_resident_statement(dialogue, participants[10 + place], row, days=1)
    _end_sessions(dialogue, words, amina)
    dialogues.analyse_dialogue(dialogue.pk, by=SET_UP)
    return dialogue


def _build_published(words: Words, amina: Member) -> Dialogue:
    with days_ago(words["opened_days_ago"]):
        dialogue = dialogues.open_dialogue(_draft(words, amina), by=amina)
    _let_vote(dialogue, words, amina, days=words["opened_days_ago"], until=words["closed_days_ago"])
    heard = words["what_we_heard"]
    texts = {
        code: {
            "heard": f"{heard['summary'][code]}\n\n{heard['took_part'][code]}",
            "missing": heard["missing"][code],
            "limits": heard["limits"][code],
            "next_steps": _lines(heard["next_steps"], code),
        }
        for code in words["languages"]
    }
    with days_ago(words["closed_days_ago"]):
        dialogue = dialogues.close_dialogue(dialogue, by=amina)
        dialogues.analyse_dialogue(dialogue.pk, by=SET_UP)
    with days_ago(words["published_days_ago"]):
        dialogue = dialogues.edit_dialogue(dialogue, by=amina, **texts[FIRST])
        _translate(dialogue, {code: text for code, text in texts.items() if code != FIRST}, amina)
        dialogues.publish_outcome(dialogue, by=amina)
    return dialogue


def _draft(words: Words, amina: Member) -> Dialogue:
    policy = words.get("policy") or content("dialogue")["policy"]
    texts = {
        code: {
            "title": words["title"][code],
            "question": words["question"][code],
            "background": _paragraphs(words["background"], code),
            "use_of_answers": f"{words['why'][code]}\n\n{words['what_happens'][code]}",
            "policy": _policy(policy, code),
        }
        for code in words["languages"]
    }
    dialogue = dialogues.draft_dialogue(
        by=amina, language=FIRST, languages=words["languages"], **texts[FIRST]
    )
    _translate(dialogue, {code: text for code, text in texts.items() if code != FIRST}, amina)
    for row in words["statements"]:
        statement = dialogues.add_statement(
            dialogue, by=amina, text=row["text"][row["origin"]], language=row["origin"]
        )
        _translate_statement(statement, row, amina)
    return dialogue


def _translate(dialogue: Dialogue, texts: dict[str, dict[str, str]], amina: Member) -> None:
    for code, fields in texts.items():
        dialogues.translate_dialogue(dialogue, by=amina, language=code, texts=fields, is_checked=True)


def _translate_statement(statement: Statement, row: Words, amina: Member) -> None:
    for code, text in row["text"].items():
        if code != row["origin"]:
            dialogues.translate_statement(statement, by=amina, language=code, text=text, is_checked=True)


def _add_resident_statement(dialogue: Dialogue, author: Participant, row: Words, days: float) -> Statement:
    with days_ago(days):
        return dialogues.add_statement(
            dialogue, by=author, text=row["text"][row["origin"]], language=row["origin"]
        )


def _let_vote(
    dialogue: Dialogue, words: Words, amina: Member, *, days: float, until: float = 0
) -> list[Participant]:
    """The invented voters come in through their own doors, spread over the days, and answer."""
    stands = np.array([row["stand"] for row in words["statements"]])
    voters = synthetic_votes(stands, **words["votes"])
    with transaction.atomic():
        rows = Statement.objects.visible_to(amina).filter(dialogue_id=dialogue.pk).order_by("number")
        ids = list(rows.values_list("pk", flat=True))
    with days_ago(days):
        codes = _codes(dialogue, voters, _plan_sessions(dialogue, words, amina), amina)
    participants = []
    for place, voter in enumerate(voters):
        # Many on the first days, fewer later.
        passed = (days - until) * (place / len(voters)) ** 2
        with days_ago(days - passed), transaction.atomic():
            participant = _come_in(dialogue, voter, codes)
            dialogues.answer_sheet({ids[row]: value for row, value in voter.answers.items()}, by=participant)
        participants.append(participant)
    return participants


def _plan_sessions(dialogue: Dialogue, words: Words, amina: Member) -> dict[str, HostedSession]:
    """The room that people of each district came to, by district."""
    rooms: dict[str, HostedSession] = {}
    for row in words.get("sessions", []):
        held_on = clock.today() + timedelta(days=row["held_after_days"])
        told = {name: row[name] for name in ("name", "place", "language")}
        session = dialogues.plan_session(dialogue, by=amina, held_on=held_on, **told)
        rooms |= dict.fromkeys(row["districts"], session)
    return rooms


def _end_sessions(dialogue: Dialogue, words: Words, amina: Member) -> None:
    """Some are over, in some one can still come in."""
    for row in words.get("sessions", []):
        if "ended_after_days" in row:
            with days_ago(words["opened_days_ago"] - row["ended_after_days"]), transaction.atomic():
                rows = HostedSession.objects.visible_to(amina).select_related("dialogue")
                dialogues.end_session(rows.get(dialogue_id=dialogue.pk, name=row["name"]), by=amina)


def _codes(
    dialogue: Dialogue, voters: list[Voter], rooms: dict[str, HostedSession], amina: Member
) -> dict[tuple[str, str], list[str]]:
    """A letter for each invited voter of a district, and the code of the room their neighbours came to."""
    wanted: dict[tuple[str, str], int] = {}
    for voter in voters:
        if voter.stratum != Stratum.OPEN:
            wanted[voter.stratum, voter.district] = wanted.get((voter.stratum, voter.district), 0) + 1
    return {
        (stratum, area): [rooms[area].room_code]
        if stratum == Stratum.HOSTED and area in rooms
        else dialogues.make_codes(
            dialogue, by=amina, stratum=stratum, number=number, area=area, batch=_batch(stratum, area)
        )
        for (stratum, area), number in sorted(wanted.items())
    }


def _batch(stratum: str, area: str) -> str:
    """What the codes for one district are called."""
    name = next(row["name"][FIRST] for row in content("city")["districts"] if row["slug"] == area)
    return f"Letters to {name}" if stratum == Stratum.LETTER else f"Evening in {name}"


def _come_in(dialogue: Dialogue, voter: Voter, codes: dict[tuple[str, str], list[str]]) -> Participant:
    if voter.stratum == Stratum.OPEN:
        return dialogues.join_dialogue(dialogue, language=voter.language)[0]
    mine = codes[voter.stratum, voter.district]
    code = mine[0] if voter.stratum == Stratum.HOSTED else mine.pop()
    return dialogues.redeem_code(dialogue, code=code, language=voter.language)[0]


def _paragraphs(texts: list[dict[str, str]], code: str) -> str:
    return "\n\n".join(text[code] for text in texts)


def _lines(texts: list[dict[str, str]], code: str) -> str:
    return "\n".join(f"- {text[code]}" for text in texts)


def _policy(policy: Words, code: str) -> str:
    rules = "\n".join(f"- {rule['title'][code]}. {rule['text'][code]}" for rule in policy["rules"])
    return f"{policy['intro'][code]}\n\n{rules}"
