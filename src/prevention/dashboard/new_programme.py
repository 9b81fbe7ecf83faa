"""Add a programme, or copy one, without touching a file: it goes on the record."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from prevention.dashboard import choices, identity
from prevention.dashboard.session import bench, service_names
from prevention.model.assumptions import QUANTITIES, Assumption
from prevention.model.programmes import Programme, Target
from prevention.model.scenarios import Scenario, ScenarioError
from prevention.record import RecordError, RecordRefused
from prevention.record.programmes import save_programme
from prevention.record.scenarios import id_for, save_scenario
from prevention.reports.words import plain

EMPTY = (
    "mobilisation",
    "ramp",
    "capacity",
    "effect",
    "onset_lag",
    "onset_spread",
    "duration",
    "fade_out",
    "council_share",
    "cashable_share",
    "notice",
    "set_up_cost",
    "fixed_cost",
    "cost_per_start",
)
"""What a programme begun from nothing is asked for."""

NUMBERS = {"Low": "low", "Central": "central", "High": "high"}
ADULTS = ("65", "older", "adult", "nursing", "home-care")
"""Parts of the ids of service lines that adult social care buys."""


def show(programme: Programme) -> None:
    """The form, folded away until it is wanted."""
    done = st.session_state.pop("programme-saved", "")
    if done:
        st.success(plain(done))
    if not identity.visitor().may("editor"):
        return
    with st.expander("Copy this programme, or add a new one"):
        start = st.radio(
            "Start from",
            ["copy", "empty"],
            format_func=lambda key: (
                f"A copy of {plain(programme.name)}"
                if key == "copy"
                else "Nothing: a new programme"
            ),
            key="programme-start",
        )
        _form(programme if start == "copy" else None)


def _form(copied: Programme | None) -> None:
    names = service_names()
    st.session_state.setdefault("programme-key", uuid.uuid4().hex)
    with st.form("programme", border=False):
        name = st.text_input("Name", max_chars=120, key="programme-name")
        summary = st.text_area("What it is", max_chars=2000, key="programme-summary")
        line = ""
        if copied is None:
            line = str(
                st.selectbox(
                    "Placement it avoids",
                    list(names),
                    format_func=lambda id_: names.get(id_, str(id_)),
                    key="programme-line",
                )
            )
        live = st.date_input("Live from", dt.date(2027, 4, 1), key="programme-live")
        rows = template(copied)
        st.data_editor(
            rows,
            key="programme-table",
            hide_index=True,
            disabled=["Assumption", "Unit"],
            column_order=["Assumption", *NUMBERS, "Unit", "Source"],
            column_config={
                number: st.column_config.NumberColumn(number, required=True, format="%.6g")
                for number in NUMBERS
            },
            alt="Assumptions of the new programme: low, central, high and source",
        )
        titles = choices.titles()
        base = str(
            st.selectbox(
                "Scenario to run it in, besides what runs there",
                list(titles),
                format_func=lambda id_: titles.get(id_, str(id_)),
                key="programme-base",
            )
        )
        who = identity.ask_name("programme-who")
        why = st.text_area("Why", max_chars=2000, key="programme-why")
        asked = st.form_submit_button("Save the programme", type="primary")
    if asked:
        edits = st.session_state["programme-table"].get("edited_rows", {})
        given = {"name": str(name or ""), "summary": str(summary or ""), "go_live": live}
        _save(copied, line, given, rows, edits, (base, who, str(why or "")))


def template(copied: Programme | None) -> pd.DataFrame:
    """The table to fill in: a copied programme's numbers, or none yet."""
    if copied is None:
        blank, ones = Assumption(central=0, low=0, high=0), ("duration", "council_share")
        found = dict.fromkeys(EMPTY, blank)
        found |= dict.fromkeys(ones, Assumption(central=1, low=1, high=1))
    else:
        found = {n: a for n, a in copied.assumptions() if n in copied.model_fields_set}
    return pd.DataFrame(
        [
            {
                "name": name,
                "Assumption": QUANTITIES[name].title,
                "Low": float(assumption.low),
                "Central": float(assumption.central),
                "High": float(assumption.high),
                "Unit": QUANTITIES[name].unit,
                "Source": assumption.source,
            }
            for name, assumption in found.items()
        ]
    )


def programme_of(
    copied: Programme | None,
    line: str,
    given: Mapping[str, Any],
    rows: pd.DataFrame,
    edits: Mapping[int, Mapping[str, Any]],
    who: str,
) -> Programme:
    """The programme a filled-in form describes.

    Raises:
        ScenarioError: a number or a name cannot be; the message says which.
    """
    fields: dict[str, Any] = {}
    if copied is not None:
        fields = {name: getattr(copied, name) for name in copied.model_fields_set}
    else:
        adults = any(part in line for part in ADULTS)
        fields = {
            "directorate": "adults" if adults else "children",
            "evidence_grade": "D",
            "avoids": [Target(service=line, share=1.0)],
        }
    for place, row in rows.iterrows():
        typed = dict(edits.get(int(str(place)), {}))
        changed = {part: typed.get(title, row[title]) for title, part in NUMBERS.items()}
        record = {"source": str(typed.get("Source", row["Source"]) or "")[:500]}
        if typed or copied is None:
            record |= {"basis": "council", "decided_by": who, "as_at": f"{dt.date.today()}"}
            before = {}
        else:
            before = getattr(copied, str(row["name"])).model_dump()
        fields[str(row["name"])] = {**before, **changed, **record}
    fields |= {"id": id_for(given["name"]), **given}
    try:
        return Programme.model_validate(fields)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ScenarioError(
            f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from None


def _save(
    copied: Programme | None,
    line: str,
    given: Mapping[str, Any],
    rows: pd.DataFrame,
    edits: Mapping[int, Mapping[str, Any]],
    on_record: tuple[str, str, str],
) -> None:
    """Save the programme, and a scenario in which it runs; say how it went."""
    base, who, why = on_record
    key = str(st.session_state["programme-key"])
    try:
        programme = programme_of(copied, line, given, rows, edits, who)
        if programme.id in bench().library.programmes:
            raise RecordRefused(f"There is a programme '{programme.name}' already. Name it anew.")
        base_title = choices.titles().get(base, base)
        scenario = Scenario(
            id=id_for(f"{base[:30]} with {programme.id[:28]}"),  # room for both
            title=f"{base_title} with {programme.name}"[:200],
            differs_from=base,
            programmes=(programme.id,),
        )
        save_programme(bench().record, programme, who, why, key=key)
        save_scenario(bench().record, scenario, who, why, key=f"{key} scenario")
    except (ScenarioError, RecordError) as fault:
        st.error(plain(str(fault)), title="It was not saved")
        return
    del st.session_state["programme-key"]
    st.session_state["programme-saved"] = (
        f"{programme.name} is on the record, and runs in the scenario '{scenario.title}'."
    )
    st.rerun()
