"""Project one plan: the exact central run, the draws about it, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prevention.model.account import Account
from prevention.model.assumptions import Floats
from prevention.model.chain import Cell, Outcome, account_of, run, timeline_of
from prevention.model.demand import Baseline
from prevention.model.draws import Draws
from prevention.model.evidence import CouncilEvidence
from prevention.model.memo import Cache, Memo
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.scenarios import Plan
from prevention.model.timeline import Timeline
from prevention.money import to_pence, to_pounds
from prevention.years import MONTHS_PER_YEAR

DEFAULT_DRAWS = 8192
BLOCK = 2048
"""Draws in a block: its arrays stay in the processor's cache."""

Samples = NDArray[np.float32]
Tables = dict[Cell, dict[str, Floats]]
"""By cell (`total` for either part): each measure's (years, n)."""


@dataclass(frozen=True, slots=True)
class Projection:
    """One plan in one council.

    central: each measure by year, (years,), by (programme, service), `total` included;
        money in pounds that add up to the penny.
    mean: the same, averaged over the draws and settled to the penny; empty without draws.
    samples: each measure's draws, (years, draws), float32; empty without draws.
    outcome: the central run in full, its account with a row a month.
    baselines: people by year, price and spend per draw, by service.
    net_present: cashable net present value per draw by programme and `total`, (draws,).
    missing: plain sentences on what could not be modelled for this council.
    """

    plan: Plan
    council: CouncilEvidence
    timeline: Timeline
    account: Account
    draws: Draws
    central: Mapping[Cell, Mapping[str, Floats]]
    mean: Mapping[Cell, Mapping[str, Floats]]
    samples: Mapping[Cell, Mapping[str, Samples]]
    outcome: Outcome
    baselines: Mapping[str, Mapping[str, Samples]]
    net_present: Mapping[str, Samples]
    missing: tuple[str, ...]


def project(
    plan: Plan,
    council: CouncilEvidence,
    draws: int = DEFAULT_DRAWS,
    seed: int = 1,
    cache: Cache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Projection:
    """Run the chain once exactly and once per block of draws.

    Args:
        draws: 0 for the central run alone.
        cache: results kept between runs (an empty dict to begin with); only what
            changed is worked out again.
        progress: called with (draws done, draws in all) after each block.
    """
    timeline = timeline_of(plan)
    account = account_of(plan, timeline, monthly=True)
    outcome = run(plan, council, timeline, account, Draws(0))
    central = tables(outcome, plan, account, timeline)
    memo = Memo(cache)
    chosen = Draws(draws, seed)
    samples, by_service, present = _sample(plan, council, timeline, chosen, memo, progress)
    memo.forget_unused()
    return Projection(
        plan=plan,
        council=council,
        timeline=timeline,
        account=account,
        draws=chosen,
        central=in_pounds(with_totals(settle(central))),
        mean=in_pounds(with_totals(settle(_means(samples, central)))) if draws else {},
        samples=samples,
        outcome=outcome,
        baselines=by_service,
        net_present=present,
        missing=council.missing + _unmodelled(plan, outcome),
    )


def tables(outcome: Outcome, plan: Plan, account: Account, timeline: Timeline) -> Tables:
    """Every measure of every cell by year, before rounding and before totals.

    People started stand in a cell with the service `total`: one person may be helped on
    several lines. Delivery cost is shared over a programme's lines by their share of its
    effect.
    """
    found: Tables = {}
    cash = account.cash
    for (id_, service), ladder in outcome.ladders.items():
        share = next(t.share for t in plan.programmes[id_].avoids if t.service == service)
        cell = {
            "placements_avoided": ladder.begun,
            "care_weeks_avoided": ladder.care[cash],
            "gross_avoided_cost": ladder.gross[cash],
            "avoided_growth": ladder.avoided_growth[cash],
        }
        cell |= {rung: getattr(ladder, rung)[cash] for rung in RUNGS}
        cost = outcome.costs[id_]
        weight = share / _covered(outcome, plan, id_)
        cell["delivery_cost_gross"] = cost.gross[cash] * weight
        cell["external_funding"] = cost.external[cash] * weight
        cell["base_funding"] = cost.in_base[cash] * weight
        found[id_, service] = derived(cell)
    for id_, delivery in outcome.deliveries.items():
        started = np.sum(
            [starts.rows(account.matrix[cash]) for starts in delivery.starts.values()], axis=0
        )
        found[id_, TOTAL] = {"people_started": started}
    return found


def _covered(outcome: Outcome, plan: Plan, id_: str) -> float:
    """Part of a programme's effect that falls on lines this council's figures cover."""
    return sum(t.share for t in plan.programmes[id_].avoids if (id_, t.service) in outcome.ladders)


def derived(cell: dict[str, Floats]) -> dict[str, Floats]:
    """Fill in the measures that follow from others: the ladder's end, net, running sums."""
    cashable = cell["gross_avoided_cost"] - sum(cell[rung] for rung in RUNGS)
    cost = cell["delivery_cost_gross"] - cell["external_funding"] - cell["base_funding"]
    net = cashable - cost
    return cell | {
        "cashable_saving": cashable,
        "saving": cashable - cell["avoided_growth"],
        "cost_avoidance": cell["not_cashable"],
        "delivery_cost": cost,
        "net_saving": net,
        "net_saving_cumulative": np.cumsum(net, axis=0),
        "mtfs_increment": np.diff(cashable, axis=0, prepend=0),
    }


def settle(found: Tables) -> Tables:
    """Round each independent rung to the penny; everything else is whole pence added up.

    Money comes back in pence (whole numbers); people, placements and weeks as they are.
    """
    settled: Tables = {}
    for cell, measures in found.items():
        pence = {n: to_pence(v) for n, v in measures.items() if MEASURES[n].unit == GBP}
        settled[cell] = measures | (derived(pence) if pence else {})
    return settled


def in_pounds(settled: Tables) -> Tables:
    """Settled money in pounds: the nearest double to each two-decimal figure."""
    return {
        cell: {n: to_pounds(v) if MEASURES[n].unit == GBP else v for n, v in measures.items()}
        for cell, measures in settled.items()
    }


def with_totals(found: Tables) -> Tables:
    """Add each programme's, each service's and the whole plan's total."""
    totals: Tables = {cell: dict(measures) for cell, measures in found.items()}
    for (id_, service), measures in found.items():
        for target in {(id_, TOTAL), (TOTAL, service), (TOTAL, TOTAL)} - {(id_, service)}:
            into = totals.setdefault(target, {})
            for name, values in measures.items():
                into[name] = into[name] + values if name in into else values
    return totals


def _sample(
    plan: Plan,
    council: CouncilEvidence,
    timeline: Timeline,
    draws: Draws,
    memo: Memo,
    progress: Callable[[int, int], None] | None,
) -> tuple[Tables, dict[str, dict[str, Samples]], dict[str, Samples]]:
    """Every draw, a block at a time: measures, baselines and net present values."""
    account = account_of(plan, timeline)
    samples: Tables = {}
    lines: dict[str, dict[str, Samples]] = {}
    present: dict[str, Samples] = {}
    done = 0
    for block in draws.blocks(BLOCK):
        outcome = run(plan, council, timeline, account, block, memo)
        place = slice(block.first, block.last)
        for cell, measures in with_totals(tables(outcome, plan, account, timeline)).items():
            _keep(samples.setdefault(cell, {}), measures, place, draws.count)
        for service, baseline in outcome.baselines.items():
            figures = baseline_by_year(baseline, timeline)
            _keep(lines.setdefault(service, {}), figures, place, draws.count)
        _keep(present, net_present(outcome, account), place, draws.count)
        done += block.size
        if progress is not None:
            progress(done, draws.count)
    return samples, lines, present


def _keep(
    into: dict[str, Samples], figures: Mapping[str, Floats], place: slice, count: int
) -> None:
    """Copy a block's columns into arrays that hold every draw."""
    for name, values in figures.items():
        if name not in into:
            into[name] = np.empty((*values.shape[:-1], count), dtype=np.float32)
        into[name][..., place] = values


def baseline_by_year(baseline: Baseline, timeline: Timeline) -> dict[str, Floats]:
    """People (average over the year), price (GBP a week) and spend (GBP), (years, n)."""
    people = timeline.by_year(baseline.people) / MONTHS_PER_YEAR
    return {"people": people, "unit_cost": baseline.price, "spend": baseline.spend(timeline)}


def net_present(outcome: Outcome, account: Account) -> dict[str, Floats]:
    """Cashable net present value by programme and in total, GBP, (n,)."""
    rows = account.present
    found = {id_: -cost.council[rows].sum(axis=0) for id_, cost in outcome.costs.items()}
    for (id_, _), ladder in outcome.ladders.items():
        found[id_] = found[id_] + ladder.cashable[rows].sum(axis=0)
    return found | ({TOTAL: np.sum(list(found.values()), axis=0)} if found else {})


def _means(samples: Tables, cells: Tables) -> Tables:
    """Averages over the draws of each cell, (years, 1), without the totals."""
    return {
        cell: {n: samples[cell][n].mean(-1, dtype=np.float64, keepdims=True) for n in measures}
        for cell, measures in cells.items()
    }


def _unmodelled(plan: Plan, outcome: Outcome) -> tuple[str, ...]:
    """What the plan asks for that this council's figures do not cover."""
    return tuple(
        f"{programme.name}: no figures for {target.service.replace('-', ' ')} in this council, "
        f"so {target.share:.0%} of its effect is left out."
        for id_, programme in plan.programmes.items()
        for target in programme.avoids
        if (id_, target.service) not in outcome.ladders
    )
