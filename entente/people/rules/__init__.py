"""Who may let people in, and who may end what. Each rule answers with a reason a person can read."""

from entente.people.rules.members import (
    may_add_area,
    may_add_factor,
    may_ask_for_link,
    may_end_seat,
    may_end_session,
    may_invite_member,
    may_name_task_force,
    may_seat,
    may_take_seat,
)

__all__ = [
    "may_add_area",
    "may_add_factor",
    "may_ask_for_link",
    "may_end_seat",
    "may_end_session",
    "may_invite_member",
    "may_name_task_force",
    "may_seat",
    "may_take_seat",
]
