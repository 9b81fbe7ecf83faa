"""Export: the budget team takes the medium-term projection away in its own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from prevention.dashboard import choices
from prevention.dashboard.session import (
    Changes,
    appraisal,
    bench,
    forecast,
    run_line,
    show_missing,
    show_table,
)
from prevention.jobs import Request, Workbench
from prevention.model.draws import Draws
from prevention.model.memo import Cache
from prevention.model.projection import Projection
from prevention.reports.words import budget_line, plain

if TYPE_CHECKING:
    from prevention.reports.layouts import Layout

FORMATS = {
    "xlsx": "Working model (Excel)",
    "schedule": "MTFS schedule (Excel)",
    "publication": "Accessible tables (Excel)",
    "briefing": "Briefing (Word)",
    "capital-receipts": "Capital receipts schedule (Excel)",
    "data": "All data by month and year (zip)",
    "charts": "Charts (zip)",
    "csv": "CSV",
    "parquet": "Parquet",
}
ENDINGS = {"briefing": "docx", "data": "zip", "charts": "zip", "csv": "csv", "parquet": "parquet"}
"""How a format's file ends; the others end in xlsx."""
TOGETHER = ("xlsx", "schedule", "publication", "capital-receipts")
"""Formats that hold any number of scenarios in one file."""
LAID_OUT = ("xlsx", "schedule", "publication")
"""Formats that hold the schedule in a layout."""
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
DRAWS = {0: "None: central figures only", 4096: "4,096", 16384: "16,384"}


def show() -> None:
    """The page."""
    st.markdown(
        "The medium-term projection for the budget: change on the year before, and the "
        "cumulative effect beside it."
    )
    council, chosen = _choose()
    if not chosen:
        st.info("Choose a scenario to export.")
        return
    changes = _own_changes(chosen)
    kind = st.radio("Format", list(FORMATS), format_func=FORMATS.get, horizontal=True, key="format")
    layout = _choose_layout(str(kind))
    draws = st.radio(
        "Draws behind the ranges",
        list(DRAWS),
        index=1,
        format_func=DRAWS.get,
        horizontal=True,
        key="draws",
        help="Central figures are exact whichever you choose; ranges and chances need draws.",
    )
    _show_downloads(council, chosen, changes, str(kind), int(draws or 0), layout)
    st.header("What will be in it")
    for scenario in chosen:
        _show_preview(forecast(council, scenario, changes.get(scenario, ()), draws=0))


def _choose_layout(kind: str) -> str:
    """The layout of the schedule, for the formats that hold one."""
    from prevention.reports.layouts import layouts

    if kind not in LAID_OUT:
        return "full"
    known = layouts(bench().data)
    return str(
        st.selectbox(
            "Layout of the schedule",
            list(known),
            index=list(known).index("full") if "full" in known else 0,
            format_func=lambda name: f"{plain(known[name].title)} ({name})",
            key="layout",
            help="Layouts are files in data/layouts that the council can edit.",
        )
    )


def _choose() -> tuple[str, list[str]]:
    left, right = st.columns([1, 2])
    with left:
        council = choices.choose_council("export")
    with right:
        chosen = choices.choose_scenarios("export", ["step-up"], "Scenarios to export")
    return council, chosen


def _own_changes(chosen: Sequence[str]) -> dict[str, Changes]:
    """The assumptions set on the first page, for the scenario they were set in, if wanted."""
    scenario, changes = st.session_state.get("adjusted", ("", ()))
    if scenario not in chosen or not changes:
        return {}
    title = choices.titles()[scenario]
    wanted = st.checkbox(
        f"Use the assumptions I set under Adjust lag for {plain(title)}", key="use-mine"
    )
    return {scenario: changes} if wanted else {}


def _show_downloads(
    council: str,
    chosen: Sequence[str],
    changes: dict[str, Changes],
    kind: str,
    draws: int,
    layout: str,
) -> None:
    """One workbook for all scenarios; one file each in the formats that hold one."""
    batches = [list(chosen)] if kind in TOGETHER else [[scenario] for scenario in chosen]
    for batch in batches:
        named = "" if len(batches) == 1 else f": {plain(choices.titles()[batch[0]])}"
        st.download_button(
            f"Download {FORMATS[kind]}{named}",
            data=partial(
                _content, bench(), _requests(council, batch, changes, draws), kind, layout
            ),
            file_name=name_of(
                forecast(council, batch[0], changes.get(batch[0], ()), 0), kind, draws
            ),
            mime=MIME[ENDINGS.get(kind, "xlsx")],
            type="primary",
            on_click="ignore",
            key="-".join(["download", kind, *batch]),
        )


def _requests(
    council: str, batch: Sequence[str], changes: dict[str, Changes], draws: int
) -> list[Request]:
    return [
        Request(council=council, scenario=s, changes=changes.get(s, ()), draws=draws) for s in batch
    ]


def _content(workbench: Workbench, requests: Sequence[Request], kind: str, layout: str) -> bytes:
    """A file made when it is asked for: outside any page, so nothing here may touch one."""
    cache = Cache()
    projections = [workbench.forecast(request, cache) for request in requests]
    from prevention.reports.layouts import find_layout

    look = find_layout(layout, workbench.data)
    return content_of(projections, kind, workbench.citations(), look)


def name_of(central: Projection, kind: str, draws: int) -> str:
    """The file's name: council, scenario, year and run, safe on any system.

    central: the run without draws; the name is that of the run with them, which is made
    only when the file is asked for.
    """
    from prevention.reports.tables import file_name

    return file_name(
        replace(central, draws=Draws(draws, central.draws.seed)), ENDINGS.get(kind, "xlsx")
    )


def content_of(
    projections: Sequence[Projection],
    kind: str,
    citations: Mapping[str, str],
    layout: Layout | None = None,
) -> bytes:
    """The file's bytes, made as the command line makes them; layout: None is the full one."""
    from prevention.reports import exporting
    from prevention.reports.layouts import DEFAULT_LAYOUT

    ending = f".{ENDINGS.get(kind, 'xlsx')}"
    plain_data = {"xlsx": exporting.Kind.working_model, "csv": exporting.Kind.data}
    plain_data["parquet"] = exporting.Kind.data
    chosen = plain_data.get(kind) or exporting.Kind(kind)
    return exporting.content_of(projections, chosen, citations, ending, layout or DEFAULT_LAYOUT)


def _show_preview(projection: Projection) -> None:
    plan = projection.plan
    st.markdown(f"**{plain(plan.title)}**, {plain(projection.council.name)}")
    if not plan.programmes:
        st.info("No programme runs in this scenario: every line of the schedule is zero.")
    else:
        show_table(
            preview(projection, appraisal(projection)), f"MTFS schedule of {plan.title}, £ thousand"
        )
        st.caption(
            "£ thousand, effect on the budget: a saving is in brackets. Each year is the change "
            "on the year before; cumulative is the effect in that year. Cost avoidance is shown "
            "and is in no total. Files hold pounds and pence."
        )
    show_missing(projection.missing)
    run_line(projection)


def preview(projection: Projection, appraised: pd.DataFrame) -> pd.DataFrame:
    """The MTFS schedule of the files, in GBP thousand as a medium-term plan prints it.

    appraised: `summary.appraisal` of the projection.
    """
    from prevention.reports.lines import mtfs_table

    rows = mtfs_table(projection, appraised)
    rows.index = pd.Index(rows["Programme"] + ": " + rows["Type"].str.lower())
    rows = rows.drop(
        columns=["Reference", "Directorate", "Programme", "Description", "Type", "P(target)"]
    )
    beside = {"Total", "Part-year effect", "Full-year effect", "Already in base"}
    beside |= {"Peak funding", "Reserve call"}
    money = [column for column in rows.columns if "/" in column or column in beside]
    for column in money:
        rows[column] = rows[column].map(_effect)
    rows["Lag (months)"] = rows["Lag (months)"].map(lambda v: "" if pd.isna(v) else f"{v:.1f}")
    return rows


def _effect(amount: float) -> str:
    """An effect on the budget: below zero it is a saving, in brackets."""
    return "" if pd.isna(amount) else budget_line(-amount)
