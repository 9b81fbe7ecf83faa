"""Ways to carry a series on, all with one face: history in, log change by year ahead out.

Each takes the councils' histories up to the origin and hands back the change in logs from
each council's last figure, 1, 2, ... years ahead, (councils, horizons). They work on all
councils at once. Those fitted series by series are in `fitted`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from prevention.baseline.panel import COMMON, Floats, joined

OWN_YEARS = 5
"""Years over which a council's own trend is measured."""

NATIONAL_YEARS = 8
"""Years over which the trend of all councils together is measured: eight did better in the
back-test than three or five, for children and older people alike."""

DAMPING = 0.7
"""What is left of a council's own trend each further year."""

FADING = 0.4
"""What is left of the national trend each further year, where it is let fade."""

LEVELLING = 0.015
"""Share of its gap to the average rate per head that a council closes in a year."""

_FLOOR = 0.05
"""A straight line may reach nothing; it is held at this share of the last figure."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known at the origin, which is the last column.

    logs: (councils, years), NaN where nothing is published.
    population: log persons, (councils, years) of the same years, NaN where not published.
    """

    logs: Floats
    population: Floats


Method = Callable[[History, int], Floats]


def last_value(history: History, horizons: int) -> Floats:
    """The last figure, held."""
    return np.zeros((len(history.logs), horizons))


def rate_x_population(history: History, horizons: int) -> Floats:
    """The last rate per head, x a population that carries on its growth of three years."""
    return _straight(np.nan_to_num(own_growth(history.population, 3)), horizons)


def levelling(history: History, horizons: int) -> Floats:
    """The rate per head closes a little of its gap to the councils' average each year."""
    rate = history.logs[:, -1] - history.population[:, -1]
    if np.isnan(rate).all():
        return last_value(history, horizons)
    gap = np.nan_to_num(rate - np.nanmean(rate))
    kept = (1 - LEVELLING) ** np.arange(1, horizons + 1)
    return np.asarray(gap[:, None] * (kept - 1))


def levelling_fading(history: History, horizons: int) -> Floats:
    """Levelling, with the growth of all councils together carried on while it fades."""
    growth = national_growth_rate(history.logs)
    return levelling(history, horizons) + growth * faded(FADING, horizons)


def levelling_national(history: History, horizons: int) -> Floats:
    """Levelling, with the growth of all councils together carried on in full."""
    return levelling(history, horizons) + national_growth(history, horizons)


def national_growth(history: History, horizons: int) -> Floats:
    """The growth of all councils together over the last eight years, carried on."""
    growth = np.full(len(history.logs), national_growth_rate(history.logs))
    return _straight(growth, horizons)


def pooled_damped(history: History, horizons: int) -> Floats:
    """Own growth of five years, drawn towards all councils', fading by three tenths a year."""
    return shrunk_growth(history.logs)[:, None] * faded(DAMPING, horizons)


def shrunk_trend(history: History, horizons: int) -> Floats:
    """Own growth of five years, drawn towards all councils', carried on in full."""
    return _straight(shrunk_growth(history.logs), horizons)


def drift(history: History, horizons: int) -> Floats:
    """The average yearly change since the first figure, carried on."""
    years = history.logs.shape[1] - 1
    return _straight(np.nan_to_num(own_growth(history.logs, years)), horizons)


def straight_line(history: History, horizons: int) -> Floats:
    """The least-squares line through the last five years' figures, as a spreadsheet draws it.

    In people, not logs; never below a twentieth of the last figure.
    """
    window = np.exp(joined(history.logs)[:, -OWN_YEARS:])
    seen = ~np.isnan(window)
    count = np.maximum(seen.sum(axis=1), 1)
    years = np.arange(window.shape[1]) - window.shape[1] + 1.0
    middle = (seen * years).sum(axis=1) / count
    level = np.where(seen, window, 0.0).sum(axis=1) / count
    away = seen * (years - middle[:, None])
    squares = (away**2).sum(axis=1)
    slope = (away * np.nan_to_num(window)).sum(axis=1) / np.where(squares > 0, squares, 1.0)
    ahead = np.arange(1, horizons + 1) - middle[:, None]
    line = level[:, None] + slope[:, None] * ahead
    last = np.exp(history.logs[:, -1:])
    return np.asarray(np.log(np.maximum(line / last, _FLOOR)))


def faded(damping: float, horizons: int) -> Floats:
    """Years' worth of growth kept after 1, 2, ... years: d, d + d^2, ...

    >>> faded(0.5, 3).tolist()
    [0.5, 0.75, 0.875]
    """
    return np.asarray(np.cumsum(damping ** np.arange(1, horizons + 1)))


def own_growth(logs: Floats, years: int) -> Floats:
    """Yearly log growth between the first and last figures of the last `years` + 1, (councils,).

    NaN where there are not two figures.

    >>> own_growth(np.array([[0.0, np.nan, 0.2], [np.nan, np.nan, 1.0]]), 5).tolist()
    [0.1, nan]
    """
    window = logs[:, -(years + 1) :]
    seen = ~np.isnan(window)
    first = seen.argmax(axis=1)
    last = window.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    rows = np.arange(len(window))
    apart = np.where(last > first, last - first, 1)
    growth = (window[rows, last] - window[rows, first]) / apart
    return np.where(last > first, growth, np.nan)


def national_growth_rate(logs: Floats, years: int = NATIONAL_YEARS) -> float:
    """Yearly log growth of the councils' total to the newest year, over the years given.

    Over the councils with a figure at both ends, from the earliest of those years in which
    at least a quarter of the councils have both; 0 where there is none.
    """
    for back in range(min(years, logs.shape[1] - 1), 0, -1):
        both = ~np.isnan(logs[:, -1]) & ~np.isnan(logs[:, -1 - back])
        if both.mean() >= COMMON:
            start, end = np.exp(logs[both, -1 - back]).sum(), np.exp(logs[both, -1]).sum()
            return float(np.log(end / start) / back)
    return 0.0


def shrunk_growth(logs: Floats, years: int = OWN_YEARS) -> Floats:
    """Own growth drawn towards the councils' together, the more the likelier it is chance.

    weight = between / (between + chance), where chance is the variance that a random walk
    gives to growth measured over that many changes, and between is what the councils'
    growths vary beyond it.
    """
    national = national_growth_rate(logs, years)
    own = own_growth(logs, years)
    changes = np.diff(logs[:, -(years + 1) :], axis=1)
    seen = ~np.isnan(changes)
    known = ~np.isnan(own)
    count = seen.sum(axis=1)
    spare = int(np.maximum(count - 1, 0).sum())
    if spare == 0:
        return np.full(len(logs), national)
    mean = np.where(seen, changes, 0.0).sum(axis=1) / np.maximum(count, 1)
    yearly = float(((changes - mean[:, None])[seen] ** 2).sum()) / spare
    chance = yearly / np.maximum(count, 1)
    between = max(float(np.var(own[known]) - chance[known].mean()), 0.0)
    weight = between / (between + chance) if between > 0 else np.zeros(len(logs))
    return np.where(known, weight * (np.nan_to_num(own) - national), 0.0) + national


def _straight(growth: Floats, horizons: int) -> Floats:
    return growth[:, None] * np.arange(1, horizons + 1)


METHODS: Mapping[str, Method] = {
    "last_value": last_value,
    "rate_x_population": rate_x_population,
    "levelling": levelling,
    "levelling_fading": levelling_fading,
    "levelling_national": levelling_national,
    "national_growth": national_growth,
    "pooled_damped": pooled_damped,
    "shrunk_trend": shrunk_trend,
    "drift": drift,
    "straight_line": straight_line,
}
"""Methods that work on all councils at once, by the name `baseline_method` takes."""
