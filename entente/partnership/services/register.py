"""Tells the public what an agreement says, and confirms for how long things are kept."""

from __future__ import annotations

from django.db import transaction

from entente.agreements import register as agreements
from entente.agreements.models import Agreement
from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models import Publication, RetentionConfirmation
from entente.partnership.queries import register as queries
from entente.partnership.rules import register as rules
from entente.people.models import Member
from entente.records.references import new_reference

PREFIX = "REG"


@transaction.atomic
def publish_essence(
    agreement: Agreement,
    *,
    by: Member,
    essence: str,
    language: str,
    essences: dict[str, str] | None = None,
    contacts: dict[str, str] | None = None,
) -> Publication:
    """Let everybody read what the agreement says now; older versions are kept. Raises Refused."""
    agreement = agreements.held(agreement, by)
    decision = rules.may_publish_essence(by, agreement, clock.now()).require()
    older = queries.versions(agreement.pk, by)
    publication = Publication(
        agreement=agreement,
        reference=older[0].reference if older else new_reference(PREFIX),
        number=older[0].number + 1 if older else 1,
        published_at=clock.now(),
        kind=agreement.kind,
        title=agreement.title,
        titles=agreement.titles,
        language=language,
        essence=essence,
        essences={code: text for code, text in (essences or {}).items() if text.strip()},
        terms=queries.terms([agreement.pk], by)[agreement.pk],
        contacts={slug: text for slug, text in (contacts or {}).items() if text.strip()},
    )
    publication.save(force_insert=True)
    details = {"reference": publication.reference, "version": publication.number}
    log("partnership.essence_published", by=by, about=publication, decision=decision, details=details)
    return publication


@transaction.atomic
def confirm_retention(*, by: Member, table_hash: str) -> RetentionConfirmation:
    """Say as data protection officer that the table holds here, as it stands now. Raises Refused."""
    decision = rules.may_confirm_retention(by, clock.now()).require()
    row = RetentionConfirmation(organisation=by.organisation, confirmed_at=clock.now(), table_hash=table_hash)
    log("partnership.retention_confirmed", by=by, about=row, decision=decision)
    row.save(force_insert=True)
    return row
