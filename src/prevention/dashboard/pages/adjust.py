"""Adjust: a finance officer moves an assumption and sees in which year the saving lands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, detail, figures, levers, working
from prevention.dashboard.pair import ADJUSTED, STARTS, Pair, year_table
from prevention.dashboard.session import (
    Changes,
    forecast,
    plan_of,
    run_line,
    show_below,
    show_downloads,
    show_missing,
    show_picture,
)
from prevention.dashboard.tables import show_table
from prevention.model.assumptions import Assumption
from prevention.model.projection import Projection
from prevention.model.scenarios import Plan
from prevention.model.summary import target_of
from prevention.reports import words
from prevention.reports.pictures import charts
from prevention.reports.words import figure_in, plain, sum_in

CURVE_MONTHS = range(0, 97)
"""Months of the lag curve shown: eight years hold all but a few per cent of any lag here."""

WHOLE, ONE = "The whole plan", "This programme only"


def show() -> None:
    """The page."""
    st.markdown(
        "Move an assumption, above all the delay between a person's start and the saving, and "
        "see in which financial year the saving lands."
    )
    council, scenario, programme, money = _choose()
    if not programme:
        _show_nothing(forecast(council, scenario), money)
        return
    _workings(council, scenario, programme, money)


def _choose() -> tuple[str, str, str, str]:
    """Council, scenario, programme ("" where none runs) and unit of money."""
    with st.grid(4, min_column_width=230):
        with st.container():
            council = choices.choose_council("adjust")
        with st.container():
            id_ = choices.choose_scenario("step-up")
            scenario = choices.choose_version(id_)
        approved = forecast(council, scenario)
        with st.container():
            programme = levers.choose_programme(approved) if approved.plan.programmes else ""
        with st.container():
            money = choices.choose_money()
    if approved.plan.summary:
        st.caption(plain(approved.plan.summary))
    choices.say_if_newer(scenario)
    working.follow_address("adjust", scenario)
    return council, scenario, programme, money


@st.fragment
def _workings(council: str, scenario: str, programme: str, money: str) -> None:
    """Everything that moves with a lever, and nothing else."""
    current = forecast(council, scenario)
    base = choices.approved_name(scenario)
    start = STARTS["approved" if base else "saved" if "@" in scenario else "file"]
    changes = working.changes(scenario)
    _remember(scenario, changes)
    working.write_address(scenario)  # first: the browser has time for it while the model runs
    headline = st.container()
    left, right = st.columns([5, 8], gap="medium")
    with left:
        group = _show_levers(current, scenario, programme, base)
    adjusted = forecast(council, scenario, changes) if changes else current
    approved = forecast(council, base) if base else current
    pair = Pair(approved, start, adjusted, scenario, programme, group, money)
    with headline:
        _show_headline(pair)
    with left:
        _show_curve(pair)
    with right:
        _show_years(pair)
    _show_sentences(pair)
    detail.show(pair)
    show_missing(adjusted.missing)
    run_line(pair.adjusted)


def _remember(scenario: str, changes: Changes) -> None:
    """Keep the adjusted assumptions for the export page."""
    st.session_state["adjusted"] = (scenario, changes)


def _show_levers(current: Projection, scenario: str, programme: str, base: str) -> figures.Group:
    """The sliders; gives the programmes the figures are to be for."""
    scope = st.segmented_control(
        "Show figures for", [WHOLE, ONE], default=WHOLE, required=True, key="figures-for"
    )
    levers.show_lag(current.plan, scenario, programme)
    others = "Spread, ramp, effect, fade-out and cashable share"
    with st.expander(others, key="other levers", on_change="rerun") as folded:
        if folded.open:
            levers.show_others(current.plan, scenario, programme)
    moved = len({working.stem_of(key) for key, _ in working.changes(scenario)})
    with st.container(horizontal=True):
        st.button(
            "Undo", on_click=working.undo, args=(scenario,), disabled=not working.can_undo(scenario)
        )
        st.button("Take back all", on_click=working.reset, args=(scenario,), disabled=not moved)
        if base:
            st.button(
                "Reset to approved",
                on_click=_set_to,
                args=(current.plan, plan_of(base).assumptions(), scenario),
                help="Puts every assumption to that of the approved version.",
            )
        st.button(
            "Reset to evidence",
            on_click=_to_evidence,
            args=(current.plan, scenario, programme),
            help="Puts this programme's assumptions to what the library's evidence gives, "
            "whatever the scenario sets.",
        )
    said = "1 assumption changed" if moved == 1 else f"{moved} assumptions changed"
    st.caption(f"{said} and not yet saved.")
    return (programme,) if scope == ONE else None


def _to_evidence(plan: Plan, scenario: str, programme: str) -> None:
    """Set every assumption of a programme to the library's own, where the scenario departs."""
    _set_to(plan, detail.evidence_of(programme), scenario)


def _set_to(plan: Plan, wanted: Mapping[str, Assumption], scenario: str) -> None:
    """Change a plan's assumptions to others of the same keys; let go what was changed before."""
    kept = {k: v for k, v in working.changes(scenario) if working.stem_of(k) not in wanted}
    for key, now in plan.assumptions().items():
        if key in wanted:
            to = wanted[key]
            kept |= dict(working.edits(now, to.low, to.central, to.high, key))
    working.replace_with(scenario, kept)


def _show_nothing(projection: Projection, money: str) -> None:
    st.info(
        "No programme runs in this scenario, so there is nothing to adjust: cashable saving "
        "is £0 in every year. Choose another scenario above."
    )
    saved = figures.central(projection, "cashable_saving")
    rows = {"Cashable saving": [figure_in(money, value) for value in (*saved, saved.sum())]}
    columns = [*projection.timeline.labels, "Plan"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    show_table(table, f"Saving by year, {choices.MONEY[money]}", choices.MONEY[money])
    show_missing(projection.missing)
    run_line(projection)


def _show_headline(pair: Pair) -> None:
    """The answer in six figures."""
    whole = figures.over_plan(pair.adjusted, "cashable_saving", pair.group)
    before = figures.over_plan(pair.approved, "cashable_saving", pair.group)
    target = target_of(pair.approved, pair.cell)
    chance = figures.chance_of(pair.adjusted, target, pair.group)
    turning = figures.turning_of(pair.adjusted, pair.group)
    in_budget = pair.cell in pair.approved.plan.budget
    st.header(f"Cashable saving of {plain(pair.scope)} over {pair.adjusted.plan.years} years")
    moved = whole.central - before.central
    cards: list[tuple[str, str, str | None, str]] = [
        (
            "Central",
            sum_in(pair.money, whole.central),
            sum_in(pair.money, moved).replace(words.MINUS, "-") if abs(moved) >= 0.5 else None,
            "The exact central run: every assumption at its central value.",
        ),
        (
            "Low (P10)",
            sum_in(pair.money, whole.p10),
            None,
            "One time in ten the saving is below this. Eight in ten it is between low and high.",
        ),
        ("High (P90)", sum_in(pair.money, whole.p90), None, "One time in ten it is above this."),
        (
            "In the budget" if in_budget else "Counted on",
            sum_in(pair.money, target),
            None,
            "The saving written into the budget."
            if in_budget
            else "No budget figure is set for this scenario, so its own central figure "
            f"{pair.start.lower()} stands for it.",
        ),
        (
            "Chance of that",
            "not sampled" if chance is None else words.per_cent(chance),
            None,
            "Share of the draws in which the saving is that much or more.",
        ),
        (
            "Net positive from",
            turning.year or "not in plan",
            None,
            "The financial year from which cumulative saving less cost stays above zero.",
        ),
    ]
    with st.grid(6, min_column_width=140):
        for label, value, delta, about in cards:
            st.metric(
                label,
                value,
                delta=delta,
                delta_description=f"against {pair.start[3:]}" if delta else None,
                border=True,
                height="stretch",
                help=about,
            )


def _show_sentences(pair: Pair) -> None:
    whole = figures.over_plan(pair.adjusted, "cashable_saving", pair.group)
    before = figures.over_plan(pair.approved, "cashable_saving", pair.group)
    turning = figures.turning_of(pair.adjusted, pair.group)
    sweep = pair.sweep()
    saved = figures.central(pair.adjusted, "cashable_saving", (pair.programme,))
    sentences = [
        words.arrival(pair.name, pair.adjusted.timeline.labels, saved.tolist()),
        words.slip(sweep.quarter),
        words.longest_lag(*sweep.longest(sweep.net)),
        words.change(before.central, whole.central, pair.start.lower())
        if pair.group is None and whole.central != before.central
        else "",
        words.turning(turning.month, turning.year, turning.peak, turning.peak_month),
    ]
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences if sentence))


def _show_years(pair: Pair) -> None:
    both = {
        name: figures.by_year(projection, "cashable_saving", pair.group)
        for name, projection in ((pair.start, pair.approved), (ADJUSTED, pair.adjusted))
    }
    frames = (frame.assign(series=name) for name, frame in both.items())
    rows = pd.concat(frames, ignore_index=True)
    title = f"Cashable saving of {pair.scope} by financial year"
    picture = charts.savings_by_year(rows, [pair.start, ADJUSTED], money=pair.money)
    st.markdown("### In which year the saving lands")
    show_picture(
        picture,
        f"{title}: the scenario {pair.start.lower()} beside it with your changes, each with its "
        "range from P10 to P90. The table below has the figures.",
    )
    table = year_table(pair, both[ADJUSTED])
    unit = choices.MONEY[pair.money]
    show_table(table, f"{title}, {unit}", unit)
    st.caption("Bars are central figures; whiskers run from P10 to P90.")
    show_downloads(picture, title, pair.run)


def _show_curve(pair: Pair) -> None:
    both = {
        name: figures.lag_curve(projection, pair.programme, CURVE_MONTHS)
        for name, projection in ((pair.start, pair.approved), (ADJUSTED, pair.adjusted))
    }
    frames = (frame.assign(series=name) for name, frame in both.items())
    rows = pd.concat(frames, ignore_index=True)
    title = f"Share of people started on {pair.name} whose placement would have begun"
    picture = charts.lag_curve(rows, [pair.start, ADJUSTED])
    st.markdown("### How long before it has its effect")
    show_picture(
        picture,
        f"{title}, by month since they started: {pair.start.lower()} (dashed) and with your "
        "changes (solid). The table below has the figures.",
    )
    shares = {name: frame["share"].tolist()[::12] for name, frame in both.items()}
    table = pd.DataFrame(
        {name: [words.per_cent(share) for share in each] for name, each in shares.items()},
        index=[f"Month {month}" for month in CURVE_MONTHS[::12]],
    )
    show_below(picture, table, title, pair.run, "Since the start", key="curve's table")
