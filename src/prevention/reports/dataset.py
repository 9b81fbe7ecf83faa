"""Every measure by month and by year, with a dictionary of what each column and measure is."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prevention.model import summary
from prevention.model.assumptions import Floats
from prevention.model.chain import Cell
from prevention.model.delivery import Cost
from prevention.model.ledger import made_of
from prevention.model.measures import GBP, MEASURES, RUNGS
from prevention.model.projection import Projection
from prevention.model.savings import Ladder
from prevention.money import Pence, to_pence, to_pounds
from prevention.reports.safe import escape_frame
from prevention.reports.tables import annual_csv, annual_parquet
from prevention.years import MONTHS_PER_YEAR, first_month

FIXED_TIME = (2000, 1, 1, 0, 0, 0)
"""Of every file inside a package: with today's, two exports of one run would differ."""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "run_id": ("text", "Identity of the run: the same id has the same figures"),
    "scenario": ("text", "Id of the scenario"),
    "council": ("text", "Nine-character code of the council"),
    "council_name": ("text", "Name of the council"),
    "year": ("financial year", "Financial year, April to March, as 2027/28"),
    "month": ("date", "First day of the month"),
    "programme": ("text", "Id of the programme; total: all of them together"),
    "service": ("text", "Id of the service line; total: all of them together"),
    "measure": ("text", "Which figure the row holds: see the measures below"),
    "unit": ("text", "Unit of the row's figures"),
    "central": ("as unit", "With every assumption at its central value; adds up"),
    "mean": ("as unit", "Average over the draws; adds up"),
    "p10": ("as unit", "One draw in ten is lower; does not add up"),
    "p50": ("as unit", "Half of the draws are lower; does not add up"),
    "p90": ("as unit", "Nine draws in ten are lower; does not add up"),
}
_LADDER = ("gross_avoided_cost", *RUNGS, "avoided_growth")
_READ = {"gross_avoided_cost": "gross"}
_COST = {"delivery_cost_gross": "gross", "external_funding": "external", "base_funding": "in_base"}
MONTHLY = ("care_weeks_avoided", *_LADDER, "cashable_saving", "saving", *_COST, "delivery_cost")
MONTHLY += ("net_saving",)
"""Measures given by month; the others are of a year by their meaning."""


def dictionary() -> pd.DataFrame:
    """What each column and each measure is: name, kind, unit, meaning."""
    rows = [(name, "column", unit, meaning) for name, (unit, meaning) in COLUMNS.items()]
    rows += [
        (name, "measure", m.unit, f"{m.title}: {m.meaning[:1].lower()}{m.meaning[1:]}")
        for name, m in MEASURES.items()
    ]
    return pd.DataFrame(rows, columns=["name", "kind", "unit", "meaning"])


def monthly_rows(projection: Projection) -> pd.DataFrame:
    """Central figures by month, programme and service, totals included.

    Months of money add up to the year's figure of `summary.annual` to the penny: each month is
    the rise of the year's running sum, rounded, and the year's last month ends at its figure.
    """
    cells = sorted(projection.outcome.ladders)
    pence = {cell: _months_of(projection, cell) for cell in cells}
    record = summary.run_record(projection)
    months = [_first_day(m) for m in _numbers(projection)]
    years = [label for label in projection.timeline.labels for _ in range(MONTHS_PER_YEAR)]
    heads, figures = [], []
    for cell, members in made_of(projection.plan, cells).items():
        for measure in MONTHLY:
            unit = MEASURES[measure].unit
            nothing = np.zeros(len(months), np.int64 if unit == GBP else np.float64)
            values = sum((pence[one][measure] for one in members), start=nothing)
            heads.append((*cell, measure, unit))
            figures.append(to_pounds(values) if unit == GBP else values)
    table = {name: record[name] for name in ("run_id", "scenario", "council", "council_name")}
    table |= {"year": years * len(heads), "month": months * len(heads)}
    for place, name in enumerate(("programme", "service", "measure", "unit")):
        table[name] = [head[place] for head in heads for _ in months]
    return pd.DataFrame(table | {"central": np.concatenate(figures)})


def _numbers(projection: Projection) -> range:
    start = first_month(projection.plan.first_year)
    return range(start, start + projection.timeline.plan_months)


def _first_day(month: int) -> str:
    year, index = divmod(month + 3, MONTHS_PER_YEAR)
    return f"{2000 + year}-{index + 1:02d}-01"


def _months_of(projection: Projection, cell: Cell) -> dict[str, Any]:
    """A cell's leaves by month in pence (weeks as they are), and what follows from them."""
    account, central = projection.account, projection.central[cell]
    ladder: Ladder = projection.outcome.ladders[cell]
    found: dict[str, Any] = {"care_weeks_avoided": _column(ladder.care_weeks[account.monthly])}
    for name in _LADDER:
        figures = getattr(ladder, _READ.get(name, name))
        by_month = _column(figures[account.monthly])
        found[name] = _settled(by_month, central[name])
    cost: Cost = projection.outcome.costs[cell[0]]
    for name, part in _COST.items():
        whole = getattr(cost, part)
        by_month, by_year = (_column(whole[r]) for r in (account.monthly, account.cash))
        own = np.ravel(central[name])
        share = own.sum() / by_year.sum() if by_year.sum() else 0.0
        found[name] = _settled(by_month * share, central[name])
    found["cashable_saving"] = found["gross_avoided_cost"] - sum(found[rung] for rung in RUNGS)
    found["saving"] = found["cashable_saving"] - found["avoided_growth"]
    found["delivery_cost"] = (
        found["delivery_cost_gross"] - found["external_funding"] - found["base_funding"]
    )
    found["net_saving"] = found["cashable_saving"] - found["delivery_cost"]
    return found


def _column(figures: Floats) -> Floats:
    return np.asarray(figures[:, 0], dtype=np.float64)


def _settled(by_month: Floats, by_year: Floats) -> Pence:
    """Months in pence that add up to each year's settled figure."""
    running = to_pence(np.cumsum(by_month.reshape(-1, MONTHS_PER_YEAR), axis=1))
    running[:, -1] = to_pence(np.ravel(by_year))
    return np.diff(running, axis=1, prepend=0).ravel()


def running_net(projection: Projection) -> pd.DataFrame:
    """Running net saving: month (first day of the next), label, net, GBP."""
    rows = monthly_rows(projection)
    whole = rows.query("programme == 'total' and service == 'total' and measure == 'net_saving'")
    day = pd.to_datetime(whole["month"])
    return pd.DataFrame(
        {
            "month": day + pd.offsets.MonthBegin(1),
            "label": day.dt.strftime("%B %Y"),
            "net": whole["central"].cumsum().round(2),
        }
    ).reset_index(drop=True)


def data_package(projection: Projection, made: Mapping[str, Any]) -> bytes:
    """One .zip: annual and monthly figures as CSV and Parquet, the dictionary, the run.

    made: what it was made from, as `provenance.made_from` says it.
    """
    monthly = monthly_rows(projection)
    files = {
        "annual.csv": annual_csv(projection),
        "annual.parquet": annual_parquet(projection, made),
        "monthly.csv": as_csv(monthly),
        "monthly.parquet": as_parquet(monthly, made),
        "dictionary.csv": as_csv(dictionary()),
        "run.json": as_json(made),
    }
    return package(files)


def package(files: Mapping[str, bytes]) -> bytes:
    """Files in one .zip, the same bytes for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return target.getvalue()


def as_csv(rows: pd.DataFrame) -> bytes:
    """Rows as CSV that Excel opens rightly and cannot be made to run."""
    text = escape_frame(rows).to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    return text.encode("utf-8-sig", "replace")


def as_json(made: Mapping[str, Any]) -> bytes:
    """What a package was made from, as the file run.json in it."""
    return json.dumps(made, indent=1, sort_keys=True).encode()


def as_parquet(rows: pd.DataFrame, made: Mapping[str, Any]) -> bytes:
    """Rows as Parquet, each column with its meaning and unit, the file with its run."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    fields = [
        field.with_metadata(dict(zip(("unit", "meaning"), COLUMNS[field.name], strict=True)))
        for field in table.schema
    ]
    target = io.BytesIO()
    schema = pa.schema(fields, metadata={"run": as_json(made)})
    pq.write_table(table.cast(schema), target, compression="zstd")
    return target.getvalue()
