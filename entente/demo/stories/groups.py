"""The demo's story: the groups of Marenne, who sits there, and the charter that waits for two signatures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import Actor, Credential, acting
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import FIRST, Day, days_ago
from entente.partnership.charter_texts import shipped
from entente.partnership.models import Charter, Group, Place
from entente.partnership.queries.groups import own_place, places_of
from entente.partnership.services import charters, groups, places
from entente.people import services as people
from entente.people.models import Member, TaskForce

FIELDS = ("purpose", "scope", "out_of_scope", "communication")
OTHERS = ("fr", "ar", "ro")


def build(members: dict[str, Member], set_up: Actor) -> None:
    """Turn the task force into a group, and found the leadership group and the scrutiny board."""
    words = content("groups")
    who = {**members, "mira": _add_speaker(words["speaker"], members, set_up)}
    for row in words["groups"]:
        _build_group(row, who, set_up)


def _add_speaker(row: Words, members: dict[str, Member], set_up: Actor) -> Member:
    with days_ago(200):
        member = people.add_member(
            members[row["organisation"]].organisation,
            by=set_up,
            name=row["name"],
            email=row["email"],
            role=Member.Role.COORDINATOR,
            title=row["title"][FIRST],
            titles=row["title"],
            languages=row["languages"],
        )
    member.credential = Credential("member", str(member.pk))
    return member


def _build_group(row: Words, who: dict[str, Member], set_up: Actor) -> None:
    day = Day(row["days_ago"])
    keeper = who[row["keeper"]]
    with day.minute():
        group = _found(row, keeper, set_up)
    with day.minute():
        own = _own(group, keeper)
        places.edit_place(own, by=keeper, answers_for=row["answers_for"], may_commit=True)
    if "task_force" in row:
        with day.minute():
            places.name_representative(own, by=keeper, member=keeper)
    for place in row["places"]:
        _join(group, place, who, day, keeper)
    with day.minute():
        groups.activate_group(group, by=keeper)
    for slug in row["pledges"]:
        with day.minute():
            places.give_pledge(group, by=who[slug], words=shipped()["pledge"][FIRST], language=FIRST)
    if "charter" in row:
        _write_charters(group, row["charter"], who, keeper)


def _found(row: Words, keeper: Member, set_up: Actor) -> Group:
    told: dict[str, Any] = {
        "name": row["name"][FIRST],
        "names": row["name"],
        "kind": row["kind"],
        "language": FIRST,
        "review_on": clock.today() + timedelta(days=row["days_ago"] + row["review_in_days"]),
        "texts": {code: _texts(row, code) for code in OTHERS},
        **_texts(row, FIRST),
        **{field: row[field] for field in ("rhythm_days", "quorum", "decision_rule", "legal_basis")},
    }
    if "task_force" not in row:
        return groups.found_group(by=keeper, **told)
    with acting(set_up):
        force = TaskForce.objects.get(slug=row["task_force"])
    return groups.found_group(by=set_up, keeper=keeper.organisation, task_force=force, **told)


def _texts(row: Words, code: str) -> dict[str, Any]:
    """What a group says about itself in one language."""
    objectives = [objective[code] for objective in row["objectives"]]
    return {**{field: row[field][code] for field in FIELDS}, "objectives": objectives}


def _own(group: Group, keeper: Member) -> Place:
    with transaction.atomic():
        own = own_place(group, keeper)
    assert own is not None
    return own


def _join(group: Group, row: Words, who: dict[str, Member], day: Day, keeper: Member) -> None:
    speaker = who[row["by"]]
    with day.minute():
        place = places.invite_organisation(
            group, by=keeper, organisation=speaker.organisation, answers_for=row["answers_for"]
        )
    with day.minute():
        deputy = who[row["deputy"]] if "deputy" in row else None
        places.accept_place(
            place, by=speaker, representative=who[row["sits"]], deputy=deputy, may_commit=row["may_commit"]
        )


def _write_charters(group: Group, row: Words, who: dict[str, Member], keeper: Member) -> None:
    """A first version that everybody signed, and a second one on its way."""
    words = content("groups")
    with transaction.atomic():
        belong = {place.organisation_id for place in places_of(group, keeper)}
    heads = {
        member.organisation_id: member
        for member in who.values()
        if member.organisation_id in belong and member.role == Member.Role.COORDINATOR
    }
    first = _laid_open(group, Day(row["days_ago"]), keeper, words["heard"]["first"])
    day = Day(row["in_force_days_ago"])
    for member in heads.values():
        _sign(first, member, day, words)
    second = _laid_open(
        group, Day(row["next_days_ago"]), keeper, words["heard"]["second"], texts=_changes(words["changes"])
    )
    day, missing = Day(row["next_days_ago"] - 3), {who[slug].pk for slug in row["unsigned_next"]}
    for member in heads.values():
        if member.pk not in missing:
            _sign(second, member, day, words)


def _changes(words: Words) -> dict[str, dict[str, str]]:
    """What the second version says otherwise, each paragraph on a line of its own."""
    return {
        part: {code: "\n".join(row[code] for row in rows) for code in (FIRST, *OTHERS)}
        for part, rows in words.items()
    }


def _laid_open(group: Group, day: Day, keeper: Member, heard: str, texts: Words | None = None) -> Charter:
    with day.minute():
        charter = charters.draft_charter(group, by=keeper)
        if texts:
            charter = charters.edit_charter(charter, by=keeper, texts=texts)
    with day.minute():
        charters.consult_charter(charter, by=keeper, until=clock.today() + timedelta(days=14))
    with day.minute():
        return charters.open_charter(charter, by=keeper, heard=heard)


def _sign(charter: Charter, member: Member, day: Day, words: Words) -> None:
    is_reserved = member.organisation.slug == "new_page"
    with day.minute():
        charters.sign_charter(
            charter,
            by=member,
            text_hash=charter.text_hash,
            reservation=words["reservation"]["text"] if is_reserved else "",
        )
