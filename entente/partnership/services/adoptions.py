"""Organisations adopt protocols, stay with an older version, leave them, and say how they were exercised."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from entente.audit import clock
from entente.audit.services import log
from entente.partnership.models import Adoption, Protocol, Rehearsal
from entente.partnership.queries import protocols as queries
from entente.partnership.rules import protocols as rules
from entente.people.models import Member


def _locked(adoption: Adoption | None, by: Member) -> Adoption | None:
    if adoption is None or not rules.may_bind(by):
        return adoption
    return Adoption.objects.visible_to(by).select_for_update(of=("self",)).get(pk=adoption.pk)


@transaction.atomic
def adopt_protocol(
    protocol: Protocol, *, by: Member, deviations: str = "", deviations_reason: str = ""
) -> Adoption:
    """Bind one's own organisation to a version; what it had adopted before ends. Raises Refused."""
    protocol = Protocol.objects.visible_to(by).get(pk=protocol.pk)
    living = _locked(queries.living_adoption(protocol.family, by), by)
    decision = rules.may_adopt_protocol(
        by, protocol, living, deviations=deviations, reason=deviations_reason
    ).require()
    if living:
        living.until = clock.now()
        living.save(update_fields=["until"])
    adoption = Adoption(
        family=protocol.family,
        protocol=protocol,
        organisation_id=by.organisation_id,
        adopted_by=by,
        deviations=deviations,
        deviations_reason=deviations_reason if deviations else "",
    )
    log(
        "partnership.protocol_adopted",
        by=by,
        about=adoption,
        decision=decision,
        details={"number": protocol.number, "deviations": deviations},
    )
    adoption.save(force_insert=True)
    return adoption


@transaction.atomic
def stay_with_version(protocol: Protocol, *, by: Member, reason: str) -> Adoption:
    """Say that one's organisation looked at the version in use and keeps the older one. Raises Refused."""
    found = queries.versions_of(protocol.reference, by)
    in_use = next((one for one in found if one.state == Protocol.State.IN_USE), None)
    living = _locked(queries.living_adoption(protocol.family, by), by)
    decision = rules.may_stay_with_version(by, living, in_use).require()
    if living is None or in_use is None:
        raise AssertionError("the rule let somebody stay with nothing")
    living.stays_with, living.stays_reason = in_use.number, reason
    living.save(update_fields=["stays_with", "stays_reason"])
    log(
        "partnership.protocol_version_kept",
        by=by,
        about=living,
        decision=decision,
        details={"number": in_use.number, "reason": reason},
    )
    return living


@transaction.atomic
def leave_protocol(protocol: Protocol, *, by: Member, reason: str) -> Adoption:
    """From now on one's organisation does not work by it. Raises Refused."""
    living = _locked(queries.living_adoption(protocol.family, by), by)
    decision = rules.may_leave_protocol(by, living).require()
    if living is None:
        raise AssertionError("the rule let somebody leave nothing")
    living.until, living.until_reason = clock.now(), reason
    living.save(update_fields=["until", "until_reason"])
    log("partnership.protocol_left", by=by, about=living, decision=decision, details={"reason": reason})
    return living


@transaction.atomic
def note_rehearsal(protocol: Protocol, *, by: Member, on: date, how: str, found: str) -> Rehearsal:
    """Keep when and how a protocol was exercised, and what was found. It is never changed. Raises Refused."""
    adopters = {one.organisation_id for one in queries.adoptions_of(protocol.family, by) if one.until is None}
    decision = rules.may_note_rehearsal(by, protocol, adopters, on, clock.today()).require()
    noted = Rehearsal(
        family=protocol.family,
        protocol=protocol,
        organisation_id=by.organisation_id,
        on=on,
        how=how,
        found=found,
    )
    log(
        "partnership.protocol_rehearsed",
        by=by,
        about=noted,
        decision=decision,
        details={"on": on.isoformat(), "how": how},
    )
    noted.save(force_insert=True)
    return noted
