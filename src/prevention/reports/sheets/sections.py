"""The rows of an MTFS schedule in the order it is read, and what stands in each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from prevention.money import Pence
from prevention.reports.sheets.layouts import MONEY, Layout
from prevention.reports.sheets.lines import (
    AVOIDANCE,
    AVOIDANCE_TOTAL,
    CASHABLE,
    CASHABLE_TOTAL,
    DIRECTORATES,
    INVESTED,
    INVESTMENT_TOTAL,
    NET_TOTAL,
    Levels,
    Line,
    mtfs_lines,
    total_line,
)


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one sort by directorate, each with its subtotal, and the total of all.

    groups: the lines of a directorate and their sum.
    """

    groups: tuple[tuple[tuple[Line, ...], Line], ...]
    whole: Line

    @property
    def rows(self) -> list[Line]:
        """Every row in order."""
        return [row for lines, added in self.groups for row in (*lines, added)] + [self.whole]


@dataclass(frozen=True, slots=True)
class Sections:
    """A whole schedule: what can be cashed, what it costs, the net, and what is only avoided."""

    saved: Section
    spent: Section
    net: Line
    avoided: Section

    @property
    def rows(self) -> list[Line]:
        """Every row in order."""
        return [*self.saved.rows, *self.spent.rows, self.net, *self.avoided.rows]


def sections_of(levels: Levels) -> Sections:
    """The schedule of a scenario; each total is the model's own."""
    lines = mtfs_lines(levels)

    def section(kinds: Sequence[object], whole: Line) -> Section:
        groups = []
        for directorate in DIRECTORATES.values():
            own = tuple(x for x in lines if x.kind in kinds and x.directorate == directorate)
            if own:
                groups.append((own, _added(own, directorate, whole)))
        return Section(tuple(groups), whole)

    return Sections(
        section(CASHABLE, total_line(CASHABLE_TOTAL, levels)),
        section(INVESTED, total_line(INVESTMENT_TOTAL, levels)),
        total_line(NET_TOTAL, levels),
        section((AVOIDANCE,), total_line(AVOIDANCE_TOTAL, levels)),
    )


def _added(lines: Sequence[Line], directorate: str, whole: Line) -> Line:
    """The sum of lines of one directorate, in whole pence."""
    letter = next(key for key, title in DIRECTORATES.items() if title == directorate)

    def total(name: str) -> int | None:
        found = [getattr(line, name) for line in lines if getattr(line, name) is not None]
        return sum(found) if found else None

    levels: Pence = np.sum([line.levels for line in lines], axis=0)
    return replace(
        whole,
        reference=f"{letter}-{whole.kind.letter}",
        programme_id="",
        directorate=directorate,
        kind=replace(whole.kind, title=whole.kind.title.replace("Total", "Subtotal")),
        levels=levels,
        full_year=total("full_year"),
        in_base=total("in_base"),
        peak_funding=None,
        reserve_call=total("reserve_call"),
        chance=None,
    )


def money_of(line: Line, field: str) -> list[int | None]:
    """Pence in the columns of a field of money, one for each year where it goes by year."""
    if field == "increments":
        return [int(value) for value in line.increments]
    if field == "cumulative":
        return [int(value) for value in line.levels]
    if field == "total":
        return [int(line.levels[-1])]
    return [line.in_base if field == "already_in_base" else getattr(line, field)]


def other_of(line: Line, field: str) -> str | float | None:
    """What stands in a column that is no money: text, months of lag, or a chance."""
    if field in ("type", "recurrence"):
        return line.kind.title if field == "type" else line.kind.recurrence
    found: str | float | None = getattr(line, field)
    return found


def is_money(field: str) -> bool:
    """Whether a field's columns hold money."""
    return field in ("increments", "cumulative", *MONEY)


def columns_of(layout: Layout, labels: Sequence[str]) -> list[tuple[str, int]]:
    """Each column of a layout: its field, and which of the field's columns it is."""
    return [
        (column.field, place)
        for column in layout.columns
        for place in range(len(labels) if column.field in ("increments", "cumulative") else 1)
    ]
