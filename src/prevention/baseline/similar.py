"""Councils alike in size and in rate of care: what became of them, as a line to compare with."""

from __future__ import annotations

import numpy as np

from prevention.baseline.panel import Floats, Lines

LIKE = 10
"""Similar councils that are taken together."""

BEFORE = 5
"""Years before the newest figures at which they are alike: what came since is the comparison."""


def alike_in(lines: Lines) -> int | None:
    """Year at which councils are matched; None where no year has people and population.

    Five years before the newest year that a quarter of the councils have published both
    for, or the first such year after it.
    """
    both = _common_years(lines)
    return next((year for year in both if year >= both[-1] - BEFORE), None) if both else None


def _common_years(lines: Lines) -> list[int]:
    people = set(lines.panel.common_years)
    return [year for year in lines.population.common_years if year in people]


def similar(lines: Lines, council: str, count: int = LIKE) -> tuple[str, ...]:
    """The councils nearest in population and in people per head, nearest first.

    Distance is in logs, each of the two over its spread among all councils, in the year of
    `alike_in`. Empty where the council has no figure for it.
    """
    year = alike_in(lines)
    if year is None:
        return ()
    population, people = lines.population.at(year), lines.panel.at(year)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.log(np.array([population, people / population]))
    places[~np.isfinite(places)] = np.nan
    places[:, np.isnan(places).any(axis=0)] = np.nan
    row = lines.panel.codes.index(council)
    if np.isnan(places[0, row]):
        return ()
    spread = np.nanstd(places, axis=1, keepdims=True)
    apart = (places - places[:, row : row + 1]) / np.where(spread > 0, spread, 1.0)
    distance = np.hypot(*apart)
    distance[row] = np.nan
    order = [at for at in np.argsort(distance) if not np.isnan(distance[at])]
    return tuple(lines.panel.codes[at] for at in order[:count])


def at_their_rate(lines: Lines, council: str, like: tuple[str, ...]) -> dict[int, float]:
    """People by year if this council had the rate per head of the similar ones together.

    Only years in which all of them, and this council's population, are published.
    """
    if not like:
        return {}
    rows = [lines.panel.codes.index(code) for code in like]
    own = lines.population.values[lines.panel.codes.index(council)]
    people: Floats = lines.panel.values[rows].sum(axis=0)
    population: Floats = lines.population.values[rows].sum(axis=0)
    found = people / population * own
    return {
        year: float(value)
        for year, value in zip(lines.panel.years, found, strict=True)
        if not np.isnan(value)
    }
