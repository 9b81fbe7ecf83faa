"""Adult Social Care Outcomes Framework of NHS England: open data in long form (CSV or workbook).

One row of a file is an area, measure, breakdown and kind of number; one figure is its value,
where it is not blank. Outcomes in total are used, with their numerators and denominators.
Measures are told by their description, since the codes were given anew in 2023-24 and some
(2B, 2D, 3D1) now mean something else; by code alone only where it has meant one thing.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from prevention.publications.figures import read_figure
from prevention.publications.offering import offer
from prevention.publications.periods import the_year
from prevention.publications.places import by_code, ons_code
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import find_header, in_doubt, perhaps, plain, role
from prevention.years import parse_year_ending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

ID, PUBLISHER = "nhs_ascof", "NHS England (Digital)"
TITLE, TABLE = "Adult Social Care Outcomes Framework", "adult_outcomes"
ROLES = (
    role("measure", "ASCOF Measure Code", "Measure Code", "ASCOF measure", "Indicator code"),
    role("breakdown", "Disaggregation Level", "Disaggregation", "Breakdown", "Disaggregation type"),
    role("kind", "Measure Type", "Value type", "Measurement type"),
    role("value", "Measure Value", "Value"),
    role("code", "ONS Code", "ONS area code", "Geography code", "Area code", "ONS geography code"),
    role("nhs", "Geographical Code", "CASSR code", "LA code", required=False),
    role("level", "Geographical Level", "Geographic level", "Geography level", required=False),
    role("wording", "Measure Group Description", "Measure description", "ASCOF measure description",
         "Indicator description", required=False),
    role("year", "Financial Year", "Fiscal year", "Year", "Reporting year", "Time period",
         "Reporting period", "Collection year", required=False),
)  # fmt: skip
_CARERS = r"(?!.*\bcarers?\b.*\breceive)"
_WORDINGS: tuple[tuple[str, str], ...] = (
    (rf"^{_CARERS}.*self directed support", "self_directed_support_percent"),
    (rf"^{_CARERS}.*direct payments?", "direct_payments_percent"),
    (r"18 (?:to )?64.*admission|admissions?.*18 (?:to )?64", "permanent_admissions_18_64_rate"),
    (r"65 (?:and over|\+).*admission|admissions?.*65 (?:and over|\+)",
     "permanent_admissions_65_plus_rate"),
    (r"91 days.*offered|offered.*reablement|who received reablement",
     "offered_reablement_percent"),
    (r"^(?!.*offered).*91 days", "at_home_91_days_percent"),
    (r"delayed transfers.*(?:both|joint)", "delayed_transfers_joint_rate"),
    (r"^(?!.*(?:both|joint)).*delayed transfers.*attributable to (?:adult )?social care",
     "delayed_transfers_social_care_rate"),
    (r"^(?!.*(?:attributable|both|joint)).*delayed transfers", "delayed_transfers_rate"),
    (r"short term service", "short_term_service_success_percent"),
)  # fmt: skip
_CODES: Mapping[str, str] = {
    "1C1A": "self_directed_support_percent",
    "1C2A": "direct_payments_percent",
    "2A1": "permanent_admissions_18_64_rate",
    "2A2": "permanent_admissions_65_plus_rate",
    "2B1": "at_home_91_days_percent",
    "2B2": "offered_reablement_percent",
    "2C1": "delayed_transfers_rate",
    "2C2": "delayed_transfers_social_care_rate",
    "2C3": "delayed_transfers_joint_rate",
}
"""Codes that have meant one thing in every release."""
_COUNTED = {
    "permanent_admissions_18_64_rate",
    "permanent_admissions_65_plus_rate",
    "at_home_91_days_percent",
    "offered_reablement_percent",
    "short_term_service_success_percent",
}
"""Measures whose numerators and denominators our table holds."""
_KINDS = {"outcome": "outcome", "measure value": "outcome", "numerator": "numerator",
          "denominator": "denominator"}  # fmt: skip
_NEVER_ZERO = frozenset({"at_home_91_days_percent", "offered_reablement_percent"})
"""A zero here means that the council made no return: no council sends nobody home."""


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        row, match = find_header(sheet.rows, ROLES)
        if match.complete:
            return Sighting(1.0, read=partial(_read, book, sheet, row, match.columns))
        if {"breakdown", "kind", "measure"} & set(match.columns):
            where = f"row {row + 1} of sheet '{sheet.name}'"
            best = max(best, incomplete(match, sheet.rows[row], where), key=lambda s: s.share)
    return best


def _measure(code: str, wording: str, kind: str) -> str:
    """Our measure for a code, description and kind of number; blank where we hold none."""
    text = plain(wording)
    hits = [name for pattern, name in _WORDINGS if re.search(pattern, text)] if text else []
    if not text:
        hits = [_CODES[code]] if code in _CODES else []
    if len(hits) != 1:
        return ""
    return _named(hits[0], kind)


def _named(measure: str, kind: str) -> str:
    """Our name for a kind of number of a measure; blank where we do not hold it."""
    number = _KINDS.get(plain(kind), "")
    if number in ("numerator", "denominator"):
        counted = measure in _COUNTED
        return re.sub(r"_(?:percent|rate)$", f"_{number}", measure) if counted else ""
    return measure if number else ""


def _read(book: Book, sheet: Sheet, row: int, columns: Mapping[str, int]) -> Reading:
    """Outcomes in total, numerators and denominators, of every council."""
    import pandas as pd

    frame = sheet.below(row)
    frame = frame[frame[columns["value"]].str.strip() != ""]
    code = frame[columns["measure"]].str.strip().str.upper().str.replace(r"[()\s]", "", regex=True)
    wording = frame[columns["wording"]] if "wording" in columns else pd.Series("", frame.index)
    triples = list(zip(code, wording, frame[columns["kind"]], strict=True))
    known = {triple: _measure(*triple) for triple in set(triples)}
    absent = [name for _, name in _WORDINGS if name not in known.values()]
    known |= _doubtful(known, absent)
    measure = pd.Series([known[t] for t in triples], index=frame.index, dtype=object)
    in_total = frame[columns["breakdown"]].map(plain).isin(["total", "all", "all ages", "overall"])
    years = _years(book, sheet, row, frame, columns)
    cells = pd.DataFrame(
        {
            "row": frame.index,
            "column": column_letter(columns["value"]),
            "code": _codes(frame, columns),
            "year": years,
            "table": TABLE,
            "measure": measure,
            "raw": frame[columns["value"]].astype(str),
        }
    )
    latest = max(parse_year_ending(year) for year in years.unique())
    key = f"ascof-{latest}"
    release = Release(
        key, PUBLISHER, TITLE, f"{TITLE}, England {latest - 1}-{latest % 100:02d}, open data"
    )
    tally = Tally()
    tally.read += int((~in_total).sum())
    tally.put_aside("broken down by age, sex or other groups", int((~in_total).sum()))
    offer(tally, cells[in_total], sheet.name, key, percent=frozenset(_percents()))
    for other in book.sheets:
        if other is not sheet:
            tally.skip(other, f"sheet '{other.name}' feeds no table of ours")
    rows = _without_false_zeros(tally.rows())
    found = [
        f"Sheet '{sheet.name}': header in row {row + 1}; measures told by "
        + ("their description." if "wording" in columns else "their code.")
    ]
    if absent:
        found.append(f"Not in this file: {', '.join(absent)}.")
    return Reading(
        ID, TITLE, (release,), (TABLE,), rows, tally.read, dict(tally.aside), tuple(found)
    )


def _doubtful(
    known: Mapping[tuple[str, str, str], str], absent: Sequence[str]
) -> dict[tuple[str, str, str], str]:
    """Numbers worded like none of our measures that may be of one not found."""
    left = {
        wording
        for (_, wording, kind), name in known.items()
        if not name and wording and plain(kind) in _KINDS
    }
    guesses = perhaps(absent, sorted(left))
    return {
        (code, wording, kind): in_doubt(wording, _named(guesses[wording], kind))
        for code, wording, kind in known
        if wording in guesses and _named(guesses[wording], kind)
    }


def _percents() -> set[str]:
    return {name for _, name in _WORDINGS if name.endswith("_percent")}


def _years(
    book: Book, sheet: Sheet, row: int, frame: pd.DataFrame, columns: Mapping[str, int]
) -> pd.Series:
    """The year of each row: from its column, or else one for all from title, sheet or file name."""
    import pandas as pd

    if "year" in columns:
        return frame[columns["year"]].astype(str)
    title = " ".join(c for r in sheet.rows[:row] for c in r)
    year = the_year(book.name, title, sheet.name, book.name)
    return pd.Series(str(year), index=frame.index)


def _codes(frame: pd.DataFrame, columns: Mapping[str, int]) -> pd.Series:
    """The code of each area: nine characters where given, else by the NHS code of a council."""
    code = frame[columns["code"]].map(ons_code)
    if "nhs" not in columns:
        return code
    by_nhs = frame[columns["nhs"]].str.strip().map(by_code("nhs")).fillna("")
    return code.where(code != "", by_nhs)


def _without_false_zeros(rows: pd.DataFrame) -> pd.DataFrame:
    """Zeros that stand for no return lose their value and say so."""
    false = rows["measure"].isin(_NEVER_ZERO) & rows["value"].map(
        lambda text: text in ("0", "0.0") or read_figure(text).value == "0"
    )
    rows.loc[false, "status"] = "not_submitted"
    rows.loc[false, "value"] = ""
    return rows


ASCOF = Publication(ID, TITLE, PUBLISHER, (TABLE,), _look)
