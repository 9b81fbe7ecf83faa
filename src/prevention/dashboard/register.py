"""The register of assumptions: every number of a plan in one table that can be edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from prevention.dashboard import figures, working
from prevention.dashboard.levers import BASES, fixed_starts
from prevention.dashboard.pair import Pair
from prevention.dashboard.session import Changes, plan_of
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.scenarios import Plan, ScenarioError
from prevention.reports.words import plain

NUMBERS = {"Low": "low", "Central": "central", "High": "high"}


def show(pair: Pair) -> None:
    """The table, and what is done with what was typed in it."""
    approved, now = pair.approved.plan, pair.adjusted.plan
    rows = register(now, approved)
    st.markdown(
        "Every assumption of the plan. Change **Low**, **Central** or **High** and apply: the "
        "figures above follow. Low and high are the 10th and 90th percentile. Shares are "
        "written as fractions of one: 0.25 is 25%."
    )
    told = fixed_starts(now.programmes.values())
    if told:
        st.caption(plain(told))
    with st.form("register", border=False):
        st.data_editor(
            rows,
            key="register-table",
            hide_index=True,
            disabled=[name for name in rows.columns if name not in NUMBERS],
            column_order=[name for name in rows.columns if name != "key"],
            column_config={
                name: st.column_config.NumberColumn(name, required=True, format="%.6g")
                for name in NUMBERS
            },
            height=420,
            alt="Register of assumptions: low, central and high can be edited",
        )
        applied = st.form_submit_button("Apply these assumptions", type="primary")
    if applied:
        edits = st.session_state["register-table"].get("edited_rows", {})
        _apply(pair.scenario, now, rows, edits)


def register(plan: Plan, approved: Plan) -> pd.DataFrame:
    """A row for each assumption of a plan, with its record; key is its `--set` key."""
    before = approved.assumptions()
    rows = []
    for key, found in plan.assumptions().items():
        owner, title = figures.plain_key(key, [plan])
        quantity = QUANTITIES[key.rpartition(".")[2]]
        parts = key.split(".")
        grade = plan.programmes[parts[1]].evidence_grade if parts[0] == "programmes" else ""
        rows.append(
            {
                "key": key,
                "Of": owner,
                "Assumption": title,
                "Low": found.low,
                "Central": found.central,
                "High": found.high,
                "Unit": quantity.unit,
                "Changed": "yes" if _moved(found, before.get(key)) else "",
                "Footing": BASES[found.basis],
                "Grade": grade,
                "Source": found.source or "none given",
                "As at": found.as_at,
            }
        )
    return pd.DataFrame(rows)


def _moved(now: Assumption, before: Assumption | None) -> bool:
    return before is None or (now.low, now.central, now.high) != (
        before.low,
        before.central,
        before.high,
    )


def _apply(
    scenario: str, now: Plan, rows: pd.DataFrame, edits: Mapping[int, Mapping[str, Any]]
) -> None:
    """Check every edit as any input is checked, and keep those that can be."""
    kept = dict(working.changes(scenario))
    refused = []
    for place, edit in edits.items():
        key = str(rows["key"].iloc[int(place)])
        try:
            kept = merged(scenario, kept, edited(now.assumptions()[key], edit, key))
        except ScenarioError as fault:
            refused.append(str(fault))
    working.replace_with(scenario, kept)
    if refused:
        st.error(
            "\n".join(f"- {plain(fault)}" for fault in refused[:5]),
            title="Some numbers cannot be, and were left as they stood",
        )
    elif edits:
        st.rerun()


def edited(found: Assumption, edit: Mapping[str, Any], key: str) -> Changes:
    """The changes a row of typed numbers asks for.

    Raises:
        ScenarioError: what was typed is not a number.
    """
    values = {part: getattr(found, part) for part in NUMBERS.values()}
    for name, part in NUMBERS.items():
        if name in edit:
            try:
                values[part] = float(edit[name])
            except (TypeError, ValueError):
                raise ScenarioError(f"{key}: {name.lower()} must be a number.") from None
    if not values["low"] <= values["central"] <= values["high"]:
        raise ScenarioError(
            f"{key}: low {values['low']:g}, central {values['central']:g} and high "
            f"{values['high']:g} are out of order."
        )
    return working.edits(found, values["low"], values["central"], values["high"], key)


def merged(scenario: str, kept: Mapping[str, float], new: Changes) -> dict[str, float]:
    """Changes with others put over them, tried on the scenario.

    Raises:
        ScenarioError: a value cannot be; the message names it.
    """
    stems = {working.stem_of(key) for key, _ in new}
    left = {key: value for key, value in kept.items() if working.stem_of(key) not in stems}
    whole = {**left, **dict(new)}
    plan_of(scenario, tuple(whole.items()))
    return whole
