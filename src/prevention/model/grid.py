"""Lags at which a response is worked out exactly, and the way from them to any other lag.

Chebyshev points of lag mean and spread on a log scale, and the polynomial through them: a sum
of products of one Chebyshev polynomial of the mean and one of the spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import DTypeLike

from prevention.model.assumptions import Floats

SHORTEST = 0.05
"""Months: lags below a day and a half are all the same to a month."""

_NEGLIGIBLE = 5e-6
"""Products of polynomials this small beside the largest are let go."""

_ALIKE = 5e-6
"""What is this small beside the largest curve is let go."""

_STEP = 0.25
"""A grid's range is rounded out to whole steps of this on the log scale, so that the points
of a lag moved a little are mostly those worked out before."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Chebyshev points over a range, on a log scale, and the way from them to any value."""

    low: float
    high: float
    count: int

    @property
    def points(self) -> Floats:
        """The points, (count,)."""
        if self.count == 1:
            return np.array([self.high])
        middle, half = np.log(self.low * self.high) / 2, np.log(self.high / self.low) / 2
        logs: Floats = middle + half * chebyshev.chebpts1(self.count)
        points: Floats = np.exp(logs)
        return points

    def polynomials(self, values: Floats) -> Floats:
        """Chebyshev polynomials T_0, T_1 ... at each value: (n,) to (count, n)."""
        terms = np.ones((self.count, len(values)), values.dtype)
        if self.count == 1:
            return terms
        place = np.log(np.clip(values, self.low, self.high) / self.low)
        terms[1] = 2 * place / np.log(self.high / self.low) - 1
        twice = 2 * terms[1]
        for term in range(2, self.count):
            np.multiply(twice, terms[term - 1], out=terms[term])
            terms[term] -= terms[term - 2]
        return terms

    @property
    def to_coefficients(self) -> Floats:
        """From values at the points to coefficients of the polynomials, (count, count)."""
        nodes = chebyshev.chebvander(chebyshev.chebpts1(self.count), self.count - 1)
        return np.asarray(np.linalg.inv(nodes), np.float64)


@dataclass(frozen=True, slots=True)
class Grid:
    """Points of lag mean and spread to interpolate between."""

    mean: Spread
    spread: Spread

    @classmethod
    def over(cls, mean: tuple[float, float], spread: tuple[float, float]) -> Grid:
        """As many points as a year's care needs to be right to under 1e-4 in every draw.

        Care is the harder to follow as the mean moves, the more spreads (or months, which
        even out anything narrower) lie between the lowest mean and the highest; as the
        spread moves, the wider its range. Counts by trial over the programmes shipped and
        random ones (tests/model/test_response.py).

        Args:
            mean, spread: lowest and highest that can be drawn, months.
        """
        (low, high), (narrow, wide) = _rounded_out(*mean), _rounded_out(*spread)
        means = spreads = 1
        if high > low:
            apart = (high - low) / max(narrow, 1.0)
            means = int(np.ceil(min(10 + 0.8 * apart, 12 + 12 * np.log(high / low))))
        if wide > narrow:
            spreads = int(np.ceil(5 + 3 * np.log(wide / narrow)))
        return cls(Spread(low, high, means), Spread(narrow, wide, spreads))

    @property
    def points(self) -> tuple[Floats, Floats]:
        """Mean and spread of each point, (points,) each."""
        means, spreads = np.meshgrid(self.mean.points, self.spread.points, indexing="ij")
        return means.ravel(), spreads.ravel()

    def coefficients(self, values: Floats) -> Floats:
        """The polynomial through values at the points: (rows, points) to (rows, products)."""
        shape = (len(values), self.mean.count, self.spread.count)
        across = values.reshape(shape) @ self.spread.to_coefficients.T
        found: Floats = self.mean.to_coefficients @ across
        return found.reshape(len(values), -1)

    def products(self, mean: Floats, spread: Floats, depths: Sequence[int]) -> Floats:
        """Products of the polynomials in each draw, (sum of depths, n).

        Args:
            mean, spread: months, (n,).
            depths: how many polynomials of the spread stand beside each of the mean.
        """
        means, spreads = self.mean.polynomials(mean), self.spread.polynomials(spread)
        found = np.empty((sum(depths), len(mean)), mean.dtype)
        first = 0
        for polynomial, depth in zip(means, depths, strict=True):
            np.multiply(polynomial, spreads[:depth], out=found[first : first + depth])
            first += depth
        return found


@dataclass(frozen=True, slots=True)
class Curves:
    """Rows of values at any lag as sums of a few curves.

    Care by month at neighbouring lags is much alike: some twenty-five curves make up all of it.

    curves: (rows, k). coefficients: how much of each curve comes with each product of
    polynomials, (k, products). depths: the products, as `Grid.products` takes them.
    """

    grid: Grid
    curves: Floats
    coefficients: Floats
    depths: tuple[int, ...]

    @classmethod
    def of(cls, grid: Grid, array: Floats, dtype: DTypeLike) -> Curves:
        """From curves and coefficients, as `curves_through` gives them, held in `dtype`."""
        shape = grid.mean.count, grid.spread.count
        curves, coefficients = np.split(array, [-shape[0] * shape[1]])
        used = coefficients.any(axis=1).reshape(shape)
        depths = np.max(used * np.arange(1, shape[1] + 1), axis=1)
        kept = np.arange(shape[1]) < depths[:, None]
        return cls(
            grid,
            curves.astype(dtype),
            coefficients[kept.ravel()].T.astype(dtype),
            tuple(depths.tolist()),
        )

    def shares(self, mean: Floats, spread: Floats) -> Floats:
        """How much of each curve makes up the rows at each draw's lag, (k, n)."""
        share: Floats = self.coefficients @ self.grid.products(mean, spread, self.depths)
        return share


def curves_through(grid: Grid, values: Floats) -> Floats:
    """Curves whose sums are the values at every lag, right to 3e-5 of the largest.

    Args:
        values: at the points of the grid, (rows, points).

    Returns:
        The curves, and below them how much of each product of polynomials each takes,
        (rows + products, k).
    """
    coefficients = grid.coefficients(values)
    sizes = np.linalg.norm(coefficients, axis=0)
    used = sizes >= _NEGLIGIBLE * sizes.max()
    left, weights, right = np.linalg.svd(coefficients[:, used], full_matrices=False)
    kept = max(int(np.sum(weights > _ALIKE * weights[0])), 1)
    shares = np.zeros((used.size, kept))
    shares[used] = right[:kept].T
    return np.concatenate([left[:, :kept] * weights[:kept], shares])


def _rounded_out(low: float, high: float) -> tuple[float, float]:
    """A range rounded out to whole steps on the log scale; one number stays as it is."""
    low = max(low, SHORTEST)
    if high <= low * (1 + 1e-9):
        return high, high
    steps = np.floor(np.log(low) / _STEP), np.ceil(np.log(high) / _STEP)
    return float(np.exp(steps[0] * _STEP)), float(np.exp(steps[1] * _STEP))
