"""Export: the budget team takes the medium-term projection away in its own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from prevention.dashboard import choices
from prevention.dashboard.session import Changes, bench, forecast, run_line, show_missing
from prevention.jobs import Request, Workbench
from prevention.model.draws import Draws
from prevention.model.memo import Cache
from prevention.model.projection import Projection
from prevention.record import RecordError
from prevention.reports.words import plain

if TYPE_CHECKING:
    from prevention.reports.exporting import Kind, Known
    from prevention.reports.sheets.layouts import Layout

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
UNITS = {
    "": "As the layout says",
    "pounds": "Pounds",
    "thousands": "£ thousand",
    "millions": "£ million",
}
"""Units a reader may want the schedule's money in."""
KEEPING_WAIT = 2.0
"""Seconds a finished file waits for another program to let go of the record."""


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
    kind = str(
        st.radio("Format", list(FORMATS), format_func=FORMATS.get, horizontal=True, key="format")
    )
    layout = _choose_layout(kind)
    first_year, years = _choose_years()
    draws = st.radio(
        "Draws behind the ranges",
        list(DRAWS),
        index=1,
        format_func=DRAWS.get,
        horizontal=True,
        key="draws",
        help="Central figures are exact whichever you choose; ranges and chances need draws.",
    )
    requests = [
        Request(council, scenario, changes.get(scenario, ()), first_year, years, int(draws or 0))
        for scenario in chosen
    ]
    _show_downloads(requests, kind, layout)
    st.header("What will be in it")
    from prevention.dashboard.preview import show_audit, show_preview
    from prevention.reports.sheets.reviews import version_of

    for request in requests:
        projection = central_of(request)
        show_preview(projection, kind, layout)
        show_missing(projection.missing)
        exported = as_drawn(projection, request.draws)
        run_line(exported)
        show_audit(exported, bench().citations(), version_of(bench(), request.scenario))


def central_of(request: Request) -> Projection:
    """The run of a request without draws, which is quick: for the page and the file's name."""
    return forecast(
        request.council, request.scenario, request.changes, 0, request.first_year, request.years
    )


def as_drawn(central: Projection, draws: int) -> Projection:
    """A run without draws as if it had them: the same but for figures that need draws.

    What it is good for is the record and the name of the run in the file.
    """
    return replace(central, draws=Draws(draws, central.draws.seed))


def _choose_layout(kind: str) -> Layout:
    """The layout of the schedule, in the unit of money its reader wants."""
    from prevention.reports.sheets.layouts import DEFAULT_LAYOUT, layouts

    if kind not in LAID_OUT:
        return DEFAULT_LAYOUT
    known = layouts(bench().data)
    left, right = st.columns([2, 1])
    with left:
        name = st.selectbox(
            "Layout of the schedule",
            list(known),
            index=list(known).index("full") if "full" in known else 0,
            format_func=lambda name: f"{plain(known[name].title)} ({name})",
            key="layout",
            help="Layouts are files in data/layouts that the council can edit.",
        )
    with right:
        unit = st.selectbox(
            "Money shown in",
            list(UNITS),
            format_func=lambda unit: UNITS.get(unit, str(unit)),
            key="unit",
            help="How the schedule shows money. An Excel cell holds pounds and pence whichever "
            "you choose, so a total stays a total to the penny.",
        )
    layout = known.get(str(name), DEFAULT_LAYOUT)
    return layout.model_copy(update={"unit": unit}) if unit else layout


def _choose_years() -> tuple[int | None, int | None]:
    """First year (year ending) and number of years; None takes the scenario's own."""
    left, right = st.columns(2)
    with left:
        first = choices.choose_first_year("first-year")
    with right:
        years = st.selectbox(
            "Number of years",
            [0, *range(1, 11)],
            format_func=lambda count: str(count) if count else "As the scenario says",
            key="years",
        )
    return first, int(years or 0) or None


def _choose() -> tuple[str, list[str]]:
    left, right = st.columns([1, 2])
    with left:
        council = choices.choose_council("export")
    with right:
        chosen = choices.choose_scenarios("export", ["step-up"], "Scenarios to export")
    return council, [_version_of(scenario) for scenario in chosen]


def _version_of(scenario: str) -> str:
    """A scenario's name with the version wanted, as ID@3, where it is saved in versions."""
    known = choices.versions(scenario)
    if not known:
        return scenario
    statuses = {number: status for number, status, _ in known}
    title = plain(choices.titles()[scenario])
    number = st.selectbox(
        f"Version of {title}",
        list(statuses),
        index=len(statuses) - 1,
        format_func=lambda number: f"{number}, {statuses.get(number, '')}",
        key=f"version-of-{scenario}",
    )
    return f"{scenario}@{number}"


def _title(scenario: str) -> str:
    """The title of a scenario, with its version where it has one."""
    id_, at, version = scenario.partition("@")
    title = plain(choices.titles()[id_])
    return f"{title}, version {version}" if at else title


def _own_changes(chosen: Sequence[str]) -> dict[str, Changes]:
    """The assumptions set under Adjust, for the scenario they were set in, if wanted."""
    scenario, changes = st.session_state.get("adjusted", ("", ()))
    if scenario not in chosen or not changes:
        return {}
    wanted = st.checkbox(
        f"Use the assumptions I set under Adjust for {_title(scenario)}", key="use-mine"
    )
    return {scenario: changes} if wanted else {}


def _show_downloads(requests: Sequence[Request], kind: str, layout: Layout) -> None:
    """One workbook for all scenarios; one file each in the formats that hold one."""
    batches = [requests] if kind in TOGETHER else [[request] for request in requests]
    for batch in batches:
        named = "" if len(batches) == 1 else f": {_title(batch[0].scenario)}"
        st.download_button(
            f"Download {FORMATS[kind]}{named}",
            data=partial(made, bench(), batch, kind, layout),
            file_name=name_of(central_of(batch[0]), kind, batch[0].draws),
            mime=MIME[ENDINGS.get(kind, "xlsx")],
            type="primary",
            on_click="ignore",
            key="-".join(["download", kind, *(request.scenario for request in batch)]),
        )


def made(workbench: Workbench, requests: Sequence[Request], kind: str, layout: Layout) -> bytes:
    """A file made when it is asked for: outside any page, so nothing here may touch one.

    Its runs go on the record, so that the id printed in it can be replayed; where the
    record is busy, the file is given all the same.
    """
    from prevention.reports.sheets.reviews import known_of

    cache = Cache()
    projections = [workbench.forecast(request, cache) for request in requests]
    known = [
        known_of(workbench, request.scenario, projection, kind_of(kind))
        for request, projection in zip(requests, projections, strict=True)
    ]
    content = content_of(projections, kind, workbench.citations(), layout, known)
    for projection in projections:
        try:
            workbench.keep(projection, wait=KEEPING_WAIT)
        except RecordError:
            break
    return content


def name_of(central: Projection, kind: str, draws: int) -> str:
    """The file's name: council, scenario, year and run, safe on any system.

    central: the run without draws; the name is that of the run with them, which is made
    only when the file is asked for.
    """
    from prevention.reports.tables import file_name

    return file_name(as_drawn(central, draws), ENDINGS.get(kind, "xlsx"))


def kind_of(chosen: str) -> Kind:
    """The kind of export a format on the page stands for."""
    from prevention.reports.exporting import Kind

    plain_data = {"xlsx": Kind.working_model, "csv": Kind.data, "parquet": Kind.data}
    return plain_data.get(chosen) or Kind(chosen)


def content_of(
    projections: Sequence[Projection],
    kind: str,
    citations: Mapping[str, str],
    layout: Layout | None = None,
    known: Sequence[Known] = (),
) -> bytes:
    """The file's bytes, made as the command line makes them; layout: None is the full one."""
    from prevention.reports import exporting
    from prevention.reports.sheets.layouts import DEFAULT_LAYOUT

    ending = f".{ENDINGS.get(kind, 'xlsx')}"
    look = layout or DEFAULT_LAYOUT
    return exporting.content_of(projections, kind_of(kind), citations, ending, look, known)
