"""A projection as rows: annual measures, baseline and appraisal, ready for any format."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from prevention.model.appraisal import (
    benefit_cost_ratio,
    equivalent_annual,
    payback_month,
    peak_funding,
)
from prevention.model.assumptions import Floats
from prevention.model.manifest import run_record as run_record
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.percentiles import PERCENTILES as PERCENTILES
from prevention.model.percentiles import percentiles as percentiles
from prevention.model.projection import Projection, baseline_by_year
from prevention.model.savings import placement_price
from prevention.model.sweep import sweep_lag
from prevention.years import MONTHS_PER_YEAR, WEEKS_PER_MONTH, format_year, month_label

if TYPE_CHECKING:
    import pandas as pd

Rows = Callable[[Projection], "pd.DataFrame"]


def _once(work_out: Rows) -> Rows:
    """Rows worked out once for a projection, which an export and the record both ask for."""

    @wraps(work_out)
    def rows(projection: Projection) -> pd.DataFrame:
        found: dict[Rows, pd.DataFrame] = vars(projection).setdefault("rows", {})
        if work_out not in found:
            found[work_out] = work_out(projection)
        return found[work_out].copy()

    return rows


BASELINE_UNITS = {"people": "people", "unit_cost": "GBP a week", "spend": "GBP"}


@_once
def annual(projection: Projection) -> pd.DataFrame:
    """Every measure by year, programme and service, totals included.

    Columns: year, programme, service, measure, unit, central, mean, p10, p50, p90.
    The last four are missing in a run without draws. Percentiles do not add up.
    """
    import pandas as pd

    labels = projection.timeline.labels
    columns: dict[str, list[Any]] = {name: [] for name in _ANNUAL}
    spreads = projection.spreads()
    for cell, measures in sorted(projection.central.items()):
        for measure, central in measures.items():
            rows: dict[str, Any] = {
                "year": labels,
                "programme": [cell[0]] * len(labels),
                "service": [cell[1]] * len(labels),
                "measure": [measure] * len(labels),
                "unit": [MEASURES[measure].unit] * len(labels),
                "central": np.ravel(central),
            }
            rows |= dict.fromkeys(("mean", *PERCENTILES), np.full(len(labels), np.nan))
            if spreads:
                spread = spreads[cell][measure]
                rows["mean"] = np.ravel(projection.mean[cell][measure])
                rows |= {name: spread[:, place] for place, name in enumerate(PERCENTILES)}
            for name, values in rows.items():
                columns[name].extend(values)
    return pd.DataFrame(columns)


_ANNUAL = ("year", "programme", "service", "measure", "unit", "central", "mean", *PERCENTILES)


def baseline(projection: Projection) -> pd.DataFrame:
    """People, unit cost and spend if nothing changes, by year and service.

    Columns: year, service, measure, unit, central, p10, p50, p90.
    """
    import pandas as pd

    parts = []
    for service, line in projection.outcome.baselines.items():
        central = baseline_by_year(line, projection.timeline)
        for measure, values in central.items():
            columns: dict[str, Any] = {
                "year": projection.timeline.labels,
                "service": service,
                "measure": measure,
                "unit": BASELINE_UNITS[measure],
                "central": values[:, 0],
            }
            if projection.baselines:
                spread = percentiles(projection.baselines[service][measure])
                columns |= {name: spread[:, place] for place, name in enumerate(PERCENTILES)}
            else:
                columns |= dict.fromkeys(PERCENTILES, np.nan)
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


@_once
def appraisal(projection: Projection) -> pd.DataFrame:
    """Whether each programme, and the whole, pays: a row each.

    Real, prices of the first year, discounted, for npv_, bcr_ and eanc_; nominal cash
    for payback and peak funding. `fiscal` counts the saving to every public body against
    all cost; `cashable` the council's cashable saving against its new cost.
    """
    import pandas as pd

    return pd.DataFrame(appraised(projection))


def appraised(projection: Projection) -> list[dict[str, Any]]:
    """The rows of `appraisal` one by one, without pandas, which takes long to import."""
    ids = [*projection.plan.programmes, TOTAL] if projection.plan.programmes else []
    return [_appraised(projection, id_) for id_ in ids]


def _appraised(projection: Projection, id_: str) -> dict[str, Any]:
    account = projection.account
    fiscal, gross = by_row(projection, id_, "fiscal", "gross")
    cashable, council = by_row(projection, id_, "cashable", "council")
    present, monthly = account.present, account.monthly
    values = {
        "fiscal": (fiscal[present].sum(), gross[present].sum()),
        "cashable": (cashable[present].sum(), council[present].sum()),
    }
    net = cashable[monthly] - council[monthly]
    peak, month = peak_funding(net), payback_month(net)
    row: dict[str, Any] = {"programme": id_}
    for view, (benefits, spent) in values.items():
        npv = float(benefits - spent)
        rate = projection.plan.economy.discount_rate.central
        row[f"npv_{view}"] = round(npv, 2)
        row[f"bcr_{view}"] = benefit_cost_ratio(float(benefits), float(spent))
        row[f"eanc_{view}"] = round(equivalent_annual(npv, rate, projection.plan.years), 2)
    row |= {
        "payback_month": _month(projection, month),
        "payback_year": _year(projection, month),
        "peak_funding": round(peak.amount, 2),
        "peak_funding_month": _month(projection, peak.month),
        "tail_gross_avoided_cost": _tail(projection, id_),
    }
    return row | _switching(projection, id_) | _chances(projection, id_)


def by_row(
    projection: Projection, id_: str = TOTAL, saving: str = "cashable", cost: str = "council"
) -> tuple[Floats, Floats]:
    """Saving and cost of a programme, or the whole, by row of the account, GBP, each (rows,).

    saving: a rung of `savings.Ladder`; cost: a part of `delivery.Cost`.
    """
    outcome, nothing = projection.outcome, np.zeros(len(projection.account.matrix))
    ladders = [v for (p, _), v in outcome.ladders.items() if id_ in (p, TOTAL)]
    costs = [v for p, v in outcome.costs.items() if id_ in (p, TOTAL)]
    return _sum(ladders, saving, nothing), _sum(costs, cost, nothing)


def _sum(parts: list[Any], name: str, nothing: Floats) -> Floats:
    return np.asarray(np.sum([getattr(part, name)[:, 0] for part in parts] or [nothing], axis=0))


def _month(projection: Projection, month: int | None) -> str | None:
    return None if month is None else month_label(projection.timeline.plan_start + month)


def _year(projection: Projection, month: int | None) -> str | None:
    if month is None:
        return None
    return format_year(projection.timeline.first_year + month // MONTHS_PER_YEAR)


def _tail(projection: Projection, id_: str) -> float | None:
    """Gross avoided cost still to come after the plan from starts inside it.

    GBP at the prices of the plan's last year, before overlap; None when it never ends.
    """
    total = 0.0
    for (programme, service), _ in projection.outcome.ladders.items():
        if id_ not in (programme, TOTAL):
            continue
        target = next(
            t for t in projection.plan.programmes[programme].avoids if t.service == service
        )
        price = placement_price(target, projection.outcome.baselines)[-1, 0]
        months = float(projection.outcome.deliveries[programme].tail[0])
        total += months * target.share * WEEKS_PER_MONTH * price
    return round(total, 2) if np.isfinite(total) else None


def _switching(projection: Projection, id_: str) -> dict[str, Any]:
    """The longest lag the scheme can bear, three ways, and the cost of a quarter's slip."""
    kept = projection.draws.kept
    sweep = sweep_lag(projection.plan, projection.council, id_, kept=kept)
    target = target_of(projection, id_)
    pays, note = sweep.longest(sweep.net)
    return {
        "switching_lag_months": pays,
        "switching_lag_note": note,
        "switching_lag_target_months": sweep.longest(sweep.cashable - target)[0],
        "switching_lag_npv_months": sweep.longest(sweep.present)[0],
        "quarter_slip": round(sweep.quarter, 2),
    }


def target_of(projection: Projection, id_: str) -> float:
    """Saving the budget counts on over the plan, GBP: the scenario's, or the central one."""
    if id_ in projection.plan.budget:
        return projection.plan.budget[id_]
    return float(projection.central[id_, TOTAL]["cashable_saving"].sum())


def _chances(projection: Projection, id_: str) -> dict[str, Any]:
    if not projection.samples:
        return {"target": target_of(projection, id_), "probability_of_target": None}
    saved = projection.samples[id_, TOTAL]["cashable_saving"].sum(axis=0, dtype=np.float64)
    target = target_of(projection, id_)
    return {
        "target": target,
        "probability_of_target": chance_of_at_least(saved, target),
        "probability_npv_positive": chance_of_at_least(projection.net_present[id_], 0.0),
    }


def chance_of_at_least(amounts: Floats, target: float) -> float:
    """Share of draws, (draws,), that come to a figure or more, GBP.

    To the pound: a draw that saves nothing meets a target of nothing, whatever its pence.

    >>> chance_of_at_least(np.array([-0.2, 99.6, 101.0, 250.0]), 100.4)
    0.75
    """
    return float((np.rint(amounts) >= np.rint(target)).mean())


def document(projection: Projection) -> dict[str, Any]:
    """The projection as the command line's JSON document."""
    return {
        "run": run_record(projection),
        "annual": _records(annual(projection)),
        "baseline": _records(baseline(projection)),
        "appraisal": _records(appraisal(projection)),
        "missing": list(projection.missing),
        "note": "Percentiles do not add up; central and mean do, to the penny.",
    }


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain records; a missing value is null, money has two decimals."""
    units = rows["unit"] if "unit" in rows else [""] * len(rows)
    money = [str(unit).startswith(GBP) for unit in units]
    names = [str(name) for name in rows]
    # Column by column: a frame gives its columns as plain values far quicker than its rows.
    columns = [map(_plain, rows[name].tolist(), money) for name in rows]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any, money: bool) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return round(value, 2) if money else value
    return value.item() if isinstance(value, np.generic) else value
