"""Baseline, second half: how a service line is carried on, how sure that is, and beside whom."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from prevention.baseline.scores import Score
from prevention.baseline.similar import alike_in, at_their_rate, similar
from prevention.dashboard import choices
from prevention.dashboard.session import Changes, bench, names_of_councils, show_below, show_picture
from prevention.dashboard.tables import show_table
from prevention.dashboard.tested import accuracy_of, tested
from prevention.evidence.accuracy import PEOPLE
from prevention.model.evidence import Series, ServiceEvidence
from prevention.model.projection import Projection
from prevention.model.summary import run_record
from prevention.reports import accuracy as report
from prevention.reports.accuracy import METHOD_NAMES
from prevention.reports.pictures import charts
from prevention.reports.words import figure_in, listed, plain
from prevention.years import format_year

FANS = {"people": "People", "unit_cost": "Price, £ a week", "spend": "Spend"}


def _default(service: ServiceEvidence) -> str:
    return str(bench().on_file.economy.services[service.id].baseline_method)


def choose_method(service: ServiceEvidence) -> str:
    """How people are carried on: the default, or another that is held for this council."""
    st.header("How it is carried on")
    default = _default(service)
    held = [m for m in METHOD_NAMES if m in service.outlooks or m == default]
    names = {m: METHOD_NAMES[m] + " (default)" * (m == default) for m in held}
    key = f"method-{service.id}"
    choices.read_address(key, names, choices.among("method", names))
    chosen = st.selectbox(
        "People are carried on by",
        held,
        index=held.index(default),
        format_func=lambda method: names.get(method, str(method)),
        key=key,
        bind="query-params",
        help="The default is the method that did best on past years over all councils.",
    )
    return chosen if chosen in held else default


def change_to(service: ServiceEvidence, method: str) -> Changes:
    """The change that carries a line on by a method; none where it is the default."""
    if method == _default(service):
        return ()
    return ((f"services.{service.id}.baseline_method", method),)


def show(
    service: ServiceEvidence,
    council: str,
    rows: pd.DataFrame,
    method: str,
    money: str,
    projection: Projection,
) -> None:
    """The method with its error, the three fans, and similar councils.

    rows: of `summary.baseline`, of this service line alone.
    """
    _show_method(service, council, method)
    beside = _similar(service, council)
    for facet, title in FANS.items():
        series: Series = getattr(service, facet)
        if facet == "people":
            title = service.people.unit.capitalize()
        _show_fan(rows, series, facet, title, money, beside, projection)


def _show_method(service: ServiceEvidence, council: str, method: str) -> None:
    found, own = accuracy_of(), accuracy_of(council)
    default = _default(service)
    said = report.verdict(found, service.id, PEOPLE, method)
    if "Warning" in said:
        st.warning(plain(said))
    else:
        st.markdown(plain(said))
    if method != default:
        st.markdown(plain(report.verdict(found, service.id, PEOPLE, default)))
        st.caption(
            plain(
                "Seen on this page only. To plan with it, set "
                f"services.{service.id}.baseline_method to {method} in a scenario file, or give "
                f"--set services.{service.id}.baseline_method={method}."
            )
        )
    rows = {}
    for other in bench().council(council).services.values():
        used = method if other.id == service.id else _default(other)
        rows[other.name] = {"Method": METHOD_NAMES[used]} | {
            title: _error(report.of_line(accuracy_, other.id, PEOPLE), used)
            for title, accuracy_ in (
                ("Error on past years, all councils", found),
                (f"Error in {names_of_councils()[council]}", own),
            )
        }
    with st.expander("Table: the method of each service line, and how far it was out"):
        show_table(
            pd.DataFrame.from_dict(rows, orient="index"),
            "The method of each service line with its mean error on past years",
            "Service line",
        )


def _error(scores: list[Score], method: str) -> str:
    found = report.of_method(scores, method)
    if not found:
        return "not tried: too few years"
    far = max(found)
    return f"{found[far].mape:.1%}, {far} year{'s' if far > 1 else ''} ahead"


def _similar(service: ServiceEvidence, council: str) -> pd.DataFrame | None:
    """People by year at the rate of similar councils, said who they are; None without any."""
    lines = tested().people.get(service.id)
    like = similar(lines, council) if lines is not None else ()
    if lines is None or not like:
        st.caption("No similar councils: too few figures of this council to find them by.")
        return None
    names = names_of_councils()
    found = at_their_rate(lines, council, like)
    year = format_year(alike_in(lines) or 0)
    st.markdown(
        plain(
            f"Similar councils: the {len(like)} nearest in {service.population.title.lower()} and "
            f"in their rate of care in {year}. Their rate together, at this council's own "
            "population, is the comparison line: it shows what became since of councils that "
            "stood where this one did. Statistical neighbours as published are not held."
        )
    )
    st.caption(plain(f"They are {listed([names.get(code, code) for code in like])}."))
    own = {o.year_ending: o.value for o in service.people.observations}
    both = sorted(set(own) & set(found))
    if both:
        last = both[-1]
        st.markdown(
            plain(
                f"In {format_year(last)} there were {own[last]:,.0f} here; at the rate of similar "
                f"councils there would have been {found[last]:,.0f}."
            )
        )
    return pd.DataFrame(
        [(format_year(y), value) for y, value in found.items()], columns=["year", "value"]
    )


def _show_fan(
    rows: pd.DataFrame,
    series: Series,
    facet: str,
    title: str,
    money: str,
    beside: pd.DataFrame | None,
    projection: Projection,
) -> None:
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
    beside = beside if facet == "people" else None
    unit = money if facet == "spend" else None
    chart = charts.fan(seen, ahead, title, unit, beside)
    compared = " Similar councils are a third line." if beside is not None else ""
    heading = f"{series.title}, {projection.council.name}"
    show_picture(
        chart,
        f"{heading}, as published, then the forecast with its range from P10 to P90.{compared} "
        "The table below has the figures.",
    )
    in_unit = f", {choices.MONEY[money]}" if unit else ""
    show_below(
        chart,
        _fan_table(seen, ahead, beside, facet, money),
        heading + in_unit,
        str(run_record(projection)["run_id"]),
        "Year",
    )


_AHEAD = {"central": "Central", "p10": "P10", "p50": "P50", "p90": "P90"}


def _fan_table(
    seen: pd.DataFrame, ahead: pd.DataFrame, beside: pd.DataFrame | None, facet: str, money: str
) -> pd.DataFrame:
    def written(value: float) -> str:
        return figure_in(money, value) if facet == "spend" else f"{value:,.1f}"

    columns = {"Published": (seen, "value")}
    if beside is not None:
        columns[charts.SIMILAR] = (beside, "value")
    columns |= {title: (ahead, column) for column, title in _AHEAD.items()}
    found = {
        title: pd.Series(rows[column].map(written).tolist(), index=rows["year"], dtype=object)
        for title, (rows, column) in columns.items()
    }
    return pd.DataFrame(found).sort_index().fillna("")
