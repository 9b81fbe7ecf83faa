"""The record, opened: read it, or save in it."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from prevention.record.copies import copy_to, put_in_place, stamped
from prevention.record.daily import back_up_daily
from prevention.record.door import Connection, Door
from prevention.record.faults import (
    RecordError,
    RecordInvalidated,
    RecordRefused,
    damaged,
    disk_is_full,
    full,
    plain,
    unconfirmed,
    worth_retrying,
)
from prevention.record.ledger import FIRST, Entry, Ledger
from prevention.record.lockdown import lock_down
from prevention.record.migrations import Migration, migrate, pending, undo
from prevention.record.places import backup_folder, ledger_file, record_file, wal_file

if TYPE_CHECKING:
    import pandas as pd

WAIT = 10.0
"""Seconds to wait for another process, unless told otherwise."""

WAIT_VARIABLE = "PREVENTION_RECORD_WAIT"
"""Environment variable for another number of seconds."""

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Saved:
    """What one save put on the record.

    id: which thing, as people would name it ("adults-first@3").
    content_hash: SHA-256 of it. warning: something to tell the user though all was saved.
    """

    id: str
    content_hash: str
    warning: str = ""


Answer = TypeVar("Answer")

Action = Callable[[Connection], Saved]
"""Makes the changes of one save with the cursor it is given, and says what was saved."""


class Record:
    """The record beside one store. Holds nothing open: use it from any thread, keep it."""

    def __init__(self, path: Path, wait: float, door: Door, ledger: Ledger) -> None:
        """Use `open_record`."""
        self.path = path
        self.wait = wait
        self.door = door
        self.ledger = ledger

    @property
    def stamp(self) -> tuple[int, int]:
        """Moves with every save, whoever makes it; costs no opening of the record."""
        try:
            status = self.ledger.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_size, status.st_mtime_ns)

    @property
    def writable(self) -> bool:
        """Whether this process may write the record, or make it where there is none."""
        place = self.path if self.path.exists() else self.path.parent
        while not place.exists():
            place = place.parent
        return os.access(place, os.W_OK) and os.access(place.parent, os.W_OK)

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Values go in as ? parameters, never into the text.

        A record that nobody has saved in yet answers as an empty one.

        Raises:
            RecordBusy, RecordDamaged, RecordTooNew: in plain words.
        """
        return self._asked(lambda cursor: cursor.execute(sql, list(parameters)).fetchall())

    def frame(self, sql: str, parameters: Sequence[object] = ()) -> pd.DataFrame:
        """The same as a table."""
        return self._asked(lambda cursor: cursor.execute(sql, list(parameters)).df())

    def _asked(self, ask: Callable[[Connection], Answer]) -> Answer:
        try:
            with self._reading() as cursor:
                return ask(cursor)
        except RecordInvalidated:
            with self._reading() as cursor:
                return ask(cursor)

    def write(self, kind: str, action: Action, key: str = "") -> Saved:
        """Make one save: all of it or nothing, on the disk and in the ledger on return.

        Args:
            kind: what is saved, one word.
            action: makes the changes; may be called again when the save has to be retried.
            key: of the caller's choosing, one for each thing the user asks to have saved. A
                retry with the same key saves nothing more and returns what was saved first.

        Raises:
            NameTaken: something of that name is on the record. RecordFull: nothing was
            saved, the disk is full. RecordBusy, RecordDamaged, RecordTooNew, RecordRefused.
        """
        if not self.writable:
            raise RecordRefused(
                f"This program may not write in {self.path.parent}. Name a store in a folder it "
                "may write to, with --store."
            )
        try:
            if not self.path.exists():
                with self._turn():
                    self._make()
            for _ in range(_TRIES):
                with self.door.cursor(self.wait) as cursor, self._turn():
                    if self.door.broken:
                        continue  # a save before this one failed: the file is opened anew
                    try:
                        return self._save(cursor, kind, action, key)
                    except duckdb.TransactionException as fault:
                        if not worth_retrying(fault):
                            raise
        except duckdb.Error as fault:
            raise plain(self.path, fault) from fault
        raise RecordError("Others were saving at the same moment, time and again. Try once more.")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One save at a time in this process."""
        if not self.door.writing.acquire(timeout=self.wait):
            raise RecordError(f"Another save has not finished in {self.wait:g} seconds. Try again.")
        try:
            yield
        finally:
            self.door.writing.release()

    def _save(self, cursor: Connection, kind: str, action: Action, key: str) -> Saved:
        before = self._saved_before(cursor, kind, key)
        if before is not None:
            return before
        saved, entry = self._commit(cursor, kind, action, key)
        try:
            self.ledger.append(entry)
            cursor.execute("UPDATE ledger_mark SET n = ?", [entry.n])
        except (OSError, duckdb.Error) as fault:
            # Committed, but not acknowledged: opening the record anew brings the ledger up to
            # it, and a retry under the same key finds it.
            self.door.condemn()
            raise unconfirmed(self.ledger.path, fault) from fault
        try:
            self.door.tidy(cursor)
        except (OSError, duckdb.Error) as fault:
            self.door.condemn()
            return Saved(saved.id, saved.content_hash, _not_tidied(fault))
        self.ledger.checked(cursor)
        return saved

    @staticmethod
    def _saved_before(cursor: Connection, kind: str, key: str) -> Saved | None:
        if not key:
            return None
        found = cursor.execute(
            "SELECT kind, id, content_hash FROM save WHERE key = ?", [key]
        ).fetchone()
        if found is None:
            return None
        if found[0] != kind:
            raise RecordRefused(f"The key {key} was used to save a {found[0]}, not a {kind}.")
        return Saved(found[1], found[2])

    def _commit(
        self, cursor: Connection, kind: str, action: Action, key: str
    ) -> tuple[Saved, Entry]:
        cursor.execute("BEGIN")
        try:
            saved = action(cursor)
            last = cursor.execute("SELECT n, hash FROM save ORDER BY n DESC LIMIT 1").fetchone()
            n, previous = last or (0, FIRST)
            now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            entry = Entry.of(n + 1, now, kind, saved.id, saved.content_hash, previous)
            row = [entry.n, now, kind, saved.id, saved.content_hash, previous, entry.hash]
            cursor.execute("INSERT INTO save VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*row, key or None])
            cursor.execute("COMMIT")
        except BaseException as fault:
            undo(cursor)
            if isinstance(fault, duckdb.Error) and disk_is_full(fault):
                self.door.condemn()
            raise
        return saved, entry

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """The record opened for upkeep: checked, nobody else inside, files within reach."""

        def opened(connection: Connection, read_only: bool) -> None:
            _checked(self.path, self.ledger, connection, read_only)

        try:
            with self.door.alone(self.wait, opened, not self.writable) as connection:
                yield connection
        except duckdb.Error as fault:
            raise plain(self.path, fault) from fault

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the file open over several reads in a row. Other programs wait meanwhile."""
        with self._reading():
            yield

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if not self.path.exists():
            self._none_lost()
            with _empty().cursor() as cursor:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                yield cursor
            return
        try:
            with self.door.cursor(self.wait, read_only=not self.writable) as cursor:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                yield cursor
        except duckdb.Error as fault:
            raise plain(self.path, fault) from fault

    def _none_lost(self) -> None:
        """A ledger without a database is a record that was lost, not one never begun."""
        lines, _ = self.ledger.entries()
        if lines and not self.path.exists():
            raise damaged(
                self.path, f"the file is gone, and its ledger tells of {len(lines)} saves."
            )

    def _make(self) -> None:
        """An empty record, which appears whole or not at all."""
        self._none_lost()
        fresh = self.path.with_name(f".{self.path.name}.making-{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with duckdb.connect(str(fresh)) as connection:
                migrate(connection, lambda first: None)
            put_in_place(fresh, self.path)
        except FileExistsError:
            return  # another process was quicker; its record is as good
        except OSError as fault:
            if disk_is_full(fault):
                raise full(self.path) from fault
            raise RecordRefused(
                f"The record {self.path} cannot be made: {fault.strerror}."
            ) from fault
        finally:
            fresh.unlink(missing_ok=True)
            wal_file(fresh).unlink(missing_ok=True)


@cache
def _empty() -> Connection:
    """What a record holds before the first save."""
    connection = duckdb.connect(":memory:")
    migrate(connection, lambda first: None)
    return connection


_records: dict[Path, tuple[Door, Ledger]] = {}
_opening = threading.Lock()


def open_record(store: str | os.PathLike[str], wait: float | None = None) -> Record:
    """The record beside a store of evidence; nothing is opened or made until it is used.

    store: path of the store; its record is `<stem>.record.duckdb` beside it.
    wait: seconds to wait for another process (PREVENTION_RECORD_WAIT, else ten).
    """
    path = record_file(Path(store).absolute())
    seconds = float(os.environ.get(WAIT_VARIABLE, WAIT)) if wait is None else wait
    with _opening:
        if path not in _records:
            ledger = Ledger(ledger_file(path))
            _records[path] = (Door(path, lambda c, ro: _ready(path, ledger, c, ro)), ledger)
        return Record(path, seconds, *_records[path])


def _ready(path: Path, ledger: Ledger, connection: Connection, read_only: bool) -> None:
    """Make a newly opened database ready for anybody's statements."""
    _checked(path, ledger, connection, read_only)
    if not read_only:
        back_up_daily(connection, ledger, path)
    lock_down(connection, path)


def _checked(path: Path, ledger: Ledger, connection: Connection, read_only: bool) -> None:
    """Bring a newly opened database up to date, and see that nothing is lost."""

    def back_up(first: Migration) -> None:
        folder, name = backup_folder(path), f"{path.stem}.before-{first.id:03d}"
        copy_to(connection, ledger, stamped(folder, name))

    if read_only and pending(connection):
        raise RecordRefused(
            f"The record {path} was made by an earlier version and has to be brought up to date, "
            "but may not be written. Run any command that saves, with the right to write there."
        )
    if not read_only:
        migrate(connection, back_up)
    ledger.agree(connection, path, repair=not read_only)


def _not_tidied(fault: BaseException) -> str:
    why = "the disk is full" if disk_is_full(fault) else str(fault).splitlines()[0]
    return f"It was saved, but the record could not be tidied after it: {why}."
