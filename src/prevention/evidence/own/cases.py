"""A council's case records: one row a person, from referral to outcome.

Read, judged and handed on as dates alone. Nothing of it is stored, and a row is spoken of by
its number. A case reference serves to find a row entered twice and is then forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from prevention.evidence.breaches import Breach
from prevention.evidence.own.headings import Found, best_header, rows_below
from prevention.evidence.own.periods import parse_day
from prevention.evidence.own.words import folded, identifies_somebody, names_a_person
from prevention.learning.cohort import Case, Group
from prevention.publications import NotRecognised
from prevention.publications.opening import open_file
from prevention.years import day_label

CASES = "council_cases"
NOT_LOADED = (
    "Case records are not loaded: nothing of a person is stored. Learn from them with: "
    "prevention learn FILE --programme ID"
)
ELSEWHERE = "rows of another programme"
"""Why rows are set aside that are no case of the programme wanted."""
_EARLIEST = dt.date(2000, 1, 1)
_MOST_SHOWN = 40
_GROUPS: Mapping[str, Group] = {
    **dict.fromkeys(
        ("programme", "program", "intervention", "treatment", "treated", "yes", "y", "1"),
        "programme",
    ),
    **dict.fromkeys(
        ("comparison", "comparator", "control", "matched", "matched comparison", "usual service",
         "business as usual", "no", "n", "0"),
        "comparison",
    ),
}  # fmt: skip
_DATES: Mapping[str, str] = {
    "start": "referral date",
    "outcome": "outcome date",
    "left": "closing date",
}
COLUMN_NAMES: Mapping[str, str] = {
    **_DATES,
    "scheme": "programme",
    "group": "group",
    "reference": "case reference",
}
"""What each column is, in words."""


@dataclass(frozen=True)
class CaseFile:
    """Case records read. rows_read = rows_used + rows_refused, always.

    as_at: the day up to which people were followed. set_aside: rows that are no case, or a
    case of a later day, by reason (counts).
    """

    name: str
    as_at: dt.date
    cases: tuple[Case, ...]
    rows_refused: int
    breaches: tuple[Breach, ...]
    set_aside: Mapping[str, int]
    recognised: tuple[str, ...]

    @property
    def rows_used(self) -> int:
        """Rows learned from (count)."""
        return len(self.cases)

    def without_values(self) -> CaseFile:
        """The same with nothing of a refused row but its number, column and rule."""
        return replace(self, breaches=tuple(replace(each, value="") for each in self.breaches))

    @property
    def rows_read(self) -> int:
        """Rows of cases in the file (count)."""
        return self.rows_used + self.rows_refused


@dataclass
class _Row:
    """One row: the dates that could be read, and what is wrong with it."""

    number: int
    dates: dict[str, dt.date | None] = field(default_factory=dict)
    group: Group = "programme"
    breaches: list[Breach] = field(default_factory=list)

    def refuse(self, column: str, rule: str, value: str, message: str) -> None:
        """Note a broken rule."""
        self.breaches.append(Breach("cases", self.number, column, rule, _shown(value), message))


@dataclass(frozen=True)
class Wanted:
    """The programme whose cases are wanted, by its id, and the programme that a word means.

    meant: gives an id, or nothing for a word that is not known.
    """

    id: str
    meant: Callable[[str], str]


def read_cases(
    path: Path,
    wanted: Wanted,
    today: dt.date,
    as_at: dt.date | None = None,
    words: Mapping[str, str] | None = None,
) -> CaseFile:
    """Read the case records of a programme as they stood on a day.

    Args:
        as_at: None takes the last date in the file.
        words: the council's headings and the columns they mean, as remembered.

    Raises:
        NotRecognised: no sheet has a referral date and an outcome date.
        FileRefused: the file cannot be read. ValueError: `as_at` is to come.
    """
    if as_at is not None and as_at > today:
        raise ValueError(f"The day of the export, {day_label(as_at)}, is still to come.")
    found = _header(path, words or {})
    if found.missing:
        lacking = " and ".join(_DATES[name] for name in found.missing)
        raise NotRecognised(
            f"{path.name} is not recognised as case records: no column for {lacking} was found on "
            f"sheet '{found.sheet.name}'. Rename its heading to that, say which column it is "
            "(prevention mapping set), or start from the template (prevention template cases).",
            nearest=CASES,
            missing=tuple(found.missing),
        )
    aside: Counter[str] = Counter()
    rows = _rows(_with_group(found), wanted, aside, today)
    used = [row for row in rows if not row.breaches]
    days = [day for row in used for day in row.dates.values() if day is not None]
    end = as_at or max(days, default=today)
    cases = [_case(row, end) for row in used]
    if late := sum(case is None for case in cases):
        aside[f"referred after {day_label(end)}"] += late
    return CaseFile(
        path.name,
        end,
        tuple(case for case in cases if case is not None),
        len(rows) - len(used),
        tuple(breach for row in rows for breach in row.breaches),
        dict(aside),
        _recognised(found, end, as_at is None),
    )


def are_cases(path: Path) -> bool:
    """Whether a file has the headings of case records.

    Raises:
        FileRefused: it cannot be read.
    """
    return not _header(path, {}).missing


def _header(path: Path, words: Mapping[str, str]) -> Found:
    """Where in a file its headings come nearest to those of case records."""
    return max(
        (best_header(sheet, CASES, {CASES: words}) for sheet in open_file(path).sheets),
        key=lambda item: (item.share, len(item.columns)),
    )


def _with_group(found: Found) -> Found:
    """The header, where a column headed programme tells programme from comparison."""
    if "scheme" in found.columns and "group" not in found.columns:
        place = found.columns["scheme"]
        said = {folded(cell) for cell in found.sheet.below(found.header)[place]} - {""}
        if said and said <= set(_GROUPS):
            found.columns["group"] = found.columns.pop("scheme")
    return found


def _rows(found: Found, wanted: Wanted, aside: Counter[str], today: dt.date) -> list[_Row]:
    """Every row judged; of rows with the same reference and referral date the first counts."""
    first: dict[tuple[str, str], int] = {}
    rows = []
    for number, cells in rows_below(found, aside):
        row = _judged(number, cells, today, "group" in found.columns)
        if "scheme" in found.columns and row.group == "programme":
            text = cells.get("scheme", "")
            meant = wanted.meant(text) if text else ""
            if meant not in ("", wanted.id):
                aside[ELSEWHERE] += 1
                continue
            if not meant:
                message = f"No programme of ours goes by that name. Write {wanted.id} if it is it."
                row.refuse("scheme", "CA10", text, message)
        reference = folded(cells.get("reference", ""))
        if reference and not row.breaches:
            before = first.setdefault((reference, str(row.dates["start"])), number)
            if before != number:
                row.refuse(
                    "reference",
                    "CA08",
                    f"row {before}",
                    f"The same case and referral date stand in row {before}. Delete one of them.",
                )
        rows.append(row)
    return rows


def _judged(number: int, cells: Mapping[str, str], today: dt.date, grouped: bool) -> _Row:
    """One row held to the rules."""
    row = _Row(number)
    for column in _DATES:
        row.dates[column] = _date(row, column, cells.get(column, ""), today)
    start, outcome, left = (row.dates[column] for column in _DATES)
    if not cells.get("start"):
        row.refuse("start", "CA01", "", "There is no referral date. Enter the day of referral.")
    if start and outcome and outcome < start:
        message = "The outcome comes before the referral. Correct one of the two dates."
        row.refuse("outcome", "CA04", cells["outcome"], message)
    if start and left and left < start:
        message = "The case was closed before the referral. Correct one of the two dates."
        row.refuse("left", "CA05", cells["left"], message)
    if outcome and left and left < outcome:
        message = (
            "The case was closed before its outcome. Correct one of the two dates, or leave the "
            "outcome empty if there was none."
        )
        row.refuse("left", "CA06", cells["left"], message)
    if grouped:
        group = _GROUPS.get(folded(cells.get("group", "")))
        if group is None:
            message = "The group is neither programme nor comparison. Enter one of the two."
            row.refuse("group", "CA07", cells.get("group", ""), message)
        row.group = group or "programme"
    return row


def _date(row: _Row, column: str, text: str, today: dt.date) -> dt.date | None:
    """The day in a cell; a broken rule noted where there is something else."""
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        message = f"The {_DATES[column]} is not a day. Write it as 31/03/2026."
        row.refuse(column, "CA02", text, message)
    elif day > today:
        message = f"The {_DATES[column]} is still to come. Correct it, or leave it empty."
        row.refuse(column, "CA03", text, message)
        return None
    elif day < _EARLIEST:
        message = f"The {_DATES[column]} lies before the year 2000. Correct the year."
        row.refuse(column, "CA09", text, message)
        return None
    return day


def _case(row: _Row, as_at: dt.date) -> Case | None:
    """A row as it stood on a day; None where the person had not been referred by then."""
    start, outcome, left = (row.dates[column] for column in _DATES)
    if start is None or start > as_at:
        return None
    return Case(
        start,
        outcome if outcome and outcome <= as_at else None,
        left if left and left <= as_at else None,
        row.group,
    )


def _shown(text: str) -> str:
    r"""An offending value fit to be printed: not long, nothing that drives a terminal.

    >>> _shown("31/02/2026\x1b[2J"), _shown("943 476 5919")
    ('31/02/2026?[2J', '(left out: it tells who somebody is)')
    """
    if identifies_somebody(text):
        return "(left out: it tells who somebody is)"
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= _MOST_SHOWN else plain[: _MOST_SHOWN - 1] + "…"


def _recognised(found: Found, as_at: dt.date, guessed: bool) -> tuple[str, ...]:
    """What was understood, in plain sentences."""
    used = "; ".join(
        f"{_shown(found.headings[place])} is the {COLUMN_NAMES[ours]}"
        for ours, place in found.columns.items()
    )
    said = [f"Sheet '{found.sheet.name}', headings in row {found.header + 1}: {used}."]
    unused = [
        _shown(heading)
        for place, heading in enumerate(found.headings)
        if place not in found.columns.values() and names_a_person(heading)
    ]
    if unused:
        said.append(f"Not read, because they tell who somebody is: {', '.join(unused)}.")
    if "reference" not in found.columns:
        said.append("There is no case reference, so a person entered twice counts twice.")
    if guessed:
        said.append(
            f"Taken as at {day_label(as_at)}, the last date in the file. If it was exported "
            "later, give the day of the export."
        )
    return tuple(said)
