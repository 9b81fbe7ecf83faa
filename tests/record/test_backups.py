"""Backups are whole and checked; the way back loses nothing; old records are brought along."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import duckdb
import pytest

from prevention.evidence.documents import read_library
from prevention.evidence.places import data_folder
from prevention.model.scenarios import Scenario
from prevention.record import (
    Record,
    RecordBusy,
    RecordDamaged,
    RecordRefused,
    RecordTooNew,
    daily,
    migrations,
    open_record,
)
from prevention.record.backups import back_up, restore
from prevention.record.copies import quoted
from prevention.record.migrations import Migration, migrate
from prevention.record.places import ledger_file, record_file
from prevention.record.programmes import save_programme
from prevention.record.scenarios import propose, save_scenario, saved_scenario, scenario_history
from record.saving import save, saved


def hashes(path: Path) -> dict[str, str]:
    """SHA-256 of every table, its rows as text in order, and of what is said of its columns."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        found = {
            name: repr(connection.execute(f"SELECT * FROM {quoted(name)} ORDER BY ALL").fetchall())
            for (name,) in tables
        }
        found["comments"] = repr(
            connection.execute(
                "SELECT table_name, column_name, data_type, is_nullable, comment "
                "FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
            ).fetchall()
        )
        found["constraints"] = repr(
            connection.execute(
                "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL"
            ).fetchall()
        )
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()}


@pytest.fixture
def used(record: Record) -> Record:
    """A record with something of each kind on it."""
    for lag in (12, 24):
        scenario = Scenario(
            id="ours", title="Ours", changes={"programmes.mockingbird.onset_lag": lag}
        )
        save_scenario(record, scenario, "Ann", "why", parent=0 if lag == 12 else 1)
    propose(record, "ours", 2, "Ann", "Ready")
    programme = read_library(data_folder()).programmes["mockingbird"]
    save_programme(record, programme.model_copy(update={"id": "own"}), "Ann", "why")
    return record


def test_backup_restore_roundtrip(used: Record) -> None:
    before, lines = hashes(used.path), used.ledger.path.read_bytes()
    backup = back_up(used)
    assert hashes(backup) == before
    assert ledger_file(backup).read_bytes() == lines
    save(used, "after the backup")
    done = restore(used, backup)
    assert (done.saves, hashes(used.path), used.ledger.path.read_bytes()) == (4, before, lines)
    assert done.aside is not None
    assert saved(open_record_at(done.aside))[-1] == "after the backup"
    save_scenario(used, saved_scenario(used, "ours").document, "Bob", "Goes on", parent=2)
    assert [v.version for v in scenario_history(used, "ours")] == [1, 2, 3]
    assert used.read("SELECT max(n) FROM save") == [(5,)]


def open_record_at(database: Path) -> Record:
    """The record whose database is this file."""
    store = database.with_name("aside.duckdb")
    shutil.copy(database, record_file(store))
    shutil.copy(ledger_file(database), ledger_file(record_file(store)))
    return open_record(store)


def test_a_backup_brings_back_a_record_that_was_lost_or_damaged(used: Record) -> None:
    backup = back_up(used)
    before = hashes(used.path)
    for spoil in (
        lambda: used.path.unlink(),
        lambda: used.path.write_bytes(b"rubbish" * 1000),
        lambda: used.ledger.path.unlink(),
        lambda: used.ledger.path.write_bytes(b"{}\n"),
    ):
        spoil()
        with pytest.raises(RecordDamaged):
            saved(used)
        assert restore(used, backup).aside is not None
        assert hashes(used.path) == before
        assert len(saved(used)) == 4


def test_a_backup_that_is_not_whole_is_refused_and_the_record_stays(
    used: Record, tmp_path: Path
) -> None:
    backup = back_up(used, tmp_path / "kept" / "mine.duckdb")
    save(used, "later")
    before = hashes(used.path)
    lines = ledger_file(backup).read_bytes()
    with duckdb.connect(str(backup)) as hand:
        hand.execute("UPDATE version SET why = 'other' WHERE version = 2")
    with pytest.raises(RecordDamaged, match="scenario ours@2 is not what was saved"):
        restore(used, backup)
    with duckdb.connect(str(backup)) as hand:
        hand.execute("UPDATE version SET why = 'why' WHERE version = 2")
        hand.execute("DELETE FROM decision")
    with pytest.raises(RecordDamaged, match="decision 1: ours@2 proposed is missing"):
        restore(used, backup)
    ledger_file(backup).write_bytes(lines[: len(lines) // 2])
    with pytest.raises(RecordDamaged, match="its ledger ends at save"):
        restore(used, backup)
    backup.write_bytes(backup.read_bytes()[:5000])
    with pytest.raises(RecordDamaged):
        restore(used, backup)
    with pytest.raises(RecordRefused, match="There is no file"):
        restore(used, tmp_path / "nowhere.duckdb")
    assert hashes(used.path) == before
    assert not [path for path in used.path.parent.iterdir() if "restoring" in path.name]


def test_a_backup_is_never_overwritten(record: Record, tmp_path: Path) -> None:
    with pytest.raises(RecordRefused, match="nothing to back up"):
        back_up(record)
    save(record, "first")
    target = tmp_path / "b.duckdb"
    back_up(record, target)
    with pytest.raises(RecordRefused, match="never overwritten"):
        back_up(record, target)


def test_a_backup_a_day_is_made_and_a_week_of_them_kept(
    record: Record, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save(record, "first")
    saved(record)
    assert daily.daily_backups(record.path) == []  # not a day old
    monkeypatch.setattr(daily, "_DAY", dt.timedelta(0))
    for number in range(9):
        save(record, str(number))
    kept = daily.daily_backups(record.path)
    assert len(kept) == daily.KEPT == 7
    assert [len(ledger_file(path).read_bytes().splitlines()) for path in kept] == list(range(3, 10))
    restore(record, kept[-1])
    monkeypatch.setattr(daily, "_DAY", dt.timedelta(days=1))
    assert saved(record) == ["first", *map(str, range(8))]
    assert daily.daily_backups(record.path) == kept
    shutil.rmtree(record.path.parent / "backups")
    (record.path.parent / "backups").write_text("in the way")
    monkeypatch.setattr(daily, "_DAY", dt.timedelta(0))
    assert len(saved(record)) == 9
    assert "The daily backup of" in caplog.text


def test_a_restore_waits_for_whoever_uses_the_record(used: Record, store: Path) -> None:
    backup = back_up(used)
    with used.held(), pytest.raises(RecordBusy):
        in_another_thread(lambda: restore(open_record(store, wait=0.2), backup))
    restore(used, backup)


def in_another_thread(work: object) -> object:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def as_of(step: int, store: Path) -> Record:
    """A record as a version of the program left it that knew the steps up to one."""
    record = open_record(store)
    with duckdb.connect(str(record.path)) as connection:
        known = migrations.migrations
        try:
            migrations.migrations = lambda: known()[:step]
            migrate(connection, lambda first: None)
        finally:
            migrations.migrations = known
    return record


@pytest.mark.parametrize("step", range(1, len(migrations.migrations())))
def test_migration_from_every_old_version(step: int, store: Path) -> None:
    record = as_of(step, store)
    known = migrations.migrations
    try:
        migrations.migrations = lambda: known()[:step]
        save(record, "old")
    finally:
        migrations.migrations = known
    before = hashes(record.path)
    assert saved(record) == ["old"]
    after = hashes(record.path)
    kept = set(before) - {"schema_migration", "comments", "constraints"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    applied = record.read("SELECT id, sha256, app_version FROM schema_migration ORDER BY id")
    assert [(id_, sha) for id_, sha, _ in applied] == [(m.id, m.sha256) for m in known()]
    (copy,) = (store.parent / "backups").glob("*.duckdb")
    assert hashes(copy) == before
    assert ledger_file(copy).read_bytes() == record.ledger.path.read_bytes()
    save(record, "new")
    assert len(list((store.parent / "backups").glob("*.duckdb"))) == 1


def test_a_newer_or_changed_record_is_refused(record: Record) -> None:
    save(record, "first")
    for change, told in (
        (
            "INSERT INTO schema_migration VALUES (9999, 'x', now(), '7.0')",
            "up to step 9999 by vers",
        ),
        ("UPDATE schema_migration SET sha256 = 'x' WHERE id = 1", "001_saves.sql .* not the one"),
    ):
        copy = record.path.read_bytes()
        with duckdb.connect(str(record.path)) as hand:
            hand.execute(change)
        with pytest.raises(RecordTooNew, match=told):
            saved(record)
        with pytest.raises(RecordTooNew, match=told):
            save(record, "second")
        record.path.write_bytes(copy)
    assert saved(record) == ["first"]


def test_a_migration_that_fails_leaves_the_record_as_it_was(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(record, "first")
    before = hashes(record.path)
    broken = Migration(9998, "9998_broken.sql", "CREATE TABLE half (a INTEGER); SELECT nothing;")
    known = (*migrations.migrations(), broken)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "migrations", lambda: known)
        with pytest.raises(duckdb.BinderException):
            saved(record)
    assert hashes(record.path) == before
    assert saved(record) == ["first"]


def test_the_steps_are_numbered_without_a_clash() -> None:
    numbers = [migration.id for migration in migrations.migrations()]
    assert numbers == sorted(set(numbers))
    assert numbers[:3] == [1, 2, 3]
