"""Which columns of a sheet print on which page of A4, so that print stays large enough to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import quote_sheetname, xl_range_abs

A4 = 9
ACROSS = 210
"""Characters of width on one page: print of some 60 per cent of its size on screen."""


def pages_of(
    widths: Sequence[int], named: int, across: int = ACROSS, breaks: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """First and last column of each page across.

    named: columns at the left that are printed again on every page. breaks: columns a
    page should begin with, so that columns that belong together stay so.

    >>> pages_of([20, 30, 30, 30], 1, across=80), pages_of([20, 30, 30, 30], 1, 80, [1, 2])
    ([(0, 2), (3, 3)], [(0, 1), (2, 3)])
    """
    groups, start, used = [], 0, 0
    for place, width in enumerate(widths):
        least = max(start, named - 1)
        if used + width > across and place > least:
            cut = max((b for b in breaks if least < b <= place), default=place)
            groups.append((start, cut - 1))
            start, used = cut, sum(widths[:named]) + sum(widths[cut:place])
        used += width
    return [*groups, (start, len(widths) - 1)]


def set_areas(
    sheet: Any,
    widths: Sequence[int],
    beside: tuple[int, int, int],
    bottom: int,
    breaks: Sequence[int] = (),
) -> None:
    """Print a sheet in areas: Excel and LibreOffice begin each on a page of its own.

    beside: columns that name a row, first and last row of the table. bottom: the last row
    of the first area. breaks: as for `pages_of`.
    """
    named, first, last = beside
    groups = pages_of(widths, named, breaks=breaks)
    areas = [
        xl_range_abs(0 if not place else first, left, max(last, bottom if not place else 0), right)
        for place, (left, right) in enumerate(groups)
    ]
    name = quote_sheetname(sheet.get_name())
    # XlsxWriter's own method takes a single area.
    sheet.print_area_range = ",".join(f"{name}!{area}" for area in areas)
    if len(areas) > 1:
        sheet.repeat_columns(0, named - 1)
