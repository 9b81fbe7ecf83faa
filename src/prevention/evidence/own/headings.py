"""Where a table stands in a council's own file: its headings, in whatever words, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prevention.evidence.own.periods import financial_year_in, parse_month
from prevention.evidence.own.words import folded
from prevention.publications.sheets import Sheet

_HEADER_WITHIN = 40
_TOTALS = ("total", "grand total", "subtotal", "sub total", "overall total", "sum")

COLUMN_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "council_ledger": {
        "month": ("period", "month", "accounting period", "posting period", "fiscal period",
                  "transaction date", "posting date", "date", "period name", "gl period"),
        "service": ("service", "service line", "service area", "service description", "activity",
                    "budget area", "provision", "care type", "service type"),
        "cost_centre": ("cost centre", "cost center", "costcentre", "cc", "cost centre code",
                        "cost centre description", "cost code", "gl code"),
        "amount": ("amount", "actual", "actuals", "net amount", "value", "spend", "expenditure",
                   "amount gbp", "net expenditure", "actual spend", "net", "gbp"),
    },
    "council_placements": {
        "start_date": ("start", "start date", "placement start", "placement start date", "from",
                       "date from", "service start", "commenced", "date started",
                       "start of placement"),
        "end_date": ("end", "end date", "placement end", "placement end date", "to", "date to",
                     "service end", "ceased", "date ended", "end of placement"),
        "service": ("service", "service line", "placement type", "provision", "care type", "type",
                    "service type", "placement", "type of placement", "provision type"),
        "weekly_cost": ("weekly cost", "cost per week", "weekly rate", "weekly price",
                        "weekly fee", "gross weekly cost", "weekly amount", "per week",
                        "week cost", "fee per week"),
    },
    "council_cases": {
        "start": ("referral date", "date of referral", "referred", "start date", "date started",
                  "date start", "programme start", "case start date", "case opened", "date opened",
                  "opened", "referral"),
        "outcome": ("outcome date", "date of outcome", "outcome achieved", "date achieved",
                    "step down date", "stepped down", "achieved"),
        "left": ("closing date", "closed without outcome", "date closed", "case closed",
                 "closure date", "close date", "end date", "left programme", "date left",
                 "left date", "withdrawn", "closed", "moved away"),
        "scheme": ("programme", "program", "programme name", "scheme name", "intervention",
                   "project"),
        "group": ("cohort", "arm", "programme or comparison", "study group", "matched group"),
        "reference": ("case reference", "case ref", "case id", "case number", "case no",
                      "person id", "client id", "child id", "id", "ref"),
    },
    "council_starts": {
        "programme": ("programme", "program", "scheme", "intervention", "project"),
        "month": ("month", "period", "start month", "date"),
        "starts": ("starts", "started", "people started", "new starts", "starters",
                   "number started", "families started", "households started",
                   "number of starts"),
    },
}  # fmt: skip
"""Headings that mean a column of ours, by table."""
_OPTIONAL = frozenset({"cost_centre", "end_date", "left", "scheme", "group", "reference"})


@dataclass
class Found:
    """Where a table stands on a sheet: its columns by ours, and months across in a wide one."""

    sheet: Sheet
    table: str
    header: int
    headings: list[str]
    columns: dict[str, int]
    months: dict[int, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Part of the columns needed that was found."""
        needed = [name for name in COLUMN_WORDS[self.table] if name not in _OPTIONAL]
        have = {*self.columns, *(across(self.table) if self.months else ())}
        return sum(name in have for name in needed) / len(needed)

    @property
    def missing(self) -> list[str]:
        """Columns needed and not found."""
        have = {*self.columns, *(across(self.table) if self.months else ())}
        return [n for n in COLUMN_WORDS[self.table] if n not in have and n not in _OPTIONAL]


def across(table: str) -> tuple[str, ...]:
    """Columns of ours that months written across give."""
    return {"council_ledger": ("month", "amount"), "council_starts": ("month", "starts")}.get(
        table, ()
    )


def best_header(sheet: Sheet, table: str, words: Mapping[str, Mapping[str, str]]) -> Found:
    """The row of a sheet, or two rows together, that looks most like the table's header."""
    best = Found(sheet, table, 0, [], {})
    for number in range(min(len(sheet.rows), _HEADER_WITHIN)):
        single = sheet.filled(number)
        above = sheet.filled(number - 1) if number else []
        joined = [
            f"{above[c] if c < len(above) else ''} {cell}".strip() for c, cell in enumerate(single)
        ]
        for headings in (single, joined):
            found = _matched(sheet, table, number, headings, words.get(table, {}))
            if (found.share, len(found.columns)) > (best.share, len(best.columns)):
                best = found
        if not best.missing and number > best.header + 1:
            break
    return best


def _matched(
    sheet: Sheet, table: str, number: int, headings: Sequence[str], remembered: Mapping[str, str]
) -> Found:
    said = [folded(heading) for heading in headings]
    columns: dict[str, int] = {}
    for ours, known in COLUMN_WORDS[table].items():
        own = [theirs for theirs, meant in remembered.items() if meant == ours]
        for word in (*own, *known, ours.replace("_", " ")):
            if folded(word) in said and said.index(folded(word)) not in columns.values():
                columns[ours] = said.index(folded(word))
                break
    months: dict[int, str] = {}
    if across(table) and "month" not in columns:
        year = financial_year_in(_words_above(sheet, number))
        months = {
            place: month.isoformat()
            for place, heading in enumerate(headings)
            if heading and (month := parse_month(heading, year)) is not None
        }
        months = months if len(months) >= 2 else {}
        columns = {n: place for n, place in columns.items() if not months or n not in across(table)}
    return Found(sheet, table, number, list(headings), columns, months)


def _words_above(sheet: Sheet, number: int) -> str:
    """Title rows above a header, and the sheet's name: where the year of a wide table stands."""
    cells = [cell for row in sheet.rows[: number + 1] for cell in row if cell.strip()]
    return " ".join([sheet.name, *cells])


def rows_below(found: Found, aside: Counter[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Cells by our column, one for each row or, where months stand across, for each figure."""
    below = found.sheet.below(found.header)
    for number, row in zip(below.index, below.itertuples(index=False), strict=True):
        texts = [str(cell).strip() for cell in row]
        cells = {ours: texts[place] for ours, place in found.columns.items() if place < len(texts)}
        if not any(texts):
            continue
        if any(folded(text) in _TOTALS or folded(text).startswith("total ") for text in texts[:4]):
            aside["total rows"] += 1
            continue
        if not any(cells.values()) and not found.months:
            aside["rows with nothing in the columns used"] += 1
            continue
        if [folded(text) for text in texts] == [folded(h) for h in found.headings]:
            aside["headings repeated"] += 1
            continue
        if not found.months:
            yield int(number), cells
            continue
        for place, month in found.months.items():
            if place < len(texts) and texts[place]:
                yield int(number), {**cells, "month": month, across(found.table)[1]: texts[place]}
