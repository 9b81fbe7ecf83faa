"""The baseline: people in placement, price and spend if nothing changes.

Volume and price are forecast apart, so that a saving in volume and a drift in price are
never confused. Volume holds the last published rate per head of population: over 145
councils and eight origins no trend line beat it. Its fan is a random walk in logs. Price
is the last published weekly cost, raised each April.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prevention.model.assumptions import Assumption, Floats
from prevention.model.draws import Draws
from prevention.model.economy import ServiceAssumptions
from prevention.model.evidence import Series, ServiceEvidence
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, WEEKS_PER_MONTH, first_month, format_year

_TREND_YEARS = 3
"""Years of past growth carried on where no population projection is on file."""

_LATER_STEPS = 0.12
"""Extra variance from the second year on: yearly changes are slightly correlated."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """One service line in one council under each draw.

    people: average people in placement by month of the plan, (plan_months, n).
    price: GBP per person per week by year of the plan, (years, n), nominal.
    """

    people: Floats
    price: Floats

    def spend(self, timeline: Timeline) -> Floats:
        """GBP a year, (years, n): people x price x weeks."""
        return timeline.by_year(self.people * timeline.spread(self.price)) * WEEKS_PER_MONTH


def population_by_month(population: Series, timeline: Timeline, base_year: int) -> Floats:
    """Population over that of the base year's 31 March, by month of the plan, (plan_months,).

    Published (then projected) mid-year figures, joined by straight lines; past the last
    of them, its growth over the three years before is carried on. 1 throughout where no
    population is published.
    """
    seen = population.observations
    if not seen:
        return np.ones(timeline.plan_months)
    months = np.array([first_month(o.year_ending) + 3.0 for o in seen])
    values = np.array([o.value for o in seen])
    back = min(_TREND_YEARS, len(seen) - 1)
    growth = (values[-1] / values[-1 - back]) ** (1 / back) if back else 1.0
    ahead = np.arange(1, 41)
    months = np.concatenate([months, months[-1] + ahead * MONTHS_PER_YEAR])
    values = np.concatenate([values, values[-1] * growth**ahead])
    middles = timeline.plan_start + np.arange(timeline.plan_months) + 0.5
    base = np.interp(first_month(base_year + 1), months, values)
    return np.asarray(np.interp(middles, months, values) / base)


def people_fan(
    evidence: ServiceEvidence, volatility: Floats, timeline: Timeline, draws: Draws
) -> Floats:
    """Each draw's departure from the central volume, as a factor, (plan_months, n).

    A random walk in logs from the last published figure: h years out its variance is
    h (1 + 0.12 from the second year) times that of one yearly change.
    """
    last = evidence.people.last
    if draws.count == 0 or last is None:
        return np.ones((timeline.plan_months, draws.size), draws.dtype)
    since = timeline.plan_start - first_month(last.year_ending + 1)
    ages = (since + np.arange(timeline.plan_months) + 0.5) / MONTHS_PER_YEAR
    steps = draws.scores(f"people/{evidence.id}", int(np.ceil(ages[-1])) + 1)
    path = np.concatenate([np.zeros((1, draws.size)), np.cumsum(steps, axis=0)])
    whole = np.floor(ages).astype(int)
    part = (ages - whole)[:, None]
    walk = path[whole] * (1 - part) + path[whole + 1] * part
    # Straight lines between yearly points would narrow the fan in mid-year: restore it.
    walk *= np.sqrt(ages[:, None] / (whole[:, None] + part**2))
    later = np.sqrt(1 + _LATER_STEPS * (ages > 1))[:, None]
    logs: Floats = (volatility * later * walk).astype(draws.dtype)
    return np.exp(logs)


def unit_cost_of(evidence: ServiceEvidence, chosen: ServiceAssumptions) -> tuple[Assumption, int]:
    """The price of one placement (GBP a week) and the year ending whose prices it is in.

    The chosen marginal price, or the last published average with the chosen margin.

    Raises:
        ValueError: nothing is published and nothing chosen.
    """
    last = evidence.unit_cost.last
    if chosen.unit_cost is not None:
        year = last.year_ending if last else chosen.unit_cost_year
        return chosen.unit_cost, year
    if last is None:
        raise ValueError(f"No unit cost is published or assumed for {evidence.name.lower()}.")
    assumption = Assumption(
        central=last.value,
        low=last.value * chosen.margin_low,
        high=last.value * chosen.margin_high,
        basis="published",
        source=f"{evidence.unit_cost.title}, {format_year(last.year_ending)}",
        reason="range: the placement avoided may be cheaper or dearer than the average",
    )
    return assumption, last.year_ending


def price_by_year(
    evidence: ServiceEvidence, chosen: ServiceAssumptions, timeline: Timeline, draws: Draws
) -> Floats:
    """Price of a placement, GBP a week, nominal, (years, n): raised every April.

    The yearly rise is one shock shared by every service line of a directorate, since
    pay, the National Living Wage and the market move them together.
    """
    unit_cost, year = unit_cost_of(evidence, chosen)
    level = draws.values(f"service/{evidence.id}", "unit_cost", unit_cost)
    rise = draws.values(f"prices/{evidence.directorate}", "price_uplift", chosen.price_uplift)
    since = np.array(timeline.year_endings, dtype=draws.dtype)[:, None] - year
    price: Floats = level * (1 + rise) ** since
    return price


def modelled(
    services: Mapping[str, ServiceEvidence], chosen: Mapping[str, ServiceAssumptions]
) -> list[str]:
    """Service lines that have people and a price, published or assumed, in order."""
    return [
        id_
        for id_, evidence in services.items()
        if id_ in chosen
        and evidence.people.last is not None
        and (evidence.unit_cost.last is not None or chosen[id_].unit_cost is not None)
    ]


def baselines(
    services: Mapping[str, ServiceEvidence],
    chosen: Mapping[str, ServiceAssumptions],
    timeline: Timeline,
    draws: Draws,
) -> dict[str, Baseline]:
    """The do-nothing path of each service line that has people and a price."""
    paths: dict[str, Baseline] = {}
    for id_ in modelled(services, chosen):
        evidence = services[id_]
        last = evidence.people.observations[-1]
        growth = population_by_month(evidence.population, timeline, last.year_ending)
        volatility = draws.values(
            f"service/{id_}", "people_volatility", chosen[id_].people_volatility
        )
        fan = people_fan(evidence, volatility, timeline, draws)
        price = price_by_year(evidence, chosen[id_], timeline, draws)
        central = (last.value * growth[:, None]).astype(draws.dtype)
        paths[id_] = Baseline(central * fan, price)
    return paths
