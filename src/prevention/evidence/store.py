"""The store: a DuckDB file of checked figures, opened to be read and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from prevention.evidence.places import store_file
from prevention.evidence.tables import BUILD_INFO, FIGURES, quoted

_LOCKDOWN = (
    "SET GLOBAL TimeZone='Europe/London'",
    "SET GLOBAL memory_limit='1GB'",
    "SET GLOBAL threads=2",
    "SET GLOBAL max_execution_time=20000",
    "SET GLOBAL autoload_known_extensions=false",
    "SET GLOBAL autoinstall_known_extensions=false",
    "SET GLOBAL allow_community_extensions=false",
    "SET GLOBAL allow_persistent_secrets=false",
    "SET GLOBAL python_enable_replacements=false",
    "SET GLOBAL enable_external_access=false",
    "SET GLOBAL lock_configuration=true",
)
"""No file, network or setting can be reached from a statement. Global, because each query runs
on a cursor, which does not inherit what is set for the connection alone. The order matters:
the last setting forbids any further one."""


_opening = threading.Lock()


class StoreMissing(FileNotFoundError):
    """There is no store yet."""


class StoreLocked(RuntimeError):
    """Another program holds the store."""


class StoreDamaged(RuntimeError):
    """The file is not a store this program can read."""


class Store:
    """A store open for reading. Use it as a context manager, or close it.

    Each query runs on a cursor of its own, so one Store may serve many threads. A store
    built anew while this one is open is seen only after closing it and opening it again.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Hold an open connection: use `open_store` to make one."""
        self.path = path
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Values go in as ? parameters, never into the text."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, list(parameters)).fetchall()

    @property
    def data_hash(self) -> str:
        """Fingerprint of the published tables the store was built from."""
        ((data_hash,),) = self.rows(f"SELECT data_hash FROM {quoted(BUILD_INFO.name)}")
        return str(data_hash)

    def figures(
        self, table: str, la_code: str | None = None, measures: Sequence[str] = ()
    ) -> list[tuple[str, int, str, float, str]]:
        """Published values as (la_code, year_ending, measure, value, release), in order.

        One council's, or every council's; the measures named, or all. Missing values are
        left out.

        Raises:
            KeyError: there is no such table of figures.
        """
        return [row[1:] for row in self.figures_of({table: measures}, la_code)]

    def figures_of(
        self, wanted: Mapping[str, Sequence[str]], la_code: str | None = None
    ) -> list[tuple[str, str, int, str, float, str]]:
        """The same of several tables in one query, each row after the name of its table.

        wanted: the measures by table; of a table that names none, all.
        """
        selections, parameters = list[str](), list[object]()
        for table, measures in wanted.items():
            clauses = ["value IS NOT NULL"]
            parameters.append(table)
            if la_code is not None:
                clauses.append("la_code = ?")
                parameters.append(la_code)
            if measures:
                clauses.append("list_contains(?, measure)")
                parameters.append(list(measures))
            selections.append(
                f"SELECT ?, la_code, year_ending, measure, value, release "
                f"FROM {quoted(FIGURES[table].name)} WHERE {' AND '.join(clauses)}"
            )
        if not selections:
            return []
        # By table, council, measure and year.
        return self.rows(f"{' UNION ALL '.join(selections)} ORDER BY 1, 2, 4, 3", parameters)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, whatever happened."""
        self.close()


def open_store(given: str | os.PathLike[str] | None = None) -> Store:
    """The store at a path, or at its usual place, open for reading and locked down.

    Raises:
        StoreMissing: there is no such file.
        StoreLocked: another program is writing to it.
        StoreDamaged: it is not a store of this program.
    """
    path = store_file(given)
    if not path.is_file():
        raise StoreMissing(f"There is no store {path}. Make it with: prevention build")
    # Connections of one process to one file share its settings: one at a time may lock them.
    with _opening:
        return Store(path, _connect(path))


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    connection: duckdb.DuckDBPyConnection | None = None
    try:
        connection = duckdb.connect(str(path), read_only=True)
        _lock_down(connection)
        connection.execute(f"SELECT published_hash FROM {quoted(BUILD_INFO.name)}").fetchall()
    except duckdb.Error as fault:
        if connection is not None:
            connection.close()
        raise _plain(path, fault) from fault
    return connection


def _lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """Lock the settings, unless this process has the file open and locked already."""
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if row is not None and row[0]:
        return
    connection.execute("; ".join(_LOCKDOWN))


def _plain(path: Path, fault: duckdb.Error) -> StoreLocked | StoreDamaged:
    if "lock" in str(fault).lower() and isinstance(fault, duckdb.IOException):
        return StoreLocked(f"Another program is using {path}. Close it, then try again.")
    return StoreDamaged(
        f"{path} is damaged or is not a store of this program. Make it anew with: prevention build"
    )
