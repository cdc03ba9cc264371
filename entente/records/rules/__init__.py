"""Who may do what to what every record has. Each rule answers with a reason a person can read."""

from entente.records.rules.working import REASON_OWNER, may_complete_action, may_work_on

__all__ = ["REASON_OWNER", "may_complete_action", "may_work_on"]
