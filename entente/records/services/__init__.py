"""Every change that all kinds of record share. Each asks its rule, writes and logs, in one transaction."""

from entente.records.services.exporting import log_export
from entente.records.services.files import keep_file, log_download
from entente.records.services.glass import break_glass, note_refused_glass, review_glass
from entente.records.services.matters import open_matter
from entente.records.services.opening import log_reading, open_record
from entente.records.services.receipts import issue_receipt
from entente.records.services.sharing import end_participation, share_record
from entente.records.services.working import (
    add_action,
    complete_action,
    index_words,
    write_note,
    write_translation,
)

__all__ = [
    "add_action",
    "break_glass",
    "complete_action",
    "end_participation",
    "index_words",
    "issue_receipt",
    "keep_file",
    "log_download",
    "log_export",
    "log_reading",
    "note_refused_glass",
    "open_matter",
    "open_record",
    "review_glass",
    "share_record",
    "write_note",
    "write_translation",
]
