"""The council's own files: ledger, placements and programme starts, as exported.

Only the columns of our own tables are ever taken out of such a file. Columns that tell who
somebody is are named as left out, and a cell that does is blanked, before anything is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from prevention.evidence.own.periods import financial_year_in, parse_day, parse_month
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
from prevention.publications.sheets import Sheet

SHORT = {"ledger": "council_ledger", "placements": "council_placements", "starts": "council_starts"}
"""Short names of the council's own tables; `placements` alone is a published table."""
_HEADER_WITHIN = 40
_TOTALS = ("total", "grand total", "subtotal", "sub total", "overall total", "sum")

COLUMN_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "council_ledger": {
        "month": ("period", "month", "accounting period", "posting period", "fiscal period",
                  "transaction date", "posting date", "date", "period name", "gl period"),
        "service": ("service", "service line", "service area", "service description", "activity",
                    "budget area", "provision", "care type", "service type"),
        "cost_centre": ("cost centre", "cost center", "costcentre", "cc", "cost centre code",
                        "cost centre description", "cost code", "gl code"),
        "amount": ("amount", "actual", "actuals", "net amount", "value", "spend", "expenditure",
                   "amount gbp", "net expenditure", "actual spend", "net", "gbp"),
    },
    "council_placements": {
        "start_date": ("start", "start date", "placement start", "placement start date", "from",
                       "date from", "service start", "commenced", "date started",
                       "start of placement"),
        "end_date": ("end", "end date", "placement end", "placement end date", "to", "date to",
                     "service end", "ceased", "date ended", "end of placement"),
        "service": ("service", "service line", "placement type", "provision", "care type", "type",
                    "service type", "placement", "type of placement", "provision type"),
        "weekly_cost": ("weekly cost", "cost per week", "weekly rate", "weekly price",
                        "weekly fee", "gross weekly cost", "weekly amount", "per week",
                        "week cost", "fee per week"),
    },
    "council_starts": {
        "programme": ("programme", "program", "scheme", "intervention", "project"),
        "month": ("month", "period", "start month", "date"),
        "starts": ("starts", "started", "people started", "new starts", "starters",
                   "number started", "families started", "households started",
                   "number of starts"),
    },
}  # fmt: skip
"""Headings that mean a column of ours, by table."""
_OPTIONAL = frozenset({"cost_centre", "end_date"})


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


@dataclass
class _Found:
    """Where a table stands on a sheet: its columns by ours, and months across in a wide one."""

    sheet: Sheet
    table: str
    header: int
    headings: list[str]
    columns: dict[str, int]
    months: dict[int, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Part of the columns needed that was found."""
        needed = [name for name in COLUMN_WORDS[self.table] if name not in _OPTIONAL]
        have = {*self.columns, *(_across(self.table) if self.months else ())}
        return sum(name in have for name in needed) / len(needed)

    @property
    def missing(self) -> list[str]:
        """Columns needed and not found."""
        have = {*self.columns, *(_across(self.table) if self.months else ())}
        return [n for n in COLUMN_WORDS[self.table] if n not in have and n not in _OPTIONAL]


def as_own(name: str) -> str:
    """The council's own table that a name means; empty for none.

    >>> as_own("ledger"), as_own("council_placements"), as_own("placements")
    ('council_ledger', 'council_placements', '')
    """
    if name in OWN:
        return name
    return SHORT.get(name, "") if name != "placements" else ""


def _across(table: str) -> tuple[str, ...]:
    """Columns of ours that months written across give."""
    return {"council_ledger": ("month", "amount"), "council_starts": ("month", "starts")}.get(
        table, ()
    )


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
    tables = [table] if table else list(COLUMN_WORDS)
    found = [_best(sheet, name, words) for sheet in open_file(path).sheets for name in tables]
    best = max(found, key=lambda item: (item.share, len(item.columns)))
    if best.missing:
        raise _not_found(path, best)
    return _taken(best, la_code, services, programmes, words)


def _not_found(path: Path, best: _Found) -> NotRecognised:
    short = next(short for short, name in SHORT.items() if name == best.table)
    lacking = " and ".join(name.replace("_", " ") for name in best.missing)
    return NotRecognised(
        f"{path.name} is not recognised. It comes nearest to the council's own {short}, but no "
        f"column for {lacking} was found on sheet '{best.sheet.name}'. Say which column it is "
        f"with: prevention mapping set, or start from: prevention template {short}",
        nearest=best.table,
        missing=tuple(best.missing),
    )


def _best(sheet: Sheet, table: str, words: Mapping[str, Mapping[str, str]]) -> _Found:
    """The row of a sheet, or two rows together, that looks most like the table's header."""
    best = _Found(sheet, table, 0, [], {})
    for number in range(min(len(sheet.rows), _HEADER_WITHIN)):
        single = sheet.filled(number)
        above = sheet.filled(number - 1) if number else []
        joined = [
            f"{above[c] if c < len(above) else ''} {cell}".strip() for c, cell in enumerate(single)
        ]
        for headings in (single, joined):
            found = _matched(sheet, table, number, headings, words.get(table, {}))
            if (found.share, len(found.columns)) > (best.share, len(best.columns)):
                best = found
        if not best.missing and number > best.header + 1:
            break
    return best


def _matched(
    sheet: Sheet, table: str, number: int, headings: Sequence[str], remembered: Mapping[str, str]
) -> _Found:
    said = [folded(heading) for heading in headings]
    columns: dict[str, int] = {}
    for ours, known in COLUMN_WORDS[table].items():
        own = [theirs for theirs, meant in remembered.items() if meant == ours]
        for word in (*own, *known, ours.replace("_", " ")):
            if folded(word) in said and said.index(folded(word)) not in columns.values():
                columns[ours] = said.index(folded(word))
                break
    months: dict[int, str] = {}
    if _across(table) and "month" not in columns:
        year = financial_year_in(_words_above(sheet, number))
        months = {
            place: month.isoformat()
            for place, heading in enumerate(headings)
            if heading and (month := parse_month(heading, year)) is not None
        }
        months = months if len(months) >= 2 else {}
        columns = {
            n: place for n, place in columns.items() if not months or n not in _across(table)
        }
    return _Found(sheet, table, number, list(headings), columns, months)


def _words_above(sheet: Sheet, number: int) -> str:
    """Title rows above a header, and the sheet's name: where the year of a wide table stands."""
    cells = [cell for row in sheet.rows[: number + 1] for cell in row if cell.strip()]
    return " ".join([sheet.name, *cells])


def _taken(
    found: _Found,
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
    for number, cells in _lines(found, aside):
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


def _lines(found: _Found, aside: Counter[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Cells by our column, one for each row or, where months stand across, for each figure."""
    below = found.sheet.below(found.header)
    for number, row in zip(below.index, below.itertuples(index=False), strict=True):
        texts = [str(cell).strip() for cell in row]
        cells = {ours: texts[place] for ours, place in found.columns.items() if place < len(texts)}
        if not any(texts):
            continue
        if any(folded(text) in _TOTALS or folded(text).startswith("total ") for text in texts[:4]):
            aside["total rows"] += 1
            continue
        if not any(cells.values()) and not found.months:
            aside["rows with nothing in the columns used"] += 1
            continue
        if [folded(text) for text in texts] == [folded(h) for h in found.headings]:
            aside["headings repeated"] += 1
            continue
        if not found.months:
            yield int(number), cells
            continue
        for place, month in found.months.items():
            if place < len(texts) and texts[place]:
                yield int(number), {**cells, "month": month, _across(found.table)[1]: texts[place]}


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
    found: _Found,
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
