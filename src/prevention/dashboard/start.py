"""The first page: three jobs, and the one figure that says where things stand."""

from __future__ import annotations

import streamlit as st

from prevention.dashboard import choices, figures
from prevention.dashboard.session import forecast, run_line
from prevention.model.projection import Projection
from prevention.reports import words
from prevention.reports.words import plain, pounds

SCENARIO = "step-up"
"""What the figures on this page are of."""


def show() -> None:
    """The page."""
    st.markdown(
        "A council pays for prevention today; the saving on placements comes later, in part, and "
        "not always in cash. Here you see **in which financial year, how much, and how sure**."
    )
    left, _ = st.columns([1, 2])
    with left:
        council = choices.choose_council("start")
    projection = forecast(council, SCENARIO)
    with st.grid(3, min_column_width=270):
        for job, (title, who, told) in JOBS.items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"### {title}")
                st.markdown(f"**{who}** {plain(told(projection))}")
                page = st.session_state.get("pages", {}).get(job)
                if page is not None:
                    st.page_link(page, label=f"Go to {title.lower()}", icon="➡️")
    st.caption(
        f"Figures on this page: {plain(projection.plan.title)}, {plain(projection.council.name)}, "
        "with the shipped assumptions. Where each comes from is under Baseline and Programmes."
    )
    run_line(projection)


def _adjusted(projection: Projection) -> str:
    known = list(projection.plan.programmes)
    id_ = "no-wrong-door" if "no-wrong-door" in known else next(iter(known), "")
    if not id_:
        return "No programme of this scenario is covered for this council."
    name = projection.plan.programmes[id_].name
    saved = figures.central(projection, "cashable_saving", (id_,)).tolist()
    return words.arrival(name, projection.timeline.labels, saved)


def _compared(projection: Projection) -> str:
    whole = figures.over_plan(projection, "cashable_saving")
    cost = figures.over_plan(projection, "delivery_cost").central
    return (
        f"{projection.plan.title} saves {pounds(whole.central)} in cash over "
        f"{projection.plan.years} years and costs {pounds(cost)}: see it beside the others, "
        "against doing nothing."
    )


def _exported(projection: Projection) -> str:
    labels = projection.timeline.labels
    return (
        f"The medium-term projection {labels[0]} to {labels[-1]}, in your layout, as a workbook, "
        "CSV or Parquet file, to the penny, with its audit trail."
    )


JOBS = {
    "adjust": ("Adjust", "For finance officers: what if the saving comes later?", _adjusted),
    "compare": ("Compare", "For service directors: which plan is better?", _compared),
    "export": ("Export", "For budget teams: the figures for the budget.", _exported),
}
"""Title, whom it is for, and a sentence of today's figures, by the page it leads to."""
