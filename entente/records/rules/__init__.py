"""Who may do what to what every record has. Each rule answers with a reason a person can read."""

from entente.records.rules.files import may_keep_file
from entente.records.rules.glass import may_break_glass, may_review_glass
from entente.records.rules.matters import may_open_matter
from entente.records.rules.receipts import may_issue_receipt
from entente.records.rules.sharing import may_end_participation, may_invite, may_open_record, may_share
from entente.records.rules.working import REASON_OWNER, may_complete_action, may_work_on

__all__ = [
    "REASON_OWNER",
    "may_break_glass",
    "may_complete_action",
    "may_end_participation",
    "may_invite",
    "may_issue_receipt",
    "may_keep_file",
    "may_open_matter",
    "may_open_record",
    "may_review_glass",
    "may_share",
    "may_work_on",
]
