"""The figures of a projection that the pages show, for any group of its programmes.

Nothing here is worked out afresh: central and mean are the projection's own pence, added
up; percentiles are taken over the projection's own draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prevention.model.appraisal import payback_month, peak_funding
from prevention.model.assumptions import QUANTITIES, Floats
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection
from prevention.model.scenarios import Plan
from prevention.model.summary import PERCENTILES, chance_of_at_least, percentiles
from prevention.money import to_pence, to_pounds
from prevention.years import MONTHS_PER_YEAR, format_year, month_label

Group = tuple[str, ...] | None
"""Ids of programmes taken together; None for the whole plan."""


def of_directorate(plan: Plan, directorate: str) -> Group:
    """The plan's programmes of one directorate ("children", "adults"), or of both ("")."""
    if not directorate:
        return None
    return tuple(i for i, p in plan.programmes.items() if p.directorate == directorate)


def _cells(group: Group) -> list[tuple[str, str]]:
    return [(TOTAL, TOTAL)] if group is None else [(id_, TOTAL) for id_ in group]


def central(projection: Projection, measure: str, group: Group = None) -> Floats:
    """A measure by year in the central run, (years,); zeros where nothing runs.

    Money is whole pence added up, in pounds.
    """
    return _added(projection, "central", measure, group)


def mean(projection: Projection, measure: str, group: Group = None) -> Floats:
    """A measure by year averaged over the draws, (years,)."""
    return _added(projection, "mean", measure, group)


def _added(projection: Projection, name: str, measure: str, group: Group) -> Floats:
    if not projection.plan.programmes:
        return np.zeros(projection.plan.years)
    tables: Mapping[tuple[str, str], Mapping[str, Floats]] = getattr(projection, name)
    found = [
        np.ravel(tables[cell][measure])
        for cell in _cells(group)
        if cell in tables and measure in tables[cell]
    ]
    if not found:
        return np.zeros(projection.plan.years)
    if MEASURES[measure].unit != GBP:
        return np.asarray(np.sum(found, axis=0))
    return to_pounds(np.sum([to_pence(values) for values in found], axis=0))


def draws_of(projection: Projection, measure: str, group: Group = None) -> Floats:
    """A measure in every draw, (years, draws); zeros where nothing runs."""
    if not projection.plan.programmes:
        return np.zeros((projection.plan.years, max(projection.draws.count, 1)))
    found = [
        projection.samples[cell][measure].astype(np.float64)
        for cell in _cells(group)
        if cell in projection.samples and measure in projection.samples[cell]
    ]
    shape = (projection.plan.years, max(projection.draws.count, 1))
    return np.asarray(np.sum(found, axis=0)) if found else np.zeros(shape)


def by_year(projection: Projection, measure: str, group: Group = None) -> pd.DataFrame:
    """A measure as rows: year, central, mean, p10, p50, p90."""
    labels, drawn = projection.timeline.labels, projection.draws.count > 0
    average = mean(projection, measure, group) if drawn else np.nan
    spread = _spread(projection, measure, group).T if drawn else [np.nan] * len(PERCENTILES)
    rows = {"year": labels, "central": central(projection, measure, group), "mean": average}
    return pd.DataFrame(rows | dict(zip(PERCENTILES, spread, strict=True)))


def _spread(projection: Projection, measure: str, group: Group) -> Floats:
    """P10, P50 and P90 by year, (years, 3): the projection's own, where it has them."""
    cells = _cells(group)
    if len(cells) == 1 and measure in projection.samples.get(cells[0], ()):
        return projection.spreads({cells[0]: [measure]})[cells[0]][measure]
    found = percentiles(draws_of(projection, measure, group))
    return to_pounds(to_pence(found)) if MEASURES[measure].unit == GBP else found


@dataclass(frozen=True, slots=True)
class OverPlan:
    """A measure over the whole plan: its central total and the percentiles of its total."""

    central: float
    p10: float
    p50: float
    p90: float


def over_plan(projection: Projection, measure: str, group: Group = None) -> OverPlan:
    """A measure added up over the plan's years; the range is that of the total itself."""
    total = central(projection, measure, group)
    whole = (
        float(to_pounds(to_pence(total).sum())) if MEASURES[measure].unit == GBP else total.sum()
    )
    if not projection.draws.count:
        return OverPlan(float(whole), float("nan"), float("nan"), float("nan"))
    spread = percentiles(draws_of(projection, measure, group).sum(axis=0))
    return OverPlan(float(whole), *(float(value) for value in spread))


def chance_of(projection: Projection, target: float, group: Group = None) -> float | None:
    """Share of draws whose cashable saving over the plan is at least a figure, to the pound.

    None in a run without draws, and where no programme runs.
    """
    if not projection.samples:
        return None
    saved = draws_of(projection, "cashable_saving", group).sum(axis=0)
    return chance_of_at_least(saved, target)


def ladder(projection: Projection, group: Group = None) -> pd.DataFrame:
    """The rungs from gross to cashable over the plan: measure, step, amount, start, end.

    Amounts are GBP to the penny, what comes off below zero; gross plus every rung is the
    cashable saving exactly.
    """
    names = ("gross_avoided_cost", *RUNGS, "cashable_saving")
    amounts = [int(to_pence(central(projection, name, group)).sum()) for name in names]
    amounts[1:-1] = [-amount for amount in amounts[1:-1]]
    running = np.cumsum(amounts[:-1])
    starts = [0, *running[:-1], 0]
    ends = [*running, amounts[-1]]
    return pd.DataFrame(
        {
            "measure": names,
            "step": [MEASURES[name].title for name in names],
            "amount": to_pounds(amounts),
            "start": to_pounds(starts),
            "end": to_pounds(ends),
        }
    )


def net_by_month(projection: Projection, group: Group = None) -> Floats:
    """Cashable saving less new delivery cost by month of the plan, central, GBP, (months,)."""
    rows = projection.account.monthly
    net = np.zeros(projection.timeline.plan_months)
    for (id_, _), climbed in projection.outcome.ladders.items():
        if group is None or id_ in group:
            net += climbed.cashable[rows, 0]
    for id_, cost in projection.outcome.costs.items():
        if group is None or id_ in group:
            net -= cost.council[rows, 0]
    return net


def cumulative_net(projection: Projection, group: Group = None) -> pd.DataFrame:
    """Running net by month: month (first day of the next), label, net, GBP."""
    months = range(projection.timeline.plan_months)
    start = projection.timeline.plan_start
    return pd.DataFrame(
        {
            "month": pd.date_range(
                f"{projection.timeline.first_year - 1}-05-01", periods=len(months), freq="MS"
            ),
            "label": [month_label(start + month) for month in months],
            "net": np.cumsum(net_by_month(projection, group)),
        }
    )


@dataclass(frozen=True, slots=True)
class Turning:
    """When cumulative net turns positive for good, and the deepest it goes before.

    month, year: None when it does not inside the plan. peak: GBP; peak_month: its month.
    """

    month: str | None
    year: str | None
    peak: float
    peak_month: str | None


def turning_of(projection: Projection, group: Group = None) -> Turning:
    """Payback and peak funding of a group of programmes, in cash, central."""
    net = net_by_month(projection, group)
    month, peak = payback_month(net), peak_funding(net)
    start = projection.timeline.plan_start
    return Turning(
        month=None if month is None else month_label(start + month),
        year=(
            None
            if month is None
            else format_year(projection.timeline.first_year + month // MONTHS_PER_YEAR)
        ),
        peak=round(peak.amount, 2),
        peak_month=None if peak.month is None else month_label(start + peak.month),
    )


def lag_curve(projection: Projection, programme: str, months: Iterable[int]) -> pd.DataFrame:
    """Share of people whose placement would have begun by each month after their start."""
    chosen = projection.plan.programmes[programme]
    ages = np.asarray(list(months), dtype=float)
    passed = chosen.lag.waiting_over(chosen.onset_lag.central, chosen.onset_spread.central, ages)
    return pd.DataFrame({"month": ages.astype(int), "share": passed})


def plain_key(key: str, plans: Iterable[Plan]) -> tuple[str, str]:
    """What an assumption belongs to, and its name, for a reader.

    key: as for `--set`, such as programmes.no-wrong-door.onset_lag.
    """
    parts = key.split(".")
    title = QUANTITIES[parts[-1]].title
    if parts[0] == "programmes":
        known = {id_: p.name for plan in plans for id_, p in plan.programmes.items()}
        owner = known.get(parts[1], spaced(parts[1]))
        wave = f", {spaced(parts[3]).lower()}" if parts[2] == "expansions" else ""
        return owner + wave, title
    return ("Every programme" if parts[0] == "economy" else spaced(parts[1])), title


def spaced(id_: str) -> str:
    """An id as words: "two-more-constellations" is "Two more constellations"."""
    words = id_.replace("-", " ")
    return words[:1].upper() + words[1:]
