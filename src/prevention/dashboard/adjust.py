"""Adjust lag: a finance officer moves a delay and sees in which year the savings land."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, figures, levers
from prevention.dashboard.session import (
    Changes,
    forecast,
    run_line,
    show_missing,
    show_picture,
    show_table,
    show_table_below,
)
from prevention.model.measures import TOTAL
from prevention.model.projection import Projection
from prevention.model.summary import target_of
from prevention.model.sweep import sweep_lag
from prevention.reports import charts, words
from prevention.reports.words import plain, pounds, thousands

APPROVED, ADJUSTED = "Scenario as approved", "With your lag"

CURVE_MONTHS = range(0, 97)
"""Months of the lag curve shown: eight years hold all but a few per cent of any lag here."""

RANGE_HELP = {"P10": "One in ten", "P90": "Nine in ten"}


@dataclass(frozen=True, slots=True)
class Pair:
    """The approved scenario and the one with this visitor's assumptions.

    programme: the id being adjusted. group: the programmes the figures are for.
    """

    approved: Projection
    adjusted: Projection
    programme: str
    group: figures.Group

    @property
    def name(self) -> str:
        """The programme's name."""
        return self.approved.plan.programmes[self.programme].name

    @property
    def scope(self) -> str:
        """What the figures are for, in words."""
        return "the whole plan" if self.group is None else self.name


def show() -> None:
    """The page."""
    st.markdown(
        "Move the delay between a person's start and the saving, and see in which "
        "financial year the saving lands."
    )
    left, middle, right = st.columns(3)
    with left:
        council = choices.choose_council("adjust")
    with middle:
        scenario = choices.choose_scenario("step-up")
    approved = forecast(council, scenario)
    if not approved.plan.programmes:
        _show_nothing(approved)
        return
    with right:
        programme = levers.choose_programme(approved)
    st.caption(plain(approved.plan.summary))
    changes, alone = levers.set_levers(approved, programme)
    _remember(scenario, changes)
    group = (programme,) if alone else None
    pair = Pair(approved, forecast(council, scenario, changes), programme, group)
    _show_headline(pair)
    _show_years(pair)
    _show_curve(pair)
    _show_ladder(pair)
    show_missing(approved.missing)
    run_line(pair.adjusted)


def _remember(scenario: str, changes: Changes) -> None:
    """Keep the adjusted assumptions for the export page."""
    st.session_state["adjusted"] = (scenario, changes)


def _show_nothing(projection: Projection) -> None:
    st.info(
        "No programme runs in this scenario, so there is no lag to adjust: cashable saving "
        "is £0 in every year. Choose another scenario above."
    )
    show_table(_year_table([("Cashable saving, £ thousand", projection)], None), "Saving by year")
    show_missing(projection.missing)
    run_line(projection)


def _show_headline(pair: Pair) -> None:
    whole = figures.over_plan(pair.adjusted, "cashable_saving", pair.group)
    before = figures.over_plan(pair.approved, "cashable_saving", pair.group)
    target = target_of(pair.approved, TOTAL if pair.group is None else pair.programme)
    chance = figures.chance_of(pair.adjusted, target, pair.group)
    turning = figures.turning_of(pair.adjusted, pair.group)
    years = pair.adjusted.plan.years
    st.subheader(f"Cashable saving of {plain(pair.scope)}")
    moved = _moved(before.central, whole.central)
    with st.grid(5):
        st.metric(
            f"Over {years} years, central",
            pounds(whole.central),
            delta=moved,
            delta_description="against approved" if moved else None,
            border=True,
            height="stretch",
        )
        for name, value in (("P10", whole.p10), ("P90", whole.p90)):
            st.metric(
                f"Over {years} years, {name}",
                pounds(value),
                help=f"{RANGE_HELP[name]} draws come out below this.",
                border=True,
                height="stretch",
            )
        st.metric(
            f"Chance of {pounds(target)} or more",
            "not sampled" if chance is None else words.per_cent(chance),
            help="Share of draws whose saving over the plan is at least the figure the "
            "approved scenario counts on.",
            border=True,
            height="stretch",
        )
        st.metric(
            "Cumulative net positive in",
            turning.year or "no year",
            border=True,
            height="stretch",
        )
    _show_sentences(pair, before.central, whole.central, turning)


def _moved(before: float, after: float) -> str | None:
    return pounds(after - before).replace(words.MINUS, "-") if abs(after - before) >= 0.5 else None


def _show_sentences(pair: Pair, before: float, after: float, turning: figures.Turning) -> None:
    plan = pair.adjusted.plan
    sweep = sweep_lag(plan, pair.adjusted.council, pair.programme)
    saved = figures.central(pair.adjusted, "cashable_saving", (pair.programme,))
    sentences = [
        words.arrival(pair.name, pair.adjusted.timeline.labels, saved.tolist()),
        words.slip(sweep.quarter),
        words.longest_lag(*sweep.longest(sweep.net)),
        words.change(before, after) if pair.group is None else "",
        words.turning(turning.month, turning.year, turning.peak, turning.peak_month),
    ]
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences if sentence))


def _show_years(pair: Pair) -> None:
    st.subheader("In which year the saving lands")
    both = ((APPROVED, pair.approved), (ADJUSTED, pair.adjusted))
    rows = pd.concat(
        figures.by_year(projection, "cashable_saving", pair.group).assign(series=name)
        for name, projection in both
    )
    show_picture(
        charts.savings_by_year(rows, [APPROVED, ADJUSTED]),
        f"Cashable saving of {pair.scope} by financial year: the scenario as approved beside "
        "your lag, each with its range from P10 to P90. The table below has the figures.",
    )
    table = _year_table([(f"{name}, central", p) for name, p in both], pair.group)
    show_table(table, f"Cashable saving of {pair.scope} by financial year, £ thousand")
    st.caption("£ thousand. Bars are central figures; whiskers run from P10 to P90.")


def _year_table(named: list[tuple[str, Projection]], group: figures.Group) -> pd.DataFrame:
    """Rows of cashable saving by year in GBP thousand, the plan's total last."""
    rows = {}
    for name, projection in named:
        whole = figures.over_plan(projection, "cashable_saving", group)
        years = figures.central(projection, "cashable_saving", group)
        rows[name] = [thousands(value) for value in (*years, whole.central)]
    last = named[-1][1]
    if last.samples:
        spread = figures.by_year(last, "cashable_saving", group)
        whole = figures.over_plan(last, "cashable_saving", group)
        for label, column in (("P10", "p10"), ("P50", "p50"), ("P90", "p90")):
            values = (*spread[column], getattr(whole, column))
            rows[f"{named[-1][0].split(',')[0]}, {label}"] = [thousands(v) for v in values]
    if len(named) == 2:
        rows["Change in central"] = _differences(named[0][1], last, group)
    columns = [*last.timeline.labels, "Plan"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _differences(before: Projection, after: Projection, group: figures.Group) -> list[str]:
    moved = figures.central(after, "cashable_saving", group) - figures.central(
        before, "cashable_saving", group
    )
    return [thousands(value) for value in (*moved, moved.sum())]


def _show_curve(pair: Pair) -> None:
    st.subheader(f"How long before {plain(pair.name)} has its effect")
    both = ((APPROVED, pair.approved), (ADJUSTED, pair.adjusted))
    rows = pd.concat(
        figures.lag_curve(projection, pair.programme, CURVE_MONTHS).assign(series=name)
        for name, projection in both
    )
    show_picture(
        charts.lag_curve(rows, [APPROVED, ADJUSTED]),
        f"Share of people started on {pair.name} whose placement would have begun, by month "
        "since they started: as approved (dashed) and with your lag (solid).",
    )
    wide = rows[rows["month"] % 6 == 0].pivot(index="month", columns="series", values="share")
    wide = wide[[APPROVED, ADJUSTED]].map(words.per_cent)
    wide.index = pd.Index([f"Month {month}" for month in wide.index])
    show_table_below(wide, "share of people whose placement would have begun")


def _show_ladder(pair: Pair) -> None:
    st.subheader("From gross to cashable")
    rows = figures.ladder(pair.adjusted, pair.group)
    show_picture(
        charts.bridge(rows),
        f"Bridge from the gross avoided cost of {pair.scope} to its cashable saving over the "
        "plan, one bar for each rung that comes off. The table below has the figures.",
    )
    table = pd.DataFrame(
        {"Over the plan": [words.pence(amount) for amount in rows["amount"]]}, index=rows["step"]
    )
    show_table_below(table, "from gross to cashable, to the penny")
