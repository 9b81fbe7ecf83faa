"""Programme starts read to be looked at: the same readers and rules as a load, nothing kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prevention.evidence.breaches import Breach
from prevention.evidence.incoming import read_incoming
from prevention.evidence.judging import judge
from prevention.evidence.loading import catalogue
from prevention.publications import NotRecognised
from prevention.record import Record
from prevention.years import month_label, month_number


@dataclass(frozen=True)
class StartsFile:
    """A file of starts. rows_read = rows_used + rows_refused, always.

    starts: people started by month number, by programme. not_planned: programmes it has and
    the scenario has not. set_aside: rows that are not of this comparison, by reason; as in a
    load they are not among those read.
    """

    file: str
    sha256: str
    starts: Mapping[str, Mapping[int, int]]
    not_planned: tuple[str, ...]
    rows_used: int
    rows_refused: int
    breaches: Sequence[Breach]
    set_aside: Mapping[str, int]
    recognised: Sequence[str]

    @property
    def rows_read(self) -> int:
        """Rows read (count)."""
        return self.rows_used + self.rows_refused


def read_starts(
    path: Path,
    data: Path,
    record: Record,
    la_code: str,
    programmes: Mapping[str, str],
    as_at: int | None = None,
) -> StartsFile:
    """Read a council's own file of programme starts; nothing is stored.

    programmes: those of the scenario, id to name. as_at: the last month to take (month number).

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
    starts: dict[str, dict[int, int]] = defaultdict(dict)
    aside, others = Counter(incoming.set_aside), {}
    for _, row in judged.good.iterrows():
        month = int(month_number(dt.date.fromisoformat(row["month"])))
        if row["programme"] not in programmes:
            others[row["programme"]] = True
            aside["rows of programmes that the scenario has not"] += 1
        elif as_at is not None and month > as_at:
            aside[f"rows of months after {month_label(as_at)}"] += 1
        else:
            starts[row["programme"]][month] = int(row["starts"])
    return StartsFile(
        file=path.name,
        sha256=incoming.sha256,
        starts=starts,
        not_planned=tuple(others),
        rows_used=sum(map(len, starts.values())),
        rows_refused=len(judged.bad),
        breaches=judged.breaches,
        set_aside=dict(aside),
        recognised=incoming.recognised,
    )
