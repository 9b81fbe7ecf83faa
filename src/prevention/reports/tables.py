"""Every annual figure as CSV and Parquet, and the names of files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prevention.model import summary
from prevention.model.measures import GBP, MEASURES
from prevention.model.projection import Projection
from prevention.reports.safe import NAME_LIMIT, escape_frame, name_part

FIGURES = ("central", "mean", "p10", "p50", "p90")


def annual_rows(projection: Projection) -> pd.DataFrame:
    """Every annual figure with the run it comes from; money to the penny.

    Columns: run_id, scenario, council, council_name, then those of `summary.annual`.
    """
    record = summary.run_record(projection)
    rows = summary.annual(projection)
    money = rows["unit"] == GBP
    for name in FIGURES:
        figures = rows[name].astype(np.float64)
        # As in the JSON and on the record: numpy's own rounding is a penny off now and then.
        rows[name] = figures.where(~money, figures.map(lambda v: round(v, 2)))
    for place, name in enumerate(("run_id", "scenario", "council", "council_name")):
        rows.insert(place, name, pd.Series(record[name], index=rows.index, dtype="str"))
    return rows


def annual_csv(projection: Projection) -> bytes:
    """`annual_rows` as CSV that Excel opens rightly and cannot be made to run.

    UTF-8 with a byte order mark: without one Excel on Windows reads the file in the
    machine's old code page and spoils every accent and pound sign. pandas, R and DuckDB
    skip the mark. Lines end in CR LF (RFC 4180). A missing figure is an empty cell.
    """
    text = escape_frame(annual_rows(projection)).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig", "replace")


def annual_parquet(projection: Projection, made: Mapping[str, Any] | None = None) -> bytes:
    """`annual_rows` as Parquet: units in each column's metadata, the run in the file's.

    Figures of many units share a column; its metadata names the column that holds the
    unit, and lists the unit of every measure. made: what it was made from, as
    `provenance.made_from` says it; None says the run alone.
    """
    table = pa.Table.from_pandas(annual_rows(projection), preserve_index=False)
    units = json.dumps({name: measure.unit for name, measure in MEASURES.items()})
    fields = [
        field.with_metadata(
            {"unit": "as the column 'unit' of the row", "units_by_measure": units}
            if field.name in FIGURES
            else {"unit": "financial year, April to March" if field.name == "year" else "text"}
        )
        for field in table.schema
    ]
    about = {
        "run": json.dumps(made or summary.run_record(projection), sort_keys=True),
        "note": "Central and mean add up to the penny; percentiles do not add up.",
    }
    table = table.cast(pa.schema(fields, metadata=about))
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def file_name(projection: Projection, suffix: str) -> str:
    """A safe name for an export: council, scenario, first year and run.

    At most 80 characters of plain letters, digits, hyphens and underscores, so it is the
    same on every system, never a reserved name and never outside its folder. suffix:
    "xlsx" or ".xlsx".
    """
    record = summary.run_record(projection)
    ending = "." + (name_part(suffix, 10) or "txt")
    tail = name_part(f"{record['first_year'].replace('/', '-')}_{record['run_id'][:8]}")
    room = NAME_LIMIT - len(ending) - len(tail) - 2
    council = name_part(record["council_name"], room // 2) or name_part(record["council"], 9)
    scenario = name_part(record["scenario"], room // 2)
    return (
        "_".join(part for part in ("prevention", council, scenario, tail) if part)[
            -(NAME_LIMIT - len(ending)) :
        ].strip("_-")
        + ending
    )
