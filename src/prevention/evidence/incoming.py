"""A file on its way in: which publication, table or council file it is, and its rows.

Nothing is judged here and nothing stored. Three kinds of file are known: a publication as
its publisher made it, a table in this project's own layout (a quarantine file sent back
corrected is one too), and a council's own ledger, placements or programme starts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from prevention.evidence.breaches import SCHEMA_RULE, Breach
from prevention.evidence.defects import withdraw_known_defects
from prevention.evidence.own.cases import NOT_LOADED, are_cases
from prevention.evidence.own.files import OwnFile, as_own, read_own
from prevention.evidence.published import ROW, checksum, read_rows
from prevention.evidence.tables import FIGURES, OWN, PUBLISHED, Table
from prevention.publications import (
    NotRecognised,
    Reading,
    Release,
    read_publication,
)

PUBLICATION, TABLE, COUNCIL, CORRECTION = "publication", "table", "council", "correction"
"""Kinds of file."""
QUARANTINE_ID = "quarantine_id"
"""First column of a quarantine file."""
OWN_LAYOUT = "own-layout"
"""Release of a figure whose file names none."""
LOADED = (*FIGURES, *OWN)
"""Tables that a load may add to."""


@dataclass(frozen=True)
class Incoming:
    """A file read and not yet judged.

    frames: by table, text columns of the table beside `row` (the file's, from 1), with `raw`
        (the cell as it stands) or `quarantine_id` where there is one.
    misfits: breaches of rows that cannot be put into columns; cells: what those rows hold.
    set_aside: figures or rows that are nobody's concern here, by reason (counts).
    words: the council's own words and ours, where it is the council's file.
    """

    path: Path
    sha256: str
    kind: str
    publication: str
    title: str
    frames: Mapping[str, pd.DataFrame]
    releases: tuple[Release, ...] = ()
    misfits: tuple[Breach, ...] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict)
    recognised: tuple[str, ...] = ()
    la_code: str = ""
    own: OwnFile | None = None


@dataclass(frozen=True)
class Catalogue:
    """What is needed to tell what a file is: measures, councils, service lines, programmes.

    words: the council's words remembered, by kind, then by the word in small letters.
    """

    measures: pd.DataFrame
    councils: frozenset[str]
    services: Mapping[str, str]
    programmes: Mapping[str, str]
    la_code: str
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_incoming(path: Path, as_: str | None, known: Catalogue) -> Incoming:
    """Read a file as what it is said to be, or as what it shows itself to be.

    as_: a table, a publication, or ledger, placements or starts for the council's own;
        None to find out.

    Raises:
        NotRecognised, FileRefused: in plain words, with the nearest guess.
        KeyError: there is no such table or publication.
    """
    head = _head(path)
    if QUARANTINE_ID in head:
        return _correction(path)
    own = as_own(as_ or "")
    if own:
        return _own(path, own, known)
    if (
        as_ is not None
        and as_ in PUBLISHED
        and (_is_tidy(head, PUBLISHED[as_]) or as_ not in FIGURES)
    ):
        return _tidy(path, as_)
    if as_ is None and _is_tidy(head, FIGURES["looked_after"]):
        return _tidy(path, _table_of(path, known))
    try:
        return _publication(path, read_publication(path, as_), known)
    except NotRecognised:
        if as_ is not None and as_ in FIGURES and head and path.suffix.casefold() == ".csv":
            return _tidy(path, as_)
        if as_ is not None:
            raise
        with suppress(NotRecognised):
            return _own(path, "", known)
        if are_cases(path):
            raise NotRecognised(f"{path.name} holds case records. {NOT_LOADED}") from None
        raise  # what it is as a publication says more than that it is no file of the council's


def _head(path: Path) -> list[str]:
    """The first record of a CSV file in our own layout; empty for any other kind of file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [name.strip() for name in next(csv.reader([file.readline(10_000)]), [])]
    except (UnicodeDecodeError, csv.Error, OSError):
        return []


def _is_tidy(head: Sequence[str], table: Table) -> bool:
    """Whether a header has most of a table's columns."""
    shared = len(set(head) & set(table.column_names))
    return shared >= max(3, len(table.columns) - 2) and "measure" in (*head, *table.column_names)


def _table_of(path: Path, known: Catalogue) -> str:
    """Which table of figures a file in our own layout is: by its name, else by its measures.

    Raises:
        NotRecognised: its measures belong to none.
    """
    if path.stem in FIGURES:
        return path.stem
    frame, _ = read_rows(path, FIGURES["looked_after"])
    found = set(frame["measure"])
    own = known.measures.groupby("table")["measure"].agg(set)
    shared = {table: len(found & own[table]) for table in FIGURES if table in own}
    best = max(shared, key=lambda table: shared[table])
    if not shared[best]:
        raise NotRecognised(
            f"{path.name} is in this project's layout, but none of its measures is known. Name "
            f"its table with --as: {', '.join(FIGURES)}."
        )
    return best


def _tidy(path: Path, name: str) -> Incoming:
    """A file in our own layout."""
    table = PUBLISHED[name]
    frame, misfits = read_rows(path, table)
    return Incoming(
        path=path,
        sha256=checksum(path),
        kind=TABLE,
        publication=name,
        title=f"{table.comment}, in this project's layout",
        frames={name: frame},
        releases=_named_releases(frame, path.name) if name in FIGURES else (),
        misfits=tuple(misfits),
        recognised=(f"{len(frame):,} rows with the columns of table {name}.",),
    )


def _named_releases(frame: pd.DataFrame, file: str) -> tuple[Release, ...]:
    """The releases that a file's own rows name."""
    title = f"{file}, a file in this project's layout"
    keys = sorted(set(frame["release"]))
    return tuple(Release(key, "Loaded from a file", "Loaded from a file", title) for key in keys)


def _publication(path: Path, reading: Reading, known: Catalogue) -> Incoming:
    """A publication read, its known defects withdrawn."""
    frames = {}
    for table in dict.fromkeys(reading.rows["table"]):
        rows = reading.rows[reading.rows["table"] == table]
        rows = rows.assign(year_ending=rows["year_ending"].astype(str)).reset_index(drop=True)
        frames[table] = _without_defects(rows, table, known)
    return Incoming(
        path=path,
        sha256=checksum(path),
        kind=PUBLICATION,
        publication=reading.publication,
        title=reading.title,
        frames=frames,
        releases=reading.releases,
        set_aside=dict(reading.set_aside),
        recognised=reading.recognised,
    )


def _without_defects(rows: pd.DataFrame, table: str, known: Catalogue) -> pd.DataFrame:
    """Known defects are told by the names the sources give their measures."""
    own = known.measures[known.measures["table"] == table]
    names = dict(zip(own["measure"], own["published_as"], strict=True))
    frame = rows[["la_code", "value", "status"]].assign(
        year_ending=pd.to_numeric(rows["year_ending"], errors="coerce").fillna(0).astype(int),
        measure=rows["measure"].map(names).fillna(""),
        source="",
    )
    mended = withdraw_known_defects(frame, table)
    return rows.assign(value=mended["value"], status=mended["status"])


def _correction(path: Path) -> Incoming:
    """A quarantine file sent back: rows by the table each names, apostrophes of safety off."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    frames: dict[str, pd.DataFrame] = {}
    misfits = []
    by_table: dict[str, list[dict[str, str]]] = {}
    for number, row in enumerate(rows, 2):
        name = row.get("table") or ""
        if name not in LOADED or None in row:
            message = "Keep the columns as they were downloaded: the table is not one of ours."
            misfits.append(Breach(name or "?", number, "table", SCHEMA_RULE, name, message))
            continue
        table = {**FIGURES, **OWN}[name]
        cells = {column: _bare(row.get(column) or "") for column in table.column_names}
        cells |= {ROW: str(number), QUARANTINE_ID: row.get(QUARANTINE_ID) or ""}
        by_table.setdefault(name, []).append(cells)
    for name, found in by_table.items():
        frames[name] = pd.DataFrame(found, dtype="str").astype({ROW: int})
    return Incoming(
        path=path,
        sha256=checksum(path),
        kind=CORRECTION,
        publication=CORRECTION,
        title="Rows corrected in a quarantine file",
        frames=frames,
        misfits=tuple(misfits),
        recognised=(f"{len(rows):,} rows of a quarantine file.",),
    )


def _bare(text: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it."""
    return text[1:].strip() if text[:1] == "'" and len(text) > 1 else text.strip()


def _own(path: Path, table: str, known: Catalogue) -> Incoming:
    """The council's own file; the table is found out when it is not named."""
    found = read_own(path, table, known.la_code, known.services, known.programmes, known.words)
    return Incoming(
        path=path,
        sha256=checksum(path),
        kind=COUNCIL,
        publication=found.table,
        title=OWN[found.table].comment,
        frames={found.table: found.rows},
        set_aside=found.set_aside,
        recognised=found.recognised,
        la_code=known.la_code,
        own=found,
    )
