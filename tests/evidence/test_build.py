"""Build is all or nothing, and says exactly what is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import prevention
from prevention.evidence.build import BuildFailed, build
from prevention.evidence.loading import check_file
from prevention.evidence.published import SourceRecordWrong, read_record, reseal, table_path
from prevention.evidence.services import ServicesWrong
from prevention.evidence.store import Store, open_store
from prevention.evidence.tables import ALL, FIGURES, PUBLISHED

Change = Callable[[str, int, str, str], None]


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_published_row_is_loaded(store: Store, data: Path) -> None:
    for table in PUBLISHED:
        rows = read_record(data, table).rows
        assert rows > 0
        assert store.rows(f'SELECT count(*) FROM "{table}"') == [(rows,)]


def test_every_table_and_column_has_a_comment(store: Store) -> None:
    tables = store.rows("SELECT table_name, comment FROM duckdb_tables()")
    columns = store.rows(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    )
    assert {name for name, _ in tables} == set(ALL)
    assert all(comment for _, comment in tables)
    assert [(table, name) for table, name, comment in columns if not comment] == []
    assert len(columns) == sum(len(table.columns) for table in ALL.values())


def test_the_unit_of_value_is_in_its_comment(store: Store) -> None:
    rows = store.rows("SELECT DISTINCT comment FROM duckdb_columns() WHERE column_name = 'value'")
    assert rows == [("Number, in the unit given for its measure in table measures",)]


def test_every_stored_figure_has_a_measure_and_a_source(store: Store) -> None:
    for table in FIGURES:
        orphans = store.rows(
            f'SELECT DISTINCT measure, release FROM "{table}" f WHERE NOT EXISTS '
            '(SELECT 1 FROM measures m WHERE m."table" = ? AND m.measure = f.measure) '
            'OR NOT EXISTS (SELECT 1 FROM sources s WHERE s."table" = ? AND s.release = f.release)',
            [table, table],
        )
        assert orphans == [], table


def test_build_info_records_data_version_and_time(small: Path, tmp_path: Path) -> None:
    moment = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    report = build(small, tmp_path / "s.duckdb", now=moment)
    with open_store(report.store) as opened:
        assert opened.rows("SELECT data_hash, version, built_at, rows FROM build_info") == [
            (
                report.data_hash,
                prevention.__version__,
                moment.replace(tzinfo=None),
                sum(report.rows.values()),
            )
        ]


def test_the_same_data_has_the_same_fingerprint_and_other_data_another(
    small: Path, tmp_path: Path, change: Change
) -> None:
    first = build(small, tmp_path / "a.duckdb").data_hash
    old = table_path(small, "looked_after").read_bytes()
    change("looked_after", 2, "value", "999")
    reseal(small)
    assert build(small, tmp_path / "b.duckdb").data_hash != first
    table_path(small, "looked_after").write_bytes(old)
    reseal(small)
    assert build(small, tmp_path / "c.duckdb").data_hash == first


def test_progress_names_each_table_once(small: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    build(small, tmp_path / "s.duckdb", progress=lambda *step: seen.append(step))
    assert [name for name, _, _ in seen] == list(PUBLISHED)
    assert seen[-1][1:] == (len(PUBLISHED), len(PUBLISHED))


def test_a_broken_row_stops_the_build_and_leaves_the_old_store_as_it_was(
    small: Path, tmp_path: Path, change: Change
) -> None:
    store = tmp_path / "s.duckdb"
    build(small, store)
    before = fingerprint(store)
    change("care_weeks", 3, "value", "-12")
    with pytest.raises(BuildFailed) as failed:
        build(small, store)
    (breach,) = failed.value.breaches
    assert (breach.table, breach.row, breach.column, breach.value) == (
        "care_weeks",
        3,
        "value",
        "-12",
    )
    assert breach.rule == "CW12"
    assert "never negative" in breach.message
    assert "care_weeks, row 3, value: '-12' breaks CW12" in str(failed.value)
    assert fingerprint(store) == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["s.duckdb"]


def test_breaches_in_several_tables_are_all_reported(
    small: Path, tmp_path: Path, change: Change
) -> None:
    shutil.rmtree(small.parent / "expectations")
    change("placements", 4, "la_code", "877")
    change("adult_outcomes", 5, "measure", "")
    change("gdp_deflator", 6, "value", "1,234")
    reseal(small)
    with pytest.raises(BuildFailed) as failed:
        build(small, tmp_path / "s.duckdb")
    found = {(b.table, b.row, b.column, b.value) for b in failed.value.breaches}
    assert found == {
        ("placements", 4, "la_code", "877"),
        ("adult_outcomes", 5, "measure", ""),
        ("gdp_deflator", 6, "value", "1,234"),
    }
    assert not (tmp_path / "s.duckdb").exists()


def test_a_changed_file_is_refused_until_resealed(
    small: Path, tmp_path: Path, change: Change
) -> None:
    change("looked_after", 2, "value", "999")
    with pytest.raises(BuildFailed, match="not the file its source record describes") as failed:
        build(small, tmp_path / "s.duckdb")
    assert [(b.table, b.rule) for b in failed.value.breaches] == [("looked_after", "CHECKSUM")]
    assert "--reseal" in str(failed.value)
    assert len(reseal(small / "published")) == len(PUBLISHED)
    assert build(small, tmp_path / "s.duckdb").rows["looked_after"] > 0


@pytest.mark.parametrize("name", ["value", "status"])
def test_a_missing_column_is_a_breach_of_the_schema(small: Path, tmp_path: Path, name: str) -> None:
    path = table_path(small, "care_weeks")
    path.write_text(path.read_text().replace(name, "renamed", 1), newline="\n")
    with pytest.raises(BuildFailed) as failed:
        build(small, tmp_path / "s.duckdb")
    assert {(b.column, b.rule) for b in failed.value.breaches} == {
        (name, "SCHEMA"),
        ("renamed", "SCHEMA"),
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [("la_code,year_ending,measure,value,status,release\n", "CW01"), ("", "SCHEMA")],
)
def test_an_empty_table_is_a_breach(small: Path, tmp_path: Path, text: str, rule: str) -> None:
    table_path(small, "care_weeks").write_text(text, newline="\n")
    with pytest.raises(BuildFailed) as failed:
        build(small, tmp_path / "s.duckdb")
    assert [(b.table, b.row, b.rule) for b in failed.value.breaches] == [("care_weeks", None, rule)]


def test_a_row_with_too_many_cells_is_named(small: Path) -> None:
    path = table_path(small, "care_weeks")
    lines = path.read_text().splitlines()
    lines[6] = lines[6].replace(",,", ",,,", 1)
    path.write_text("\n".join(lines) + "\n", newline="\n")
    (breach,) = check_file(path, "care_weeks", small).breaches
    assert (breach.row, breach.rule) == (7, "SCHEMA")
    assert "7 cells where the header has 6" in breach.message


def test_check_file_finds_nothing_in_a_published_table(small: Path) -> None:
    report = check_file(table_path(small, "adult_activity"), "adult_activity", small)
    assert report.breaches == []
    assert report.rows_read == report.rows_stored > 0


def test_a_missing_source_record_is_named(small: Path, tmp_path: Path) -> None:
    (small / "published" / "care_weeks.source.toml").unlink()
    with pytest.raises(SourceRecordWrong, match=r"care_weeks\.source\.toml is missing"):
        build(small, tmp_path / "s.duckdb")


def test_a_service_that_reads_an_unknown_measure_is_refused(small: Path, tmp_path: Path) -> None:
    path = small / "services.toml"
    path.write_text(path.read_text().replace('"semi_independent"', '"semi_detached"'))
    with pytest.raises(ServicesWrong, match=r"semi-independent\.people: there is no measure"):
        build(small, tmp_path / "s.duckdb")


def test_a_failure_while_writing_leaves_the_old_store(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "s.duckdb"
    build(small, store)
    before = fingerprint(store)

    def disk_full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("prevention.evidence.renewal.swap", disk_full)
    with pytest.raises(OSError, match="No space left"):
        build(small, store)
    assert fingerprint(store) == before
    assert not list(tmp_path.glob(".*building*"))


def test_the_key_of_a_table_admits_no_second_row(store_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(store_path.read_bytes())
    with duckdb.connect(str(copy)) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute("INSERT INTO care_weeks SELECT * FROM care_weeks LIMIT 1")
