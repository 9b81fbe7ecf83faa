"""Make the tables of `data/published` from a folder of source files: one command.

    python -m prevention.evidence.vintage SOURCE_FOLDER data/published
    python -m prevention.evidence.vintage --reseal data/published

What is taken is data: `measures.csv` maps each source measure to a name, title and unit,
and each `<table>.source.toml` says which file, which releases, and what is left out and
why. Known defects are dealt with by the named rules of `defects`. A measure or a source
that neither knows stops the vintage: nothing is dropped in silence.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence, Set
from decimal import Context, Decimal
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from prevention.evidence import defects
from prevention.evidence.published import (
    SourceRecord,
    read_record,
    reseal,
    seal,
    table_path,
)
from prevention.evidence.tables import FIGURES, PROGRAMME_STARTS

_DOUBLE = Context(prec=15)
"""Digits a double holds exactly: more are noise of an earlier conversion, not the publisher's."""
_SUPPRESSED = "[c]"
"""Marker of the publisher where the source files say only that a figure is suppressed."""
_COLUMNS = ["la_code", "year_ending", "measure", "value", "status", "release"]


class VintageRefused(ValueError):
    """The source files hold something that nobody has said how to treat."""


def number_text(text: str) -> str:
    """A number without float noise and without a decimal point it does not need.

    >>> number_text("1040.0"), number_text("75729.62999999999"), number_text("")
    ('1040', '75729.63', '')
    """
    if not text:
        return ""
    number = _DOUBLE.create_decimal(Decimal(text))
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def read_source(path: Path) -> pd.DataFrame:
    """The rows of a source file: value as text, year as a whole number, blank for missing.

    Raises:
        VintageRefused: the file is missing, or lacks a column.
    """
    wanted = ["la_code", "year_ending", "measure", "value", "source", "suppressed"]
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as fault:
        raise VintageRefused(f"{path} is missing. Name the folder that holds it.") from fault
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise VintageRefused(
            f"{path} has no column {', '.join(missing)}: the publisher may have renamed it. "
            f"Its columns are {', '.join(frame.columns)}."
        )
    frame = frame[wanted].rename(columns={"suppressed": "status"})
    return frame.assign(year_ending=frame["year_ending"].astype(int), status=_status(frame))


def _status(frame: pd.DataFrame) -> pd.Series:
    """The publisher's marker; where only True or False is given, a word for each blank."""
    blank = frame["value"] == ""
    words = {"True": _SUPPRESSED, "False": "not_returned", "": "not_returned"}
    return frame["status"].replace(words).where(blank, "")


def take_measures(
    frame: pd.DataFrame, record: SourceRecord, names: Mapping[str, str]
) -> pd.DataFrame:
    """The rows of the measures taken, under their own names.

    Raises:
        VintageRefused: a measure is neither in `measures.csv` nor left out with a reason.
    """
    found = set(frame["measure"])
    left_out = {
        measure
        for measure in found - set(names)
        if any(fnmatchcase(measure, pattern) for pattern, _ in record.left_out)
    }
    strange = sorted(found - set(names) - left_out)
    if strange:
        raise VintageRefused(
            f"{record.built_from} holds '{strange[0]}' ({len(strange)} such), which is neither "
            f"in measures.csv nor left out in {record.path.name}. Add it to one of them."
        )
    taken = frame[frame["measure"].isin(names)]
    return taken.assign(measure=taken["measure"].map(dict(names)))


def name_releases(frame: pd.DataFrame, record: SourceRecord) -> pd.DataFrame:
    """The rows with the key of the release each came from.

    Raises:
        VintageRefused: a source is none of the record's releases.
    """
    pairs = frame[["source", "year_ending"]].drop_duplicates()
    keys: dict[tuple[str, int], str] = {}
    for source, year in pairs.itertuples(index=False):
        for release in record.releases:
            in_years = release.first_year <= year <= release.last_year
            if source in release.source_labels and in_years:
                keys[source, year] = release.key
                break
        else:
            raise VintageRefused(
                f"{record.built_from} cites '{source}' for {year}, which is none of the "
                f"releases in {record.path.name}. Add the release, with its source_labels."
            )
    release_keys = [keys[pair] for pair in zip(frame["source"], frame["year_ending"], strict=True)]
    return frame.assign(release=release_keys)


def make_table(
    source: pd.DataFrame,
    record: SourceRecord,
    names: Mapping[str, str],
    councils: pd.DataFrame,
) -> pd.DataFrame:
    """One published table: defects dealt with, measures and releases named, rows in order."""
    frame = defects.tell_dorset_county_from_unitary(defects.leave_out_regions(source))
    same = councils[councils["same_area"] == "yes"]
    frame = defects.use_current_codes(
        frame, dict(zip(same["la_code"], same["successors"], strict=True))
    )
    for rule in defects.RULES.get(record.table, ()):
        frame = rule(frame)
    frame = defects.leave_out_years_without_council(frame, _lives(councils))
    frame = name_releases(take_measures(frame, record, names), record)
    frame = frame.assign(value=[number_text(value) for value in frame["value"]])
    ordered = frame.sort_values(["la_code", "measure", "year_ending"], kind="stable")
    return ordered[_COLUMNS].reset_index(drop=True)


def _lives(councils: pd.DataFrame) -> dict[str, tuple[int, int]]:
    columns = (councils[name] for name in ("la_code", "first_year", "last_year"))
    return {
        code: (int(first or 0), int(last or 9999))
        for code, first, last in zip(*columns, strict=True)
    }


def make_programme_starts(path: Path, record: SourceRecord, names: Set[str]) -> pd.DataFrame:
    """When councils took up programmes: facts and where they stand, no notes, rows in order.

    Raises:
        VintageRefused: the file is missing or lacks a column, or a council is not known.
    """
    wanted = ["la_code", "programme", "event", "date", "date_precision", "source_url"]
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        frame = frame[wanted]
    except (FileNotFoundError, KeyError) as fault:
        raise VintageRefused(f"{path} is missing or lacks a column: {fault}.") from fault
    strange = sorted(set(frame["la_code"]) - names)
    if strange:
        raise VintageRefused(f"{path}: there is no council {strange[0]}. See councils.csv.")
    exact = frame["date_precision"].isin(["day", "month", "year"])
    frame = frame.assign(
        date=frame["date"].where(exact, ""),
        precision=frame["date_precision"].where(exact, "unknown"),
        release=record.releases[0].key,
    ).rename(columns={"source_url": "address"})
    ordered = frame.sort_values(["la_code", "programme", "event"], kind="stable")
    return ordered[list(PROGRAMME_STARTS.column_names)].reset_index(drop=True)


def make_vintage(source_folder: Path, published: Path) -> dict[str, int]:
    """Make and seal every table; rows written, by table.

    Tables are made in memory first, so that a refusal leaves the folder as it was.

    Raises:
        VintageRefused: the source files hold something nobody has said how to treat.
    """
    data = published.parent
    catalogue = pd.read_csv(published / "measures.csv", dtype=str, keep_default_na=False)
    councils = pd.read_csv(published / "councils.csv", dtype=str, keep_default_na=False)
    made: dict[str, tuple[SourceRecord, pd.DataFrame]] = {}
    for table in FIGURES:
        record = read_record(data, table)
        own = catalogue[catalogue["table"] == table]
        names = dict(zip(own["published_as"], own["measure"], strict=True))
        source = read_source(source_folder / record.built_from)
        made[table] = record, make_table(source, record, names, councils)
    record = read_record(data, PROGRAMME_STARTS.name)
    known = set(councils["la_code"])
    starts = make_programme_starts(source_folder / record.built_from, record, known)
    made[record.table] = record, starts
    for table, (record, frame) in made.items():
        path = table_path(data, table)
        frame.to_csv(
            path,
            index=False,
            encoding="utf-8",
            lineterminator="\n",
            quoting=csv.QUOTE_MINIMAL,
        )
        seal(record, path)
    for table in ("councils", "measures"):
        seal(read_record(data, table), table_path(data, table))
    return {table: len(frame) for table, (_, frame) in made.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when done, 2 when the request or the sources are wrong."""
    parser = argparse.ArgumentParser(prog="python -m prevention.evidence.vintage")
    parser.add_argument("source", nargs="?", type=Path, help="folder of source files")
    parser.add_argument("published", nargs="?", type=Path, help="data/published")
    parser.add_argument(
        "--reseal", type=Path, metavar="FOLDER", help="record the checksums of FOLDER afresh"
    )
    given = parser.parse_args(arguments)
    try:
        if given.reseal is not None:
            sealed = reseal(given.reseal)
            print(f"Sealed {len(sealed)} tables of {given.reseal}.")
            return 0 if sealed else 2
        if given.source is None or given.published is None:
            parser.error("name the folder of source files, then data/published")
        for table, rows in make_vintage(given.source, given.published).items():
            print(f"{table}: {rows:,} rows")
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
