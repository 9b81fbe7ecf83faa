"""Programmes and evidence: where every number of every programme comes from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from prevention.dashboard import new_programme
from prevention.dashboard.choices import among, read_address
from prevention.dashboard.figures import spaced
from prevention.dashboard.levers import BASES
from prevention.dashboard.session import bench, service_names, show_below, show_picture
from prevention.dashboard.tables import show_table
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.economy import Economy, graded
from prevention.model.programmes import Programme, Target
from prevention.reports.pictures import charts
from prevention.reports.words import months, per_cent, plain, quantity
from prevention.years import day_label

GRADES = {
    "A": "randomised trial or review of trials",
    "B": "matched comparison",
    "C": "before and after, no comparison",
    "D": "modelled or promotional",
}
MARKS = {"judgement": "JUDGEMENT", "council": "COUNCIL"}
"""Footings shouted in the table, so that no judgement is taken for a finding."""


def show() -> None:
    """The page."""
    library = bench().library
    ids = list(library.programmes)
    names = {id_: programme.name for id_, programme in library.programmes.items()}
    read_address("about-programme", names, among("programme", names))
    chosen = st.selectbox(
        "Programme",
        ids,
        format_func=lambda id_: names.get(id_, str(id_)),
        key="about-programme",
        bind="query-params",
    )
    programme = library.programmes[chosen if chosen in library.programmes else ids[0]]
    _show_what(programme)
    _show_evidence(programme)
    _show_assumptions(programme)
    _show_lag(programme)
    _show_grade(programme, library.economy)
    new_programme.show(programme)


def _show_what(programme: Programme) -> None:
    st.header(plain(programme.name))
    st.markdown(plain(programme.summary))
    grade = programme.evidence_grade
    directorate = {"children": "Children's services", "adults": "Adult social care"}
    services = service_names()
    facts = {
        "Directorate": directorate[programme.directorate],
        "Owner": programme.owner or "not named",
        "Live from": day_label(programme.go_live),
        "Evidence grade": f"{grade}: {GRADES[grade]}",
        "Acts on": "; ".join(_acts_on(target, services) for target in programme.avoids),
    }
    show_table(pd.DataFrame({"What it is": facts}), f"{programme.name}: what it is", "About")


def _acts_on(target: Target, services: Mapping[str, str]) -> str:
    name = services.get(target.service, spaced(target.service))
    if not target.replaced_by:
        return f"{name}, {per_cent(target.share)}"
    instead = services.get(target.replaced_by, spaced(target.replaced_by)).lower()
    return f"{name}, {per_cent(target.share)}, with {instead} instead"


def _show_evidence(programme: Programme) -> None:
    st.header("Evidence")
    if not programme.evidence:
        st.info("No evidence is recorded for this programme.")
        return
    rows = [
        {"Finding": e.finding, "Grade": f"{e.grade}: {GRADES[e.grade]}", "Source": e.source}
        for e in programme.evidence
    ]
    table = pd.DataFrame(rows)
    table.index = pd.Index([f"{place}" for place in range(1, len(table) + 1)])
    show_table(table, f"{programme.name}: evidence with its grade and source", "No.")


def _show_assumptions(programme: Programme) -> None:
    st.header("Assumptions")
    rows = {
        QUANTITIES[name].title: assumption_row(name, assumption)
        for name, assumption in programme.assumptions()
        if name in programme.model_fields_set
    }
    judged = sum(row["Basis"] == MARKS["judgement"] for row in rows.values())
    st.markdown(
        f"{judged} of {len(rows)} numbers below are **judgement**: no study or statistic gives "
        "them, and a council should put its own in their place. Low and high are the 10th and "
        "90th percentile of what the number might be."
    )
    show_table(
        pd.DataFrame.from_dict(rows, orient="index"),
        f"{programme.name}: every assumption with range, unit, footing and source",
        "Assumption",
    )


def _show_lag(programme: Programme) -> None:
    """How the lag is reasoned: its shape, its footing, and the curve it makes."""
    st.header("How the lag is reasoned")
    lag, spread = programme.onset_lag, programme.onset_spread
    st.markdown(
        plain(
            f"On average {months(lag.central)} pass between a person's start and the month in "
            f"which the avoided placement would have begun, give or take {months(spread.central)} "
            f"({SHAPES.get(programme.lag_shape, programme.lag_shape)}). The average itself may be "
            f"as short as {months(lag.low)} or as long as {months(lag.high)}. "
            f"{BASES[lag.basis]}: {lag.source or 'no source given'}."
        )
    )
    if programme.lag_shape == "profile":
        return
    ages = np.arange(0.0, 97.0)
    share = programme.lag.waiting_over(lag.central, spread.central, ages)
    name = "Before the grade of evidence lengthens it"
    rows = pd.DataFrame({"month": ages.astype(int), "share": share, "series": name})
    title = f"Share of people started on {programme.name} whose placement would have begun"
    picture = charts.lag_curve(rows, [name])
    show_picture(picture, f"{title}, by month since they started. The table below has the figures.")
    table = pd.DataFrame(
        {"Share": [per_cent(share[month]) for month in range(0, 97, 12)]},
        index=[f"Month {month}" for month in range(0, 97, 12)],
    )
    show_below(picture, table, title, heading="Since the start")


SHAPES = {
    "gamma": "most near the average, some much later",
    "fixed": "the same for everyone",
    "erlang": "several waits, one after another",
    "weibull": "most near the average, few very late",
    "delayed-ramp": "nothing at first, then a straight build-up",
    "profile": "a stated profile by month or year",
}
"""The shape of a lag in words."""


def _show_grade(programme: Programme, economy: Economy) -> None:
    """What the grade of evidence does to these numbers before a forecast uses them."""
    rule = economy.grades[programme.evidence_grade]
    used = graded(programme, economy)
    bias = used.bias
    st.markdown(
        f"Before a forecast uses these numbers, grade {programme.evidence_grade} takes "
        f"{per_cent(bias.central)} off the effect (low {per_cent(bias.low)}, high "
        f"{per_cent(bias.high)}) and makes the lag {rule.lag_factor:g} times as long: "
        f"{months(programme.onset_lag.central)} becomes {months(used.onset_lag.central)}."
    )
    if not rule.verified:
        st.caption(
            "These percentages are judgement: they have not been checked against the guidance "
            "they are commonly attributed to."
        )


def assumption_row(name: str, assumption: Assumption) -> dict[str, str]:
    """One assumption for a reader: low, central, high, unit, footing, source, date."""
    unit = QUANTITIES[name].unit
    low, central, high = (
        quantity(name, value) for value in (assumption.low, assumption.central, assumption.high)
    )
    return {
        "Low": low,
        "Central": central,
        "High": high,
        "Unit": unit,
        "Basis": MARKS.get(assumption.basis, BASES[assumption.basis]),
        "Source": assumption.source or "none given",
        "As at": assumption.as_at or "not dated",
    }
