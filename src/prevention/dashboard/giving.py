"""Starts that happened, as a visitor gives them: a file, or what their council loaded before.

What a file holds is read in a folder that is gone at once; its counts stay with the visitor's
session until the file is taken away.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from prevention.dashboard import deeds, uploading
from prevention.dashboard.session import Built, bench, built
from prevention.dashboard.tables import show_table
from prevention.evidence.own.starts import LOADED as ON_RECORD
from prevention.evidence.own.starts import StartsFile, StartsMissing
from prevention.evidence.own.templates import TEMPLATES
from prevention.evidence.places import store_file
from prevention.jobs import Request
from prevention.jobs.own_records import starts_of
from prevention.reports import delivery
from prevention.reports.words import plain
from prevention.years import month_label

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOADED, FILE = "The starts loaded before", "A file I choose now"
READ, ANSWER = "starts-read", "starts-answer"
"""Where a session keeps the starts read of a file, and what they were found to come to."""


@st.cache_data(max_entries=8, show_spinner=False)
def _loaded(stamp: Built, path: str, council: str, scenario: str) -> StartsFile | None:
    """The council's own starts on the record; None where it has loaded none."""
    try:
        return starts_of(bench(), Request(council, scenario), None)
    except StartsMissing:
        return None


def choose(request: Request) -> StartsFile | None:
    """The starts to go by; None until there are any."""
    loaded = _loaded(built(), str(store_file()), request.council, request.scenario)
    if loaded is not None:
        chosen = st.radio("Starts to go by", [LOADED, FILE], horizontal=True, key="starts-from")
        if chosen == LOADED:
            st.session_state.pop(READ, None)
            return loaded
    file = st.file_uploader(
        "File of starts that happened", type=uploading.ENDINGS, key="starts-file"
    )
    st.caption(
        "Nothing of the file is kept on disk or on the record: its counts stay with this visit "
        "until you take the file away. Names and numbers of people are not needed. Starts loaded "
        "on the page Data quality are here without a file."
    )
    if file is None:
        for name in (READ, ANSWER):
            st.session_state.pop(name, None)
        return None
    return _read(file, request)


def _read(file: UploadedFile, request: Request) -> StartsFile | None:
    """The file's starts; read once, however often the page is drawn, unless a choice moved."""
    content = file.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    key = (digest, file.name, request.council, request.scenario, built())
    held = st.session_state.get(READ)
    if held is not None and held[0] == key:
        kept: StartsFile = held[1]
        return kept
    for name in (READ, ANSWER):
        st.session_state.pop(name, None)
    with tempfile.TemporaryDirectory() as folder, st.spinner("Reading the file, row by row"):
        path = Path(folder) / uploading.safe_name(file.name)
        path.write_bytes(content)
        try:
            found = starts_of(bench(), request, path)
        except (ValueError, LookupError, OSError, RuntimeError) as fault:
            st.error(plain(deeds.words_of(fault)), title="The file cannot be used")
            return None
    st.session_state[READ] = (key, found)
    return found


def until(found: StartsFile) -> StartsFile:
    """The starts as far as the month the visitor wants to take."""
    known = found.months[::-1]
    if len(known) < 2:
        return found
    with st.columns([1, 3])[0]:
        last = st.selectbox(
            "Last month to take",
            known,
            format_func=month_label,
            key=f"last-month-{found.sha256[:12]}",  # of other starts another month is the last
            help="Months after it are left out: those that are not over, or not yet counted.",
        )
    return found if last is None or last == known[0] else found.until(last)


def show_read(found: StartsFile) -> None:
    """What became of the rows: used, refused and why, set aside."""
    st.markdown(plain(delivery.count_line(found)))
    if found.breaches:
        mend = (
            "Correct them under What waits on the page Data quality."
            if found.file == ON_RECORD
            else "Correct them in the file and give it again."
        )
        st.warning(
            f"Rows that break one are left out of what follows. {mend}",
            title=f"Rules broken: {len(found.breaches):,}",
        )
        uploading.show_breaches(found.breaches)
    lines = [*found.recognised, *delivery.aside_lines(found)]
    if lines:
        with st.expander("What was read"):
            st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def show_example(expanded: bool) -> None:
    """What a file of starts looks like."""
    head, *rows = [line.split(",") for line in TEMPLATES["starts"].splitlines()]
    with st.expander("What a file of starts looks like", expanded=expanded):
        show_table(
            pd.DataFrame(rows, columns=head).set_index(head[0]), "Example of a file of starts"
        )
        st.markdown(
            "One row for each programme and month: the programme by its name or id, and how many "
            "started. Months may also stand across the top. Write 0 where nobody started: a month "
            "left out is not known, and taken as planned."
        )
        st.download_button(
            "Empty template (CSV)",
            ",".join(head) + "\r\n",
            "starts.csv",
            on_click="ignore",
            key="starts-template",
        )
