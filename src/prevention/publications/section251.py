"""Section 251 outturn of the Department for Education, Table A1 (workbook or CSV).

One row of a file is a council and a line of spending; one figure is an amount that is not
blank. Lines are told by their wording, since their numbers change from year to year. Total
expenditure is used for every line we hold, net current expenditure for the total of
children looked after; amounts are pounds. Where a release gives fostering in two parts,
they are added up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.figures import plain_number, read_figure
from prevention.publications.offering import offer
from prevention.publications.periods import the_year
from prevention.publications.places import from_dfe, ons_code
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import Match, close, find_header, plain, role
from prevention.years import parse_year_ending

if TYPE_CHECKING:
    import pandas as pd

ID, PUBLISHER = "dfe_section_251", "Department for Education"
TITLE, TABLE = "Section 251 outturn", "section_251"
ROLES = (
    role("council", "LA", "LA number", "LA Code", "LANumber", "LEA", "LEA number", "LAEstab",
         "old_la_code", "Local authority number", "LA no"),
    role("line", "Description", "Line description", "LineDescription", "s251 description",
         "description_of_expenditure", "Expenditure category", "CYPServiceDescription",
         "S52 Line Reference"),
    role("gross", "TotalExpenditure", "Total Expenditure", "Total Expenditure (k)",
         "Gross expenditure", "GrossExpenditure", "Gross", "Gross total expenditure",
         "Total gross expenditure"),
    role("net", "NetCurrentExpenditure", "Net Current Expenditure", "NET Current Expenditure (m)",
         "Net expenditure", "NetExpenditure", "Net", "Net total expenditure"),
    role("income", "Income", "Income (l)", "Total income", required=False),
    role("new", "new_la_code", "ONS code", required=False),
    role("year", "time_period", "Year", "Financial year", required=False),
)  # fmt: skip
_LINE = role("line", "category_of_expenditure", "Line")
"""Headings of lines in releases that give them under no other: elsewhere, of groups and numbers."""
_PART = "fostering_part"
_FEWEST, _LOWEST = 5, 500_000
"""From how many councils on the middle one's total tells whether amounts are pounds, in GBP."""
_LINES: tuple[tuple[str, str], ...] = (
    (r"total children looked after", "looked_after_total"),
    (r"residential care", "residential"),
    (r"(?:total )?fostering services?", "fostering"),
    (r"fostering services? (?:excluding )?fees and allowances.*", _PART),
    (r"adoption services?", "adoption"),
    (r"special guardianship(?: support| services?)?", "special_guardianship"),
    (r"leaving care(?: support)?(?: services?)?", "leaving_care"),
)
_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*[a-z]?\s*[-:]?\s+", re.IGNORECASE)


def _line(description: str) -> str:
    """Our name for a line of spending, by its wording without its number; blank for others.

    >>> _line("3.1.11 Total Children Looked After"), _line("3.1.6 Short breaks (respite)")
    ('looked_after_total', '')
    """
    wording = plain(_NUMBER.sub("", description))
    return next((name for pattern, name in _LINES if re.fullmatch(pattern, wording)), "")


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        row, match = find_header(sheet.rows, ROLES)
        if "line" not in match.columns and "line" not in match.doubtful:
            others = [_LINE if wanted.part == "line" else wanted for wanted in ROLES]
            row, match = max((row, match), find_header(sheet.rows, others), key=_found)
        if not {"line", "gross", "net"} & {*match.columns, *match.doubtful}:
            continue
        where = f"row {row + 1} of sheet '{sheet.name}'"
        if not match.complete:
            best = max(best, incomplete(match, sheet.rows[row], where), key=lambda s: s.share)
            continue
        lines = [sheet.cell(r, match.columns["line"]) for r in range(row + 1, len(sheet.rows))]
        wanted = {name for _, name in _LINES if name not in (_PART, "fostering")} | {"fostering"}
        found = {_line(text).replace(_PART, "fostering") for text in set(lines)}
        if wanted <= found:
            return Sighting(1.0, read=partial(_read, book, sheet, row, match.columns))
        missing = tuple(
            f"a line worded like '{name.replace('_', ' ')}'{_nearest(name, lines)}"
            for name in sorted(wanted - found)
        )
        best = max(
            best, Sighting(len(wanted & found) / len(wanted), missing), key=lambda s: s.share
        )
    return best


def _found(header: tuple[int, Match]) -> tuple[bool, float]:
    """How well a header was found: whole, or the share of it."""
    return header[1].complete, header[1].share


def _nearest(name: str, lines: list[str]) -> str:
    near = close(name, {_NUMBER.sub("", line) for line in lines})
    return f" (the nearest is '{near}')" if near else ""


def _read(book: Book, sheet: Sheet, row: int, columns: Mapping[str, int]) -> Reading:
    """The lines of every council, with parts of fostering added up."""
    import numpy as np
    import pandas as pd

    whole = sheet.below(row)
    named = [
        whole[columns[part]].str.strip() != "" for part in ("council", "new") if part in columns
    ]
    nobody = ~np.logical_or.reduce(named)
    frame = whole[~nobody]
    if "year" in columns:
        years = frame[columns["year"]].astype(str)
    else:
        title = " ".join(c for r in sheet.rows[:row] for c in r)
        year = the_year(book.name, title, sheet.name, book.name)
        years = pd.Series(str(year), index=frame.index)
    codes = _codes(book, frame, columns)
    lines = frame[columns["line"]].map({t: _line(t) for t in frame[columns["line"]].unique()})
    latest = max(map(_year, years.unique())) or the_year(book.name, str(years.iloc[0]))
    key = f"s251-{latest}"
    span = f"{latest - 1}-{latest % 100:02d}"
    release = Release(key, PUBLISHER, TITLE, f"{TITLE}, Table A1, {span}")
    tally = Tally()
    parts = [_amounts(frame, columns, codes, years, lines, kind) for kind in ("gross", "net")]
    _check_pounds(book, parts[0])
    offer(tally, pd.concat([_added_up(tally, part) for part in parts]), sheet.name, key)
    _count_others(tally, sheet, row, frame, {columns["gross"], columns["net"]}, columns)
    _count_nobodys(tally, whole[nobody], columns)
    for other in book.sheets:
        if other is not sheet:
            tally.skip(other, f"sheet '{other.name}' feeds no table of ours")
    words = (
        f"Sheet '{sheet.name}': header in row {row + 1}; year ending {latest}; lines told by "
        "their wording; total and net current expenditure, in pounds.",
    )
    return Reading(
        ID, TITLE, (release,), (TABLE,), tally.rows(), tally.read, dict(tally.aside), words
    )


def _year(text: str) -> int:
    try:
        return parse_year_ending(text)
    except ValueError:
        return 0


def _codes(book: Book, frame: pd.DataFrame, columns: Mapping[str, int]) -> pd.Series:
    """The nine-character code of each row's council.

    Raises:
        NotRecognised: the column of councils holds something else than their codes.
    """
    if "new" in columns:
        new = frame[columns["new"]].map(ons_code)
        if (new != "").any():
            return new
    given = frame[columns["council"]].str.strip()
    codes = given.map({text: from_dfe(text) or text for text in given.unique()})
    known = codes.str.fullmatch(r"E\d{8}")
    if known.mean() < 0.5:
        raise NotRecognised(
            f"{book.name}: the column of councils should hold three-digit codes such as 877, but "
            f"row {given.index[~known][0]} holds '{given[~known].iloc[0]}'. Columns may have been "
            "swapped.",
            nearest=ID,
            missing=("the council's three-digit code",),
        )
    return codes


def _amounts(
    frame: pd.DataFrame,
    columns: Mapping[str, int],
    codes: pd.Series,
    years: pd.Series,
    lines: pd.Series,
    kind: str,
) -> pd.DataFrame:
    """The amounts of one column as cells, under our names."""
    import pandas as pd

    held = lines != "" if kind == "gross" else lines == "looked_after_total"
    return pd.DataFrame(
        {
            "row": frame.index,
            "column": column_letter(columns[kind]),
            "code": codes,
            "year": years,
            "table": TABLE,
            "measure": lines.where(held, "").map(lambda name: f"{name}_{kind}" if name else ""),
            "raw": frame[columns[kind]].astype(str),
        }
    )


def _check_pounds(book: Book, cells: pd.DataFrame) -> None:
    """Amounts must be pounds: some copies of these statistics are in millions.

    Raises:
        NotRecognised: half of the councils spend less on children looked after than any does.
    """
    totals = cells.loc[cells["measure"] == "looked_after_total_gross", "raw"]
    amounts = [Decimal(value) for raw in totals if (value := read_figure(raw).value)]
    if len(amounts) >= _FEWEST and median(amounts) < _LOWEST:
        raise NotRecognised(
            f"{book.name}: half of the totals of children looked after are below "
            f"£{median(amounts):,.0f}, so its amounts are in thousands or millions, not pounds. "
            "Load the file as it was published.",
            nearest=ID,
            missing=("amounts in pounds",),
        )


def _added_up(tally: Tally, cells: pd.DataFrame) -> pd.DataFrame:
    """The parts of fostering as one figure a council, unless the whole stands beside them."""
    import pandas as pd

    part = cells["measure"] == f"{_PART}_gross"
    if not part.any():
        return cells
    standing = cells[cells["measure"] == "fostering_gross"]
    whole = set(zip(standing["code"], standing["year"], strict=True))
    tally.read += int(part.sum())
    sums = []
    for council_year, group in cells[part].groupby(["code", "year"], sort=False):
        if council_year in whole:
            tally.put_aside("a part of a line that stands whole beside it", len(group))
            continue
        amounts = [read_figure(raw).value for raw in group["raw"]]
        first = group.iloc[0].copy()
        first["measure"] = "fostering_gross"
        first["raw"] = (
            plain_number(sum((Decimal(a) for a in amounts), Decimal(0)))
            if all(amounts)
            else next(raw for raw, amount in zip(group["raw"], amounts, strict=True) if not amount)
        )
        tally.put_aside("a part added up into one figure", len(group))
        sums.append(first)
    return pd.concat([cells[~part], pd.DataFrame(sums)]) if sums else cells[~part]


def _count_others(
    tally: Tally,
    sheet: Sheet,
    row: int,
    frame: pd.DataFrame,
    used: set[int],
    columns: Mapping[str, int],
) -> None:
    """Count the amounts of columns that no table holds: own provision, income, grants."""
    first = min(used)
    keys = {columns[p] for p in ("council", "line", "new", "year") if p in columns}
    for column, heading in enumerate(sheet.rows[row]):
        amounts = column > columns["line"] or column >= first
        if column in used | keys or not amounts or not heading.strip():
            continue
        count = sum(1 for text in frame[column] if read_figure(text).value)
        tally.read += count
        tally.put_aside(f"column '{heading.strip()}' feeds no table of ours", count)


def _count_nobodys(tally: Tally, rows: pd.DataFrame, columns: Mapping[str, int]) -> None:
    """Count the amounts of rows that give no code: notes and totals below the table."""
    first = min(columns["gross"], columns["net"], columns["line"] + 1)
    amounts = range(first, rows.shape[1])
    count = sum(1 for column in amounts for text in rows[column] if read_figure(text).value)
    tally.read += count
    tally.put_aside("a row without a council's code", count)


SECTION_251 = Publication(ID, TITLE, PUBLISHER, (TABLE,), _look)
