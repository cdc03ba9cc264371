"""The steps an agreement can take: their names, what happens, to whom, and whether it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entente.agreements import change_rules as rules
from entente.agreements import services
from entente.agreements.forms import ReasonForm, SignForm
from entente.agreements.mandate_rules import may_sign_for
from entente.agreements.sentences import Text
from entente.audit.decisions import Decision
from entente.people.models import Member

EVERY_PARTY = _("Every party, and every member of the partnership who reads this page.")
WITH_REASON = _("Every party at once. Your reason is there for every member of the partnership.")


@dataclass(frozen=True)
class Step:
    """One button of an agreement's page, with the words of its confirmation."""

    name: str
    label: Promise
    icon: str
    what: Promise
    to_whom: Promise
    undo: Promise
    done: Promise
    may: Callable[[Member, Text], Decision]
    take: Callable[..., Any]
    form: type[ReasonForm] | type[SignForm] | None = None
    is_grave: bool = False
    closes: bool = False  # what is shared under it
    is_of_party: bool = False  # else the keeper's

    def may_at_all(self, member: Member, text: Text) -> Decision:
        """Whether this is the member's to decide, whatever the agreement's state."""
        if self.name == "sign_agreement" and may_sign_for(member, text.agreement, text.mandates, text.at):
            return rules.may_belong(member, text.parties, text.at)
        if self.is_of_party:
            return rules.may_act_for_party(member, text.parties, text.at)
        return rules.may_keep(member, text.agreement)


STEPS = (
    Step(
        name="sign_agreement",
        label=_("Sign for your organisation"),
        icon="pencil",
        what=_(
            "Your organisation is bound by every clause once the agreement is brought into force."
            " From the first signature on, nobody can add a party or a clause."
        ),
        to_whom=EVERY_PARTY,
        undo=_("A signature stays. Your organisation can leave the agreement at any time."),
        done=_("Your organisation has signed."),
        may=lambda by, text: rules.may_sign_agreement(
            by, text.agreement, text.parties, len(text.clauses), text.at, text.mandates, text.prepared
        ),
        take=lambda agreement, by, clauses, terms, reservation: services.sign_agreement(
            agreement, by=by, clauses_read=clauses, terms_read=terms, reservation=reservation
        ),
        form=SignForm,
        is_of_party=True,
    ),
    Step(
        name="begin_interim",
        label=_("Let the agreement begin as interim"),
        icon="clock",
        what=_(
            "The clauses that hold before signature open at this second: contact persons, meeting dates and"
            " consultations without identity. All others stay closed."
        ),
        to_whom=_("Every party. From now on every member of the partnership can read the agreement."),
        undo=_("You can suspend or end it at any time. It does not become a draft again."),
        done=_("The agreement is interim. What holds before signature is open."),
        may=lambda by, text: rules.may_begin_interim(by, text.agreement, text.parties, text.clauses, text.at),
        take=services.begin_interim,
    ),
    Step(
        name="bring_into_force",
        label=_("Bring the agreement into force"),
        icon="check",
        what=_(
            "From this second on every clause holds. A record opens only when its owner invites somebody."
        ),
        to_whom=EVERY_PARTY,
        undo=_("You can suspend or end it at any time. Its clauses can't be changed any more."),
        done=_("The agreement is in force."),
        may=lambda by, text: rules.may_bring_into_force(
            by, text.agreement, text.parties, len(text.clauses), text.at, text.prepared
        ),
        take=services.bring_into_force,
    ),
    Step(
        name="suspend_agreement",
        label=_("Suspend the agreement"),
        icon="lock",
        what=_("From this second on the agreement opens nothing to anybody. Nothing is lost."),
        to_whom=WITH_REASON,
        undo=_("Yes. When it is resumed, what was shared under it opens again."),
        done=_("The agreement is suspended. It opens nothing any more until it is resumed."),
        may=lambda by, text: rules.may_suspend_agreement(by, text.agreement, text.at),
        take=services.suspend_agreement,
        form=ReasonForm,
        closes=True,
    ),
    Step(
        name="resume_agreement",
        label=_("Resume the agreement"),
        icon="circle",
        what=_("The agreement opens again, from this second on, what it opened before it was suspended."),
        to_whom=EVERY_PARTY,
        undo=_("Yes, it can be suspended again at any time."),
        done=_("The agreement opens again what its clauses name."),
        may=lambda by, text: rules.may_resume_agreement(by, text.agreement, text.at),
        take=services.resume_agreement,
    ),
    Step(
        name="leave_agreement",
        label=_("Leave the agreement"),
        icon="leave",
        what=_(
            "From this second on nothing goes from your organisation to the others under this agreement,"
            " and nothing from them to yours. The other parties go on without you."
        ),
        to_whom=WITH_REASON,
        undo=_("No. An organisation that left does not come back to the same agreement."),
        done=_("Your organisation has left the agreement."),
        may=lambda by, text: rules.may_leave_agreement(by, text.agreement, text.parties, text.at),
        take=services.leave_agreement,
        form=ReasonForm,
        is_grave=True,
        closes=True,
        is_of_party=True,
    ),
    Step(
        name="end_agreement",
        label=_("End the agreement"),
        icon="square",
        what=_(
            "From this second on the agreement opens nothing to anybody, for good. It stays here to be read."
        ),
        to_whom=WITH_REASON,
        undo=_("No. What should go on needs a new agreement."),
        done=_("The agreement has ended."),
        may=lambda by, text: rules.may_end_agreement(by, text.agreement, text.at, text.at),
        take=services.end_agreement,
        form=ReasonForm,
        is_grave=True,
        closes=True,
    ),
)
BY_NAME = {step.name: step for step in STEPS}


def open_steps(member: Member, text: Text) -> list[Step]:
    """The steps this member may take now."""
    return [step for step in STEPS if step.may(member, text)]
