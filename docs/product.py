"""What the documentation takes from the product itself: words, pages, events, the data register."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "entente"
EVENT_NAME = re.compile(r"[a-z]+\.[a-z]+(?:_[a-z]+)+")
# Their first argument is the name of a job, which looks like the name of an event.
NAMES_A_JOB = {"defer", "work", "every"}
PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


@dataclass(frozen=True)
class Event:
    """One kind of audit event: its name, what its service does, and the file it is logged in."""

    name: str
    sentence: str
    place: str


@dataclass(frozen=True)
class Page:
    """One address of the product: the URL's pattern, its name, what its view says it is."""

    address: str
    name: str
    sentence: str


def use_django() -> None:
    """Let Django read the models and the addresses. No database is asked."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entente.config.settings")
    os.environ.setdefault("ENTENTE_MODE", "test")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/never-asked")
    django.setup()


# Words


def words() -> str:
    """The glossary: what each table and each state is, in the users' words, app by app."""
    from entente.agreements.second_wall import our_models

    by_app: dict[str, list[type[Any]]] = {}
    for model in our_models():
        by_app.setdefault(model._meta.app_label, []).append(model)
    parts = []
    for app, models in sorted(by_app.items()):
        parts.append(f"## {app}\n\n{_purpose(app)}\n")
        parts += [_entry(model) for model in sorted(models, key=lambda model: model.__name__)]
    return "\n".join(parts)


def _purpose(app: str) -> str:
    return inspect.cleandoc(ast.get_docstring(ast.parse((PACKAGE / app / "__init__.py").read_text())) or "")


def _entry(model: type[Any]) -> str:
    lines = [f"{spoken(model.__name__)}", f": {_sentence(model)}"]
    for kind in vars(model).values():
        if inspect.isclass(kind) and hasattr(kind, "choices"):
            labels = ", ".join(f"*{str(label).rstrip('.')}*" for _value, label in kind.choices)
            lines.append(f"\n  {_sentence(kind)} {labels}.")
    return "\n".join(lines) + "\n"


def spoken(class_name: str) -> str:
    """`InviteCode` → `Invite code`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", class_name).capitalize()


def _sentence(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


# Pages


def all_pages() -> list[Page]:
    """Every address of ours, as the process with both surfaces has them; other packages' are left out."""
    use_django()
    from django.urls import get_resolver

    found = {(page.address, page.name): page for page in _pages(get_resolver(), "", "")}
    return [found[key] for key in sorted(found)]


def _pages(resolver: Any, before: str, space: str) -> Iterator[Page]:
    for entry in resolver.url_patterns:
        address = before + _readable(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _pages(entry, address, f"{entry.namespace}:" if entry.namespace else space)
        elif _is_ours(entry.callback):
            yield Page(f"/{address}", f"{space}{entry.name}", _sentence(inspect.unwrap(entry.callback)))


def _readable(pattern: Any) -> str:
    if type(pattern).__name__ == "LocalePrefixPattern":
        return "LANGUAGE/"
    return PARAMETER.sub(lambda found: found[1].upper(), str(pattern))


def _is_ours(view: Any) -> bool:
    module: str = inspect.unwrap(view).__module__
    return module.startswith("entente.")


def pages() -> str:
    """The list of addresses as two tables."""
    own = all_pages()
    staff = [page for page in own if page.address.startswith("/staff/")]
    public = [page for page in own if page not in staff]
    return "\n".join(
        f"## {title}\n\n"
        + _table(
            ["address", "name", "what it is"], [[f"`{p.address}`", f"`{p.name}`", p.sentence] for p in rows]
        )
        for title, rows in (("Public", public), ("Staff", staff))
    )


# Events


def all_events() -> list[Event]:
    """Every audit event the code can log, by name."""
    found: dict[str, Event] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            for event in events_in(path.read_text(), str(path.relative_to(ROOT))):
                found.setdefault(event.name, event)
    return [found[name] for name in sorted(found)]


def events_in(source: str, place: str) -> Iterator[Event]:
    """The events one file logs, with the sentence of the function each is logged in."""
    tree = ast.parse(source)
    for outer in ast.walk(tree):
        if not isinstance(outer, ast.FunctionDef):
            continue
        for node in ast.walk(outer):
            if isinstance(node, ast.Call) and (name := event_named(node)):
                told = ast.get_docstring(outer) or ast.get_docstring(tree) or ""
                yield Event(name, " ".join(told.split("\n\n")[0].split()), place)


def event_named(call: ast.Call) -> str:
    """The event a call names; empty when it names none."""
    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if called in NAMES_A_JOB or not called:
        return ""
    for argument in call.args:
        text = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(text, str) and (called == "log" or EVENT_NAME.fullmatch(text)):
            return text
        if called == "log" and isinstance(argument, ast.JoinedStr):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in argument.values)
    return ""


def events() -> str:
    """The list of audit events as a table."""
    rows = [[f"`{event.name}`", event.sentence, f"`{event.place}`"] for event in all_events()]
    return _table(["event", "what happened", "logged in"], rows)


# The register


def data_register() -> str:
    """What each table holds about people, why, for how long, and what stands in front of its rows."""
    from entente.agreements.second_wall import FOREIGN_TABLES, our_models
    from entente.audit.tables import Wall

    about, nothing = [], []
    for model in our_models():
        policy, wall = model.data_policy, model.wall  # type: ignore[attr-defined]
        guard = "row security" if isinstance(wall, Wall) else f"no row security: {wall.reason}"
        name = f"{spoken(model.__name__)} (`{model._meta.db_table}`)"
        if policy.purpose:
            about.append([name, policy.holds, policy.purpose, policy.keep, guard])
        else:
            nothing.append([name, _sentence(model), guard])
    foreign = [[f"`{start}…`", reason] for start, reason in FOREIGN_TABLES.items()]
    return "\n".join(
        [
            "## Tables that hold something about people\n",
            _table(["table", "holds", "why", "how long", "guard"], about),
            "## Tables that hold nothing about a person\n",
            _table(["table", "what it is", "guard"], nothing),
            "## Tables other packages bring\n",
            _table(["tables", "what is in them"], foreign),
        ]
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


TELLS = {"words": words, "pages": pages, "events": events, "data_register": data_register}
