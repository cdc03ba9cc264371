"""Small tags every page uses: icons, isolated values, dates and shares in the reader's form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info

from entente.ui.shares import in_steps

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "icons"
STATE_ICONS = {
    "open": "circle",
    "draft": "pencil",
    "due": "clock",
    "late": "warning",
    "done": "check",
    "closed": "square",
    "exercise": "stripes",
}
NOTICE_ICONS = {"information": "information", "due": "clock", "late": "warning", "done": "check"}


# Marenne is not in America: plain English writes the day before the month.
LOCALES = {"en": "en_GB"}


def _locale() -> str:
    language = get_language() or "en"
    return LOCALES.get(language, language.replace("-", "_"))


@lru_cache
def _drawing(name: str) -> SafeString:
    path = ICONS / f"{name}.svg"
    if not name.isalpha() or not path.is_file():
        raise template.TemplateSyntaxError(f"There is no icon named {name!r}.")
    return mark_safe(path.read_text(encoding="utf-8").strip())  # our own file


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the drawing called `name` as inline SVG, silent for screen readers: they read its word."""
    return _drawing(name)


@register.simple_tag
def state_icon(kind: str) -> SafeString:
    """Return the shape that stands for a state of work, so that no state is told by colour alone."""
    return _drawing(STATE_ICONS.get(kind, "circle"))


@register.simple_tag
def notice_icon(kind: str) -> SafeString:
    """Return the shape of a notice: information, due, late or done."""
    return _drawing(NOTICE_ICONS.get(kind, "information"))


@register.filter
def notice_kind(tags: str) -> str:
    """Return the kind of a notice for the tags of one of Django's messages; a kind is returned as it is."""
    kinds = {"success": "done", "warning": "due", "error": "late"}
    found = [kinds.get(tag, tag) for tag in str(tags).split()]
    return next((kind for kind in found if kind in NOTICE_ICONS), "information")


@register.filter
def isolate(value: object) -> SafeString:
    """Wrap a name, number or code so that it keeps its own direction inside a text of the other direction."""
    return format_html("<bdi>{}</bdi>", value)


@register.filter
def direction(language: str) -> str:
    """Return the direction a language is written in, by its code: "rtl", "ltr", or "auto" if unknown."""
    try:
        return "rtl" if get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "auto"


@register.filter
def percent(share: float | None) -> str:
    """Return a share between 0 and 1 as a whole percentage in the reader's form, and nothing for None."""
    return "" if share is None else format_percent(share, locale=_locale())


@register.filter
def number(value: float | None) -> str:
    """Return a number with the reader's separators, and nothing for None."""
    return "" if value is None else format_decimal(value, locale=_locale())


@register.filter
def two_decimals(value: Decimal) -> str:
    """An amount with the reader's separators and its cents."""
    return format_decimal(value, format="#,##0.00", locale=_locale())


def hundredths(value: float) -> str:
    """A figure between 0 and 1 with two decimals: 1 reads as exactly one, 1.00 as nearly."""
    return format_decimal(value, format="0.00", locale=_locale())


@register.filter
def reading_date(value: date | datetime | None) -> str | SafeString:
    """Return a day of the city's zone in the reader's words and exact for machines; nothing for None."""
    if value is None:
        return ""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), _day_in_words(day))


def _day_in_words(day: date) -> str:
    """In French, the first of a month is an ordinal; Babel's formats do not know that."""
    words = format_date(day, format="long", locale=_locale())
    return f"1er {words[2:]}" if _locale() == "fr" and day.day == 1 else words


@register.filter
def reading_time(value: datetime | None) -> str | SafeString:
    """Return a moment of the city's zone in the reader's words, on the 24-hour clock; nothing for None."""
    if value is None:
        return ""
    moment = timezone.localtime(value)
    day = _day_in_words(moment.date())
    clock = format_datetime(moment, format="HH:mm", locale=_locale())
    return format_html('<time datetime="{}">{} <bdi>{}</bdi></time>', moment.isoformat(), day, clock)


@register.inclusion_tag("ui/parts/share_bar.html")
def share_bar(agree: int, disagree: int, passed: int) -> dict[str, Any]:
    """Draw how a statement was voted on and say the same in words; the arguments are counts of people."""
    total = agree + disagree + passed
    counts = (("agree", agree), ("disagree", disagree), ("pass", passed))
    parts, start = [], 0.0
    for kind, count in counts:
        width = 100 * count / total if total else 0.0
        parts.append({"kind": kind, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    told = in_steps((agree, disagree, passed))
    shares = {kind: share / 100 if total else None for (kind, _), share in zip(counts, told, strict=True)}
    return {"parts": parts, "shares": shares, "total": total}


@register.simple_tag(takes_context=True)
def current_if(context: Context, url: str) -> SafeString:
    """Mark a link of a navigation bar when the reader is on its page or on a page below it."""
    request = context.get("request")
    path = request.path if request else ""
    if not url or not path.startswith(url):
        return mark_safe("")
    # A first page has every page of its surface below it: there only the page itself counts.
    if url.count("/") <= 2 and path != url:
        return mark_safe("")
    return format_html(' aria-current="{}"', "page" if path == url else "true")


@register.filter
def at(mapping: Any, key: str) -> Any:
    """Return what a dictionary holds under a key that is itself a variable; nothing when there is none."""
    return mapping.get(key, "") if isinstance(mapping, dict) else ""


@register.filter
def said(thing: Any, name: str) -> Any:
    """Return one of a thing's texts in the reader's language, else in the one it was written in."""
    return thing.said(name)


@register.filter
def spoken(thing: Any, name: str) -> str:
    """Return the code of the language in which `said` gives that text."""
    return str(thing.spoken(name))


@register.filter
def paired(cells: list[Any], columns: list[Any]) -> list[tuple[Any, Any]]:
    """Return each cell of a row with its column; a row with too many or too few cells is an error."""
    return list(zip(cells, columns, strict=True))


@register.filter
def attributes(bound_field: Any, given: str) -> Any:
    """Render a form field with extra attributes given as `name=value, name=value`."""
    pairs = (pair.split("=", 1) for pair in given.split(",") if "=" in pair)
    return bound_field.as_widget(attrs={name.strip(): value.strip() for name, value in pairs})


class CaptureNode(template.Node):
    """A piece of a page kept under a name, because it is shown twice or only when it holds something."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Context) -> str:
        """Keep what is inside, without the space around it, and show nothing here."""
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # escaped already
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """Read `{% capture as name %}…{% endcapture %}`; raise TemplateSyntaxError for anything else."""
    words = token.split_contents()
    if len(words) != 3 or words[1] != "as":
        raise template.TemplateSyntaxError("Write {% capture as name %}.")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, words[2])
