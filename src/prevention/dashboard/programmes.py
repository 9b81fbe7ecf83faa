"""Programmes and evidence: where every number of every programme comes from."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from prevention.dashboard.choices import among, read_address
from prevention.dashboard.compare import quantity_text
from prevention.dashboard.figures import spaced
from prevention.dashboard.levers import BASES
from prevention.dashboard.session import bench, service_names, show_table
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.economy import Economy, graded
from prevention.model.programmes import Programme, Target
from prevention.reports.words import months, per_cent, plain

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
    _show_grade(programme, library.economy)


def _show_what(programme: Programme) -> None:
    st.subheader(plain(programme.name))
    st.markdown(plain(programme.summary))
    grade = programme.evidence_grade
    directorate = {"children": "Children's services", "adults": "Adult social care"}
    services = service_names()
    facts = {
        "Directorate": directorate[programme.directorate],
        "Owner": programme.owner or "not named",
        "Live from": f"{programme.go_live:%-d %B %Y}",
        "Evidence grade": f"{grade}: {GRADES[grade]}",
        "Acts on": "; ".join(_acts_on(target, services) for target in programme.avoids),
    }
    show_table(pd.DataFrame({"What it is": facts}), f"{programme.name}: what it is")


def _acts_on(target: Target, services: Mapping[str, str]) -> str:
    name = services.get(target.service, spaced(target.service))
    if not target.replaced_by:
        return f"{name}, {per_cent(target.share)}"
    instead = services.get(target.replaced_by, spaced(target.replaced_by)).lower()
    return f"{name}, {per_cent(target.share)}, with {instead} instead"


def _show_evidence(programme: Programme) -> None:
    st.subheader("Evidence")
    if not programme.evidence:
        st.info("No evidence is recorded for this programme.")
        return
    rows = [
        {"Finding": e.finding, "Grade": f"{e.grade}: {GRADES[e.grade]}", "Source": e.source}
        for e in programme.evidence
    ]
    table = pd.DataFrame(rows)
    table.index = pd.Index([f"{place}" for place in range(1, len(table) + 1)])
    show_table(table, f"{programme.name}: evidence with its grade and source")


def _show_assumptions(programme: Programme) -> None:
    st.subheader("Assumptions")
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
    )


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
        quantity_text(name, value)
        for value in (assumption.low, assumption.central, assumption.high)
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
