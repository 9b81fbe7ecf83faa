"""Which figure stands where publications overlap: the newest, figure by figure.

The published tables come first, then every load in force. For each council, year and
measure the figure of the newest release stands and the others are kept in `superseded`.
A release is as new as its date of publication. One that gives none is as new as the newest
of the table's releases that reach no further than it does; a file in this project's own
layout, or a correction, is as new as the day it was loaded. Between equals the later load
stands. A newer blank takes the place of a figure only where the publisher withheld it on
purpose: "not available" is not word of anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from prevention.evidence.incoming import PUBLICATION
from prevention.evidence.loads import Load
from prevention.evidence.tables import FIGURES, LOADS, SOURCES, SUPERSEDED, quoted
from prevention.record import Record

LOADED_MARK = "@"
"""Parts the key of a release from the load it came with: cla-2026@load-0001."""
SAYS_NOTHING = ("x", "[x]", "-", "z", "[z]", ":", "..", ".", "n/a", "m", "not_returned")
"""Statuses of a blank that does not take the place of an older figure."""


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A release that a load brought figures of."""

    load: Load
    table: str
    release: str
    publisher: str
    publication: str
    title: str
    published: str

    @property
    def key(self) -> str:
        """Its key in the store: no other load's release has it."""
        return f"{self.release}{LOADED_MARK}{self.load.id}"


def loaded_releases(record: Record, loads: Sequence[Load]) -> list[LoadedRelease]:
    """Releases of the loads in force."""
    by_id = {load.id: load for load in loads}
    rows = record.read(
        'SELECT load_id, "table", release, publisher, publication, title, published '
        'FROM load_release ORDER BY load_id, "table", release'
    )
    return [LoadedRelease(by_id[row[0]], *row[1:]) for row in rows if row[0] in by_id]


def latest(text: str) -> str:
    """A date of publication as its last possible day; empty when none is known.

    >>> latest("2026-04-08"), latest("2025-11"), latest("2010"), latest("not recorded")
    ('2026-04-08', '2025-11-31', '2010-12-31', '')
    """
    found = re.match(r"(\d{4})(-\d\d)?(-\d\d)?", text.strip())
    return f"{found[1]}{found[2] or '-12'}{found[3] or '-31'}" if found else ""


def overlay(
    connection: duckdb.DuckDBPyConnection, record: Record, loads: Sequence[Load], table: str
) -> None:
    """Make one table of figures anew from what was published and every load in force.

    Figures that lose stay in `superseded`; run again, it begins from both.
    """
    name = quoted(FIGURES[table].name)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE candidate AS "
        f"SELECT *, release AS plain, 0 AS load_number FROM {name} "
        "WHERE NOT contains(release, '@')"
    )
    connection.execute(
        "INSERT INTO candidate SELECT la_code, year_ending, measure, value, status, release, "
        f"release, 0 FROM {quoted(SUPERSEDED.name)} "
        f"WHERE {quoted('table')} = ? AND NOT contains(release, '@')",
        [table],
    )
    _add_loaded(connection, record, loads, table)
    _date_releases(connection, record, loads, table)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE ranked AS SELECT c.*, row_number() OVER ("
        "PARTITION BY la_code, year_ending, measure ORDER BY "
        "CASE WHEN value IS NULL AND list_contains(?, status) THEN 1 ELSE 0 END, "
        "r.age DESC, load_number DESC, c.release DESC) AS place "
        "FROM candidate c JOIN release_age r ON r.release = c.release",
        [list(SAYS_NOTHING)],
    )
    connection.execute(f"DELETE FROM {name}")
    connection.execute(
        f"INSERT INTO {name} SELECT la_code, year_ending, measure, value, status, release "
        "FROM ranked WHERE place = 1 ORDER BY la_code, measure, year_ending"
    )
    connection.execute(
        f"DELETE FROM {quoted(SUPERSEDED.name)} WHERE {quoted('table')} = ?", [table]
    )
    connection.execute(
        f"INSERT INTO {quoted(SUPERSEDED.name)} "
        "SELECT ?, la_code, year_ending, measure, value, status, release "
        "FROM ranked WHERE place > 1",
        [table],
    )


def _add_loaded(
    connection: duckdb.DuckDBPyConnection, record: Record, loads: Sequence[Load], table: str
) -> None:
    """Figures of the loads in force, of measures that the catalogue still has."""
    number = {load.id: place for place, load in enumerate(loads, 1)}
    figures = record.frame(
        "SELECT load_id, la_code, year_ending, measure, value, status, release "
        'FROM load_figure WHERE "table" = ? AND list_contains(?, load_id)',
        [table, list(number)],
    )
    if figures.empty:
        return
    figures = figures.assign(
        load_number=figures["load_id"].map(number),
        key=figures["release"] + LOADED_MARK + figures["load_id"],
    )
    connection.register("incoming", figures)
    connection.execute(
        "INSERT INTO candidate SELECT la_code, year_ending, measure, "
        "CAST(nullif(value, '') AS DOUBLE), nullif(status, ''), key, release, load_number "
        "FROM incoming WHERE measure IN (SELECT measure FROM measures WHERE "
        '"table" = ?)',
        [table],
    )
    connection.unregister("incoming")


def _date_releases(
    connection: duckdb.DuckDBPyConnection, record: Record, loads: Sequence[Load], table: str
) -> None:
    """How new each release is, as a date in text, in temporary table release_age."""
    reach: dict[str, int] = dict(
        connection.execute(
            "SELECT release, max(year_ending) FROM candidate GROUP BY release"
        ).fetchall()
    )
    published = dict(
        connection.execute(
            f"SELECT release, [published, accessed] FROM {quoted(SOURCES.name)} "
            f"WHERE {quoted('table')} = ?",
            [table],
        ).fetchall()
    )
    ages: dict[str, str] = {}
    for key, year in reach.items():
        if LOADED_MARK not in key:
            dated, copied = published.get(key, ("", ""))
            # None was published after it was copied, however far a projection reaches.
            ages[key] = latest(dated) or min(f"{year}-12-31", f"{copied or '9999-12'}-00")
    for release in loaded_releases(record, loads):
        if release.table == table and release.key in reach:
            ages[release.key] = _age(release, reach, ages)
    rows = pd.DataFrame(sorted(ages.items()), columns=["release", "age"])
    connection.register("incoming", rows)
    connection.execute("CREATE OR REPLACE TEMP TABLE release_age AS SELECT * FROM incoming")
    connection.unregister("incoming")


def _age(release: LoadedRelease, reach: Mapping[str, int], ages: Mapping[str, str]) -> str:
    if release.load.kind != PUBLICATION:
        return release.load.loaded_at.date().isoformat()
    known = latest(release.published)
    if known:
        return known
    year = reach[release.key]
    no_further = [age for key, age in ages.items() if LOADED_MARK not in key and reach[key] <= year]
    return max([min(f"{year}-12-31", release.load.loaded_at.date().isoformat()), *no_further])


def source_rows(releases: Sequence[LoadedRelease]) -> list[tuple[object, ...]]:
    """Rows of table `sources` for loaded releases."""
    return [
        (
            item.table,
            item.key,
            item.publisher,
            item.publication,
            item.title,
            "Licence as the publisher states it",
            False,
            item.published,
            f"{item.load.file}, loaded {item.load.loaded_at:%d %B %Y} ({item.load.id})",
            f"{item.load.loaded_at:%Y-%m}",
            item.load.sha256,
        )
        for item in releases
    ]


def load_rows(loads: Sequence[Load]) -> list[tuple[object, ...]]:
    """Rows of table `loads`."""
    names = [name for name in LOADS.column_names if name != "rows"]
    return [(*(getattr(load, name) for name in names), load.rows_stored) for load in loads]
