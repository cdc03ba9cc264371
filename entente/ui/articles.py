"""An article of our own pages as data for a paper, so that page and paper say the same.

What only a screen needs (class `screen-only`, buttons, icons) is left out, what is folded is unfolded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from entente.ui.page_tree import Element, read

Node = dict[str, Any]
Run = dict[str, Any]

IN_LINES = {"a", "abbr", "b", "bdi", "br", "cite", "code", "em", "i", "q", "small", "span", "strong"}
IN_LINES |= {"sub", "sup", "time", "wbr"}
LEFT_OUT = {"button", "form", "input", "link", "meta", "nav", "noscript", "script", "style", "template"}
KINDS = ("reading", "kicker", "visibility", "soft", "small")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
ISOLATES = {"auto": "\u2068", "ltr": "\u2066", "rtl": "\u2067"}
ISOLATED = "\u2069"
SPACES = re.compile(r"[ \t\r\n\f]+")
# What a page's style gives to drawings.
STYLE = "<style>.agree{fill:#0a5c63}.disagree{fill:#9a5b06}.pass{fill:#eae1cf}</style>"
BAR = re.compile(r'<rect class="(\w+)" x="([\d.]+)" y="0" width="([\d.]+)"')
LABEL = re.compile(r"<text\b([^>]*)>([^<]*)</text>")
VALUE = re.compile(r'([\w-]+)="([^"]*)"')
LONE_LETTER = re.compile(r" (?=[\u2066-\u2069]*\w[\u2066-\u2069]*:?(?: |$))")
GROUP_BAR = re.compile(r'width="([\d.]+)"')


def article(page: str) -> list[Node]:
    """The content of a page's first article, as `draw` of `ui/print/paper.typ` takes it, or ValueError."""
    found = next(read(page).find("article"), None)
    if found is None:
        raise ValueError("The page has no article.")
    return _stepped(list(_blocks(found.children)))


def _stepped(nodes: list[Node]) -> list[Node]:
    """Headings that go down one level at a time, as a screen reader counts them."""
    level = 0
    for node in _all(nodes):
        if node["is"] == "heading":
            level = node["level"] = min(node["level"], level + 1)
    return nodes


def _all(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.get("blocks", []))


def _blocks(children: Iterable[Element | str]) -> Iterator[Node]:
    """Blocks in reading order; words that stand between blocks become a paragraph."""
    line: list[Element | str] = []
    for child in children:
        if isinstance(child, str) or _is_in_line(child):
            line.append(child)
        elif not _is_left_out(child):
            yield from _paragraph(line)
            line = []
            yield from _block(child)
    yield from _paragraph(line)


def _paragraph(children: Iterable[Element | str], kinds: Iterable[str] = ()) -> Iterator[Node]:
    runs = lines(children)
    if runs:
        yield {"is": "text", "kinds": [kind for kind in KINDS if kind in set(kinds)], "runs": runs}


def _is_in_line(element: Element) -> bool:
    return _mark(element) if element.tag == "svg" else element.tag in IN_LINES and not _is_left_out(element)


def _is_left_out(element: Element) -> bool:
    attributes = element.attributes
    return element.tag in LEFT_OUT or "hidden" in attributes or "screen-only" in element.classes


def _block(element: Element) -> Iterator[Node]:
    if element.tag in HEADINGS:
        if runs := lines(element.children):
            yield {"is": "heading", "level": HEADINGS[element.tag], "runs": runs}
    elif element.tag in {"p", "figcaption", "summary", "dt", "dd"}:
        yield from _paragraph(_without_repetition(element), element.classes)
    elif element.tag in {"ul", "ol"}:
        yield _list(element)
    elif element.tag == "table":
        yield _table(element)
    elif element.tag == "svg":
        yield from _drawing(element)
    elif "group-bars" in element.classes:
        yield {"is": "group-bars", "bars": list(_group_bars(element))}
    elif element.tag == "details":
        yield from _blocks(_unfolded(element))
    elif "share" in element.classes:
        yield from (
            {**node, "kinds": ["small"]} if node["is"] == "text" else node
            for node in _blocks(element.children)
        )
    else:
        yield from _framed(element)


def _framed(element: Element) -> Iterator[Node]:
    """A part with a frame, or with a language of its own; any other is only what it holds."""
    blocks = list(_blocks(element.children))
    language = element.attributes.get("lang", "")
    if not blocks or not (language or "limits" in element.classes):
        yield from blocks
        return
    direction = element.attributes.get("dir", "")
    yield {
        "is": "frame" if "limits" in element.classes else "part",
        "language": language[:2],
        "direction": direction if direction in {"ltr", "rtl"} else "",
        "blocks": blocks,
    }


def _without_repetition(element: Element) -> list[Element | str]:
    """On paper nobody needs to be told that everybody can read the page."""
    if "visibility" not in element.classes:
        return element.children
    inside = next(element.find("span"), element)
    return [child for child in inside.children if isinstance(child, str) or child.tag != "strong"]


def _unfolded(element: Element) -> list[Element | str]:
    """What is folded away, without its label where a table says the same or the words only ask to unfold."""
    return [child for child in element.children if isinstance(child, str) or child.tag != "summary"]


def _list(element: Element) -> Node:
    items = [child for child in element.children if isinstance(child, Element) and child.tag == "li"]
    kind = "key" if "key" in element.classes else "numbered" if element.tag == "ol" else "list"
    numbers = [item.attributes.get("value", "") for item in items]
    return {
        "is": kind,
        "small": "small" in element.classes,
        "items": [
            {
                "number": int(number) if number.isdigit() else place,
                **(
                    {"runs": lines(item.children)}
                    if kind == "key"
                    else {"blocks": list(_blocks(item.children))}
                ),
            }
            for place, (item, number) in enumerate(zip(items, numbers, strict=True), start=1)
        ],
    }


def _table(element: Element) -> Node:
    caption = next(element.find("caption"), None)
    rows = [
        [cell for cell in row.children if isinstance(cell, Element) and cell.tag in {"th", "td"}]
        for row in element.find("tr")
    ]
    head = rows[0] if rows else []
    return {
        "is": "table",
        "caption": lines(caption.children) if caption else [],
        "columns": [
            {"runs": _kept_together(lines(cell.children)), "number": "number" in cell.classes}
            | ({"wide": True} if "wide" in cell.classes else {})
            for cell in head
        ],
        "rows": [[lines(cell.children) for cell in row] for row in rows[1:] if len(row) == len(head)],
    }


def _kept_together(runs: list[Run]) -> list[Run]:
    """A single letter stays on the line of the word before it: Group A."""
    return [run | {"text": LONE_LETTER.sub("\u00a0", run["text"])} if "text" in run else run for run in runs]


def _drawing(element: Element) -> Iterator[Node]:
    if parts := BAR.findall(element.drawn):
        yield {"is": "bar", "parts": [[kind, float(start), float(width)] for kind, start, width in parts]}
    elif element.attributes.get("role") == "img":
        told = re.findall(r"<(?:title|desc)\b[^>]*>(.*?)</(?:title|desc)>", element.drawn, re.DOTALL)
        label = element.attributes.get("aria-label", "")
        yield {
            "is": "picture",
            "svg": LABEL.sub("", as_file(element)),
            "size": [float(part) for part in element.attributes["viewbox"].split()[2:]],
            "labels": [_label(*found.groups()) for found in LABEL.finditer(element.drawn)],
            "alt": ". ".join(map(unescape, told)) or label,
        }


def _label(attributes: str, text: str) -> Node:
    """Words in a drawing. Set by themselves: inside a drawing, a PDF loses which letters joined signs are."""
    values = dict(VALUE.findall(attributes))
    return {
        "x": float(values["x"]),
        "y": float(values["y"]),
        "anchor": values.get("text-anchor", "start"),
        "strong": float(values.get("font-weight", "400")) >= 550,
        "small": "label-size" in values.get("class", ""),
        "text": unescape(text),
    }


def _group_bars(element: Element) -> Iterator[Node]:
    for row in (child for child in element.children if isinstance(child, Element)):
        drawings = list(row.find("svg"))
        widths = [GROUP_BAR.search(each.drawn.partition("<rect")[2]) for each in drawings if not _mark(each)]
        yield {
            "mark": next((as_file(each) for each in drawings if _mark(each)), ""),
            "name": words_of(lines(row.children)),
            "width": float(widths[0][1]) if widths and widths[0] else 0.0,
        }


def _mark(element: Element) -> bool:
    """Whether a drawing is the shape of a group, which stands in a line of words."""
    return 'class="mark' in element.drawn and element.attributes.get("role") != "img"


def as_file(element: Element) -> str:
    """A drawing of a page as a file of its own."""
    opening, rest = element.drawn.split(">", 1)
    if "xmlns=" not in opening:
        opening += ' xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'
    return f"{opening}>{STYLE}{rest}"


def lines(children: Iterable[Element | str]) -> list[Run]:
    """Words as runs of one look and language: `text`, or a `mark`, `swatch` or `break`."""
    runs = _joined(_runs(children, {}))
    for place, cut in ((0, str.lstrip), (-1, str.rstrip)):
        while runs and "text" in runs[place] and not cut(runs[place]["text"], " "):
            runs.pop(place)
        if runs and "text" in runs[place]:
            runs[place]["text"] = cut(runs[place]["text"], " ")
    return runs


def words_of(runs: Iterable[Run]) -> str:
    """The words alone, without the signs that keep a direction."""
    return "".join(str(run.get("text", "")) for run in runs).translate(dict.fromkeys(range(0x2066, 0x206A)))


def _runs(children: Iterable[Element | str], look: Run) -> Iterator[Run]:
    for child in children:
        if isinstance(child, str):
            if text := SPACES.sub(" ", child):
                yield look | {"text": text}
        elif child.tag == "br":
            yield {"break": True}
        elif child.tag == "svg":
            if _mark(child):
                yield {"mark": as_file(child)}
        elif "swatch" in child.classes:
            yield {"swatch": next(iter(child.classes - {"swatch"}), "")}
        elif not _is_left_out(child):
            yield from _element_runs(child, look)


def _element_runs(element: Element, look: Run) -> Iterator[Run]:
    attributes = element.attributes
    changed = dict(look)
    if attributes.get("lang"):
        changed["language"] = attributes["lang"][:2]
    if element.tag in {"strong", "b"} or "figure-title" in element.classes:
        changed["strong"] = True
    if element.tag == "small" or "small" in element.classes:
        changed["small"] = True
    if "soft" in element.classes:
        changed["soft"] = True
    if attributes.get("href", "").startswith(("https://", "http://")):
        changed["url"] = attributes["href"]
    isolate = ISOLATES.get(attributes.get("dir", "auto" if element.tag == "bdi" else ""))
    if isolate:
        yield changed | {"text": isolate}
    yield from _runs(element.children, changed)
    if isolate:
        yield changed | {"text": ISOLATED}


def _joined(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of one look as one run, with one space where pages have several."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else {}
        if "text" not in run:
            joined.append(run)
            continue
        text = run["text"].lstrip(" ") if last.get("text", "").endswith(" ") else run["text"]
        if "text" in last and _look(run) == _look(last):
            last["text"] += text
        elif text:
            joined.append(run | {"text": text})
    return joined


def _look(run: Run) -> Run:
    return {name: value for name, value in run.items() if name != "text"}
