"""Mid-year population estimates of the Office for National Statistics (workbook or CSV).

The table of persons by single year of age is found by its columns, on whichever sheet and
row it stands; those of females or males alone are set aside. One figure is an area and an
age band of our table, added up from single years of age.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.figures import read_figure
from prevention.publications.offering import offer
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import find_header, plain, role

if TYPE_CHECKING:
    import pandas as pd

ID, PUBLISHER, TITLE = "ons_mid_year", "Office for National Statistics", "Population estimates"
TABLE = "population_adults"
ROLES = (
    role("code", "Code", "Area code", "ONS code", "Geography code", "ladcode", "LA code"),
    role("name", "Name", "Area name", "Geography name", "LA name"),
    role("total", "All ages", "All persons", "Total", "All Ages Total"),
)
BANDS: Mapping[str, tuple[int, int | None]] = {
    "population_0_17": (0, 17),
    "population_18_64": (18, 64),
    "population_65_plus": (65, None),
    "population_75_plus": (75, None),
    "population_85_plus": (85, None),
}
_AGE = re.compile(r"(?:ages? |aged )?(\d{1,3})(?: ?\+| and over| plus| years?)?")
_TOLERANCE = Decimal("0.01")
"""Share by which single ages may miss the total: estimates of some years were rounded."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table of persons: its sheet, header row, columns by part, and by single year of age."""

    sheet: Sheet
    row: int
    columns: Mapping[str, int]
    ages: Mapping[int, int]


def _look(book: Book) -> Sighting:
    best, found = NOTHING, []
    for sheet in book.sheets:
        row, match = find_header(sheet.rows, ROLES)
        ages = _ages(sheet.rows[row]) if sheet.rows else {}
        if len(ages) < 20:
            continue
        if not match.complete:
            sighted = incomplete(match, sheet.rows[row], f"row {row + 1} of sheet '{sheet.name}'")
            best = max(best, sighted, key=lambda s: s.share)
        elif _is_persons(sheet, row):
            found.append(Found(sheet, row, match.columns, ages))
    if len(found) == 1:
        return Sighting(1.0, read=partial(_read, book, found[0]))
    if found:
        sheets = ", ".join(f"'{f.sheet.name}'" for f in found)
        return Sighting(
            0.9, (f"one sheet of persons by single year of age: {sheets} all could be",)
        )
    return best


def _ages(header: Sequence[str]) -> dict[int, int]:
    """Column by single year of age; an age named twice is left to be missed."""
    ages: dict[int, int] = {}
    twice = set()
    for column, heading in enumerate(header):
        age = _AGE.fullmatch(plain(heading))
        if age:
            twice |= {int(age[1])} & set(ages)
            ages[int(age[1])] = column
    return {age: column for age, column in ages.items() if age not in twice}


def _is_persons(sheet: Sheet, header: int) -> bool:
    """Whether a sheet counts everyone: the first words to name a sex say, or to name persons."""
    above = [plain(" ".join(row[:3])) for row in sheet.rows[:header]]
    for words in (plain(sheet.name), *above):
        if re.search(r"\bpersons\b|\bpeople\b|^all$", words):
            return True
        if re.search(r"\bfemales?\b|\bmales?\b|\bwomen\b|\bmen\b", words):
            return False
    return True


def _read(book: Book, found: Found) -> Reading:
    """Age bands of every area; the estimate of 30 June stands in the financial year around it."""
    import pandas as pd

    top = max(found.ages)
    lacking = [age for age in range(top + 1) if age not in found.ages]
    if lacking or top < 85:
        what = f"age {lacking[0]}" if lacking else "ages up to 85 and over"
        raise NotRecognised(
            f"{book.name}, sheet '{found.sheet.name}': there is no one column for {what}.",
            nearest=ID,
            missing=(f"column '{what}'",),
        )
    mid_year = _mid_year(book, found)
    tally, header = Tally(), found.sheet.rows[found.row]
    whole = tally.without_headings(found.sheet.below(found.row), header, len(BANDS) + 1)
    amounts = whole[[found.columns["total"], *found.ages.values()]]
    named = (whole[found.columns["code"]].str.strip() != "") & (amounts != "").any(axis=1)
    frame = whole[named]
    figures = frame[[found.columns["total"], *found.ages.values()]].map(_number)
    _check_totals(book, found, figures)
    revised = re.search(r"\brevised\b|\brebased\b", plain(_title(found)))
    key = f"mye-{mid_year}-{'revised' if revised else 'first'}"
    state = "revised" if revised else "as first published"
    release = Release(key, PUBLISHER, TITLE, f"Mid-{mid_year} population estimates, {state}")
    cells = [_total(frame, found)]
    for measure, (low, high) in BANDS.items():
        columns = [found.ages[age] for age in range(low, (top if high is None else high) + 1)]
        band = "and over" if high is None else f"to {high}"
        cells.append(_cells(frame, found, measure, f"ages {low} {band}", _sums(figures[columns])))
    offer(
        tally,
        pd.concat(cells).assign(year=str(mid_year + 1), table=TABLE),
        found.sheet.name,
        release.key,
    )
    _count_nobodys(tally, whole[~named], found)
    for sheet in book.sheets:
        if sheet is not found.sheet:
            tally.skip(sheet, f"sheet '{sheet.name}' feeds no table of ours")
    words = (
        f"Sheet '{found.sheet.name}': header in row {found.row + 1}; single ages 0 to {top} added "
        f"up into bands; 30 June {mid_year} stands in the financial year ending {mid_year + 1}.",
    )
    return Reading(
        ID, TITLE, (release,), (TABLE,), tally.rows(), tally.read, dict(tally.aside), words
    )


def _count_nobodys(tally: Tally, rows: pd.DataFrame, found: Found) -> None:
    """Count the totals of rows that give no code: notes and sums below the table."""
    count = sum(1 for text in rows[found.columns["total"]] if _number(text) is not None)
    tally.read += count
    tally.put_aside("a row without an area's code", count)


def _title(found: Found) -> str:
    return " ".join(c for row in found.sheet.rows[: found.row] for c in row[:3])


def _mid_year(book: Book, found: Found) -> int:
    """The year of the estimate: as the sheet's title says, or the cover, or the file's name.

    Raises:
        NotRecognised: none of them names one year alone.
    """
    cover = " ".join(c for s in book.sheets[:3] for row in s.rows[:12] for c in row[:2])
    name = re.sub(r"(?i)mye?(\d\d)(?!\d)", r"mid-20\1", book.name)
    for text in (_title(found), found.sheet.name, name, cover):
        years = {int(y) for y in re.findall(r"(?i)mid[-_ ]?(?:year[-_ ]?)?(20\d\d)", text)}
        if len(years) == 1:
            return years.pop()
    raise NotRecognised(
        f"{book.name} does not say of which mid-year its estimates are. Put it in the file's "
        "name, such as mid-2023, and load it again.",
        nearest=ID,
        missing=("the mid-year",),
    )


def _number(text: str) -> Decimal | None:
    value = read_figure(text).value
    return Decimal(value) if value else None


def _check_totals(book: Book, found: Found, figures: pd.DataFrame) -> None:
    """Single ages must add up to the published total: else columns are not what they say."""
    for row, values in zip(figures.index, figures.itertuples(index=False), strict=True):
        total, ages = values[0], values[1:]
        if total is None or None in ages:
            continue
        if abs(sum(ages, Decimal(0)) - total) > _TOLERANCE * total:
            raise NotRecognised(
                f"{book.name}, sheet '{found.sheet.name}', row {row}: the single ages add up to "
                f"{sum(ages):,}, not to the {total:,} in the column of all ages. Load the file as "
                "it was published.",
                nearest=ID,
            )


def _sums(columns: pd.DataFrame) -> list[str]:
    """The sum of each row as text; a row with a mark among its ages has none."""
    return [
        "x" if None in row else str(sum(row, Decimal(0))) for row in columns.itertuples(index=False)
    ]


def _cells(
    frame: pd.DataFrame, found: Found, measure: str, column: str, raw: Sequence[str]
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "row": frame.index,
            "column": column,
            "code": frame[found.columns["code"]].str.strip(),
            "measure": measure,
            "raw": list(raw),
        }
    )


def _total(frame: pd.DataFrame, found: Found) -> pd.DataFrame:
    return _cells(
        frame, found, "population_total", "all ages", frame[found.columns["total"]].tolist()
    )


MID_YEAR = Publication(ID, TITLE, PUBLISHER, (TABLE,), _look)
