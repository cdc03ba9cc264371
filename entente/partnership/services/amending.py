"""Amends agreements by successors, reviews them, and tells those whose sharing ends with the former one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entente.agreements import register
from entente.agreements import services as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models import Basis, Dossier
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.rules import drafting as rules
from entente.partnership.services import drafting
from entente.people.models import Account, Member, Membership
from entente.records.models import Participation

LIVING = (Agreement.State.INTERIM, Agreement.State.IN_FORCE)
REMINDED = _("Every review is reminded of once, 30 days before it is due.")
ALL_ARE_TOLD = _("Whoever shares something under an agreement is told when another one takes its place.")


@transaction.atomic
def amend_agreement(agreement: Agreement, *, by: Member, title: str = "") -> Agreement:
    """Draft the agreement that will take this one's place: it begins as a copy. Raises Refused.

    When it enters into force, the former one ends in the same second.
    """
    former = register.held(agreement, by)
    is_renamed = bool(title) and title != former.title
    successor = agreements.draft_agreement(
        by=by,
        title=title or former.title,
        titles={} if is_renamed else former.titles,
        kind=former.kind,
        succeeds=former,
    )
    parties = rules.present(register.parties_of([former.pk], by), clock.now())
    for party in parties:
        agreements.add_party(successor, by=by, organisation=party.organisation)
    here = {party.organisation_id for party in parties}
    clauses = [
        row
        for row in register.clauses_of([former.pk], by)
        if row.giving_id in here and row.receiving_id in here
    ]
    agreements.set_clauses(
        successor,
        by=by,
        wanted={register.cell_of(row): register.signs_of(row) for row in clauses},
        legal_bases={register.cell_of(row): row.legal_basis for row in clauses},
    )
    _copy_dossier(former, successor, here, by=by)
    return successor


def _copy_dossier(former: Agreement, successor: Agreement, here: set[uuid.UUID], *, by: Member) -> None:
    known = queries.dossiers(by).filter(pk=former.pk).first()
    template = known.template if known else templates.template_for_kind(former.kind)
    dossier = drafting.open_dossier(successor, by=by, template=template)
    if known is None:
        return
    dossier.texts, dossier.language = known.texts, known.language
    dossier.contact, dossier.excluded_purposes = known.contact, known.excluded_purposes
    dossier.save(update_fields=["texts", "language", "contact", "excluded_purposes"])
    bases = [row for row in queries.bases_of(former.pk, by) if row.withdrawn_at is None]
    for row in bases:
        if row.organisation_id in here:
            copied = Basis(
                agreement=successor,
                organisation_id=row.organisation_id,
                purpose=row.purpose,
                basis=row.basis,
                provision=row.provision,
                stated_at=clock.now(),
            )
            copied.save(force_insert=True)


@transaction.atomic
def review_agreement(dossier: Dossier, *, by: Member, note: str, next_on: date) -> Dossier:
    """Say what a review found, and when the next one is. Raises Refused."""
    dossier = drafting.locked(dossier.agreement, by)
    decision = rules.may_review_agreement(by, dossier, note, next_on, clock.now()).require()
    dossier.review_on = next_on
    dossier.save(update_fields=["review_on"])
    details = {"note": note, "on": next_on.isoformat()}
    log("partnership.agreement_reviewed", by=by, about=dossier, decision=decision, details=details)
    return dossier


def remind_of_reviews(*, by: Actor) -> None:
    """Write to the keeper's coordinators once, 30 days before a review is due."""
    with acting(by):
        soon = clock.today() + rules.REMIND_BEFORE
        due = Dossier.objects.visible_to(by).filter(agreement__state__in=LIVING, review_on__lte=soon)
        found = list(due.values_list("pk", "review_on", "reminded_for"))
    for pk, review_on, reminded_for in found:
        if review_on != reminded_for:
            with acting(by):
                _remind(pk, by=by)


def _remind(pk: uuid.UUID, *, by: Actor) -> None:
    rows = Dossier.objects.visible_to(by).select_for_update(of=("self",)).select_related("agreement")
    dossier = rows.get(pk=pk)
    if dossier.review_on is None or dossier.reminded_for == dossier.review_on:
        return  # somebody else was quicker
    dossier.reminded_for = dossier.review_on
    dossier.save(update_fields=["reminded_for"])
    log("partnership.review_reminded", by=by, about=dossier, decision=allow(REMINDED))
    link = reverse("partnership_staff:review_agreement", args=[dossier.pk])
    context: dict[str, object] = {"agreement": dossier.agreement, "day": dossier.review_on, "link": link}
    _write("partnership_staff/review_due", [dossier.agreement.keeper_id], dossier, context, by=by)


def tell_closings(*, by: Actor) -> None:
    """Tell each organisation that shared something under an agreement which another one took the place of."""
    with acting(by):
        due = Dossier.objects.visible_to(by).filter(
            agreement__state=Agreement.State.IN_FORCE,
            agreement__succeeds__state=Agreement.State.ENDED,
            closing_told_at=None,
        )
        found = list(due.values_list("pk", flat=True))
    for pk in found:
        with acting(by):
            _tell_closing(pk, by=by)


def _tell_closing(pk: uuid.UUID, *, by: Actor) -> None:
    rows = Dossier.objects.visible_to(by).select_for_update(of=("self",))
    dossier = rows.select_related("agreement__succeeds").get(pk=pk)
    former = dossier.agreement.succeeds
    if dossier.closing_told_at or former is None:
        return
    dossier.closing_told_at = clock.now()
    dossier.save(update_fields=["closing_told_at"])
    log("partnership.closing_told", by=by, about=dossier, decision=allow(ALL_ARE_TOLD))
    lasting = Q(until=None) | Q(until__gt=former.ends_at or clock.now())
    shared = Participation.objects.visible_to(by).filter(lasting, agreement=former, is_emergency=False)
    counts: dict[uuid.UUID, int] = {}
    for owner in shared.values_list("owner_id", flat=True):
        counts[owner] = counts.get(owner, 0) + 1
    link = reverse("agreements:agreement", args=[dossier.pk])
    for owner, number in counts.items():
        context: dict[str, object] = {
            "former": former,
            "agreement": dossier.agreement,
            "number": number,
            "link": link,
        }
        _write("partnership_staff/sharing_closed", [owner], dossier, context, by=by)


def _write(
    template: str,
    organisations: Iterable[uuid.UUID],
    about: Dossier,
    context: dict[str, object],
    *,
    by: Actor,
) -> None:
    """A mail to each coordinator of these organisations, in their language; it names nobody."""
    begin(by)
    at = clock.now()
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    members = Membership.objects.filter(
        lasting, organisation_id__in=list(organisations), role=Membership.Role.COORDINATOR, since__lte=at
    )
    told = {**context, "link": f"{settings.ENTENTE_ADDRESS}{context['link']}"}
    for member in members.select_related("person"):
        if member.person.email:
            language = _language_of(member)
            send(template, to=member.person.email, language=language, by=by, about=about, context=told)


def _language_of(member: Member) -> str:
    """The language of their account, else the city's."""
    chosen = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE
