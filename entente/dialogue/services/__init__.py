"""Every change to a dialogue. Each asks its rule, writes and logs, in one transaction."""

from entente.dialogue.services.analysing import analyse_dialogue, log_vote_counts, publish_outcome
from entente.dialogue.services.counting import count_votes
from entente.dialogue.services.drafting import (
    AlreadySaid,
    add_statement,
    draft_dialogue,
    edit_dialogue,
    translate_dialogue,
    translate_statement,
)
from entente.dialogue.services.excluding import (
    compare_exclusion,
    count_again,
    leave_out,
    try_without,
)
from entente.dialogue.services.exporting import (
    ask_polis_comparison,
    ask_polis_export,
    compare_dialogue_with_polis,
    forget_polis_exports,
    give_up_polis_export,
    make_polis_export,
    take_polis_export,
)
from entente.dialogue.services.hosting import (
    correct_sheet,
    end_session,
    find_code,
    find_room,
    plan_session,
    type_sheet,
)
from entente.dialogue.services.importing import (
    bring_in_import,
    forget_uploads,
    read_import,
    resume_import,
    run_import,
    start_import,
    stop_import,
)
from entente.dialogue.services.moderating import (
    Decided,
    Ruling,
    moderate_statement,
    moderate_statements,
    put_back_statements,
    settle_family,
)
from entente.dialogue.services.reminding import remind_of_statements
from entente.dialogue.services.running import (
    close_dialogue,
    forget_codes,
    freeze_dialogue,
    make_codes,
    open_dialogue,
    unfreeze_dialogue,
)
from entente.dialogue.services.voting import (
    answer_sheet,
    cast_vote,
    join_dialogue,
    note_change,
    redeem_code,
)

__all__ = [
    "AlreadySaid",
    "Decided",
    "Ruling",
    "add_statement",
    "analyse_dialogue",
    "answer_sheet",
    "ask_polis_comparison",
    "ask_polis_export",
    "bring_in_import",
    "cast_vote",
    "close_dialogue",
    "compare_dialogue_with_polis",
    "compare_exclusion",
    "correct_sheet",
    "count_again",
    "count_votes",
    "draft_dialogue",
    "edit_dialogue",
    "end_session",
    "find_code",
    "find_room",
    "forget_codes",
    "forget_polis_exports",
    "forget_uploads",
    "freeze_dialogue",
    "give_up_polis_export",
    "join_dialogue",
    "leave_out",
    "log_vote_counts",
    "make_codes",
    "make_polis_export",
    "moderate_statement",
    "moderate_statements",
    "note_change",
    "open_dialogue",
    "plan_session",
    "publish_outcome",
    "put_back_statements",
    "read_import",
    "redeem_code",
    "remind_of_statements",
    "resume_import",
    "run_import",
    "settle_family",
    "start_import",
    "stop_import",
    "take_polis_export",
    "translate_dialogue",
    "translate_statement",
    "try_without",
    "type_sheet",
    "unfreeze_dialogue",
]
