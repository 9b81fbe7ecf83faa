"""Every council's figures of one service line, side by side: councils down, years across."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prevention.model.evidence import CouncilEvidence, Series

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COMMON = 0.25
"""A year counts as published where at least this share of the councils have a figure: a
projection held for one council is not a statistic of them all."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure of many councils.

    codes: councils in order. first_year: year ending of the first column.
    values: (councils, years), NaN where nothing is published.
    """

    codes: tuple[str, ...]
    first_year: int
    values: Floats

    @property
    def last_year(self) -> int:
        """Year ending of the last column."""
        return self.first_year + int(self.values.shape[1]) - 1

    @property
    def years(self) -> range:
        """Year ending of each column."""
        return range(self.first_year, self.last_year + 1)

    def at(self, year: int) -> Floats:
        """Figures of one year, (councils,): NaN for a year outside the panel."""
        if year not in self.years:
            return np.full(len(self.codes), np.nan)
        return np.asarray(self.values[:, year - self.first_year])

    def between(self, first_year: int, last_year: int) -> Panel:
        """The same councils over exactly these years, NaN where the panel does not reach."""
        values = np.full((len(self.codes), max(last_year - first_year + 1, 0)), np.nan)
        first, last = max(first_year, self.first_year), min(last_year, self.last_year)
        if first <= last:
            mine = self.values[:, first - self.first_year : last - self.first_year + 1]
            values[:, first - first_year : last - first_year + 1] = mine
        return Panel(self.codes, first_year, values)

    @property
    def common_years(self) -> list[int]:
        """Years in which at least a quarter of the councils have a figure."""
        share = (~np.isnan(self.values)).mean(axis=0) if len(self.codes) else []
        return [y for y, held in zip(self.years, share, strict=True) if held >= COMMON]

    @property
    def logs(self) -> Floats:
        """Natural logs, (councils, years); NaN where nothing is published or nobody is in care."""
        return np.log(np.where(self.values > 0, self.values, np.nan))


def panel_of(councils: Mapping[str, Series]) -> Panel:
    """A panel from each council's series, in the order given; councils without any are kept.

    >>> from prevention.model.evidence import Observation
    >>> def series(**years): return Series("", "", tuple(
    ...     Observation(int(y[1:]), v, "") for y, v in years.items()))
    >>> panel = panel_of({"A": series(y2020=10.0, y2022=12.0), "B": series(y2021=5.0)})
    >>> panel.codes, panel.first_year, panel.values.tolist()
    (('A', 'B'), 2020, [[10.0, nan, 12.0], [nan, 5.0, nan]])
    """
    seen = [
        (row, item.year_ending, item.value)
        for row, series in enumerate(councils.values())
        for item in series.observations
    ]
    if not seen:
        return Panel(tuple(councils), 0, np.empty((len(councils), 0)))
    first, last = min(y for _, y, _ in seen), max(y for _, y, _ in seen)
    values = np.full((len(councils), last - first + 1), np.nan)
    for row, year, value in seen:
        values[row, year - first] = value
    return Panel(tuple(councils), first, values)


@dataclass(frozen=True, slots=True)
class Lines:
    """One measure of one service line in every council, beside the people it draws on.

    population: persons in the age group, over the same years; NaN where too few councils
        have a published figure.
    """

    service: str
    measure: str
    panel: Panel
    population: Panel


def lines_of(councils: Mapping[str, CouncilEvidence], service: str, measure: str) -> Lines:
    """A service line's people or unit cost in every council.

    measure: `people` or `unit_cost`.
    """
    services = {code: evidence.services[service] for code, evidence in councils.items()}
    panel = panel_of({code: getattr(line, measure) for code, line in services.items()})
    held = panel_of({code: line.population for code, line in services.items()})
    known = set(held.common_years)
    kept = np.where([year in known for year in held.years], held.values, np.nan)
    population = Panel(held.codes, held.first_year, kept)
    return Lines(service, measure, panel, population.between(panel.first_year, panel.last_year))


def joined(logs: Floats) -> Floats:
    """Gaps between two figures filled by a straight line in logs; the ends stay as they are.

    For methods that need a figure every year (no placements are held for 2018 and 2019).

    >>> joined(np.array([[np.nan, 1.0, np.nan, 3.0, np.nan]])).tolist()
    [[nan, 1.0, 2.0, 3.0, nan]]
    """
    filled = logs.copy()
    years = np.arange(logs.shape[1])
    for row in filled:
        seen = np.flatnonzero(~np.isnan(row))
        if len(seen) and len(seen) <= seen[-1] - seen[0]:
            inside = slice(seen[0], seen[-1] + 1)
            row[inside] = np.interp(years[inside], seen, row[seen])
    return filled
