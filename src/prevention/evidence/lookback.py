"""The evidence a hindcast stands on, as it was known in November 2020."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prevention.baseline.hindcast import (
    Bridge,
    CannotHindcast,
    PastForecast,
    PastForecasts,
    Year,
    bridge,
    past_forecasts,
    price_lines,
    spend_forecasts,
)
from prevention.baseline.panel import Lines, lines_of, panel_of
from prevention.evidence.council import spend_per_person
from prevention.model.evidence import CouncilEvidence, Observation, Series
from prevention.years import WEEKS_PER_YEAR

SERVICE = "children-looked-after"
PRICED = ("childrens-homes", "fostering")
"""Service lines with a published unit cost of their own."""

PUBLISHED, OWN_COUNT = 2019, 2020
"""Last year published by November 2020, and the last the council had counted for itself.

The department's release for 31 March 2020 came out in December 2020, as did the section
251 outturn of 2019/20."""

YEARS = (2021, 2022, 2023, 2024, 2025)

COMPROMISES = (
    "Figures for 31 March 2018 and 2019 are held as later releases revised them; as first "
    "published they are not held.",
    "The population aged 0 to 17 is held as rebased after the 2021 Census. It decides only how "
    "far a council's rate lies from the average.",
    "The spend per child is the section 251 total over the children counted on 31 March, both "
    "as published by the year used; the department's own unit costs are held in a later release.",
)
"""Where the figures used are not exactly those of the day."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """A council's children looked after, forecast as at November 2020, and what happened."""

    people: PastForecast
    price: PastForecast
    spend: PastForecast


@dataclass(frozen=True, slots=True)
class LookBacks:
    """The same of every council: children, weekly spend per child, and spend."""

    people: PastForecasts
    price: PastForecasts
    spend: PastForecasts

    def of(self, council: str) -> LookBack:
        """One council's.

        Raises:
            CannotHindcast: in plain words, where the council lacks a figure it needs.
        """
        return LookBack(self.people.of(council), self.price.of(council), self.spend.of(council))

    @property
    def held(self) -> Held:
        """How often the ranges held, over the councils that have all three figures."""
        parts = (self.people, self.price, self.spend)
        rows = np.logical_and.reduce([part.start > 0 for part in parts])
        inside = []
        for part in parts:
            judged = ~np.isnan(part.actual[rows])
            held = (part.p10 <= part.actual) & (part.actual <= part.p90)
            inside.append(float(held[rows][judged].mean()))
        return Held(int(rows.sum()), *inside)


@dataclass(frozen=True, slots=True)
class Held:
    """Over the councils that can be looked back at: share of later years inside the range.

    councils: how many. people, price, spend: shares of the years with a figure.
    """

    councils: int
    people: float
    price: float
    spend: float


@dataclass(frozen=True, slots=True)
class Lookable:
    """What a look back stands on, of every council: children, weekly spend a child, spend."""

    people: Lines
    price: Lines
    spend: Lines


def lookable(councils: Mapping[str, CouncilEvidence]) -> Lookable:
    """The lines of every council, gathered once for looking back at any of them."""
    people = lines_of(councils, SERVICE, "people")
    totals = panel_of({code: each.services[SERVICE].spend for code, each in councils.items()})
    price = price_lines(people, totals, WEEKS_PER_YEAR)
    first, last = people.panel.first_year, people.panel.last_year
    spend = Lines(SERVICE, "spend", totals.between(first, last), price.population)
    return Lookable(people, price, spend)


def look_backs(lines: Lookable, known: int = PUBLISHED) -> LookBacks:
    """The forecast of children, weekly spend per child, and spend, from figures to `known`."""
    children = past_forecasts(lines.people, known, YEARS)
    weekly = past_forecasts(lines.price, known, YEARS)
    money = spend_forecasts(children, weekly, lines.spend, WEEKS_PER_YEAR)
    return LookBacks(children, weekly, money)


def history(evidence: CouncilEvidence, past: PastForecast) -> tuple[Observation, ...]:
    """The series a past forecast carried on, as far as the year it was made from."""
    line = evidence.services[SERVICE]
    series = line.spend.observations
    if past.measure == "people":
        series = line.people.observations
    elif past.measure == "unit_cost":
        series = spend_per_person(line.spend, line.people)
    return tuple(item for item in series if item.year_ending <= past.known)


def spend_bridge(evidence: CouncilEvidence, before: int, after: int) -> Bridge:
    """Why a council's spend on looked-after children changed between two years.

    Raises:
        CannotHindcast: a total it needs is not published for one of the years.
    """
    return bridge(_year(evidence, before), _year(evidence, after), WEEKS_PER_YEAR)


def _year(evidence: CouncilEvidence, year: int) -> Year:
    line = evidence.services[SERVICE]
    spend, children, cost = (_at(s, year) for s in (line.spend, line.people, line.unit_cost))
    names = ("spend on children looked after", "number of children", "cost of a looked-after child")
    for value, name in zip((spend, children, cost), names, strict=True):
        if not value:
            raise CannotHindcast(
                f"The {name} is not published for {evidence.name} in the year ending March {year}, "
                "so the change in spend cannot be told apart."
            )
    lines = [evidence.services[id_] for id_ in PRICED if id_ in evidence.services]
    placed = {each.id: _at(each.people, year) for each in lines}
    costs = {each.id: _at(each.unit_cost, year) for each in lines}
    return Year(
        year,
        spend or 0.0,
        children or 0.0,
        cost or 0.0,
        {id_: value for id_, value in placed.items() if value is not None},
        {id_: value for id_, value in costs.items() if value is not None},
    )


def _at(series: Series, year: int) -> float | None:
    return next((o.value for o in series.observations if o.year_ending == year), None)
