"""Reads the CSV files of a Polis conversation, from a folder or a zip, and says what is wrong with them."""

from entente.dialogue.polis_csv.conversation import Conversation, Limits, Reading, Statement, Votes
from entente.dialogue.polis_csv.faults import SENTENCES, Fault, Problem
from entente.dialogue.polis_csv.reading import read_folder, read_zip

__all__ = [
    "SENTENCES",
    "Conversation",
    "Fault",
    "Limits",
    "Problem",
    "Reading",
    "Statement",
    "Votes",
    "read_folder",
    "read_zip",
]
