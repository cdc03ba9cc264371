"""Habits a linter does not know. Each check proves itself on a good and a bad line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from entente.agreements.second_wall import our_models
from entente.audit.tables import DataPolicy, Unwalled, Wall

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "entente"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
IDS = [str(path.relative_to(PACKAGE)) for path in SOURCES]

WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
}  # fmt: skip
# Other things with such methods: dictionaries, sets, digests, Django's session interface and file storage.
NOT_TABLES = {
    "services", "digest", "context", "defaults", "environ", "default_storage", "texts", "store", "found",
    "session", "sent",
}  # fmt: skip
# Each with its reason. A new line here needs one.
MAY_WRITE = {
    "people/adapters.py": "saves a picture in memory",
    "people/session_store.py": "Django's session interface: it has no service above it",
    "demo/city.py": "writes YAML words into services only; `update` is a dictionary's",
}
BACK_DOORS = {"_base_manager", "_default_manager"}
MAY_USE_BACK_DOORS = {
    "records/scoping.py": "where visible_to itself is built",
    "dialogue/scoping.py": "asking(): the row of whoever the database says is asking",
}
RAW_SQL = {
    "audit/actors.py": "authz.begin",
    "audit/queries.py": "functions of the wall that answer a witness and the overseer",
    "audit/sequencing.py": "a process without Django; its role may touch the log's tables only",
    "people/rate_limits.py": "an upsert that returns its count, in an unlogged table",
    "dialogue/queries/moderating.py": "asks the database for counts of what nobody may read",
    "dialogue/queries/votes.py": "COPY in binary form, under the same policies",
    "dialogue/services/keeping.py": "locks that no table has, and a list that is emptied while it is read",
    "dialogue/services/voting.py": "an upsert that adds to a count",
    "dialogue/services/importing.py": "fresh statistics for the planner after many rows",
    "agreements/second_wall.py": "puts the walls up",
    "records/listing.py": "the planner's settings, for one transaction",
    "records/searching.py": "the database's own search, which asks the policy inside",
    "people/searching.py": "the directory’s own search, which asks inside who may ring whom",
    "partnership/queries/register.py": "functions of the wall that tell where published agreements stand",
    "portal/views.py": "asks the database whether it is there",
    "config/database.py": "makes roles and databases",
    "config/demo_database.py": "renames the demo's database",
}
MAY_BE_LONG = {"config/witness.py": "stands alone: one file to copy to another machine"}
LIKE_A_SCORE = re.compile(r"score|rank|risk|threat|danger|suspicio|radicali|ideolog|rating|profile")


def written_at(source: str) -> list[int]:
    """Lines that change a table by themselves."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in NOT_TABLES)
        and not _is_super(node.func.value)
    ]


def _is_super(value: ast.expr) -> bool:
    """A model that says how it is saved does not write by itself."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super"


def test_the_check_for_writes_finds_one_and_lets_a_service_pass() -> None:
    assert written_at("case.save()") == [1]
    assert written_at("Case.objects.visible_to(by).update(state=1)") == [1]
    assert written_at("services.create(case)") == []
    assert written_at("super().save()") == []


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_only_services_write(path: Path) -> None:
    name = str(path.relative_to(PACKAGE))
    if "services" in path.stem or "services" in path.parts or name in MAY_WRITE or path.parts[-2] == "config":
        return
    assert written_at(path.read_text()) == []


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_reading_goes_through_visible_to(path: Path) -> None:
    """Managers that ask who reads raise by themselves; here nobody goes round them."""
    name = str(path.relative_to(PACKAGE))
    used = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in BACK_DOORS
    }
    assert not used or name in MAY_USE_BACK_DOORS


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_sql_by_hand_is_rare_and_listed(path: Path) -> None:
    name = str(path.relative_to(PACKAGE))
    if ".execute(" in path.read_text():
        assert name in RAW_SQL or name == "keys/keystore.py"


def public_functions(path: Path) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


SERVICES = [
    (path, function)
    for path in SOURCES
    if path.name == "services.py" or path.parent.name == "services"
    for function in public_functions(path)
]
# Parts of services that services share; no change of their own.
SHARED_PARTS = {
    "logged_together", "locked", "next_number", "index_dialogue", "index_words", "hold", "making_a_map",
    "take_in_changes", "keep_worked", "keep_analysis", "keep_stability", "keep_outcome", "write_rows",
    "advance_import", "forget_imports", "held_entry", "apply_values", "keep_entry", "make_findable",
    "new_contact", "invited_by", "code_of", "field_key", "current",
}  # fmt: skip


@pytest.mark.parametrize(("path", "function"), SERVICES, ids=[f.name for _p, f in SERVICES])
def test_every_service_says_who_acts(path: Path, function: ast.FunctionDef) -> None:
    names = {argument.arg for argument in (*function.args.kwonlyargs, *function.args.args)}
    assert "by" in names or function.name in SHARED_PARTS


@pytest.mark.parametrize(("path", "function"), SERVICES, ids=[f.name for _p, f in SERVICES])
def test_every_service_is_tried_by_a_test(path: Path, function: ast.FunctionDef) -> None:
    """A test names it, its page or the event it logs; or the demo's city is built with it."""
    source = ast.get_source_segment(path.read_text(), function) or ""
    names = {function.name, *re.findall(r'log\(\s*f?"[a-z_]+\.([a-z_]+)', source)}
    named = re.compile("|".join(rf"\b{re.escape(name)}" for name in names))
    places = [*(ROOT / "tests").rglob("*.py"), PACKAGE / "demo" / "city.py"]
    assert function.name in SHARED_PARTS or any(named.search(place.read_text()) for place in places)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= 400 or str(path.relative_to(PACKAGE)) in MAY_BE_LONG
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_every_table_says_what_it_holds_and_who_may_touch_it(model: type[models.Model]) -> None:
    policy, wall = vars(model).get("data_policy"), vars(model).get("wall")
    assert isinstance(policy, DataPolicy)
    assert policy.holds
    assert policy.keep
    assert isinstance(wall, Wall | Unwalled)
    assert not isinstance(wall, Unwalled) or wall.reason


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_no_field_is_a_score(model: type[models.Model]) -> None:
    named = [field.name for field in model._meta.get_fields() if LIKE_A_SCORE.search(field.name)]
    assert named == []


def layers() -> list[str]:
    """The apps from top to bottom, as .importlinter lists them."""
    text = (ROOT / ".importlinter").read_text()
    block = text.split("exhaustive = True")[1].split("layers =")[1].split("[importlinter")[0]
    return [
        re.sub(r"[()]", "", name) for line in block.strip().splitlines() for name in line.strip().split(" | ")
    ]


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_foreign_keys_point_down(model: type[models.Model]) -> None:
    """Import contracts don't see the strings that foreign keys may be."""
    order = layers()
    here = order.index(model._meta.app_label)
    for field in model._meta.get_fields():
        other = getattr(field, "related_model", None)
        if (
            field.concrete
            and isinstance(other, type(models.Model))
            and other.__module__.startswith("entente.")
        ):
            assert order.index(other._meta.app_label) >= here, field.name


def test_a_record_stays_thin() -> None:
    assert len(apps.get_model("records", "Record")._meta.concrete_fields) <= 10


def test_every_app_says_in_one_sentence_what_it_is_for() -> None:
    for folder in (path for path in PACKAGE.iterdir() if (path / "__init__.py").exists()):
        docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
        assert docstring, folder.name
        assert docstring.endswith("."), folder.name


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("static/ui/style/*.css")), ids=lambda p: p.name)
def test_styles_work_in_both_directions(path: Path) -> None:
    physical = re.compile(
        r"(?:^|[\s;{-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:|text-align:\s*(?:left|right)"
    )
    guilty = [line for line in path.read_text().splitlines() if physical.search(line)]
    assert guilty == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.html")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_template_needs_inline_code_or_another_host(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", text)
    assert not re.search(r"\sstyle=\"|\son[a-z]+=\"|<style\b", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!\{\{)", text) or "w3.org" in text


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("behaviours/*.js")), ids=lambda p: p.name)
def test_a_behaviour_stays_small(path: Path) -> None:
    assert path.read_text().count("\n") < 100
