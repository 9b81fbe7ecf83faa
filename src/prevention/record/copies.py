"""Copies of the record's files, each of which appears whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

from prevention.record.door import Connection
from prevention.record.faults import damaged
from prevention.record.ledger import Ledger, sync_folder
from prevention.record.places import ledger_file, wal_file


def stamped(folder: Path, name: str) -> Path:
    """A path for a copy made now, which nothing has yet."""
    time = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"
    return folder / f"{name}-{time}.duckdb"


def copy_to(connection: Connection, ledger: Ledger, target: Path) -> None:
    """Copy an open database and its ledger; keeps constraints, comments and all.

    Raises:
        RecordDamaged: the copy does not hold what the database holds.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    ((name,),) = connection.execute("SELECT current_database()").fetchall()
    try:
        connection.execute("ATTACH ? AS copy", [str(partial)])
        try:
            connection.execute(f"COPY FROM DATABASE {quoted(name)} TO copy")
            connection.execute("CHECKPOINT copy")
            if contents(connection, name) != contents(connection, "copy"):
                raise damaged(partial, "it is not the same as what it was copied from.")
        finally:
            connection.execute("DETACH copy")
        lines = ledger.path.read_bytes() if ledger.path.exists() else b""
        written = ledger_file(partial)
        written.write_bytes(lines)
        for path, place in ((written, ledger_file(target)), (partial, target)):
            synced(path)
            os.replace(path, place)
        sync_folder(target.parent)
    finally:
        for path in (partial, ledger_file(partial), wal_file(partial)):
            path.unlink(missing_ok=True)


def contents(connection: Connection, database: str) -> dict[str, tuple[int, int]]:
    """Rows, and a fingerprint of them in any order, of every table of an attached database."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY 1", [database]
    ).fetchall()
    found = {}
    for (table,) in tables:
        name = f"{quoted(database)}.{quoted(table)}"
        ((rows, total),) = connection.execute(
            f"SELECT count(*), coalesce(sum(hash(t)), 0)::VARCHAR FROM {name} AS t"
        ).fetchall()
        found[table] = (rows, int(total))
    return found


def put_in_place(fresh: Path, place: Path) -> None:
    """Give a finished file its name.

    Raises:
        FileExistsError: there is a file of that name, which stays.
    """
    synced(fresh)
    os.link(fresh, place)
    sync_folder(place.parent)


def keep_aside(path: Path, aside: Path) -> None:
    """Give a file a second name, so that replacing the first loses nothing."""
    if path.exists():
        try:
            os.link(path, aside)
        except PermissionError:  # a file system without second names
            shutil.copy2(path, aside)


def copied(source: Path, target: Path) -> None:
    """A file copied, and safely on the disk."""
    shutil.copyfile(source, target)
    synced(target)


def synced(path: Path) -> None:
    """See a file's content safely to disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def quoted(name: str) -> str:
    """A name from the schema as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
