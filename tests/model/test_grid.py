"""The polynomial through a grid of lags, and the few curves that make up what it gives."""

from __future__ import annotations

import numpy as np
import pytest

from prevention.model.assumptions import Floats
from prevention.model.grid import Curves, Grid, curves_through

GRID = Grid.over((6.0, 24.0), (3.0, 9.0))
MONTHS = np.arange(36.0)[:, None]


def arrived(mean: Floats, spread: Floats) -> Floats:
    """A smooth build-up by month about a mean, (months, lags)."""
    return 1 / (1 + np.exp((mean - MONTHS) / spread))


def random_lags(count: int) -> tuple[Floats, Floats]:
    """Lags drawn evenly over the grid's range."""
    rng = np.random.default_rng(5)
    return rng.uniform(6.0, 24.0, count), rng.uniform(3.0, 9.0, count)


def test_the_polynomial_goes_through_the_points() -> None:
    values = arrived(*GRID.points)
    every = [GRID.spread.count] * GRID.mean.count
    through = GRID.coefficients(values) @ GRID.products(*GRID.points, every)
    np.testing.assert_allclose(through, values, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_few_curves_make_up_the_values_at_any_lag(dtype: type) -> None:
    """A third of the error that a year's care is allowed."""
    curves = Curves.of(GRID, curves_through(GRID, arrived(*GRID.points)), dtype)
    mean, spread = random_lags(500)
    found = curves.curves @ curves.shares(mean.astype(dtype), spread.astype(dtype))
    assert found.dtype == dtype
    assert np.abs(found - arrived(mean, spread)).max() <= 3e-5
    products = GRID.mean.count * GRID.spread.count
    assert curves.curves.shape[1] < 25 < sum(curves.depths) < products


def test_a_lag_known_for_certain_needs_one_curve() -> None:
    grid = Grid.over((12.0, 12.0), (4.0, 4.0))
    values = arrived(*grid.points)
    curves = Curves.of(grid, curves_through(grid, values), np.float64)
    assert curves.curves.shape == (36, 1)
    certain = np.full(3, 12.0), np.full(3, 4.0)
    expected = np.repeat(values, 3, axis=1)
    np.testing.assert_allclose(curves.curves @ curves.shares(*certain), expected)


def test_nothing_started_is_nothing_at_any_lag() -> None:
    curves = Curves.of(GRID, curves_through(GRID, arrived(*GRID.points) * 0), np.float64)
    assert not (curves.curves @ curves.shares(*random_lags(20))).any()
