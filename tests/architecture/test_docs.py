"""The papers say what the code does: settings, commands, roles, events, pages, links, decisions, texts."""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import product
from entente.config import database
from entente.config.__main__ import parser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CODE = "`([^`]+)`"
# Read, and no setting of ours: the system's own, and what our own processes tell each other.
NOT_OURS = {"HOME", "PATH", "VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON_DOWNLOADS", "DEBIAN_FRONTEND"}


def tracked() -> list[Path]:
    """Every file git keeps that is still there."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def papers() -> list[Path]:
    """Every Markdown file of the repository."""
    return sorted({*ROOT.glob("*.md"), *(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)})


def rows_of(text: str) -> Iterator[list[str]]:
    """The cells of each table row, heads and rulers left out."""
    lines = text.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        is_ruler = set(line) <= set("|- ")
        is_head = line.startswith("|") and not before.startswith("|")
        if line.startswith("|") and not is_ruler and not is_head:
            yield cells


def first_column(text: str) -> set[str]:
    """What stands as code in the first column of the tables."""
    return {name for cells in rows_of(text) for name in re.findall(CODE, cells[0])}


# Settings

READS = re.compile(
    r"environment\.(?:text|flag|words)\(\s*\"([A-Z_]+)\""
    r"|environ(?:ment)?(?:\.get|\.setdefault)?[\[(]\s*\"([A-Z_]+)\""
    r"|\$\{([A-Z_]+):-"
)


def settings_read(source: str) -> set[str]:
    """The names a source reads from the environment."""
    return {name for found in READS.findall(source) for name in found if name} - NOT_OURS


def test_a_setting_is_recognised_in_python_and_shell() -> None:
    source = (
        'environment.flag("A_B") os.environ.get("C", 1) os.environ["D"] environment.get("E", x) ${F:-/usr} $G'
    )
    assert settings_read(source) == {"A_B", "C", "D", "E", "F"}


def test_every_setting_that_is_read_is_documented() -> None:
    sources = [*(ROOT / "entente").rglob("*.py"), *(ROOT / "bin").iterdir(), *(ROOT / "tests").rglob("*.py")]
    # Tests set the environment of the processes they start; what they read is theirs but for these two.
    read: set[str] = set()
    for path in sources:
        if path.is_file():
            found = settings_read(path.read_text())
            read |= found & {"CHROMIUM"} if "tests" in path.parts else found
    assert first_column((DOCS / "run" / "settings.md").read_text()) == read


# Commands


def commands() -> dict[str, argparse.ArgumentParser]:
    """Each command of `entente` with its options."""
    (choices,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(choices.choices)


def test_every_command_and_option_is_documented() -> None:
    text = (DOCS / "run" / "commands.md").read_text()
    told = {cell.split()[1] for cell in first_column(text) if cell.startswith("entente ")}
    assert told == set(commands())
    for name, command in commands().items():
        for action in command._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert option in text, f"entente {name} {option}"


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)) - {"help"}
    told = (DOCS / "run" / "commands.md").read_text().partition("## make")[2]
    assert set(re.findall(CODE, told)) - {"make help"} == targets


# Roles


def test_every_database_role_is_documented() -> None:
    text = (DOCS / "run" / "roles.md").read_text()
    assert first_column(text) == {*database.LOGIN_ROLES, database.GUARD}


# Events


def test_an_event_is_found_wherever_its_name_is_passed_on() -> None:
    source = (
        '"Module."\ndef close(case):\n    "Close it.\\n\\nSlowly."\n    log("case.case_closed", by=case)\n'
        'def keep():\n    _keep_run("case.run_kept")\n    log(f"case.case_{state}")\n'
        '    defer("case.tidy_up")\n'
    )
    found = {event.name: event.sentence for event in product.events_in(source, "case.py")}
    assert found == {"case.case_closed": "Close it.", "case.run_kept": "Module.", "case.case_…": "Module."}


def test_every_logged_event_is_in_the_list_with_what_happened() -> None:
    listed = product.events()
    for path in (ROOT / "entente").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "log" and node.args:
                name = product.event_named(node)
                # A name that was passed in is found where it is passed.
                assert f"`{name}`" in listed or isinstance(node.args[0], ast.Name), (
                    f"{path.name}:{node.lineno}"
                )
    for event in product.all_events():
        app = event.place.split("/")[1]
        assert event.sentence, event
        assert event.name.startswith((f"{app}.", "….")), (
            f"{event.name} is logged by another app: {event.place}"
        )


# Pages and words


def test_every_page_is_in_the_list_with_what_it_is(db: None) -> None:
    listed = product.pages()
    own = product.all_pages()
    assert {"/LANGUAGE/", "/LANGUAGE/dialogues/REFERENCE/vote/"} <= {page.address for page in own}
    for page in own:
        assert page.sentence, f"{page.name} has no docstring"
        assert f"`{page.address}` | `{page.name}` | {page.sentence}" in listed


def test_every_table_is_in_the_glossary_and_in_the_register() -> None:
    from entente.agreements.second_wall import our_models

    words, register = product.words(), product.data_register()
    for model in our_models():
        assert model.__doc__ is not None
        assert not model.__doc__.startswith(f"{model.__name__}("), (
            f"{model.__name__} has no sentence of its own"
        )
        assert f"\n{product.spoken(model.__name__)}\n:" in words
        assert f"`{model._meta.db_table}`" in register


# Links

LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The anchors headings get, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("paper", papers(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(paper: Path) -> None:
    without_code = re.sub(r"```.*?```", "", paper.read_text(), flags=re.DOTALL)
    for target in LINK.findall(without_code):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, anchor = target.partition("#")
        found = (paper.parent / file).resolve() if file else paper
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found.read_text()), target


# What newcomers read first


def blocks(paper: Path, language: str = "") -> list[str]:
    """The blocks of code of a paper in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", paper.read_text(), re.MULTILINE | re.DOTALL)


def test_a_newcomer_needs_exactly_two_commands() -> None:
    assert blocks(ROOT / "README.md") == ["make demo\n", "make test\n"]


def test_the_action_shown_to_contributors_is_the_one_in_the_code() -> None:
    def squeezed(text: str) -> str:
        return re.sub(r"\s|,(?=\s*\))", "", text)

    dialogue = ROOT / "entente" / "dialogue"
    sources = [dialogue / "rules.py", dialogue / "services" / "moderating.py"]
    code = squeezed("".join(path.read_text() for path in sources))
    shown = [line for block in blocks(ROOT / "CONTRIBUTING.md", "python") for line in block.splitlines()]
    for line in shown:
        # What is left out is shown as three dots.
        for part in line.split("..."):
            assert squeezed(part).strip("{}()") in code, line
    assert len(shown) > 10


# Decisions


def test_decisions_are_numbered_without_a_gap_and_say_what_was_given_up() -> None:
    files = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text()
        assert text.startswith(f"# {file.name[:4]} · "), file.name
        assert re.search(r"^20\d\d-\d\d-\d\d · (in force|replaced by \d{4})$", text, re.MULTILINE), file.name
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts[:3] == ["Context", "Decision", "What we gave up"], file.name


# The texts

PROOF = re.compile(
    r"`(journey: (?P<file>tests/journeys/\S+\.py)::(?P<test>\w+)|refusal: (?P<refusal>\S+)|not built yet)`"
    r"(?: \((?P<rows>[\d, ]+)\))?"
)


def topics() -> list[list[str]]:
    """The rows of every table of the texts: what is asked, the rows of the mission, the proof."""
    text = (DOCS / "from-the-texts.md").read_text().partition("## The rows")[0]
    return list(rows_of(text))


def numbers(cell: str) -> set[int]:
    """The numbers in a cell."""
    return {int(number) for number in re.findall(r"\d+", cell)}


@pytest.mark.parametrize("topic", topics(), ids=lambda cells: cells[0][:40])
def test_every_topic_of_the_texts_has_a_journey_a_refusal_or_says_it_is_not_built(topic: list[str]) -> None:
    asked, rows, proof = topic
    proofs = [PROOF.fullmatch(part) for part in proof.split(" · ")]
    covered: set[int] = set()
    for part, found in zip(proof.split(" · "), proofs, strict=True):
        assert found, f"{asked}: {part}"
        if found["test"]:
            tests = ast.walk(ast.parse((ROOT / found["file"]).read_text()))
            assert found["test"] in {node.name for node in tests if isinstance(node, ast.FunctionDef)}, part
        if found["refusal"]:
            assert found["refusal"] in anchors((DOCS / "safety" / "refusals.md").read_text()), part
        else:
            covered |= numbers(found["rows"]) if found["rows"] else numbers(rows)
    assert covered == numbers(rows), f"{asked}: rows without a proof"


def test_every_row_of_the_mission_comes_from_a_text() -> None:
    text = (DOCS / "from-the-texts.md").read_text().partition("## The rows")[2]
    listed = {int(cells[0]) for cells in rows_of(text)}
    asked_for = {number for topic in topics() for number in numbers(topic[1])}
    assert listed == asked_for == set(range(1, 43))


# What must not be in any file

MACHINE = re.compile(r"(?<![\w.~}])/(?:work|root|home|Users|tmp)/[\w.-]+")
REGISTRY = re.compile(
    r"https?://[^\s\"'<>)]*(?:registry|pypi|pythonhosted|npmjs|artifact|nexus|mirror)[^\s\"'<>)]*"
)
BINARY = {".png", ".woff2", ".zip", ".ico"}


def hosts_of_this_machine() -> set[str]:
    """Registries this machine is told to use: none of them belongs in a file."""
    told = [
        value for name, value in os.environ.items() if re.search(r"INDEX|REGISTRY|FIND_LINKS|PROXY", name)
    ]
    return {host for value in told for host in re.findall(r"https?://(?:[^@/\s]*@)?([\w.-]+\.\w+)", value)}


def test_no_file_names_a_registry_or_a_place_on_somebodys_machine() -> None:
    hosts = hosts_of_this_machine()
    for path in tracked():
        if path.suffix in BINARY or path == Path(__file__):
            continue
        text = path.read_text()
        found = [*MACHINE.findall(text), *REGISTRY.findall(text), *(host for host in hosts if host in text)]
        assert found == [], path.relative_to(ROOT)
