"""As at November 2020: the forecast that would have been made, and what then happened."""

from __future__ import annotations

import streamlit as st

from prevention.baseline.hindcast import CannotHindcast
from prevention.dashboard import choices
from prevention.dashboard.session import (
    bench,
    built,
    show_below,
    show_picture,
)
from prevention.evidence.council import every_council_evidence
from prevention.evidence.lookback import (
    COMPROMISES,
    OWN_COUNT,
    PUBLISHED,
    YEARS,
    LookBack,
    LookBacks,
    history,
    look_backs,
    lookable,
    spend_bridge,
)
from prevention.evidence.store import open_store
from prevention.reports import hindsight
from prevention.reports.pictures.drivers import bridge as bridge_picture
from prevention.reports.pictures.looking_back import past_fan
from prevention.reports.words import plain
from prevention.years import format_year

MADE_FROM = {
    PUBLISHED: f"Figures published by then (to {format_year(PUBLISHED)})",
    OWN_COUNT: f"The council's own count of {format_year(OWN_COUNT)} too",
}


@st.cache_resource(max_entries=4, show_spinner="Looking back at every council")
def _looked_back(stamp: tuple[int, ...], store: str, known: int) -> LookBacks:
    with open_store(bench().store) as opened:
        return look_backs(lookable(every_council_evidence(opened)), known)


def show() -> None:
    """The page."""
    st.markdown(
        "In November 2020 a council set out to forecast the cost of its looked-after children. "
        "Here is the forecast this tool would have made with nothing but the figures of that "
        "day, beside what happened: how far to trust such a forecast, and what it cannot see."
    )
    with st.grid(3, min_column_width=230):
        council = choices.choose_council("hindcast")
        known = _choose_figures()
        money = choices.choose_money()
    # What people save on the record moves no published figure: the store's stamp alone counts.
    everywhere = _looked_back(built()[:2], str(bench().store), known)
    try:
        found = everywhere.of(council)
    except CannotHindcast as fault:
        st.info(plain(str(fault)), title="No forecast can be made for this council")
    else:
        _show_forecasts(found, council, money)
        st.markdown(plain(hindsight.everywhere(everywhere.held)))
    _show_bridge(council, money)
    with st.expander("Where the figures used are not exactly those of the day"):
        for compromise in COMPROMISES:
            st.markdown(f"- {plain(compromise)}")


def _choose_figures() -> int:
    chosen = st.radio(
        "Made from",
        list(MADE_FROM),
        format_func=lambda year: MADE_FROM.get(year, str(year)),
        key="made-from",
        help="The national figures for March 2020 came out in December 2020; a council knew its "
        "own before.",
    )
    return chosen if chosen in MADE_FROM else PUBLISHED


def _show_forecasts(found: LookBack, council: str, money: str) -> None:
    evidence = bench().council(council)
    for past, title in ((found.people, CHILDREN), (found.spend, SPEND), (found.price, WEEKLY)):
        st.header(title)
        st.markdown(plain(hindsight.outcome(past)))
        unit = money if past is found.spend else ""
        rows = hindsight.rows(history(evidence, past), past)
        chart = past_fan(rows, AXES[title], unit)
        heading = f"{title} in {evidence.name}, as at November 2020"
        show_picture(
            chart,
            f"{heading}: the forecast with its range from P10 to P90, then what happened. The "
            "table below has the figures.",
        )
        show_below(chart, hindsight.table(rows, unit), heading + _in(unit), heading="Year")
    st.header("What this teaches")
    for lesson in hindsight.lessons(found.people, found.price, found.spend):
        st.markdown(f"- {plain(lesson)}")


CHILDREN, SPEND, WEEKLY = "Children looked after", "Spend", "Spend per child"
AXES = {
    CHILDREN: "Children on 31 March",
    SPEND: "Gross spend",
    WEEKLY: "£ a week per child",
}


def _in(unit: str) -> str:
    return f", {choices.MONEY[unit]}" if unit else ""


def _show_bridge(council: str, money: str) -> None:
    evidence = bench().council(council)
    st.header(f"Why spend changed, {format_year(OWN_COUNT)} to {format_year(YEARS[-1])}")
    try:
        found = spend_bridge(evidence, OWN_COUNT, YEARS[-1])
    except CannotHindcast as fault:
        st.info(plain(str(fault)))
        return
    names = [evidence.services[id_].name.lower() for id_ in found.lines]
    for sentence in hindsight.bridge_sentences(found, names):
        st.markdown(plain(sentence))
    rows = hindsight.bridge_rows(found, OWN_COUNT, YEARS[-1])
    chart = bridge_picture(rows, "Gross spend", money)
    title = f"Why spend on looked-after children changed in {evidence.name}"
    show_picture(
        chart,
        f"{title}: bars from the spend of {format_year(OWN_COUNT)} through volume, price, mix "
        f"and remainder to the spend of {format_year(YEARS[-1])}. The table below has the figures.",
    )
    show_below(chart, hindsight.bridge_table(rows), f"{title}, GBP", heading="Step")
