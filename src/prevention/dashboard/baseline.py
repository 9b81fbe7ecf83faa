"""Baseline: what is published of each service line, and its path if nothing changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from prevention.dashboard import choices
from prevention.dashboard.session import (
    forecast,
    run_line,
    show_missing,
    show_picture,
    show_table,
    show_table_below,
    sources_behind,
)
from prevention.model import summary
from prevention.model.evidence import Observation, Series, ServiceEvidence
from prevention.reports import charts
from prevention.reports.words import listed, pence, plain, pounds
from prevention.years import WEEKS_PER_YEAR, format_year

FACETS = {"people": "People", "unit_cost": "Unit cost", "spend": "Spend"}


def show() -> None:
    """The page."""
    st.markdown(
        "What is published for the council, line by line, and what care would cost if no "
        "prevention programme ran."
    )
    left, _ = st.columns([1, 2])
    with left:
        council = choices.choose_council("baseline")
    projection = forecast(council, "do-nothing")
    services = projection.council.services
    st.header("Last published year")
    show_table(
        pd.DataFrame({s.name: _published(s) for s in services.values()}).T,
        "People, weekly unit cost and yearly spend of each service line as last published",
        "Service line",
    )
    service = _choose_service(services)
    _show_published(service)
    _show_difference(service)
    rows = summary.baseline(projection)
    rows = rows[rows["service"] == service.id] if len(rows) else rows
    _show_fan(rows, service.people, "people", service.people.unit.capitalize())
    _show_fan(rows, service.spend, "spend", "Spend")
    show_missing(projection.missing)
    run_line(projection)


def _choose_service(services: Mapping[str, ServiceEvidence]) -> ServiceEvidence:
    ids = list(services)
    names = {id_: service.name for id_, service in services.items()}
    choices.read_address("service", names, choices.among("service line", names))
    chosen = st.selectbox(
        "Service line",
        ids,
        format_func=lambda id_: names.get(id_, str(id_)),
        key="service",
        bind="query-params",
    )
    return services[chosen if chosen in services else ids[0]]


def _published(service: ServiceEvidence) -> dict[str, str]:
    return {title: _figure(facet, getattr(service, facet).last) for facet, title in FACETS.items()}


def _figure(facet: str, seen: Observation | None) -> str:
    """A published figure with its year; "not published" where there is none."""
    if seen is None:
        return "not published"
    year = format_year(seen.year_ending)
    if facet == "people":
        return f"{seen.value:,.1f}".removesuffix(".0") + f" ({year})"
    if facet == "unit_cost":
        return f"£{seen.value:,.0f} a week ({year})"
    return f"{pounds(seen.value)} ({year})"


def _show_published(service: ServiceEvidence) -> None:
    st.header(plain(service.name))
    with st.grid(3):
        for facet, title in FACETS.items():
            _show_facet(getattr(service, facet), facet, title)


def _show_facet(series: Series, facet: str, title: str) -> None:
    with st.container(border=True):
        last = series.last
        shown = _figure(facet, last).split(" (")[0]
        label = f"{title}, {format_year(last.year_ending)}" if last else title
        st.metric(label, shown)
        st.caption(plain(f"{series.title} ({series.unit})"))
        if last is not None:
            publishers = dict.fromkeys(s.publisher for s in sources_behind(last.release))
            st.caption(f"Source: {plain(listed(list(publishers)))}")
            with st.popover("Where it comes from"):
                _show_sources(last.release)
                if series.note:
                    st.markdown(plain(series.note))
        elif series.note:
            st.caption(plain(series.note))


def _show_sources(release: str) -> None:
    for source in sources_behind(release):
        st.markdown(
            f"**{plain(source.publisher)}**, {plain(source.publication)}: "
            f"{plain(source.title)}.\n\n"
            f"Licence: {plain(source.licence)}. Published: {plain(str(source.published))}. "
            f"Taken: {plain(str(source.accessed))}."
        )


def difference(service: ServiceEvidence) -> tuple[int, int, float, float] | None:
    """People x unit cost x weeks beside published spend, GBP, in the last year with a unit cost.

    Returns the year ending of the product and that of the spend (the newest not after it),
    the product and the spend; None where one of the three is not published.
    """
    unit = service.unit_cost.last
    if unit is None:
        return None
    people = {o.year_ending: o.value for o in service.people.observations}
    spends = [o for o in service.spend.observations if o.year_ending <= unit.year_ending]
    if unit.year_ending not in people or not spends:
        return None
    product = people[unit.year_ending] * unit.value * WEEKS_PER_YEAR
    return unit.year_ending, spends[-1].year_ending, product, spends[-1].value


def _show_difference(service: ServiceEvidence) -> None:
    found = difference(service)
    if found is None:
        return
    year, spend_year, product, spend = found
    rows = {
        f"People x unit cost x weeks, {format_year(year)}": pence(product),
        f"Published spend, {format_year(spend_year)}": pence(spend),
        "Difference: not explained by the published figures": pence(
            round(spend, 2) - round(product, 2)
        ),
    }
    show_table(
        pd.DataFrame.from_dict(rows, orient="index", columns=["GBP a year"]),
        f"Unit cost and activity beside published spend: {service.name}",
        "Does it add up?",
    )


def _show_fan(rows: pd.DataFrame, series: Series, facet: str, title: str) -> None:
    """One published series and its forecast: rows of `summary.baseline` of one service."""
    st.header(f"{plain(series.title)}: published, then if nothing changes")
    ahead = rows[rows["measure"] == facet] if len(rows) else rows
    if ahead.empty:
        st.info(f"No forecast of {facet}: people or unit cost is neither published nor assumed.")
        return
    seen = pd.DataFrame(
        [(format_year(o.year_ending), o.value) for o in series.observations],
        columns=["year", "value"],
    )
    show_picture(
        charts.fan(seen, ahead, title, money=facet == "spend"),
        f"{series.title} as published, then the forecast with its range from P10 to P90. "
        "The table below has the figures.",
    )
    show_table_below(_fan_table(seen, ahead, facet), f"{facet} by year", "Year")


def _fan_table(seen: pd.DataFrame, ahead: pd.DataFrame, facet: str) -> pd.DataFrame:
    written = pounds if facet == "spend" else (lambda value: f"{value:,.1f}")
    past = pd.DataFrame({"Published": seen["value"].map(written).tolist()}, index=seen["year"])
    names = {"central": "Central", "p10": "P10", "p50": "P50", "p90": "P90"}
    future = pd.DataFrame(
        {title: ahead[column].map(written).tolist() for column, title in names.items()},
        index=ahead["year"],
    )
    return pd.concat([past, future]).fillna("")
