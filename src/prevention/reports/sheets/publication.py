"""The publication workbook: the government's accessible form, one table on each sheet.

Cover, contents and notes, then plain tables: no merged cells, nothing frozen or filtered,
no colour that means anything, an explanation for every cell without a figure.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from prevention.model.measures import MEASURES, TOTAL
from prevention.money import to_pounds
from prevention.reports.safe import cell_text
from prevention.reports.sheets import registers
from prevention.reports.sheets.layouts import DIVISORS, WORDS, Layout
from prevention.reports.sheets.lines import Line, mtfs_lines, total_lines
from prevention.reports.sheets.page import height_of, lines_of
from prevention.reports.sheets.printing import A4, set_areas
from prevention.reports.sheets.provenance import provenance
from prevention.reports.sheets.sections import columns_of, is_money, money_of, other_of
from prevention.reports.sheets.workbook import CREATED, Scenario, options

NOT_APPLICABLE, NOT_DRAWN = "[z]", "[x]"
LEGEND = (
    f"{NOT_APPLICABLE} = not applicable",
    f"{NOT_DRAWN} = not available: the run has no draws, or nothing is published",
)
_NOTES = {
    "signs": "A figure below zero takes from the budget: a saving.",
    "increments": "Each year is the change on the year before; the total is their sum.",
    "growth": "Avoided growth only holds back demand pressure. Cost avoidance has no budget to "
    "take and is in no total.",
    "ranges": "P10, P50 and P90: 10, 50 and 90 in 100 draws are lower. They do not add up; "
    "central and mean do, to the penny.",
    "cash": "Money of the year, not discounted, except where a row says real.",
}
"""Notes by key, as a title refers to them."""
_NOTED = {
    "schedule": ("signs", "increments", "growth", "cash"),
    "totals": ("ranges", "cash"),
    "baseline": ("ranges", "cash"),
    "assumptions": ("ranges",),
}


def write_publication(
    scenarios: Sequence[Scenario],
    target: Path | BytesIO,
    citations: Mapping[str, str],
    layout: Layout,
) -> None:
    """Write the workbook; every scenario has its own tables, told apart by number."""
    gpt = _gptables()
    sheets: dict[str, Any] = {}
    for s in scenarios:
        for label, title, rows, source in _tables(s, citations, layout):
            number = len(sheets) + 1
            sheets[f"Table {number}"] = gpt.GPTable(
                table=rows,
                table_name=f"table_{number}_{label}",
                title=f"Table {number}: {_plain(title)}{_referring(label)}",
                subtitles=[_plain(s.about)],
                scope=_plain(s.record["council_name"]),
                source=source,
                legend=list(LEGEND),
                index_columns={},
                additional_formatting=_formats(rows, label),
            )
    cover = _cover(gpt, scenarios)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside gptables, once a table
        book = gpt.produce_workbook(
            target if isinstance(target, BytesIO) else str(target),
            sheets,
            cover=cover,
            notes_table=pd.DataFrame(
                {"Note reference": list(_NOTES), "Note text": list(_NOTES.values())}
            ),
            contentsheet_options={"table_name": "contents_table"},
            workbook_options=options(),
        )
        for sheet in book.worksheets():
            sheet.set_landscape()
            sheet.set_paper(A4)
            sheet.fit_to_pages(1, 0)
            made = sheets.get(sheet.get_name())
            if made is not None:
                _set_sizes(sheet, made)
        _set_text_heights(book, cover)
        book.set_properties(
            {
                "title": "Prevention savings: accessible tables",
                "subject": "Medium-term financial plan",
                "author": "prevention",
                "comments": "Accessible tables of one or more forecasts.",
                "created": CREATED,
            }
        )
        book.close()


def _gptables() -> Any:
    """The library, imported when wanted: it leaves a file of its own open, and Python says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        import gptables
    return gptables


def _plain(text: str) -> str:
    """Text in which nothing is taken for a reference to a note."""
    return cell_text(text.replace("$$", "$ $"))


def _referring(label: str) -> str:
    """References to the notes a table needs."""
    keys = "".join(f"$${key}$$" for key in _NOTED.get(label, ()))
    return f" {keys}" if keys else ""


def _cover(gpt: Any, scenarios: Sequence[Scenario]) -> Any:
    first = scenarios[0]
    about = [_plain(s.about) for s in scenarios]
    return gpt.Cover(
        title="Prevention savings: medium-term projections",
        intro=[
            _plain(f"Forecasts for {first.record['council_name']}, not results."),
            "Money is in pounds unless a heading says thousand. One table stands on each "
            "worksheet; the contents list them.",
        ],
        about=["Some cells have shorthand in square brackets:", *LEGEND, *about],
        contact=["Contact the council's finance team for other formats."],
        width=100,
    )


def _tables(
    s: Scenario, citations: Mapping[str, str], layout: Layout
) -> list[tuple[str, str, pd.DataFrame, str]]:
    """Name, title, rows and source of each table of a scenario."""
    own, published = "This forecast; see the table of what it was made from", "As the table says"
    found = [
        ("schedule", layout.title, schedule_table(s, layout), own),
        ("totals", "All programmes by year, with ranges", _totals(s), own),
        ("pays", "Whether each programme pays", _appraised(s), own),
        (
            "baseline",
            "If nothing changes: people, unit cost and spend",
            _baseline(s, citations),
            published,
        ),
        (
            "assumptions",
            "Every assumption with its range and its source",
            _assumptions(s),
            published,
        ),
    ]
    rows = [
        (title, values[0]) for title, values in provenance([s.projection], citations, [s.version])
    ]
    made_from = pd.DataFrame(rows, columns=["Item", "Value"])
    return [*found, ("made_from", "What the figures were made from", _filled(made_from), own)]


def schedule_table(s: Scenario, layout: Layout) -> pd.DataFrame:
    """The schedule in a layout's columns, GBP; a cell without a figure says why."""
    levels, labels = s.levels, s.projection.timeline.labels
    columns = columns_of(layout, labels)
    divisor = DIVISORS[layout.unit]
    rows = [
        [_cell(line, field, place, divisor) for field, place in columns]
        for line in (*mtfs_lines(levels), *total_lines(levels))
    ]
    titles = [
        f"{heading} ({WORDS[layout.unit]})" if is_money(field) else heading
        for heading, (field, _) in zip(layout.headings(labels), columns, strict=True)
    ]
    return _filled(pd.DataFrame(rows, columns=titles))


def _cell(line: Line, field: str, place: int, divisor: int) -> object:
    if not is_money(field):
        return other_of(line, field)
    pence = money_of(line, field)[place]
    return None if pence is None else round(float(to_pounds(pence)) / divisor, 2)


def _totals(s: Scenario) -> pd.DataFrame:
    rows = s.annual[(s.annual["programme"] == TOTAL) & (s.annual["service"] == TOTAL)]
    named = rows.assign(measure=[MEASURES[m].title for m in rows["measure"]])
    columns = {"measure": "Measure", "year": "Year", "unit": "Unit", "central": "Central"}
    columns |= {"mean": "Mean", "p10": "P10", "p50": "P50", "p90": "P90"}
    return _filled(named[list(columns)].rename(columns=columns), NOT_DRAWN)


def _appraised(s: Scenario) -> pd.DataFrame:
    rows = registers.appraisal(s.number, s.projection, s.appraisal)
    names = ["Number", "Scenario", "Programme", "Figure", "Value", "Unit", "In words"]
    return _filled(pd.DataFrame(rows, columns=names).drop(columns=["Number", "Scenario"]))


def _baseline(s: Scenario, citations: Mapping[str, str]) -> pd.DataFrame:
    names = [c.heading for c in registers.baseline_columns(s.projection.timeline.labels)]
    rows = registers.baseline(s.number, s.projection, s.baseline, citations)
    found = pd.DataFrame(rows, columns=names).drop(columns=["No.", "Scenario"])
    return _filled(found, NOT_DRAWN)


def _assumptions(s: Scenario) -> pd.DataFrame:
    rows = [
        (key, a.low, a.central, a.high, registers.unit_of(key), a.basis, a.source, a.as_at)
        for key, a in s.projection.plan.assumptions().items()
    ]
    names = ["Assumption", "Low", "Central", "High", "Unit", "Basis", "Source", "As at"]
    return _filled(pd.DataFrame(rows, columns=names))


def _filled(rows: pd.DataFrame, missing: str = NOT_APPLICABLE) -> pd.DataFrame:
    """Rows in which every cell holds something: a figure, text, or why there is none."""

    def shown(value: object) -> object:
        if value is None or (isinstance(value, float) and pd.isna(value)) or value == "":
            return missing
        return _plain(value) if isinstance(value, str) else value

    if rows.empty:
        rows = pd.DataFrame(
            [["Nothing to show"] + [missing] * (rows.shape[1] - 1)], columns=rows.columns
        )
    columns = {name: [shown(v) for v in rows[name].tolist()] for name in rows.columns}
    return pd.DataFrame(columns, dtype=object)


def _figures(rows: pd.DataFrame) -> list[str]:
    """Headings of the columns that hold figures."""
    return [
        name
        for name in rows.columns
        if any(isinstance(v, int | float) and not isinstance(v, bool) for v in rows[name])
    ]


def _formats(rows: pd.DataFrame, label: str) -> list[dict[str, Any]]:
    """Two decimals for figures, as many as it takes for assumptions; text wraps."""
    decimals = "0.0###" if label == "assumptions" else "0.00"
    figures = _figures(rows)
    texts = [name for name in rows.columns if name not in figures]
    number = {
        # Two blanks keep it clear of the text in the next column, where an indent is not drawn.
        "num_format": f"#,##{decimals}_)_);-#,##{decimals}_)_)",
        "align": "right",
        "indent": 2,
        "valign": "top",
    }
    forms = ((figures, number), (texts, {"text_wrap": True, "valign": "top"}))
    return [{"column": {"columns": c, "format": f}} for c, f in forms if c]


def _set_sizes(sheet: Any, made: Any) -> None:
    """Widths, and room for every wrapped line: not every program works heights out itself."""
    widths = _widths(made.table)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    first = made.data_range[0]
    rows = [list(made.table.columns), *made.table.to_numpy().tolist()]
    for place, row in enumerate(rows):
        lines = max(
            lines_of(v, int(width * _ROOM)) if isinstance(v, str) else 1
            for v, width in zip(row, widths, strict=True)
        )
        sheet.set_row(first + place, height_of(lines) * _TALLER)
    sheet.repeat_rows(first)
    last = first + len(rows) - 1
    set_areas(sheet, widths, (1, first, last), last, _breaks(list(made.table.columns)))


def _breaks(headings: Sequence[str]) -> list[int]:
    """Where a page may begin: not between the years of one figure.

    >>> _breaks(["Type", "2027/28 (GBP)", "2028/29 (GBP)", "2027/28 cumulative"])
    [0, 1, 3]
    """
    bare = ["", *(re.sub(r"\d{4}/\d{2}", "", heading) for heading in headings)]
    return [place for place, (before, now) in enumerate(pairwise(bare)) if before != now]


def _set_text_heights(book: Any, cover: Any) -> None:
    """Room for the lines of the cover and the notes, whose text wraps."""
    sheet = book.get_worksheet_by_name("Cover")
    texts = [cover.title, "", *cover.intro, "", *cover.about, "", *cover.contact]
    for row, text in enumerate(texts):
        sheet.set_row(row, height_of(lines_of(text, cover.width * _ROOM)) * _TALLER)
    sheet = book.get_worksheet_by_name("Notes")
    sheet.set_column(1, 1, _ONE_LINE)


_ROOM, _TALLER = 0.8, 1.25
"""gptables writes in 12 points: fewer letters in a width that is counted in tens, and taller."""
_ONE_LINE = 140
"""Width that holds any of the notes, in characters."""
_FIGURE, _TEXT, _LONGEST, _PAGE = 18, 34, 90, 150
"""Width of a column of figures; how wide a column of text may be in any table, and in one
that leaves room on a page; the width of a page: in characters."""


def _widths(rows: pd.DataFrame) -> list[int]:
    """A width for each column: room for any figure; text wraps past the widest."""
    figures = _figures(rows)
    wanted = [
        _FIGURE
        if name in figures
        else max(12, len(name) + 2, *(len(str(v)) + 4 for v in rows[name]))
        for name in rows.columns
    ]
    widest = _LONGEST
    while widest > _TEXT and sum(min(width, widest) for width in wanted) > _PAGE:
        widest -= 4
    return [min(width, widest) for width in wanted]
