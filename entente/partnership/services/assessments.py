"""Weighs what sharing may do to people: texts, the officer's advice, a decision, and its next review."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entente.agreements import register as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.actors import Actor, acting
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models import Assessment, Summary
from entente.partnership.models.register import TEXTS
from entente.partnership.queries import register as queries
from entente.partnership.rules import register as rules
from entente.people.models import Account, Member

State = Assessment.State
IS_DUE = _("The assessment must be looked at again, and nobody was told yet.")


def _latest(agreement: Agreement, by: Actor) -> Assessment | None:
    return queries.latest_assessments([agreement.pk], by).get(agreement.pk)


@transaction.atomic
def write_assessment(agreement: Agreement, *, by: Member, language: str, **texts: str) -> Assessment:
    """Write on the draft, or begin a new one when the last is decided. Raises Refused."""
    agreement = agreements.held(agreement, by)
    latest = _latest(agreement, by)
    decision = rules.may_write_assessment(by, agreement, latest, clock.now()).require()
    told = {name: texts.get(name, "") for name in TEXTS}
    if latest is None or latest.is_decided:
        number = latest.number + 1 if latest else 1
        row = Assessment(agreement=agreement, number=number, language=language, opened_at=clock.now(), **told)
        row.save(force_insert=True)
        log("partnership.assessment_begun", by=by, about=row, decision=decision)
        return row
    for name, text in told.items():
        setattr(latest, name, text)
    latest.save(update_fields=list(told))
    log("partnership.assessment_written", by=by, about=latest, decision=decision)
    return latest


@transaction.atomic
def advise_on_assessment(
    agreement: Agreement, *, by: Member, opinion: str, is_favourable: bool
) -> Assessment:
    """Advise as data protection officer; the texts are fixed from then on. Raises Refused."""
    agreement = agreements.held(agreement, by)
    row = _latest(agreement, by)
    decision = rules.may_advise_on_assessment(by, agreement, row, clock.now()).require()
    assert row is not None
    row.opinion, row.is_favourable, row.opinion_at = opinion, is_favourable, clock.now()
    row.state = State.OPINION
    row.save(update_fields=["opinion", "is_favourable", "opinion_at", "state"])
    details = {"is_favourable": is_favourable}
    log("partnership.assessment_advised", by=by, about=row, decision=decision, details=details)
    return row


@transaction.atomic
def decide_assessment(
    agreement: Agreement,
    *,
    by: Member,
    state: str,
    reasons: str,
    review_on: date,
    summary: str,
    conditions: str = "",
    summaries: dict[str, str] | None = None,
) -> Assessment:
    """Decide on the assessment, and say in a summary what everybody may read of it. Raises Refused."""
    agreement = agreements.held(agreement, by)
    row = _latest(agreement, by)
    decision = rules.may_decide_assessment(by, agreement, row, clock.now()).require()
    rules.fits(state, conditions, review_on, clock.today()).require()
    assert row is not None
    row.state, row.reasons, row.conditions, row.review_on = state, reasons, conditions, review_on
    row.decided_at = clock.now()
    row.categories = queries.categories_in(queries.terms([agreement.pk], by)[agreement.pk])
    row.save(update_fields=["state", "reasons", "conditions", "review_on", "decided_at", "categories"])
    Summary(
        agreement=agreement,
        assessment=row,
        state=state,
        language=row.language,
        text=summary,
        texts={code: text for code, text in (summaries or {}).items() if text.strip()},
        decided_at=row.decided_at,
        review_on=review_on,
    ).save(force_insert=True)
    details = {"state": state, "review_on": review_on.isoformat()}
    log("partnership.assessment_decided", by=by, about=row, decision=decision, details=details)
    return row


def remind_of_assessments(*, by: Actor) -> None:
    """Tell the keeper's officers once that an assessment must be looked at again."""
    with acting(by):
        for agreement, row in queries.due_assessments(by):
            held = agreements.held(agreement, by)
            latest = _latest(held, by)
            # Held from here on: two workers tell nobody twice.
            if latest is None or latest.pk != row.pk or latest.reminded_on is not None:
                continue
            for member in queries.officers_of(held.keeper_id, by):
                _tell(member, held, latest, by=by)
            latest.reminded_on = clock.today()
            latest.save(update_fields=["reminded_on"])
            log("partnership.assessment_due", by=by, about=latest, decision=allow(IS_DUE))


def _tell(member: Member, agreement: Agreement, row: Assessment, *, by: Actor) -> None:
    accounts = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True)
    language = accounts.first() or settings.LANGUAGE_CODE
    link = reverse("partnership_staff:assessment", args=[agreement.pk])
    send(
        "partnership_staff/assessment_due",
        to=member.person.email,
        language=language,
        by=by,
        about=row,
        context={
            "title": agreement.titles.get(language) or agreement.title,
            "link": f"{settings.ENTENTE_ADDRESS}{link}",
            "city_name": settings.ENTENTE_CITY_NAME,
        },
    )
