"""A file as sheets of text: the only form in which readers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Merged = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged range, counted from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, rows of cells as text, and the ranges merged into one cell.

    body: what lies below the first row, where a file is too long to hold as lists (Parquet).
    """

    name: str
    rows: Sequence[Sequence[str]]
    merged: tuple[Merged, ...] = ()
    body: pd.DataFrame | None = None

    def cell(self, row: int, column: int) -> str:
        """A cell by row and column from 0, without spaces around it; blank when there is none."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column].strip() if column < len(cells) else ""

    def filled(self, row: int) -> list[str]:
        """A row with every merged range spelled out across the columns it covers."""
        width = max((len(cells) for cells in self.rows[: row + 1]), default=0)
        cells = [self.cell(row, column) for column in range(width)]
        for top, left, bottom, right in self.merged:
            if top <= row <= bottom:
                text = self.cell(top, left)
                for column in range(left, min(right + 1, width)):
                    cells[column] = cells[column] or text
        return cells

    def below(self, header: int) -> pd.DataFrame:
        """The cells below a header row as text, columns numbered from 0, rows by their index.

        The index is the row of the sheet, counted from 1 as a spreadsheet shows it.
        """
        import pandas as pd

        if self.body is not None:
            return self.body
        width = max((len(row) for row in self.rows[header:]), default=0)
        rows = self.rows[header + 1 :]
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        index = range(header + 2, header + 2 + len(rows))
        return pd.DataFrame(padded, index=index, columns=range(width), dtype=object)


def repeats(frame: pd.DataFrame, header: Sequence[str]) -> pd.Series:
    """Which rows below a header say the same again, as where files were put end to end."""
    width = frame.shape[1]
    again = [*header, *[""] * width][:width]
    return (frame == again).all(axis=1)


@dataclass(frozen=True, slots=True)
class Book:
    """A file as read: its name, its kind (csv, xlsx, xls, ods or parquet) and its sheets."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]

    def opening_words(self, rows: int = 12) -> str:
        """The text of the first rows of every sheet and the sheets' names, to tell what it is."""
        return "\n".join(
            " ".join([sheet.name, *(cell for row in sheet.rows[:rows] for cell in row if cell)])
            for sheet in self.sheets
        )


def column_letter(column: int) -> str:
    """The letter a spreadsheet shows for a column counted from 0.

    >>> column_letter(0), column_letter(25), column_letter(26), column_letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
