"""What an export will hold, shown before it is downloaded."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from prevention.dashboard.session import appraisal, bench, show_picture
from prevention.dashboard.tables import show_table
from prevention.model.projection import Projection
from prevention.reports.sheets.layouts import WORDS, Layout
from prevention.reports.sheets.lines import Levels
from prevention.reports.sheets.sections import columns_of, is_money, money_of, other_of, sections_of
from prevention.reports.words import budget_figure, plain

SAMPLE = 12
"""Rows of a table of data that are shown."""


def show_preview(projection: Projection, kind: str, layout: Layout) -> None:
    """What one scenario will look like in a format."""
    plan = projection.plan
    st.markdown(f"**{plain(plan.title)}**, {plain(projection.council.name)}")
    if kind == "charts":
        _show_charts(projection)
    elif kind in ("csv", "parquet", "data"):
        _show_rows(projection)
    elif kind == "capital-receipts":
        _show_receipts(projection)
    elif not plan.programmes:
        st.info("No programme runs in this scenario: every line of the schedule is zero.")
    else:
        _show_schedule(projection, kind, layout)


def _show_schedule(projection: Projection, kind: str, layout: Layout) -> None:
    title = f"MTFS schedule of {projection.plan.title}, {WORDS[layout.unit]}"
    show_table(preview(projection, appraisal(projection), layout), title)
    if kind == "briefing":
        st.caption("The briefing puts these figures in words, with a chart and the risks.")
    st.caption(
        f"{WORDS[layout.unit]}, effect on the budget: a saving is in brackets. Each year is the "
        "change on the year before; cumulative is the effect in that year. Cost avoidance is "
        "shown and is in no total of savings. Excel files hold pounds and pence. Chances stand "
        "in the file where it has draws."
    )


def preview(projection: Projection, appraised: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The MTFS schedule row by row as the file shows it, in a layout's columns.

    appraised: `summary.appraisal` of the projection.
    """
    labels = projection.timeline.labels
    lines = sections_of(Levels(projection, appraised)).rows
    rows = pd.DataFrame(
        {
            heading: [
                budget_figure(money_of(line, field)[place], layout.unit)
                if is_money(field)
                else _shown(field, other_of(line, field))
                for line in lines
            ]
            for heading, (field, place) in zip(
                layout.headings(labels), columns_of(layout, labels), strict=True
            )
        }
    )
    (heading,) = (column.heading for column in layout.columns if column.field == "reference")
    return rows.set_index(heading)


def _shown(field: str, value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:.0%}" if field == "chance" else f"{value:.1f}"


def _show_rows(projection: Projection) -> None:
    from prevention.reports.tables import annual_rows

    rows = annual_rows(projection)
    shown = rows.head(SAMPLE).drop(columns=["run_id", "council", "council_name"])
    shown = shown.set_index("scenario").astype(object).fillna("")
    show_table(shown, f"First rows of the annual figures of {projection.plan.title}")
    st.caption(
        f"The first {len(shown)} of {len(rows):,} annual rows, without the columns that repeat "
        "run and council. Ranges stand in the file where it has draws."
    )


def _show_charts(projection: Projection) -> None:
    from prevention.reports.pictures.gallery import pictures

    for title, picture, words in pictures(projection).values():
        st.markdown(f"**{plain(title)}**")
        show_picture(picture, words)
        st.caption(plain(words))


def _show_receipts(projection: Projection) -> None:
    from prevention.reports.sheets.receipts import HEADINGS, receipt_rows
    from prevention.reports.sheets.reviews import reviews_of
    from prevention.reports.sheets.workbook import scenarios_of

    rows = receipt_rows(scenarios_of([projection])[0], reviews_of(bench(), projection))
    if not rows:
        st.info(
            "No programme in this scenario is funded by flexible use of capital receipts. Set "
            'source = "capital-receipts" in the funding of a programme to have it here.'
        )
        return
    first, *middle = HEADINGS[:4]
    last = ("Total", *HEADINGS[4:])
    frame = pd.DataFrame(rows, columns=[first, *middle, *projection.timeline.labels, *last])
    money = [*projection.timeline.labels, "Total"]
    frame[money] = frame[money].map("{:,.2f}".format)
    show_table(frame.set_index(first), f"Capital receipts schedule of {projection.plan.title}, GBP")


def show_audit(projection: Projection, citations: Mapping[str, str], version: str) -> None:
    """The sheet Provenance as the file will have it: what each figure was made from."""
    from prevention.reports.sheets.provenance import provenance

    with st.expander(f"Audit sheet of {plain(projection.plan.title)}: what it is made from"):
        found = provenance([projection], citations, [version])
        rows = [(title, values[0]) for title, values in found]
        frame = pd.DataFrame(rows, columns=["Item", "Value"]).set_index("Item")
        show_table(frame, f"What the export of {projection.plan.title} is made from")
