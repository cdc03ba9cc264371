"""One of our own pages as a tree of elements and texts; drawings are kept as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

EMPTY = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}


@dataclass
class Element:
    """An element of a page; `drawn` is the markup of a drawing."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    drawn: str = ""

    @property
    def classes(self) -> set[str]:
        """The names of its class attribute."""
        return set(self.attributes.get("class", "").split())

    def find(self, *tags: str) -> Iterator[Element]:
        """Every element of these kinds inside it, in reading order."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag in tags:
                    yield child
                yield from child.find(*tags)


def read(page: str) -> Element:
    """The tree of a page; an element that is not closed ends with what it stands in."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.open[0]


class _Reader(HTMLParser):
    """Keeps the elements that are open, outermost first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page")]
        self.drawing = 0  # how many elements of a drawing are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if self.drawing:
            self.drawing += 1
            self.open[-1].drawn += self.get_starttag_text() or ""
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag == "svg":
            self.drawing, element.drawn = 1, self.get_starttag_text() or ""
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is closed at once."""
        if self.drawing:
            self.open[-1].drawn += self.get_starttag_text() or ""
        else:
            self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open inside."""
        if self.drawing:
            self.open[-1].drawn += f"</{tag}>"
            self.drawing -= 1
            if self.drawing:
                return
        if self.open[-1].tag != tag and not any(element.tag == tag for element in self.open):
            return  # it never began
        while len(self.open) > 1 and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """A text."""
        if self.drawing:
            self.open[-1].drawn += escape(data)
        else:
            self.open[-1].children.append(data)
