"""Data quality: what is loaded, how old it is, what waits, and what a forecast does without."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, deeds, identity, meanings, uploading
from prevention.dashboard.session import Built, bench, built, forecast, show_missing
from prevention.dashboard.tables import show_table
from prevention.evidence import holdings as held
from prevention.evidence import loading
from prevention.evidence.holdings import Footing, Holding
from prevention.evidence.loads import Load, Waiting, every_load, in_quarantine
from prevention.evidence.places import store_file
from prevention.evidence.store import open_store
from prevention.evidence.tables import FIGURES
from prevention.reports.waiting import quarantine_csv
from prevention.reports.words import months, plain
from prevention.years import format_year

MOST_SHOWN = 100
"""Waiting rows shown on the page; the file to download holds them all."""


def show() -> None:
    """The page."""
    st.markdown(
        "Where the figures come from, how old they are, what could not be taken in, and what the "
        "forecast does about it."
    )
    with st.columns([1, 2])[0]:
        council = choices.choose_council("quality")
    deeds.say_what_was_done()
    waiting = in_quarantine(bench().record)
    _show_head(council, waiting)
    tabs = st.tabs([*PARTS], key="quality", on_change="rerun")
    for tab, part in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                part(council)


@st.cache_data(max_entries=2, show_spinner=False)
def _holdings(stamp: Built, path: str) -> list[Holding]:
    with open_store(path) as store:
        return held.holdings(store)


@st.cache_data(max_entries=16, show_spinner=False)
def _footings(stamp: Built, path: str, code: str) -> list[Footing]:
    with open_store(path) as store:
        return held.footings(store, bench().council(code), in_quarantine(bench().record))


def _show_head(council: str, waiting: list[Waiting]) -> None:
    """How many figures stand, wait and fall short, in three numbers."""
    found = _holdings(built(), str(store_file()))
    amiss = [item for item in _footings(built(), str(store_file()), council) if item.consequence]
    with st.grid(3):
        st.metric("Figures in the store", f"{sum(item.figures for item in found):,}")
        st.metric("Rows waiting to be corrected", f"{len(waiting):,}")
        st.metric("Figures this forecast does without", f"{len(amiss):,}")


def _show_loaded(council: str) -> None:
    found, today = _holdings(built(), str(store_file())), dt.date.today()
    newest = {item.table: item for item in reversed(found)}
    rows = {FIGURES[table].comment: _row(newest[table], today) for table in FIGURES}
    st.header("The newest figures of each kind")
    title = "Newest publication of each kind of figure, with its date and age"
    show_table(pd.DataFrame.from_dict(rows, orient="index"), title)
    st.caption(
        "Age runs from the day of publication, or, where that is not recorded, from the end of "
        "the last year in it. A blank is a cell that the publisher withheld or left out: it is "
        "never taken for zero."
    )
    with st.expander(f"Every release in use: {len(found)}"):
        every = pd.DataFrame(
            {"Kind": FIGURES[item.table].comment, **_row(item, today), **_more(item)}
            for item in found
        )
        show_table(every.set_index("Kind"), "Every release that figures in the store come from")
    _show_loads()


def _row(item: Holding, today: dt.date) -> dict[str, str]:
    return {
        "Publication": item.publication,
        "Publisher": item.publisher,
        "Published": item.published,
        "Age": age(item, today),
        "Years": " to ".join(
            dict.fromkeys((format_year(item.first_year), format_year(item.last_year)))
        ),
        "Figures": f"{item.figures:,}",
        "Blanks": f"{item.blanks:,}",
    }


def age(item: Holding, today: dt.date) -> str:
    """How old a release is, in words."""
    known = item.age(today)
    if known is not None:
        return months(known)
    since = (today.year - item.last_year) * 12 + today.month - 3
    return f"{months(since)} since the year ended" if since > 0 else "reaches into the future"


def _more(item: Holding) -> dict[str, str]:
    return {
        "Replaced by newer": f"{item.replaced:,}",
        "From": item.copied_from,
        "How": "loaded from a file" if item.loaded else "came with this program",
    }


def _show_loads() -> None:
    """Every file loaded, and the way to take one back."""
    st.header("Files loaded")
    loads = every_load(bench().record)
    if not loads:
        st.info("No file has been loaded: the figures are those that came with this program.")
        return
    rows = {load.id: _load_row(load) for load in reversed(loads)}
    show_table(pd.DataFrame.from_dict(rows, orient="index"), "Every file loaded, the last first")
    in_force = [load.id for load in reversed(loads) if not load.withdrawn]
    if in_force and identity.visitor().may("editor"):
        _show_withdraw(in_force)


def _load_row(load: Load) -> dict[str, str]:
    return {
        "File": load.file,
        "What it is": load.title,
        "Loaded (UTC)": f"{load.loaded_at.day} {load.loaded_at:%b %Y, %H:%M}",
        "By": load.who,
        "Rows read": f"{load.rows_read:,}",
        "Stored": f"{load.rows_stored:,}",
        "Held back": f"{load.rows_quarantined:,}",
        "Still waiting": f"{load.waiting:,}" if not load.withdrawn else "",
        "State": f"taken back {load.withdrawn}" if load.withdrawn else "in force",
    }


def _show_withdraw(ids: list[str]) -> None:
    with st.expander("Take a load back"), st.form("withdraw", border=False):
        st.caption("Its figures leave the forecast. Nothing is deleted: it stays on the record.")
        chosen = st.selectbox("Load", ids, key="withdraw-id")
        who = identity.ask_name("withdraw-who")
        why = st.text_area("Why", max_chars=2000, key="withdraw-why")
        asked = st.form_submit_button("Take it back")
    if asked:
        deeds.attempt(lambda: _withdraw(str(chosen), who, str(why or "")))


def _withdraw(id_: str, who: str, why: str) -> str:
    load = loading.unload(id_, bench().data, bench().store, who, why)
    return f"{load.id} ({load.file}) is no longer in force: {load.rows_stored:,} rows."


def _show_waiting(council: str) -> None:
    """What could not be taken in: rule, value, row, what to do; away and back again."""
    waiting = in_quarantine(bench().record)
    if not waiting:
        st.info("No row waits: everything that was read is stored.")
        return
    st.markdown(
        f"{len(waiting):,} rows broke a rule and wait. Download them, correct the cells after "
        "**what\\_to\\_do** in a spreadsheet, save as CSV and upload the file below."
    )
    st.download_button(
        "Download the waiting rows (CSV)",
        data=lambda: quarantine_csv(waiting).encode("utf-8-sig"),
        file_name="prevention_waiting_rows.csv",
        mime="text/csv",
        type="primary",
        on_click="ignore",
    )
    show_table(waiting_table(waiting[:MOST_SHOWN]), "Rows that wait, with the rule each broke")
    if len(waiting) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(waiting):,}; the file holds them all.")
    st.header("Upload the corrected file")
    uploading.show(council, "corrected")


def waiting_table(waiting: list[Waiting]) -> pd.DataFrame:
    """Rows in quarantine for a reader: one line for each rule that one breaks."""
    lines = [
        {
            "File and row": f"{row.file}, row {row.row}",
            "Table": row.table,
            "Cell": breach.column or "the row",
            "Found": breach.value or "nothing",
            "Rule": breach.rule,
            "What to do": breach.message,
        }
        for row in waiting
        for breach in row.breaches
    ]
    return pd.DataFrame(lines).set_index("File and row")


def _show_footing(council: str) -> None:
    """What each line of the forecast stands on, and what it has to do without."""
    found = _footings(built(), str(store_file()), council)
    projection = forecast(council, "do-nothing")
    st.markdown(f"What the forecast for **{plain(projection.council.name)}** stands on.")
    rows = {f"{item.service}: {item.facet.lower()}": _footing_row(item) for item in found}
    show_table(
        pd.DataFrame.from_dict(rows, orient="index"),
        "Last figure of each service line, and what the forecast does where one is lacking",
    )
    show_missing(projection.missing)


def _footing_row(item: Footing) -> dict[str, str]:
    last = item.last
    known = format_year(last.year_ending) if last else "none"
    return {
        "Figure": item.title,
        "Last year": known,
        "Whose": "" if last is None else "the council's own" if item.own else "published",
        "What the forecast does": item.consequence or f"Sets out from {known}.",
    }


def _show_upload(council: str) -> None:
    uploading.show(council, "any")
    meanings.show_templates()


PARTS = {
    "What is loaded": _show_loaded,
    "What waits": _show_waiting,
    "What the forecast uses": _show_footing,
    "Load a file": _show_upload,
    "Your words for ours": meanings.show,
}
"""The tabs, in order."""
