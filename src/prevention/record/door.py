"""The one way of this process into one database file.

DuckDB lets one process at a time write a file. So the file is opened when the first
operation asks for it, shared by every thread through a cursor of its own, and closed when
the last operation is done, for other processes to have their turn. A thread never shares
another's cursor, which would hand it the other's rows.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from prevention.record.faults import busy, held_elsewhere, plain

Connection = duckdb.DuckDBPyConnection
Opened = Callable[[Connection, bool], None]
"""What is done with a connection just opened; the second says whether it can only read."""

TURN, REST = 1.0, 0.1
"""Seconds the file may stay open while operations overlap, and is then left to others."""

_PAUSE = (0.01, 0.05)
"""Shortest and longest time between two tries at a file another process holds, seconds."""


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
            with self._open(deadline, wait, read_only, opened) as connection:
                yield connection

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
                self.broken = False
                root.close()
                self._change.notify_all()

    def _open(self, deadline: float, wait: float, read_only: bool, opened: Opened) -> Connection:
        while True:
            try:
                connection = duckdb.connect(str(self.path), read_only=read_only)
                break
            except duckdb.Error as fault:
                if not held_elsewhere(fault):
                    raise plain(self.path, fault) from fault
                if time.monotonic() >= deadline:
                    raise busy(self.path, fault, wait) from fault
                time.sleep(random.uniform(*_PAUSE))  # noqa: S311 (who goes first is no secret)
        try:
            opened(connection, read_only)
        except duckdb.Error as fault:
            connection.close()
            raise plain(self.path, fault) from fault
        except BaseException:
            connection.close()
            raise
        return connection
