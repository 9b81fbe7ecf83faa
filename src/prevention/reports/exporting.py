"""Write a projection in the format its file name asks for, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from prevention.model.projection import Projection
from prevention.reports.tables import annual_csv, annual_parquet
from prevention.reports.workbook import write_workbook

FORMATS = (".xlsx", ".csv", ".parquet")


def export_file(
    projections: Sequence[Projection], output: Path, citations: Mapping[str, str]
) -> None:
    """Write .xlsx (any number of scenarios), .csv or .parquet (one).

    citations: a line to print under a figure, by release.

    Raises:
        ValueError: the name ends in another format, or several scenarios are asked of
            a format that holds one.
    """
    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{output.name}: an export ends in {', '.join(FORMATS)}.")
    if suffix != ".xlsx" and len(projections) != 1:
        raise ValueError(f"{suffix} holds one scenario; {len(projections)} were given.")
    partial = output.with_name(f".{output.name}.partial")
    try:
        if suffix == ".xlsx":
            write_workbook(projections, partial, citations)
        else:
            rows = (annual_csv if suffix == ".csv" else annual_parquet)(projections[0])
            partial.write_bytes(rows)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
