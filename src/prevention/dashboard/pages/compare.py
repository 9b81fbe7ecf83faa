"""Compare scenarios: a service director sees them side by side, against doing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, drivers, figures
from prevention.dashboard.session import (
    appraisal,
    forecast,
    run_line,
    show_below,
    show_missing,
    show_picture,
)
from prevention.dashboard.tables import show_table
from prevention.model.comparison import Difference, differences, rescheduled
from prevention.model.measures import MEASURES, TOTAL
from prevention.model.projection import Projection
from prevention.money import to_pence
from prevention.reports import words
from prevention.reports.pictures import charts
from prevention.reports.words import figure_in, plain, sum_in

START = ["current-plan", "step-up", "adults-first"]
MOST = 6
"""Scenarios at once: a chart has six dashes and six point shapes to tell them apart by."""

TABS = [
    "Who pays and who gains",
    "Children's and adults'",
    "What drives the difference",
    "Which assumptions differ",
]
NPV_CASH, NPV_FISCAL = "Net present value, cash", "Net present value, fiscal"
DIRECTORATES = {
    "": "Together",
    "children": "Children's services",
    "adults": "Adult social care",
}


def show() -> None:
    """The page."""
    st.markdown("Every figure is the difference from doing nothing, in cash, central unless said.")
    projections, money = _choose()
    if len(projections) < 2:
        st.info("Choose two scenarios or more to compare them.")
        return
    names = _named(projections)
    directorate = st.radio(
        "Services",
        list(DIRECTORATES),
        format_func=lambda key: DIRECTORATES.get(key, str(key)),
        horizontal=True,
        key="programmes-of",
    )
    _show_sentence(projections, names, directorate)
    _show_side_by_side(projections, names, directorate, money)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_years(projections, names, directorate, money)
    with right:
        _show_net(projections, names, directorate, money)
    tabs = st.tabs(TABS, key="compare-detail", on_change="rerun")
    with tabs[0]:
        _show_bodies(projections, names, directorate)
    with tabs[1]:
        _show_apart(projections, names)
    with tabs[2]:
        if tabs[2].open:
            drivers.show(projections, names, money)
    with tabs[3]:
        _show_differences(projections, names)
    show_missing([sentence for projection in projections for sentence in projection.missing])
    run_line(projections[-1])


def _choose() -> tuple[list[Projection], str]:
    left, right, last = st.columns([3, 6, 3])
    with left:
        council = choices.choose_council("compare")
    with right:
        chosen = choices.choose_scenarios("scenarios", START, "Scenarios to compare")
    if len(chosen) > MOST:
        st.warning(f"The first {MOST} scenarios chosen are shown.")
    with last:
        money = choices.choose_money()
    return [forecast(council, scenario) for scenario in chosen[:MOST]], money


def _named(projections: Sequence[Projection]) -> list[str]:
    """Each scenario's title behind a letter, the mark it carries in every chart."""
    return [f"{letter}: {p.plan.title}" for letter, p in zip("ABCDEF", projections, strict=False)]


def _show_sentence(
    projections: Sequence[Projection], names: Sequence[str], directorate: str
) -> None:
    """Which scenario saves most by the end of each year."""
    running = {
        name: figures.central(
            p, "cashable_saving", figures.of_directorate(p.plan, directorate)
        ).cumsum()
        for name, p in zip(names, projections, strict=True)
    }
    labels = projections[0].timeline.labels
    st.markdown(plain(words.leader(labels, {n: r.tolist() for n, r in running.items()})))


def _show_side_by_side(
    projections: Sequence[Projection], names: Sequence[str], directorate: str, money: str
) -> None:
    st.header(
        f"Side by side: {DIRECTORATES[directorate].lower()}" if directorate else "Side by side"
    )
    columns = {
        name: side_of(projection, directorate, money)
        for name, projection in zip(names, projections, strict=True)
    }
    title = "Scenarios side by side against doing nothing"
    show_table(pd.DataFrame(columns), title, "Against doing nothing")
    st.caption(
        "Net present value is real, in prices of the first year, discounted; all else is cash. "
        "Fiscal counts the saving to every public body."
    )


def side_of(projection: Projection, directorate: str, money: str = "thousand") -> dict[str, str]:
    """One scenario's column: what it does, costs, saves and risks, as text by row heading."""
    said = partial(sum_in, money)
    group = figures.of_directorate(projection.plan, directorate)
    saving = figures.over_plan(projection, "cashable_saving", group)
    yearly = figures.central(projection, "cashable_saving", group)
    turning = figures.turning_of(projection, group)
    cost = figures.over_plan(projection, "delivery_cost", group).central
    column = {
        "People started": f"{figures.over_plan(projection, 'people_started', group).central:,.0f}",
        "Placements avoided": (
            f"{figures.over_plan(projection, 'placements_avoided', group).central:,.1f}"
        ),
    }
    column |= {
        f"Saved by the end of {label}": said(value)
        for label, value in zip(projection.timeline.labels, yearly.cumsum(), strict=True)
    }
    column |= {
        "Cashable saving, plan": said(saving.central),
        "Range, P10 to P90": f"{said(saving.p10)} to {said(saving.p90)}",
        "Delivery cost, plan": said(cost),
        "Net saving, plan": said(figures.over_plan(projection, "net_saving", group).central),
        "Pays back in": words.pays_back(turning.year, cost, projection.timeline.labels[-1]),
        "Peak funding": said(turning.peak),
        "Month of peak funding": turning.peak_month or "none needed",
    }
    return column | _worth(projection, group, money)


def _worth(projection: Projection, group: figures.Group, money: str) -> dict[str, str]:
    """Net present values, and the chance of reaching the target, from the appraisal's rows."""
    rows, said = appraisal(projection), partial(sum_in, money)
    if rows.empty or group == ():
        return {NPV_CASH: said(0), NPV_FISCAL: said(0), "Chance of target": "no programme"}
    ids = [TOTAL] if group is None else list(group)
    chosen = rows[rows["programme"].isin(ids)]
    target = float(chosen["target"].sum())
    chance = figures.chance_of(projection, target, group)
    return {
        NPV_CASH: said(float(chosen["npv_cashable"].sum())),
        NPV_FISCAL: said(float(chosen["npv_fiscal"].sum())),
        "Chance of target": (
            "not sampled" if chance is None else f"{words.per_cent(chance)} of {said(target)}"
        ),
    }


def _show_years(
    projections: Sequence[Projection], names: Sequence[str], directorate: str, money: str
) -> None:
    st.header("Cashable saving by year")
    rows = pd.concat(
        figures.by_year(p, "cashable_saving", figures.of_directorate(p.plan, directorate)).assign(
            series=name
        )
        for name, p in zip(names, projections, strict=True)
    )
    picture = charts.savings_by_year(rows, names, money=money)
    show_picture(
        picture,
        "Cashable saving by financial year for each scenario, with its range from P10 to P90. "
        "The table below has the figures.",
    )
    table = pd.DataFrame(
        {
            f"{name}, {title}": [figure_in(money, value) for value in part[column]]
            for name, part in rows.groupby("series", sort=False)
            for column, title in (("central", "central"), ("p10", "P10"), ("p90", "P90"))
        },
        index=list(projections[0].timeline.labels),
    )
    show_below(picture, table.T, f"Cashable saving by year, {choices.MONEY[money]}", "", "Scenario")


def _show_net(
    projections: Sequence[Projection], names: Sequence[str], directorate: str, money: str
) -> None:
    st.header("Worse before better: cumulative net saving")
    rows = pd.concat(
        figures.cumulative_net(p, figures.of_directorate(p.plan, directorate)).assign(series=name)
        for name, p in zip(names, projections, strict=True)
    )
    picture = charts.cumulative_net(rows, names, money)
    show_picture(
        picture,
        "Cumulative net saving by month for each scenario: cashable saving less new delivery "
        "cost. The table below has the figure at the end of each financial year.",
    )
    ends = rows[rows["label"].str.startswith("March")]
    table = ends.pivot(index="series", columns="month", values="net").loc[list(names)]
    table.columns = pd.Index([f"End of {label}" for label in projections[0].timeline.labels])
    table = table.map(lambda value: figure_in(money, value))
    show_below(picture, table, f"Cumulative net saving, {choices.MONEY[money]}", "", "Scenario")


def _show_bodies(projections: Sequence[Projection], names: Sequence[str], directorate: str) -> None:
    columns = {
        name: bodies_of(p, figures.of_directorate(p.plan, directorate))
        for name, p in zip(names, projections, strict=True)
    }
    show_table(pd.DataFrame(columns), "Who pays and who gains over the plan, to the penny", "Whose")
    st.caption(
        "Over the plan, central, to the penny. What is gained is what the care avoided would "
        "have cost, after overlap and optimism bias: the rows below it add up to it. The NHS, "
        "police and other bodies are counted together, as the assumptions do."
    )


def bodies_of(projection: Projection, group: figures.Group) -> dict[str, str]:
    """Who gains and who pays, as text by row heading; gains and costs each add up."""

    def whole(measure: str) -> int:
        return int(to_pence(figures.central(projection, measure, group)).sum())

    others = whole("to_other_bodies")
    council = {
        title: whole(measure)
        for title, measure in (
            ("Council: cashable saving", "cashable_saving"),
            ("Council: already in the base budget", "already_in_base"),
            ("Council: not yet released", "not_released"),
            ("Council: real, but no budget to cut", "not_cashable"),
        )
    }
    costs = {
        "Council: new cost": whole("delivery_cost"),
        "Council: already in the base budget, cost": whole("base_funding"),
        "Grants and partners": whole("external_funding"),
    }
    rows = {"Gained by all": others + sum(council.values()), "NHS and others": others} | council
    rows |= {"Paid by all": sum(costs.values())} | costs
    return {title: words.pence(amount / 100) for title, amount in rows.items()}


def _show_apart(projections: Sequence[Projection], names: Sequence[str]) -> None:
    columns = {}
    for name, projection in zip(names, projections, strict=True):
        column = {}
        for measure in ("cashable_saving", "delivery_cost", "net_saving"):
            for directorate in ("children", "adults", ""):
                group = figures.of_directorate(projection.plan, directorate)
                heading = f"{MEASURES[measure].title}: {DIRECTORATES[directorate].lower()}"
                column[heading] = words.pence(figures.over_plan(projection, measure, group).central)
        columns[name] = column
    show_table(
        pd.DataFrame(columns),
        "Children's, adults' and both over the plan, to the penny",
        "Services",
    )
    st.caption("Over the plan, central, to the penny: children's and adults' add up to together.")


def _show_differences(projections: Sequence[Projection], names: Sequence[str]) -> None:
    plans = [projection.plan for projection in projections]
    found = differences(plans)
    moved = rescheduled(plans)
    if moved:
        st.markdown(plain(f"Dates or starts by month differ: {words.listed(moved)}."))
    if not found:
        st.markdown("No assumption differs between these scenarios.")
        return
    letters = {p.scenario: name for p, name in zip(plans, names, strict=True)}
    table = pd.DataFrame([_difference_row(item, letters, projections) for item in found])
    st.caption(f"{len(found)} assumptions differ; central values.")
    st.dataframe(table, hide_index=True, alt="Assumptions that differ between the scenarios")


def _difference_row(
    item: Difference, letters: dict[str, str], projections: Sequence[Projection]
) -> dict[str, str]:
    owner, title = figures.plain_key(item.assumption, [p.plan for p in projections])
    row = {"Of": owner, "Assumption": title, "Unit": item.unit}
    name = item.assumption.rsplit(".", 1)[-1]
    return row | {
        letters[scenario]: words.quantity(name, value) for scenario, value in item.values.items()
    }
