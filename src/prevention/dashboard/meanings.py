"""What the council's words mean in ours: a table to edit, templates, whose figures go first."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from prevention.dashboard import identity
from prevention.dashboard.deeds import attempt
from prevention.dashboard.session import Built, bench, built
from prevention.dashboard.tables import show_table
from prevention.evidence import loading
from prevention.evidence.holdings import own_spans
from prevention.evidence.judging import OTHER
from prevention.evidence.own import mapping
from prevention.evidence.own.files import SHORT, OwnFile
from prevention.evidence.own.headings import COLUMN_WORDS
from prevention.evidence.own.templates import TEMPLATES
from prevention.evidence.own.words import folded
from prevention.evidence.places import store_file
from prevention.evidence.store import open_store
from prevention.reports.words import plain
from prevention.years import format_year

KINDS = {
    "service": "Service",
    "programme": "Programme",
    "council_ledger": "Heading in a ledger",
    "council_placements": "Heading in placements",
    "council_cases": "Heading in case records",
    "council_starts": "Heading in programme starts",
}
"""Kinds of word, as a reader knows them."""
FACETS = {"people": "People", "unit_cost": "Unit cost", "spend": "Spend"}


def show(council: str) -> None:
    """The tab."""
    st.markdown(
        "How your ledger and case system name things, and which of our service lines, "
        "programmes and columns they mean. It is remembered for every later file."
    )
    words = mapping.shown(bench().record, council)
    if identity.visitor().may("editor"):
        show_editor(council, None, "words")
        _show_toml(council, words)
    else:
        rows = editable(words, None, _ours())
        show_table(rows.set_index("Your word"), "Your words and ours")
    show_templates()
    _show_whose(council)


def _ours() -> dict[str, dict[str, str]]:
    """What a word of each kind may mean: our id and its name."""
    known = loading.catalogue(bench().data)
    return {
        "service": {**known.services, OTHER: "Other: in none of the service lines"},
        "programme": dict(known.programmes),
        **{
            table: {name: name.replace("_", " ").capitalize() for name in columns}
            for table, columns in COLUMN_WORDS.items()
        },
    }


def editable(
    words: Mapping[str, Mapping[str, str]],
    own: OwnFile | None,
    ours: Mapping[str, Mapping[str, str]],
) -> pd.DataFrame:
    """Words remembered and those of a file just read, with what each is taken to mean."""
    pairs = {
        (kind, folded(theirs)): (theirs, meant)
        for kind, known in words.items()
        for theirs, meant in known.items()
    }
    if own is not None:
        found = {**own.meanings, own.table: {t: o for o, t in own.columns.items()}}
        for kind, known in found.items():
            for theirs, meant in known.items():
                pairs.setdefault((kind, folded(theirs)), (theirs, meant))
    rows = [
        {"Kind": KINDS[kind], "Your word": theirs, "Means": ours[kind].get(meant, "")}
        for (kind, _), (theirs, meant) in sorted(pairs.items(), key=lambda item: bool(item[1][1]))
    ]
    return pd.DataFrame(rows, columns=["Kind", "Your word", "Means"], dtype="str")


def show_editor(council: str, own: OwnFile | None, key: str) -> None:
    """The words as a table that can be edited and added to."""
    ours = _ours()
    before = editable(mapping.shown(bench().record, council), own, ours)
    every = list(dict.fromkeys(name for known in ours.values() for name in known.values()))
    with st.form(f"words-{key}", border=False):
        after = st.data_editor(
            before,
            key=f"words-table-{key}",
            num_rows="add",
            hide_index=True,
            column_config={
                "Kind": st.column_config.SelectboxColumn(options=[*KINDS.values()], required=True),
                "Your word": st.column_config.TextColumn(required=True, max_chars=200),
                "Means": st.column_config.SelectboxColumn(options=every),
            },
            alt="Your words for services, programmes and headings, and what each means",
        )
        who = identity.ask_name(f"words-who-{key}")
        asked = st.form_submit_button("Remember these meanings")
    if asked:
        attempt(lambda: remember(council, after, ours, who))


def remember(
    council: str, table: pd.DataFrame, ours: Mapping[str, Mapping[str, str]], who: str
) -> str:
    """Put the words of an edited table on the record; says how many were new."""
    return _kept(council, meant_by(table, ours), ours, who)


def meant_by(
    table: pd.DataFrame, ours: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """An edited table as words by kind; a word without a meaning is left undecided.

    Raises:
        MappingWrong: a word is given a meaning of another kind.
    """
    kinds = {label: kind for kind, label in KINDS.items()}
    words: dict[str, dict[str, str]] = {}
    for label, theirs, means in table.fillna("").itertuples(index=False):
        if not (label and theirs and means):
            continue
        kind = kinds[label]
        ids = {name: id_ for id_, name in ours[kind].items()}
        if means not in ids:
            raise mapping.MappingWrong(
                f"'{theirs}' is a {label.lower()} and cannot mean '{means}'. Choose one of "
                f"{', '.join(ids)}."
            )
        words.setdefault(kind, {})[theirs.strip()] = ids[means]
    return words


def _kept(council: str, words: mapping.Words, ours: Mapping[str, Any], who: str) -> str:
    services = [id_ for id_ in ours["service"] if id_ != OTHER]
    count = mapping.remember(
        bench().record, council, words, who or loading.user(), services, [*ours["programme"]]
    )
    return f"{count:,} new meaning{'' if count == 1 else 's'} remembered."


def _show_toml(council: str, words: mapping.Words) -> None:
    """The same as a file, to be edited elsewhere or taken to another machine."""
    with st.expander("The same as a TOML file"):
        if words:
            st.download_button(
                "Download the words (TOML)",
                data=mapping.as_toml(words).encode(),
                file_name="prevention_words.toml",
                mime="application/toml",
                on_click="ignore",
            )
        file = st.file_uploader("Words in a TOML file", type=["toml"], key="words-toml")
        if file is not None and st.button("Remember the words of this file"):
            content = file.getvalue()
            attempt(lambda: _remember_toml(council, content))


def _remember_toml(council: str, content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.toml"
        path.write_bytes(content)
        words = mapping.read_toml(path)
    return _kept(council, words, _ours(), identity.visitor().name)


def show_templates() -> None:
    """Empty files of the council's own, with example rows."""
    st.header("Templates for your own files")
    with st.container(horizontal=True):
        for name in SHORT:
            st.download_button(
                f"Template: {name} (CSV)",
                data=TEMPLATES[name].encode("utf-8-sig"),
                file_name=f"{name}.csv",
                mime="text/csv",
                on_click="ignore",
            )
    st.caption("Leave out names and anything that tells who somebody is: none of it is needed.")


@st.cache_data(max_entries=16, show_spinner=False)
def _own_series(stamp: Built, path: str, code: str) -> list[tuple[str, str, int, int, bool]]:
    """(service, facet, first year, last year, chosen) of what the council's own files give."""
    with open_store(path) as store:
        return own_spans(store, code)


def _show_whose(council: str) -> None:
    """Whether the council's own figures go before the published ones, line by line."""
    st.header("Whose figures go first")
    found = _own_series(built(), str(store_file()), council)
    if not found:
        st.info("The council's own figures show here once its ledger or placements are loaded.")
        return
    names = _ours()["service"]
    titles = {(s, f): f"{names.get(s, s)}: {FACETS[f].lower()}" for s, f, *_ in found}
    rows = {
        titles[service, facet]: {
            "Your years": " to ".join(dict.fromkeys((format_year(first), format_year(last)))),
            "Goes first": "the council's own" if chosen else "the published",
        }
        for service, facet, first, last, chosen in found
    }
    show_table(pd.DataFrame.from_dict(rows, orient="index"), "Whose figures the forecast uses")
    if not identity.visitor().may("editor"):
        return
    with st.form("whose", border=False):
        line = st.selectbox(
            "Figure", list(titles), format_func=lambda line: titles[line], key="whose-line"
        )
        own = st.radio(
            "Goes first", ["The council's own", "The published"], horizontal=True, key="whose"
        )
        who = identity.ask_name("whose-who")
        asked = st.form_submit_button("Decide")
    if asked and line is not None:
        attempt(lambda: _decide(council, line, own == "The council's own", who))


def _decide(council: str, line: tuple[str, str], own: bool, who: str) -> str:
    record = bench().record
    mapping.choose_own(record, council, *line, own, who or loading.user())
    loading.renew(bench().data, bench().store, record)
    return f"Decided: {plain('the council' if own else 'the published')} figures go first."
