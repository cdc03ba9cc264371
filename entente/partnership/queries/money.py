"""Named reads of money: funds, what was spent, and what ends soon."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.audit import clock
from entente.audit.actors import Actor
from entente.partnership.models.money import Fund, FundEntry, FundReader
from entente.people.models import Member, Organisation
from entente.records.kinds import Waiting

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
ZERO = Decimal("0.00")
COLUMNS = (
    "keeper", "funder", "programme", "what for", "amount", "currency", "spent", "left", "from", "until",
    "hours", "reports", "pledged by", "pledged on", "pledge", "pays for",
)  # fmt: skip
MOST = 500  # funds in a table or a picture


def funds(reader: Actor) -> QuerySet[Fund]:
    """Money the reader may read about, what ends first before all."""
    return Fund.objects.visible_to(reader).select_related("keeper").order_by("ends_on", "id")


def spent(found: Iterable[Fund], reader: Actor) -> dict[uuid.UUID, Decimal]:
    """What was spent of each fund so far."""
    ids = [fund.pk for fund in found]
    rows = FundEntry.objects.visible_to(reader).filter(fund__in=ids).values("fund_id")
    sums: dict[uuid.UUID, Decimal] = dict.fromkeys(ids, ZERO)
    sums |= {row["fund_id"]: row["total"] for row in rows.annotate(total=Sum("amount")).order_by()}
    return sums


def entries(fund: Fund, reader: Actor) -> QuerySet[FundEntry]:
    """What was spent of one fund, the newest first."""
    rows = FundEntry.objects.visible_to(reader).filter(fund_id=fund.pk)
    return rows.order_by("-spent_on", "-entered_at", "id")


def readers(fund: Fund, reader: Actor) -> list[Organisation]:
    """Organisations that were named, as far as the reader may know of them."""
    rows = FundReader.objects.visible_to(reader).filter(fund_id=fund.pk).select_related("organisation")
    return sorted((row.organisation for row in rows), key=str)


def totals(found: Iterable[Fund], sums: dict[uuid.UUID, Decimal]) -> list[dict[str, Any]]:
    """What there is, what was spent and what is left, for each currency."""
    by_currency: dict[str, list[Decimal]] = {}
    for fund in found:
        total = by_currency.setdefault(fund.currency, [ZERO, ZERO])
        total[0] += fund.amount
        total[1] += sums[fund.pk]
    return [
        {"currency": currency, "amount": amount, "spent": used, "left": amount - used}
        for currency, (amount, used) in sorted(by_currency.items())
    ]


def as_csv(reader: Actor) -> str:
    """The funds as a table for a spreadsheet."""
    found = list(funds(reader)[:MOST])
    sums = spent(found, reader)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for fund in found:
        writer.writerow(_safe(value) for value in _cells(fund, sums[fund.pk]))
    return written.getvalue()


def _cells(fund: Fund, used: Decimal) -> list[object]:
    return [
        fund.keeper.name, fund.funder, fund.programme, fund.what_for, fund.amount, fund.currency, used,
        fund.amount - used, fund.starts_on, fund.ends_on, "" if fund.hours is None else fund.hours,
        " ".join(fund.reports_on), fund.pledge_by, fund.pledged_on or "", fund.pledge_words, fund.pays_for,
    ]  # fmt: skip


def _safe(value: object) -> str:
    """A spreadsheet would take a text that begins like this for a formula; a sum below nothing is a sum."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, Decimal) else text


def waiting_for(reader: Member) -> list[Waiting]:
    """Money of the reader's organisation that ends soon."""
    today = clock.today()
    found = []
    for fund in funds(reader).filter(keeper_id=reader.organisation_id, ends_on__gte=today)[:MOST]:
        if fund.days_left(today) <= max(fund.warn_days, default=0):
            sentence = _ends(fund, fund.days_left(today))
            found.append(Waiting(sentence, reverse("partnership_staff:fund", args=[fund.pk])))
    return found


def _ends(fund: Fund, days: int) -> str:
    if days < 1:
        return _("The money of “%(programme)s” ends today.") % {"programme": fund.programme}
    said = ngettext(
        "The money of “%(programme)s” ends in %(days)d day.",
        "The money of “%(programme)s” ends in %(days)d days.",
        days,
    )
    return said % {"programme": fund.programme, "days": days}
