"""Delivered so far: starts that happened against those planned, and the saving with them in it."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, giving, onward
from prevention.dashboard.session import DRAWS, bench, built, show_below, show_picture
from prevention.dashboard.tables import show_table
from prevention.evidence.documents import written
from prevention.evidence.own.starts import StartsFile
from prevention.jobs import Request, Workbench
from prevention.jobs.own_records import monitor, rebased
from prevention.model.manifest import run_of
from prevention.model.measures import TOTAL
from prevention.model.monitoring import PLANNED, THEN_PLANNED, THEN_RECENT, Monitoring
from prevention.model.scenarios import ScenarioError
from prevention.reports import delivery, monitoring
from prevention.reports.delivery_notes import Ways, notes, run_line, to_come
from prevention.reports.delivery_tables import (
    CASHABLE,
    Rows,
    furthest_behind,
    months_rows,
    programme_rows,
    saving_rows,
    starts_rows,
    years_of,
)
from prevention.reports.pictures import delivery_charts
from prevention.reports.words import listed, plain, sum_in
from prevention.years import month_label

AFTERWARDS = {THEN_PLANNED: "As planned", THEN_RECENT: "At the recent pace"}
HERE = Ways(
    another_plan="set it under Adjust and save it under a name, then choose that scenario here",
    last_month="choose the last month that has been under Last month to take",
    first_year="choose {year} under First year",
)


def show() -> None:
    """The page."""
    st.markdown(
        "What has been delivered against what was planned, what that does to the saving, and the "
        "year it lands in. Give the starts that happened; the rest of the plan is forecast again."
    )
    request, money = _choose()
    found = giving.choose(request)
    if found is not None:
        found = giving.until(found)
        giving.show_read(found)
        answer = _answer(request, found)
        if answer is not None:
            _show_answer(request, found, answer, money)
    giving.show_example(found is None)


def _choose() -> tuple[Request, str]:
    with st.grid(4, min_column_width=230):
        with st.container():
            council = choices.choose_council("delivered")
        with st.container():
            scenario = choices.choose_version(choices.choose_scenario("current-plan"))
        with st.container():
            first = choices.choose_first_year("delivered-first-year")
        with st.container():
            money = choices.choose_money()
    return Request(council, scenario, (), first, None, DRAWS), money


def _list_of(sentences: list[str]) -> str:
    return "\n".join(f"- {plain(sentence)}" for sentence in sentences)


def _answer(request: Request, found: StartsFile) -> Monitoring | None:
    """The comparison; worked out once for each choice of plan and starts."""
    key = (request, found.sha256, found.rows_used, tuple(found.months[-1:]), built())
    held = st.session_state.get(giving.ANSWER)
    if held is not None and held[0] == key:
        kept: Monitoring | None = held[1]
        return kept
    try:
        with st.spinner("Forecasting again with the starts delivered"):
            answer = monitor(bench(), request, found)
    except ScenarioError as fault:
        others = f" Reported: {listed(found.not_planned)}." if found.not_planned else ""
        st.error(plain(f"{fault}{others}"), title="No start is of a programme of this scenario")
        return None
    if answer is None:
        st.error("No row can be used: correct them first.", title="Nothing can be compared")
        return None
    st.session_state[giving.ANSWER] = (key, answer)
    return answer


def _show_answer(request: Request, found: StartsFile, answer: Monitoring, money: str) -> None:
    for sentence in to_come(answer, HERE):
        st.warning(plain(sentence))
    st.header(f"Delivered to {month_label(answer.last)}")
    st.markdown(_list_of(list(delivery.sentences(answer))))
    version = _choose_version(answer)
    _show_metrics(answer, version, money)
    _show_starts(answer)
    _show_saving(answer, version, money)
    with st.expander("What this rests on"):
        st.markdown(_list_of(list(notes(found, answer, HERE))))
    _show_downloads(request, found, answer, version)
    onward.show(request, answer, version)
    st.caption(plain(run_line(answer)))


def _choose_version(answer: Monitoring) -> str:
    """What is taken to come after the last month reported."""
    told = any(progress.recent_share is not None for progress in answer.progress.values())
    known = list(AFTERWARDS) if told else [THEN_PLANNED]
    chosen = st.radio(
        "Starts after that",
        known,
        format_func=lambda name: AFTERWARDS.get(name, str(name)),
        horizontal=True,
        key="starts-after",
        help="The recent pace: the share of planned starts delivered of late is carried on.",
    )
    return chosen if chosen in known else THEN_PLANNED


def _show_metrics(answer: Monitoring, version: str, money: str) -> None:
    whole = {name: answer.versions[name].figures[TOTAL, CASHABLE] for name in (PLANNED, version)}
    progress = list(answer.progress.values())
    behind, late = furthest_behind(answer)
    years = years_of(answer)
    span = f"{years[0]} to {years[-1]}"
    headed = f"Furthest behind: {plain(behind)}" if behind else "Furthest behind"
    shown = {
        "Starts planned": f"{sum(p.total_planned for p in progress):,.1f}",
        "Starts delivered": f"{sum(p.total_delivered for p in progress):,.0f}",
        headed: late,
        f"Saving planned, {span}": sum_in(money, whole[PLANNED].total),
        "Saving now expected": sum_in(money, whole[version].total),
        "Change": sum_in(money, float(whole[version].change[-1])),
    }
    about = {headed: "Months of planned starts, at the pace the plan has of late."}
    with st.grid(3, min_column_width=230):
        for label, value in shown.items():
            st.metric(label, value, border=True, height="stretch", help=about.get(label))


def _show_starts(answer: Monitoring) -> None:
    st.header("Starts so far")
    _show_rows(starts_rows(answer))
    with st.grid(2, min_column_width=340):
        for progress in answer.progress.values():
            with st.container():
                st.markdown(f"### {plain(progress.programme.name)}")
                chart, table = delivery_charts.starts_so_far(progress), months_rows(progress)
                show_picture(
                    chart,
                    f"{progress.programme.name}: {progress.programme.unit} started so far, as "
                    "planned (dashed) and as delivered (solid). The table below has the figures.",
                )
                show_below(chart, _frame(table), table.title, _run_id(answer), table.headings[0])


def _frame(table: Rows) -> pd.DataFrame:
    names = [heading.replace("\n", " ") for heading in table.headings]
    return pd.DataFrame(table.rows, columns=names).set_index(names[0])


def _show_rows(table: Rows) -> None:
    show_table(_frame(table), table.title, table.headings[0])


def _run_id(answer: Monitoring) -> str:
    return str(run_of(answer.plan, answer.council, answer.draws, answer.seed)["run_id"])


def _show_saving(answer: Monitoring, version: str, money: str) -> None:
    st.header("In which year the saving lands")
    chart = delivery_charts.saving_by_year(answer, version, money)
    table, unit = saving_rows(answer, version, money), choices.MONEY[money]
    show_picture(
        chart,
        f"{table.title}: as planned, and beside it as now expected, each with its range from P10 "
        "to P90. The table below has the figures.",
    )
    st.caption("Bars are central figures; whiskers run from P10 to P90.")
    show_below(chart, _frame(table), f"{table.title}, {unit}", _run_id(answer), unit)
    st.markdown(f"### {programme_rows(answer, version).title}")
    _show_rows(programme_rows(answer, version))


def _show_downloads(request: Request, found: StartsFile, answer: Monitoring, version: str) -> None:
    """What the command writes."""
    stem = f"delivered_{answer.council.code}_{answer.plan.scenario}"
    made = {
        "json": ("All figures (JSON)", partial(monitoring.as_json, found, answer)),
        "csv": ("Saving by year (CSV)", partial(monitoring.as_csv, answer)),
        "toml": (
            "The plan from here on (TOML)",
            partial(_as_toml, bench(), request, answer, version),
        ),
    }
    with st.container(horizontal=True):
        for ending, (label, data) in made.items():
            st.download_button(
                label, data, f"{stem}.{ending}", on_click="ignore", key=f"delivered-{ending}"
            )


def _as_toml(workbench: Workbench, request: Request, answer: Monitoring, version: str) -> str:
    return written(rebased(workbench, request, answer, version))
