"""Records and what hangs on every record: who is let in, parts, translations, imports."""

from entente.records.models.access import GlassReview, Opening, Participation, Receipt
from entente.records.models.importing import ImportRun
from entente.records.models.parts import Action, File, Note, Part
from entente.records.models.record import OnRecord, Record
from entente.records.models.texts import SearchText, Translation

__all__ = [
    "Action",
    "File",
    "GlassReview",
    "ImportRun",
    "Note",
    "OnRecord",
    "Opening",
    "Part",
    "Participation",
    "Receipt",
    "Receipt",
    "Record",
    "SearchText",
    "Translation",
]
