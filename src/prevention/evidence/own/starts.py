"""Programme starts to be looked at: those of a file, read as a load reads it, or those loaded."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from prevention.evidence.breaches import Breach
from prevention.evidence.incoming import read_incoming
from prevention.evidence.judging import judge
from prevention.evidence.loading import catalogue
from prevention.evidence.loads import in_quarantine, loads_in_force
from prevention.evidence.own.series import standing_rows
from prevention.evidence.tables import COUNCIL_STARTS
from prevention.publications import NotRecognised
from prevention.record import Record
from prevention.years import day_label, month_label, month_number

LOADED = "the starts loaded"
"""What stands in place of a file's name where the council's loads are read."""
_ANOTHER = "rows of programmes that the scenario has not"

Row = tuple[str, str, str]
"""A programme, the first day of a month and people started, as text."""


class StartsMissing(LookupError):
    """The council has loaded no starts."""


@dataclass(frozen=True)
class StartsFile:
    """A file of starts, or all a council loaded. rows_read = rows_used + rows_refused, always.

    starts: people started by month number, by programme. not_planned: programmes it has and
    the scenario has not. set_aside: rows that are not of this comparison, by reason; as in a
    load they are not among those read.
    """

    file: str
    sha256: str
    starts: Mapping[str, Mapping[int, int]]
    not_planned: tuple[str, ...]
    rows_refused: int
    breaches: Sequence[Breach]
    set_aside: Mapping[str, int]
    recognised: Sequence[str]

    @property
    def rows_used(self) -> int:
        """Rows that are compared (count)."""
        return sum(map(len, self.starts.values()))

    @property
    def rows_read(self) -> int:
        """Rows read (count)."""
        return self.rows_used + self.rows_refused

    @property
    def months(self) -> list[int]:
        """Months that have a row, in order (month numbers)."""
        return sorted({month for counts in self.starts.values() for month in counts})

    def until(self, last: int) -> StartsFile:
        """The same as far as a month (month number); what comes after is set aside."""
        starts = {
            id_: {month: count for month, count in counts.items() if month <= last}
            for id_, counts in self.starts.items()
        }
        later = self.rows_used - sum(map(len, starts.values()))
        aside = {f"rows of months after {month_label(last)}": later} if later else {}
        return replace(self, starts=starts, set_aside={**self.set_aside, **aside})


def read_starts(
    path: Path, data: Path, record: Record, la_code: str, programmes: Mapping[str, str]
) -> StartsFile:
    """Read a council's own file of programme starts; nothing is stored.

    programmes: those of the scenario, id to name.

    Raises:
        NotRecognised, FileRefused, FileNotFoundError: in plain words.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    known = catalogue(data, record, la_code)
    known = replace(known, programmes={**programmes, **known.programmes})
    incoming = read_incoming(path, "starts", known)
    if incoming.own is None:
        raise NotRecognised(
            f"{path.name} holds rows that came out of quarantine. Load it with: prevention load"
        )
    (judged,) = judge(incoming, known, data)
    starts, others = _by_programme(_rows(judged.good), programmes)
    return StartsFile(
        file=path.name,
        sha256=incoming.sha256,
        starts=starts,
        not_planned=tuple(others),
        rows_refused=len(judged.bad),
        breaches=judged.breaches,
        set_aside={**incoming.set_aside, **_set_aside(others)},
        recognised=incoming.recognised,
    )


def loaded_starts(record: Record, la_code: str, programmes: Mapping[str, str]) -> StartsFile:
    """The starts of a council that its loads in force brought; rows that wait are refused.

    Raises:
        StartsMissing: there are none.
    """
    loads = loads_in_force(record)
    standing = standing_rows(record, loads, COUNCIL_STARTS.name)
    own = standing[standing["la_code"] == la_code]
    waiting = [
        row
        for row in in_quarantine(record)
        if row.table == COUNCIL_STARTS.name and row.cells.get("la_code") == la_code
    ]
    if own.empty and not waiting:
        raise StartsMissing(
            "No starts of this council are loaded. Name a file of them, or load one with: "
            "prevention load FILE --as starts"
        )
    rows, brought = _rows(own), Counter(own["load_id"])
    starts, others = _by_programme(rows, programmes)
    return StartsFile(
        file=LOADED,
        sha256=hashlib.sha256("\n".join(map(",".join, rows)).encode()).hexdigest(),
        starts=starts,
        not_planned=tuple(others),
        rows_refused=len(waiting),
        breaches=[breach for row in waiting for breach in row.breaches],
        set_aside=_set_aside(others),
        recognised=[
            f"{load.id}: {load.file}, loaded by {load.who} on {day_label(load.loaded_at)}, "
            f"{brought[load.id]:,} rows that stand."
            for load in loads
            if brought[load.id]
        ],
    )


def _rows(frame: pd.DataFrame) -> list[Row]:
    columns = frame[["programme", "month", "starts"]].astype(str)
    return sorted(columns.itertuples(index=False, name=None))


def _by_programme(
    rows: Iterable[Row], programmes: Mapping[str, str]
) -> tuple[dict[str, dict[int, int]], Counter[str]]:
    """People started by programme and month number; rows of programmes not in the scenario."""
    starts: dict[str, dict[int, int]] = {}
    others: Counter[str] = Counter()
    for programme, month, count in rows:
        if programme in programmes:
            number = int(month_number(dt.date.fromisoformat(month)))
            starts.setdefault(programme, {})[number] = int(count)
        else:
            others[programme] += 1
    return starts, others


def _set_aside(others: Counter[str]) -> dict[str, int]:
    return {_ANOTHER: others.total()} if others else {}
