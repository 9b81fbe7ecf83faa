"""Councils, programmes and plans made by hand, so that the answer is known beforehand.

`warrington` carries published figures (Warrington, E06000007) typed in from the store.
Everything named synthetic is invented for an exact case and describes no council.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from prevention.model.account import Account
from prevention.model.assumptions import Assumption
from prevention.model.chain import Outcome, account_of, run, timeline_of
from prevention.model.draws import Draws
from prevention.model.economy import (
    BASELINE_METHODS,
    BaselineMethod,
    Economy,
    GradeRule,
    ServiceAssumptions,
)
from prevention.model.evidence import CouncilEvidence, Observation, Series, ServiceEvidence
from prevention.model.programmes import Programme, Target
from prevention.model.scenarios import Plan
from prevention.years import WEEKS_PER_MONTH

FIRST_YEAR = 2028
"""2027/28, the year the shipped scenarios open with."""

GO_LIVE = dt.date(2027, 4, 1)
"""The first day of the plan: lags count from the first month modelled."""

SERVICE = "synthetic-care"
MONTHLY_PRICE = 4000.0
"""GBP a month, the saving per case of method.md section 4."""

BOUNDLESS = 1e9
"""People in a service line so large that no programme meets its cap."""


def series(title: str, unit: str, observations: Mapping[int, float]) -> Series:
    """A series with one made-up release name."""
    found = tuple(Observation(year, value, "test") for year, value in observations.items())
    return Series(title, unit, found)


def line(
    id_: str = SERVICE,
    people: float = BOUNDLESS,
    unit_cost: float | None = MONTHLY_PRICE / WEEKS_PER_MONTH,
    *,
    people_year: int = FIRST_YEAR - 1,
    price_year: int = FIRST_YEAR,
    population: Mapping[int, float] | None = None,
    directorate: str = "children",
    outlook: tuple[float, ...] = (0.0,) * 12,
    spread: tuple[float, ...] = (),
) -> ServiceEvidence:
    """One service line. By default the price is that of the plan's first year.

    outlook: log change by year ahead, whatever the method. spread: of its error.
    """
    price = {} if unit_cost is None else {price_year: unit_cost}
    return ServiceEvidence(
        id=id_,
        name=id_.replace("-", " ").capitalize(),
        directorate=directorate,
        person="person",
        people=series("People", "people", {people_year: people}),
        unit_cost=series("Weekly cost", "GBP per person per week", price),
        spend=series("Spend", "GBP a year", {}),
        population=series("Population", "persons", population or {}),
        outlooks=dict.fromkeys(BASELINE_METHODS, outlook),
        spread=spread,
    )


def synthetic_council(*lines: ServiceEvidence) -> CouncilEvidence:
    """An invented council of the given lines (one boundless line when none is given)."""
    found = lines or (line(),)
    return CouncilEvidence(
        code="SYNTHETIC",
        name="Synthetic council",
        services={each.id: each for each in found},
        deflator=series("Deflator", "index", {}),
        data_hash="synthetic",
    )


def warrington() -> CouncilEvidence:
    """Warrington's published people and weekly costs; the older population is rounded.

    Its people are held at the last figure, with an invented spread of a tenth a year.
    """
    young = {2023: 43_650.0, 2024: 44_458.0, 2025: 44_799.0}
    older = {2022: 41_300.0, 2023: 41_900.0, 2028: 45_600.0, 2033: 50_100.0, 2044: 56_100.0}
    published = (
        ("childrens-homes", 41, 6825, 2025, 2025, young),
        ("fostering", 201, 910, 2025, 2025, young),
        ("semi-independent", 31, None, 2025, 2025, young),
        ("residential-65-plus", 309.3, 718.72, 2023, 2022, older),
        ("nursing-65-plus", 337.6, 818.03, 2023, 2022, older),
        ("home-care-65-plus", 860, 202.44, 2022, 2022, older),
    )
    lines = {
        id_: line(
            id_,
            people,
            price,
            people_year=people_year,
            price_year=price_year,
            population=population,
            directorate="adults" if population is older else "children",
            spread=tuple(0.1 * years**0.5 for years in range(1, 13)),
        )
        for id_, people, price, people_year, price_year, population in published
    }
    return replace(synthetic_council(), code="E06000007", name="Warrington", services=lines)


def fixed(value: float) -> Assumption:
    """A number without a range."""
    return Assumption(low=value, central=value, high=value)


def ranged(low: float, central: float, high: float) -> Assumption:
    """10th, 50th and 90th percentile."""
    return Assumption(low=low, central=central, high=high)


def economy(
    *services: str,
    price_uplift: Assumption | float = 0.0,
    people_volatility: float | None = 0.0,
    baseline_method: BaselineMethod = "rate_x_population",
    discount_rate: float = 0.035,
    inflation: float = 0.0,
    pay_uplift: float = 0.0,
    margin: tuple[float, float] = (1.0, 1.0),
) -> Economy:
    """Settings with nothing moving unless asked for: no inflation, no uplift, no spread."""
    rule = GradeRule(optimism_bias=fixed(0.0), lag_factor=1.0)
    uplift = price_uplift if isinstance(price_uplift, Assumption) else fixed(price_uplift)
    chosen = ServiceAssumptions(
        price_uplift=uplift,
        baseline_method=baseline_method,
        people_volatility=None if people_volatility is None else fixed(people_volatility),
        margin_low=margin[0],
        margin_high=margin[1],
    )
    return Economy(
        discount_rate=fixed(discount_rate),
        inflation=fixed(inflation),
        pay_uplift=fixed(pay_uplift),
        cost_price_year=FIRST_YEAR,
        grades=dict.fromkeys("ABCD", rule),
        services=dict.fromkeys(services or (SERVICE,), chosen),
    )


def programme(id_: str = "synthetic", **given: Any) -> Programme:
    """A programme on the synthetic line: two starts a month, effect 1, never-ending care.

    A plain number stands for an assumption without a range.
    """
    document: dict[str, Any] = {
        "id": id_,
        "name": f"Synthetic programme {id_}",
        "directorate": "children",
        "summary": "Invented for a test.",
        "evidence_grade": "A",
        "go_live": GO_LIVE,
        "avoids": (Target(service=SERVICE, share=1.0),),
        "capacity": 2,
        "effect": 1.0,
        "duration": 24,
        "duration_shape": "never-ending",
    }
    if {"impact", "relative_risk"} & given.keys():
        del document["effect"]
    return Programme.model_validate(document | given)


def plan(*programmes: Programme, years: int = 5, **given: Any) -> Plan:
    """A plan of the given programmes from 2027/28."""
    services = {target.service for each in programmes for target in each.avoids}
    services |= {t.replaced_by for p in programmes for t in p.avoids if t.replaced_by}
    found = {
        "scenario": "synthetic",
        "title": "Synthetic",
        "summary": "",
        "first_year": FIRST_YEAR,
        "programmes": {each.id: each for each in programmes},
        "economy": economy(*sorted(services)),
    }
    return Plan(years=years, **(found | given))


def chain(
    chosen: Plan, council: CouncilEvidence, draws: Draws | None = None, monthly: bool = True
) -> tuple[Outcome, Account]:
    """One pass through the chain, unrounded, with a row a month."""
    timeline = timeline_of(chosen)
    account = account_of(chosen, timeline, monthly)
    return run(chosen, council, timeline, account, draws or Draws(0)), account
