"""A plan with the starts delivered in it, kept as a scenario that the other pages go on from."""

from __future__ import annotations

import uuid

import streamlit as st

from prevention.dashboard import deeds, identity, versions
from prevention.dashboard.choices import GO_TO
from prevention.dashboard.session import bench
from prevention.jobs import Request
from prevention.jobs.own_records import rebased
from prevention.model.monitoring import Monitoring
from prevention.record import RecordRefused, scenarios

KEY, SAVED = "onward-key", "onward-saved"
"""Where a session keeps the key of a save; what it saved last, and what that was made from."""


def show(request: Request, answer: Monitoring, version: str) -> None:
    """The form that saves a version of the plan under a name, for those who may."""
    st.header("Go on from what was delivered")
    st.markdown(
        "Saved under a name, the plan with these starts in it stands on every page: Adjust, "
        "Compare and Export then go on from what has really been delivered. Its starts are fixed "
        "month by month, so capacity, take-up and ramp no longer move them."
    )
    _say()
    if not identity.visitor().may("editor"):
        st.info("You may look but not save anything. An editor can save this for you.")
        return
    st.session_state.setdefault(KEY, uuid.uuid4().hex)
    with st.form("onward", border=True):
        title = st.text_input("Name to save it under", max_chars=120, key="onward-title")
        who = identity.ask_name("my-name")
        why = st.text_area("Why", max_chars=2000, key="onward-why")
        asked = st.form_submit_button("Save as a scenario", type="primary")
    if asked:
        name = str(title or "").strip()
        deeds.attempt(lambda: _save(request, answer, version, name, who, str(why or "")))


def _say() -> None:
    """What the last save came to, and the ways on from it."""
    deeds.say_what_was_done()
    id_, version, base = st.session_state.get(SAVED, ("", 0, ""))
    pages = st.session_state.get("pages", {})
    if not id_ or not pages:
        return
    ways: dict[str, tuple[str, dict[str, list[str]]]] = {
        "adjust": ("Go on in Adjust", {}),
        "compare": ("Compare it with the plan", {"scenarios": [base, id_]}),
        "export": ("Export it", {"export": [id_]}),
    }
    with st.container(horizontal=True):
        chosen = [page for page, (label, _) in ways.items() if st.button(label, key=f"to-{page}")]
    for page in chosen:
        if page == "adjust":
            # Its picker keeps what it showed before, whatever the address says.
            st.session_state[GO_TO] = (id_, version)
        st.switch_page(pages[page], query_params=ways[page][1])


def _save(
    request: Request, answer: Monitoring, version: str, title: str, who: str, why: str
) -> str:
    """Put it on the record; says what it is now called."""
    if not title:
        raise RecordRefused("Give it a name to save it under.")
    document = rebased(bench(), request, answer, version, title)
    document = document.model_copy(update={"id": versions.id_of_new(title)})
    saved = scenarios.save_scenario(bench().record, document, who, why, key=st.session_state[KEY])
    del st.session_state[KEY]
    st.session_state[SAVED] = (saved.id, saved.version, request.scenario.partition("@")[0])
    return f"Saved as version {saved.version} of {saved.title}. It is now on every page."
