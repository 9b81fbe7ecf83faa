"""How far a series may stray from its forecast, by year ahead.

A random walk in logs. The size of a council's yearly change is its own, drawn towards all
councils': a short series says little of itself. Two numbers of the service line, settled
by the back-test, say how the variance grows with the years ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prevention.baseline.panel import Floats
from prevention.model.assumptions import Z_90

_POOL_YEARS = 4
"""Yearly changes that what is known of all councils counts for, beside a council's own."""

_OUTLIER = 3.0
"""Own changes beyond this many typical ones count as this many: a boundary or a return."""


_ENOUGH = 10
"""Councils from which the average change of a year is taken."""


@dataclass(frozen=True, slots=True)
class SpreadRule:
    """Variance h years ahead over that of a yearly change: at_once + yearly x h.

    at_once: what the first figure itself may be out by. yearly: what each year adds.
    like: service line whose yearly changes stand in where this one's are not published.
    source, as_at: how the two numbers were settled, and when.
    """

    at_once: float = 0.0
    yearly: float = 1.0
    like: str = ""
    source: str = ""
    as_at: str = ""


def typical_change(logs: Floats) -> float:
    """Size of a usual yearly log change among all councils, as a standard deviation.

    From the 80th percentile of changes about the year's average, over 1.2816: what an
    80 % interval needs, whatever a few councils did. NaN without a change to go by.
    """
    sizes = np.abs(_changes(logs))
    seen = sizes[~np.isnan(sizes)]
    return float(np.quantile(seen, 0.8) / Z_90) if len(seen) else float("nan")


def yearly_deviation(logs: Floats, like: Floats | None = None) -> Floats:
    """Standard deviation of a yearly log change, (councils,): own, drawn towards the pool.

    sqrt((n own^2 + 4 pool^2) / (n + 4) x (1 + 1 / (n + 1))) with n the council's own yearly
    changes. The last factor widens it where there are few figures to judge by.

    like: histories of another service line, whose pool stands in where these have none.
    """
    pool = typical_change(logs)
    if np.isnan(pool) and like is not None:
        pool = typical_change(like)
    if np.isnan(pool):
        return np.full(len(logs), np.nan)
    changes = np.clip(_changes(logs), -_OUTLIER * pool, _OUTLIER * pool)
    count = (~np.isnan(changes)).sum(axis=1)
    own = np.nan_to_num(changes**2).sum(axis=1)
    variance = (own + _POOL_YEARS * pool**2) / (count + _POOL_YEARS)
    return np.asarray(np.sqrt(variance * (1 + 1 / (count + 1))))


def spread(deviation: Floats, rule: SpreadRule, horizons: int) -> Floats:
    """Standard deviation of log(actual / forecast) 1, 2, ... years ahead, (councils, horizons).

    >>> spread(np.array([0.1]), SpreadRule(0.0, 1.0), 4).round(3).tolist()
    [[0.1, 0.141, 0.173, 0.2]]
    """
    ahead = np.arange(1, horizons + 1)
    return np.asarray(deviation[:, None] * np.sqrt(rule.at_once + rule.yearly * ahead))


def _changes(logs: Floats) -> Floats:
    """Yearly log changes about the average of their year, (councils, years - 1)."""
    changes = np.diff(logs, axis=1)
    seen = ~np.isnan(changes)
    count = seen.sum(axis=0)
    average = np.where(seen, changes, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.asarray(changes - np.where(count >= _ENOUGH, average, 0.0))
