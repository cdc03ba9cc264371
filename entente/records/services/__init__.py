"""Every change that all kinds of record share. Each asks its rule, writes and logs, in one transaction."""

from entente.records.services.files import keep_file, log_download
from entente.records.services.matters import open_matter
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
    "keep_file",
    "log_download",
    "open_matter",
    "write_note",
    "write_translation",
]
