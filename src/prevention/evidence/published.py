"""Published tables on disk: the rows of a CSV file, and the source record beside it."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from prevention.evidence.breaches import SCHEMA_RULE, Breach
from prevention.evidence.tables import PUBLISHED, Table

ROW = "row"
"""Column added on reading: the line of the file, the header being 1."""


class SourceRecordWrong(ValueError):
    """A source record is missing, cannot be read, or lacks something it must say."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a publication that a table draws on.

    source_labels, first_year and last_year say which rows of the source files are its.
    """

    key: str
    publisher: str
    publication: str
    title: str
    licence: str
    licence_text_seen: bool
    published: str
    copied_from: str
    source_labels: tuple[str, ...] = ()
    first_year: int = 0
    last_year: int = 9999


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is recorded of a published table: where it came from, and its checksum.

    left_out: patterns of source measures not taken, with the reason.
    """

    path: Path
    table: str
    title: str
    accessed: str
    rows: int
    sha256: str
    releases: tuple[Release, ...]
    built_from: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


def table_path(data: Path, table: str) -> Path:
    """The file of a table in a data folder."""
    return data / "published" / f"{table}.csv"


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_record(data: Path, table: str) -> SourceRecord:
    """The source record of a table.

    Raises:
        SourceRecordWrong: it is missing, or does not say what it must.
    """
    path = data / "published" / f"{table}.source.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return SourceRecord(
            path=path,
            table=content["table"],
            title=content["title"],
            accessed=content["accessed"],
            rows=int(content["rows"]),
            sha256=content["sha256"],
            releases=tuple(_release(item) for item in content["release"]),
            built_from=content.get("built_from", ""),
            left_out=tuple(
                (pattern, item["reason"])
                for item in content.get("left_out", [])
                for pattern in item["measures"]
            ),
        )
    except FileNotFoundError as fault:
        raise SourceRecordWrong(
            f"{table} has no source record: {path} is missing. Put it back, or write one."
        ) from fault
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise SourceRecordWrong(
            f"{path} does not say what a source record must: {fault}. Correct it."
        ) from fault


def _release(item: dict[str, Any]) -> Release:
    labels = tuple(item.get("source_labels", ()))
    return Release(**{**item, "source_labels": labels})


def seal(record: SourceRecord, csv_path: Path) -> None:
    """Write a file's row count and checksum into its record, leaving the rest as it is."""
    with csv_path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    text = record.path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^rows = .*$", f"rows = {rows}", text, count=1)
    text = re.sub(r"(?m)^sha256 = .*$", f'sha256 = "{checksum(csv_path)}"', text, count=1)
    record.path.write_text(text, encoding="utf-8", newline="\n")


def read_rows(path: Path, table: Table) -> tuple[pd.DataFrame, list[Breach]]:
    """The rows of a file as text, each with its line in the file, and what does not fit.

    Nothing is interpreted: a blank stays an empty string, "NA" stays "NA". A row with the
    wrong number of cells is left out of the frame and reported. Columns come back in the
    order of the table.

    Raises:
        FileNotFoundError: there is no such file.
    """
    names = list(table.column_names)
    empty = pd.DataFrame(columns=[ROW, *names], dtype="str")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, None)
            found = _header_breaches(path, table, header)
            if header is None or found:
                return empty, found
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error) as fault:
        return empty, [_misfit(table, None, "", "", f"{path} cannot be read as CSV: {fault}.")]
    misfits = [
        _misfit(
            table,
            line,
            "",
            ",".join(cells),
            f"The row has {len(cells)} cells where the header has {len(header)}. "
            "Put quotation marks round text that contains a comma.",
        )
        for line, cells in lines
        if len(cells) != len(header)
    ]
    fitting = [(line, cells) for line, cells in lines if len(cells) == len(header)]
    frame = pd.DataFrame([cells for _, cells in fitting], columns=header, dtype="str")
    frame = frame[names]
    frame.insert(0, ROW, [line for line, _ in fitting])
    return frame, misfits


def _header_breaches(path: Path, table: Table, header: list[str] | None) -> list[Breach]:
    expected = f"The columns of {table.name} are {', '.join(table.column_names)}."
    if header is None:
        return [_misfit(table, None, "", "", f"{path} is empty. {expected}")]
    missing = [name for name in table.column_names if name not in header]
    extra = [name for name in header if name not in table.column_names]
    twice = sorted({name for name in header if header.count(name) > 1})
    return [
        *(_misfit(table, 1, n, "", f"Column {n} is missing. {expected}") for n in missing),
        *(_misfit(table, 1, n, n, f"Column {n} is not known. {expected}") for n in extra),
        *(_misfit(table, 1, n, n, f"Column {n} comes twice. {expected}") for n in twice),
    ]


def _misfit(table: Table, row: int | None, column: str, value: str, message: str) -> Breach:
    return Breach(table.name, row, column, SCHEMA_RULE, value, message)


def reseal(data: Path) -> list[str]:
    """Record afresh the checksum of every table in a data folder; the tables' names.

    For a table corrected by hand: it says that the change is meant.
    """
    folder = data if (data / "published").is_dir() else data.parent
    sealed = []
    for table in PUBLISHED:
        path = table_path(folder, table)
        if path.exists():
            seal(read_record(folder, table), path)
            sealed.append(table)
    return sealed
