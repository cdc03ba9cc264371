"""The partnership's papers."""

from entente.partnership.models.charters import Charter, Signature
from entente.partnership.models.commitments import Commitment, CommitmentReminder, CommitmentVersion
from entente.partnership.models.decisions import DecisionEssence, Dissent, GroupDecision
from entente.partnership.models.drafting import Basis, Dossier, DossierVersion, LegalBasis, Opinion
from entente.partnership.models.groups import Group, OnGroup, Place, Pledge
from entente.partnership.models.means import Booking, Resource
from entente.partnership.models.meetings import (
    AgendaPoint,
    Attendance,
    CalendarKey,
    Meeting,
    MeetingNotice,
    Minutes,
)
from entente.partnership.models.money import Fund, FundEntry, FundReader
from entente.partnership.models.protocols import Adoption, Protocol, Rehearsal
from entente.partnership.models.register import Assessment, Publication, RetentionConfirmation, Summary
from entente.partnership.models.strategy import (
    Citation,
    Finding,
    Objective,
    Passage,
    PlannedAction,
    Progress,
    Strategy,
    StrategyReview,
)

__all__ = [
    "Adoption",
    "AgendaPoint",
    "Assessment",
    "Attendance",
    "Basis",
    "Booking",
    "CalendarKey",
    "Charter",
    "Citation",
    "Commitment",
    "CommitmentReminder",
    "CommitmentVersion",
    "DecisionEssence",
    "Dissent",
    "Dossier",
    "DossierVersion",
    "Finding",
    "Fund",
    "FundEntry",
    "FundReader",
    "Group",
    "GroupDecision",
    "LegalBasis",
    "Meeting",
    "MeetingNotice",
    "Minutes",
    "Objective",
    "OnGroup",
    "Opinion",
    "Passage",
    "Place",
    "PlannedAction",
    "Pledge",
    "Progress",
    "Protocol",
    "Publication",
    "Rehearsal",
    "Resource",
    "RetentionConfirmation",
    "Signature",
    "Strategy",
    "StrategyReview",
    "Summary",
]
