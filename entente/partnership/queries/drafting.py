"""Named reads of agreements that come to be: dossiers, bases, gaps, opinions, and what waits."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entente.agreements import mandate_rules, register
from entente.agreements.change_rules import UNSIGNED_STATES
from entente.agreements.counting import shared_now
from entente.agreements.models import Agreement, Clause, Mandate, Party
from entente.agreements.preparing import Prepared
from entente.audit import clock
from entente.audit.actors import Actor, begin
from entente.audit.decisions import allow, refuse
from entente.partnership import gaps as finding
from entente.partnership.gaps import GIVE, RECEIVE, Gap, Need
from entente.partnership.models import Basis, Dossier, DossierVersion, Opinion
from entente.partnership.rules import drafting as rules
from entente.people.models import Member, Membership, Organisation
from entente.records.kinds import Waiting
from entente.ui.templatetags.ui import reading_date

_NOT_OPEN = gettext_lazy("This agreement is not open for signature yet. Its dossier says what is missing.")
_HAS_GAPS = gettext_lazy("Legal bases are missing: %(number)s. The dossier names each of them.")


def dossiers(reader: Actor) -> QuerySet[Dossier]:
    """The dossiers of every agreement the reader may know of."""
    return Dossier.objects.visible_to(reader).select_related("agreement__keeper", "agreement__succeeds")


def versions(dossier: Dossier, reader: Actor) -> QuerySet[DossierVersion]:
    """What the texts said before, the newest first."""
    return DossierVersion.objects.visible_to(reader).filter(agreement_id=dossier.pk).order_by("-number")


def bases_of(agreement_id: uuid.UUID, reader: Actor) -> list[Basis]:
    """Every basis that was stated, those that were withdrawn too."""
    rows = Basis.objects.visible_to(reader).filter(agreement_id=agreement_id)
    return list(
        rows.select_related("organisation", "agreement").order_by("organisation__name", "purpose", "basis")
    )


def opinions_of(agreement_id: uuid.UUID, reader: Actor) -> list[Opinion]:
    """Every opinion that was asked for, as far as the reader may know."""
    rows = Opinion.objects.visible_to(reader).filter(agreement_id=agreement_id)
    return list(rows.select_related("organisation").order_by("asked_at", "organisation__name"))


def needs_of(agreement_id: uuid.UUID, reader: Actor) -> list[Need]:
    """What the clauses make each party give and receive; as few rows as there are kinds of them."""
    begin(reader)
    rows = Clause.objects.filter(agreement_id=agreement_id).order_by()
    found = []
    for way, side in ((GIVE, "giving_id"), (RECEIVE, "receiving_id")):
        told = rows.values_list(side, "purpose", "category", "opens_secrecy").distinct()
        found += [Need(who, purpose, category, way, opens) for who, purpose, category, opens in told]
    return found


def gaps_of(agreement_id: uuid.UUID, bases: Collection[Basis], reader: Actor) -> list[Gap]:
    """Who has no basis for what at this moment."""
    stated: dict[tuple[uuid.UUID, str], set[str]] = {}
    for row in bases:
        if row.withdrawn_at is None:
            stated.setdefault((row.organisation_id, row.purpose), set()).add(row.basis)
    return finding.find_gaps(needs_of(agreement_id, reader), stated)


def gap_sentences(gaps: Collection[Gap], names: Mapping[uuid.UUID, Organisation]) -> list[str]:
    """Each gap in the reader's language."""
    return [finding.in_sentence(gap, names.get(gap.organisation, "…")) for gap in gaps]


def used_purposes(agreement_id: uuid.UUID, reader: Actor) -> set[str]:
    """Purposes for which clauses stand."""
    begin(reader)
    rows = Clause.objects.filter(agreement_id=agreement_id).order_by()
    return set(rows.values_list("purpose", flat=True).distinct())


def clause_counts(agreement_id: uuid.UUID, reader: Actor) -> dict[tuple[str, uuid.UUID], int]:
    """How many clauses stand for each purpose from each party."""
    begin(reader)
    rows = Clause.objects.filter(agreement_id=agreement_id).order_by()
    counted = rows.values("purpose", "giving_id").annotate(number=Count("pk"))
    return {(row["purpose"], row["giving_id"]): row["number"] for row in counted}


def sheet_of(agreement_id: uuid.UUID, purpose: str, giving: uuid.UUID, reader: Actor) -> list[Clause]:
    """The clauses for one purpose from one party."""
    begin(reader)
    rows = Clause.objects.filter(agreement_id=agreement_id, purpose=purpose, giving_id=giving)
    return list(rows.order_by("number"))


def clause_rows(agreement_id: uuid.UUID, reader: Actor) -> list[tuple[object, ...]]:
    """What every clause says, as plain values: an agreement may have very many."""
    begin(reader)
    rows = Clause.objects.filter(agreement_id=agreement_id).order_by()
    return list(
        rows.values_list(
            "purpose",
            "category",
            "giving_id",
            "receiving_id",
            "opens_secrecy",
            "holds_in_interim",
            "legal_basis",
        )
    )


def terms_of(dossier: Dossier, clauses: Collection[tuple[object, ...]], bases: Collection[Basis]) -> str:
    """The hash of everything that is signed: the same terms have the same, wherever they are read."""
    told = {
        "agreement": str(dossier.pk),
        "kind": dossier.agreement.kind,
        "titles": {**dossier.agreement.titles, "": dossier.agreement.title},
        "texts": dossier.texts,
        "excluded": sorted(dossier.excluded_purposes),
        "contact": dossier.contact,
        "clauses": sorted("|".join(map(str, row)) for row in clauses),
        "bases": sorted(
            [str(row.organisation_id), row.purpose, row.basis, row.provision]
            for row in bases
            if row.withdrawn_at is None
        ),
    }  # fmt: skip
    said = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def prepared(agreement_id: uuid.UUID, reader: Actor) -> Prepared:
    """What a dossier says to the page and the services of its agreement."""
    dossier = dossiers(reader).filter(pk=agreement_id).first()
    if dossier is None:
        return Prepared()
    bases = bases_of(agreement_id, reader)
    found = gaps_of(agreement_id, bases, reader)
    names = {row.organisation_id: row.organisation for row in register.parties_of([agreement_id], reader)}
    is_open = allow(rules.PREPARED)
    return Prepared(
        url=reverse("partnership_staff:dossier", args=[agreement_id]),
        paper_url=reverse("partnership_staff:printed_agreement", args=[agreement_id]),
        may_be_signed=is_open if dossier.opened_at else refuse(_NOT_OPEN),
        may_be_in_force=refuse(_HAS_GAPS, number=len(found)) if found else is_open,
        gaps=tuple(gap_sentences(found, names)),
        closes=tuple(closes(dossier.agreement, reader)),
        terms=terms_of(dossier, clause_rows(agreement_id, reader), bases),
    )


def closes(agreement: Agreement, reader: Actor) -> list[str]:
    """What ends with the agreement that this one amends, as far as the reader's organisation knows it."""
    former = agreement.succeeds
    if former is None or not isinstance(reader, Membership) or former.state == Agreement.State.ENDED:
        return []
    shared = shared_now([former.pk], reader)[former.pk]
    sentences = [_("“%(title)s” ends at the second in which this one enters into force.") % {"title": former}]
    if shared.ours:
        told = ngettext(
            "%(number)d record that your organisation shares under it is closed to those you invited."
            " Invite them again under the new one.",
            "%(number)d records that your organisation shares under it are closed to those you invited."
            " Invite them again under the new one.",
            shared.ours,
        )
        sentences.append(told % {"number": shared.ours})
    if shared.theirs:
        told = ngettext(
            "%(number)d record of another organisation is closed to you.",
            "%(number)d records of other organisations are closed to you.",
            shared.theirs,
        )
        sentences.append(told % {"number": shared.theirs})
    return [*sentences, _("Every organisation that shares something under it is told by mail.")]


def has_officer(reader: Member) -> bool:
    """Whether the reader's organisation has a data protection officer at this moment."""
    begin(reader)
    at = clock.now()
    lasting = Q(ended_at=None) | Q(ended_at__gt=at)
    rows = Membership.objects.filter(lasting, organisation_id=reader.organisation_id, since__lte=at)
    return rows.filter(role=Membership.Role.OFFICER).exists()


# What waits


def waiting_for(reader: Member) -> list[Waiting]:
    """Opinions asked of the reader, signatures asked of their organisation, reviews that are due."""
    advises = reader.role in rules.ADVISING
    waiting = [*_opinions_waiting(reader)] if advises else []
    waiting += _signatures_waiting(reader)
    return waiting + (_reviews_waiting(reader) if advises else [])


def _opinions_waiting(reader: Member) -> list[Waiting]:
    rows = Opinion.objects.visible_to(reader).filter(
        organisation_id=reader.organisation_id,
        view=Opinion.View.ASKED,
        agreement__state__in=UNSIGNED_STATES,
    )
    found = list(rows.select_related("agreement").order_by("asked_at")[:20])
    if found and reader.role != Membership.Role.OFFICER and has_officer(reader):
        return []
    return [
        Waiting(
            _("Your opinion on “%(agreement)s” was asked for.") % {"agreement": row.agreement},
            reverse("partnership_staff:give_opinion", args=[row.agreement_id, row.pk]),
        )
        for row in found
    ]


def _signatures_waiting(reader: Member) -> list[Waiting]:
    mine = Party.objects.filter(
        agreement_id=OuterRef("pk"), organisation_id=reader.organisation_id, signed_at=None, left_at=None
    )
    open_dossiers = dossiers(reader).filter(
        Exists(mine), opened_at__isnull=False, agreement__state__in=UNSIGNED_STATES
    )
    found = [row.agreement for row in open_dossiers.order_by("opened_at")[:20]]
    mandates: list[Mandate] = register.mandates_of(reader) if found else []
    at = clock.now()
    return [
        Waiting(
            _("Your signature of “%(agreement)s” is asked for.") % {"agreement": row},
            reverse("agreements:sign_agreement", args=[row.pk]),
        )
        for row in found
        if mandate_rules.may_sign_for(reader, row, mandates, at)
    ]


def _reviews_waiting(reader: Member) -> list[Waiting]:
    soon = clock.today() + rules.REMIND_BEFORE
    rows = dossiers(reader).filter(
        agreement__keeper_id=reader.organisation_id,
        agreement__state__in=(Agreement.State.INTERIM, Agreement.State.IN_FORCE),
        review_on__lte=soon,
    )
    return [
        Waiting(
            _("The review of “%(agreement)s” is due on %(day)s.")
            % {"agreement": row.agreement, "day": reading_date(row.review_on)},
            reverse("partnership_staff:review_agreement", args=[row.pk]),
        )
        for row in rows.order_by("review_on")[:20]
    ]
