"""The baseline: people in placement, price and spend if nothing changes.

Volume and price are forecast apart, so that a saving in volume and a drift in price are
never confused. Volume starts from the last published figure and is carried on by the
service line's method: the one that did best in the back-test over all councils, unless
another is chosen. Its fan is a random walk in logs, as wide as the back-test found past
forecasts to stray. Price is the last published weekly cost, raised each April.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prevention.model.assumptions import Assumption, Floats
from prevention.model.draws import Draws
from prevention.model.economy import ServiceAssumptions
from prevention.model.evidence import Observation, Series, ServiceEvidence
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, WEEKS_PER_MONTH, first_month, format_year

_TREND_YEARS = 3
"""Years of past growth carried on where no population projection is on file."""

_LATER_STEPS = 0.12
"""Extra variance of a chosen volatility from the second year on: yearly changes are
slightly correlated."""

_BY_POPULATION = "rate_x_population"
"""The method that follows population month by month, projections included."""


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


def counted_at(evidence: ServiceEvidence, last: Observation) -> float:
    """Month number the last figure stands for: its 31 March, or the middle of its year."""
    end = first_month(last.year_ending + 1)
    return end - MONTHS_PER_YEAR / 2 if evidence.over_year else end


def ages_of(evidence: ServiceEvidence, last: Observation, timeline: Timeline) -> Floats:
    """Years from the last figure to the middle of each month of the plan, (plan_months,)."""
    middles = timeline.plan_start + np.arange(timeline.plan_months) + 0.5
    return np.asarray((middles - counted_at(evidence, last)) / MONTHS_PER_YEAR)


def population_by_month(population: Series, timeline: Timeline, base_month: float) -> Floats:
    """Population over that at `base_month`, by month of the plan, (plan_months,).

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
    base = np.interp(base_month, months, values)
    return np.asarray(np.interp(middles, months, values) / base)


def people_by_month(
    evidence: ServiceEvidence, chosen: ServiceAssumptions, timeline: Timeline
) -> Floats:
    """Central people in placement by month of the plan, (plan_months,).

    The last figure x exp(the method's log change at that age), straight between whole
    years and held after the last of them.

    Raises:
        ValueError: the method has no outlook for this council.
    """
    last = evidence.people.observations[-1]
    method = chosen.baseline_method
    if method == _BY_POPULATION:
        base = counted_at(evidence, last)
        return last.value * population_by_month(evidence.population, timeline, base)
    if method not in evidence.outlooks:
        raise ValueError(
            f"No outlook by the method '{method}' is held for {evidence.name.lower()}. "
            "Build the store again (prevention build), or choose rate_x_population."
        )
    path = np.array([0.0, *evidence.outlooks[method]])
    ages = ages_of(evidence, last, timeline)
    return np.asarray(last.value * np.exp(np.interp(ages, np.arange(len(path)), path)))


def spread_at(
    ages: Floats, evidence: ServiceEvidence, chosen: ServiceAssumptions, draws: Draws
) -> Floats:
    """Standard deviation of the log departure from the central volume, (plan_months, size).

    As the back-test settled it, its variance straight between whole years and growing on
    as in the last of them; or that of a random walk of the chosen volatility, whose
    variance h years out is h (1 + 0.12 from the second year) times that of one year.
    """
    if chosen.people_volatility is not None:
        stream = f"service/{evidence.id}"
        volatility = draws.values(stream, "people_volatility", chosen.people_volatility)
        return volatility * np.sqrt(ages * (1 + _LATER_STEPS * (ages > 1)))[:, None]
    variance = np.array([0.0, *np.square(evidence.spread)])
    if len(variance) < 3:
        return np.zeros((len(ages), 1))
    beyond = np.maximum(ages - (len(variance) - 1), 0.0) * (variance[-1] - variance[-2])
    held = np.interp(ages, np.arange(len(variance)), variance)
    return np.asarray(np.sqrt(held + beyond)[:, None])


def people_fan(
    evidence: ServiceEvidence, chosen: ServiceAssumptions, timeline: Timeline, draws: Draws
) -> Floats:
    """Each draw's departure from the central volume, as a factor, (plan_months, size).

    A random walk in logs from the last published figure, scaled to `spread_at`: its P10
    and P90 are the ends of the 80 % interval that the back-test judges.
    """
    last = evidence.people.last
    if draws.count == 0 or last is None:
        return np.ones((timeline.plan_months, draws.size), draws.dtype)
    ages = np.maximum(ages_of(evidence, last, timeline), 0.0)
    steps = draws.scores(f"people/{evidence.id}", int(np.ceil(ages[-1])) + 1)
    # How much of each year's step has been taken by each month, scaled to variance 1 at
    # every age: straight lines between yearly points would narrow the fan in mid-year.
    taken: Floats = np.clip(ages[:, None] - np.arange(len(steps)), 0.0, 1.0)
    taken /= np.maximum(np.linalg.norm(taken, axis=1, keepdims=True), 1e-6)
    fan: Floats = taken.astype(draws.dtype) @ steps
    # In place: memory new to the process costs more than the arithmetic on it.
    fan *= spread_at(ages, evidence, chosen, draws).astype(draws.dtype)
    return np.exp(fan, out=fan)


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
    lines = modelled(services, chosen)
    for id_ in draws.in_turn(lines):
        evidence = services[id_]
        central = people_by_month(evidence, chosen[id_], timeline)[:, None].astype(draws.dtype)
        fan = people_fan(evidence, chosen[id_], timeline, draws)
        fan *= central
        paths[id_] = Baseline(fan, price_by_year(evidence, chosen[id_], timeline, draws))
    return {id_: paths[id_] for id_ in lines}
