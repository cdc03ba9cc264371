"""Drafts agreements from templates, writes their dossiers, asks for opinions, opens the signature round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.change_rules import Cell, Signs
from entente.agreements.models import Agreement
from entente.agreements.rules import in_english
from entente.agreements.vocabulary import Purpose
from entente.audit import clock
from entente.audit.decisions import source_of
from entente.audit.services import log
from entente.partnership.models import Basis, Dossier, DossierVersion, LegalBasis, Opinion
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.rules import drafting as rules
from entente.people.models import Member, Organisation

YEAR = timedelta(days=365)


@transaction.atomic
def draft_from_template(
    template: str,
    *,
    by: Member,
    title: str,
    titles: dict[str, str] | None = None,
    language: str = "en",
    parties: Sequence[Organisation] = (),
    contact: str = "",
) -> Agreement:
    """Begin an agreement of one's own organisation with others: clauses and texts from a template.

    `template` is one of the keys in content/agreement_templates.yaml; one's own organisation is always a
    party. Raises Refused, KeyError.
    """
    kind = templates.template_of(template)["kind"]
    agreement = agreements.draft_agreement(by=by, title=title, kind=kind, titles=titles)
    others = {row.pk: row for row in parties if row.pk != by.organisation_id}
    together = [by.organisation, *others.values()]
    for organisation in together:
        agreements.add_party(agreement, by=by, organisation=organisation)
    agreements.set_clauses(agreement, by=by, wanted=templates.starting_cells(template, together))
    open_dossier(agreement, by=by, template=template, language=language, contact=contact)
    return agreement


@transaction.atomic
def open_dossier(
    agreement: Agreement, *, by: Member, template: str = "", language: str = "en", contact: str = ""
) -> Dossier:
    """Begin the dossier of an agreement nobody has signed, with a template's texts. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    has_one = queries.dossiers(by).filter(pk=agreement.pk).exists()
    decision = rules.may_open_dossier(by, agreement, parties, has_one=has_one, at=clock.now()).require()
    template = template or templates.template_for_kind(agreement.kind)
    used = queries.used_purposes(agreement.pk, by)
    dossier = Dossier(
        agreement=agreement,
        template=template,
        language=language,
        texts=templates.texts_of(template),
        excluded_purposes=[row for row in templates.template_of(template)["excluded"] if row not in used],
        contact=contact,
        review_on=clock.today() + YEAR,
    )
    log("partnership.dossier_opened", by=by, about=dossier, decision=decision, details={"template": template})
    dossier.save(force_insert=True)
    _keep_version(dossier, by)
    return dossier


def _keep_version(dossier: Dossier, by: Member) -> None:
    texts = {
        **dossier.texts,
        "": {"contact": dossier.contact, "excluded": dossier.excluded_purposes, "language": dossier.language},
    }
    kept = DossierVersion(agreement_id=dossier.pk, number=dossier.version, texts=texts, written_by=by)
    kept.written_at = clock.now()
    kept.save(force_insert=True)


def locked(agreement: Agreement, by: Member) -> Dossier:
    """The dossier as it is now; until the transaction ends nobody else changes it."""
    held = register.held(agreement, by)
    dossier = queries.dossiers(by).get(pk=held.pk)
    dossier.agreement = held
    return dossier


@transaction.atomic
def write_dossier(
    dossier: Dossier,
    *,
    by: Member,
    texts: Mapping[str, str],
    language: str = "",
    contact: str | None = None,
    review_on: date | None = None,
    excluded_purposes: list[str] | None = None,
    version_read: int = 0,
) -> Dossier:
    """Write the texts in one language, and with the first one the rest; the version before is kept.

    A text that changes in the language it was written in drops its translations: they said something else.
    Raises Refused.
    """
    dossier = locked(dossier.agreement, by)
    parties = register.parties_of([dossier.pk], by)
    decision = rules.may_write_dossier(by, dossier, parties, clock.now()).require()
    rules.has_read(dossier, version_read or dossier.version).require()
    excluded = dossier.excluded_purposes if excluded_purposes is None else excluded_purposes
    rules.may_exclude(excluded, queries.used_purposes(dossier.pk, by)).require()
    changed = _write_texts(dossier, texts, language or dossier.language)
    dossier.excluded_purposes = excluded
    dossier.contact = dossier.contact if contact is None else contact
    dossier.review_on = review_on or dossier.review_on
    dossier.version += 1
    dossier.save()
    _keep_version(dossier, by)
    details = {"version": dossier.version, "language": language or dossier.language, "fields": changed}
    log("partnership.dossier_written", by=by, about=dossier, decision=decision, details=details)
    return dossier


def _write_texts(dossier: Dossier, texts: Mapping[str, str], language: str) -> list[str]:
    said = dossier.texts.setdefault(language, {})
    changed = [name for name in Dossier.FIELDS if name in texts and texts[name] != said.get(name, "")]
    for name in changed:
        said[name] = texts[name]
        if language == dossier.language:
            for code, others in dossier.texts.items():
                if code != language:
                    others.pop(name, None)
    return changed


@transaction.atomic
def set_matrix(
    dossier: Dossier,
    *,
    by: Member,
    wanted: Mapping[Cell, Signs | None],
    seen: Mapping[Cell, Signs | None] | None = None,
) -> int:
    """Tick, mark and clear cells of a draft's matrix. Raises Refused, ChangedMeanwhile."""
    dossier = locked(dossier.agreement, by)
    parties = register.parties_of([dossier.pk], by)
    rules.may_write_dossier(by, dossier, parties, clock.now()).require()
    added = {cell.purpose for cell, signs in wanted.items() if signs is not None}
    rules.may_use_purposes(added, dossier.excluded_purposes).require()
    return agreements.set_clauses(dossier.agreement, by=by, wanted=wanted, seen=seen)


@transaction.atomic
def state_basis(
    agreement: Agreement, *, by: Member, organisation: Organisation, purpose: str, basis: str, provision: str
) -> Basis:
    """Say on which law a party stands for one purpose. Raises Refused."""
    agreement = register.held(agreement, by)
    parties = register.parties_of([agreement.pk], by)
    decision = rules.may_state_basis(
        by, agreement, parties, organisation, basis, provision, clock.now()
    ).require()
    known = Basis.objects.visible_to(by).filter(
        agreement_id=agreement.pk, organisation=organisation, purpose=purpose, basis=basis, withdrawn_at=None
    )
    if same := known.first():
        return same
    stated = Basis(
        agreement=agreement,
        organisation=organisation,
        purpose=purpose,
        basis=basis,
        provision=provision,
        stated_at=clock.now(),
    )
    stated.save(force_insert=True)
    log("partnership.basis_stated", by=by, about=stated, decision=decision, details=_told(stated))
    return stated


def _told(basis: Basis) -> dict[str, object]:
    return {
        "organisation": basis.organisation.name,
        "names": basis.organisation.names,
        "purpose": basis.purpose,
        "basis": source_of(LegalBasis(basis.basis).label),
        "provision": basis.provision,
        "in_english": in_english(Purpose, basis.purpose),
    }


@transaction.atomic
def withdraw_basis(basis: Basis, *, by: Member, reason: str) -> Basis:
    """Say that a party no longer stands on it, and why; the gap shows at once. Raises Refused."""
    agreement = register.held(basis.agreement, by)
    parties = register.parties_of([agreement.pk], by)
    basis = Basis.objects.visible_to(by).select_related("organisation", "agreement").get(pk=basis.pk)
    decision = rules.may_withdraw_basis(by, basis, parties, clock.now()).require()
    basis.withdrawn_at, basis.withdrawn_because = clock.now(), reason
    basis.save(update_fields=["withdrawn_at", "withdrawn_because"])
    details = {**_told(basis), "reason": reason}
    log("partnership.basis_withdrawn", by=by, about=basis, decision=decision, details=details)
    return basis


@transaction.atomic
def ask_opinions(dossier: Dossier, *, by: Member) -> list[Opinion]:
    """Ask the officers of all parties that were not asked about this version yet. Raises Refused."""
    dossier = locked(dossier.agreement, by)
    parties, at = register.parties_of([dossier.pk], by), clock.now()
    known = queries.opinions_of(dossier.pk, by)
    asked = {row.organisation_id for row in known if row.version == dossier.version}
    decision = rules.may_ask_opinions(by, dossier, parties, asked, at).require()
    new = [
        Opinion(
            agreement_id=dossier.pk,
            organisation=party.organisation,
            version=dossier.version,
            asked_at=at,
            asked_by=by,
        )
        for party in rules.present(parties, at)
        if party.organisation_id not in asked
    ]
    for opinion in new:
        opinion.save(force_insert=True)
    details = {"version": dossier.version, "parties": [row.organisation.name for row in new]}
    log("partnership.opinions_asked", by=by, about=dossier, decision=decision, details=details)
    return new


@transaction.atomic
def give_opinion(opinion: Opinion, *, by: Member, view: str, reasons: str) -> Opinion:
    """Say as one's organisation's officer what one thinks of it; it stays. Raises Refused."""
    register.held(opinion.agreement, by)
    opinion = Opinion.objects.visible_to(by).select_related("organisation", "agreement").get(pk=opinion.pk)
    decision = rules.may_give_opinion(
        by, opinion, has_officer=queries.has_officer(by), at=clock.now()
    ).require()
    opinion.view, opinion.reasons = view, reasons
    opinion.given_at, opinion.given_by = clock.now(), by
    opinion.save(update_fields=["view", "reasons", "given_at", "given_by"])
    details = {
        "organisation": opinion.organisation.name,
        "names": opinion.organisation.names,
        "view": source_of(Opinion.View(view).label),
    }
    log("partnership.opinion_given", by=by, about=opinion, decision=decision, details=details)
    return opinion


@transaction.atomic
def open_signature(dossier: Dossier, *, by: Member) -> Dossier:
    """Let the parties sign, once nothing is missing. Raises Refused."""
    dossier = locked(dossier.agreement, by)
    parties = register.parties_of([dossier.pk], by)
    opinions = queries.opinions_of(dossier.pk, by)
    gaps = queries.gaps_of(dossier.pk, queries.bases_of(dossier.pk, by), by)
    decision = rules.may_open_signature(
        by, dossier, parties, opinions, templates.to_fill_in(dossier), gaps, clock.now()
    ).require()
    dossier.opened_at = clock.now()
    dossier.save(update_fields=["opened_at"])
    details = {"version": dossier.version}
    log("partnership.signature_opened", by=by, about=dossier, decision=decision, details=details)
    return dossier


@transaction.atomic
def reopen_draft(dossier: Dossier, *, by: Member) -> Dossier:
    """Take an agreement nobody has signed back into drafting. Raises Refused."""
    dossier = locked(dossier.agreement, by)
    parties = register.parties_of([dossier.pk], by)
    decision = rules.may_reopen_draft(by, dossier, parties, clock.now()).require()
    dossier.opened_at = None
    dossier.save(update_fields=["opened_at"])
    log("partnership.draft_reopened", by=by, about=dossier, decision=decision)
    return dossier
