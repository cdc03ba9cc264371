"""Which reader a file needs, by what it begins with, whatever its name says."""

from __future__ import annotations

from entente.partnership.directory_tables.address_books import read_cards
from entente.partnership.directory_tables.csv_tables import read_csv
from entente.partnership.directory_tables.sheets import LIMITS, Limits, Sheet
from entente.partnership.directory_tables.spreadsheets import OLD_OFFICE, read_spreadsheet

ZIP_BEGINS = (b"PK\x03\x04", b"PK\x05\x06", OLD_OFFICE)
CARD = "BEGIN:VCARD"


def read_table(content: bytes, limits: Limits = LIMITS) -> Sheet:
    """A spreadsheet, an address book or CSV."""
    if content.startswith(ZIP_BEGINS):
        return read_spreadsheet(content, limits)
    head = content[:2000].replace(b"\0", b"").decode("latin-1").upper()
    if CARD in head:
        return read_cards(content, limits)
    return read_csv(content, limits)
