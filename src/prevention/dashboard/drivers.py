"""What drives a scenario's saving, or the difference between two: the tornado."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from prevention.dashboard import figures
from prevention.dashboard.choices import MONEY
from prevention.dashboard.session import Built, built, show_below, show_picture
from prevention.model.attribution import Bar, tornado
from prevention.model.projection import Projection
from prevention.model.scenarios import Plan
from prevention.model.summary import run_record
from prevention.reports.pictures import drivers
from prevention.reports.words import figure_in, plain, pounds

WIDEST = 12
"""Assumptions in the picture; the table has every one."""


@st.cache_data(max_entries=32, show_spinner="Trying every assumption at its low and its high")
def _tried(stamp: Built, runs: tuple[str, ...], _projections: Sequence[Projection]) -> list[Bar]:
    return tornado([p.plan for p in _projections], _projections[0].council)


def show(projections: Sequence[Projection], names: Sequence[str], money: str) -> None:
    """The tab: which result, its picture, its table."""
    options = {f"{names[-1]} less {names[0]}": (projections[0], projections[-1])} | {
        f"{name} less doing nothing": (p,) for name, p in zip(names, projections, strict=True)
    }
    chosen = st.selectbox("Cashable saving over the plan of", list(options), key="tornado-of")
    pair = options.get(str(chosen), next(iter(options.values())))
    runs = tuple(str(run_record(projection)["run_id"]) for projection in pair)
    bars = _tried(built(), runs, pair)
    if not bars:
        st.info("No assumption moves this result.")
        return
    plans = [projection.plan for projection in pair]
    rows = pd.DataFrame(
        [
            {"assumption": _named(bar.key, plans), "low": bar.low / 100, "high": bar.high / 100}
            for bar in bars
        ]
    )
    first = rows.iloc[0]
    st.markdown(
        plain(
            f"What matters most is {first['assumption']}: at its low the result moves by "
            f"{pounds(first['low'])}, at its high by {pounds(first['high'])}."
        )
    )
    picture = drivers.tornado(rows.head(WIDEST), "Change in cashable saving", money)
    title = f"What drives the cashable saving of {chosen}"
    show_picture(
        picture,
        f"{title}: how far each assumption moves it at its low and at its high, the widest first. "
        "The table below has the figures.",
    )
    st.caption(
        "Exact central runs: one assumption at a time at its 10th and at its 90th percentile, all "
        "others central, the same in both scenarios where both have it."
    )
    table = pd.DataFrame(
        {
            "At its low": [figure_in(money, value) for value in rows["low"]],
            "At its high": [figure_in(money, value) for value in rows["high"]],
        },
        index=rows["assumption"],
    )
    show_below(picture, table, f"{title}, {MONEY[money]}", runs[-1], "Assumption")


def _named(key: str, plans: Sequence[Plan]) -> str:
    owner, title = figures.plain_key(key, plans)
    return f"{title}, {owner}"
