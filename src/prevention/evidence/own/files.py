"""The council's own files: ledger, placements and programme starts, as exported.

Only the columns of our own tables are ever taken out of such a file. Columns that tell who
somebody is are named as left out, and a cell that does is blanked, before anything is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from prevention.evidence.own.headings import Found, best_header, rows_below
from prevention.evidence.own.periods import parse_day, parse_month
from prevention.evidence.own.words import (
    folded,
    guess_programme,
    guess_service,
    identifies_somebody,
    names_a_person,
)
from prevention.evidence.published import ROW
from prevention.evidence.tables import OWN
from prevention.publications import NotRecognised
from prevention.publications.figures import read_figure
from prevention.publications.opening import open_file

SHORT = {"ledger": "council_ledger", "placements": "council_placements", "starts": "council_starts"}
"""Short names of the council's own tables; `placements` alone is a published table."""


@dataclass(frozen=True)
class OwnFile:
    """A council's own file, read.

    columns: our column to theirs. meanings: the council's word to ours, by kind (service or
        programme), empty where nothing could be guessed. left_out: columns that tell who
        somebody is. rows: text columns of the table beside `row`.
    """

    table: str
    rows: pd.DataFrame
    columns: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, str]]
    left_out: tuple[str, ...]
    set_aside: Mapping[str, int]
    recognised: tuple[str, ...]


def as_own(name: str) -> str:
    """The council's own table that a name means; empty for none.

    >>> as_own("ledger"), as_own("council_placements"), as_own("placements")
    ('council_ledger', 'council_placements', '')
    """
    if name in OWN:
        return name
    return SHORT.get(name, "") if name != "placements" else ""


def read_own(
    path: Path,
    table: str,
    la_code: str,
    services: Mapping[str, str],
    programmes: Mapping[str, str],
    words: Mapping[str, Mapping[str, str]],
) -> OwnFile:
    """Read a council's own file.

    table: which; empty to find out. words: the council's words remembered, by kind.

    Raises:
        NotRecognised: no sheet has the columns, naming those missing.
        FileRefused: the file cannot be read.
    """
    tables = [table] if table else list(SHORT.values())
    found = [best_header(sheet, name, words) for sheet in open_file(path).sheets for name in tables]
    best = max(found, key=lambda item: (item.share, len(item.columns)))
    if best.missing:
        raise _not_found(path, best)
    return _taken(best, la_code, services, programmes, words)


def _not_found(path: Path, best: Found) -> NotRecognised:
    short = next(short for short, name in SHORT.items() if name == best.table)
    lacking = " and ".join(name.replace("_", " ") for name in best.missing)
    return NotRecognised(
        f"{path.name} is not recognised. It comes nearest to the council's own {short}, but no "
        f"column for {lacking} was found on sheet '{best.sheet.name}'. Say which column it is "
        f"with: prevention mapping set, or start from: prevention template {short}",
        nearest=best.table,
        missing=tuple(best.missing),
    )


def _taken(
    found: Found,
    la_code: str,
    services: Mapping[str, str],
    programmes: Mapping[str, str],
    words: Mapping[str, Mapping[str, str]],
) -> OwnFile:
    """The rows below the header, in our columns and words."""
    aside: Counter[str] = Counter()
    blanked: Counter[str] = Counter()
    meanings: dict[str, dict[str, str]] = {}
    guess = {
        "service": lambda text: guess_service(text, services),
        "programme": lambda text: guess_programme(text, programmes),
    }

    def meant(kind: str, text: str) -> str:
        known = meanings.setdefault(kind, {})
        if text not in known:
            known[text] = words.get(kind, {}).get(folded(text), "") or guess[kind](text)
        return known[text] or text

    rows = []
    for number, cells in rows_below(found, aside):
        record = _record(found.table, cells, meant, blanked)
        rows.append({ROW: number, "la_code": la_code, **record})
    columns = [ROW, *OWN[found.table].column_names]
    frame = pd.DataFrame(rows, columns=columns, dtype="object").fillna("").astype({ROW: int})
    left_out = tuple(
        heading
        for place, heading in enumerate(found.headings)
        if heading
        and place not in found.columns.values()
        and place not in found.months
        and names_a_person(heading)
    )
    theirs = {ours: found.headings[place] for ours, place in found.columns.items()}
    said = _recognised(found, theirs, left_out, blanked, meanings)
    return OwnFile(found.table, frame, theirs, meanings, left_out, dict(aside), said)


def _record(
    table: str,
    cells: Mapping[str, str],
    meant: Callable[[str, str], str],
    blanked: Counter[str],
) -> dict[str, str]:
    """One row in our columns; what cannot be read stays as it is written, to break its rule."""
    record = {}
    for column in OWN[table].columns[1:]:
        text = cells.get(column.name, "")
        if column.name in ("service", "programme"):
            record[column.name] = meant(column.name, text) if text else ""
        elif column.name == "month":
            month = parse_month(text)
            record["month"] = month.isoformat() if month else text
        elif column.sql_type == "DATE":
            day = parse_day(text)
            record[column.name] = day.isoformat() if day else text
        elif column.sql_type == "VARCHAR":
            record[column.name] = text
        else:
            value = read_figure(text).value
            money = column.sql_type.startswith("DECIMAL")
            record[column.name] = _pence(value) if value and money else (value or text)
        if identifies_somebody(record[column.name]):
            record[column.name] = ""
            blanked[column.name] += 1
    return record


def _pence(value: str) -> str:
    """An amount to the penny: exports carry the noise of floats.

    >>> _pence("1234.5600000001"), _pence("-7")
    ('1234.56', '-7.00')
    """
    return str(Decimal(value).quantize(Decimal("0.01")))


def _recognised(
    found: Found,
    theirs: Mapping[str, str],
    left_out: Sequence[str],
    blanked: Mapping[str, int],
    meanings: Mapping[str, Mapping[str, str]],
) -> tuple[str, ...]:
    """What was understood, in plain sentences."""
    used = "; ".join(f"{theirs_} is {ours.replace('_', ' ')}" for ours, theirs_ in theirs.items())
    said = [f"Sheet '{found.sheet.name}', headings in row {found.header + 1}: {used}."]
    if found.months:
        first, last = min(found.months.values())[:7], max(found.months.values())[:7]
        said.append(f"{len(found.months)} months across, {first} to {last}.")
    if left_out:
        said.append(f"Left out, because they tell who somebody is: {', '.join(left_out)}.")
    said += [
        f"{count:,} cells of {name.replace('_', ' ')} hold a number or address of a person and "
        "were left blank."
        for name, count in blanked.items()
    ]
    for kind, known in meanings.items():
        told = [
            f"{theirs_} is {ours}" for theirs_, ours in known.items() if ours and theirs_ != ours
        ]
        unknown = [theirs_ for theirs_, ours in known.items() if not ours]
        if told:
            said.append(f"Taken as: {'; '.join(told[:20])}.")
        if unknown:
            said.append(f"No {kind} of ours is known for: {', '.join(unknown[:20])}.")
    return tuple(said)
