"""The store renewed: what was loaded laid over what was published, and swapped in one step."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from prevention.evidence import vintages
from prevention.evidence.loads import loads_in_force
from prevention.evidence.outlooks import outlook_rows
from prevention.evidence.own import series
from prevention.evidence.services import ServiceDefinition
from prevention.evidence.store import Store
from prevention.evidence.tables import (
    BUILD_INFO,
    FIGURES,
    LOADS,
    OUTLOOKS,
    SOURCES,
    SUPERSEDED,
    Table,
    quoted,
)
from prevention.record import Record


@contextmanager
def fresh_store(store: Path) -> Iterator[Path]:
    """A path for a new store, which takes the old one's place when all has gone well."""
    store.parent.mkdir(parents=True, exist_ok=True)
    # Two visitors of one server may load at the same moment: each builds a file of its own.
    fresh = store.with_name(f".{store.name}.building-{os.getpid()}-{threading.get_ident()}")
    fresh.unlink(missing_ok=True)
    try:
        yield fresh
        swap(fresh, store)
    finally:
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)


def swap(fresh: Path, store: Path) -> None:
    """Put the new file in the old one's place in one step, and see both safely to disk."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(fresh, store)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(store.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def bring_in(
    path: Path,
    connection: duckdb.DuckDBPyConnection,
    record: Record,
    services: Sequence[ServiceDefinition],
) -> str:
    """Lay every load in force over the published tables; the fingerprint of the whole.

    Only tables that a load touches, or touched before, are made anew.
    """
    loads = loads_in_force(record)
    releases = vintages.loaded_releases(record, loads)
    touched = {release.table for release in releases}
    touched |= {
        str(table)
        for (table,) in connection.execute(
            f"SELECT DISTINCT {quoted('table')} FROM {quoted(SUPERSEDED.name)} UNION "
            f"SELECT {quoted('table')} FROM {quoted(SOURCES.name)} WHERE contains(release, '@')"
        ).fetchall()
    }
    connection.execute("BEGIN")
    connection.execute(f"DELETE FROM {quoted(SOURCES.name)} WHERE contains(release, '@')")
    _insert(connection, SOURCES, vintages.source_rows(releases))
    _insert(connection, SOURCES, series.source_rows(loads))
    for table in FIGURES:
        if table in touched:
            vintages.overlay(connection, record, loads, table)
    series.fill(connection, record, loads, services)
    connection.execute(f"DELETE FROM {quoted(LOADS.name)}")
    _insert(connection, LOADS, vintages.load_rows(loads))
    data_hash = _data_hash(connection, record)
    connection.execute(f"UPDATE {quoted(BUILD_INFO.name)} SET data_hash = ?", [data_hash])
    connection.execute("COMMIT")
    _look_ahead(path, connection)
    connection.execute("CHECKPOINT")
    return data_hash


def _look_ahead(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """The outlooks worked out again from the figures as they now stand."""
    connection.execute(f"DELETE FROM {quoted(OUTLOOKS.name)}")
    connection.register("incoming", outlook_rows(Store(path, connection)))
    connection.execute(f"INSERT INTO {quoted(OUTLOOKS.name)} SELECT * FROM incoming")
    connection.unregister("incoming")


def _data_hash(connection: duckdb.DuckDBPyConnection, record: Record) -> str:
    """The fingerprint of the published tables alone where nothing is loaded or decided."""
    ((published,),) = connection.execute(
        f"SELECT published_hash FROM {quoted(BUILD_INFO.name)}"
    ).fetchall()
    lines = [f"load {load.content_hash}" for load in loads_in_force(record)]
    lines += [f"own {' '.join(key)}" for key, own in series.choices(record).items() if own]
    if not lines:
        return str(published)
    return hashlib.sha256("\n".join([str(published), *lines]).encode()).hexdigest()


def _insert(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        marks = ", ".join("?" for _ in table.columns)
        connection.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", rows)


def renew(store: Path, record: Record, services: Sequence[ServiceDefinition]) -> str:
    """The store made anew from itself and the record; its new fingerprint.

    What was published is not read or checked again. Should another load be saved meanwhile,
    its rows are brought in too.
    """
    while True:
        stamp = record.stamp
        with fresh_store(store) as fresh:
            shutil.copyfile(store, fresh)
            with duckdb.connect(str(fresh)) as connection:
                data_hash = bring_in(fresh, connection, record, services)
        if record.stamp == stamp:
            return data_hash
