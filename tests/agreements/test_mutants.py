"""The hand-made mutants of the policies fit the sources: `make mutants` runs them."""

from __future__ import annotations

from proof.policy_mutants import MUTANTS


def test_each_mutant_finds_what_it_replaces() -> None:
    for mutant in MUTANTS:
        assert mutant.text() != mutant.source.read_text()


def test_no_mutant_is_there_twice() -> None:
    assert len({mutant.text() for mutant in MUTANTS}) == len(MUTANTS)
