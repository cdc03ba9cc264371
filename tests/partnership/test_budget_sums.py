"""Budgets add up to the cent, whatever their order, and currencies never mix."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from entente.partnership.budget_sums import Amount, sums

CENTS = st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
AMOUNTS = st.builds(
    lambda currency, one, other: Amount(currency, max(one, other), min(one, other)),
    st.sampled_from(["EUR", "RON", "MAD"]),
    CENTS,
    CENTS,
)


@given(st.lists(AMOUNTS, max_size=8))
def test_the_sum_is_what_was_put_in(amounts: list[Amount]) -> None:
    for total in sums(amounts):
        mine = [one for one in amounts if one.currency == total.currency]
        assert int(total.budget * 100) == sum(int(one.budget * 100) for one in mine)
        assert total.secured + total.missing == total.budget
        assert total.missing >= 0
    assert {one.currency for one in sums(amounts)} == {one.currency for one in amounts}


@given(st.lists(AMOUNTS, max_size=6), st.integers(0, 6))
def test_the_order_and_the_parts_do_not_matter(amounts: list[Amount], cut: int) -> None:
    whole = sums(amounts)
    assert whole == sums(reversed(amounts))
    assert whole == sums([*sums(amounts[:cut]), *sums(amounts[cut:])])
