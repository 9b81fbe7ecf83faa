"""Lags at which a response is worked out exactly, and the way from them to any other lag.

Chebyshev points of lag mean and spread on a log scale, and the polynomial through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import chebyshev

from prevention.model.assumptions import Floats

SHORTEST = 0.05
"""Months: lags below a day and a half are all the same to a month."""

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

    def basis(self, values: Floats) -> Floats:
        """Weights of the points at each value: (n,) to (count, n); columns sum to one."""
        if self.count == 1:
            return np.ones((1, len(values)), values.dtype)
        place = np.log(np.clip(values, self.low, self.high) / self.low)
        position = (2 * place / np.log(self.high / self.low) - 1).astype(values.dtype)
        terms = np.empty((self.count, len(values)), values.dtype)
        terms[0], terms[1] = 1.0, position
        for term in range(2, self.count):
            terms[term] = 2 * position * terms[term - 1] - terms[term - 2]
        weights: Floats = _from_terms(self.count).astype(values.dtype) @ terms
        return weights


@cache
def _from_terms(count: int) -> Floats:
    """From Chebyshev polynomials at a value to the weights of the points there."""
    nodes = chebyshev.chebvander(chebyshev.chebpts1(count), count - 1)
    return np.asarray(np.linalg.inv(nodes).T, np.float64)


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

    def weights(self, mean: Floats, spread: Floats) -> Floats:
        """Weight of each point in each draw, (points, n)."""
        means, spreads = self.mean.basis(mean), self.spread.basis(spread)
        return (means[:, None, :] * spreads[None, :, :]).reshape(-1, len(mean))


def _rounded_out(low: float, high: float) -> tuple[float, float]:
    """A range rounded out to whole steps on the log scale; one number stays as it is."""
    low = max(low, SHORTEST)
    if high <= low * (1 + 1e-9):
        return high, high
    steps = np.floor(np.log(low) / _STEP), np.ceil(np.log(high) / _STEP)
    return float(np.exp(steps[0] * _STEP)), float(np.exp(steps[1] * _STEP))
