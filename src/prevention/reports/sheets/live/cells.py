"""Blocks of formulas on a sheet: single figures, rows by year, and columns by month."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from prevention.model.assumptions import Floats
from prevention.model.measures import GBP
from prevention.reports.sheets.page import Column, Page, Style


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: where it stands on its sheet, as other sheets name it, and its value."""

    local: str
    full: str
    value: float

    def __str__(self) -> str:
        """The address on its own sheet, as formulas there use it."""
        return self.local


@dataclass(frozen=True, slots=True)
class Line:
    """A row of figures by year."""

    row: int
    first: int
    sheet: str
    values: Floats

    def at(self, year: int) -> str:
        """The figure of a year, for formulas of the same sheet."""
        return str(xl_rowcol_to_cell(self.row, self.first + year, row_abs=True, col_abs=True))

    def full(self, year: int) -> str:
        """The figure of a year, for formulas of other sheets."""
        return f"'{self.sheet}'!{self.at(year)}"


@dataclass(frozen=True, slots=True)
class Run:
    """A column of figures by month; row 0 is the first month."""

    column: int
    first: int
    sheet: str
    values: Floats

    def at(self, month: int) -> str:
        """The figure of a month, for formulas of the same sheet."""
        return str(xl_rowcol_to_cell(self.first + month, self.column))

    def full(self, month: int) -> str:
        """The figure of a month, for formulas of other sheets."""
        return f"'{self.sheet}'!{self.at(month)}"

    def span(self, start: int, stop: int) -> str:
        """The months from start up to, not with, stop."""
        name = xl_col_to_name(self.column)
        return f"{name}${self.first + start + 1}:{name}${self.first + stop}"


Formula = Callable[[int, Run], str]
"""The month and the column itself give the formula of a month, without its equals sign."""


def style_of(unit: str) -> Style:
    """Money to the penny, other figures as they are."""
    return "money" if unit.startswith(GBP) else "number"


class Figures:
    """Single figures down a sheet: what it is, its value, its unit."""

    def __init__(self, page: Page) -> None:
        """Begin with a heading row."""
        self.page = page
        columns = [
            Column("What", width=44),
            Column("Value", "number", 13),
            Column("Unit", width=16),
        ]
        for place, column in enumerate(columns):
            page.sheet.write_string(page.row, place, column.heading, page.heading(column))
            page.start(place, column)
        page.row += 1

    def add(
        self, label: str, formula: str, value: float, unit: str = "", style: Style | None = None
    ) -> Figure:
        """A figure that follows from others (`=...`); style: None goes by the unit."""
        row, page = self.page.row, self.page
        page.put(row, 0, label)
        page.formula(row, 1, formula, float(value), style or style_of(unit))
        page.put(row, 2, unit)
        page.row += 1
        local = xl_rowcol_to_cell(row, 1, row_abs=True, col_abs=True)
        return Figure(local, page.reference(row, 1), float(value))

    def link(
        self, label: str, source: Figure, unit: str = "", style: Style | None = None
    ) -> Figure:
        """A figure taken from another sheet."""
        return self.add(label, f"={source.full}", source.value, unit, style)

    def note(self, text: str) -> None:
        """A line of words between figures."""
        self.page.put(self.page.row, 0, text, "code", total=True)
        self.page.row += 1


class Years:
    """Rows of figures by year."""

    def __init__(self, page: Page, labels: Sequence[str], first: int = 3) -> None:
        """Begin with a heading row: what, unit, then the years from column `first`."""
        self.page, self.first, self.years = page, first, len(labels)
        for place, label in ((0, "By year"), (2, "Unit")):
            page.sheet.write_string(page.row, place, label, page.heading(Column(label)))
        for place, label in enumerate(labels):
            column = Column(label, "number")
            page.sheet.write_string(page.row, first + place, label, page.heading(column))
            page.start(first + place, Column(label, "number", 13))
        page.row += 1

    def add(
        self, label: str, unit: str, formula: Callable[[int], str], values: Floats | float
    ) -> Line:
        """A row: `formula(year)` gives the formula of each year, 0 the first."""
        row, page = self.page.row, self.page
        found = np.broadcast_to(np.asarray(values, dtype=np.float64), (self.years,))
        page.put(row, 0, label)
        page.put(row, 2, unit)
        for year in range(self.years):
            value = float(found[year])
            page.formula(row, self.first + year, f"={formula(year)}", value, style_of(unit))
        page.row += 1
        return Line(row, self.first, page.name, found)


class Months:
    """Columns of figures by month under a heading row, with a row before and a row after.

    The row before the first month and the row after the last hold what a difference
    needs at its ends.
    """

    def __init__(self, page: Page, count: int, first_column: int = 0) -> None:
        """Take the next rows of the page: a heading, a row before, `count` months, a row after."""
        self.page, self.count = page, count
        self.heading = page.row
        self.first = page.row + 2
        self.column = first_column
        page.row = self.first + count + 2

    def _begin(self, heading: str, style: Style) -> int:
        place = self.column
        # A wave's or programme's name is part of a heading: no word of it is broken.
        longest = max(map(len, re.split("[ -]", heading)), default=0)
        column = Column(heading, style, max(11, min(longest + 3, 18)))
        self.page.sheet.write_string(self.heading, place, heading, self.page.heading(column))
        if self.page.widths.get(place, 0) < column.width:
            self.page.start(place, column)
        self.page.texts.setdefault(self.heading, []).append((place, heading))
        self.column += 1
        return place

    def constants(self, heading: str, values: Floats, style: Style = "number") -> Run:
        """A column of plain values."""
        place = self._begin(heading, style)
        form = self.page.book.format(style)
        for month, value in enumerate(values.tolist()):
            self.page.sheet.write_number(self.first + month, place, value, form)
        return Run(place, self.first, self.page.name, values)

    def labels(self, heading: str, texts: Sequence[str]) -> None:
        """A column of text."""
        place = self._begin(heading, "text")
        form = self.page.book.format("code")
        for month, text in enumerate(texts):
            self.page.sheet.write_string(self.first + month, place, text, form)

    def add(
        self,
        heading: str,
        formula: Formula,
        values: Floats,
        start: int = 0,
        style: Style = "number",
    ) -> Run:
        """A column: `formula(month, this column)` for each month from `start` on.

        values: of the months from `start`; as many rows are written.
        """
        place = self._begin(heading, style)
        run = Run(place, self.first, self.page.name, values)
        write, form = self.page.sheet.write_formula, self.page.book.format(style)
        for offset, value in enumerate(np.asarray(values, dtype=np.float64).tolist()):
            month = start + offset
            write(self.first + month, place, f"={formula(month, run)}", form, value)
        return run


def moved(run: Run, number: str, whole: str, first: int = 1) -> str:
    """A column's figure `whole` months before a row; nothing before month number `first`.

    number: the cell that counts the row's months from 1.
    """
    place = f"{number}-{whole}"
    return f"IF({place}<{first},0,INDEX({run.span(0, len(run.values))},MAX({place},1)))"


def delayed(run: Run, number: str, months: Figure | str, first: int = 1) -> str:
    """A column moved later; a part-month is a mixture of the two whole months about it."""
    whole, part = f"INT({months})", f"({months}-INT({months}))"
    later = moved(run, number, f"({whole}+1)", first)
    return f"(1-{part})*{moved(run, number, whole, first)}+{part}*{later}"
