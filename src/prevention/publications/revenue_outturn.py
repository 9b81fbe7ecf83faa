"""Revenue outturn RO3 of the housing ministry: social care and public health, by council.

The sheet with one column for each line and kind of amount is found by its headings, in one
row ("line - Net Current Expenditure (C7 = C3 - C6)") or in two (lines above, kinds below).
Amounts are thousands of pounds and become pounds. One figure is a cell of an amount; lines
we do not hold, class totals, the second header and hidden codes are counted and set aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.offering import offer
from prevention.publications.periods import date_in, the_year
from prevention.publications.places import by_code, ons_code
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import close, in_doubt, match, perhaps, plain, role

if TYPE_CHECKING:
    import pandas as pd

ID = "mhclg_ro3"
PUBLISHER = "Ministry of Housing, Communities and Local Government"
TITLE = "Revenue outturn RO3: social care and public health"
CHILDREN, ADULTS = "revenue_outturn_children", "revenue_outturn_adults"
ROLES = (
    role("mhclg", "E-code", "Ecode", "E code", "LA code", "LGF code", required=False),
    role("code", "ONS Code", "ONS code", "ONS area code", "ONSCode", required=False),
    role("name", "Local authority", "Local authority name", "LA name", "Authority"),
    role("notes", "Notes", required=False),
    role("class", "Class", "LA class", required=False),
    role("detailed", "Detailed Class", "Sub class", "Subclass", required=False),
    role("certified", "Certification", "Certified", required=False),
)
_KINDS: tuple[tuple[str, str], ...] = (
    (r"total expenditure", "gross"),
    (r"net current expenditure", "net"),
)
_CHILDREN: tuple[tuple[str, str], ...] = (
    (r"children looked after", "looked_after_total"),
    (r"children looked after of which residential care", "residential"),
    (r"children looked after of which fostering(?: services)?", "fostering"),
    (r"children looked after of which asylum seeking children(?: who are looked after)?", "asylum"),
    (r"children looked after of which other", "other_looked_after"),
    (r"safeguarding children and young peoples? services", "safeguarding"),
    (r"family support services", "family_support"),
    (r"youth justice", "youth_justice"),
)
_AGED = r"(?P<age>adults 18 64|older people 65\+)"
_ADULTS: tuple[tuple[str, str], ...] = (
    (rf"physical support {_AGED}", "physical_support"),
    (rf"sensory support {_AGED}", "sensory_support"),
    (rf"support with memory and cognition {_AGED}", "memory_and_cognition"),
    (rf"learning disability support {_AGED}", "learning_disability"),
    (rf"mental health support {_AGED}", "mental_health"),
    (r"total adult social care", "adult_social_care_total"),
    (r"assistive equipment and technology", "equipment_and_technology"),
    (r"(?:social )?care assessment and safeguarding|social care activities",
     "assessment_and_safeguarding"),
    (r"information and early intervention", "information_and_early_intervention"),
    (r"commissioning(?: strategy and (?:admin(?:istration)? support|administration)"
     r"| and service delivery)", "commissioning_and_administration"),
    (r"social support support (?:for|to) carers?", "carers"),
    (r"social support (?:support for )?social isolation(?: other)?", "social_isolation"),
    (r"social support substance misuse support", "substance_misuse"),
    (r"social support asylum seekers? support", "asylum_seekers"),
)  # fmt: skip
_NEEDED = {"looked_after_total_gross", "looked_after_total_net", "adult_social_care_total"}


@dataclass(frozen=True, slots=True)
class Found:
    """The sheet of councils: header row, key columns, and table and measure by column."""

    sheet: Sheet
    header: int
    keys: Mapping[str, int]
    amounts: Mapping[int, str]
    measures: Mapping[int, tuple[str, str]]


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        for row in range(min(len(sheet.rows), 60)):
            keys = match(sheet.rows[row], ROLES)
            coded = {"mhclg", "code"} & set(keys.columns)
            if coded and "name" in keys.columns and len(sheet.rows[row]) > 20:
                sighted = _sighted(book, sheet, row, keys.columns)
                if sighted.read:
                    return sighted
                best = max(best, sighted, key=lambda s: s.share)
            elif "detailed" in keys.columns:
                where = f"row {row + 1} of sheet '{sheet.name}'"
                lacking = keys if coded else replace(keys, missing=(*keys.missing, ROLES[1]))
                sighted = incomplete(lacking, sheet.rows[row], where)
                best = max(best, sighted, key=lambda s: s.share)
    return best


def _sighted(book: Book, sheet: Sheet, row: int, keys: Mapping[str, int]) -> Sighting:
    """Whether the amounts of a sheet are those of RO3, each line in one column."""
    amounts = _headings(sheet, row, set(keys.values()))
    if not any(_parts(heading)[1] for heading in amounts.values()):
        return NOTHING
    measures: dict[int, tuple[str, str]] = {}
    for column, heading in amounts.items():
        named = _measure(heading)
        if named:
            measures[column] = named
    found = Counter(measures.values())
    missing = [
        f"a column for {name}{_nearest(name, amounts)}"
        for name in sorted(_NEEDED - {measure for _, measure in found})
    ]
    twice = [f"one column alone for {m} ({t})" for (t, m), times in found.items() if times > 1]
    if missing or twice:
        return Sighting(0.9 - 0.1 * len(missing), (*missing, *twice))
    measures |= _doubtful(amounts, measures)
    return Sighting(1.0, read=partial(_read, book, Found(sheet, row, keys, amounts, measures)))


def _headings(sheet: Sheet, row: int, keys: Set[int]) -> dict[int, str]:
    """Line and kind of amount over each column, from one row of headings or more.

    Where kinds stand alone, the lines are in the row or two above that make most sense of them.
    """
    own = {c: t for c, t in enumerate(sheet.rows[row]) if c not in keys and t.strip()}
    if not any(_parts(text) == ("", kind) for text in own.values() for _, kind in _KINDS):
        return own
    above = [[row - 1], [row - 2], [row - 3], [row - 2, row - 1]]
    choices = [_under(sheet, rows, own) for rows in above if min(rows) >= 0]
    return max(choices, key=lambda found: len(set(map(_measure, found.values()))), default=own)


def _under(sheet: Sheet, rows: Sequence[int], own: Mapping[int, str]) -> dict[int, str]:
    """Kinds of amount with the wording of rows above, each over the columns to its right.

    The wording of a lower row never runs on past the edge of the one above it.
    """
    width = max(own) + 1
    lines = [""] * width
    for row in rows:
        cells = [*sheet.filled(row), *[""] * width]
        text, above = "", lines
        lines = []
        for column in range(width):
            same = column > 0 and above[column] == above[column - 1]
            text = cells[column].strip() or (text if same else "")
            lines.append(f"{above[column]}{text} - " if text else above[column])
    return {column: lines[column] + kind for column, kind in own.items()}


def _parts(heading: str) -> tuple[str, str]:
    """Line and kind of amount of a heading, without sums and numbers; kinds we hold only.

    A spreadsheet's table gives headings that are alike a number each, at their end.

    >>> _parts("TOTAL ADULT SOCIAL CARE [note 2] - Net Current Expenditure (C7 = C3 - C6)")
    ('total adult social care', 'net')
    >>> _parts("Total Expenditure (C3 = C1 + C2)53")
    ('', 'gross')
    """
    bare = re.sub(r"\(C\d[^)]*\)|\(?total of lines[^)]*\)?", "", heading, flags=re.IGNORECASE)
    text = re.sub(r"^\d{1,4} | \d{1,3}$", "", plain(bare))
    for wording, kind in _KINDS:
        if text.endswith(wording):
            return text.removesuffix(wording).strip(), kind
    return text, ""


def _measure(heading: str) -> tuple[str, str] | None:
    """Our table and measure for a heading; None for lines and kinds we do not hold."""
    line, amount = _parts(heading)
    if not amount:
        return None
    childrens = re.sub(r"^childrens? social care ", "", line)
    for wording, name in _CHILDREN:
        if re.fullmatch(wording, childrens):
            return CHILDREN, f"{name}_{amount}"
    for wording, name in _ADULTS:
        found = re.fullmatch(wording, re.sub(r"^adult social care ", "", line))
        if found and amount == "net":
            age = found.groupdict().get("age") or ""
            band = "_18_64" if age.startswith("adults") else "_65_plus" if age else ""
            return ADULTS, f"{name}{band}"
    return None


def _nearest(name: str, amounts: Mapping[int, str]) -> str:
    near = close(name.replace("_", " "), [_parts(h)[0] for h in amounts.values()])
    return f" (the nearest is '{near}')" if near else ""


def _every() -> dict[str, str]:
    """The table of each measure that a release may hold."""
    children = {f"{name}_{kind}": CHILDREN for _, name in _CHILDREN for _, kind in _KINDS}
    adults = {
        f"{name}{band}": ADULTS
        for wording, name in _ADULTS
        for band in (("_18_64", "_65_plus") if "<age>" in wording else ("",))
    }
    return children | adults


def _doubtful(
    amounts: Mapping[int, str], measures: Mapping[int, tuple[str, str]]
) -> dict[int, tuple[str, str]]:
    """Columns that may be of a line we hold and did not find: renamed, or another one."""
    found = {measure for _, measure in measures.values()}
    doubtful = {}
    for _, kind in _KINDS:
        absent = {
            measure: table
            for measure, table in _every().items()
            if measure not in found
            and ((table == ADULTS and kind == "net") or measure.endswith(kind))
        }
        left = {c: h for c, h in amounts.items() if c not in measures and _parts(h)[1] == kind}
        guesses = perhaps(absent, [_parts(heading)[0] for heading in left.values()])
        for column, heading in left.items():
            measure = guesses.get(_parts(heading)[0])
            if measure:
                doubtful[column] = (absent[measure], in_doubt(heading, measure))
    return doubtful


def _read(book: Book, found: Found) -> Reading:
    """Every amount of every council in pounds; all other amounts counted."""
    import pandas as pd

    sheet = found.sheet
    title = " ".join(c for row in sheet.rows[: found.header] for c in row if c)
    year = the_year(book.name, title, sheet.name, book.name)
    _check_unit(book, sheet, title)
    frame = sheet.below(found.header)
    frame = frame[(frame != "").any(axis=1)]
    codes = _codes(frame, found.keys)
    header_again = frame[found.keys["name"]].map(plain) == plain(
        sheet.cell(found.header, found.keys["name"])
    )
    tally = Tally()
    repeated = int((frame[header_again][list(found.amounts)] != "").sum().sum())
    tally.read += repeated
    tally.put_aside("a row that repeats the headings", repeated)
    frame, codes = frame[~header_again], codes[~header_again]
    date = date_in(" ".join([title, book.opening_words()]))
    key = f"ro3-{year}"
    span = f"{year - 1}-{year % 100:02d}"
    release = Release(key, PUBLISHER, TITLE, f"Revenue outturn RO3, {span}", date)
    cells = [
        pd.DataFrame(
            {
                "row": frame.index,
                "column": column_letter(column),
                "code": codes,
                "year": str(year),
                "table": found.measures.get(column, ("", ""))[0],
                "measure": found.measures.get(column, ("", ""))[1],
                "raw": frame[column],
            }
        )
        for column in found.amounts
    ]
    offer(tally, pd.concat(cells), sheet.name, key, factor=1000)
    for other in book.sheets:
        if other is not sheet:
            tally.skip(other, f"sheet '{other.name}' feeds no table of ours")
    return Reading(
        ID, TITLE, (release,), (CHILDREN, ADULTS), tally.rows(), tally.read, dict(tally.aside),
        tuple(_words(found, frame, codes, year)),
    )  # fmt: skip


def _check_unit(book: Book, sheet: Sheet, title: str) -> None:
    """The publisher must say that amounts are thousands: a factor of 1000 is never guessed.

    Raises:
        NotRecognised: neither the sheet nor the rest of the workbook says so.
    """
    thousand = re.compile(r"£\s*(?:thousands?|000|k\b)|thousands? of pounds", re.IGNORECASE)
    if not thousand.search(title) and not thousand.search(book.opening_words()):
        raise NotRecognised(
            f"{book.name}, sheet '{sheet.name}': it does not say that amounts are in £ thousand, "
            "as this publication does. Load the file as it was published.",
            nearest=ID,
            missing=("the unit",),
        )


def _codes(frame: pd.DataFrame, keys: Mapping[str, int]) -> pd.Series:
    """The code of each body: nine characters where given, else by the ministry's own code."""
    own = frame[keys["mhclg" if "mhclg" in keys else "code"]]
    by_mhclg = own.str.strip().map(by_code("mhclg")).fillna("")
    if "code" not in keys:
        return by_mhclg
    given = frame[keys["code"]].str.strip()
    # Bodies without an ONS code have the ministry's own in its place.
    code = given.map(lambda text: ons_code(text) or re.sub(r"^E\d{4}$", "", text))
    return code.where(code != "", by_mhclg)


def _words(found: Found, frame: pd.DataFrame, codes: pd.Series, year: int) -> Sequence[str]:
    held = {measure for _, measure in found.measures.values()}
    absent = [measure for measure in _every() if measure not in held]
    words = [
        f"Sheet '{found.sheet.name}': headings in row {found.header + 1}; year ending {year}; "
        f"{len(found.measures)} of {len(found.amounts)} columns of amounts used, £ thousand into £."
    ]
    if "certified" in found.keys:
        said = frame[found.keys["certified"]].str.strip().str.upper()
        uncertified = int((said[codes.str.fullmatch(r"E(?:06|08|09|10)\d{6}")] == "N").sum())
        words.append(f"{uncertified} councils' returns are not certified.")
    if absent:
        words.append(f"Lines not in this release: {', '.join(absent)}.")
    return words


RO3 = Publication(ID, TITLE, PUBLISHER, (CHILDREN, ADULTS), _look)
