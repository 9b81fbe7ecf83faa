"""Method: how savings are worked out, in the order of the chain."""

from __future__ import annotations

import streamlit as st

from prevention import __version__
from prevention.dashboard.session import bench, names_of_councils
from prevention.model.measures import MEASURES, RUNGS
from prevention.reports.words import plain

METHOD = """
A council pays for prevention today. Some people then never enter an expensive placement, or
enter later. The placement budget falls afterwards, in part, and only once a placement is
really not bought. The forecast follows that chain month by month:

1. **Baseline.** People in placement and the weekly price are forecast apart, for each service
   line, from published figures.
2. **Starts.** People who start the programme: mobilisation, then a ramp up to capacity.
3. **Effect.** The share of those people whose placement is avoided, less what would have
   happened anyway.
4. **Lag.** How many months pass between a person's start and the month in which the avoided
   placement would have begun. A longer lag moves savings to later years.
5. **Duration and fade-out.** How long the avoided placement would have lasted, and how fast
   the effect wears off.
6. **Overlap.** Two programmes never claim the same placement.
7. **The ladder.** From gross avoided cost to the cashable saving, a named rung at a time.
8. **Delivery cost**, by who pays and until when.

Every assumption has a low, a central and a high value: its 10th, 50th and 90th percentile.
The range of a forecast comes from thousands of draws over all of them at once, and the same
draws serve every scenario, so that a difference between two is not chance.
"""


def show() -> None:
    """The page."""
    st.markdown(METHOD)
    st.header("The rungs of the ladder")
    names = ("gross_avoided_cost", *RUNGS, "cashable_saving")
    st.table({MEASURES[n].title: MEASURES[n].meaning for n in names}, alt="The rungs explained")
    st.header("What the figures rest on")
    hashes = bench().council(next(iter(names_of_councils()))).data_hash
    st.markdown(
        f"Version {plain(__version__)}; published tables {plain(hashes[:16])}. Published figures "
        "carry their publisher and licence under Baseline. Figures marked JUDGEMENT under "
        "Programmes are chosen, not found: replace them with the council's own."
    )
