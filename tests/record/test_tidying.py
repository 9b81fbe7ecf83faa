"""Stopped at any page of what tidying writes over: the record opens, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from prevention.record import Record, RecordDamaged, RecordError, RecordRefused, open_record
from prevention.record import door as doors
from prevention.record.places import record_file, tidying_file, wal_file
from prevention.record.tidying import HEADERS
from record.saving import save, saved

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there nobody can read a file the database has open"
)

PAGE = 4096
SAVES = [f"save-{number}" for number in range(4)]


class Tidying:
    """The files of a record at the start of a tidying, and the database at its end."""

    def __init__(self, folder: Path) -> None:
        self.before = folder / "before"
        self.after = b""

    def cut_short(self, folder: Path, first: int, pages: int) -> Record:
        """A record whose tidying was stopped after so many pages from a place in the file."""
        shutil.copytree(self.before, folder)
        with record_file(folder / "evidence.duckdb").open("r+b") as file:
            file.seek(first)
            file.write(self.after[first : first + pages * PAGE])
        return open_record(folder / "evidence.duckdb")

    def written_over(self) -> list[int]:
        """Where pages of the file as it was differ afterwards, the headers left out."""
        before = record_file(self.before / "evidence.duckdb").read_bytes()
        starts = range(HEADERS, len(before), PAGE)
        return [n for n in starts if before[n : n + PAGE] != self.after[n : n + PAGE]]


@pytest.fixture
def tidying(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tidying:
    """What the last of four saves went through."""
    for key in SAVES[:-1]:
        save(record, key)
    found = Tidying(tmp_path)
    tidied = doors.checkpoint

    def checkpoint(cursor: duckdb.DuckDBPyConnection) -> None:
        shutil.copytree(record.path.parent, found.before)
        tidied(cursor)
        found.after = record.path.read_bytes()

    monkeypatch.setattr(doors, "checkpoint", checkpoint)
    save(record, SAVES[-1])
    monkeypatch.undo()
    return found


def files(record: Record) -> set[str]:
    return {path.name for path in record.path.parent.iterdir()}


def test_a_block_written_in_part_is_put_back(tidying: Tidying, tmp_path: Path) -> None:
    changed = tidying.written_over()
    assert changed[0] == HEADERS
    for pages in range(1, (changed[-1] - HEADERS) // PAGE + 2):
        record = tidying.cut_short(tmp_path / f"{pages}", HEADERS, pages)
        assert saved(record) == SAVES
        assert files(record) == {record.path.name, record.ledger.path.name}
    save(record, "more")
    assert saved(record) == [*SAVES, "more"]


def test_had_nothing_been_put_aside_it_could_not_be_opened(
    tidying: Tidying, tmp_path: Path
) -> None:
    """So that the tests here go on testing something, whatever DuckDB comes to do."""
    record = tidying.cut_short(tmp_path / "bare", HEADERS, 1)
    tidying_file(record.path).unlink()
    with pytest.raises(RecordDamaged, match="Corrupt database file"):
        saved(record)


def test_a_tidying_that_was_done_is_not_undone(tidying: Tidying, tmp_path: Path) -> None:
    record = tidying.cut_short(tmp_path / "done", 0, len(tidying.after) // PAGE)
    wal_file(record.path).unlink()
    assert saved(record) == SAVES
    assert record.path.read_bytes()[HEADERS:] == tidying.after[HEADERS:]
    assert files(record) == {record.path.name, record.ledger.path.name}


def test_what_was_put_aside_only_in_part_is_not_used(tidying: Tidying, tmp_path: Path) -> None:
    whole = tidying_file(record_file(tidying.before / "evidence.duckdb")).read_bytes()
    for length in (0, 20, 40, 10_000, len(whole) - 1):
        record = tidying.cut_short(tmp_path / f"{length}", 0, 0)
        tidying_file(record.path).write_bytes(whole[:length])
        assert saved(record) == SAVES
        assert not tidying_file(record.path).exists()


@contextmanager
def held_by_another(record: Record) -> Iterator[None]:
    """The file open in another program."""
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(record.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield
        other.kill()


def test_nobody_puts_back_while_another_is_inside(tidying: Tidying, tmp_path: Path) -> None:
    record = tidying.cut_short(tmp_path / "held", 0, 0)
    content = record.path.read_bytes()
    with held_by_another(record):
        with pytest.raises(RecordError, match="is in use by"):
            saved(open_record(tmp_path / "held" / "evidence.duckdb", wait=0.2))
        assert tidying_file(record.path).exists()
        assert record.path.read_bytes() == content
    assert saved(record) == SAVES


def test_who_may_not_write_is_told(
    tidying: Tidying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tidying.cut_short(tmp_path / "read", HEADERS, 1)
    monkeypatch.setattr(Record, "writable", False)
    monkeypatch.setattr("os.access", lambda path, mode: False)
    wal_file(record.path).unlink()
    record.path.write_bytes(tidying.after)
    with pytest.raises(RecordRefused, match="was being tidied when a program was stopped"):
        saved(record)


def test_the_lock_is_kept_over_a_tidying(record: Record) -> None:
    """Closing a second handle on the file would let another program in."""
    save(record, "first")
    program = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    with record.held():
        save(record, "second")
        came = subprocess.run(
            [sys.executable, "-c", program, str(record.path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Could not set lock" in came.stderr


def test_where_it_cannot_be_put_back_it_is_said_and_not_waited_for(
    tidying: Tidying, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that Linux was stopped in, opened under Windows."""
    record = tidying.cut_short(tmp_path / "moved", 0, 0)
    monkeypatch.setattr(doors.sys, "platform", "win32")
    with pytest.raises(RecordRefused, match="where it was stopped"):
        saved(record)
    monkeypatch.undo()
    assert saved(record) == SAVES
