"""The one way of this process into one database file.

DuckDB lets one process at a time write a file. So the file is opened when the first
operation asks for it, shared by every thread through a cursor of its own, and closed when
the last operation is done, for other processes to have their turn. A thread never shares
another's cursor, which would hand it the other's rows.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import duckdb

from prevention.record.faults import busy, cut_short, held_elsewhere, plain
from prevention.record.places import tidying_file, wal_file
from prevention.record.tidying import checkpoint, put_aside, put_back

Connection = duckdb.DuckDBPyConnection
Opened = Callable[[Connection, bool], None]
"""What is done with a connection just opened; the second says whether it can only read."""

TURN, REST = 1.0, 0.1
"""Seconds the file may stay open while operations overlap, and is then left to others."""

_PAUSE = (0.01, 0.05)
"""Shortest and longest time between two tries at a file another process holds, seconds."""

_ONLY_WHEN_TOLD = ("SET GLOBAL checkpoint_threshold='1TB'", "PRAGMA disable_checkpoint_on_shutdown")
"""DuckDB tidies a long log of itself, and any on closing. Here what it writes over is put aside
first, so it waits until it is told."""


class Door:
    """A database file, opened on need.

    opened: what is done with each new connection before anyone uses it.
    """

    def __init__(self, path: Path, opened: Opened) -> None:
        """Watch over a file; nothing is opened yet."""
        self.path = path
        self.writing = threading.Lock()
        self._opened = opened
        self._change = threading.Condition()
        self._root: Connection | None = None
        self._file: BinaryIO | None = None
        self._read_only = False
        self._users = 0
        self.broken = False
        self._since = self._rest = 0.0
        self._mine = threading.local()

    @contextmanager
    def cursor(self, wait: float, read_only: bool = False) -> Iterator[Connection]:
        """A cursor of the caller's own, for one operation.

        Raises:
            RecordBusy: another process held the file all of `wait` seconds.
            RecordDamaged, RecordTooNew, RecordRefused: it cannot be opened.
        """
        root = self._enter(time.monotonic() + wait, wait, read_only)
        try:
            with root.cursor() as cursor:
                yield cursor
        except duckdb.FatalException:
            self.broken = True
            raise
        finally:
            self._leave()

    def tidy(self, cursor: Connection) -> None:
        """Put what was saved into the file itself, so that nothing rests on the log.

        Raises:
            OSError, duckdb.Error: it could not be; nothing is lost, the log stays.
        """
        if sys.platform == "win32":  # which lets nobody read a file the database has open
            checkpoint(cursor)
            return
        if self._file is None:
            self._file = self.path.open("rb")
        with put_aside(cursor, self._file, self.path):
            checkpoint(cursor)

    def condemn(self) -> None:
        """Close the file as soon as nobody uses it, and open it anew for the next."""
        self.broken = True

    @contextmanager
    def alone(self, wait: float, opened: Opened, read_only: bool = False) -> Iterator[Connection]:
        """The file opened for one operation while nobody else is inside or let in.

        opened: done with the connection in place of the usual.

        Raises:
            RecordBusy: somebody was inside all of `wait` seconds. The rest as `cursor`.
        """
        deadline = time.monotonic() + wait
        with self._change:
            while self._users:
                if not self._change.wait(max(deadline - time.monotonic(), 0)):
                    raise busy(self.path, None, wait)
            connection = self._open(deadline, wait, read_only, opened)
            try:
                yield connection
            finally:
                self._shut(connection)

    def _enter(self, deadline: float, wait: float, read_only: bool) -> Connection:
        with self._change:
            inside = getattr(self._mine, "uses", 0)
            while not inside and self._root is not None and self._turn_is_over():
                if not self._change.wait(max(deadline - time.monotonic(), 0)):
                    raise busy(self.path, None, wait)
            if self._root is None:
                time.sleep(max(self._rest - time.monotonic(), 0))
                self._root = self._open(deadline, wait, read_only, self._opened)
                self._since = time.monotonic()
            self._users += 1
            self._mine.uses = inside + 1
            return self._root

    def _turn_is_over(self) -> bool:
        return self.broken or time.monotonic() - self._since > TURN

    def _leave(self) -> None:
        with self._change:
            self._users -= 1
            self._mine.uses -= 1
            if self._users == 0 and self._root is not None:
                root, self._root = self._root, None
                now = time.monotonic()
                self._rest = now + REST if now - self._since > TURN else 0.0
                if not self.broken and not self._read_only and wal_file(self.path).exists():
                    with suppress(OSError, duckdb.Error):  # the log stays, and nothing is lost
                        self.tidy(root)
                self.broken = False
                self._shut(root)
                self._change.notify_all()

    def _shut(self, connection: Connection) -> None:
        connection.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, deadline: float, wait: float, read_only: bool, opened: Opened) -> Connection:
        connection = self._connected(deadline, wait, read_only)
        self._read_only = read_only
        try:
            for statement in _ONLY_WHEN_TOLD:
                connection.execute(statement)
            opened(connection, read_only)
        except duckdb.Error as fault:
            connection.close()
            raise plain(self.path, fault) from fault
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self, deadline: float, wait: float, read_only: bool) -> Connection:
        """The file opened, and whole, as soon as no other process holds it."""
        while True:
            put_back(self.path)
            try:
                connection = duckdb.connect(str(self.path), read_only)
            except duckdb.Error as fault:
                if not held_elsewhere(fault):
                    raise plain(self.path, fault) from fault
                if time.monotonic() >= deadline:
                    raise busy(self.path, fault, wait) from fault
                time.sleep(random.uniform(*_PAUSE))  # noqa: S311 (who goes first is no secret)
                continue
            if not tidying_file(self.path).exists():
                return connection
            connection.close()  # whoever held it a moment ago was stopped in the midst of tidying
            if read_only or sys.platform == "win32":
                raise cut_short(self.path)
