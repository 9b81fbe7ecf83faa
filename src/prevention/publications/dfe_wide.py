"""Children looked after in the wide layout of the Department for Education, to 2019 (CSV).

One row is an area, one column a count of children: those looked after on 31 March, starting
or ceasing, their rates and the population, mostly with the year in the column's name, and
placements on 31 March of the file's latest year. Each release has a file for each flow.
Columns that feed no table are counted and set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from prevention.publications.dfe import PUBLISHER, cells_of, count_unused
from prevention.publications.dfe_areas import AREA, CODE, area_codes
from prevention.publications.errors import NotRecognised
from prevention.publications.offering import offer
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import match, plain

ID = "dfe_looked_after_to_2019"
TITLE = "Children looked after in England: underlying data to 2019"
LOOKED_AFTER, PLACEMENTS = "looked_after", "placements"
_YEAR = r"(?P<year>20\d\d)"
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    (rf"(?:cla mar|martotal) ?{_YEAR}", LOOKED_AFTER, "looked_after_31_march"),
    (rf"(?:cla started|startedtotal)(?: ?{_YEAR})?", LOOKED_AFTER, "looked_after_started"),
    (rf"(?:cla ceased?|ceasedtotal)(?: ?{_YEAR})?", LOOKED_AFTER, "looked_after_ceased"),
    (rf"cla rate ?{_YEAR}", LOOKED_AFTER, "looked_after_31_march_rate"),
    (rf"started cla rate ?{_YEAR}", LOOKED_AFTER, "looked_after_started_rate"),
    (rf"ceased cla rate ?{_YEAR}", LOOKED_AFTER, "looked_after_ceased_rate"),
    (rf"cla pop ?{_YEAR}", LOOKED_AFTER, "population_0_17_used_by_dfe"),
    (r"mid(?P<mid>20\d\d)pop0 17", LOOKED_AFTER, "population_0_17_used_by_dfe"),
    (r"cla fost", PLACEMENTS, "foster"),
    (r"cla adopt", PLACEMENTS, "placed_for_adoption"),
    (r"cla parent", PLACEMENTS, "with_parents"),
    (r"cla ocom", PLACEMENTS, "other_community_to_2017"),
    (r"cla secure", PLACEMENTS, "secure_homes_and_hostels_to_2017"),
    (r"cla ores", PLACEMENTS, "other_residential"),
    (r"cla rsch", PLACEMENTS, "residential_schools"),
    (r"cla ownp", PLACEMENTS, "provider_own_council"),
    (r"cla priv", PLACEMENTS, "provider_private"),
    (r"cla vol", PLACEMENTS, "provider_voluntary"),
    (rf"cla uasc(?: ?{_YEAR})?", PLACEMENTS, "unaccompanied_asylum_seeking"),
)
"""Names of columns in releases from 2010 to 2019, and the table and measure of each."""
_FLOWS = {measure for _, _, measure in _COLUMNS[:3]}


def _named(header: Sequence[str]) -> dict[int, tuple[str, str, int]]:
    """Table, measure and year of each column that we hold; year 0 where its name gives none."""
    named = {}
    for column, heading in enumerate(header):
        for pattern, table, measure in _COLUMNS:
            found = re.fullmatch(pattern, plain(heading))
            if found:
                parts = found.groupdict()
                # The middle of one year lies in the financial year that ends in the next.
                year = int(parts.get("year") or 0) or int(parts.get("mid") or -1) + 1
                named[column] = (table, measure, year)
    return named


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        for row, header in enumerate(sheet.rows[:40]):
            named = _named(header)
            if not _FLOWS & {measure for _, measure, _ in named.values()}:
                continue
            areas = match(header, AREA)
            if {"new", "old"} & set(areas.columns) and "level" in areas.columns:
                return Sighting(1.0, read=partial(_read, book, sheet, row, areas.columns, named))
            where = f"row {row + 1} of {sheet.name}"
            best = incomplete(match(header, (AREA[0], CODE)), header, where)
    return best


def _read(
    book: Book,
    sheet: Sheet,
    row: int,
    areas: Mapping[str, int],
    named: Mapping[int, tuple[str, str, int]],
) -> Reading:
    """Offer every column we hold, under the year of its name or else of the file."""
    tally, header = Tally(), sheet.rows[row]
    frame = tally.without_headings(sheet.below(row), header, len(named))
    frame = frame[(frame != "").any(axis=1)]
    codes = area_codes(frame, areas, sheet.name)
    named, misprint = _with_years(book, named)
    latest = max(year for _, _, year in named.values())
    release = Release(f"cla-{latest}", PUBLISHER, TITLE, f"{TITLE}, reporting year {latest}")
    for column, (table, measure, year) in named.items():
        years = frame[column].map(lambda _, y=year: str(y))
        cells = cells_of(frame, column, codes, years).assign(table=table, measure=measure)
        offer(tally, cells, sheet.name, release.key)
    order = {c for c, text in enumerate(header) if plain(text) == "la order"}
    count_unused(tally, frame, header, {*named, *areas.values(), *order})
    rows = tally.rows()
    fed = tuple(table for table in (LOOKED_AFTER, PLACEMENTS) if table in set(rows["table"]))
    span = sorted({year for _, _, year in named.values()})
    words = (
        f"{book.name}: header in row {row + 1}; {len(named)} columns used, of the years ending "
        f"{', '.join(map(str, span))}.",
        *misprint,
    )
    return Reading(ID, TITLE, (release,), fed, rows, tally.read, dict(tally.aside), words)


def _with_years(
    book: Book, named: Mapping[int, tuple[str, str, int]]
) -> tuple[dict[int, tuple[str, str, int]], tuple[str, ...]]:
    """The columns, each with a year: its own, else the latest of the others or the file's.

    A file of one year alone is of the year that the department named it after (ADM2015). Where
    its columns name another, that is a misprint: there is one in the release of 2015.

    Raises:
        NotRecognised: neither columns nor name say one year, or they disagree.
    """
    own = {year for _, _, year in named.values() if year}
    given = set(re.findall(r"(?<!\d)20\d\d(?!\d)", book.name))
    year = max(own, default=0) or (int(given.pop()) if len(given) == 1 else 0)
    if not year:
        raise NotRecognised(
            f"{book.name} does not say which year its figures are of: neither do its columns. Put "
            "the year it ends in into the file's name, such as CEA2016, and load it again.",
            nearest=ID,
            missing=("the year",),
        )
    if len(own) != 1 or not given or str(year) in given:
        return {c: (t, m, y or year) for c, (t, m, y) in named.items()}, ()
    title = re.search(r"(?:ADM|CLA|CEA)_?(20\d\d)(?!\d)", book.name, re.IGNORECASE)
    if not title:
        raise NotRecognised(
            f"{book.name}: its columns are of {year}, its name is of {', '.join(sorted(given))}. "
            "Give the file the year of its figures and load it again.",
            nearest=ID,
            missing=("the year",),
        )
    said = f"Columns named after {year} are taken for {title[1]}, the year of the release."
    return {c: (t, m, int(title[1])) for c, (t, m, _) in named.items()}, (said,)


LOOKED_AFTER_TO_2019 = Publication(ID, TITLE, PUBLISHER, (LOOKED_AFTER, PLACEMENTS), _look)
