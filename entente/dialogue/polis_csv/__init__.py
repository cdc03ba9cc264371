"""Reads the CSV files of a Polis conversation and says what is wrong with them; writes the same files."""

from entente.dialogue.polis_csv.conversation import Conversation, Limits, Reading, Statement, Votes
from entente.dialogue.polis_csv.faults import SENTENCES, Fault, Problem
from entente.dialogue.polis_csv.reading import read_folder, read_zip
from entente.dialogue.polis_csv.writing import packed, written

__all__ = [
    "SENTENCES",
    "Conversation",
    "Fault",
    "Limits",
    "Problem",
    "Reading",
    "Statement",
    "Votes",
    "packed",
    "read_folder",
    "read_zip",
    "written",
]
