"""The MTFS sheet: increments to base by year, cumulative beside, investment apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from prevention.money import to_pounds
from prevention.reports.sheets.layouts import BY_YEAR, MONEY, Layout
from prevention.reports.sheets.lines import (
    GROWTH,
    INVESTMENT,
    SAVING,
    Levels,
    Line,
)
from prevention.reports.sheets.live.results import Results
from prevention.reports.sheets.page import Column, Page, Style
from prevention.reports.sheets.schedule_chart import CHART_ROWS, schedule_chart
from prevention.reports.sheets.sections import Section, money_of, other_of, sections_of

_STYLES: dict[str, Style] = {
    "pence": "money",
    "pounds": "pounds",
    "thousands": "thousands",
    "millions": "millions",
}
_UNITS = {
    "pence": "GBP, to the penny.",
    "pounds": "GBP, shown in whole pounds; each cell holds pounds and pence.",
    "thousands": "GBP, shown in thousands; each cell holds pounds and pence.",
    "millions": "GBP, shown in millions; each cell holds pounds and pence.",
}
_NOTES = (
    "Cash prices. Savings are in brackets (below zero); investment is above zero on lines of "
    "its own. A one-off reverses in a later year.",
    "Each year is the change on the year before; the total is their sum, the effect in the last "
    "year; cumulative is each year's effect against the base; cash over the plan is their sum.",
    "The first year is the change from a base budget that holds only what stands under "
    "'Already in base'. Avoided growth only holds back demand pressure; cost avoidance has no "
    "budget to take and is in no total.",
    "Funding, peak funding, reserve call and chance are from the run as exported. Reserves are "
    "one-off money: they meet a cost and never reduce it.",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of the layout stands: its first column, and how many."""

    field: str
    first: int
    count: int


class Schedule:
    """Lays out one scenario's schedule on a page.

    labels: the years. results: where live figures stand; None holds the increments as
    figures. heading: row of the column headings.
    """

    def __init__(self, page: Page, levels: Levels, layout: Layout, results: Results | None) -> None:
        """Begin below the page's notes."""
        self.page, self.levels, self.layout, self.results = page, levels, layout, results
        self.labels = levels.projection.timeline.labels
        self.years = len(self.labels)
        self.money = _STYLES[layout.unit]
        self.places: dict[str, Place] = {}
        columns: list[Column] = []
        headings = iter(layout.headings(self.labels))
        for column in layout.columns:
            count = self.years if column.field in BY_YEAR else 1
            self.places[column.field] = Place(column.field, len(columns), count)
            style = self._style(column.field)
            columns += [Column(next(headings), style, column.width) for _ in range(count)]
        self.width = len(columns)
        self.checked: list[str] = []
        self.heading = page.head(columns)
        page.freeze(self.heading + 1, min(self.places["increments"].first, 3))

    def _style(self, field: str) -> Style:
        if field in BY_YEAR or field in MONEY:
            return self.money
        return {"lag": "months", "chance": "share"}.get(field, "text")  # type: ignore[return-value]

    def column(self, field: str, year: int = 0) -> int:
        """The column of a field, of a year where there is one for each."""
        return self.places[field].first + year

    def line(self, line: Line) -> None:
        """A proposal: live from the results, or its increments as figures."""
        row = self.page.row
        figures = to_pounds(line.increments).tolist()
        for year, value in enumerate(figures):
            formula = self._increment(line, year)
            if formula is None:
                self.page.put(row, self.column("increments", year), value, self.money)
            else:
                self.page.formula(row, self.column("increments", year), formula, value, self.money)
        self._rest(row, line, total=False)
        self.page.row += 1

    def _level(self, line: Line, year: int) -> str:
        """The level of a line in the results, with its sign on the budget; "" without."""
        if self.results is None:
            return ""
        place = self.results.at(line.programme_id, line.kind.measure, year)
        return f"{'-' if line.kind.sign < 0 else ''}{place}" if place else ""

    def _increment(self, line: Line, year: int) -> str | None:
        now = self._level(line, year)
        if not now:
            return None
        before = self._level(line, year - 1) if year else ""
        return f"=ROUND({now}-({before}),2)" if before else f"=ROUND({now},2)"

    def sum_of(self, line: Line, rows: Sequence[int], span: tuple[int, int] | None) -> int:
        """A total row: the sum of a span of rows, or of single rows; gives its row.

        Its stored values are the model's own total, so a recalculation that differs
        shows at once.
        """
        row = self.page.row
        for year, value in enumerate(to_pounds(line.increments).tolist()):
            column = self.column("increments", year)
            if span:
                total = f"SUM({xl_range(span[0], column, span[1], column)})"
            else:
                total = "+".join(xl_rowcol_to_cell(r, column) for r in rows) or "0"
            self.page.formula(row, column, f"=ROUND({total},2)", value, self.money, total=True)
        self._rest(row, line, total=True)
        self.page.row += 1
        return row

    def _rest(self, row: int, line: Line, total: bool) -> None:
        """Everything on a line beside its increments."""
        first = self.column("increments")
        pounds = to_pounds(line.levels).tolist()
        added = xl_range(row, first, row, first + self.years - 1)
        self.page.formula(
            row, self.column("total"), f"=ROUND(SUM({added}),2)", pounds[-1], self.money, total
        )
        if "cumulative" in self.places:
            for year, value in enumerate(pounds):
                run = xl_range(row, first, row, first + year)
                place = self.column("cumulative", year)
                self.page.formula(row, place, f"=ROUND(SUM({run}),2)", value, self.money, total)
        for field in self.places:
            if field in MONEY and field != "total":
                self._money(row, field, line, total)
            elif field not in (*BY_YEAR, "total"):
                value = other_of(line, field)
                self.page.put(row, self.column(field), value, self._style(field), total)

    def _money(self, row: int, field: str, line: Line, total: bool) -> None:
        """A figure beside the years: live where it follows from the results."""
        (pence,) = money_of(line, field)
        value = None if pence is None else float(to_pounds(pence))
        formula = "" if value is None else self._formula(field, line, row)
        if formula and value is not None:
            self.page.formula(row, self.column(field), formula, value, self.money, total)
        else:
            self.page.put(row, self.column(field), value, self.money, total)

    def _formula(self, field: str, line: Line, row: int) -> str:
        if field == "over_plan":
            # An increment counts in its own year and in every year after.
            at = self.column("increments")
            parts = [
                f"{self.years - year}*{xl_rowcol_to_cell(row, at + year)}"
                for year in range(self.years)
            ]
            return f"=ROUND({'+'.join(parts)},2)"
        if field == "part_year":
            first = self.column("increments")
            text = "0"
            for year in reversed(range(self.years)):
                level = f"ROUND(SUM({xl_range(row, first, row, first + year)}),2)"
                text = f"IF({level}<>0,{level},{text})"
            return f"={text}"
        if self.results is None or not self._level(line, 0):
            return ""
        last, results = self.years - 1, self.results
        if field == "already_in_base":
            place = results.at(line.programme_id, line.kind.in_base, last)
            return f"={'-' if line.kind.sign < 0 else ''}{place}"
        if field == "full_year":
            return self._full_year(line, last, results)
        return ""

    def _full_year(self, line: Line, last: int, results: Results) -> str:
        def at(measure: str) -> str:
            return str(results.at(line.programme_id, measure, last))

        if line.kind is INVESTMENT:
            return f"={self._level(line, last)}"
        whole, saving = at("full_year_effect"), at("cashable_saving")
        part = f"IF({saving}=0,0,ROUND({at('avoided_growth')}*{whole}/{saving},2))"
        if line.kind is GROWTH:
            return f"=-{part}"
        if line.kind is SAVING:
            return f"=ROUND({part}-{whole},2)"
        return f"=-{whole}" if line.kind.measure == "cashable_saving" else ""

    def section(self, section: Section) -> int:
        """Lines by directorate, each with its sum, then the sum of those; gives its row."""
        subtotals = []
        for lines, added in section.groups:
            first = self.page.row
            for line in lines:
                self.line(line)
            subtotals.append(self.sum_of(added, (), (first, self.page.row - 1)))
        return self.sum_of(section.whole, subtotals, None)

    def check(self, line: Line, row: int) -> None:
        """A total against the results' own total, by year: zero whatever the inputs."""
        if self.results is None:
            return
        page = self.page
        page.put(page.row, 0, f"Check: {line.kind.title.lower()} less sheet Results", "code")
        first = self.column("increments")
        for year in range(self.years):
            run = xl_range(row, first, row, first + year)
            formula = f"=ROUND(SUM({run})-({self._level(line, year)}),2)"
            page.formula(page.row, first + year, formula, 0.0, "money")
        self.checked.append(xl_range(page.row, first, page.row, first + self.years - 1))
        page.row += 1

    def moved(self, line: Line, row: int) -> str:
        """How far a total is from the run as exported: zero until an input is changed."""
        page = self.page
        what = f"{line.kind.title} less the run as exported (moves when an input is changed)"
        page.put(page.row, 0, what, "code")
        first = self.column("increments")
        for year, value in enumerate(to_pounds(line.increments).tolist()):
            formula = f"=ROUND({xl_rowcol_to_cell(row, first + year)}-({value!r}),2)"
            page.formula(page.row, first + year, formula, 0.0, self.money)
        page.row += 1
        return str(xl_range(page.row - 1, first, page.row - 1, first + self.years - 1))

    def check_totals(self, rows: tuple[int, int]) -> None:
        """Whether every line's total is its effect in the last year: one cell, zero."""
        if "cumulative" not in self.places:
            return
        page, at = self.page, self.column("total")
        total = xl_range(rows[0], at, rows[1], at)
        place = self.column("cumulative", self.years - 1)
        last = xl_range(rows[0], place, rows[1], place)
        page.put(page.row, 0, "Check: every total less its last cumulative year", "code")
        formula = f"=ROUND(SUMPRODUCT(ABS({total}-{last})),2)"
        page.formula(page.row, at, formula, 0.0, "money")
        self.checked.append(xl_rowcol_to_cell(page.row, at))
        page.row += 1

    def one_cell(self, label: str, ranges: Sequence[str]) -> str:
        """One cell for several ranges, all signs dropped; gives its absolute reference."""
        page, at = self.page, self.column("total")
        page.put(page.row, 0, label, "code", True)
        formula = "=" + ("+".join(f"SUMPRODUCT(ABS({place}))" for place in ranges) or "0")
        page.formula(page.row, at, formula, 0.0, "money", True)
        page.row += 1
        return str(page.reference(page.row - 1, at))


def write_schedule(
    page: Page, levels: Levels, layout: Layout, results: Results | None = None
) -> dict[str, str]:
    """Write the MTFS sheet of one scenario on a page begun with `schedule_notes`.

    Returns:
        Absolute references by name: the key totals, `mtfs_checks` and `mtfs_moved`.
    """
    schedule = Schedule(page, levels, layout, results)
    sections = sections_of(levels)
    savings, costs, net = sections.saved.whole, sections.spent.whole, sections.net
    saved, spent = schedule.section(sections.saved), schedule.section(sections.spent)
    effect = schedule.sum_of(net, (saved, spent), None)
    schedule.section(sections.avoided)
    last = page.row - 1
    starts = [place.first for place in schedule.places.values()]
    page.print_beside(1, schedule.heading, last, starts)
    page.row += 1
    schedule_chart(schedule, (saved, spent, effect), (savings, costs, net))
    page.row += CHART_ROWS
    for line, row in ((savings, saved), (costs, spent), (net, effect)):
        schedule.check(line, row)
    schedule.check_totals((schedule.heading + 1, last))
    label = "All checks on this sheet (zero: everything agrees)"
    checks = schedule.one_cell(label, schedule.checked)
    moved = [schedule.moved(line, row) for line, row in ((savings, saved), (costs, spent))]
    moved_at = schedule.one_cell("All differences from the run as exported", moved)
    at = schedule.column("total")
    return {
        "mtfs_cashable_savings": page.reference(saved, at),
        "mtfs_investment": page.reference(spent, at),
        "mtfs_net_effect": page.reference(effect, at),
        "mtfs_checks": checks,
        "mtfs_moved": moved_at,
    }


def schedule_notes(layout: Layout) -> tuple[str, ...]:
    """The notes that stand above a schedule."""
    return (f"{_UNITS[layout.unit]} {_NOTES[0]}", *_NOTES[1:])
