"""Who may do what to an agreement that comes to be. Each rule answers with a reason a person can read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from entente.agreements.change_rules import UNSIGNED_STATES, may_keep
from entente.agreements.models import Agreement, Party
from entente.agreements.rules import in_english, lasts
from entente.agreements.vocabulary import Purpose
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.gaps import AUTHORITIES, ENFORCING, Gap
from entente.partnership.models import Basis, Dossier, LegalBasis, Opinion
from entente.people.models import Membership, Organisation

ADVISING = {Membership.Role.COORDINATOR, Membership.Role.OFFICER}
SIGNED = _("Somebody has signed already, and what was signed stays as it is. Amend the agreement instead.")
OPENED = _("The agreement is open for signature. Take it back into drafting first.")
OWN_LAW = _("Each party knows its own law: it states its bases itself.")
KEEPS = _("The organisation that keeps an agreement writes its dossier.")
PREPARED = _("The texts are filled in, every party has its legal bases, and every opinion was asked for.")
ANSWER_TIME = timedelta(days=14)  # after which nobody waits for an opinion any longer
REMIND_BEFORE = timedelta(days=30)
LONGEST = timedelta(days=730)  # from one review to the next


def _may_draft(actor: Actor, agreement: Agreement, parties: Sequence[Party]) -> Decision:
    """The keeper's coordinator or officer, while nobody has signed."""
    if agreement.state == Agreement.State.ENDED:
        return refuse(_("This agreement has ended. It stays as it was."))
    if agreement.state not in UNSIGNED_STATES or any(party.signed_at for party in parties):
        return refuse(SIGNED)
    return may_keep(actor, agreement)


def may_open_dossier(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], *, has_one: bool, at: datetime
) -> Decision:
    """Once for each agreement."""
    if has_one:
        return refuse(_("This agreement has a dossier already."))
    return _may_draft(actor, agreement, parties)


def may_write_dossier(actor: Actor, dossier: Dossier, parties: Sequence[Party], at: datetime) -> Decision:
    """Texts, matrix and bases: before the signature round."""
    may = _may_draft(actor, dossier.agreement, parties)
    return refuse(OPENED) if may and dossier.opened_at else may


def has_read(dossier: Dossier, version_read: int) -> Decision:
    """Nobody writes over what they did not read."""
    if version_read != dossier.version:
        return refuse(
            _("Somebody wrote version %(version)s meanwhile. Your words are kept here: compare, then save."),
            version=dossier.version,
        )
    return allow(KEEPS)


def may_exclude(purposes: Collection[str], used: Collection[str]) -> Decision:
    """A purpose for which clauses stand is not excluded."""
    if both := sorted(set(purposes) & set(used)):
        return refuse(
            _("Clauses stand for the purpose “%(purpose)s”. Take them out of the matrix first."),
            purpose=in_english(Purpose, both[0]),
        )
    return allow(KEEPS)


def may_state_basis(
    actor: Actor,
    agreement: Agreement,
    parties: Sequence[Party],
    organisation: Organisation,
    basis: str,
    provision: str,
    at: datetime,
) -> Decision:
    """The keeper for everybody while nobody has signed; each party for itself until the end."""
    if agreement.state == Agreement.State.ENDED:
        return refuse(_("This agreement has ended. It stays as it was."))
    if not any(row.organisation_id == organisation.pk and row.left_at is None for row in parties):
        return refuse(_("%(organisation)s is not a party."), organisation=str(organisation))
    if basis == LegalBasis.LEGITIMATE and organisation.kind in AUTHORITIES:
        return refuse(
            _(
                "Legitimate interests are no basis for the tasks of a public authority:"
                " %(organisation)s is one."
            ),
            organisation=str(organisation),
        )
    if (
        basis in {LegalBasis.ENFORCEMENT, LegalBasis.SPECIAL_ENFORCEMENT}
        and organisation.kind not in ENFORCING
    ):
        return refuse(
            _(
                "The Law Enforcement Directive is for police, prosecution and prisons,"
                " not for %(organisation)s."
            ),
            organisation=str(organisation),
        )
    if not provision.strip():
        return refuse(_("Name the national provision in words, so that others can look it up."))
    return _may_speak_for(actor, agreement, parties, organisation.pk)


def _may_speak_for(
    actor: Actor, agreement: Agreement, parties: Sequence[Party], organisation: object
) -> Decision:
    if isinstance(actor, Membership) and actor.role in ADVISING and actor.organisation_id == organisation:
        return allow(OWN_LAW)
    return _may_draft(actor, agreement, parties)


def may_withdraw_basis(actor: Actor, basis: Basis, parties: Sequence[Party], at: datetime) -> Decision:
    """Whoever could state it; once, and with a reason."""
    if basis.withdrawn_at:
        return refuse(_("This basis was withdrawn already."))
    return _may_speak_for(actor, basis.agreement, parties, basis.organisation_id)


def may_ask_opinions(
    actor: Actor, dossier: Dossier, parties: Sequence[Party], asked: Collection[object], at: datetime
) -> Decision:
    """Of every party that was not asked about this version yet."""
    if not [row for row in present(parties, at) if row.organisation_id not in asked]:
        return refuse(_("Every party was asked about this version already."))
    return may_write_dossier(actor, dossier, parties, at)


def may_give_opinion(actor: Actor, opinion: Opinion, *, has_officer: bool, at: datetime) -> Decision:
    """The party's own officer; where it has none, its coordinator. Once."""
    if opinion.given_at:
        return refuse(_("This opinion was given already, and it stays. A new version is asked about anew."))
    if not isinstance(actor, Membership) or actor.organisation_id != opinion.organisation_id:
        return refuse(_("Each party's own data protection officer gives its opinion."))
    if actor.role == Membership.Role.OFFICER:
        return allow(_("The data protection officer of a party gives its opinion."))
    if actor.role != Membership.Role.COORDINATOR or has_officer:
        return refuse(_("Each party's own data protection officer gives its opinion."))
    return allow(
        _("Where an organisation has no data protection officer, its coordinator gives the opinion.")
    )


def may_open_signature(
    actor: Actor,
    dossier: Dossier,
    parties: Sequence[Party],
    opinions: Sequence[Opinion],
    open_texts: Collection[str],
    gaps: Sequence[Gap],
    at: datetime,
) -> Decision:
    """Once nothing is missing: texts, legal bases, opinions."""
    may = may_write_dossier(actor, dossier, parties, at)
    if not may:
        return may
    if len(present(parties, at)) < 2:
        return refuse(_("An agreement needs at least two parties. Add them first."))
    missing = _missing(dossier, parties, opinions, open_texts, gaps, at)
    return missing if missing is not None else allow(PREPARED)


def _missing(
    dossier: Dossier,
    parties: Sequence[Party],
    opinions: Sequence[Opinion],
    open_texts: Collection[str],
    gaps: Sequence[Gap],
    at: datetime,
) -> Decision | None:
    if open_texts:
        return refuse(_("Texts still to be filled in: %(number)s."), number=len(open_texts))
    if not dossier.contact:
        return refuse(_("Name the single contact point for people's rights first."))
    if gaps:
        return refuse(_("Legal bases are missing: %(number)s. Each gap stands below."), number=len(gaps))
    for party in present(parties, at):
        theirs = [row for row in opinions if row.organisation_id == party.organisation_id]
        if not theirs:
            return refuse(_("%(organisation)s was not asked for its opinion yet."), organisation=str(party))
        newest = max(theirs, key=lambda row: row.asked_at)
        if newest.given_at is None and at - newest.asked_at < ANSWER_TIME:
            return refuse(
                _("%(organisation)s has not given its opinion yet. Nobody waits longer than 14 days."),
                organisation=str(party),
            )
        if newest.view == Opinion.View.UNFAVOURABLE and newest.version == dossier.version:
            return refuse(
                _("The opinion of %(organisation)s is unfavourable. Change the texts and ask again."),
                organisation=str(party),
            )
    return None


def may_reopen_draft(actor: Actor, dossier: Dossier, parties: Sequence[Party], at: datetime) -> Decision:
    """Back from the signature round, while nobody has signed."""
    if not dossier.opened_at:
        return refuse(_("The agreement is not open for signature."))
    return _may_draft(actor, dossier.agreement, parties)


def may_review_agreement(actor: Actor, dossier: Dossier, note: str, next_on: date, at: datetime) -> Decision:
    """While it lives; the next one within two years."""
    if dossier.agreement.state not in {Agreement.State.INTERIM, Agreement.State.IN_FORCE}:
        return refuse(_("Only an agreement that is interim or in force is reviewed."))
    if not at.date() < next_on <= (at + LONGEST).date():
        return refuse(_("The next review is on a day to come, within two years."))
    if not note.strip():
        return refuse(_("Say in a sentence what the review found."))
    return may_keep(actor, dossier.agreement)


def present(parties: Sequence[Party], at: datetime) -> list[Party]:
    """The parties that have not left."""
    return [row for row in parties if lasts(at, row.joined_at, row.left_at)]


def may_use_purposes(purposes: Collection[str], excluded: Collection[str]) -> Decision:
    """A clause for a purpose that this agreement excludes would contradict its own text."""
    if both := sorted(set(purposes) & set(excluded)):
        return refuse(
            _(
                "This agreement excludes the purpose “%(purpose)s”:"
                " a clause for it would contradict its text."
            ),
            purpose=in_english(Purpose, both[0]),
        )
    return allow(KEEPS)
