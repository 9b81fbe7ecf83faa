"""Pounds and pence: rounded once, then only added."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevention.money import apportion, to_pence, to_pounds

POUNDS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(POUNDS, min_size=1, max_size=40))
def test_rounding_is_to_the_nearest_penny(pounds: list[float]) -> None:
    pence = to_pence(pounds)
    assert pence.dtype == np.int64
    assert np.abs(to_pounds(pence) - pounds).max() <= 0.005 + 1e-6


@given(st.integers(-(10**13), 10**13))
def test_whole_pence_survive_pounds_and_back(pence: int) -> None:
    assert int(to_pence(to_pounds(pence))) == pence


def test_halves_go_to_even() -> None:
    assert to_pence([0.125, 0.375]).tolist() == [12, 38]


@given(
    st.integers(0, 10**12),
    st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=30).filter(
        lambda s: sum(s) > 1e-3
    ),
)
def test_parts_add_up_to_the_penny(total: int, shares: list[float]) -> None:
    parts = apportion(total, shares)
    assert int(parts.sum()) == total
    exact = np.array(shares) / sum(shares) * total
    assert np.abs(parts - exact).max() <= 1 + total * 1e-12


@given(st.integers(-(10**9), -1), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_a_loss_is_split_to_the_penny_too(total: int, shares: list[int]) -> None:
    assert int(apportion(total, shares).sum()) == total


def test_a_share_of_nothing_gets_nothing() -> None:
    assert apportion(101, [0, 1, 1]).tolist()[0] == 0


@pytest.mark.parametrize("shares", [[], [0, 0], [-1, 2]])
def test_shares_that_cannot_be_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="Shares must be zero or more"):
        apportion(100, shares)
