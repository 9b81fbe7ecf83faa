"""A file from a visitor: read, shown as it was understood, and only then taken in."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from prevention.dashboard import identity, meanings
from prevention.dashboard.deeds import attempt, words_of
from prevention.dashboard.session import Built, bench, built
from prevention.dashboard.tables import show_table
from prevention.evidence import loading
from prevention.evidence.breaches import Breach
from prevention.evidence.incoming import Incoming
from prevention.evidence.judging import Judged
from prevention.evidence.loading import LoadReport
from prevention.evidence.own.mapping import MappingWrong
from prevention.publications import NotRecognised
from prevention.reports.words import plain

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

FIND_OUT = "Find out from the file"
OWN = {
    "ledger": "The council's own ledger",
    "placements": "The council's own placements",
    "starts": "The council's own programme starts",
}
ENDINGS = ["csv", "txt", "tsv", "xlsx", "xls", "ods", "parquet"]
STAGES = {0: "Reading the file", 1: "Saving its rows", 2: "Renewing the store", 4: "Done"}
"""What is being done when so many steps of a load are done."""
_MOST_BREACHES = 50


@dataclass(frozen=True)
class Seen:
    """A file read and judged, not yet loaded: what it was read from and as, and its rows."""

    key: tuple[str, str, str, Built]
    incoming: Incoming
    judged: tuple[Judged, ...]

    @property
    def report(self) -> LoadReport:
        """What a load of it would do."""
        return loading.report_of(self.incoming, self.judged)


def show(council: str, key: str) -> None:
    """Choose a file, see what it is, load it. key: "corrected" where no kind need be chosen."""
    if not identity.visitor().may("editor"):
        st.info("You may look at what is loaded but not load anything. An editor can do it.")
        return
    kind = _choose_kind() if key != "corrected" else FIND_OUT
    turn = st.session_state.get(f"turn-{key}", 0)
    file = st.file_uploader(
        "File: a publication as its publisher made it, or the council's own",
        type=ENDINGS,
        key=f"file-{key}-{turn}",
        help="CSV, Excel, OpenDocument or Parquet. Larger files: prevention load FILE.",
    )
    if file is None:
        return
    seen = _seen(file, kind, council, key)
    if seen is not None:
        _show_seen(seen, council, key)


def _choose_kind() -> str:
    from prevention.publications.catalogue import PUBLICATIONS

    names = {FIND_OUT: FIND_OUT, **OWN}
    names |= {id_: f"{p.publisher}: {p.title}" for id_, p in PUBLICATIONS.items()}
    chosen = st.selectbox(
        "What it is", list(names), format_func=lambda name: names[name], key="file-kind"
    )
    return str(chosen)


def _seen(file: UploadedFile, kind: str, council: str, key: str) -> Seen | None:
    """The file read; once, however often the page is drawn, unless anything it rests on moved."""
    content = file.getvalue()
    stamp = (hashlib.sha256(content).hexdigest(), kind, council, built())
    held = st.session_state.get(f"seen-{key}")
    if isinstance(held, Seen) and held.key == stamp:
        return held
    as_ = None if kind == FIND_OUT else kind
    with tempfile.TemporaryDirectory() as folder, st.spinner("Reading the file, row by row"):
        path = Path(folder) / safe_name(file.name)
        path.write_bytes(content)
        try:
            found = loading.examined(path, as_, bench().data, bench().record, council)
        except (ValueError, LookupError, OSError, RuntimeError) as fault:
            st.error(plain(words_of(fault)), title="The file was not taken in; nothing has changed")
            if isinstance(fault, NotRecognised):
                with st.expander("Say what the headings of your own file mean"):
                    meanings.show_editor(council, None, key)
            return None
    seen = Seen(stamp, *found)
    st.session_state[f"seen-{key}"] = seen
    return seen


def safe_name(name: str) -> str:
    r"""The name of a visitor's file, without any folder.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\My files\\ledger 24.csv"), safe_name("..")
    ('passwd', 'ledger 24.csv', 'file')
    """
    last = name.replace("\\", "/").rpartition("/")[2].strip()
    kept = "".join(letter for letter in last if letter.isprintable())[-100:]
    return kept if kept.strip(". ") else "file"


def _show_seen(seen: Seen, council: str, key: str) -> None:
    """What was understood of a file, what would be held back, and the button."""
    report = seen.report
    st.markdown(f"**{plain(report.title)}**")
    st.markdown("\n".join(f"- {plain(line)}" for line in report.recognised))
    with st.grid(3):
        st.metric("Rows read", f"{report.rows_read:,}")
        st.metric("Good", f"{report.rows_stored:,}")
        st.metric("Would be held back", f"{report.rows_quarantined:,}")
    if report.set_aside:
        with st.expander(f"Also in the file, of no use here: {sum(report.set_aside.values()):,}"):
            aside = {why: {"Figures or rows": f"{n:,}"} for why, n in report.set_aside.items()}
            show_table(pd.DataFrame.from_dict(aside, orient="index"), "What is left out, and why")
    if report.breaches:
        st.warning(
            "Good rows will be stored and these will wait, to be corrected now or later.",
            title=f"Rules broken: {len(report.breaches):,}",
        )
        show_breaches(report.breaches)
    if seen.incoming.own is not None:
        with st.expander("What your words were taken to mean", expanded=bool(report.breaches)):
            meanings.show_editor(council, seen.incoming.own, key)
    if not report.rows_read:
        return
    with st.form(f"load-{key}", border=False):
        who = identity.ask_name(f"load-who-{key}")
        asked = st.form_submit_button("Load it", type="primary")
    if asked:
        attempt(lambda: _load(seen, who, key))


def show_breaches(breaches: Sequence[Breach]) -> None:
    """The first rows that break a rule: where, what stands there, and what to do."""
    shown: Sequence[dict[str, str]] = [
        {
            "Row": str(breach.row or "the whole"),
            "Cell": breach.column,
            "Found": breach.value or "nothing",
            "Rule": breach.rule,
            "What to do": breach.message,
        }
        for breach in breaches[:_MOST_BREACHES]
    ]
    show_table(pd.DataFrame(shown).set_index("Row"), "Rules that rows of this file break")


def _load(seen: Seen, who: str, key: str) -> str:
    """Take the file in; says what became of it."""
    if not who.strip():
        raise MappingWrong("Say who loads it: the record keeps a name with every load.")
    bar = st.progress(0.0, text=STAGES[1])

    def step(done: int, of: int) -> None:
        bar.progress(done / of, text=STAGES[done])

    report = loading.take_in(
        seen.incoming,
        seen.judged,
        bench().data,
        bench().store,
        who=who.strip(),
        step=step,
    )
    st.session_state.pop(f"seen-{key}", None)
    st.session_state[f"turn-{key}"] = st.session_state.get(f"turn-{key}", 0) + 1
    if report.already:
        return report.recognised[0]
    held = report.rows_quarantined
    rest = f"; {held:,} wait under What waits" if held else ""
    return (
        f"Loaded as {report.load_id}: {report.title}. {report.rows_read:,} rows read, "
        f"{report.rows_stored:,} stored{rest}."
    )
