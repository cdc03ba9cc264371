"""The dossier of an agreement: what is done, what is missing, and everything that is signed."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entente.agreements import register
from entente.agreements.change_rules import may_keep
from entente.agreements.models import Agreement, Party
from entente.agreements.sentences import Text
from entente.agreements.vocabulary import ExcludedPurpose, Purpose
from entente.audit import clock
from entente.partnership.forms.drafting import LABELS
from entente.partnership.gaps import Gap
from entente.partnership.models import Basis, Dossier, Opinion
from entente.partnership.queries import agreement_templates as templates
from entente.partnership.queries import drafting as queries
from entente.partnership.rules import drafting as rules
from entente.partnership.views.drafting import dossier_or_404
from entente.people.models import Member
from entente.people.sign_in import MemberRequest

VIEW_KINDS = {"asked": "due", "favourable": "done", "conditions": "done", "unfavourable": "late"}


class Whole:
    """Everything about one dossier, read once for a page or a paper."""

    def __init__(self, dossier: Dossier, reader: Member) -> None:
        self.dossier, self.reader, self.at = dossier, reader, clock.now()
        self.agreement: Agreement = dossier.agreement
        pk = dossier.pk
        self.parties: list[Party] = register.parties_of([pk], reader)
        self.rows = queries.clause_rows(pk, reader)
        self.bases: list[Basis] = queries.bases_of(pk, reader)
        self.opinions: list[Opinion] = queries.opinions_of(pk, reader)
        self.gaps: list[Gap] = queries.gaps_of(pk, self.bases, reader)
        self.open_texts: list[str] = templates.to_fill_in(dossier)
        self.text = Text(self.agreement, self.parties, [], self.at)

    @property
    def present(self) -> list[Party]:
        """The parties that have not left."""
        return rules.present(self.parties, self.at)

    @property
    def gap_sentences(self) -> list[str]:
        """Each gap in words."""
        names = {row.organisation_id: row.organisation for row in self.parties}
        return queries.gap_sentences(self.gaps, names)

    @property
    def signed(self) -> int:
        """How many parties have signed."""
        return sum(row.signed_at is not None for row in self.present)

    def texts(self) -> list[dict[str, Any]]:
        """Every text with its heading, in the reader's language where there is one."""
        rows = []
        for name in Dossier.FIELDS:
            words, language = self.dossier.said(name)
            is_open = name in self.open_texts
            rows.append(
                {
                    "name": name,
                    "label": LABELS[name][0],
                    "text": words,
                    "language": language,
                    "is_open": is_open,
                }
            )
        return rows

    def excluded(self) -> list[str]:
        """What nothing is shared for: by every agreement, and by this one."""
        own = [Purpose(row).label for row in self.dossier.excluded_purposes]
        return [capfirst(str(row)) for row in (*ExcludedPurpose.labels, *own)]

    def opinion_rows(self) -> list[dict[str, Any]]:
        """Opinions as the page shows them."""
        return [
            {
                "opinion": row,
                "kind": VIEW_KINDS[row.view],
                "label": capfirst(str(Opinion.View(row.view).label)),
                "is_older": row.version != self.dossier.version,
            }
            for row in self.opinions
        ]

    def basis_rows(self) -> list[dict[str, Any]]:
        """Bases as the page shows them."""
        return [
            {"basis": row, "purpose": capfirst(str(Purpose(row.purpose).label)), "label": str(row)}
            for row in self.bases
        ]

    def terms(self) -> str:
        """The hash of everything that is signed."""
        return queries.terms_of(self.dossier, self.rows, self.bases)


def dossier(request: MemberRequest, agreement_id: uuid.UUID) -> HttpResponse:
    """What is done and what is missing, then texts, bases, opinions and signatures."""
    whole = Whole(dossier_or_404(request, agreement_id), request.member)
    may_write = rules.may_write_dossier(request.member, whole.dossier, whole.parties, whole.at)
    context = {
        "whole": whole,
        "dossier": whole.dossier,
        "agreement": whole.agreement,
        "steps": _steps(whole),
        "may_write": may_write,
        "may_keep": may_keep(request.member, whole.agreement),
        "own_opinion": _own_opinion(whole),
        "versions": queries.versions(whole.dossier, request.member)[:10],
        "links": _links(whole, bool(may_write)),
    }
    return render(request, "partnership_staff/dossier.html", context)


def _own_opinion(whole: Whole) -> Opinion | None:
    """The opinion that the reader is asked for now."""
    has_officer = queries.has_officer(whole.reader)
    for row in whole.opinions:
        if rules.may_give_opinion(whole.reader, row, has_officer=has_officer, at=whole.at):
            return row
    return None


def _links(whole: Whole, may_write: bool) -> list[dict[str, Any]]:
    """What the reader can do now, in the order in which it is done."""
    is_keeper = bool(may_keep(whole.reader, whole.agreement))
    asked = {row.organisation_id for row in whole.opinions if row.version == whole.dossier.version}
    lives = whole.agreement.state in {Agreement.State.INTERIM, Agreement.State.IN_FORCE}
    may_ask = rules.may_ask_opinions(whole.reader, whole.dossier, whole.parties, asked, whole.at)
    may_open = may_write and not whole.gaps and not whole.open_texts and bool(whole.opinions)
    may_reopen = rules.may_reopen_draft(whole.reader, whole.dossier, whole.parties, whole.at)
    known = (
        ("write_dossier", "pencil", _("Write the texts"), may_write),
        ("add_party", "plus", _("Add a party"), may_write),
        ("set_matrix", "list", _("Fill the matrix"), may_write),
        ("ask_opinions", "scales", _("Ask for opinions"), bool(may_ask)),
        ("open_signature", "check", _("Open for signature"), may_open),
        ("reopen_draft", "undo", _("Back into drafting"), bool(may_reopen)),
        ("review_agreement", "eye", _("Write down a review"), is_keeper and lives),
        ("amend_agreement", "copy", _("Amend by a new agreement"), is_keeper and lives),
    )
    return [
        {"name": name, "icon": icon, "label": label, "url": _address(name, whole.agreement)}
        for name, icon, label, is_open in known
        if is_open
    ]


def _address(name: str, agreement: Agreement) -> str:
    return reverse(f"partnership_staff:{name}", args=[agreement.pk])


def _parties_told(count: int) -> str:
    return ngettext("%(number)s party", "%(number)s parties", count) % {"number": count}


def _steps(whole: Whole) -> list[dict[str, Any]]:
    """The way from a draft to an agreement in force: each step with where it stands and what is missing."""
    here = whole.agreement
    given = sum(row.given_at is not None for row in whole.opinions)
    rows = [
        (
            _("Parties"),
            "done" if len(whole.present) > 1 else "due",
            _parties_told(len(whole.present)),
            "#signatures",
        ),
        (
            _("Texts"),
            "due" if whole.open_texts or not whole.dossier.contact else "done",
            _texts_told(whole),
            "#texts",
        ),
        (
            _("Matrix"),
            "done" if whole.rows else "due",
            _("Clauses: %(number)s") % {"number": len(whole.rows)},
            _address("set_matrix", here),
        ),
        (
            _("Legal bases"),
            "late" if whole.gaps else "done" if whole.bases else "due",
            _("Gaps: %(number)s") % {"number": len(whole.gaps)},
            "#bases",
        ),
        (
            _("Opinions"),
            "done" if whole.opinions and given == len(whole.opinions) else "due",
            _("%(given)s of %(asked)s given") % {"given": given, "asked": len(whole.opinions)},
            "#opinions",
        ),
        (
            _("Signatures"),
            "done" if whole.signed == len(whole.present) else "due" if whole.dossier.opened_at else "draft",
            _("%(signed)s of %(all)s signed") % {"signed": whole.signed, "all": len(whole.present)},
            "#signatures",
        ),
        (
            _("Agreement"),
            whole.text.state_kind,
            whole.text.state_label,
            reverse("agreements:agreement", args=[here.pk]),
        ),
    ]
    return [{"label": label, "kind": kind, "told": told, "url": url} for label, kind, told, url in rows]


def _texts_told(whole: Whole) -> str:
    if whole.open_texts:
        return _("Still to be filled in: %(number)s") % {"number": len(whole.open_texts)}
    if not whole.dossier.contact:
        return _("The contact point is missing")
    return _("Version %(number)s") % {"number": whole.dossier.version}
