"""Baseline: what is published of each service line, and its path if nothing changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from prevention.dashboard import choices, outlook
from prevention.dashboard.session import bench, forecast, run_line, show_missing, sources_behind
from prevention.dashboard.tables import show_table
from prevention.model import summary
from prevention.model.evidence import Observation, Series, ServiceEvidence
from prevention.reports.words import listed, pence, plain, pounds
from prevention.years import WEEKS_PER_YEAR, format_year

FACETS = {"people": "People", "unit_cost": "Unit cost", "spend": "Spend"}


def show() -> None:
    """The page."""
    st.markdown(
        "What is published for the council, line by line, and what care would cost if no "
        "prevention programme ran."
    )
    with st.grid(3, min_column_width=230):
        council = choices.choose_council("baseline")
        services = bench().council(council).services
        service = _choose_service(services)
        money = choices.choose_money()
    st.header("Last published year")
    show_table(
        pd.DataFrame({s.name: _published(s) for s in services.values()}).T,
        "People, weekly unit cost and yearly spend of each service line as last published",
        "Service line",
    )
    _show_published(service)
    _show_difference(service)
    method = outlook.choose_method(service)
    changes = outlook.change_to(service, method)
    projection = forecast(council, "do-nothing", changes)
    rows = summary.baseline(projection)
    rows = rows[rows["service"] == service.id] if len(rows) else rows
    outlook.show(service, council, rows, method, money, projection)
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
