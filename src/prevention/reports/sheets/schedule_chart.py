"""The chart under an MTFS schedule, and its words for readers who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prevention.reports.sheets.lines import Line

if TYPE_CHECKING:
    from prevention.reports.sheets.schedule import Schedule

CHART_ROWS = 26
"""Rows of a sheet that the chart stands over."""

_TITLES = {
    "cumulative": "Effect on the budget by year, against the base (savings below zero)",
    "increments": "Change in the budget on the year before (savings below zero)",
}


def schedule_chart(schedule: Schedule, rows: tuple[int, int, int], totals: Sequence[Line]) -> None:
    """Columns for savings and investment, a line for the net, by year; below the table."""
    page, file = schedule.page, schedule.page.book.file
    chart = file.add_chart({"type": "column"})
    net = file.add_chart({"type": "line"})
    shown = "cumulative" if "cumulative" in schedule.places else "increments"
    first = schedule.column("increments")
    last = first + schedule.years - 1
    values = schedule.column(shown)
    for place, row in enumerate(rows):
        series = {
            "name": totals[place].kind.title,
            "categories": [page.name, schedule.heading, first, schedule.heading, last],
            "values": [page.name, row, values, row, values + schedule.years - 1],
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
            "name": _TITLES[shown],
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
    # A little below the break, or the edge of its frame prints on the page before.
    options = {"description": _words(schedule, totals), "y_offset": 6}
    page.sheet.insert_chart(page.row, 0, chart, options)


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
