"""The MTFS sheet: increments to base by year, cumulative beside, investment apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.money import Pence, to_pounds
from prevention.reports.page import Book, Column, Page
from prevention.reports.tables import (
    AVOIDANCE,
    DIRECTORATES,
    INVESTMENT,
    Line,
    mtfs_lines,
    total_lines,
)

FIRST = 5
"""Column of the first year: reference, directorate, programme, type, description before."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the model's own figures stand, for the checks: ranges of the sheet Annual.

    number: the scenario's, in its column "No.".
    """

    number: int
    numbers: str
    programmes: str
    services: str
    measures: str
    years: str
    central: str

    def formula(self, measure: str, year: str, programme: str = TOTAL) -> str:
        """The model's figure of one measure and year, all services together.

        year: a cell that holds the year as written there. Empty of rows: zero.
        """
        if not self.central:
            return "0"
        return (
            f"SUMIFS({self.central},{self.numbers},{self.number},{self.programmes},"
            f'"{programme}",{self.services},"{TOTAL}",{self.measures},"{measure}",'
            f"{self.years},{year})"
        )


_NOTES = (
    "GBP, cash prices, shown in thousands; each cell holds pounds and pence. Savings are in "
    "brackets (below zero); investment is above zero on lines of its own.",
    "Each year is the change on the year before; Total is their sum, the effect in the last "
    "year; cumulative is each year's effect against the base.",
    "The first year is the change from a base budget that holds only what stands under "
    "'Already in base'. For a programme already running, enter there what the base counts.",
    "Avoided growth only holds back demand pressure. Cost avoidance has no budget to take and "
    "is in no total. P(target): chance of reaching the saving the budget counts on.",
)


class Schedule:
    """Lays out one scenario's schedule on a page.

    labels: the years. heading: row of the column headings. The columns of the years come
    first, then the total, then the years again, cumulative.
    """

    def __init__(self, page: Page, projection: Projection, source: Source) -> None:
        """Begin below the page's notes."""
        self.page, self.source = page, source
        self.labels = projection.timeline.labels
        self.years = len(self.labels)
        self.total_column = FIRST + self.years
        self.cumulative = self.total_column + 1
        self.after = self.cumulative + self.years
        self.checked: list[str] = []
        self.heading = page.head(self._columns())
        page.freeze(self.heading + 1, 4)

    def _columns(self) -> list[Column]:
        return [
            Column("Reference", width=16),
            Column("Directorate", width=11),
            Column("Programme", width=19),
            Column("Type", width=14),
            Column("Description", width=30),
            *(Column(label, "thousands") for label in self.labels),
            Column("Total", "thousands"),
            *(Column(f"{label} cumulative", "thousands", 12) for label in self.labels),
            Column("Already in base", "thousands"),
            Column("Evidence grade"),
            Column("Lag (months)", "months"),
            Column("P(target)", "share", 9),
        ]

    def line(self, line: Line) -> None:
        """A proposal: its increments are figures, everything that follows is a formula."""
        row = self.page.row
        self._describe(row, line)
        for place, value in enumerate(to_pounds(line.increments).tolist()):
            self.page.put(row, FIRST + place, value, "thousands")
        self._sums(row, line.levels)
        self._record(row, line)
        self.page.row += 1

    def sum_of(self, line: Line, rows: Sequence[int], span: tuple[int, int] | None) -> int:
        """A total row: the sum of a span of rows, or of single rows; gives its row.

        Its stored values are the model's own total, so a recalculation that differs
        shows at once.
        """
        row = self.page.row
        self._describe(row, line, total=True)
        for place, value in enumerate(to_pounds(line.increments).tolist()):
            column = FIRST + place
            if span:
                formula = f"=SUM({xl_range(span[0], column, span[1], column)})"
            else:
                formula = "=" + ("+".join(xl_rowcol_to_cell(r, column) for r in rows) or "0")
            self.page.formula(row, column, formula, value, "thousands", total=True)
        self._sums(row, line.levels, total=True)
        self._record(row, line, total=True)
        self.page.row += 1
        return row

    def _describe(self, row: int, line: Line, total: bool = False) -> None:
        texts = (
            line.reference,
            line.directorate,
            line.programme,
            line.kind.title,
            line.description,
        )
        for column, text in enumerate(texts):
            self.page.put(row, column, text, "text", total)

    def _sums(self, row: int, levels: Pence, total: bool = False) -> None:
        """The total of the years, and each year's running sum."""
        last = FIRST + self.years - 1
        pounds = to_pounds(levels).tolist()
        formula = f"=SUM({xl_range(row, FIRST, row, last)})"
        self.page.formula(row, self.total_column, formula, pounds[-1], "thousands", total)
        for place, value in enumerate(pounds):
            before = f"{xl_rowcol_to_cell(row, self.cumulative + place - 1)}+" if place else ""
            formula = f"={before}{xl_rowcol_to_cell(row, FIRST + place)}"
            self.page.formula(row, self.cumulative + place, formula, value, "thousands", total)

    def _record(self, row: int, line: Line, total: bool = False) -> None:
        in_base = None if line.in_base is None else float(to_pounds(line.in_base))
        self.page.put(row, self.after, in_base, "thousands", total)
        self.page.put(row, self.after + 1, line.grade, "text", total)
        self.page.put(row, self.after + 2, line.lag, "months", total)
        self.page.put(row, self.after + 3, line.chance, "share", total)

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

    def check(self, line: Line, row: int, measure: str, running: bool) -> None:
        """The model's own figures of a total, and the difference, which must be zero.

        running: the model's measure is the level of a year, not the change.
        """
        page, model = self.page, self.page.row
        what = f"{line.kind.title}, {'cumulative' if running else 'change by year'}"
        page.put(model, 0, f"Sheet Annual: {what}", "code")
        page.put(model + 1, 0, f"Check: difference, {what[0].lower()}{what[1:]}", "code")
        start = self.cumulative if running else FIRST
        figures = to_pounds(line.levels if running else line.increments).tolist()
        for place, value in enumerate(figures):
            year = xl_rowcol_to_cell(self.heading, FIRST + place, row_abs=True)
            found = self.source.formula(measure, year)
            formula = f"={'-' if line.kind.sign < 0 else ''}{found}"
            page.formula(model, start + place, formula, value, "thousands")
            one, other = (xl_rowcol_to_cell(r, start + place) for r in (row, model))
            page.formula(model + 1, start + place, f"=ROUND({one}-{other},2)", 0.0, "money")
        self.checked.append(xl_range(model + 1, start, model + 1, start + self.years - 1))
        page.row += 2

    def check_totals(self, rows: tuple[int, int]) -> None:
        """Whether every line's total is its effect in the last year: one cell, zero."""
        page = self.page
        total = xl_range(rows[0], self.total_column, rows[1], self.total_column)
        last = xl_range(rows[0], self.after - 1, rows[1], self.after - 1)
        page.put(page.row, 0, "Check: every total less its last cumulative year", "code")
        formula = f"=ROUND(SUMPRODUCT(ABS({total}-{last})),2)"
        page.formula(page.row, self.total_column, formula, 0.0, "money")
        self.checked.append(xl_rowcol_to_cell(page.row, self.total_column))
        page.row += 1

    def all_checks(self) -> str:
        """One cell for all the sheet's checks; gives its absolute reference."""
        page = self.page
        page.put(page.row, 0, "All checks on this sheet (zero: everything agrees)", "code", True)
        formula = "=" + "+".join(f"SUMPRODUCT(ABS({place}))" for place in self.checked)
        page.formula(page.row, self.total_column, formula, 0.0, "money", True)
        page.row += 2
        return page.reference(page.row - 2, self.total_column)


def _added(lines: Sequence[Line], directorate: str, whole: Line) -> Line:
    """The sum of lines of one directorate, in whole pence."""
    in_base = [line.in_base for line in lines if line.in_base is not None]
    letter = next(key for key, title in DIRECTORATES.items() if title == directorate)
    return replace(
        whole,
        reference=f"{letter}-{whole.kind.letter}",
        directorate=directorate,
        programme="All programmes",
        kind=replace(whole.kind, title=whole.kind.title.replace("Total", "Subtotal")),
        levels=np.sum([line.levels for line in lines], axis=0),
        in_base=sum(in_base) if in_base else None,
        chance=None,
    )


def _avoidance_total(lines: Sequence[Line], whole: Line) -> Line:
    kind = replace(AVOIDANCE, title="Total cost avoidance")
    levels = np.sum([line.levels for line in lines], axis=0) if lines else 0 * whole.levels
    return replace(
        whole,
        reference=f"{TOTAL}-{kind.letter}",
        kind=kind,
        description="Not in any total above: no budget can give it up",
        levels=levels,
        in_base=None,
        chance=None,
    )


def write_schedule(
    book: Book,
    name: str,
    projection: Projection,
    annual: pd.DataFrame,
    appraisal: pd.DataFrame,
    source: Source,
    about: str,
) -> dict[str, str]:
    """Write the MTFS sheet of one scenario.

    Args:
        name: of the sheet. about: a line that says council, scenario and run.

    Returns:
        Absolute references by name: the key totals, and `checks`.
    """
    page = book.page(name, "Medium-term financial schedule", (about, *_NOTES))
    schedule = Schedule(page, projection, source)
    lines = mtfs_lines(projection, annual, appraisal)
    savings, costs, net = total_lines(projection, annual, appraisal)
    first = page.row
    cashable = [line for line in lines if line.kind not in (INVESTMENT, AVOIDANCE)]
    saved = schedule.section(cashable, savings)
    spent = schedule.section([line for line in lines if line.kind is INVESTMENT], costs)
    effect = schedule.sum_of(net, (saved, spent), None)
    avoided = [line for line in lines if line.kind is AVOIDANCE]
    schedule.section(avoided, _avoidance_total(avoided, savings))
    last = page.row - 1
    page.row += 1
    schedule.check(savings, saved, "mtfs_increment", running=False)
    schedule.check(savings, saved, "cashable_saving", running=True)
    schedule.check(costs, spent, "delivery_cost", running=True)
    schedule.check(net, effect, "net_saving", running=True)
    schedule.check_totals((first, last))
    checks = schedule.all_checks()
    _chart(schedule, (saved, spent, effect), (savings, costs, net))
    page.close()
    at = schedule.total_column
    return {
        "mtfs_cashable_savings": page.reference(saved, at),
        "mtfs_investment": page.reference(spent, at),
        "mtfs_net_effect": page.reference(effect, at),
        "mtfs_checks": checks,
    }


def _chart(schedule: Schedule, rows: tuple[int, int, int], totals: Sequence[Line]) -> None:
    """Columns for savings and investment, a line for the net, by year; below the table."""
    page, file = schedule.page, schedule.page.book.file
    chart = file.add_chart({"type": "column"})
    net = file.add_chart({"type": "line"})
    first, last = FIRST, FIRST + schedule.years - 1
    for place, row in enumerate(rows):
        series = {
            "name": [page.name, row, 3],
            "categories": [page.name, schedule.heading, first, schedule.heading, last],
            "values": [
                page.name,
                row,
                schedule.cumulative,
                row,
                schedule.after - 1,
            ],
        }
        if place == 0:
            chart.add_series(series | {"fill": {"color": "#12436D"}, "gap": 60})
        elif place == 1:
            pattern = {
                "pattern": "wide_upward_diagonal",
                "fg_color": "#F46A25",
                "bg_color": "#FFFFFF",
            }
            chart.add_series(series | {"pattern": pattern, "border": {"color": "#F46A25"}})
        else:
            marker = {"type": "diamond", "size": 9, "fill": {"color": "#3D3D3D"}}
            net.add_series(series | {"line": {"color": "#3D3D3D", "width": 2}, "marker": marker})
    chart.combine(net)
    chart.set_title(
        {
            "name": "Effect on the budget by year, against the base (savings below zero)",
            "name_font": {"size": 12},
        }
    )
    chart.set_y_axis(
        {
            "name": "GBP thousand",
            "num_format": '#,##0,_);(#,##0,);"0"_)',
            "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}},
        }
    )
    chart.set_x_axis({"label_position": "low"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 1200, "height": 480})
    page.sheet.set_h_pagebreaks([page.row])
    page.sheet.insert_chart(page.row, 0, chart, {"description": _words(schedule, totals)})


def _words(schedule: Schedule, totals: Sequence[Line]) -> str:
    """The chart in words, for readers who do not see it."""
    first, last = schedule.labels[0], schedule.labels[-1]
    parts = []
    for line in totals:
        start, end = (_thousands(line.levels[place]) for place in (0, -1))
        parts.append(f"{line.kind.title.lower()} from {start} in {first} to {end} in {last}")
    return (
        "Column and line chart of the effect on the budget by year, in GBP thousand, a saving "
        f"below zero: {'; '.join(parts)}. The table above gives every figure."
    )


def _thousands(pence: int) -> str:
    return f"{pence / 100_000:,.0f}"
