"""People, unit cost and spend by year from the council's own placements and ledger.

Which rows count: of overlapping files the last loaded stands. A ledger is replaced month by
month, programme starts by programme and month, placements as a whole.

People are counted as the published series of the service counts them: on 31 March, or on
average over the year. Unit cost is what those people cost a week on average. Spend is the
ledger's, for years with all twelve months. A year is given only where the file covers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import duckdb
import pandas as pd

from prevention.evidence.loads import Load
from prevention.evidence.services import AVERAGE, ServiceDefinition
from prevention.evidence.tables import COUNCIL_SERIES, OWN, quoted
from prevention.record import Record
from prevention.years import MONTHS_PER_YEAR

OWN_RELEASE = "council@"
"""Release of the council's own figures, followed by the load they came with."""
_FAR = pd.Timestamp(2200, 1, 1)
"""After every placement still running."""
_STANDS_BY = {
    "council_ledger": ["la_code", "month"],
    "council_placements": ["la_code"],
    "council_starts": ["la_code", "programme", "month"],
}


def standing_rows(record: Record, loads: Sequence[Load], table: str) -> pd.DataFrame:
    """The rows of a council's own table that count, as text, with `load_id` they stand with."""
    rows = record.read(
        'SELECT stands_with, cells FROM load_row WHERE "table" = ? AND list_contains(?, load_id) '
        'ORDER BY stands_with, load_id, "row"',
        [table, [load.id for load in loads]],
    )
    frame = pd.DataFrame(
        [{"load_id": load_id, **json.loads(cells)} for load_id, cells in rows],
        columns=["load_id", *OWN[table].column_names],
    )
    if frame.empty:
        return frame
    newest = frame.groupby(_STANDS_BY[table])["load_id"].transform("max")
    return frame[frame["load_id"] == newest].reset_index(drop=True)


def council_series(
    placements: pd.DataFrame, ledger: pd.DataFrame, services: Sequence[ServiceDefinition]
) -> list[tuple[str, str, str, int, float, str]]:
    """(la_code, service, facet, year_ending, value, release) of every figure to be had."""
    counted = {service.id: service.series["people"].count for service in services}
    found: list[tuple[str, str, str, int, float, str]] = []
    for (code, load_id), rows in placements.groupby(["la_code", "load_id"]):
        covered, release = _years_covered(rows), f"{OWN_RELEASE}{load_id}"
        for service, count in counted.items():
            own = rows[rows["service"] == service]
            for facet, year, value in _people(own, covered, count == AVERAGE):
                found.append((str(code), service, facet, year, value, release))
    for code, rows in ledger.groupby("la_code"):
        for service in counted:
            found += [(str(code), service, "spend", *item) for item in _spend(rows, service)]
    return sorted(found)


def _days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column.where(column != "", None), format="%Y-%m-%d")


def _years_covered(rows: pd.DataFrame) -> list[int]:
    """Years ending whose whole length lies between the first and the last date of a file."""
    starts, ends = _days(rows["start_date"]), _days(rows["end_date"])
    first, last = starts.min(), max(day for day in (starts.max(), ends.max()) if not pd.isna(day))
    return [
        year
        for year in range(first.year, last.year + 2)
        if first <= pd.Timestamp(year - 1, 4, 1) and pd.Timestamp(year, 3, 31) <= last
    ]


def _people(
    rows: pd.DataFrame, years: Sequence[int], average: bool
) -> list[tuple[str, int, float]]:
    """People and their average weekly cost, by year; nothing of a service the file never names."""
    if rows.empty:
        return []
    starts, cost = _days(rows["start_date"]), pd.to_numeric(rows["weekly_cost"])
    ends = _days(rows["end_date"]).fillna(_FAR)
    found: list[tuple[str, int, float]] = []
    for year in years:
        opening, closing = pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31)
        if average:
            last, first = (
                ends.where(ends < closing, closing),
                starts.where(starts > opening, opening),
            )
            weight = ((last - first).dt.days + 1).clip(lower=0) / ((closing - opening).days + 1)
        else:
            weight = ((starts <= closing) & (ends >= closing)).astype(float)
        people = float(weight.sum())
        found.append(("people", year, people))
        if people > 0:
            found.append(("unit_cost", year, float((weight * cost).sum() / people)))
    return found


def _spend(rows: pd.DataFrame, service: str) -> list[tuple[int, float, str]]:
    """Spend of one service by year, for years of which the council's ledger has every month."""
    years = _year_of(rows["month"])
    found = []
    for year in sorted(set(years)):
        whole = rows[years == year]
        own = whole[whole["service"] == service]
        if whole["month"].nunique() == MONTHS_PER_YEAR and len(own):
            pounds = sum((Decimal(text) for text in own["amount"]), Decimal(0))
            found.append((int(year), float(pounds), f"{OWN_RELEASE}{own['load_id'].max()}"))
    return found


def _year_of(months: pd.Series) -> pd.Series:
    """Financial year, by the year it ends, of first days of months."""
    year, month = months.str[:4].astype(int), months.str[5:7].astype(int)
    return year + (month >= 4)


def choices(record: Record) -> Mapping[tuple[str, str, str], bool]:
    """Where the council's own figures go first, by (la_code, service, facet)."""
    rows = record.read("SELECT la_code, service, facet, chosen FROM council_basis ORDER BY n")
    return {(code, service, facet): chosen for code, service, facet, chosen in rows}


def fill(
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    loads: Sequence[Load],
    services: Sequence[ServiceDefinition],
) -> None:
    """Fill the council's own tables, and the series made of them."""
    standing = {table: standing_rows(record, loads, table) for table in OWN}
    for table, frame in standing.items():
        name = quoted(OWN[table].name)
        columns = ", ".join(
            f"CAST(nullif({quoted(column.name)}, '') AS {column.sql_type})"
            for column in OWN[table].columns
        )
        connection.execute(f"DELETE FROM {name}")
        if len(frame):
            connection.register("incoming", frame)
            connection.execute(f"INSERT INTO {name} SELECT {columns} FROM incoming")
            connection.unregister("incoming")
    chosen = choices(record)
    series = council_series(standing["council_placements"], standing["council_ledger"], services)
    rows = [
        (code, service, facet, year, value, chosen.get((code, service, facet), False), release)
        for code, service, facet, year, value, release in series
    ]
    name = quoted(COUNCIL_SERIES.name)
    connection.execute(f"DELETE FROM {name}")
    if rows:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def source_rows(loads: Sequence[Load]) -> list[tuple[object, ...]]:
    """Rows of table `sources` for the council's own files."""
    return [
        (
            COUNCIL_SERIES.name,
            f"{OWN_RELEASE}{load.id}",
            "The council",
            "The council's own record",
            f"{load.title} ({load.file})",
            "The council's own figures: not published",
            False,
            "not recorded",
            f"{load.file}, loaded {load.loaded_at:%d %B %Y} ({load.id})",
            f"{load.loaded_at:%Y-%m}",
            load.sha256,
        )
        for load in loads
        if load.publication in OWN or load.kind == "correction"
    ]
