"""The Local Authority Interactive Tool of the Department for Education: its whole store.

One row is a measure, a period and an area; one figure is its value. Measures are told by
their short names. The data dictionary that comes with the store is recognised, and holds
no figures to load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from prevention.publications.offering import offer
from prevention.publications.places import from_dfe
from prevention.publications.reading import Reading, Release, Tally
from prevention.publications.sheets import Book, Sheet, column_letter
from prevention.publications.sighting import NOTHING, Publication, Sighting, incomplete
from prevention.publications.wording import close, find_header, plain, role
from prevention.years import parse_year_ending

ID, PUBLISHER = "dfe_lait", "Department for Education"
TITLE, TABLE = "Local Authority Interactive Tool", "children_finance"
ROLES = (
    role("measure", "Short Desc", "Measure_short", "Short description", "Measure short"),
    role("year", "Years", "Year", "Period", "time_period"),
    role("value", "Values", "Value", "values_num"),
    role("council", "LA Number", "LA_number", "LA No", "old_la_code"),
    role("area", "LA and Regions", "LA_and_Regions", "LA", "Area", required=False),
)
MEASURES: Mapping[str, str] = {
    "TotalLACFinance": "looked_after_total",
    "C&YPExpenditure": "children_and_young_people_total",
    "SafeguardingFinance": "safeguarding",
    "FamilySupportFinance": "family_support",
    "LeaveCareSupServTotExp": "leaving_care",
    "RescareFinance": "residential_unit_cost",
    "FosteringFinance": "fostering_unit_cost",
    "LACFinance": "looked_after_unit_cost",
    "SWFinance": "social_work_unit_cost",
}
"""Our measures by the tool's short names."""
_REGIONS = {"970": "E92000001", **{str(code): "E12000000" for code in range(980, 991)}}
"""The tool's numbers for England and its regions, as areas that are no councils."""
DICTIONARY = (
    role("measure", "Measure_short", "Short Desc"),
    role("code", "Measure_code"),
    role("title", "Measure"),
    role("description", "Description"),
    role("methodology", "Methodology"),
)


def _look(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        row, match = find_header(sheet.rows, ROLES)
        if "measure" not in match.columns:
            continue
        where = f"row {row + 1} of {sheet.name}"
        if not match.complete:
            best = max(best, incomplete(match, sheet.rows[row], where), key=lambda s: s.share)
            continue
        return Sighting(1.0, read=partial(_read, book, sheet, row, match.columns))
    return best


def _read(book: Book, sheet: Sheet, row: int, columns: Mapping[str, int]) -> Reading:
    """The measures we hold, of every council and year; all others are counted."""
    import pandas as pd

    frame = sheet.below(row)
    given = frame[columns["value"]].astype(str).str.strip() != ""
    wanted = {plain(short): name for short, name in MEASURES.items()}
    short = frame[columns["measure"]].astype(str)
    names = short.map({text: wanted.get(plain(text), "") for text in short.unique()})
    tally = Tally()
    others = int((given & (names == "")).sum())
    tally.read += others
    tally.put_aside("a measure that no table of ours holds", others)
    kept = frame[given & (names != "")]
    number = kept[columns["council"]].astype(str).str.strip().str.removesuffix(".0")
    codes = {text: _REGIONS.get(text) or from_dfe(text) for text in number.unique()}
    cells = pd.DataFrame(
        {
            "row": kept.index,
            "column": column_letter(columns["value"]),
            "code": number.map(codes).astype(object),
            "year": kept[columns["year"]].astype(str),
            "table": TABLE,
            "measure": names[kept.index].astype(object),
            "raw": kept[columns["value"]].astype(str),
        }
    )
    latest = max((y for y in map(_year, cells["year"].unique()) if y), default=0)
    key = f"lait-{latest}"
    release = Release(key, PUBLISHER, TITLE, f"{TITLE}, store with outturn to {latest}")
    offer(tally, cells, sheet.name, key)
    missing = sorted(set(MEASURES.values()) - set(names))
    words = [f"{book.name}: {len(MEASURES) - len(missing)} of our {len(MEASURES)} measures found."]
    if missing:
        shorts = {name: text for text, name in MEASURES.items()}
        strangers = [str(text) for text in short.unique() if plain(text) not in wanted]
        near = {name: _nearest(name, shorts[name], strangers) for name in missing}
        told = [f"{n} (the nearest is '{t}')" if t else n for n, t in near.items()]
        words.append(f"Not in this file: {', '.join(told)}.")
    return Reading(
        ID, TITLE, (release,), (TABLE,), tally.rows(), tally.read, dict(tally.aside), tuple(words)
    )


def _nearest(measure: str, short: str, strangers: Sequence[str]) -> str:
    """The short name most like one not found: by the first word of our measure, or else its own."""
    stem = measure.split("_")[0][:6]
    return next((text for text in strangers if stem in plain(text)), close(short, strangers))


def _year(text: str) -> int:
    try:
        return parse_year_ending(text)
    except ValueError:
        return 0


def _look_dictionary(book: Book) -> Sighting:
    best = NOTHING
    for sheet in book.sheets:
        row, match = find_header(sheet.rows, DICTIONARY)
        if match.complete:
            return Sighting(1.0, read=partial(_explain, book, sheet, row, match.columns))
        if {"code", "methodology"} & set(match.columns):
            where = f"row {row + 1} of {sheet.name}"
            best = max(best, incomplete(match, sheet.rows[row], where), key=lambda s: s.share)
    return best


def _explain(book: Book, sheet: Sheet, row: int, columns: Mapping[str, int]) -> Reading:
    """A dictionary has no figures: it is explained."""
    short = {sheet.cell(r, columns["measure"]) for r in range(row + 1, len(sheet.rows))} - {""}
    words = (
        f"{book.name} is the data dictionary of the {TITLE}: it defines {len(short)} measures and "
        "holds no figures. Nothing was loaded; the figures are in the store that comes with it "
        "(Parquet or CSV).",
    )
    release = Release("lait-dictionary", PUBLISHER, TITLE, f"{TITLE}, data dictionary")
    return Reading("dfe_lait_dictionary", f"{TITLE}: data dictionary", (release,), (),
                   Tally().rows(), 0, {}, words)  # fmt: skip


LAIT = Publication(ID, TITLE, PUBLISHER, (TABLE,), _look)
LAIT_DICTIONARY = Publication(
    "dfe_lait_dictionary", f"{TITLE}: data dictionary", PUBLISHER, (), _look_dictionary
)
