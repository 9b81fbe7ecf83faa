"""Rows on their way in, held to the expectations of their table: good ones and bad ones."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from prevention.evidence.breaches import Breach
from prevention.evidence.checks import Known, check, read_suite
from prevention.evidence.incoming import OWN_LAYOUT, Catalogue, Incoming
from prevention.evidence.places import expectations_folder
from prevention.evidence.published import ROW, read_record
from prevention.evidence.tables import CHECKED, FIGURES, OWN, STATUSES
from prevention.publications.figures import MARKERS

OTHER = "other"
"""Service of what belongs to none of the service lines."""


@dataclass(frozen=True)
class Judged:
    """The rows of one table after the rules: every row read is in one of the two frames.

    breaches: of the bad rows by the file's row; or of the table as a whole (row None).
    by_row: the breaches of each bad row, by its index in `bad`.
    """

    table: str
    good: pd.DataFrame
    bad: pd.DataFrame
    breaches: tuple[Breach, ...]
    by_row: Mapping[int, tuple[Breach, ...]]

    @property
    def read(self) -> int:
        """Rows read (count)."""
        return len(self.good) + len(self.bad)


def judge(incoming: Incoming, known: Catalogue, data: str | os.PathLike[str]) -> tuple[Judged, ...]:
    """Hold every table of a file to its suite.

    Raises:
        SuiteWrong: a suite of expectations cannot be used.
    """
    suites = expectations_folder(data)
    found = []
    for table, frame in incoming.frames.items():
        misfits = [breach for breach in incoming.misfits if breach.table == table]
        rows = _whole(frame, table)
        lists = _lists(table, rows, known, Path(data), incoming)
        if len(rows):
            # A row of the file may give many figures: rules are judged on rows of the table.
            numbered = rows.assign(**{ROW: range(len(rows))})
            columns = [ROW, *CHECKED[table].column_names]
            breaches = check(numbered[columns], read_suite(suites, table), lists)
        else:
            breaches = [] if misfits else check(rows, read_suite(suites, table), lists)
        found.append(_parted(table, rows, breaches, misfits))
    return tuple(found)


def _whole(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with a release in every row, numbered from 0."""
    rows = frame.reset_index(drop=True)
    if table in FIGURES:
        rows = rows.assign(release=rows["release"].replace("", OWN_LAYOUT))
    return rows


def _lists(
    table: str, rows: pd.DataFrame, known: Catalogue, data: Path, incoming: Incoming
) -> Known:
    """The lists that rules name; a file's own releases are as good as those on record."""
    own = known.measures[known.measures["table"] == table]
    releases = [release.key for release in incoming.releases]
    if table in FIGURES:
        releases += [release.key for release in read_record(data, table).releases]
        releases += [key for key in set(rows["release"]) if _is_key(key)]
    elif table not in OWN:
        releases += [release.key for release in read_record(data, table).releases]
    return {
        "councils.la_code": sorted(known.councils),
        "measures.measure": list(own["measure"]),
        "measures.unit": list(own["unit"]),
        "source.release": releases,
        "statuses": [*STATUSES, *MARKERS],
        "figures": list(FIGURES),
        "services": [*known.services, OTHER],
        "programmes": list(known.programmes),
    }


def _is_key(text: str) -> bool:
    return 0 < len(text) <= 80 and all(c.isalnum() or c in "-_. " for c in text)


def _parted(
    table: str, rows: pd.DataFrame, breaches: Sequence[Breach], misfits: Iterable[Breach]
) -> Judged:
    """Good rows and bad; a breach is told by the row of the file and what stands there."""
    by_row: dict[int, list[Breach]] = defaultdict(list)
    whole = [breach for breach in breaches if breach.row is None]
    for breach in breaches:
        if breach.row is not None:
            by_row[breach.row].append(_as_in_file(breach, rows.iloc[breach.row]))
    strays: list[dict[str, object]] = []
    for misfit in misfits:
        if misfit.row is None or misfit.row <= 1:
            whole.append(misfit)
        else:
            by_row[len(rows) + len(strays)].append(misfit)
            strays.append({**dict.fromkeys(rows.columns, ""), ROW: misfit.row})
    every = pd.concat([rows, pd.DataFrame(strays)], ignore_index=True) if strays else rows
    bad = every.index.isin(list(by_row))
    told = [*whole, *(breach for found in by_row.values() for breach in found)]
    return Judged(
        table,
        good=every[~bad],
        bad=every[bad],
        breaches=tuple(sorted(told, key=lambda breach: (breach.row or 0, breach.rule))),
        by_row={key: tuple(found) for key, found in by_row.items()},
    )


def _as_in_file(breach: Breach, cells: pd.Series) -> Breach:
    row = int(cells[ROW])
    raw = str(cells.get("raw", ""))
    shown = raw if raw and breach.column == "value" else breach.value
    return replace(breach, row=row, value=shown)
