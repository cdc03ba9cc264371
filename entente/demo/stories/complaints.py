"""The demo's story: complaints and their answers."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from entente.audit import clock
from entente.audit.actors import VISITOR, Actor, acting, begin
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import days_ago
from entente.people.models import Member, Organisation
from entente.rights.models import Complaint
from entente.rights.services import complaints


def build(members: dict[str, Member], set_up: Actor) -> None:
    """One answered and published as learning, one being investigated, one that is late."""
    with acting(set_up):
        organisations = {one.slug: one for one in Organisation.objects.all()}
    for row in content("complaints")["complaints"]:
        _complain(row, members, organisations)


def _complain(row: Words, members: dict[str, Member], organisations: dict[str, Organisation]) -> None:
    by = members["elisabeth"]
    with days_ago(row["days"]), transaction.atomic():
        begin(VISITOR)
        told = {name: row[name] for name in ("about", "language", "what_happened", "asks_for")}
        complaint, _code = complaints.make_complaint(
            key=uuid.uuid4(), concerns=organisations[row["concerns"]], **told
        )
    for name, take in (
        ("acknowledged", complaints.acknowledge_complaint),
        ("investigated", complaints.investigate_complaint),
    ):
        if name in row:
            with days_ago(row[name]["days"]):
                take(complaint, by=by, text=row[name]["text"])
    if "question" in row:
        _ask(row["question"], complaint, members, organisations)
    if "answered" in row:
        with days_ago(row["answered"]["days"]):
            answer = {name: row["answered"][name] for name in ("outcome", "text")}
            complaints.answer_complaint(complaint, by=by, **answer)
        _put_right(row["remedy"], complaint, members, organisations)
        with days_ago(row["closed"]["days"]):
            end = {name: row["closed"][name] for name in ("text", "learning")}
            complaints.close_complaint(complaint, by=by, **end)


def _ask(
    row: Words, complaint: Complaint, members: dict[str, Member], organisations: dict[str, Organisation]
) -> None:
    with days_ago(row["days"]):
        question = complaints.ask_question(
            complaint, by=members["elisabeth"], to=organisations[row["to"]], text=row["text"]
        )
    if "answer" in row:
        with days_ago(row["answer_days"]):
            complaints.answer_question(question, by=members[row["answer_by"]], text=row["answer"])


def _put_right(
    row: Words, complaint: Complaint, members: dict[str, Member], organisations: dict[str, Organisation]
) -> None:
    with days_ago(row["days"]):
        remedy = complaints.add_remedy(
            complaint,
            by=members["elisabeth"],
            organisation=organisations[row["organisation"]],
            what=row["what"],
            due_on=clock.today() + timedelta(days=row["due"]),
        )
    with days_ago(row["done_days"]):
        complaints.complete_remedy(remedy, by=members[row["done_by"]], note=row["note"])
