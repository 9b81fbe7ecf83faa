"""A statement reaches nothing but the record, changes no setting, and takes only so much."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from prevention.record import Record, RecordRefused, Saved, lockdown, open_record
from prevention.record.door import Connection
from record.saving import save, saved

OUTSIDE = pd.DataFrame({"secret": [1]})
"""A table in this process that no statement may find by its name."""

ATTACKS = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    "SELECT * FROM OUTSIDE",
    "ATTACH '{folder}/other.duckdb' AS other",
    "COPY save TO '{folder}/out.csv'",
    "COPY save TO '{folder}/evidence.record.tmp/../out.csv'",
    "COPY save FROM '/etc/passwd'",
    "COPY save TO '{folder}/link/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "SET GLOBAL enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '64GB'",
    "RESET max_execution_time",
    "SET threads = 64",
    "PRAGMA temp_directory = '/tmp'",
    "SET allowed_directories = ['/']",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_lockdown_matrix(record: Record, store: Path, attack: str) -> None:
    if not record.path.exists():
        save(record, "first")
    (store.parent / "link").symlink_to("/tmp")  # noqa: S108
    statement = attack.format(folder=store.parent)
    names = {path.name for path in store.parent.iterdir()}
    with pytest.raises((duckdb.Error, RecordRefused)):
        record.read(statement)

    def act(cursor: Connection) -> Saved:
        cursor.execute(statement)
        return Saved("attack", "0" * 64)

    with pytest.raises((duckdb.Error, RecordRefused)):
        record.write("load", act)
    left = {path.name for path in store.parent.iterdir()} - {"evidence.record.tmp"}
    assert left == names
    assert saved(record) == ["first"]


def test_every_cursor_has_the_settings(record: Record) -> None:
    save(record, "first")
    wanted = {
        "max_execution_time": 20_000,
        "threads": 2,
        "memory_limit": "488.2 MiB",
        "max_temp_directory_size": "953.6 MiB",
        "temp_directory": str(record.path.with_suffix(".tmp")),
        "python_enable_replacements": False,
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "lock_configuration": True,
        "TimeZone": "UTC",
    }
    for name, value in wanted.items():
        assert record.read("SELECT current_setting(?)", [name]) == [(value,)], name


LONG = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range + b.range < 0"


def limited(monkeypatch: pytest.MonkeyPatch, setting: str, less: str) -> None:
    """One limit set so low that it is soon reached."""
    assert setting in " ".join(lockdown.SETTINGS)
    monkeypatch.setattr(
        lockdown, "SETTINGS", tuple(s.replace(setting, less) for s in lockdown.SETTINGS)
    )


def test_query_time_limit(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, "max_execution_time=20000", "max_execution_time=300")
    record = open_record(store)
    save(record, "first")
    with pytest.raises(RecordRefused, match="took longer than the record allows"):
        record.read(LONG)
    save(record, "second")
    assert saved(record) == ["first", "second"]


def test_query_memory_limit(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, "memory_limit='512MB'", "memory_limit='40MB'")
    record = open_record(store)
    save(record, "first")
    with pytest.raises(RecordRefused, match="needs more memory than the record may use"):
        record.read("SELECT list(repeat('x', 1000) || range) FROM range(200000)")
    save(record, "second")
    assert saved(record) == ["first", "second"]
