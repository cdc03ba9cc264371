from __future__ import annotations

import sys
from types import ModuleType

import pytest

from bench import __main__ as bench
from bench.promise import Promise


def vote(measured: float) -> Promise:
    return Promise("a vote, server CPU", measured, bound=20, unit="ms")


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        (vote(19.9), True),
        (vote(20), True),
        (vote(20.1), False),
        (Promise("pages a second", 99, bound=100, unit="pages", at_most=False), False),
        (Promise("pages a second", 100, bound=100, unit="pages", at_most=False), True),
    ],
)
def test_a_promise_is_kept_up_to_its_bound(promise: Promise, kept: bool) -> None:
    assert promise.is_kept is kept


def test_a_line_says_name_figure_bound_and_verdict() -> None:
    assert str(vote(8.4)) == "ok     a vote, server CPU: 8.4 ms, at most 20 ms (ratio 0.42)"
    assert str(vote(25)).startswith("short  a vote")


def run(monkeypatch: pytest.MonkeyPatch, *promises: Promise | Exception) -> int:
    module = ModuleType("bench.made_up")

    def measure():  # type: ignore[no-untyped-def]  # stands in for a bench file
        for promise in promises:
            if isinstance(promise, Exception):
                raise promise
            yield promise

    module.promises = measure  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.made_up", module)
    monkeypatch.setattr(bench, "bench_names", lambda: ["made_up"])
    return bench.main(["made_up"])


def test_one_short_promise_fails_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, vote(1), vote(2)) == 0
    assert run(monkeypatch, vote(1), vote(21), vote(2)) == 1


def test_what_cannot_be_measured_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, vote(1), RuntimeError("no database")) == 1
    assert run(monkeypatch) == 1


def test_an_unknown_name_says_which_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "bench_names", lambda: ["house"])
    assert bench.main(["hose"]) == 2
    assert "house" in capsys.readouterr().out
