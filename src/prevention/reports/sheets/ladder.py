"""The Ladder sheet: from gross avoided cost to cashable saving, rung by rung, live."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from prevention.model.measures import MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection
from prevention.money import to_pounds
from prevention.reports.sheets.lines import Levels
from prevention.reports.sheets.live.results import Results
from prevention.reports.sheets.page import Column, Page

FIRST = 3
"""Column of the first year: programme, line, what it is before."""

# (measure, sign on this sheet); a tuple of measures is summed live from the rows above.
_INPUTS = {"gross_avoided_cost": 1} | dict.fromkeys(RUNGS, -1)
_FUNDING = {"delivery_cost_gross": -1, "external_funding": 1, "base_funding": 1}
_PARTS = {"saving": 1, "avoided_growth": 1}

LADDER_NOTES = (
    "GBP, cash prices, shown in thousands; each cell holds pounds and pence. Deductions and "
    "costs are in brackets (below zero).",
    "Bold lines are live sums of the lines above them. All programmes: live sums of the "
    "programmes below, checked against the sheet Results.",
)


class Ladder:
    """Lays out one scenario's ladder: all programmes first, then one block each."""

    def __init__(self, page: Page, labels: Sequence[str], levels: Levels, results: Results) -> None:
        """Begin below the page's notes."""
        self.page, self.labels, self.levels, self.results = page, labels, levels, results
        self.total = FIRST + len(labels)
        self.checked: list[str] = []
        years = [Column(label, "thousands") for label in labels]
        self.heading = page.head(
            [
                Column("Programme", width=28),
                Column("Line", width=28),
                Column("What it is", width=58),
                *years,
                Column("Total over the plan", "thousands", 13),
            ]
        )
        page.freeze(self.heading + 1, FIRST - 1)

    def block(self, id_: str, name: str, below: tuple[int, int] | None = None) -> dict[str, int]:
        """A programme's ladder; gives the row of each measure.

        below: rows of the programmes' blocks, for the block that sums them.
        """
        rows: dict[str, int] = {}
        for measure, sign in _INPUTS.items():
            rows[measure] = self._line(id_, name, measure, sign, below)
        rows["cashable_saving"] = self._sum(id_, name, "cashable_saving", 1, [*rows.values()])
        for measure, sign in _PARTS.items():
            rows[measure] = self._line(id_, name, measure, sign, below)
        costs = [self._line(id_, name, m, sign, below) for m, sign in _FUNDING.items()]
        rows["delivery_cost"] = self._sum(id_, name, "delivery_cost", -1, costs)
        parts = [rows["cashable_saving"], rows["delivery_cost"]]
        rows["net_saving"] = self._sum(id_, name, "net_saving", 1, parts)
        rows["net_saving_cumulative"] = self._running(id_, name, rows["net_saving"])
        return rows

    def _label(self, name: str, measure: str, total: bool) -> int:
        row = self.page.row
        for column, text in enumerate((name, *_titles(measure))):
            self.page.put(row, column, text, "text", total)
        self.page.row += 1
        return row

    def _values(self, id_: str, measure: str, sign: int) -> list[float]:
        pence = sign * self.levels.of(id_, measure)
        return [float(v) for v in to_pounds([*pence, pence.sum()])]

    def _line(
        self, id_: str, name: str, measure: str, sign: int, below: tuple[int, int] | None
    ) -> int:
        """A line of figures, or of sums of the same line of every programme below."""
        row = self._label(name, measure, False)
        values = self._values(id_, measure, sign)
        for place, value in enumerate(values[:-1]):
            column = FIRST + place
            if below is None:
                found = f"={'-' if sign < 0 else ''}{self.results.at(id_, measure, place)}"
                self.page.formula(row, column, found, value, "thousands")
                continue
            lines = xl_range(below[0], 1, below[1], 1)
            figures = xl_range(below[0], column, below[1], column)
            formula = f"=SUMIFS({figures},{lines},{xl_rowcol_to_cell(row, 1)})"
            self.page.formula(row, column, formula, value, "thousands")
        self._across(row, values[-1], False)
        return row

    def _across(self, row: int, value: float, total: bool) -> None:
        formula = f"=SUM({xl_range(row, FIRST, row, self.total - 1)})"
        self.page.formula(row, self.total, formula, value, "thousands", total)

    def _sum(self, id_: str, name: str, measure: str, sign: int, rows: Sequence[int]) -> int:
        """A bold line: the sum of rows above."""
        row = self._label(name, measure, True)
        values = self._values(id_, measure, sign)
        together = list(rows) == list(range(rows[0], rows[-1] + 1))
        for place, value in enumerate(values[:-1]):
            column = FIRST + place
            if together:
                formula = f"=SUM({xl_range(rows[0], column, rows[-1], column)})"
            else:
                formula = "=" + "+".join(xl_rowcol_to_cell(r, column) for r in rows)
            self.page.formula(row, column, formula, value, "thousands", True)
        self._across(row, values[-1], True)
        return row

    def _running(self, id_: str, name: str, net: int) -> int:
        """Cumulative net saving; its last year is the plan's total."""
        row = self._label(name, "net_saving_cumulative", True)
        values = self._values(id_, "net_saving_cumulative", 1)
        for place, value in enumerate(values[:-1]):
            column = FIRST + place
            before = f"{xl_rowcol_to_cell(row, column - 1)}+" if place else ""
            formula = f"={before}{xl_rowcol_to_cell(net, column)}"
            self.page.formula(row, column, formula, value, "thousands", True)
        last = xl_rowcol_to_cell(row, self.total - 1)
        self.page.formula(row, self.total, f"={last}", values[-2], "thousands", True)
        return row

    def check(self, rows: dict[str, int], measure: str, sign: int) -> None:
        """A total less the model's own figure, by year: zero."""
        page = self.page
        page.put(page.row, 0, f"Check: {MEASURES[measure].title} less sheet Results", "code")
        for place in range(len(self.labels)):
            column = FIRST + place
            ours = xl_rowcol_to_cell(rows[measure], column)
            theirs = self.results.at(TOTAL, measure, place)
            formula = f"=ROUND({ours}{'-' if sign > 0 else '+'}{theirs},2)"
            page.formula(page.row, column, formula, 0.0, "money")
        self._checked()

    def check_parts(self, rows: dict[str, int]) -> None:
        """Cashable saving less its two parts: zero."""
        page = self.page
        page.put(page.row, 0, "Check: cashable saving less saving and avoided growth", "code")
        for place in range(len(self.labels)):
            column = FIRST + place
            whole, *parts = (
                xl_rowcol_to_cell(rows[m], column) for m in ("cashable_saving", *_PARTS)
            )
            formula = f"=ROUND({whole}-{'-'.join(parts)},2)"
            page.formula(page.row, column, formula, 0.0, "money")
        self._checked()

    def _checked(self) -> None:
        row = self.page.row
        self.checked.append(xl_range(row, FIRST, row, self.total - 1))
        self.page.row += 1

    def all_checks(self) -> str:
        """One cell for all the sheet's checks; gives its absolute reference."""
        page, row = self.page, self.page.row
        page.put(row, 0, "All checks on this sheet (zero: everything agrees)", "code", True)
        formula = "=" + "+".join(f"SUMPRODUCT(ABS({place}))" for place in self.checked)
        page.formula(row, self.total, formula, 0.0, "money", True)
        page.row += 1
        return page.reference(row, self.total)


def _titles(measure: str) -> tuple[str, str]:
    found = MEASURES[measure]
    if measure in RUNGS:
        return f"less {found.title}", found.meaning
    if measure in _PARTS:
        return f"of which {found.title.lower()}", found.meaning
    return found.title, found.meaning


def write_ladder(
    page: Page, projection: Projection, levels: Levels, results: Results
) -> dict[str, str]:
    """Write the Ladder sheet of one scenario on a page begun with `LADDERLADDER_NOTES`.

    Returns:
        Absolute references by name: the key totals over the plan, and `checks`.
    """
    ladder = Ladder(page, projection.timeline.labels, levels, results)
    programmes = projection.plan.programmes
    height = len(_INPUTS) + len(_PARTS) + len(_FUNDING) + 4
    first = page.row + height
    span = (first, first + max(height * len(programmes), 1) - 1)
    rows = ladder.block(TOTAL, "All programmes", span)
    for id_, programme in programmes.items():
        ladder.block(id_, programme.name)
    page.row += 1
    for measure in ("gross_avoided_cost", "cashable_saving", "net_saving", "net_saving_cumulative"):
        ladder.check(rows, measure, 1)
    ladder.check(rows, "delivery_cost", -1)
    ladder.check_parts(rows)
    checks = ladder.all_checks()
    page.sheet.print_area(0, 0, page.row, ladder.total)
    return {
        "ladder_gross_avoided_cost": page.reference(rows["gross_avoided_cost"], ladder.total),
        "ladder_cashable_saving": page.reference(rows["cashable_saving"], ladder.total),
        "ladder_net_saving": page.reference(rows["net_saving"], ladder.total),
        "ladder_checks": checks,
    }
