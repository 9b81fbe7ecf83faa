"""Sheets of a workbook as a budget team expects them, and nothing run from a user's text.

Every text goes through `write_string`, so no text becomes a formula or a link. Every
formula is this program's own and carries the value Python worked out: a previewer shows
it at once, and a recalculation must agree with it.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from prevention.reports.safe import CELL_LIMIT, cell_text, sheet_name
from prevention.reports.sheets.printing import A4, set_areas

Style = Literal[
    "text",
    "code",
    "money",
    "pounds",
    "thousands",
    "millions",
    "number",
    "whole",
    "months",
    "end",
    "share",
    "count",
    "date",
]
"""code: text on one line. money: GBP to the penny. thousands, millions: GBP shown so,
the cell holding pounds and pence. number: up to three decimals,
or none where it is whole. end: the same, of a month that may never come. share: a per cent."""

NEVER = 1e6
"""A month no plan reaches: the end of what goes on."""

# Brackets for below zero, as councils print savings. Each `_)` is a blank as wide as a
# bracket: it keeps the digits in line and the figure clear of the next column.
_FORMATS: Mapping[Style, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "code": {},
    "money": {"num_format": "#,##0.00_)_);(#,##0.00)_)"},
    "pounds": {"num_format": "#,##0_)_);(#,##0)_)"},
    "thousands": {"num_format": '#,##0,_)_);(#,##0,)_);"-"_)_)'},
    "millions": {"num_format": '#,##0.00,,_)_);(#,##0.00,,)_);"-"_)_)'},
    "number": {"num_format": "#,##0.0##_)_);(#,##0.0##)_)"},
    "whole": {"num_format": "#,##0_)_);(#,##0)_)"},
    "months": {"num_format": "0.0_)_)"},
    "end": {"num_format": f'[>={NEVER:.0f}]"never"_)_);#,##0.0##_)_)'},
    "share": {"num_format": "0%_)_)"},
    "count": {"num_format": "0_)_)"},
    "date": {"num_format": "dd mmm yyyy"},
}
_HEAD = {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8ECF2"}
_TOTAL = {"bold": True, "top": 1}
FONT = {"font_name": "Arial", "font_size": 10}
_FONT = FONT | {"valign": "top"}
NARROW, WIDE = 8, 44
"""Narrowest and widest column, in characters."""
_EMS = {
    "ijl'|": 0.23,
    "ftrI.,:;/! ()[]-": 0.32,
    "ckJsvxyz": 0.5,
    "FTZ": 0.61,
    "ABEKPSVXY&": 0.67,
    "CDHNRUw": 0.72,
    "GOQ": 0.78,
    "mM%": 0.87,
    "W": 0.95,
}
_EM = {letter: width for letters, width in _EMS.items() for letter in letters}
"""Widths of letters in Arial, as a share of its size; digits and the rest are `_OTHER`."""
_OTHER = 0.556
_CHARACTER, _EDGE = 0.5, 0.7
"""A character of a column's width, and the margins in a cell, in the same share; a little
tight, so that a row is rather too tall than too short."""
_NOTE = 150
"""Characters of a line of notes: no wider than the narrowest sheet's print."""
_LINE, _TALLEST = 13.0, 409.0
"""Height of a line of Arial 10, and the most that Excel gives a row, points."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, with the unit where it has one, and its style.

    width: in characters; 0 fits the longest value, up to `WIDE` for text that wraps.
    """

    heading: str
    style: Style = "text"
    width: int = 0


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes each formula as it stands.

    XlsxWriter looks in every formula for the newest of Excel's functions, in some 30
    searches: most of the time of a workbook of 30,000. Ours name none of them, and write
    the few later ones (GAMMA.DIST) in full.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


@dataclass(slots=True)
class Book:
    """A workbook being written: its formats, made once, and the names already taken."""

    file: xlsxwriter.Workbook
    formats: dict[tuple[str, bool], Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def format(self, style: Style, total: bool = False) -> Any:
        """The cell format of a style, bold under a rule on a total row."""
        key = (style, total)
        if key not in self.formats:
            parts = _FONT | _FORMATS[style] | (_TOTAL if total else {})
            self.formats[key] = self.file.add_format(parts)
        return self.formats[key]

    def special(self, name: str, parts: Mapping[str, Any]) -> Any:
        """A format made once under a name."""
        key = (name, False)
        if key not in self.formats:
            self.formats[key] = self.file.add_format(_FONT | dict(parts))
        return self.formats[key]

    def page(self, wanted: str, title: str, notes: Sequence[str]) -> Page:
        """A new sheet with its title in A1 and a line below it for each note."""
        name = sheet_name(wanted, self.names)
        self.names.append(name)
        sheet = self.file.add_worksheet(name, worksheet_class=_Sheet)
        self.pages.append(Page(self, sheet, name, title, notes))
        return self.pages[-1]


class Page:
    """One sheet, written downwards from its title."""

    def __init__(self, book: Book, sheet: Any, name: str, title: str, notes: Sequence[str]) -> None:
        """Write title and notes, and set the sheet up for A4 landscape."""
        self.book, self.sheet, self.name, self.title = book, sheet, name, title
        self.widths: dict[int, int] = {}
        self.fixed: set[int] = set()
        self.texts: dict[int, list[tuple[int, str]]] = {}
        heading = book.special("title", {"bold": True, "font_size": 14})
        sheet.write_string(0, 0, cell_text(title), heading)
        sheet.set_row(0, 21)
        self.row = 1
        for note in notes:
            self.say(note)
        self.row += 1
        self.beside: tuple[int, int, int] | None = None
        self.breaks: Sequence[int] = ()
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")

    def say(self, text: str) -> None:
        """Write words across the sheet, on as many lines as they take: print stays large."""
        for line in textwrap.wrap(cell_text(text), _NOTE) or [""]:
            self.sheet.write_string(self.row, 0, line, self.book.format("code"))
            self.row += 1

    def put(
        self, row: int, column: int, value: object, style: Style = "text", total: bool = False
    ) -> None:
        """Write one value. A missing one is left empty; text is always text."""
        form = self.book.format(style, total)
        if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
            self.sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            kept = style if style in ("text", "code") else "text"
            self.sheet.write_string(row, column, cell_text(value), self.book.format(kept, total))
        else:
            number = float(value)  # type: ignore[arg-type]
            if style == "number" and number.is_integer():
                form = self.book.format("whole", total)
            self.sheet.write_number(row, column, number, form)
        self.fit(row, column, shown(value, style), style)

    def formula(
        self, row: int, column: int, formula: str, value: float, style: Style, total: bool = False
    ) -> None:
        """Write one of our own formulas with the value it gives."""
        self.sheet.write_formula(row, column, formula, self.book.format(style, total), value)
        self.fit(row, column, shown(value, style), style)

    def head(self, columns: Sequence[Column]) -> int:
        """Write a heading row that repeats on every printed page; gives its row."""
        self.sheet.repeat_rows(self.row)
        self.heads(columns)
        return self.row - 1

    def heads(self, columns: Sequence[Column]) -> None:
        """Write a heading row."""
        for place, column in enumerate(columns):
            self.sheet.write_string(self.row, place, column.heading, self.heading(column))
            self.start(place, column)
        self.row += 1

    def heading(self, column: Column) -> Any:
        """Headings stand over their figures: to the right, unless the column is text."""
        side = "left" if column.style in ("text", "code") else "right"
        indent = 0 if side == "left" else 1
        return self.book.special(f"head {side}", _HEAD | {"align": side, "indent": indent})

    def start(self, place: int, column: Column) -> None:
        """Set a column's fixed width, or the least its heading's longest word needs."""
        longest = max(map(len, column.heading.split()), default=0)
        self.widths[place] = column.width or max(NARROW, longest + 3)
        if column.width:
            self.fixed.add(place)
        self.texts.setdefault(self.row, []).append((place, column.heading))

    def fit(self, row: int, column: int, text: str, style: Style) -> None:
        """Widen a column to hold a text, unless its width is fixed; note what wraps."""
        if style == "text" and text:
            self.texts.setdefault(row, []).append((column, text))
        if column in self.fixed or column not in self.widths:
            return
        longest = max(map(len, text.split("\n")), default=0) + 2
        room = min(longest, WIDE) if style == "text" else longest
        self.widths[column] = max(self.widths[column], room)

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[object]],
        named: int = 1,
    ) -> int:
        """A named table with filters, its heading frozen; gives the heading's row.

        named: columns at the left that name a row. With no rows, one line says so.
        """
        if not rows:
            self.sheet.write_string(self.row, 0, "Nothing to show.", self.book.format("code"))
            return self.row
        top = self.row
        for place, column in enumerate(columns):
            self.start(place, column)
        for row, values in enumerate(rows, top + 1):
            for place, (column, value) in enumerate(zip(columns, values, strict=True)):
                self.put(row, place, value, column.style)
        headings = [
            {"header": column.heading, "header_format": self.heading(column)} for column in columns
        ]
        self.sheet.add_table(
            top,
            0,
            top + len(rows),
            len(columns) - 1,
            {"name": name, "columns": headings, "style": "Table Style Light 1"},
        )
        self.sheet.repeat_rows(top)
        self.freeze(top + 1)
        self.row = top + len(rows) + 2
        self.print_beside(named, top, top + len(rows))
        return top

    def freeze(self, row: int, column: int = 0) -> None:
        """Keep what is above and to the left in view."""
        self.sheet.freeze_panes(row, column)

    def close(self) -> None:
        """Set widths and heights, once everything that must fit is known.

        Heights are stated because not every program works them out when it opens a file.
        """
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        if self.beside is not None:
            columns = [self.widths.get(place, NARROW) for place in range(max(self.widths) + 1)]
            set_areas(self.sheet, columns, self.beside, self.row - 1, self.breaks)
        for row, texts in self.texts.items():
            lines = max(lines_of(text, self.widths.get(column, WIDE)) for column, text in texts)
            if lines > 1:
                self.sheet.set_row(row, height_of(lines))

    def print_beside(self, named: int, first: int, last: int, breaks: Sequence[int] = ()) -> None:
        """Print what does not fit across on pages of its own, each row named again.

        named: columns at the left that name a row. first, last: rows of the table; what
        stands above and below is printed once, on the first pages. breaks: as for
        `printing.pages_of`.
        """
        self.beside, self.breaks = (named, first, last), breaks

    def span(self, row: int, first: int, last: int) -> str:
        """Cells of one row, as formulas of this sheet refer to them."""
        return str(xl_range(row, first, row, last))

    def reference(self, row: int, column: int) -> str:
        """A cell as other sheets refer to it."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def height_of(lines: int) -> float:
    """Height of a row of so many lines, points."""
    return min(lines * _LINE + 2, _TALLEST)


def shown(value: object, style: Style) -> str:
    """About what a cell shows, for its width."""
    if value is None or isinstance(value, str):
        return value or ""
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return ""
    if style == "pounds":
        return f"({number:,.0f})"
    if style == "thousands":
        return f"({number / 1000:,.0f})"
    if style == "millions":
        return f"({number / 1e6:,.2f})"
    if style == "date":
        return "31 Mar 2027 "
    if style in ("share", "count", "months"):
        return f"{number:.0f}   "
    return f"({number:,.2f})" if style == "money" else f"({number:,.3f})"


def lines_of(text: str, width: float) -> int:
    """Lines a text takes when wrapped in a column of so many characters.

    >>> lines_of("Length of a residential placement", 40), lines_of("WWWW MMMM " * 4, 20)
    (1, 4)
    """
    room = max(width * _CHARACTER - _EDGE, 1.0)
    return sum(_wrapped(part, room) for part in text[:CELL_LIMIT].split("\n"))


def _wrapped(text: str, room: float) -> int:
    """Lines of one paragraph: a line ends after a space or a hyphen, or within a long word."""
    lines, used = 1, 0.0
    for word in re.findall(r"[^ -]*[ -]?", text):
        length = sum(_EM.get(letter, _OTHER) for letter in word)
        if used and used + length > room + _EM[" "]:
            lines, used = lines + 1, 0.0
        used += length
        lines, used = lines + int(used // (room + _EM[" "])), used % (room + _EM[" "])
    return lines
