"""Learn the lag: what the council's own case records say of a programme, beside its evidence."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, deeds, identity, learn_use, meanings
from prevention.dashboard.choices import among, read_address
from prevention.dashboard.levers import BASES
from prevention.dashboard.session import Built, bench, built, show_below, show_picture
from prevention.dashboard.tables import show_table
from prevention.dashboard.uploading import ENDINGS, safe_name
from prevention.evidence.own.templates import CASE_COLUMNS, TEMPLATES
from prevention.publications import NotRecognised
from prevention.reports.words import plain

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from prevention.evidence.own.cases import CaseFile
    from prevention.learning.coming import Coming
    from prevention.learning.findings import Findings

PRIVATE = (
    "**What becomes of the file.** It is read in the memory of this server, and stands in a "
    "temporary folder only while it is read. Nothing of it goes on the record, into the store or "
    "into a log; it is gone when you take it away or close this dashboard. Of a row that cannot "
    "be used only its number, the column and the rule are shown. Names and addresses are not "
    "needed: leave them out."
)
MOST_ROWS = 50
"""Broken rules shown; the JSON file lists them all."""
_HELD = "case-records"


@dataclass(frozen=True)
class Held:
    """A file read for a programme, without the values of refused cells.

    found: what was learned; None where nothing can be, and why_not says why. curves: how the
    outcomes come; None where too few are known.
    """

    key: tuple[str, str, str, dt.date | None, Built]
    file: CaseFile
    found: Findings | None = None
    curves: Coming | None = None
    why_not: str = ""


def show() -> None:
    """The page."""
    st.markdown(
        "How long it really takes in your council: from your own case records, beside the "
        "published evidence, people still waiting counted as such. What is learned can be set in "
        "a forecast in one step."
    )
    with st.grid(4, min_column_width=230):
        council = choices.choose_council("learn")
        programme = _choose_programme()
        scenario = _choose_scenario(programme)
        day = st.date_input(
            "Day of the export",
            value=None,
            min_value=dt.date(2000, 1, 1),
            max_value=dt.date.today(),
            format="DD/MM/YYYY",
            key="learn-day",
            help="The day up to which everybody in the file was followed. Empty takes the last "
            "date in the file.",
        )
    file = st.file_uploader(
        "Case records: one row a person",
        type=ENDINGS,
        key="learn-file",
        help="CSV, Excel, OpenDocument or Parquet.",
    )
    st.caption(PRIVATE)
    _show_example(unfolded=file is None)
    if file is None:
        st.session_state.pop(_HELD, None)
        return
    held = _held(file, programme, council, day)
    if held is not None:
        _show_held(held, council, scenario)


def _choose_programme() -> str:
    names = {id_: known.name for id_, known in bench().library.programmes.items()}
    read_address("learn-programme", names, among("programme", names))
    ids = list(names)
    start = "no-wrong-door" if "no-wrong-door" in names else ids[0]
    chosen = st.selectbox(
        "Programme",
        ids,
        index=ids.index(start),
        format_func=lambda id_: names.get(id_, str(id_)),
        key="learn-programme",
        bind="query-params",
    )
    return chosen if chosen in names else start


def _choose_scenario(programme: str) -> str:
    """The scenario's name, its last version where it has some; "" where none runs it."""
    ids = _that_run(built(), str(bench().store), programme)
    titles = {id_: choices.titles()[id_] for id_ in ids}
    label = "Scenario to set it in"
    if not ids:
        st.selectbox(
            label, [], disabled=True, placeholder="None runs this programme", key="no-scenario"
        )
        return ""
    read_address("learn-scenario", titles, among("scenario", titles))
    chosen = st.selectbox(
        label,
        ids,
        format_func=lambda id_: titles.get(id_, str(id_)),
        key="learn-scenario",
        bind="query-params",
        help="Of the scenarios that run the programme.",
    )
    id_ = chosen if chosen in ids else ids[0]
    versions = choices.versions(id_)
    return f"{id_}@{versions[-1][0]}" if versions else id_


@st.cache_data(max_entries=32, show_spinner=False)
def _that_run(stamp: Built, path: str, programme: str) -> list[str]:
    from prevention.jobs.own_records import that_run

    return that_run(bench(), programme)


def _show_example(unfolded: bool) -> None:
    with st.expander("What the file has to look like", expanded=unfolded):
        rows = pd.DataFrame.from_dict(
            dict(CASE_COLUMNS), orient="index", columns=["What it holds", "Example", "When"]
        )
        show_table(rows, "Headings of case records, and what each holds", "Heading")
        st.caption("Headings in your own words are understood too, as are other orders of columns.")
        st.download_button(
            "Template: cases (CSV)",
            data=TEMPLATES["cases"].encode("utf-8-sig"),
            file_name="cases.csv",
            mime="text/csv",
            on_click="ignore",
        )


def _held(file: UploadedFile, programme: str, council: str, day: dt.date | None) -> Held | None:
    """The file read; once, however often the page is drawn, unless anything it rests on moved."""
    content = file.getvalue()
    key = (hashlib.sha256(content).hexdigest(), programme, council, day, built())
    held = st.session_state.get(_HELD)
    if isinstance(held, Held) and held.key == key:
        return held
    st.session_state.pop(_HELD, None)
    try:
        with st.spinner("Reading the file and learning from it"):
            found = _read(content, safe_name(file.name), key)
    except (ValueError, LookupError, OSError, RuntimeError) as fault:
        deeds.say_what_was_done()
        st.error(plain(deeds.words_of(fault)), title="Nothing could be read from this file")
        if isinstance(fault, NotRecognised) and identity.visitor().may("editor"):
            with st.expander("Say what the headings of your own file mean"):
                meanings.show_editor(council, None, "learn")
        return None
    st.session_state[_HELD] = found
    return found


def _read(content: bytes, name: str, key: tuple[str, str, str, dt.date | None, Built]) -> Held:
    from prevention.jobs.own_records import cases_in, learn
    from prevention.learning.cohort import RecordsUnfit
    from prevention.learning.coming import coming

    _, programme, council, day, _ = key
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        cases = cases_in(bench(), path, programme, council, day).without_values()
    try:
        found = learn(bench(), cases, programme)
    except RecordsUnfit as fault:
        return Held(key, cases, why_not=str(fault))
    return Held(key, cases, found, coming(found))


def _show_held(held: Held, council: str, scenario: str) -> None:
    if held.found is None:
        st.warning(
            plain(held.why_not), title="Nothing can be learned from these records as they are"
        )
        _show_refused(held.file)
        _show_reading(held.file)
        return
    _show_counts(held.found, held.file)
    _show_refused(held.file)
    st.header(plain(f"How long {held.found.programme.name} takes"))
    _show_cards(held.found)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_findings(held.found)
    with right:
        _show_curve(held.curves)
    learn_use.show(held.file, held.found, council, scenario)
    _show_reading(held.file)


def _show_counts(found: Findings, file: CaseFile) -> None:
    people = found.people
    counts = {
        "People started": people.referrals,
        "With the outcome": people.outcomes,
        "Still waiting": people.still_open,
        "Closed without it": int(people.left.sum()),
        "Months of records": people.months,
        "Rows refused": file.rows_refused,
    }
    with st.grid(6, min_column_width=140):
        for label, count in counts.items():
            st.metric(label, f"{count:,}", border=True, height="stretch")


def _show_refused(file: CaseFile) -> None:
    from prevention.reports import learned

    if not file.breaches:
        return
    st.warning(
        f"{file.rows_refused:,} of {file.rows_read:,} rows broke a rule and were left out; the "
        "others were used. Correct them in your file and choose it again.",
        title="Rows refused",
    )
    rows = learned.refused(file)[:MOST_ROWS]
    show_table(rows, "Rows refused, with the rule each broke")
    if len(file.breaches) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of {len(file.breaches):,}; the JSON file has them all.")


def _show_cards(found: Findings) -> None:
    from prevention.reports import waits

    with st.grid(6, min_column_width=140):
        for card in waits.cards(found):
            st.metric(
                card.label,
                card.value,
                delta=card.moved or None,
                delta_color="inverse",
                border=True,
                height="stretch",
                help=plain(card.about),
            )


def _show_findings(found: Findings) -> None:
    from prevention.reports import learned

    sentences = (*learned.answer(found), *learned.beside(found))
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    lag = found.programme.onset_lag
    st.caption(
        plain(f"The evidence's own footing. {BASES[lag.basis]}: {lag.source or 'none given'}.")
    )
    show_table(learned.ranges(found), learned.RANGES, "Months")
    st.markdown("### Effect")
    st.markdown(plain(" ".join(learned.effect_sentences(found))))


def _show_curve(curves: Coming | None) -> None:
    from prevention.reports import waits

    st.markdown("### When the outcome comes")
    if curves is None:
        st.info(waits.NO_PICTURE)
        return
    picture = waits.chart(curves)
    show_picture(picture, f"{waits.TITLE}. {waits.HOW_TO_READ} The table below has the figures.")
    st.caption(waits.HOW_TO_READ)
    show_below(picture, waits.table(curves), waits.TITLE, heading="Since referral")


def _show_reading(file: CaseFile) -> None:
    from prevention.reports import learned

    st.header("How the file was read")
    lines = learned.reading_lines(file, refused=False)
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))
