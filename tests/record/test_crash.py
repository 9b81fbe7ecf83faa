"""Killed, filled up, cut short or rotten: no acknowledged save is lost without a word."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from prevention.record import Record, RecordDamaged, RecordError, RecordRefused, open_record
from prevention.record.backups import keep_what_is_left
from prevention.record.copies import contents
from prevention.record.ledger import Ledger
from prevention.record.places import ledger_file, record_file, wal_file
from record.crash_loop import rows
from record.crash_loop import save as save_rows
from record.saving import save, saved


def crash(what: str, folder: Path, *numbers: int) -> dict[str, Any]:
    """Run one of the loops in a process of its own."""
    script = Path(__file__).with_name("crash_loop.py")
    done = subprocess.run(
        [sys.executable, str(script), what, str(folder), *map(str, numbers)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_kill9_40_times(tmp_path: Path) -> None:
    came = crash("kill", tmp_path, 40)
    assert came["rounds"] == 40
    assert came["acknowledged"] >= 20
    assert (came["lost"], came["torn"], came["doubled"]) == (0, 0, 0)


@pytest.fixture(scope="module")
def untidied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty saves, acknowledged, nineteen of them still in the write-ahead log."""
    folder = tmp_path_factory.mktemp("untidied")
    crash("leave", folder, 20)
    return folder


def test_truncated_wal_detected_by_ledger(untidied: Path, tmp_path: Path) -> None:
    whole = wal_file(record_file(untidied / "evidence.duckdb")).read_bytes()
    assert len(whole) > 5_000
    spoilt = [whole[: len(whole) * part // 20] for part in range(1, 20)]
    for number, content in enumerate([*spoilt, b"", b"junk" * 100]):
        folder = Path(shutil.copytree(untidied, tmp_path / str(number)))
        path = record_file(folder / "evidence.duckdb")
        wal_file(path).write_bytes(content)
        record = open_record(folder / "evidence.duckdb")
        for ask in (saved, lambda record: save(record, "more")):
            with pytest.raises(RecordDamaged, match="prevention restore FILE, or go on") as told:
                ask(record)
        assert "of 20 saves are missing (load" in str(told.value)
        shutil.rmtree(folder)


def test_what_is_left_can_be_gone_on_with(untidied: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(untidied, tmp_path / "left"))
    record = open_record(folder / "evidence.duckdb")
    wal = wal_file(record.path)
    wal.write_bytes(wal.read_bytes()[: wal.stat().st_size // 2])
    with pytest.raises(RecordDamaged, match="prevention restore --what-is-left"):
        saved(record)
    with pytest.raises(RecordRefused, match="Say who you are"):
        keep_what_is_left(record, " ", "No backup")
    done = keep_what_is_left(record, "Ann", "No backup was made")
    *kept, loss = saved(record)
    assert kept == [str(n) for n in range(done.saves)]
    assert 0 < done.saves < 20
    gone = [f"load {n}" for n in range(done.saves, 20)]
    assert loss == f"{len(gone)} lost: {', '.join(gone)}. Ann: No backup was made"
    assert done.aside is not None
    assert len(ledger_file(done.aside).read_bytes().splitlines()) == 20
    save(record, "more")
    assert saved(record)[-1] == "more"
    with pytest.raises(RecordRefused, match="nothing to mend"):
        keep_what_is_left(record, "Ann", "Once more")


def test_a_lost_ledger_is_written_anew_from_a_whole_database(
    record: Record, lines: list[bytes]
) -> None:
    record.ledger.path.unlink()
    keep_what_is_left(record, "Ann", "Deleted by mistake")
    assert record.ledger.path.read_bytes().splitlines(keepends=True)[:5] == lines
    assert saved(record)[-1] == "0 lost: the ledger alone. Ann: Deleted by mistake"
    with duckdb.connect(str(record.path)) as hand:
        hand.execute("UPDATE save SET id = 'x' WHERE n = 3")
    record.ledger.path.unlink()
    with pytest.raises(RecordDamaged, match="its own list of saves was changed"):
        keep_what_is_left(record, "Ann", "Deleted by mistake")


def test_a_whole_write_ahead_log_brings_everything_back(untidied: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(untidied, tmp_path / "whole"))
    found = rows(open_record(folder / "evidence.duckdb"))
    assert found == {str(n): [1, 1, 1] for n in range(20)}
    assert not wal_file(record_file(folder / "evidence.duckdb")).exists()


def test_disk_full_save_and_checkpoint(tmp_path: Path) -> None:
    came = crash("full", tmp_path)
    before = [f"before-{n:02d}" for n in range(20)]
    assert "Nothing was saved and nothing was lost" in came["told"][0]
    assert "could not be confirmed" in came["told"][1]
    assert came["after_save"] == [*before, "no-line"]
    assert "It was saved" in came["warning"]
    assert "the disk is full" in came["warning"]
    assert came["read_while_full"] == 22
    assert came["retried"] == ["not-tidied", ""]
    assert came["in_the_end"] == ["after", *before, "no-line", "not-tidied"]
    assert came["torn"] == 0


def test_corrupt_byte_flip_60(record: Record, tmp_path: Path) -> None:
    for number in range(12):
        save_rows(record, str(number), 20_000)
    with record.alone() as connection:
        wanted = contents(connection, "evidence.record")
    content = record.path.read_bytes()
    chance = random.Random(7)  # noqa: S311
    refused = harmless = 0
    for number in range(60):
        store = tmp_path / str(number) / "evidence.duckdb"
        store.parent.mkdir()
        spoilt = bytearray(content)
        spoilt[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        record_file(store).write_bytes(bytes(spoilt))
        shutil.copy(record.ledger.path, ledger_file(record_file(store)))
        try:
            with open_record(store).alone() as connection:
                assert contents(connection, "evidence.record") == wanted
            harmless += 1
        except RecordError as fault:
            refused += "is damaged" in str(fault)
        shutil.rmtree(store.parent)
    assert refused + harmless == 60
    assert refused >= 10


@pytest.fixture
def lines(record: Record) -> list[bytes]:
    """Five saves, and their lines in the ledger."""
    for number in range(5):
        save(record, f"save-{number}")
    return record.ledger.path.read_bytes().splitlines(keepends=True)


def test_ledger_tamper(record: Record, lines: list[bytes]) -> None:
    tampered = {"gone": b""}
    for n, line in enumerate(lines):
        rest = lines[:n], lines[n + 1 :]
        tampered[f"edited {n}"] = b"".join([*rest[0], line.replace(b"save", b"evas"), *rest[1]])
        tampered[f"deleted {n}"] = b"".join([*rest[0], *rest[1]])
        tampered[f"moved {n}"] = b"".join([*rest[1], line, *rest[0]] if n else [*rest[1], line])
        tampered[f"twice {n}"] = b"".join([*rest[0], line, line, *rest[1]])
        tampered[f"cut {n}"] = b"".join(lines[: n + 1])[:-1]
        tampered[f"spaced {n}"] = b"".join([*rest[0], line.replace(b",", b", "), *rest[1]])
    for name, content in tampered.items():
        record.ledger.path.write_bytes(content)
        with pytest.raises(RecordDamaged):
            pytest.fail(f"{name} was not noticed: {saved(record)}")
        with pytest.raises(RecordDamaged):
            save(record, "more")
        assert record.ledger.path.read_bytes() == content
    record.ledger.path.unlink()
    with pytest.raises(RecordDamaged, match="its ledger ends at save 0, but 5 were written"):
        saved(record)
    record.ledger.path.write_bytes(b"".join(lines))
    save(record, "more")
    assert len(saved(record)) == 6


def test_a_save_changed_in_the_database_is_noticed(record: Record, lines: list[bytes]) -> None:
    with duckdb.connect(str(record.path)) as hand:
        hand.execute("UPDATE save SET content_hash = 'x' WHERE n = 3")
    fresh = Ledger(record.ledger.path)
    with (
        duckdb.connect(str(record.path)) as hand,
        pytest.raises(RecordDamaged, match=r"save 3 .load save-2. is not what the ledger says"),
    ):
        fresh.agree(hand, record.path, repair=False)


def test_a_record_whose_file_is_gone_is_not_an_empty_one(
    record: Record, lines: list[bytes]
) -> None:
    record.path.unlink()
    for ask in (saved, lambda record: save(record, "more")):
        with pytest.raises(
            RecordDamaged, match="the file is gone, and its ledger tells of 5 saves"
        ):
            ask(record)


def test_the_ledger_of_another_record_is_refused(
    record: Record, lines: list[bytes], tmp_path: Path
) -> None:
    other = open_record(tmp_path / "other.duckdb")
    for number in range(5):
        save(other, f"save-{number}")
    shutil.copy(other.ledger.path, record.ledger.path)
    with pytest.raises(RecordDamaged, match="is not what the ledger says"):
        saved(record)
