"""Who tells the public what an agreement says, and who weighs and decides what it may do to people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from entente.agreements import change_rules
from entente.agreements.models import Agreement
from entente.audit.actors import Actor
from entente.audit.decisions import Decision, allow, refuse
from entente.partnership.models import Assessment
from entente.people.models import Membership

State = Assessment.State
DECISIONS = (State.APPROVED, State.CONDITIONS, State.REJECTED)
LONGEST_YEARS = 2
DECIDED = _("This assessment is decided and stays as it is. Begin a new one.")
ADVISES = _("The data protection officer of the keeper advises.")
WRITES = _("The keeper's data protection officer or coordinator writes the assessment.")
DECIDES = _("The keeper's coordinator decides; the officer has advised.")


def may_publish_essence(actor: Actor, agreement: Agreement, at: datetime) -> Decision:
    """The keeper's coordinator or officer, of an agreement that lives or lived."""
    if agreement.state == Agreement.State.DRAFT:
        return refuse(_("A draft is not published. Publish it once it is interim or in force."))
    return change_rules.may_keep(actor, agreement)


def may_write_assessment(
    actor: Actor, agreement: Agreement, latest: Assessment | None, at: datetime
) -> Decision:
    """The keeper's officer or coordinator, while nobody has advised on it."""
    may = change_rules.may_keep(actor, agreement)
    if not may:
        return may
    if latest is not None and latest.state == State.OPINION:
        return refuse(_("The officer has advised on these texts. Decide, then begin a new assessment."))
    return allow(WRITES)


def may_advise_on_assessment(
    actor: Actor, agreement: Agreement, latest: Assessment | None, at: datetime
) -> Decision:
    """The keeper's data protection officer, once every text is there."""
    may = change_rules.may_keep(actor, agreement)
    if not may:
        return may
    if not isinstance(actor, Membership) or actor.role != Membership.Role.OFFICER:
        return refuse(_("Only the data protection officer of the keeper advises on it."))
    if latest is None or latest.state != State.DRAFT:
        return refuse(_("There is no draft to advise on. Write the assessment first."))
    if missing_texts(latest):
        return refuse(_("The assessment is not complete yet. Fill in every text first."))
    return allow(ADVISES)


def may_decide_assessment(
    actor: Actor, agreement: Agreement, latest: Assessment | None, at: datetime
) -> Decision:
    """The keeper's coordinator, after the officer's advice: nobody decides on their own advice."""
    may = change_rules.may_keep(actor, agreement)
    if not may:
        return may
    if latest is None or latest.state == State.DRAFT:
        return refuse(_("The data protection officer advises first."))
    if latest.is_decided:
        return refuse(DECIDED)
    if not isinstance(actor, Membership) or actor.role != Membership.Role.COORDINATOR:
        return refuse(_("Whoever advises does not decide: the keeper's coordinator does."))
    return allow(DECIDES)


def fits(state: str, conditions: str, review_on: date, today: date) -> Decision:
    """Whether a decision says everything it must."""
    if state not in DECISIONS:
        return refuse(_("Choose: approved, approved with conditions, or rejected."))
    if state == State.CONDITIONS and not conditions:
        return refuse(_("Say which conditions must be kept."))
    latest = today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28))
    if not today < review_on <= latest:
        return refuse(_("The next review lies ahead, within two years."))
    return allow(DECIDES)


def missing_texts(assessment: Assessment) -> list[str]:
    """The texts that nobody has written yet, by the name of their field."""
    names = ("scope", "necessity", "proportionality", "concerns", "measures", "consulted")
    return [name for name in names if not getattr(assessment, name).strip()]


def new_categories(assessment: Assessment, categories: Collection[str]) -> list[str]:
    """What the agreement shares now that the assessment did not look at."""
    return sorted(set(categories) - set(assessment.categories))


def is_due(assessment: Assessment, categories: Collection[str], today: date) -> bool:
    """Whether a decided assessment must be looked at again: its day has come, or a category was added."""
    if not assessment.is_decided:
        return False
    has_come = assessment.review_on is not None and assessment.review_on <= today
    return has_come or bool(new_categories(assessment, categories))


def may_confirm_retention(actor: Actor, at: datetime) -> Decision:
    """A data protection officer."""
    if not isinstance(actor, Membership) or actor.role != Membership.Role.OFFICER:
        return refuse(_("Only a data protection officer confirms the table."))
    return allow(_("A data protection officer confirms for how long things are kept."))
