"""Behind the headline: what each assumption did, how long a lag the scheme can bear, the rungs.

Only the part that is open is worked out, so that a lever moves no more than is seen.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from prevention.dashboard import figures, register, versions
from prevention.dashboard.choices import MONEY
from prevention.dashboard.pair import Pair
from prevention.dashboard.session import bench, show_below, show_downloads, show_picture
from prevention.dashboard.tables import show_table
from prevention.model.assumptions import Assumption
from prevention.model.attribution import TOGETHER, Bridge, bridge
from prevention.model.scenarios import Scenario, resolve
from prevention.model.sweep import LagSweep
from prevention.money import to_pounds
from prevention.reports import words
from prevention.reports.pictures import drivers
from prevention.reports.words import figure_in, pence, plain

STEPS = (0, 3, 6, 9, 12, 18, 24, 36)
"""Months of further lag the table of slips shows."""


def show(pair: Pair) -> None:
    """The part below the headline that the reader chose."""
    part = st.segmented_control(
        "Behind the figures", [*PARTS], default=next(iter(PARTS)), required=True, key="detail"
    )
    PARTS[part](pair)


def evidence_of(programme: str) -> dict[str, Assumption]:
    """A programme's assumptions as the library's evidence gives them, by key."""
    alone = Scenario(id="evidence", title="Evidence", programmes=(programme,))
    plan = resolve(alone, bench().library)
    return {k: a for k, a in plan.assumptions().items() if k.startswith(f"programmes.{programme}.")}


def _show_ladder(pair: Pair) -> None:
    rows = figures.ladder(pair.adjusted, pair.group)
    title = f"From gross avoided cost to cashable saving: {pair.scope}"
    picture = drivers.bridge(rows, money=pair.money)
    show_picture(
        picture,
        f"Bridge from the gross avoided cost of {pair.scope} to its cashable saving over the "
        "plan, one bar for each rung that comes off. The table below has the figures.",
    )
    table = pd.DataFrame(
        {"Over the plan": [pence(amount) for amount in rows["amount"]]}, index=rows["step"]
    )
    show_below(picture, table, title, pair.run, key="ladder's table")


def _show_bridge(pair: Pair) -> None:
    """From the approved scenario to this one, assumption by assumption."""
    found = bridge(
        pair.approved.plan, pair.adjusted.plan, pair.adjusted.council, programme=pair.cell
    )
    if found.before == found.after and len(found.steps) <= 1:
        st.info("Nothing is changed yet. Move a lever, and its part in the change shows here.")
        return
    rows = bridge_rows(found, pair)
    title = f"From the scenario {pair.start.lower()} to your changes: saving of {pair.scope}"
    picture = drivers.bridge(rows, money=pair.money)
    show_picture(
        picture,
        f"Bridge from the cashable saving of {pair.scope} {pair.start.lower()} to that with your "
        "changes, a bar for each assumption. The table below has the figures.",
    )
    st.caption(
        "Each bar is what that one change does alone, in an exact central "
        "run. What the changes do to one another is the last bar, so the order plays no part "
        "and all of it adds up to the penny."
    )
    table = pd.DataFrame(
        {"Over the plan": [pence(amount) for amount in rows["amount"]]}, index=rows["step"]
    )
    show_below(picture, table, title, pair.run, key="bridge's table")


def bridge_rows(found: Bridge, pair: Pair) -> pd.DataFrame:
    """A bridge as rows: step, amount, start, end, GBP; totals first and last."""
    plans = [pair.approved.plan, pair.adjusted.plan]
    names = []
    for step in found.steps:
        owner, title = figures.plain_key(step.key, plans) if step.key != TOGETHER else ("", "")
        names.append(f"{title}, {owner}" if owner else "Changes acting together")
    amounts = [found.before, *(step.pence for step in found.steps), found.after]
    running = np.cumsum(amounts[:-1])
    return pd.DataFrame(
        {
            "step": [pair.start, *names, "With your changes"],
            "amount": to_pounds(amounts),
            "start": to_pounds([0, *running[:-1], 0]),
            "end": to_pounds([*running, amounts[-1]]),
        }
    )


def _show_slips(pair: Pair) -> None:
    """The longest lag the scheme can bear, and what each further quarter costs."""
    sweep = pair.sweep()
    longest, note = sweep.longest(sweep.net)
    st.markdown(f"{plain(words.longest_lag(longest, note))} {plain(words.slip(sweep.quarter))}")
    rows = pd.concat(
        pd.DataFrame({"lag": sweep.lags, "series": name, "amount": values})
        for name, values in (("Cashable saving", sweep.cashable), ("Net saving", sweep.net))
    )
    title = f"Saving of {pair.name} over the plan at each onset lag"
    picture = drivers.saving_at_each_lag(rows, sweep.current, longest, pair.money)
    show_picture(
        picture,
        f"{title}: cashable saving (solid) and net of delivery cost (dashed). Upright lines mark "
        "the lag assumed and the longest it can bear. The table below has the figures.",
    )
    show_table(slip_table(sweep, pair.money), f"{title}, {MONEY[pair.money]}", "Slip")
    st.caption(
        f"{MONEY[pair.money]}, central, all other assumptions as they stand. A slip moves a "
        "saving later; part of it then falls beyond the plan."
    )
    show_downloads(picture, title, pair.run)


def slip_table(sweep: LagSweep, money: str) -> pd.DataFrame:
    """What further months of lag cost inside the plan, in the reader's unit."""
    table = {}
    start = np.interp(sweep.current, sweep.lags, sweep.cashable)
    for more in STEPS:
        lag = sweep.current + more
        if lag > sweep.lags[-1]:
            continue
        cashable, net = (float(np.interp(lag, sweep.lags, y)) for y in (sweep.cashable, sweep.net))
        name = "As it stands" if not more else f"{words.months(more)} later"
        table[name] = {
            "Onset lag": words.months(lag),
            "Cashable saving": figure_in(money, cashable),
            "Net saving": figure_in(money, net),
            "Change in cashable": figure_in(money, cashable - start),
        }
    return pd.DataFrame.from_dict(table, orient="index")


PARTS = {
    "From gross to cashable": _show_ladder,
    "What changed it": _show_bridge,
    "How late it may come": _show_slips,
    "Every assumption": register.show,
    "Save and approve": versions.show,
}
"""What can be chosen, in order."""
