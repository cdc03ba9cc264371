"""What a program gets out of a PDF: its words, its marks for screen readers, its pages."""

import io
import re
from typing import Any

from pypdf import PdfReader


def read(paper: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(paper))


def words_in(paper: bytes) -> str:
    """Every text of every page, with single spaces; lines of right-to-left text come word by word."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(paper).pages))


def root_of(paper: bytes) -> Any:
    return read(paper).trailer["/Root"]


def structure(paper: bytes) -> list[Any]:
    """Every element of the structure that screen readers walk through, in its order."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif hasattr(node, "get") and "/S" in node:
            found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(root_of(paper)["/StructTreeRoot"]["/K"])
    return found


def kinds(paper: bytes) -> list[str]:
    """The kinds of those elements: H1, P, Table, TH, Figure, …"""
    return [str(node["/S"])[1:] for node in structure(paper)]
