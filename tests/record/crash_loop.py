"""Saves in a loop, killed at any moment: run as a program, it prints what came of it.

python crash_loop.py kill FOLDER ROUNDS      kill -9 while saving, ROUNDS times
python crash_loop.py leave FOLDER SAVES      saves that stay in the write-ahead log
python crash_loop.py full FOLDER             a disk that fills while saving
"""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from prevention.record import Record, RecordFull, Saved, open_record
from prevention.record.door import Connection, Door

TABLES = ("one", "two", "three")


def save(record: Record, key: str, size: int = 10) -> Saved:
    """One save of a row in each of three tables."""

    def put(cursor: Connection) -> Saved:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} (key VARCHAR, text VARCHAR)")
            cursor.execute(f"INSERT INTO {table} VALUES (?, ?)", [key, "x" * size])
        return Saved(key, "0" * 64)

    return record.write("load", put, key)


def rows(record: Record) -> dict[str, list[int]]:
    """How many rows each key has in each table, by key; every key must be in all three."""
    with record.held():
        keys = [key for (key,) in record.read("SELECT key FROM save")]
        found: dict[str, list[int]] = {key: [] for key in keys}
        for table in TABLES if keys else ():
            counts = dict(record.read(f"SELECT key, count(*) FROM {table} GROUP BY key"))
            for key in {*found, *counts}:
                found.setdefault(key, []).append(counts.get(key, 0))
    return found


def forked(work: Callable[[], None]) -> int:
    """A child process doing some work; it ends with it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def kill(folder: Path, rounds: int) -> dict[str, int]:
    """Kill a saver again and again; count what was lost, torn or doubled."""
    chance = random.Random(20261125)  # noqa: S311
    came = {"rounds": 0, "acknowledged": 0, "lost": 0, "torn": 0, "doubled": 0, "unsaid": 0}
    for number in range(rounds):
        # A record of its own now and then, so that its making is cut short as well.
        store = folder / f"s{number // 8}.duckdb"
        reading, writing = os.pipe()

        def saves(store: Path = store, number: int = number, writing: int = writing) -> None:
            record = open_record(store)
            # Every other saver keeps the file open between its saves.
            with record.held() if number % 2 else nullcontext():
                for n in range(1000):
                    save(record, f"{number}-{n}")
                    os.write(writing, f"{number}-{n}\n".encode())

        child = forked(saves)
        os.close(writing)
        if number % 2:
            select.select([reading], [], [], 10)  # not before its first save
        time.sleep(chance.uniform(0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said = os.read(reading, 1 << 20).decode().split()
        os.close(reading)
        record = open_record(store)
        found = rows(record)
        mine = [key for key in found if key.startswith(f"{number}-")]
        came["rounds"] += 1
        came["acknowledged"] += len(said)
        came["lost"] += len(set(said) - set(found))
        came["torn"] += sum(counts != [1, 1, 1] for counts in found.values())
        came["unsaid"] += len(set(mine) - set(said))
        # The saver tries again what nobody told it was saved.
        save(record, f"{number}-{len(said)}")
        came["doubled"] += sum(counts != [1, 1, 1] for counts in rows(record).values())
        came["doubled"] += len(rows(record)) - len(set(found) | {f"{number}-{len(said)}"})
    return came


def leave(folder: Path, saves: int) -> dict[str, int]:
    """Saves that nothing was tidied after: killed before the checkpoint of each."""

    def work() -> None:
        record = open_record(folder / "evidence.duckdb")
        save(record, "0")
        Door.tidy = lambda door, cursor: None  # type: ignore[method-assign]
        with record.held():
            for n in range(1, saves):
                save(record, str(n))
            os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(forked(work), 0)
    return {"saves": saves}


def full(folder: Path) -> dict[str, object]:
    """Fill the disk at a save, then at the checkpoint after one, and go on without a restart."""
    record = open_record(folder / "evidence.duckdb")
    for n in range(20):
        save(record, f"before-{n:02d}")
    told = []
    # No room for the log; then for all of it, but for only part of the line in the ledger.
    for key, room in (("no-log", 16_384), ("no-line", record.ledger.path.stat().st_size + 99)):
        with limited(room):
            try:
                save(record, key, 500_000 if key == "no-log" else 10)
            except RecordFull as fault:
                told.append(str(fault))
    after_save = sorted(rows(record))
    save(record, "no-line")
    # Room for the log, and none for the database file to grow.
    with limited(record.path.stat().st_size):
        kept = save(record, "not-tidied", 200_000)
        read_while_full = len(rows(record))
    again = save(record, "not-tidied", 200_000)
    save(record, "after")
    return {
        "told": told,
        "after_save": after_save,
        "warning": kept.warning,
        "read_while_full": read_while_full,
        "retried": [again.id, again.warning],
        "in_the_end": sorted(rows(record)),
        "torn": sum(counts != [1, 1, 1] for counts in rows(record).values()),
    }


class limited:  # noqa: N801
    """No file may grow past a size: what a full disk is to a program."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, resource.RLIM_INFINITY))

    def __exit__(self, *fault: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    what, place, *given = sys.argv[1:]
    numbers = [int(text) for text in given]
    loops: dict[str, Callable[..., object]] = {"kill": kill, "leave": leave, "full": full}
    sys.stdout.write(json.dumps(loops[what](Path(place), *numbers)))
