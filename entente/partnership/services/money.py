"""Keeps the books of money: what was given, what was pledged, what was spent, and that it ends soon."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entente.audit import clock
from entente.audit.actors import Actor, acting, begin
from entente.audit.decisions import allow
from entente.audit.services import log
from entente.delivery.services import send
from entente.partnership.models.money import Fund, FundEntry, FundReader
from entente.partnership.rules import money as rules
from entente.people.models import Account, Member, Membership, Organisation

BEFORE_IT_ENDS = _("Whoever keeps the books of money is told before it ends.")


@transaction.atomic
def add_fund(*, by: Member, **terms: Any) -> Fund:
    """Note money that somebody gives; `terms` are the fields of a fund. Raises Refused."""
    decision = rules.may_add_fund(by, clock.now()).require()
    begin(by)
    fund = Fund(keeper_id=by.organisation_id, **terms)
    fund.save(force_insert=True)
    details = {"programme": fund.programme, "amount": str(fund.amount), "currency": fund.currency}
    log("partnership.fund_added", by=by, about=fund, decision=decision, details=details)
    return fund


@transaction.atomic
def edit_fund(fund: Fund, *, by: Member, **terms: Any) -> Fund:
    """Change the terms of money; a later end begins its warnings anew. Raises Refused."""
    fund = _held(fund, by)
    decision = rules.may_edit_fund(by, fund, clock.now()).require()
    if terms.get("ends_on", fund.ends_on) != fund.ends_on:
        terms["warned"] = []
    details = {name: [str(getattr(fund, name)), str(value)] for name, value in terms.items()}
    details = {name: both for name, both in details.items() if both[0] != both[1]}
    for name, value in terms.items():
        setattr(fund, name, value)
    fund.save(update_fields=sorted(terms))
    log("partnership.fund_edited", by=by, about=fund, decision=decision, details=details)
    return fund


@transaction.atomic
def record_pledge(fund: Fund, *, by: Member, pledge_by: str, pledged_on: date, pledge_words: str) -> Fund:
    """Note who pledged the money, when and in which words; it stays. Raises Refused."""
    fund = _held(fund, by)
    decision = rules.may_record_pledge(by, fund, clock.now()).require()
    fund.pledge_by, fund.pledged_on, fund.pledge_words = pledge_by, pledged_on, pledge_words
    fund.save(update_fields=["pledge_by", "pledged_on", "pledge_words"])
    log("partnership.pledge_recorded", by=by, about=fund, decision=decision)
    return fund


@transaction.atomic
def add_entry(fund: Fund, *, by: Member, spent_on: date, amount: Decimal, what: str) -> FundEntry:
    """Note what was spent; what came back is below nothing. Raises Refused."""
    fund = Fund.objects.visible_to(by).get(pk=fund.pk)
    decision = rules.may_add_entry(by, fund, clock.now()).require()
    entry = FundEntry(fund=fund, spent_on=spent_on, amount=amount, what=what, entered_by=by)
    entry.entered_at = clock.now()
    entry.save(force_insert=True)
    details = {"amount": str(amount), "what": what}
    log("partnership.fund_entry_added", by=by, about=entry, decision=decision, details=details)
    return entry


@transaction.atomic
def name_readers(fund: Fund, *, by: Member, organisations: list[Organisation]) -> None:
    """Say which other organisations read about this money; those left out read no longer. Raises Refused."""
    fund = _held(fund, by)
    for organisation in organisations:
        rules.may_name_reader(by, fund, organisation, clock.now()).require()
    decision = rules.may_edit_fund(by, fund, clock.now()).require()
    wanted = {organisation.pk for organisation in organisations}
    rows = FundReader.objects.visible_to(by).filter(fund_id=fund.pk)
    known = set(rows.values_list("organisation_id", flat=True))
    if wanted == known:
        return
    rows.exclude(organisation_id__in=wanted).delete()
    for key in sorted(wanted - known):
        FundReader(fund=fund, keeper_id=fund.keeper_id, organisation_id=key).save(force_insert=True)
    details = {"organisations": sorted(organisation.name for organisation in organisations)}
    log("partnership.fund_readers_named", by=by, about=fund, decision=decision, details=details)


def _held(fund: Fund, by: Member) -> Fund:
    found: Fund = Fund.objects.visible_to(by).get(pk=fund.pk)
    return found


def warn_of_ends(*, by: Actor) -> None:
    """Tell its coordinators once for each of a fund's days before it ends; run as often as one likes."""
    with acting(by):
        today = clock.today()
        rows = Fund.objects.visible_to(by).filter(ends_on__gte=today).select_for_update(skip_locked=True)
        for fund in rows:
            due = [days for days in fund.warn_days if fund.days_left(today) <= days]
            if set(due) <= set(fund.warned):
                continue
            _tell(fund, today, by)
            fund.warned = sorted({*fund.warned, *due})
            fund.save(update_fields=["warned"])
            log("partnership.fund_ends_soon", by=by, about=fund, decision=allow(BEFORE_IT_ENDS))


def _tell(fund: Fund, today: date, by: Actor) -> None:
    at = clock.now()
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    members = Membership.objects.filter(
        lasting, since__lte=at, organisation_id=fund.keeper_id, role=Membership.Role.COORDINATOR
    )
    link = f"{settings.ENTENTE_ADDRESS}{reverse('partnership_staff:fund', args=[fund.pk])}"
    context = {"fund": fund, "days": fund.days_left(today), "link": link}
    for member in members.select_related("person"):
        if member.person.email:
            chosen = Account.objects.filter(person_id=member.person_id).values_list("language", flat=True)
            send(
                "partnership_staff/fund_ends_soon",
                to=member.person.email,
                language=chosen.first() or settings.LANGUAGE_CODE,
                by=by,
                context=context,
            )
