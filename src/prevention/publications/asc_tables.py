"""Adult Social Care Activity and Finance of NHS England: ASC-FR and SALT data tables (workbook).

Tables are told by their title, never by sheet or position; headings over several merged
rows are put together column by column. One figure is a cell of a council table, also an
empty one (the council made no return), and a number on any other sheet. A table whose
columns are not all known is not read at all, and `recognised` says which and why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.asc_measures import (
    COSTS,
    HIGHEST_HOURLY_COST,
    HIGHEST_WEEKLY_COST,
    SPECS,
    Spec,
    age_band,
    spec_for,
)
from prevention.publications.figures import read_figure
from prevention.publications.offering import KEY, offer
from prevention.publications.periods import financial_years, the_year
from prevention.publications.places import by_code, ons_code
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting
from prevention.publications.wording import (
    Match,
    close,
    find_header,
    in_doubt,
    perhaps,
    plain,
    role,
    without_notes,
)

if TYPE_CHECKING:
    import pandas as pd

ID, PUBLISHER = "nhs_asc_finance_activity", "NHS England (Digital)"
TITLE = "Adult Social Care Activity and Finance"
TABLES = ("adult_activity", "care_expenditure", "care_unit_costs")
ROLES = (
    role("code", "Geography code", "ONS code", "ONS area code", "Area code", "Geographical code",
         "ONS geography code", required=False),
    role("nhs", "LA code", "CASSR code", "Council code", "Authority code", required=False),
    role("name", "LA name", "CASSR name", "Council name", "Council", "Local authority",
         "Local authority name", "Authority"),
    role("region", "Region code", "Region ONS code", required=False),
    role("region_name", "Region name", "Region", required=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a workbook that we read: where it stands, and the measure and year by column."""

    sheet: Sheet
    title: str
    spec: Spec
    header: int
    first: int
    keys: Mapping[str, int]
    columns: Mapping[int, tuple[str, int]]


def _look(book: Book) -> Sighting:
    """Every sheet whose title names a table we read, and whose columns are all known."""
    tables: list[Table] = []
    problems: list[str] = []
    for sheet in book.sheets:
        found = _titled(sheet)
        if not found:
            continue
        spec, title, header, match = found
        table = _table(book, sheet, spec, title, header, match)
        if isinstance(table, Table):
            tables.append(table)
        else:
            problems.append(table)
    if tables:
        return Sighting(1.0, read=partial(_read, book, tables, problems))
    if problems:
        return Sighting(0.8, tuple(problems))
    return NOTHING


def _titled(sheet: Sheet) -> tuple[Spec, str, int, Match] | None:
    """The table a sheet's title names and its header row, where it is a table of councils."""
    header, match = find_header(sheet.rows, ROLES, within=60)
    if not match.complete or not {"code", "nhs"} & set(match.columns):
        return None
    above = [c for row in sheet.rows[: header + 1] for c in row if len(c) > 20]
    for text in above:
        title = re.sub(r"^table \d+[a-z]? ", "", plain(text))
        spec = spec_for(title)
        if spec:
            return spec, " ".join(text.split()), header, match
    return None


def _table(
    book: Book, sheet: Sheet, spec: Spec, title: str, header: int, match: Match
) -> Table | str:
    """The columns of a table under our names, or what is the matter with it."""
    keys = match.columns
    first = _first_row(sheet, header, keys)
    words = _words(sheet, range(_top_row(sheet, header, keys), first), keys)
    one_year = _year(book, title)
    columns: dict[int, tuple[str, int]] = {}
    left: dict[int, tuple[str, int]] = {}
    for column, texts in words.items():
        measure, year = _meaning(spec, texts)
        if not (measure and year):  # headings of several rows may have been written into one
            parts = [part for text in texts for part in re.split(r"\s+[-–—|]\s+", text)]
            found = _meaning(spec, parts)
            measure, year = found if found[0] else (measure, year)
        held = columns if measure else left
        held[column] = (measure or " ".join(texts), year or one_year)
    return _checked(
        Table(sheet, title, spec, header, first, keys, columns),
        left,
        {y for _, y in columns.values()},
    )


def _meaning(spec: Spec, texts: Sequence[str]) -> tuple[str, int]:
    """The measure and the year that the headings of a column name; blank and 0 for none."""
    years = [y for text in texts for y in financial_years(text)[:1] if len(text) < 12]
    rest = [plain(t) for t in texts if not (financial_years(t) and len(t) < 12)]
    age = next((band for band in map(age_band, rest) if band), "")
    measure = spec.name(frozenset(text for text in rest if not age_band(text)), age)
    return measure, years[0] if years else 0


def _checked(table: Table, left: Mapping[int, tuple[str, int]], years: Set[int]) -> Table | str:
    """A table that has all it must, with the columns that may be of a measure not found.

    left: wording and year of the columns that are none of ours.
    """
    sheet, spec, found = table.sheet, table.spec, set(table.columns.values())
    every = {(measure, year) for measure in spec.needed | spec.optional for year in years or {0}}
    absent = sorted(every - found)
    lacking = [(measure, year) for measure, year in absent if measure in spec.needed or not year]
    if lacking:
        near = close(lacking[0][0].replace("_", " "), {wording for wording, _ in left.values()})
        hint = f" (the nearest is '{near}')" if near else ""
        of = f" of {lacking[0][1]}" if lacking[0][1] else ""
        return f"sheet '{sheet.name}' ({table.title}): no column for {lacking[0][0]}{of}{hint}"
    if len(found) < len(table.columns):
        return f"sheet '{sheet.name}' ({table.title}): two columns with the same headings"
    if spec.thousands and not _in_thousands(sheet, table.header, table.title):
        return f"sheet '{sheet.name}' ({table.title}): it does not say that its unit is £ thousand"
    doubtful = {}
    for year in years:
        of_year = {column: wording for column, (wording, y) in left.items() if y == year}
        guesses = perhaps([m for m, y in absent if y == year], of_year.values())
        for column, wording in of_year.items():
            if wording in guesses:
                doubtful[column] = (in_doubt(wording, guesses[wording]), year)
    return replace(table, columns={**table.columns, **doubtful})


def _year(book: Book, title: str) -> int:
    """The year of a table whose columns name none: its title's, where that names one alone."""
    years = financial_years(title)
    if len(years) == 1:
        return years[0]
    return the_year(book.name, book.name) if not years and financial_years(book.name) else 0


def _in_thousands(sheet: Sheet, header: int, title: str) -> bool:
    above = " ".join([title, *(c for row in sheet.rows[: header + 1] for c in row)])
    return bool(re.search(r"£\s*(?:thousands?|000|k\b)", above, re.IGNORECASE))


def _first_row(sheet: Sheet, header: int, keys: Mapping[str, int]) -> int:
    """The first row with an area's code or name, below headings of one or more rows."""
    for row in range(header + 1, min(header + 12, len(sheet.rows))):
        codes = [sheet.cell(row, c) for part, c in keys.items() if part in ("code", "region")]
        named = sheet.cell(row, keys["name"]) or sheet.cell(row, keys.get("nhs", keys["name"]))
        if any(map(ons_code, codes)) or named:
            return row
    return header + 1


def _top_row(sheet: Sheet, header: int, keys: Mapping[str, int]) -> int:
    """The first row of headings: those of figures may begin above the row that names the areas."""
    top = header
    while top > 0:
        cells = {column: cell for column, cell in enumerate(sheet.rows[top - 1]) if cell.strip()}
        if len(set(cells.values())) < 2 or set(cells) & set(keys.values()):
            break
        top -= 1
    return top


def _words(sheet: Sheet, rows: range, keys: Mapping[str, int]) -> dict[int, list[str]]:
    """The headings of each figure column from the top down, merged ones spelled out.

    A workbook that keeps no merged ranges (ODS, or cells filled or parted by hand) has blanks
    to the right of a heading that spans columns: they take the heading to their left, save in
    the last row, and never across the edge of a heading above.
    """
    headed = [row for row in rows if any(map(str.strip, sheet.rows[row]))]
    width = max((len(sheet.rows[row]) for row in headed), default=0)
    figures = [column for column in range(width) if column not in keys.values()]
    words: dict[int, list[str]] = {column: [] for column in figures}
    for row in headed:
        cells = sheet.filled(row)
        spread = not sheet.merged and row != headed[-1]
        text, above = "", [""]
        for column in figures:
            own = cells[column].strip() if column < len(cells) else ""
            text = own or (text if spread and words[column] == above else "")
            above = list(words[column])
            if text:
                words[column].append(without_notes(text).strip())
    return {column: texts for column, texts in words.items() if texts}


def _read(book: Book, tables: Sequence[Table], problems: Sequence[str]) -> Reading:
    """Offer every table, and count the figures of the sheets that are not used."""
    latest = max(year for table in tables for _, year in table.columns.values())
    key = f"asc-fr-salt-{latest}"
    release = Release(
        key, PUBLISHER, TITLE, f"{TITLE}, England {latest - 1}-{latest % 100:02d}, data tables"
    )
    tally = Tally()
    for table in tables:
        _offer(tally, table, key)
    used = {table.sheet.name for table in tables}
    for sheet in book.sheets:
        if sheet.name not in used:
            tally.skip(sheet, f"sheet '{sheet.name}' feeds no table of ours")
    rows = _judged(_once(tally))
    words = [
        f"Sheet '{t.sheet.name}': {t.title}; headings in rows {t.header + 1} to {t.first}; "
        f"{len(t.columns)} columns used."
        for t in tables
    ]
    words += [f"Not read: {problem}." for problem in problems]
    words += _absent(tables)
    fed = tuple(t for t in TABLES if t in set(rows["table"]))
    return Reading(ID, TITLE, (release,), fed, rows, tally.read, dict(tally.aside), tuple(words))


def _absent(tables: Sequence[Table]) -> list[str]:
    """What the tables read do not hold, and how many of those we could read are not there."""
    found = {measure for table in tables for measure, _ in table.columns.values()}
    specs = [table.spec for table in tables]
    lacking = sorted({m for spec in specs for m in spec.optional} - found)
    others = [min(spec.needed) for spec in SPECS if spec not in specs]
    words = [f"Not in these tables: {', '.join(lacking)}."] if lacking else []
    if others:
        words.append(
            f"{len(others)} of the {len(SPECS)} tables that can be read are not in this file, or "
            f"not under a title we know: those with {', '.join(others)}."
        )
    return words


def _offer(tally: Tally, table: Table, release: str) -> None:
    import pandas as pd

    frame = table.sheet.below(table.first - 1)
    figures = [column for column in range(frame.shape[1]) if column not in table.keys.values()]
    codes = _codes(frame, table.keys)
    frame = frame[(codes != "") | (frame[figures].map(str.strip) != "").any(axis=1)]
    codes = codes[frame.index]
    cells = []
    for column in figures:
        measure, year = table.columns.get(column, ("", 0))
        cells.append(
            pd.DataFrame(
                {
                    "row": frame.index,
                    "column": column_letter(column),
                    "code": codes,
                    "year": str(year),
                    "table": table.spec.table,
                    "measure": measure,
                    "raw": frame[column],
                }
            )
        )
    factor = 1000 if table.spec.thousands else 1
    offer(tally, pd.concat(cells), table.sheet.name, release, factor=factor, blanks=True)


def _codes(frame: pd.DataFrame, keys: Mapping[str, int]) -> pd.Series:
    """The code of each row's area: its own, by its NHS code, or its region's."""
    import pandas as pd

    blank = pd.Series("", index=frame.index)
    code, nhs, region = (
        frame[keys[part]].str.strip() if part in keys else blank
        for part in ("code", "nhs", "region")
    )
    own = code.map(ons_code)
    named = own.where(own != "", nhs.map(by_code("nhs")).fillna(""))
    return named.where(named != "", region.map(ons_code))


def _once(tally: Tally) -> pd.DataFrame:
    """The rows with figures that two sheets give alike kept once."""
    rows = tally.rows()
    again = rows.duplicated([*KEY, "value", "status"])
    tally.put_aside("the same figure given twice", int(again.sum()))
    return rows[~again].reset_index(drop=True)


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Unit costs that cannot be a price lose their value and say why: zero, or far too high."""
    for row in rows.index[(rows["table"] == COSTS) & (rows["status"] == "")]:
        value = read_figure(str(rows.at[row, "value"])).value
        hourly = "hourly" in str(rows.at[row, "measure"])
        highest = HIGHEST_HOURLY_COST if hourly else HIGHEST_WEEKLY_COST
        if value and (float(value) == 0 or float(value) > highest):
            rows.at[row, "status"] = "invalid" if float(value) > highest else "none_reported"
            rows.at[row, "value"] = ""
    return rows


ASC_TABLES = Publication(ID, TITLE, PUBLISHER, TABLES, _look)
