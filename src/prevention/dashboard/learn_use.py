"""What was learned, put to use: its saving, the levers under Adjust, a file, a saved scenario."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from prevention.dashboard import choices, deeds, figures, identity, versions, working
from prevention.dashboard.pair import STARTS, Pair, year_table
from prevention.dashboard.session import (
    Changes,
    bench,
    forecast,
    plan_of,
    run_line,
    show_missing,
)
from prevention.dashboard.tables import show_table
from prevention.evidence.documents import written
from prevention.model.assumptions import Assumption
from prevention.record import RecordRefused
from prevention.record.scenarios import save_scenario
from prevention.reports import words
from prevention.reports.words import plain

if TYPE_CHECKING:
    from prevention.evidence.own.cases import CaseFile
    from prevention.learning.findings import Findings

Settings = Mapping[str, Assumption]
LEARNED = "With what was learned"


def show(file: CaseFile, found: Findings, council: str, scenario: str) -> None:
    """What it does to the saving, and what to do with it.

    scenario: a name, "" where none runs the programme.
    """
    from prevention.reports import learned

    settings = found.settings()
    if settings and scenario:
        st.header("What that does to the saving")
        _show_saving(found, settings, council, scenario)
    st.header("What to do with it")
    deeds.say_what_was_done()
    choices.show_way_to_saved()
    if not settings:
        st.info(plain(f"{learned.NOTHING_TO_SET} Label: {learned.label_sentence(found)}"))
    elif not scenario:
        st.info(
            "No scenario runs this programme yet. Save or download one below: it adds the "
            "programme to the current plan, with what was learned."
        )
    who, why = _ask_who_and_why() if settings else ("", "")
    _show_files(file, found, scenario, who, why)
    if settings and identity.visitor().may("editor"):
        _show_save(found, scenario, who, why)


def key_of(found: Findings, name: str) -> str:
    """The key of an assumption of the programme, as for `--set`."""
    return f"programmes.{found.programme.id}.{name}"


def changes_of(found: Findings, settings: Settings, scenario: str) -> Changes:
    """What was learned as changes to a scenario, as for `--set`."""
    now = plan_of(scenario).assumptions()
    made: Changes = ()
    for name, to in settings.items():
        key = key_of(found, name)
        made += working.edits(now[key], to.low, to.central, to.high, key)
    return made


def _show_saving(found: Findings, settings: Settings, council: str, scenario: str) -> None:
    changes = changes_of(found, settings, scenario)
    money = choices.choose_money()
    before = forecast(council, scenario)
    after = forecast(council, scenario, changes)
    start = STARTS["saved" if "@" in scenario else "file"]
    pair = Pair(before, start, after, scenario, found.programme.id, None, money)
    whole = [figures.over_plan(each, "cashable_saving").central for each in (before, after)]
    saved = figures.central(after, "cashable_saving", (found.programme.id,))
    sentences = [
        f"{before.plan.title}: {words.change(whole[0], whole[1], start.lower())}",
        words.arrival(found.programme.name, after.timeline.labels, saved.tolist()),
    ]
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
    spread = figures.by_year(after, "cashable_saving")
    unit = choices.MONEY[money]
    title = f"Cashable saving of the whole plan by financial year, {unit}"
    show_table(year_table(pair, spread, LEARNED), title, unit)
    show_missing(after.missing)
    if st.button("Use on Adjust", type="primary", disabled=not changes):
        _use(scenario, {key_of(found, name) for name in settings}, changes)
        _go(scenario, found.programme.id)
    st.caption(
        "Use on Adjust puts the low, central and high figures in as your own changes, beside "
        "any others you have made there, and shows in which year the saving lands. Nothing is "
        "saved by it."
    )
    run_line(after)


def _use(scenario: str, stems: set[str], changes: Changes) -> None:
    """Put the changes over this visitor's own, in place of theirs of the same assumptions."""
    kept = {k: v for k, v in working.changes(scenario) if working.stem_of(k) not in stems}
    working.replace_with(scenario, kept | dict(changes))


def _go(scenario: str, programme: str) -> None:
    """To the levers, at that scenario and programme; the council follows of itself."""
    page = st.session_state.get("pages", {}).get("adjust")
    if page is None:
        return
    _lead_to(scenario.partition("@")[0], versions.version_of(scenario), programme)
    # With nothing to be said in the address: to clear it is refused while pickers stand in it.
    st.switch_page(page, query_params={})


def _lead_to(id_: str, version: int, programme: str) -> None:
    """Have the next page that asks open on a scenario, and on the programme."""
    st.session_state[choices.GO_TO] = (id_, version)
    st.session_state["programme"] = programme


def _ask_who_and_why() -> tuple[str, str]:
    """Whose decision it is and why, for the file and the record."""
    from prevention.reports.learned import WHY

    who = identity.visitor().name
    if identity.visitor().may("editor"):
        who = identity.ask_name("learn-who")
    why = st.text_area("Why it is set so", value=WHY, height=80, max_chars=2000, key="learn-why")
    return who.strip(), str(why or "").strip()


def _show_files(file: CaseFile, found: Findings, scenario: str, who: str, why: str) -> None:
    """What was learned as files, as the command writes them."""
    from prevention.reports import learned

    settings = found.settings(who, why)
    stem = f"{found.programme.id}-own-records"
    files: dict[str, tuple[str, Callable[..., str], tuple[Any, ...]]] = {
        "toml": ("Scenario (TOML)", _scenario_text, (found, settings, scenario)),
        "json": ("Everything (JSON)", learned.as_json, (file, found, settings, scenario)),
        "csv": ("The ranges (CSV)", learned.as_csv, (found,)),
    }
    if not settings:
        del files["toml"]
    with st.container(horizontal=True):
        for ending, (label, made, of) in files.items():
            st.download_button(
                label,
                data=partial(_bytes, made, of),
                file_name=f"{stem}.{ending}",
                mime=f"application/{ending}" if ending != "csv" else "text/csv",
                on_click="ignore",
                key=f"learn-{ending}",
            )
    st.caption(
        "The same as `prevention learn` writes, but for the values of refused cells: "
        "those are left out."
    )


def _scenario_text(found: Findings, settings: dict[str, Assumption], scenario: str) -> str:
    from prevention.reports.learned import scenario_with

    return written(scenario_with(found, settings, scenario))


def _bytes(made: Callable[..., str], of: tuple[Any, ...]) -> bytes:
    return f"{made(*of)}\n".encode()


def _show_save(found: Findings, scenario: str, who: str, why: str) -> None:
    """Save it as a scenario on the record."""
    st.session_state.setdefault("learn-save-key", uuid.uuid4().hex)
    with st.form("learn-save", border=True):
        title = st.text_input(
            "Name to save it under, as a scenario of its own", max_chars=120, key="learn-title"
        )
        asked = st.form_submit_button("Save as a scenario", type="primary")
    if asked:
        deeds.attempt(lambda: _save(found, scenario, str(title or "").strip(), who, why))


def _save(found: Findings, scenario: str, title: str, who: str, why: str) -> str:
    """Put the scenario on the record; says what it is now called."""
    from prevention.reports.learned import scenario_with

    if not title:
        raise RecordRefused("Give it a name.")
    id_ = versions.id_of_new(title)
    learned = scenario_with(found, found.settings(who, why), scenario)
    document = learned.model_copy(update={"id": id_, "title": title})
    key = str(st.session_state["learn-save-key"])
    saved = save_scenario(bench().record, document, who, why, key=key)
    del st.session_state["learn-save-key"]
    _lead_to(saved.id, saved.version, found.programme.id)
    return f"Saved as version {saved.version} of {saved.title}. It can be chosen on every page."
