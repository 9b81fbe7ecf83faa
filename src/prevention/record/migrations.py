"""The tables of the record, brought up to date one numbered file at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb

from prevention import __version__
from prevention.record.faults import RecordTooNew

_KEPT = """
CREATE TABLE IF NOT EXISTS schema_migration (
    id INTEGER PRIMARY KEY,
    sha256 VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    app_version VARCHAR NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file: id is its number, sha256 the fingerprint of its text."""

    id: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Fingerprint of the text, whatever the line ends of this machine."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """Every migration that ships with the program, in order."""
    folder = resources.files("prevention.record") / "migrations"
    found = []
    for file in folder.iterdir():
        number, _, rest = file.name.partition("_")
        if number.isdigit() and rest.endswith(".sql"):
            found.append(Migration(int(number), file.name, file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.id))


def pending(connection: duckdb.DuckDBPyConnection) -> list[Migration]:
    """Migrations the database has yet to see.

    Raises:
        RecordTooNew: it has seen one this program does not have, or has another text for.
    """
    known = {migration.id: migration for migration in migrations()}
    applied = _applied(connection)
    for id_, (sha256, version) in applied.items():
        if id_ not in known:
            raise RecordTooNew(
                f"The record was brought up to step {id_} by version {version} of this program; "
                f"this is version {__version__}, which knows none such. Use the later version."
            )
        if known[id_].sha256 != sha256:
            raise RecordTooNew(
                f"Step {known[id_].name} of the record's tables is not the one that was run on "
                f"it by version {version}. Use the program as it was released."
            )
    return [migration for id_, migration in known.items() if id_ not in applied]


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str]]:
    try:
        rows = connection.execute("SELECT id, sha256, app_version FROM schema_migration").fetchall()
    except duckdb.CatalogException:
        return {}  # a database nothing was done to yet
    return {id_: (sha256, version) for id_, sha256, version in rows}


def migrate(connection: duckdb.DuckDBPyConnection, before: Callable[[Migration], None]) -> None:
    """Apply what is pending, each file in one transaction.

    before: called once with the first pending migration, if there is any; makes the backup.
    """
    waiting = pending(connection)
    if not waiting:
        return
    before(waiting[0])
    connection.execute(_KEPT)
    for migration in waiting:
        _apply(connection, migration)
    connection.execute("CHECKPOINT")


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    connection.execute("BEGIN")
    try:
        connection.execute(migration.sql)
        row = [migration.id, migration.sha256, now, __version__]
        connection.execute("INSERT INTO schema_migration VALUES (?, ?, ?, ?)", row)
        connection.execute("COMMIT")
    except BaseException:
        undo(connection)
        raise


def undo(connection: duckdb.DuckDBPyConnection) -> None:
    """Roll back, where a failed commit has not ended the transaction already."""
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return
