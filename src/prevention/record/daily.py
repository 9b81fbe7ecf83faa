"""A backup a day, made when the record is first opened, so that there is one to go back to."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import duckdb

from prevention.record.copies import copy_to, stamped
from prevention.record.door import Connection
from prevention.record.faults import RecordError
from prevention.record.ledger import Ledger
from prevention.record.places import backup_folder, ledger_file

KEPT = 7
"""Daily backups kept; older ones make room. Those made otherwise are never removed."""

_DAY = dt.timedelta(days=1)


def back_up_daily(connection: Connection, ledger: Ledger, path: Path) -> None:
    """Copy an opened record, unless it is less than a day old or was copied within a day.

    A copy that cannot be made is said so in the log of the program, and stops nobody.
    """
    kept = daily_backups(path)
    if not _due(connection, kept):
        return
    try:
        copy_to(connection, ledger, stamped(backup_folder(path), f"{path.stem}.daily"))
    except (OSError, RecordError, duckdb.Error) as fault:
        logging.getLogger("prevention").warning(
            "The daily backup of %s could not be made: %s", path, fault
        )
        return
    for old in daily_backups(path)[:-KEPT]:
        old.unlink(missing_ok=True)
        ledger_file(old).unlink(missing_ok=True)


def daily_backups(path: Path) -> list[Path]:
    """The daily backups of a record, oldest first: their names end in the time."""
    return sorted(backup_folder(path).glob(f"{path.stem}.daily-*.duckdb"))


def _due(connection: Connection, kept: list[Path]) -> bool:
    now = dt.datetime.now(dt.UTC)
    if kept:
        made = dt.datetime.fromtimestamp(kept[-1].stat().st_mtime, dt.UTC)
        return now - made > _DAY
    begun = connection.execute("SELECT saved_at FROM save WHERE n = 1").fetchone()
    return begun is not None and now - begun[0].replace(tzinfo=dt.UTC) > _DAY
