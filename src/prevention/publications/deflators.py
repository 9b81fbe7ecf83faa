"""GDP deflators of HM Treasury (CSV or workbook).

Two tables stand side by side, by financial and by calendar year; the first is used. A
figure is a financial year's index, or its growth where the index is withheld: forecast
years give growth alone, which is chained to the last index. Whatever year the publisher
puts at 100, the index is put on 2022-23 = 100, as our table holds it. All other numbers
of the table (growth beside an index, money GDP, calendar years) are set aside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from prevention.publications.errors import NotRecognised
from prevention.publications.figures import plain_number, read_figure
from prevention.publications.periods import date_in
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting
from prevention.publications.wording import plain
from prevention.years import parse_year_ending

PUBLISHER = "HM Treasury"
TITLE = "GDP deflators at market prices, and money GDP"
TABLE, MEASURE, UNITED_KINGDOM = "gdp_deflator", "gdp_deflator", "K02000001"
BASE = 2023
"""Year ending whose index is 100 in our table: 2022-23."""
_GROWTH = re.compile(r"per ?cent|% change|growth|change on", re.IGNORECASE)
_BASE = re.compile(r"(\d{4}\s*[-/–]\s*\d{2,4})\s*=\s*100")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the financial-year table stands: its header row and columns, and its base year."""

    sheet: Sheet
    row: int
    year: int
    index: int
    growth: int
    base: int


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        found = _find(sheet)
        top = sheet.rows[: found.row + 1 if found else 12]
        titled = "gdp deflator" in plain(" ".join(c for row in top for c in row))
        if found and titled:
            return Sighting(1.0, read=partial(_read, book, found))
        if titled or found:
            missing = (
                "a column headed such as '2022-23 = 100' beside one of growth, by financial year"
                if titled
                else "a title that speaks of GDP deflators"
            )
            best = Sighting(0.5, (missing,))
    return best


def _find(sheet: Sheet) -> Found | None:
    """The header of the financial-year table: an index with its base, growth and years beside."""
    for row, cells in enumerate(sheet.rows[:60]):
        for column, cell in enumerate(cells):
            base = _BASE.search(cell)
            if not base:
                continue
            beside = [c for step in (1, 2, -1, -2) if 0 <= (c := column + step) < len(cells)]
            growth = next((c for c in beside if _GROWTH.search(cells[c])), None)
            others = [*range(column - 1, -1, -1), *range(column + 1, len(cells))]
            year = next((c for c in others if _years(sheet, row, c)), None)
            if growth is not None and year is not None:
                return Found(sheet, row, year, column, growth, parse_year_ending(base[1]))
    return None


def _years(sheet: Sheet, row: int, column: int) -> bool:
    """Whether financial years stand in a column below a header."""
    below = [sheet.cell(r, column) for r in range(row + 1, min(row + 6, len(sheet.rows)))]
    return any(_year(text) for text in below)


def _year(text: str) -> int | None:
    """The financial year of a row's label; a bare calendar year is not one."""
    if not re.match(r"\s*\d{4}\s*[-/–]\s*\d{2}", text):
        return None
    try:
        return parse_year_ending(text)
    except ValueError:
        return None


def _read(book: Book, found: Found) -> Reading:
    """Index by year, chained where only growth is given, on the base of our table."""
    tally, sheet = Tally(), found.sheet
    published: dict[int, tuple[int, str, Decimal]] = {}
    chained: dict[int, tuple[int, str, Decimal]] = {}
    odd: list[tuple[int, int, str]] = []
    last: tuple[int, Decimal] | None = None
    for row in range(found.row + 1, len(sheet.rows)):
        year = _year(sheet.cell(row, found.year))
        _set_rest_aside(tally, sheet, row, found, year is not None)
        if year is None:
            continue
        index = read_figure(sheet.cell(row, found.index)).value
        growth = read_figure(sheet.cell(row, found.growth)).value
        if index:
            last = (year, Decimal(index))
            published[year] = (row, sheet.cell(row, found.index), last[1])
        elif growth and last and year == last[0] + 1:
            last = (year, last[1] * (1 + Decimal(growth) / 100))
            chained[year] = (row, sheet.cell(row, found.growth), last[1])
        elif growth or sheet.cell(row, found.index):
            odd.append((row, year, sheet.cell(row, found.index) or sheet.cell(row, found.growth)))
        else:
            continue
        tally.read += 1
    releases = _releases(found)
    factor = _to_base(book, found, {**published, **chained})
    for years, column, release in (
        (published, found.index, releases[0]),
        (chained, found.growth, releases[1]),
    ):
        for year, (row, raw, chain) in years.items():
            value = _rounded(chain * factor, release is releases[1])
            _keep(tally, sheet, row, column, year, raw, value, release.key)
    for row, year, raw in odd:
        figure = read_figure(raw)
        _keep(tally, sheet, row, found.index, year, raw, figure.status or raw, releases[0].key,
              missing=bool(figure.status))  # fmt: skip
    return Reading(
        ID, TITLE, releases, (TABLE,), tally.rows(), tally.read, dict(tally.aside),
        tuple(_words(found, len(chained))),
    )  # fmt: skip


def _keep(
    tally: Tally, sheet: Sheet, row: int, column: int, year: int, raw: str, value: str,
    release: str, *, missing: bool = False,
) -> None:  # fmt: skip
    told = ("", value) if missing else (value, "")
    where = (TABLE, sheet.name, row + 1, column_letter(column))
    tally.kept.append((*where, UNITED_KINGDOM, str(year), MEASURE, raw, *told, release))


def _set_rest_aside(tally: Tally, sheet: Sheet, row: int, found: Found, used: bool) -> None:
    """Count the other numbers of a row of either table."""
    index = bool(read_figure(sheet.cell(row, found.index)).value)
    taken = {found.year, found.index} | (set() if index else {found.growth})
    own = set() if not used else taken
    count = sum(
        1
        for column, cell in enumerate(sheet.rows[row])
        if column not in own and read_figure(cell).value
    )
    tally.read += count
    tally.put_aside("growth, money GDP and calendar years, which no table of ours holds", count)


def _to_base(book: Book, found: Found, indices: dict[int, tuple[int, str, Decimal]]) -> Decimal:
    """What the published index is multiplied by to stand at 100 in 2022-23.

    Raises:
        NotRecognised: the file does not reach that year.
    """
    if found.base == BASE:
        return Decimal(1)
    if BASE not in indices:
        raise NotRecognised(
            f"{book.name} has no index for 2022-23, so its deflators cannot be put on the base of "
            "our table. Load a release that reaches 2022-23.",
            nearest=ID,
            missing=("the index of 2022-23",),
        )
    return 100 / indices[BASE][2]


def _rounded(index: Decimal, chained: bool) -> str:
    """To the digits that carry meaning: three as published, four where chained."""
    return plain_number(round(index, 4 if chained else 3))


def _releases(found: Found) -> tuple[Release, Release]:
    """The outturn and the forecast of a file, by the date it says it was last updated."""
    date = date_in(" ".join(c for row in found.sheet.rows[: found.row] for c in row))
    key = f"gdp-{date[:7]}" if date != "not recorded" else "gdp"
    return (
        Release(key, PUBLISHER, TITLE, f"GDP deflators, {date[:7]}: outturn", date),
        Release(f"{key}-forecast", PUBLISHER, TITLE,
                f"GDP deflators, {date[:7]}: growth forecast, chained", date),
    )  # fmt: skip


def _words(found: Found, chained: int) -> list[str]:
    words = [
        f"Sheet '{found.sheet.name}': header in row {found.row + 1}; years in column "
        f"{column_letter(found.year)}, index in {column_letter(found.index)}, growth in "
        f"{column_letter(found.growth)}."
    ]
    if chained:
        words.append(f"{chained} forecast years give growth alone; it is chained to the index.")
    if found.base != BASE:
        words.append(f"Published with {found.base - 1}-{found.base % 100} = 100; put on 2022-23.")
    return words


ID = "hmt_gdp_deflators"
GDP_DEFLATORS = Publication(ID, TITLE, PUBLISHER, (TABLE,), _look)
