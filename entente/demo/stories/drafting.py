"""The demo's story: the dossier of the protocol with the prison service, open for signature."""

from __future__ import annotations

from contextlib import ExitStack

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.audit.actors import Actor, acting
from entente.demo.content_words import Words, content
from entente.demo.shared_matters import days_ago
from entente.partnership.models import Basis, Dossier
from entente.partnership.queries import drafting as queries
from entente.partnership.services import drafting
from entente.people.models import Member

PURPOSE = "prepare_return"


def build(members: dict[str, Member], set_up: Actor) -> None:
    """Texts, legal bases with one gap, two opinions given and one waiting, the first signature."""
    words, amina = content("drafting"), members["amina"]
    days = words["days_ago"]
    with acting(amina):
        agreement = register.agreements(amina).get(kind=Agreement.Kind.PRISON)
    with days_ago(days["opened"]):
        dossier = drafting.open_dossier(
            agreement, by=amina, language=words["language"], contact=words["contact"]
        )
    with days_ago(days["written"]):
        dossier = _write(dossier, words, amina)
        stated = [(row, _state(agreement, row, members[row["by"]])) for row in words["bases"]]
    with days_ago(days["asked"]):
        drafting.ask_opinions(dossier, by=amina)
    for row in words["opinions"]:
        _advise(dossier, row, members[row["by"]])
    with days_ago(days["round"]):
        drafting.open_signature(dossier, by=amina)
    with days_ago(days["signed"]):
        agreements.sign_agreement(agreement, by=amina)
    for row, basis in stated:
        if "withdrawn" in row:
            with days_ago(days["withdrawn"]):
                drafting.withdraw_basis(basis, by=members[row["by"]], reason=row["withdrawn"])


def _write(dossier: Dossier, words: Words, by: Member) -> Dossier:
    """In the language it is written in first: its translations follow."""
    first = words["language"]
    codes = [first, *(code for code in words["texts"]["aim"] if code != first)]
    for code in codes:
        texts = {field: said[code] for field, said in words["texts"].items()}
        dossier = drafting.write_dossier(dossier, by=by, texts=texts, language=code)
    return dossier


def _state(agreement: Agreement, row: Words, by: Member) -> Basis:
    return drafting.state_basis(
        agreement,
        by=by,
        organisation=by.organisation,
        purpose=PURPOSE,
        basis=row["basis"],
        provision=row["provision"],
    )


def _advise(dossier: Dossier, row: Words, by: Member) -> None:
    with ExitStack() as then:
        then.enter_context(days_ago(row["days_ago"]))
        then.enter_context(acting(by))
        asked = queries.opinions_of(dossier.pk, by)
        opinion = next(one for one in asked if one.organisation_id == by.organisation_id)
        drafting.give_opinion(opinion, by=by, view=row["view"], reasons=row["reasons"])
