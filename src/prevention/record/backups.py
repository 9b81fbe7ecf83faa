"""Backups of the record while others use it, and the way back from one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from prevention.record.access import Record
from prevention.record.copies import copied, copy_to, keep_aside, stamped, wal_file
from prevention.record.door import Connection
from prevention.record.faults import RecordDamaged, RecordRefused, plain
from prevention.record.ledger import Ledger, entries_of, sync_folder
from prevention.record.migrations import pending
from prevention.record.places import backup_folder, ledger_file
from prevention.record.verify import verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What a record was replaced by: saves in it; aside: where the one before is kept."""

    saves: int
    aside: Path | None


def back_up(record: Record, output: Path | None = None) -> Path:
    """Copy the record and its ledger, checked first; the copy's path.

    output: file to write, which must not exist; by default one named after the time, in
    `backups` beside the record.

    Raises:
        RecordRefused: nothing is on the record, or the file exists or cannot be written.
        RecordDamaged: the record is not what was saved in it. RecordBusy.
    """
    if not record.path.exists():
        record.read("SELECT 1")  # says so when there was a record and it is gone
        raise RecordRefused("Nothing is on the record yet: there is nothing to back up.")
    target = output or stamped(backup_folder(record.path), record.path.stem)
    if target.exists() or ledger_file(target).exists():
        raise RecordRefused(f"{target} exists, and a backup is never overwritten. Name another.")
    try:
        with record.alone() as connection:
            verify(connection, record.path)
            copy_to(connection, record.ledger, target)
    except OSError as fault:
        raise RecordRefused(f"The backup {target} cannot be written: {fault.strerror}.") from fault
    return target


def restore(record: Record, backup: Path) -> Restored:
    """Put a backup in the record's place, checked first; the record it replaces is kept.

    Raises:
        RecordRefused: there is no such file. RecordDamaged: the backup is not whole, and the
        record stays as it is. RecordTooNew, RecordBusy.
    """
    if not backup.is_file():
        raise RecordRefused(f"There is no file {backup}.")
    record.path.parent.mkdir(parents=True, exist_ok=True)
    staged = record.path.with_name(f".{record.path.stem}.restoring-{os.getpid()}.duckdb")
    try:
        copied(backup, staged)
        if ledger_file(backup).exists():
            copied(ledger_file(backup), ledger_file(staged))
        saves = _sound(staged, backup)
        aside = _swap(record, staged)
    except OSError as fault:
        raise RecordRefused(f"{backup} cannot be restored: {fault.strerror}.") from fault
    finally:
        for path in (staged, ledger_file(staged), wal_file(staged)):
            path.unlink(missing_ok=True)
    return Restored(saves, aside)


def _sound(staged: Path, backup: Path) -> int:
    """See that a backup is whole; how many saves it holds."""
    try:
        with duckdb.connect(str(staged)) as connection:
            pending(connection)
            Ledger(ledger_file(staged)).agree(connection, backup, repair=False)
            verify(connection, backup)
            return len(entries_of(connection))
    except duckdb.Error as fault:
        raise plain(backup, fault) from fault


def _swap(record: Record, staged: Path) -> Path | None:
    """Change the files over while this process holds the record.

    The ledger goes last: stopped at any step, the next opening finds that ledger and
    database do not agree, or finds the old record or the new one whole.
    """
    if not record.path.exists():
        return _change_over(record, staged)

    def as_it_is(connection: Connection, read_only: bool) -> None:
        """Hold the file whatever is in it."""

    try:
        with record.door.alone(record.wait, as_it_is):
            return _change_over(record, staged)
    except RecordDamaged:
        return _change_over(record, staged)  # it cannot even be opened, so nobody holds it


def _change_over(record: Record, staged: Path) -> Path | None:
    path, ledger = record.path, record.ledger.path
    replaced = stamped(path.parent, f"{path.stem}.replaced")
    there = path.exists() or ledger.exists()
    keep_aside(path, replaced)
    keep_aside(ledger, ledger_file(replaced))
    if wal_file(path).exists():
        os.replace(wal_file(path), wal_file(replaced))
    os.replace(staged, path)
    if ledger_file(staged).exists():
        os.replace(ledger_file(staged), ledger)
    else:
        ledger.unlink(missing_ok=True)
    sync_folder(path.parent)
    return replaced if there else None
