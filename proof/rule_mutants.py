"""The reading rule made wrong in every small way, each judged by what the tests ask of it; no database."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from entente.agreements import rules
from tests.agreements.asking import Asking
from tests.agreements.facts import Reader, Thing
from tests.agreements.oracle import Verdict, may_read
from tests.agreements.test_rules import ANSWERS, DOORS
from tests.agreements.worlds import make_world

SOURCE = Path(rules.__file__)
OPPOSITES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ANSWER = {"allow": "refuse", "refuse": "allow"}


class Mutant(NamedTuple):
    """One change: where it is, and the rule's source with it."""

    name: str
    source: str


def mutants() -> Iterator[Mutant]:
    """Every mutant of the functions; what is declared for types, and the sentences, stay as they are."""
    tree = ast.parse(SOURCE.read_text())
    before = ast.unparse(tree)
    seen = {before}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in [inner for statement in function.body for inner in ast.walk(statement)]:
            for what, change in changes(node):
                place = [*ast.walk(tree)].index(node)
                wrong = copy.deepcopy(tree)
                change([*ast.walk(wrong)][place])
                source = ast.unparse(ast.fix_missing_locations(wrong))
                if source not in seen:
                    seen.add(source)
                    yield Mutant(f"{function.name}: {what}", source)


Change = Callable[[Any], None]


def changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Ways to make one node wrong: a sentence, and what does it to the same node of a copy."""
    make = CHANGES.get(type(node))
    return make(node) if make else iter(())


def _compares(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for place, operator in enumerate(node.ops):
        for other in OPPOSITES[type(operator)]:
            yield (
                f"{ast.unparse(node)} with {other.__name__}",
                partial(_with_operator, place, other),
            )


def _with_operator(place: int, other: type[ast.cmpop], node: Any) -> None:
    node.ops[place] = other()


def _without(what: str, place: int, node: Any) -> None:
    getattr(node, what).pop(place)


def _both_or_one(node: ast.BoolOp) -> Iterator[tuple[str, Change]]:
    other = ast.Or if isinstance(node.op, ast.And) else ast.And
    yield f"{ast.unparse(node)} with {other.__name__}", lambda n: setattr(n, "op", other())
    for place in range(len(node.values)):
        dropped = ast.unparse(node.values[place])
        yield f"without {dropped}", partial(_without, "values", place)


def _nots(node: ast.UnaryOp) -> Iterator[tuple[str, Change]]:
    if isinstance(node.op, ast.Not):
        yield f"{ast.unparse(node)} without not", _plain


def _questions(node: ast.If | ast.IfExp) -> Iterator[tuple[str, Change]]:
    yield (
        f"if {ast.unparse(node.test)}, the other way round",
        lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test)),
    )


def _returns(node: ast.Return) -> Iterator[tuple[str, Change]]:
    if node.value is not None:
        yield f"{ast.unparse(node)} as nothing", lambda n: setattr(n, "value", ast.Constant(None))


def _continues(node: ast.Continue) -> Iterator[tuple[str, Change]]:
    yield "break for continue", lambda n: n.__setattr__("__class__", ast.Break)


def _plain(node: Any) -> None:
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)


def _constants(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    if isinstance(node.value, bool):
        yield f"{not node.value} for {node.value}", lambda n: setattr(n, "value", not n.value)
    elif isinstance(node.value, int):
        yield f"{node.value + 1} for {node.value}", lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(node.value, str) and " " not in node.value:
        yield f"another text for {node.value!r}", lambda n: setattr(n, "value", f"{n.value}x")


def _calls(node: ast.Call) -> Iterator[tuple[str, Change]]:
    if isinstance(node.func, ast.Name) and node.func.id in ANSWER:
        yield (
            f"{ANSWER[node.func.id]} for {ast.unparse(node)}",
            lambda n: setattr(n.func, "id", ANSWER[n.func.id]),
        )
    for place, keyword in enumerate(node.keywords):
        yield f"{ast.unparse(node.func)} without {keyword.arg}", partial(_without, "keywords", place)
    if node.args:
        yield f"{ast.unparse(node)} without its last argument", lambda n: n.args.pop()


CHANGES: dict[type[ast.AST], Callable[[Any], Iterator[tuple[str, Change]]]] = {
    ast.Compare: _compares,
    ast.BoolOp: _both_or_one,
    ast.UnaryOp: _nots,
    ast.Constant: _constants,
    ast.If: _questions,
    ast.IfExp: _questions,
    ast.Return: _returns,
    ast.Continue: _continues,
    ast.Call: _calls,
}


class Judge:
    """What the tests ask of a rule: the sentences first, then whole worlds against the oracle."""

    def __init__(self, seeds: int = 3) -> None:
        self.asked: list[tuple[Asking, Reader, Any, Thing, Verdict]] = []
        for seed in range(seeds):
            world = make_world(seed, organisations=4, members=40, task_forces=5, agreements=8, records=48)
            asking = Asking(world)
            things: tuple[Thing, ...] = (*world.records, *world.parts)
            for thing in things:
                for reader, at in world.readers:
                    self.asked.append((asking, reader, at, thing, may_read(world, reader, thing, at)))
        self.doors = {str(source): door for source, door in DOORS.items()}

    def complaint(self, rule: ModuleType) -> str:
        """The first thing a rule gets wrong, or nothing."""
        try:
            return next(self._complaints(rule), "")
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _complaints(self, rule: ModuleType) -> Iterator[str]:
        for name, asked, allowed, words in ANSWERS:
            told = asked(rule)
            if bool(told) is not allowed or not str(told).startswith(words):
                yield f"{name}: {told}"
        for asking, reader, at, thing, verdict in self.asked:
            told = asking.decide(reader, thing, at, rule)
            if bool(told) is not verdict.allowed:
                yield f"{reader} {thing}: {told}"
            if told and (
                self.doors[told.source] not in verdict.doors
                or (told.clause in verdict.clauses) is not (self.doors[told.source] == 4)
            ):
                yield f"{reader} {thing} is told of another door: {told}"


def as_module(source: str) -> ModuleType:
    """A rule that was changed, as the tests would import it."""
    module = ModuleType(rules.__name__)
    exec(compile(source, str(SOURCE), "exec"), module.__dict__)  # noqa: S102 (our own source, changed)
    return module


def run() -> tuple[int, list[str]]:
    """How many mutants there are, and those that nothing noticed. Raises when the rule itself is refused."""
    judge = Judge()
    if complaint := judge.complaint(as_module(SOURCE.read_text())):
        raise AssertionError(f"The rule as it is fails: {complaint}")
    number, survivors, began = 0, [], time.monotonic()
    for mutant in mutants():
        number += 1
        try:
            is_noticed = bool(judge.complaint(as_module(mutant.source)))
        except (SyntaxError, NameError):
            is_noticed = True
        if not is_noticed:
            survivors.append(f"rule: {mutant.name}")
    print(f"{number} mutants of the rule in {time.monotonic() - began:.0f} s")
    return number, survivors
