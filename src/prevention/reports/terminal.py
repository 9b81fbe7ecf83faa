"""A projection as text: tables for a terminal, rows for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from prevention.model import summary
from prevention.model.comparison import differences, rescheduled
from prevention.model.measures import GBP, MEASURES, TOTAL
from prevention.model.projection import Projection
from prevention.reports.words import listed

if TYPE_CHECKING:
    import pandas as pd

_HEADLINE = (
    "people_started",
    "placements_avoided",
    "gross_avoided_cost",
    "overlap",
    "optimism_bias",
    "to_other_bodies",
    "not_cashable",
    "not_released",
    "already_in_base",
    "cashable_saving",
    "delivery_cost",
    "net_saving",
    "net_saving_cumulative",
    "mtfs_increment",
)
WIDTH = 110


def csv_text(rows: pd.DataFrame) -> str:
    """Rows as CSV text."""
    return rows.to_csv(index=False, lineterminator="\n").rstrip("\n")


def forecast_text(projection: Projection) -> str:
    """The headline of a projection: totals by year, each programme's saving, whether it pays."""
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, highlight=False)
    plan, council = projection.plan, projection.council
    console.print(f"{plan.title}: {council.name} ({council.code})", markup=False)
    console.print(_years_table(projection))
    console.print(_programme_table(projection))
    console.print(_appraisal_table(projection))
    for sentence in projection.missing:
        console.print(f"Note: {sentence}", markup=False)
    record = summary.run_record(projection)
    console.print(
        f"Run {record['run_id']}: {record['draws']:,} draws, seed {record['seed']}, "
        f"version {record['version']}. Money is nominal; npv is in {record['price_base']}.",
        markup=False,
    )
    return text.getvalue().rstrip("\n")


def thousands(pounds: float) -> str:
    """GBP thousand with one decimal, below zero in brackets.

    >>> thousands(435893.2), thousands(-818647.0)
    ('435.9', '(818.6)')
    """
    text = f"{abs(pounds) / 1000:,.1f}"
    return f"({text})" if pounds < 0 and float(text.replace(",", "")) else text


def _figure(measure: str, value: float) -> str:
    return thousands(value) if MEASURES[measure].unit == GBP else f"{value:,.1f}"


def _years_table(projection: Projection) -> Table:
    table = Table(title="Whole plan, GBP thousand unless stated (brackets: below zero)")
    table.add_column("Measure")
    for label in projection.timeline.labels:
        table.add_column(label, justify="right")
    totals = projection.central.get((TOTAL, TOTAL), {})
    for measure in _HEADLINE:
        if measure not in totals:
            continue
        unit = MEASURES[measure].unit
        title = MEASURES[measure].title + ("" if unit == GBP else f" ({unit})")
        table.add_row(title, *(_figure(measure, v) for v in np.ravel(totals[measure])))
        if measure == "cashable_saving" and projection.samples:
            spread = summary.percentiles(projection.samples[TOTAL, TOTAL][measure])
            for place, name in ((0, "P10"), (2, "P90")):
                table.add_row(f"  {name}", *(thousands(v) for v in spread[:, place]), style="dim")
    return table


def _programme_table(projection: Projection) -> Table:
    table = Table(title="Cashable saving by programme, GBP thousand")
    table.add_column("Programme")
    for label in (*projection.timeline.labels, "Plan"):
        table.add_column(label, justify="right")
    for id_, programme in projection.plan.programmes.items():
        saved = np.ravel(projection.central[id_, TOTAL]["cashable_saving"])
        table.add_row(programme.name, *(thousands(v) for v in (*saved, saved.sum())))
    return table


def _appraisal_table(projection: Projection) -> Table:
    table = Table(title="Does it pay?")
    for heading in (
        "Programme",
        "NPV cashable\nGBP thousand",
        "NPV fiscal\nGBP thousand",
        "Payback",
        "Peak funding\nGBP thousand",
        "Longest lag\nthat pays, months",
        "P(saving >=\nfigure)",
    ):
        table.add_column(heading, justify="left" if heading == "Programme" else "right")
    for row in summary.appraised(projection):
        lag, chance = row["switching_lag_months"], row["probability_of_target"]
        known = projection.plan.programmes.get(str(row["programme"]))
        table.add_row(
            known.name if known else "Whole plan (months added)",
            thousands(row["npv_cashable"]),
            thousands(row["npv_fiscal"]),
            row["payback_month"] if isinstance(row["payback_month"], str) else "not in the plan",
            thousands(row["peak_funding"]),
            row["switching_lag_note"] if lag is None or np.isnan(lag) else f"{lag:.1f}",
            "" if chance is None or np.isnan(chance) else f"{chance:.0%}",
        )
    return table


def comparison_text(projections: Sequence[Projection]) -> str:
    """Scenarios side by side over the plan, and the assumptions that differ."""
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, highlight=False)
    table = Table(title="Over the plan, against doing nothing; GBP thousand unless stated")
    table.add_column("Measure")
    for projection in projections:
        table.add_column(projection.plan.title, justify="right")
    for measure in _HEADLINE:
        if measure in ("net_saving_cumulative", "mtfs_increment"):
            continue
        unit = MEASURES[measure].unit
        title = MEASURES[measure].title + ("" if unit == GBP else f" ({unit})")
        totals = (np.sum(p.central.get((TOTAL, TOTAL), {}).get(measure, 0.0)) for p in projections)
        table.add_row(title, *(_figure(measure, float(total)) for total in totals))
    console.print(table)
    console.print(_difference_table(projections))
    moved = rescheduled([p.plan for p in projections])
    if moved:
        console.print(f"Dates or starts by month differ: {listed(moved)}.", markup=False)
    return text.getvalue().rstrip("\n")


def _difference_table(projections: Sequence[Projection]) -> Table:
    table = Table(title="Assumptions that differ (central values)")
    for heading in ("Assumption", "Unit"):
        table.add_column(heading, overflow="fold")
    for projection in projections:
        table.add_column(projection.plan.scenario, justify="right")
    for difference in differences([p.plan for p in projections]):
        values = ("-" if v is None else f"{v:,g}" for v in difference.values.values())
        table.add_row(difference.assumption, difference.unit, *values)
    return table


def comparison_csv(projections: Sequence[Projection]) -> str:
    """The annual rows of each scenario, one under the other."""
    import pandas as pd

    parts = [summary.annual(p).assign(scenario=p.plan.scenario) for p in projections]
    rows = pd.concat(parts, ignore_index=True)
    return csv_text(rows[["scenario", *(c for c in rows.columns if c != "scenario")]])
