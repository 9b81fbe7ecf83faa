"""The forecast as it would have been made in the past, beside what then happened.

Made from figures up to a given year and no later: the method is the one the back-test
would then have favoured, and the range is a plain random walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from prevention.baseline.backtest import (
    HORIZONS,
    Trial,
    forecasts,
    history_at,
    origins_of,
    trial,
)
from prevention.baseline.choosing import best_method
from prevention.baseline.intervals import SpreadRule, spread, yearly_deviation
from prevention.baseline.methods import METHODS
from prevention.baseline.outlook import untested
from prevention.baseline.panel import Floats, Lines, Panel
from prevention.baseline.running import BY_POPULATION
from prevention.model.assumptions import Z_90
from prevention.years import format_year

NAMES = {"people": "number of people", "unit_cost": "weekly spend per person", "spend": "spend"}


class CannotHindcast(ValueError):
    """There are too few figures to look back for this council; says which."""


@dataclass(frozen=True, slots=True)
class PastForecast:
    """One measure forecast from the past, one row a year.

    known: the last year used, and `start` its figure. method: the one favoured then.
    years: year endings forecast. actual: what happened, NaN where not published.
    """

    measure: str
    known: int
    start: float
    method: str
    years: tuple[int, ...]
    central: Floats
    p10: Floats
    p90: Floats
    actual: Floats

    @property
    def judged(self) -> int:
        """Years with an actual figure."""
        return int((~np.isnan(self.actual)).sum())

    @property
    def inside(self) -> int:
        """Years whose actual figure lay in the range."""
        return int(((self.p10 <= self.actual) & (self.actual <= self.p90)).sum())


def until(lines: Lines, year: int) -> Lines:
    """The lines as far as a year: nothing later is held."""
    first = lines.panel.first_year
    return Lines(
        lines.service,
        lines.measure,
        lines.panel.between(first, year),
        lines.population.between(first, year),
    )


def method_then(lines: Lines, known: int) -> str:
    """The method that the back-test of figures up to a year, and no later, favours."""
    then = until(lines, known)
    able = {n: m for n, m in METHODS.items() if lines.measure == "people" or n not in BY_POPULATION}
    origins = origins_of(then)
    if not origins:
        return "last_value"
    return best_method(trial(then, SpreadRule(), forecasts(then, able, origins)))


FAVOURED_THEN = "favoured_then"


def favoured_then(lines: Lines, judged: Trial) -> Trial:
    """A trial of choosing the method anew at each origin, from what was known by then.

    The default is chosen with every year in sight, and so is flattered by its own back-test;
    this is not. The last value held stands beside it.
    """
    names = [method_then(lines, origin) for origin in judged.origins]
    path = np.array([judged.paths[name][place] for place, name in enumerate(names)])
    return replace(judged, paths={FAVOURED_THEN: path, "last_value": judged.paths["last_value"]})


@dataclass(frozen=True, slots=True)
class PastForecasts:
    """One measure of every council forecast from the past: as `PastForecast`, a row a council."""

    measure: str
    codes: tuple[str, ...]
    known: int
    start: Floats
    method: str
    years: tuple[int, ...]
    central: Floats
    p10: Floats
    p90: Floats
    actual: Floats

    def of(self, council: str) -> PastForecast:
        """One council's.

        Raises:
            CannotHindcast: nothing is published of it for the year the forecast is from.
        """
        row = self.codes.index(council) if council in self.codes else None
        if row is None or not self.start[row] > 0:
            raise CannotHindcast(
                f"No {NAMES[self.measure]} is published for {format_year(self.known)} on today's "
                "boundaries, so there is nothing to forecast from."
            )
        return PastForecast(
            self.measure,
            self.known,
            float(self.start[row]),
            self.method,
            self.years,
            self.central[row],
            self.p10[row],
            self.p90[row],
            self.actual[row],
        )


def past_forecasts(
    lines: Lines, known: int, years: tuple[int, ...], method: str = ""
) -> PastForecasts:
    """One measure of every council, forecast for `years` from figures up to `known`.

    method: a name; empty takes the one the back-test of figures up to `known` favours.
    """
    method = method or method_then(lines, known)
    history = history_at(until(lines, known), known)
    path = untested(METHODS[method](history, HORIZONS))
    central = lines.panel.at(known)[:, None] * np.exp(_at(path, known, years))
    return _with_range(lines, known, years, method, central)


def _at(by_year_ahead: Floats, known: int, years: tuple[int, ...]) -> Floats:
    """The columns of the years asked for."""
    return np.asarray(by_year_ahead[:, [year - known - 1 for year in years]])


def _with_range(
    lines: Lines, known: int, years: tuple[int, ...], method: str, central: Floats
) -> PastForecasts:
    """A central forecast with the range that the series' own yearly changes give it."""
    deviation = np.nan_to_num(yearly_deviation(history_at(until(lines, known), known).logs))
    width = _at(spread(deviation, SpreadRule(), max(years) - known), known, years)
    return PastForecasts(
        lines.measure,
        lines.panel.codes,
        known,
        lines.panel.at(known),
        method,
        years,
        central,
        central * np.exp(-Z_90 * width),
        central * np.exp(Z_90 * width),
        np.array([lines.panel.at(year) for year in years]).T,
    )


def price_lines(people: Lines, spend: Panel, weeks_per_year: float) -> Lines:
    """Weekly spend per person: spend / people / weeks, over the years of the people."""
    years = people.panel
    held = spend.between(years.first_year, years.last_year).values
    counted = np.where(years.values > 0, years.values, np.nan)
    values = np.where(held > 0, held, np.nan) / counted / weeks_per_year
    nobody = np.full(values.shape, np.nan)
    return Lines(
        people.service,
        "unit_cost",
        Panel(years.codes, years.first_year, values),
        Panel(years.codes, years.first_year, nobody),
    )


def spend_forecasts(
    people: PastForecasts, price: PastForecasts, spend: Lines, weeks_per_year: float
) -> PastForecasts:
    """Spend: people x price x weeks, with the range of spend's own yearly changes."""
    central = people.central * price.central * weeks_per_year
    return _with_range(spend, people.known, people.years, price.method, central)


@dataclass(frozen=True, slots=True)
class Year:
    """What is published of looked-after children in one year.

    spend: GBP. children: on 31 March. unit_cost: GBP a week per child, all placements.
    placed: children by service line; costs: GBP a week by service line. A line that is
    not published is left out of either.
    """

    year_ending: int
    spend: float
    children: float
    unit_cost: float
    placed: Mapping[str, float]
    costs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The change in spend between two years in whole pounds, each part and their sum.

    lines: service lines whose price and mix are told apart; the rest is in the remainder.
    """

    start: int
    end: int
    volume: int
    price: int
    mix: int
    remainder: int
    lines: tuple[str, ...]

    @property
    def change(self) -> int:
        """Change in published spend, GBP: the parts add up to it exactly."""
        return self.end - self.start


def bridge(before: Year, after: Year, weeks_per_year: float) -> Bridge:
    """Why spend changed: fewer or more children, dearer placements, other placements, the rest.

    Mid-point weights (Bennet 1920), which treat both years alike and leave no cross term:

    - volume: change in children x mid-point cost of a looked-after child.
    - price: mid-point children x sum over lines of mid-point share x change in its cost.
    - mix: mid-point children x sum over lines of change in share x (its mid-point cost less
      that of a looked-after child).
    - remainder: the change in published spend less those three. Published unit costs and
      children do not multiply to published spend, and only some placements have a unit cost.

    Each is GBP a week x weeks in a year, rounded to a pound; the remainder takes the rest.
    """
    number = (before.children + after.children) / 2
    cost = (before.unit_cost + after.unit_cost) / 2
    known = [set(each) for y in (before, after) for each in (y.placed, y.costs)]
    lines = tuple(line for line in before.placed if all(line in each for each in known))
    price = mix = 0.0
    for line in lines:
        shares = before.placed[line] / before.children, after.placed[line] / after.children
        costs = before.costs[line], after.costs[line]
        price += sum(shares) / 2 * (costs[1] - costs[0])
        mix += (shares[1] - shares[0]) * (sum(costs) / 2 - cost)
    start, end = round(before.spend), round(after.spend)
    volume = round((after.children - before.children) * cost * weeks_per_year)
    parts = [round(number * part * weeks_per_year) for part in (price, mix)]
    rest = end - start - volume - sum(parts)
    return Bridge(start, end, volume, parts[0], parts[1], rest, lines)
