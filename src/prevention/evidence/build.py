"""Published tables in, validated store out: all or nothing.

Read and check every table, load them into a new file beside the store, add what the record
holds of loads, and only then put the new file in the old one's place, in one step. Whatever
fails, the old store stays as it was, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

import prevention
from prevention.evidence.breaches import Breach
from prevention.evidence.checks import Known, check, read_suite
from prevention.evidence.places import expectations_folder
from prevention.evidence.published import (
    ROW,
    SourceRecord,
    checksum,
    read_record,
    read_rows,
    table_path,
)
from prevention.evidence.renewal import bring_in, fresh_store
from prevention.evidence.services import check_measures, read_services
from prevention.evidence.tables import (
    ALL,
    BUILD_INFO,
    FIGURES,
    PUBLISHED,
    SERVICES,
    SOURCES,
    STATUSES,
    Table,
    create_statements,
    quoted,
)
from prevention.record import open_record

Progress = Callable[[str, int, int], None]
"""Called with the table being read, its number from 1, and how many there are."""

CHECKSUM_RULE = "CHECKSUM"
_BREACHES_SHOWN = 5


class BuildFailed(ValueError):
    """The published tables are wrong; `breaches` says where. Nothing was changed."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        """Hold the breaches, and say the first few."""
        self.breaches = tuple(breaches)
        shown = "\n".join(str(breach) for breach in self.breaches[:_BREACHES_SHOWN])
        more = len(self.breaches) - _BREACHES_SHOWN
        rest = f"\nand {more:,} more" if more > 0 else ""
        super().__init__(f"The store was not built: the data is wrong.\n{shown}{rest}")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was built: the store's path, rows loaded by table, and the data's fingerprint."""

    store: Path
    rows: dict[str, int]
    data_hash: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table read from disk: its rows as text, and its source record."""

    table: Table
    frame: pd.DataFrame
    record: SourceRecord


def build(
    data_dir: str | os.PathLike[str],
    store_path: str | os.PathLike[str],
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> BuildReport:
    """Build the store from the published tables of a data folder.

    now: the time recorded, the present by default.

    Raises:
        BuildFailed: a table breaks a rule, or is not the one its record describes.
        SourceRecordWrong, SuiteWrong, ServicesWrong: a file beside the tables is wrong.
        OSError: a file is missing, or the store cannot be written.
    """
    data, store = Path(data_dir), Path(store_path)
    loaded, breaches = read_and_check(data, progress)
    if breaches:
        raise BuildFailed(breaches)
    services = read_services(data / "services.toml")
    for service, _ in services:
        check_measures(service, _catalogue(loaded))
    info = (
        "",
        prevention.__version__,
        (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(tzinfo=None),
        sum(len(item.frame) for item in loaded),
        published_hash(data),
    )
    definitions = [definition for _, definition in services]
    record = open_record(store)
    with fresh_store(store) as fresh:
        _write(fresh, loaded, definitions, info)
        with duckdb.connect(str(fresh)) as connection:
            data_hash = bring_in(fresh, connection, record, [service for service, _ in services])
    rows = {item.table.name: len(item.frame) for item in loaded}
    return BuildReport(store, rows, data_hash)


def read_and_check(
    data: Path, progress: Progress | None = None
) -> tuple[list[Loaded], list[Breach]]:
    """Every published table, and every breach in them.

    A table whose checksum differs but whose rows break rules is reported by its rows: that
    is what the person who changed it needs to see.
    """
    suites = expectations_folder(data)
    loaded: list[Loaded] = []
    breaches: list[Breach] = []
    for number, table in enumerate(PUBLISHED.values(), 1):
        if progress is not None:
            progress(table.name, number, len(PUBLISHED))
        record = read_record(data, table.name)
        frame, found = read_rows(table_path(data, table.name), table)
        loaded.append(Loaded(table, frame, record))
        if not found:
            known = known_lists(table.name, loaded)
            found = check(frame, read_suite(suites, table.name), known)
        breaches += found or _checksum_breaches(data, record)
    return loaded, breaches


def known_lists(table: str, loaded: Sequence[Loaded]) -> Known:
    """The lists that rules of a table may name, from the tables read before it."""
    frames = {item.table.name: item.frame for item in loaded}
    records = {item.table.name: item.record for item in loaded}
    measures = frames.get("measures")
    own = pd.DataFrame(columns=["measure", "unit"])
    if measures is not None:
        own = measures[measures["table"] == table]
    return {
        "councils.la_code": list(frames["councils"]["la_code"]),
        "measures.measure": list(own["measure"]),
        "measures.unit": list(own["unit"]),
        "source.release": [release.key for release in records[table].releases],
        "statuses": list(STATUSES),
        "figures": list(FIGURES),
    }


def _checksum_breaches(data: Path, record: SourceRecord) -> list[Breach]:
    path = table_path(data, record.table)
    actual = checksum(path)
    if actual == record.sha256:
        return []
    message = (
        f"{path} is not the file its source record describes ({record.path.name} says "
        f"{record.sha256[:12] or 'nothing'}). Put the published file back; or, if the change "
        f"is meant, run: python -m prevention.evidence.vintage --reseal {path.parent}"
    )
    return [Breach(record.table, None, "", CHECKSUM_RULE, actual[:12], message)]


def _catalogue(loaded: Sequence[Loaded]) -> set[tuple[str, str]]:
    measures = next(item.frame for item in loaded if item.table.name == "measures")
    return set(zip(measures["table"], measures["measure"], strict=True))


def published_hash(data: Path) -> str:
    """Fingerprint of the published tables and services of a data folder."""
    sums = {name: checksum(table_path(data, name)) for name in PUBLISHED}
    sums["services.toml"] = checksum(data / "services.toml")
    lines = "".join(f"{name} {value}\n" for name, value in sorted(sums.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _write(
    path: Path, loaded: Sequence[Loaded], definitions: Sequence[str], info: tuple[object, ...]
) -> None:
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for table in ALL.values():
            for statement in create_statements(table):
                connection.execute(statement)
        for item in loaded:
            _insert_frame(connection, item)
            if item.table.name not in ("councils", "measures"):
                _insert(connection, SOURCES, _source_rows(item.record))
        _insert(connection, SERVICES, _service_rows(definitions))
        _insert(connection, BUILD_INFO, [info])
        connection.execute("CHECKPOINT")


def _insert_frame(connection: duckdb.DuckDBPyConnection, item: Loaded) -> None:
    columns = ", ".join(
        f"CAST(nullif({quoted(column.name)}, '') AS {column.sql_type})"
        for column in item.table.columns
    )
    connection.register("incoming", item.frame.drop(columns=ROW))
    connection.execute(f"INSERT INTO {quoted(item.table.name)} SELECT {columns} FROM incoming")
    connection.unregister("incoming")


def _insert(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[tuple[object, ...]]
) -> None:
    marks = ", ".join("?" for _ in table.columns)
    connection.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", rows)


def _source_rows(record: SourceRecord) -> list[tuple[object, ...]]:
    return [
        (
            record.table,
            release.key,
            release.publisher,
            release.publication,
            release.title,
            release.licence,
            release.licence_text_seen,
            release.published,
            release.copied_from,
            record.accessed,
            record.sha256,
        )
        for release in record.releases
    ]


def _service_rows(definitions: Sequence[str]) -> list[tuple[object, ...]]:
    return [(n, json.loads(text)["id"], text) for n, text in enumerate(definitions, 1)]
