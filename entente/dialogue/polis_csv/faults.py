"""What can be wrong or odd in a set of Polis files, and the sentence that says so."""

from dataclasses import dataclass, field
from enum import StrEnum

from entente.dialogue.polis_csv.text import shown

MOST_REPORTED = 100


def N_(sentence: str) -> str:  # noqa: N802 - the usual name of a gettext marker; Babel is told to look for it
    """Mark a sentence for translation without translating it; the page that shows it does."""
    return sentence


class Fault(StrEnum):
    """One kind of thing that a reader of the report is told about the files."""

    # the folder or the zip
    NOT_A_FOLDER = "not_a_folder"
    NOT_A_ZIP = "not_a_zip"
    ZIP_TOO_LARGE = "zip_too_large"
    ZIP_DAMAGED = "zip_damaged"
    UNPACKED_TOO_LARGE = "unpacked_too_large"
    PACKED_TOO_TIGHTLY = "packed_too_tightly"
    TOO_MANY_FILES = "too_many_files"
    ENCRYPTED_FILE = "encrypted_file"
    UNSAFE_NAME = "unsafe_name"
    LINK = "link"
    NESTED_ARCHIVE = "nested_archive"
    DUPLICATE_FILE = "duplicate_file"
    SEVERAL_FOLDERS = "several_folders"
    UNKNOWN_COMPRESSION = "unknown_compression"
    MISSING_FILE = "missing_file"
    UNREADABLE_FILE = "unreadable_file"
    IGNORED_FILE = "ignored_file"
    MATRIX_ABSENT = "matrix_absent"
    # any CSV file
    EMPTY_FILE = "empty_file"
    NOT_UTF8 = "not_utf8"
    NUL_BYTE = "nul_byte"
    CUT_OFF = "cut_off"
    MALFORMED_ROW = "malformed_row"
    ROW_TOO_LONG = "row_too_long"
    NO_FINAL_NEWLINE = "no_final_newline"
    WRONG_SEPARATOR = "wrong_separator"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_FEW_COLUMNS = "too_few_columns"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE_NUMBER = "negative_number"
    NUMBER_TOO_LARGE = "number_too_large"
    TEXT_TOO_LONG = "text_too_long"
    DIRECTION_REMOVED = "direction_removed"
    CONTROL_REMOVED = "control_removed"
    # summary.csv
    DUPLICATE_ENTRY = "duplicate_entry"
    NO_TOPIC = "no_topic"
    ADDRESS_LEFT_OUT = "address_left_out"
    SUMMARY_DIFFERS = "summary_differs"
    # comments.csv
    NO_STATEMENTS = "no_statements"
    TOO_MANY_STATEMENTS = "too_many_statements"
    DUPLICATE_STATEMENT = "duplicate_statement"
    EMPTY_TEXT = "empty_text"
    BAD_MODERATION = "bad_moderation"
    COUNTS_WITH_REPLACED = "counts_with_replaced"
    COUNTS_DIFFER = "counts_differ"
    # votes.csv
    NO_VOTES = "no_votes"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_VOTERS = "too_many_voters"
    BAD_VOTE = "bad_vote"
    UNKNOWN_STATEMENT = "unknown_statement"
    REPLACED_VOTES = "replaced_votes"
    SAME_TIME = "same_time"
    # participants-votes.csv
    DUPLICATE_PARTICIPANT = "duplicate_participant"
    PARTICIPANT_DIFFERS = "participant_differs"
    PARTICIPANTS_WITHOUT_VOTES = "participants_without_votes"
    VOTERS_NOT_IN_MATRIX = "voters_not_in_matrix"
    MATRIX_STATEMENT_UNKNOWN = "matrix_statement_unknown"
    STATEMENTS_NOT_IN_MATRIX = "statements_not_in_matrix"
    FOREIGN_IDENTIFIER = "foreign_identifier"
    # the report itself
    AND_MORE = "and_more"


# One sentence a fault. The page translates the sentence, then fills it: gettext(SENTENCES[p.code]) % p.values
SENTENCES: dict[Fault, str] = {
    Fault.NOT_A_FOLDER: N_("%(file)s is not a folder that can be read."),
    Fault.NOT_A_ZIP: N_("The file is not a zip archive, or its table of contents is damaged."),
    Fault.ZIP_TOO_LARGE: N_("The zip file is larger than %(limit)d bytes."),
    Fault.ZIP_DAMAGED: N_("%(file)s cannot be unpacked because the zip file is damaged."),
    Fault.UNPACKED_TOO_LARGE: N_("The files are larger than %(limit)d bytes when unpacked."),
    Fault.PACKED_TOO_TIGHTLY: N_(
        "%(file)s is packed more than %(limit)d times smaller than it is; it was not opened."
    ),
    Fault.TOO_MANY_FILES: N_("There are more than %(limit)d files; four are expected."),
    Fault.ENCRYPTED_FILE: N_("%(file)s is protected by a password. Pack the files again without one."),
    Fault.UNSAFE_NAME: N_("The name %(file)s points outside the zip file; nothing was opened."),
    Fault.LINK: N_("%(file)s is a link to another place, not a file; nothing was opened."),
    Fault.NESTED_ARCHIVE: N_("%(file)s is an archive inside the archive. Pack the CSV files directly."),
    Fault.DUPLICATE_FILE: N_("%(file)s is there more than once."),
    Fault.SEVERAL_FOLDERS: N_("The CSV files lie in different folders; %(file)s is not beside the others."),
    Fault.UNKNOWN_COMPRESSION: N_("%(file)s is packed by a method that is not supported."),
    Fault.MISSING_FILE: N_("%(file)s is missing."),
    Fault.UNREADABLE_FILE: N_("%(file)s cannot be read."),
    Fault.IGNORED_FILE: N_("%(file)s is not part of a Polis export and was ignored."),
    Fault.MATRIX_ABSENT: N_("%(file)s is missing, so the groups found by Polis cannot be compared."),
    Fault.EMPTY_FILE: N_("%(file)s is empty."),
    Fault.NOT_UTF8: N_("Line %(line)d of %(file)s: the text is not in UTF-8. Save the file as UTF-8."),
    Fault.NUL_BYTE: N_(
        "Line %(line)d of %(file)s: there is a null character, so this is not a text file in UTF-8."
    ),
    Fault.CUT_OFF: N_("Line %(line)d of %(file)s: the file ends in the middle of this row."),
    Fault.MALFORMED_ROW: N_(
        "Line %(line)d of %(file)s: a quotation mark or a line break is where CSV does not allow one."
    ),
    Fault.ROW_TOO_LONG: N_(
        "Line %(line)d of %(file)s: the row that starts here is too long; "
        "a closing quotation mark may be missing."
    ),
    Fault.NO_FINAL_NEWLINE: N_(
        "Line %(line)d of %(file)s: the last line has no end; check that the file was not cut off."
    ),
    Fault.WRONG_SEPARATOR: N_(
        "Line %(line)d of %(file)s: the columns are separated by semicolons or tabs instead of commas."
    ),
    Fault.MISSING_COLUMN: N_("Line %(line)d of %(file)s: the column %(column)s is missing."),
    Fault.DUPLICATE_COLUMN: N_("Line %(line)d of %(file)s: the column %(column)s is there twice."),
    Fault.TOO_MANY_COLUMNS: N_(
        "Line %(line)d of %(file)s: the row has %(found)d columns, more than the %(expected)d expected."
    ),
    Fault.TOO_FEW_COLUMNS: N_(
        "Line %(line)d of %(file)s: the row has %(found)d columns, fewer than the %(expected)d expected."
    ),
    Fault.NOT_A_NUMBER: N_(
        "Line %(line)d of %(file)s: %(found)s in column %(column)s is not a whole number."
    ),
    Fault.NEGATIVE_NUMBER: N_("Line %(line)d of %(file)s: %(found)s in column %(column)s is negative."),
    Fault.NUMBER_TOO_LARGE: N_("Line %(line)d of %(file)s: %(found)s in column %(column)s is too large."),
    Fault.TEXT_TOO_LONG: N_(
        "Line %(line)d of %(file)s: the text has %(found)d characters; at most %(limit)d are accepted."
    ),
    Fault.DIRECTION_REMOVED: N_(
        "Line %(line)d of %(file)s: hidden characters that change the direction of text were removed."
    ),
    Fault.CONTROL_REMOVED: N_("Line %(line)d of %(file)s: invisible control characters were removed."),
    Fault.DUPLICATE_ENTRY: N_("Line %(line)d of %(file)s: the entry %(column)s is there twice."),
    Fault.NO_TOPIC: N_("%(file)s does not say the topic of the conversation."),
    Fault.ADDRESS_LEFT_OUT: N_("Line %(line)d of %(file)s: %(found)s is not a web address and was left out."),
    Fault.SUMMARY_DIFFERS: N_(
        "Line %(line)d of %(file)s: the entry %(column)s says %(said)d, the other files show %(found)d."
    ),
    Fault.NO_STATEMENTS: N_("%(file)s has no statements."),
    Fault.TOO_MANY_STATEMENTS: N_("Line %(line)d of %(file)s: there are more than %(limit)d statements."),
    Fault.DUPLICATE_STATEMENT: N_(
        "Line %(line)d of %(file)s: statement %(statement)d is already on line %(first)d."
    ),
    Fault.EMPTY_TEXT: N_("Line %(line)d of %(file)s: statement %(statement)d has no text."),
    Fault.BAD_MODERATION: N_("Line %(line)d of %(file)s: the moderation %(found)s is none of 1, 0 and -1."),
    Fault.COUNTS_WITH_REPLACED: N_(
        "Line %(line)d of %(file)s: statement %(statement)d counts votes that were replaced later: it "
        "says %(said_agrees)d agree and %(said_disagrees)d disagree, the last votes are %(agrees)d "
        "and %(disagrees)d."
    ),
    Fault.COUNTS_DIFFER: N_(
        "Line %(line)d of %(file)s: for statement %(statement)d it says %(said_agrees)d agree and "
        "%(said_disagrees)d disagree, the votes show %(agrees)d and %(disagrees)d."
    ),
    Fault.NO_VOTES: N_("%(file)s has no votes."),
    Fault.TOO_MANY_ROWS: N_("Line %(line)d of %(file)s: there are more than %(limit)d rows."),
    Fault.TOO_MANY_VOTERS: N_("Line %(line)d of %(file)s: there are more than %(limit)d participants."),
    Fault.BAD_VOTE: N_("Line %(line)d of %(file)s: the vote %(found)s is none of 1, 0 and -1."),
    Fault.UNKNOWN_STATEMENT: N_(
        "Line %(line)d of %(file)s: a vote on statement %(statement)d, which is not in the list of "
        "statements (votes on it: %(count)d)."
    ),
    Fault.REPLACED_VOTES: N_(
        "%(file)s: votes replaced by a later vote of the same participant on the same statement: %(count)d."
    ),
    Fault.SAME_TIME: N_(
        "Line %(line)d of %(file)s: participant %(participant)d gave different votes on statement "
        "%(statement)d at the same moment; the one on this line counts."
    ),
    Fault.DUPLICATE_PARTICIPANT: N_(
        "Line %(line)d of %(file)s: participant %(participant)d is already on line %(first)d."
    ),
    Fault.PARTICIPANT_DIFFERS: N_(
        "Line %(line)d of %(file)s: participant %(participant)d differs from the list of votes, which counts "
        "(statements concerned: %(count)d)."
    ),
    Fault.PARTICIPANTS_WITHOUT_VOTES: N_("%(file)s: participants who have not voted: %(count)d."),
    Fault.VOTERS_NOT_IN_MATRIX: N_("%(file)s: participants who voted and have no row here: %(count)d."),
    Fault.MATRIX_STATEMENT_UNKNOWN: N_(
        "Line %(line)d of %(file)s: the column %(statement)d stands for no known statement and was ignored."
    ),
    Fault.STATEMENTS_NOT_IN_MATRIX: N_("%(file)s: statements that have no column here: %(count)d."),
    Fault.FOREIGN_IDENTIFIER: N_(
        "Line %(line)d of %(file)s: the column xid identifies people in another system. It was not read."
    ),
    Fault.AND_MORE: N_("Further findings that are not listed: %(count)d."),
}


@dataclass(frozen=True)
class Problem:
    """One thing a person is told about one of the files, with its line where there is one."""

    file: str
    line: int | None
    code: Fault
    detail: dict[str, str | int] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str | int]:
        """What fills the placeholders of the sentence."""
        line: dict[str, str | int] = {} if self.line is None else {"line": self.line}
        return {"file": self.file, **line, **self.detail}

    def __str__(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code] % self.values


class Findings:
    """A list that grows to a limit and from there on only counts; what concerns a whole file comes first."""

    def __init__(self, limit: int = MOST_REPORTED) -> None:
        self.limit = limit
        self.count = 0
        self._on_files: list[Problem] = []
        self._on_lines: list[Problem] = []

    def add(self, code: Fault, file: str = "", line: int | None = None, **detail: str | int) -> None:
        """Add one finding; texts that came from the files are cut and made harmless to show."""
        self.count += 1
        listed = self._on_files if line is None else self._on_lines
        if len(listed) < self.limit:
            safe = {key: shown(value) if isinstance(value, str) else value for key, value in detail.items()}
            listed.append(Problem(shown(file), line, code, safe))

    def listed(self) -> list[Problem]:
        """The findings, the last one saying how many more there are."""
        listed = (self._on_files + self._on_lines)[: self.limit]
        more = self.count - len(listed)
        return [*listed, Problem("", None, Fault.AND_MORE, {"count": more})] if more else listed


@dataclass
class Report:
    """What goes into the reading besides the conversation: what forbids it and what is worth knowing."""

    problems: Findings = field(default_factory=Findings)
    notices: Findings = field(default_factory=Findings)
