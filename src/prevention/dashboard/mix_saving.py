"""What is taken away of a best mix: a scenario file, its choices, a scenario on the record."""

from __future__ import annotations

import datetime as dt
import uuid

import pandas as pd
import streamlit as st

from prevention.dashboard import identity, working
from prevention.dashboard.choices import GO_TO, show_way_to_saved
from prevention.dashboard.deeds import attempt, say_what_was_done
from prevention.dashboard.session import bench
from prevention.dashboard.versions import document_of, id_of_new
from prevention.evidence.documents import written
from prevention.jobs import Request
from prevention.jobs.choosing import scenario_from
from prevention.model.optimum import Optimum
from prevention.model.scenarios import Scenario, ScenarioError
from prevention.record import scenarios
from prevention.reports import mixes
from prevention.reports.terminal import csv_text
from prevention.reports.words import plain


def show(answer: Optimum, request: Request) -> None:
    """The files to take away, and for an editor the form that saves the mix."""
    st.header("Take it further")
    try:
        scenario = scenario_from(bench(), request, answer)
    except ScenarioError as fault:
        st.info(plain(str(fault)), title="This mix cannot be written as a scenario")
        return
    with st.container(horizontal=True):
        st.download_button(
            "Download the mix as a scenario",
            data=written(scenario).rstrip() + "\n",
            file_name=f"{scenario.id}.toml",
            mime="application/toml",
            on_click="ignore",
        )
        st.download_button(
            "Download what to start, and why",
            data=csv_text(pd.DataFrame(mixes.rows(answer))) + "\n",
            file_name=f"{scenario.id}.csv",
            mime="text/csv",
            on_click="ignore",
        )
    say_what_was_done()
    show_way_to_saved()
    _show_save(answer, request, scenario)


def _show_save(answer: Optimum, request: Request, scenario: Scenario) -> None:
    if not identity.visitor().may("editor"):
        st.info("You may look at a mix but not save it. An editor can save it for you.")
        return
    key = st.session_state.setdefault("mix-save-key", uuid.uuid4().hex)
    with st.form("save-mix"):
        title = st.text_input(
            "Name to save it under", value=scenario.title[:120], max_chars=120, key="mix-title"
        )
        who = identity.ask_name("my-name")
        why = st.text_area(
            "Why: what it is for, and on whose advice", max_chars=2000, key="mix-why"
        )
        st.caption("It can then be chosen on Adjust, Compare and Export, and be approved.")
        asked = st.form_submit_button("Save as a scenario")
    if asked:
        attempt(
            lambda: _save(answer, request, scenario, str(title or "").strip(), who, str(why), key)
        )


def _save(
    answer: Optimum,
    request: Request,
    scenario: Scenario,
    title: str,
    who: str,
    why: str,
    key: str,
) -> str:
    """Save a mix under a name of its own; says what it is now called."""
    id_ = id_of_new(title)
    plan = answer.best.plan if answer.best else answer.plan
    found = plan.assumptions()
    changes = tuple(each for each in request.changes if working.stem_of(each[0]) in found)
    named = scenario.model_copy(update={"id": id_, "title": title})
    document = document_of(named, plan, changes, who, why, dt.date.today())
    saved = scenarios.save_scenario(bench().record, document, who, why, 0, key)
    del st.session_state["mix-save-key"]
    st.session_state[GO_TO] = (saved.id, saved.version)
    return f"Saved as version {saved.version} of {saved.title}."
