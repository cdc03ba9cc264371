"""Every change that all kinds of record share. Each asks its rule, writes and logs, in one transaction."""

from entente.records.services.working import (
    add_action,
    complete_action,
    index_words,
    write_note,
    write_translation,
)

__all__ = [
    "add_action",
    "complete_action",
    "index_words",
    "write_note",
    "write_translation",
]
