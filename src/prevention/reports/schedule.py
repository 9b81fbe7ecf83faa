"""The MTFS sheet: increments to base by year, cumulative beside, investment apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from prevention.money import Pence, to_pounds
from prevention.reports.layouts import BY_YEAR, MONEY, Layout
from prevention.reports.lines import (
    AVOIDANCE,
    AVOIDANCE_TOTAL,
    CASHABLE,
    CASHABLE_TOTAL,
    DIRECTORATES,
    GROWTH,
    INVESTED,
    INVESTMENT,
    INVESTMENT_TOTAL,
    NET_TOTAL,
    SAVING,
    Levels,
    Line,
    mtfs_lines,
    total_line,
)
from prevention.reports.live.results import Results
from prevention.reports.page import Column, Page, Style
from prevention.reports.schedule_chart import CHART_ROWS, schedule_chart

_STYLES: dict[str, Style] = {"pence": "money", "pounds": "pounds", "thousands": "thousands"}
_UNITS = {
    "pence": "GBP, to the penny.",
    "pounds": "GBP, shown in whole pounds; each cell holds pounds and pence.",
    "thousands": "GBP, shown in thousands; each cell holds pounds and pence.",
}
_NOTES = (
    "Cash prices. Savings are in brackets (below zero); investment is above zero on lines of "
    "its own. A one-off reverses in a later year.",
    "Each year is the change on the year before; the total is their sum, the effect in the last "
    "year; cumulative is each year's effect against the base.",
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
        for column in layout.columns:
            titles = self.labels if column.field in BY_YEAR else ("",)
            self.places[column.field] = Place(column.field, len(columns), len(titles))
            columns += [
                Column(column.heading.replace("{year}", t), self._style(column.field), column.width)
                for t in titles
            ]
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
                value = line.kind.title if field == "type" else _value(line, field)
                self.page.put(row, self.column(field), value, self._style(field), total)

    def _money(self, row: int, field: str, line: Line, total: bool) -> None:
        """A figure beside the years: live where it follows from the results."""
        pence = line.in_base if field == "already_in_base" else getattr(line, field)
        value = None if pence is None else float(to_pounds(pence))
        formula = "" if value is None else self._formula(field, line, row)
        if formula and value is not None:
            self.page.formula(row, self.column(field), formula, value, self.money, total)
        else:
            self.page.put(row, self.column(field), value, self.money, total)

    def _formula(self, field: str, line: Line, row: int) -> str:
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

    def section(self, lines: Sequence[Line], whole: Line) -> int:
        """Lines by directorate, each with its sum, then the sum of those; gives its row."""
        subtotals = []
        for directorate in DIRECTORATES.values():
            own = [line for line in lines if line.directorate == directorate]
            if not own:
                continue
            first = self.page.row
            for line in own:
                self.line(line)
            added = _added(own, directorate, whole)
            subtotals.append(self.sum_of(added, (), (first, self.page.row - 1)))
        return self.sum_of(whole, subtotals, None)

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


def _value(line: Line, field: str) -> object:
    found: object = {"recurrence": line.kind.recurrence}.get(field)
    return found if found is not None else getattr(line, field)


def _added(lines: Sequence[Line], directorate: str, whole: Line) -> Line:
    """The sum of lines of one directorate, in whole pence."""
    letter = next(key for key, title in DIRECTORATES.items() if title == directorate)

    def total(name: str) -> int | None:
        found = [getattr(line, name) for line in lines if getattr(line, name) is not None]
        return sum(found) if found else None

    return replace(
        whole,
        reference=f"{letter}-{whole.kind.letter}",
        programme_id="",
        directorate=directorate,
        kind=replace(whole.kind, title=whole.kind.title.replace("Total", "Subtotal")),
        levels=_levels(lines, whole.levels),
        full_year=total("full_year"),
        in_base=total("in_base"),
        peak_funding=None,
        reserve_call=total("reserve_call"),
        chance=None,
    )


def _levels(lines: Sequence[Line], shape: Pence) -> Pence:
    return np.sum([line.levels for line in lines], axis=0) if lines else 0 * shape


def write_schedule(
    page: Page, levels: Levels, layout: Layout, results: Results | None = None
) -> dict[str, str]:
    """Write the MTFS sheet of one scenario on a page begun with `schedule_notes`.

    Returns:
        Absolute references by name: the key totals, `mtfs_checks` and `mtfs_moved`.
    """
    schedule = Schedule(page, levels, layout, results)
    lines = mtfs_lines(levels)
    kinds = (CASHABLE_TOTAL, INVESTMENT_TOTAL, NET_TOTAL)
    savings, costs, net = (total_line(kind, levels) for kind in kinds)
    first = page.row
    saved = schedule.section([line for line in lines if line.kind in CASHABLE], savings)
    spent = schedule.section([line for line in lines if line.kind in INVESTED], costs)
    effect = schedule.sum_of(net, (saved, spent), None)
    avoided = [line for line in lines if line.kind is AVOIDANCE]
    schedule.section(avoided, total_line(AVOIDANCE_TOTAL, levels))
    last = page.row - 1
    page.print_beside(1, schedule.heading, last)
    page.row += 1
    schedule_chart(schedule, (saved, spent, effect), (savings, costs, net))
    page.row += CHART_ROWS
    for line, row in ((savings, saved), (costs, spent), (net, effect)):
        schedule.check(line, row)
    schedule.check_totals((first, last))
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
