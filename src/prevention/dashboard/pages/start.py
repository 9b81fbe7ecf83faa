"""The first page: the answer, programme by programme, and the jobs to be done."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, figures
from prevention.dashboard.session import forecast, run_line, show_missing
from prevention.dashboard.tables import show_table
from prevention.model.projection import Projection
from prevention.reports import words
from prevention.reports.words import plain, pounds


def show() -> None:
    """The page."""
    st.markdown(
        "A council pays for prevention today; the saving on placements comes later, in part, and "
        "not always in cash. Here you see **in which financial year, how much, and how sure**."
    )
    left, right, _ = st.columns(3)
    with left:
        council = choices.choose_council("start")
    with right:
        scenario = choices.choose_scenario("step-up")
    projection = forecast(council, scenario)
    _show_answer(projection)
    with st.grid(3, min_column_width=270):
        for page, (title, told) in JOBS.items():
            with st.container(border=True, height="stretch"):
                st.markdown(f"## {title}")
                st.markdown(told)
                link = st.session_state.get("pages", {}).get(page)
                if link is not None:
                    st.page_link(link, label=f"Go to {title}", icon="➡️")
    show_missing(projection.missing)
    run_line(projection)


def _show_answer(projection: Projection) -> None:
    """What the scenario saves, how sure that is, and in which year each part of it pays back."""
    st.header("When it pays back")
    if not projection.plan.programmes:
        st.info("No programme runs in this scenario: nothing is spent and nothing is saved.")
        return
    last = projection.timeline.labels[-1]
    whole = figures.over_plan(projection, "cashable_saving")
    cost = figures.over_plan(projection, "delivery_cost").central
    st.markdown(
        plain(
            f"{projection.plan.title} saves {pounds(whole.central)} in cash by the end of {last} "
            f"and costs {pounds(cost)} of new money. Eight times in ten the saving is between "
            f"{pounds(whole.p10)} and {pounds(whole.p90)}."
        )
    )
    rows = {
        programme.name: programme_row(projection, (id_,))
        for id_, programme in projection.plan.programmes.items()
    }
    rows["The whole plan"] = programme_row(projection, None)
    show_table(
        pd.DataFrame.from_dict(rows, orient="index"),
        f"{projection.plan.title}: saving, cost and payback of each programme",
        "Programme",
    )


def programme_row(projection: Projection, group: figures.Group) -> dict[str, str]:
    """What a programme saves and costs over the plan, and when it pays back, as text."""
    labels = projection.timeline.labels
    saved = figures.central(projection, "cashable_saving", group)
    cost = figures.over_plan(projection, "delivery_cost", group).central
    year = figures.turning_of(projection, group).year
    return {
        f"Cashable saving to {labels[-1]}": pounds(float(saved.sum())),
        "New cost": pounds(cost),
        "Pays back in": words.pays_back(year, cost, labels[-1]),
    }


JOBS = {
    "adjust": (
        "Adjust",
        "**For finance officers.** What if the saving comes later? Move a lag and see the "
        "year it lands in.",
    ),
    "compare": (
        "Compare",
        "**For service directors.** Which plan is better? Set scenarios side by side, against "
        "doing nothing.",
    ),
    "export": (
        "Export",
        "**For budget teams.** The figures for the budget, to the penny, with where each "
        "comes from.",
    ),
    "best-mix": (
        "Best mix",
        "**For service directors.** What to start, and when, within what there is to spend.",
    ),
    "delivered": (
        "Delivered so far",
        "**For programme managers.** Give the starts that happened; see what a late start does to "
        "the saving and its year.",
    ),
    "learn": (
        "Learn the lag",
        "**For finance officers.** Put your own case records beside the published evidence.",
    ),
}
"""Title, and whom it is for, by the page it leads to."""
