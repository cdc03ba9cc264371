"""What can be wrong or worth knowing in a file for the directory, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


def N_(sentence: str) -> str:  # noqa: N802 - the usual name of a gettext marker; Babel is told to look for it
    """Mark a sentence for translation without translating it; the page that shows it does."""
    return sentence


class Fault(StrEnum):
    """One kind of thing that whoever brings a file in is told about it."""

    # the whole file
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    OLD_FORMAT = "old_format"
    UNPACKED_TOO_LARGE = "unpacked_too_large"
    PACKED_TOO_TIGHTLY = "packed_too_tightly"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    MALFORMED = "malformed"
    NO_NAME_COLUMN = "no_name_column"
    NO_ROWS = "no_rows"
    ENCODING = "encoding"
    SEPARATOR = "separator"
    OTHER_SHEETS = "other_sheets"
    LEFT_OUT = "left_out"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    # one row
    FORMULA = "formula"
    NO_NAME = "no_name"
    TOO_LONG = "too_long"
    BAD_ADDRESS = "bad_address"
    BAD_PHONE = "bad_phone"
    BAD_WEB = "bad_web"
    UNKNOWN_WORD = "unknown_word"
    CONTACT_WITHOUT_NAME = "contact_without_name"
    TWICE = "twice"
    DIFFERS_IN_FILE = "differs_in_file"
    SAME_ADDRESS_IN_FILE = "same_address_in_file"
    SAME_ADDRESS = "same_address"
    DIFFERS = "differs"
    NOT_YOURS = "not_yours"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_ALLOWED = "not_allowed"
    NO_LANGUAGE = "no_language"
    NO_KIND = "no_kind"


SENTENCES: dict[Fault, str] = {
    Fault.EMPTY: N_("The file is empty."),
    Fault.UNREADABLE: N_("The file is damaged or is not what its name says. Save it again and send that."),
    Fault.ENCRYPTED: N_("The file is protected by a password. Save it without one and send that."),
    Fault.OLD_FORMAT: N_("This is a spreadsheet of an old kind (.xls). Save it as .xlsx or as CSV."),
    Fault.UNPACKED_TOO_LARGE: N_(
        "Unpacked, the file is larger than %(limit)s MB. Split it, or save it as CSV."
    ),
    Fault.PACKED_TOO_TIGHTLY: N_(
        "The file is packed so tightly that it could fill a server. It was not opened. Save it as CSV."
    ),
    Fault.TOO_MANY_ROWS: N_("The file has more than %(limit)s rows. Split it into several files."),
    Fault.TOO_MANY_COLUMNS: N_("The file has more than %(limit)s columns."),
    Fault.MALFORMED: N_(
        "From line %(line)s on, the file can't be read: a quotation mark is missing, perhaps."
    ),
    Fault.NO_NAME_COLUMN: N_(
        "No column was recognised as the name of the organisation. Choose it below, or name it in the file."
    ),
    Fault.NO_ROWS: N_("There is nothing below the headings."),
    Fault.ENCODING: N_("The letters were read as %(encoding)s. Look whether names appear as they should."),
    Fault.SEPARATOR: N_("The cells are separated by: %(separator)s"),
    Fault.OTHER_SHEETS: N_("Only the sheet “%(sheet)s” is read; the file has %(others)s more."),
    Fault.LEFT_OUT: N_(
        "The column “%(column)s” is never brought in: the directory holds no scores, levels of danger,"
        " beliefs, origins or home addresses of people."
    ),
    Fault.UNKNOWN_COLUMN: N_("The column “%(column)s” was not recognised and is left out."),
    Fault.COLUMN_TWICE: N_("The column “%(column)s” says the same as one before it and is left out."),
    Fault.FORMULA: N_(
        "The cell “%(column)s” holds a formula. Formulas are never worked out here; put its result there."
    ),
    Fault.NO_NAME: N_("The organisation has no name."),
    Fault.TOO_LONG: N_("The cell “%(column)s” is longer than %(limit)s characters."),
    Fault.BAD_ADDRESS: N_("“%(value)s” is not an e-mail address."),
    Fault.BAD_PHONE: N_("“%(value)s” is not a telephone number."),
    Fault.BAD_WEB: N_("“%(value)s” is not the address of a web page."),
    Fault.UNKNOWN_WORD: N_("“%(value)s” is not known under “%(column)s”."),
    Fault.CONTACT_WITHOUT_NAME: N_("A contact needs a name or a post."),
    Fault.TWICE: N_("The same as line %(other)s."),
    Fault.DIFFERS_IN_FILE: N_("“%(column)s” differs from line %(other)s, which counts."),
    Fault.SAME_ADDRESS_IN_FILE: N_(
        "Line %(other)s has the same e-mail address under another name. Is it one organisation?"
    ),
    Fault.SAME_ADDRESS: N_(
        "The directory has this e-mail address under another name, “%(name)s”. Is it one organisation?"
    ),
    Fault.DIFFERS: N_("“%(column)s”: the directory says “%(now)s”, the file says “%(then)s”."),
    Fault.NOT_YOURS: N_("Another organisation keeps this entry. Ask it to change it."),
    Fault.CHANGED_MEANWHILE: N_("Somebody changed this entry meanwhile. Bring the file in once more."),
    Fault.NOT_ALLOWED: N_("This could not be written: %(reason)s"),
    Fault.NO_LANGUAGE: N_("The row does not say in which languages people are helped."),
    Fault.NO_KIND: N_("The row does not say what kind of organisation it is."),
}


@dataclass(frozen=True)
class Finding:
    """One thing noticed, with what its sentence needs."""

    fault: Fault
    detail: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"code": str(self.fault), "detail": self.detail}


def found(fault: Fault, **detail: Any) -> Finding:
    """Note something."""
    return Finding(fault, detail)
