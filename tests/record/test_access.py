"""A save is whole or nothing, made once, and named in the ledger before it is acknowledged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from prevention.record import (
    NameTaken,
    Record,
    RecordBusy,
    RecordRefused,
    Saved,
    open_record,
)
from prevention.record.door import Connection
from record.saving import save, saved


def test_a_record_nobody_saved_in_answers_as_an_empty_one(record: Record, store: Path) -> None:
    assert saved(record) == []
    assert list(store.parent.iterdir()) == []


def test_a_save_is_read_back_and_stands_in_the_ledger(record: Record) -> None:
    save(record, "first")
    save(record, "second")
    assert saved(record) == ["first", "second"]
    lines = [json.loads(line) for line in record.ledger.path.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["first", "second"]
    assert lines[1]["previous_hash"] == lines[0]["hash"]
    assert list(record.frame("SELECT id FROM save ORDER BY n")["id"]) == ["first", "second"]


def test_wal_empty_after_save(record: Record) -> None:
    for number in range(3):
        save(record, str(number))
        wal = record.path.with_name(record.path.name + ".wal")
        assert not wal.exists() or wal.stat().st_size == 0


def test_the_same_key_saves_once(record: Record) -> None:
    first = save(record, "one", key="k")
    again = record.write("load", lambda cursor: Saved("two", "1" * 64), key="k")
    assert again == first
    assert saved(record) == ["one"]
    with pytest.raises(RecordRefused, match="was used to save a load"):
        record.write("scenario", lambda cursor: Saved("three", ""), key="k")


def test_a_save_that_fails_leaves_nothing(record: Record) -> None:
    save(record, "kept")
    before = record.ledger.path.read_bytes()

    def fails(cursor: Connection) -> Saved:
        cursor.execute("CREATE TABLE half (a INTEGER)")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        record.write("load", fails)
    assert record.ledger.path.read_bytes() == before
    assert record.read("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'") == [(0,)]
    save(record, "next")
    assert saved(record) == ["kept", "next"]


def test_nothing_is_written_while_reading(record: Record) -> None:
    save(record, "kept")
    with pytest.raises(duckdb.TransactionException, match="read-only mode"):
        record.read("DELETE FROM save")
    assert saved(record) == ["kept"]


def test_duplicate_name_not_retried(record: Record) -> None:
    save(record, "first")
    record.write("load", lambda c: _run(c, "CREATE TABLE name (name VARCHAR PRIMARY KEY)"))
    calls = []

    def same_name(cursor: Connection) -> Saved:
        calls.append(1)
        # Another session takes the name after this one began: only the commit can tell.
        with duckdb.connect(str(record.path)) as other:
            other.execute("INSERT INTO name VALUES ('a')")
        return _run(cursor, "INSERT INTO name VALUES ('a')")

    with pytest.raises(NameTaken, match="Choose another name"):
        record.write("load", same_name)
    assert calls == [1]
    assert record.read("SELECT count(*) FROM name") == [(1,)]
    save(record, "next")


def _run(cursor: Connection, sql: str) -> Saved:
    cursor.execute(sql)
    return Saved("x", "0" * 64)


HOLDER = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
input()
"""


def test_second_process_refused_with_plain_words(record: Record, store: Path) -> None:
    save(record, "first")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(record.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for ask in (saved, lambda waiting: save(waiting, "second")):
            with pytest.raises(RecordBusy, match=rf"process {holder.pid}; waited 0\.3 seconds"):
                ask(open_record(store, wait=0.3))
        holder.communicate("\n")
    save(record, "second")
    assert saved(record) == ["first", "second"]
