"""Pounds and pence: rounded once, then only added."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prevention.money import to_pence, to_pounds

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
