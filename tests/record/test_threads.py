"""Many at once: no thread sees another's row, no save is lost, none is made twice."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prevention.record import Record, Saved, open_record
from prevention.record.door import Connection
from record.saving import save, saved


@pytest.fixture
def in_memory() -> Iterator[Record]:
    """A record where a disk does not slow down what is about threads."""
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield open_record(Path(folder) / "evidence.duckdb", wait=60)


def test_cursor_per_thread_no_cross_rows(record: Record) -> None:
    save(record, "first")

    def ask(thread: int) -> int:
        return sum(
            record.read("SELECT ?::INTEGER, ?::INTEGER, id FROM save", [thread, n])
            != [(thread, n, "first")]
            for n in range(300)
        )

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 0


def test_16_writers_no_lost_update(in_memory: Record) -> None:
    def begin(cursor: Connection) -> Saved:
        cursor.execute("CREATE TABLE hot (id INTEGER PRIMARY KEY, times INTEGER NOT NULL)")
        cursor.execute("INSERT INTO hot SELECT range, 0 FROM range(10)")
        return Saved("hot", "0" * 64)

    in_memory.write("load", begin)

    def work(writer: int) -> None:
        for n in range(100):

            def update(cursor: Connection, n: int = n) -> Saved:
                row = (writer + n) % 10
                ((times,),) = cursor.execute("SELECT times FROM hot WHERE id = ?", [row]).fetchall()
                cursor.execute("UPDATE hot SET times = ? WHERE id = ?", [times + 1, row])
                return Saved(f"{writer}-{n}", "0" * 64)

            in_memory.write("load", update, key=f"{writer}-{n}")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert in_memory.read("SELECT sum(times), min(times), max(times) FROM hot") == [
        (1600, 160, 160)
    ]
    assert in_memory.read("SELECT count(*), count(DISTINCT key) FROM save") == [(1601, 1600)]
    assert len(in_memory.ledger.path.read_bytes().splitlines()) == 1601


SAVER = """
import sys
from pathlib import Path
from prevention.record import Saved, open_record
for number in range(3):
    open_record(Path(sys.argv[1]), wait=30).write("load", lambda c: Saved(f"other {number}", "0"))
"""


def test_a_busy_process_lets_another_have_its_turn(record: Record, store: Path) -> None:
    save(record, "first")
    with subprocess.Popen([sys.executable, "-c", SAVER, str(store)]) as other:

        def ask(_: int) -> None:
            while other.poll() is None:
                assert record.read("SELECT id FROM save WHERE n = 1") == [("first",)]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))
    assert other.returncode == 0
    assert saved(record) == ["first", *(f"other {number}" for number in range(3))]
