"""Rolling-origin back-test: forecast from each past year with nothing later, then compare.

At an origin every method sees the figures up to that year and no others. Each is judged on
the same cases: a council with a figure at the origin and at the year forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from prevention.baseline.intervals import SpreadRule, spread, yearly_deviation
from prevention.baseline.methods import History, Method
from prevention.baseline.panel import Flags, Floats, Lines

HORIZONS = 5
"""Years ahead that are judged."""

ORIGINS = 8
"""Past years forecast from: the newest that have a later figure to be judged by."""

LEAST_YEARS = 2
"""Years of figures an origin must have behind it, itself included."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Every method's forecasts of one measure of one service line, beside what happened.

    origins: year endings. The arrays are (origins, councils, horizons), NaN where there is
    no figure to compare.
    start: figure at the origin. actual: figure at the year forecast.
    paths: log change forecast, by method. spread: standard deviation of the log error.
    scale: mean size of a council's yearly change over all its years, (councils,).
    band: ends of the range about the forecast by year ahead in logs, (2, horizons), where it
        is the plan's own; None takes the spread.
    """

    service: str
    measure: str
    codes: tuple[str, ...]
    origins: tuple[int, ...]
    start: Floats
    actual: Floats
    paths: Mapping[str, Floats]
    spread: Floats
    scale: Floats
    band: Floats | None = None

    @property
    def judged(self) -> Flags:
        """Cases with a forecast and an actual figure, both above zero."""
        held = self.scale[None, :, None] > 0
        return np.asarray(held & (self.start > 0) & (self.actual > 0))


def origins_of(lines: Lines) -> tuple[int, ...]:
    """Years to forecast from, oldest first; none where the series is too short."""
    years = lines.panel.common_years
    return tuple(years[LEAST_YEARS - 1 : -1][-ORIGINS:])


def history_at(lines: Lines, origin: int) -> History:
    """Both histories as they stood at the end of a year: nothing later is in them."""
    columns = origin - lines.panel.first_year + 1
    with np.errstate(divide="ignore"):
        return History(lines.panel.logs[:, :columns], lines.population.logs[:, :columns])


def forecasts(
    lines: Lines, methods: Mapping[str, Method], origins: Sequence[int]
) -> dict[str, Floats]:
    """Log change forecast by each method from each origin, (origins, councils, horizons)."""
    histories = [history_at(lines, origin) for origin in origins]
    return {
        name: np.array([method(history, HORIZONS) for history in histories])
        for name, method in methods.items()
    }


def trial(lines: Lines, rule: SpreadRule, paths: Mapping[str, Floats]) -> Trial:
    """Forecasts made, as from `forecasts`, beside what happened."""
    origins, panel = origins_of(lines), lines.panel
    actual = [[panel.at(origin + h) for h in range(1, HORIZONS + 1)] for origin in origins]
    start = [panel.at(origin) for origin in origins]
    spreads = [
        spread(yearly_deviation(history_at(lines, origin).logs), rule, HORIZONS)
        for origin in origins
    ]
    shape = (len(origins), len(panel.codes), HORIZONS)
    sizes = np.abs(np.diff(panel.values, axis=1))
    seen = ~np.isnan(sizes)
    scale = np.where(seen, sizes, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return Trial(
        lines.service,
        lines.measure,
        panel.codes,
        origins,
        np.repeat(np.array(start).reshape(*shape[:2], 1), HORIZONS, axis=2),
        np.array(actual).reshape(shape[0], HORIZONS, shape[1]).transpose(0, 2, 1),
        paths,
        np.array(spreads).reshape(shape),
        scale,
    )
