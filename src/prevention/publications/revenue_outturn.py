"""Revenue outturn RO3 of the housing ministry: social care and public health, by council.

The sheet with one column for each line and kind of amount is found by its headings, in one
row ("line - Net Current Expenditure (C7 = C3 - C6)") or in two (lines above, kinds below).
Amounts are thousands of pounds and become pounds. One figure is a cell of an amount; lines
we do not hold, class totals, the second header and hidden codes are counted and set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.errors import NotRecognised
from prevention.publications.offering import offer
from prevention.publications.periods import date_in, the_year
from prevention.publications.places import by_code, ons_code
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import close, match, plain, role

if TYPE_CHECKING:
    import pandas as pd

ID = "mhclg_ro3"
PUBLISHER = "Ministry of Housing, Communities and Local Government"
TITLE = "Revenue outturn RO3: social care and public health"
CHILDREN, ADULTS = "revenue_outturn_children", "revenue_outturn_adults"
ROLES = (
    role("mhclg", "E-code", "Ecode", "E code", "LA code", "LGF code"),
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
        for row in range(min(len(sheet.rows), 40)):
            keys = match(sheet.rows[row], ROLES)
            if {"mhclg", "name"} <= set(keys.columns) and len(sheet.rows[row]) > 20:
                return _sighted(book, sheet, row, keys.columns)
            if "mhclg" in keys.columns or "detailed" in keys.columns:
                where = f"row {row + 1} of sheet '{sheet.name}'"
                best = max(best, incomplete(keys, sheet.rows[row], where), key=lambda s: s.share)
    return best


def _sighted(book: Book, sheet: Sheet, row: int, keys: Mapping[str, int]) -> Sighting:
    """Whether the amounts of a sheet are those of RO3, each line in one column."""
    amounts = _headings(sheet, row, max(keys.values()))
    measures: dict[int, tuple[str, str]] = {}
    for column, heading in amounts.items():
        named = _measure(heading)
        if named:
            measures[column] = named
    found = [measure for _, measure in measures.values()]
    twice = sorted({f"{m} ({t})" for t, m in measures.values() if found.count(m) > 1 and
                    list(measures.values()).count((t, m)) > 1})  # fmt: skip
    missing = [
        f"a column for {name}{_nearest(name, amounts)}" for name in sorted(_NEEDED - {*found})
    ]
    if missing or twice:
        doubt = [f"one column alone for {name}" for name in twice]
        share = len(_NEEDED & {*found}) / len(_NEEDED) * 0.9
        return Sighting(share, (*missing, *doubt))
    renamed = _renamed(amounts, measures)
    if renamed:
        return Sighting(0.9, renamed)
    return Sighting(1.0, read=partial(_read, book, Found(sheet, row, keys, amounts, measures)))


def _headings(sheet: Sheet, row: int, last_key: int) -> dict[int, str]:
    """Line and kind of amount over each column, from one row of headings or two."""
    own = sheet.rows[row]
    above: list[str] = []
    if row and not any(" - " in cell for cell in own[last_key + 1 :]):
        text, spread = "", sheet.filled(row - 1)
        for column in range(len(own)):
            text = (spread[column].strip() if column < len(spread) else "") or text
            above.append(text)
    return {
        column: f"{above[column]} - {own[column]}" if above else own[column]
        for column in range(last_key + 1, len(own))
        if own[column].strip()
    }


def _parts(heading: str) -> tuple[str, str]:
    """Line and kind of amount of a heading, without the sums in brackets.

    >>> _parts("TOTAL ADULT SOCIAL CARE [note 2] - Net Current Expenditure (C7 = C3 - C6)")
    ('total adult social care', 'net current expenditure')
    """
    bare = re.sub(r"\(C\d[^)]*\)", "", heading)
    line, _, kind = bare.rpartition(" - ")
    return plain(line), plain(kind)


def _measure(heading: str) -> tuple[str, str] | None:
    """Our table and measure for a heading; None for lines and kinds we do not hold."""
    line, kind = _parts(heading)
    amount = next((name for wording, name in _KINDS if re.fullmatch(wording, kind)), "")
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


def _renamed(
    amounts: Mapping[int, str], measures: Mapping[int, tuple[str, str]]
) -> tuple[str, ...]:
    """Lines of net expenditure that nearly, but not quite, are one we hold and did not find."""
    held = {m for t, m in measures.values()}
    stems = {n: [m for m in held if m.startswith(n)] for _, n in (*_CHILDREN, *_ADULTS)}
    absent = [name for name, found in stems.items() if not found]
    others = {
        _parts(heading)[0]
        for column, heading in amounts.items()
        if column not in measures and _parts(heading)[1].startswith("net current")
    }
    near = {name: close(name.replace("_", " "), others) for name in absent}
    return tuple(
        f"a line worded like '{name.replace('_', ' ')}' (the nearest is '{line}')"
        for name, line in near.items()
        if line and _alike(name, line)
    )


def _alike(name: str, line: str) -> bool:
    """Whether a line has most words of a measure's name: then it may be the same, renamed."""
    words = set(name.split("_")) - {"and", "total", "other"}
    return bool(words) and len(words & set(line.split())) >= max(2, len(words) - 1)


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
    header_again = frame[found.keys["mhclg"]].map(plain) == plain(
        sheet.cell(found.header, found.keys["mhclg"])
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
    by_mhclg = frame[keys["mhclg"]].str.strip().map(by_code("mhclg")).fillna("")
    if "code" not in keys:
        return by_mhclg
    given = frame[keys["code"]].str.strip()
    # Bodies without an ONS code have the ministry's own in its place.
    code = given.map(lambda text: ons_code(text) or re.sub(r"^E\d{4}$", "", text))
    return code.where(code != "", by_mhclg)


def _words(found: Found, frame: pd.DataFrame, codes: pd.Series, year: int) -> Sequence[str]:
    held = {measure for _, measure in found.measures.values()}
    absent = [n for _, n in (*_CHILDREN, *_ADULTS) if not any(m.startswith(n) for m in held)]
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
