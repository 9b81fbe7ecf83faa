"""Copies of the record: backups, each with the ledger beside it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from prevention.record.door import Connection
from prevention.record.ledger import Ledger, sync_folder
from prevention.record.places import ledger_file


def copy_of(connection: Connection, ledger: Ledger, folder: Path, name: str) -> Path:
    """Copy an open database and its ledger into a folder, under a name with the time in it.

    Consistent though others go on saving; keeps constraints, comments and all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    time = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}"
    target = folder / f"{name}-{time}.duckdb"
    copy_to(connection, ledger, target)
    return target


def copy_to(connection: Connection, ledger: Ledger, target: Path) -> None:
    """Copy an open database and its ledger to a file, which appears whole or not at all."""
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        connection.execute("ATTACH ? AS copy", [str(partial)])
        connection.execute(f"COPY FROM DATABASE {quoted(_name(connection))} TO copy")
        connection.execute("DETACH copy")
        lines = ledger.path.read_bytes() if ledger.path.exists() else b""
        _write(ledger_file(target), lines)
        os.replace(partial, target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name(connection: Connection) -> str:
    ((name,),) = connection.execute("SELECT current_database()").fetchall()
    return str(name)


def quoted(name: str) -> str:
    """A name from the schema as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
