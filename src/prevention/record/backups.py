"""Backups of the record while others use it, and the way back: from one, or from damage."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from prevention.record.access import Record, Saved
from prevention.record.canonical import fingerprint
from prevention.record.copies import copied, copy_to, keep_aside, stamped
from prevention.record.door import Connection
from prevention.record.faults import RecordDamaged, RecordRefused, damaged, plain
from prevention.record.ledger import Ledger, entries_of, in_chain, parsed, sync_folder
from prevention.record.migrations import pending
from prevention.record.places import backup_folder, ledger_file, tidying_file, wal_file
from prevention.record.verify import verify
from prevention.record.versions import said


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


def keep_what_is_left(record: Record, who: str, why: str) -> Restored:
    """Go on with the saves that a damaged record still holds whole.

    What the ledger tells of and the database has lost is named in a save of its own, with
    who chose to go on and why; the damaged files are kept beside the record.

    Raises:
        RecordRefused: the record is whole, or who or why is empty.
        RecordDamaged: what is left is not what was saved: only a backup helps. RecordBusy.
    """
    who, why = said("who", who), said("why", why)
    aside = stamped(record.path.parent, f"{record.path.stem}.replaced")
    # Copied before it is opened: closing a second handle on an open record gives its lock away.
    unneeded = _copied_aside(record.path, aside)
    try:
        with record.door.alone(record.wait, _as_it_is) as connection:
            pending(connection)
            if _agrees(record, connection):
                raise RecordRefused("Nothing is missing from the record: there is nothing to mend.")
            verify(connection, record.path)
            rows = entries_of(connection)
            if not in_chain(rows):
                raise damaged(record.path, "its own list of saves was changed.")
            lost = _told_but_gone(record, {row.hash for row in rows})
            unneeded.clear()
            record.ledger.rewrite(rows)
            connection.execute("UPDATE ledger_mark SET n = ?", [len(rows)])
            record.door.tidy(connection)
    except duckdb.Error as fault:
        raise plain(record.path, fault) from fault
    finally:
        for path in unneeded:
            path.unlink()
    told = f"{len(lost)} lost: {', '.join(lost) or 'the ledger alone'}. {who}: {why}"
    record.write("loss", lambda cursor: Saved(told, fingerprint(told)))
    return Restored(len(rows), aside)


def _copied_aside(database: Path, aside: Path) -> list[Path]:
    """Copies of all that a record consists of."""
    made = []
    for place_of in (Path, ledger_file, wal_file):
        if place_of(database).exists():
            copied(place_of(database), place_of(aside))
            made.append(place_of(aside))
    return made


def _as_it_is(connection: Connection, read_only: bool) -> None:
    """Hold the file, whatever is in it."""


def _agrees(record: Record, connection: Connection) -> bool:
    try:
        Ledger(record.ledger.path).agree(connection, record.path, repair=False)
    except RecordDamaged:
        return False
    return True


def _told_but_gone(record: Record, held: set[str]) -> list[str]:
    """What the ledger names that the database does not hold; lines that cannot be read count."""
    if not record.ledger.path.exists():
        return []
    found = []
    for line in record.ledger.path.read_bytes().splitlines():
        entry = parsed(line)
        if entry is None:
            found.append("a line that cannot be read")
        elif entry.hash not in held:
            found.append(f"{entry.kind} {entry.id}")
    return found


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
    try:
        with record.door.alone(record.wait, _as_it_is):
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
    tidying_file(path).unlink(missing_ok=True)
    os.replace(staged, path)
    if ledger_file(staged).exists():
        os.replace(ledger_file(staged), ledger)
    else:
        ledger.unlink(missing_ok=True)
    sync_folder(path.parent)
    return replaced if there else None
