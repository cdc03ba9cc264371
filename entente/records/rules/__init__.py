"""Who may do what to what every record has. Each rule answers with a reason a person can read."""

from entente.records.rules.files import may_keep_file
from entente.records.rules.matters import may_open_matter
from entente.records.rules.working import REASON_OWNER, may_complete_action, may_work_on

__all__ = ["REASON_OWNER", "may_complete_action", "may_keep_file", "may_open_matter", "may_work_on"]
