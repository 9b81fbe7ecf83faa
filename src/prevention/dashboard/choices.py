"""The choices every page starts from, kept in the address so that it can be sent on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from prevention.dashboard.session import bench, code_of_council, names_of_councils
from prevention.model.scenarios import Scenario, ScenarioError
from prevention.reports.words import plain

WARRINGTON = "E06000007"

_LAST = "council-on-the-last-page"

MOST_READ = 20
"""Values of one name read from an address; the rest are dropped unread."""


def choose_council(page: str) -> str:
    """The council's code; the address may name it by code, old code or name.

    page: the page it is asked on. The choice follows its visitor from page to page, which
    a picker bound to the address does not do by itself.
    """
    names = names_of_councils()
    last_page, last = st.session_state.get(_LAST, (page, ""))
    if last_page != page and "council" not in st.query_params:
        st.session_state[_LAST] = (page, last)
        st.query_params["council"] = last
        st.rerun()
    read_address("council", names, code_of_council)
    codes = list(names)
    start = codes.index(WARRINGTON) if WARRINGTON in names else 0
    chosen = st.selectbox(
        "Council",
        codes,
        index=start,
        format_func=lambda code: names.get(code, str(code)),
        key="council",
        bind="query-params",
        help="Figures are published for every council with social care duties in England.",
    )
    st.session_state[_LAST] = (page, names[chosen])
    return chosen


MONEY = {"thousand": "£ thousand", "million": "£ million"}


def choose_money() -> str:
    """The unit in which this reader wants pounds: "thousand" or "million"."""
    chosen = st.segmented_control(
        "Money in",
        list(MONEY),
        format_func=lambda unit: MONEY.get(unit, str(unit)),
        default="thousand",
        required=True,
        key="money",
        bind="query-params",
    )
    return chosen if chosen in MONEY else "thousand"


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario on file and on the record, by id."""
    return bench().library.scenarios


def titles() -> dict[str, str]:
    """Every scenario's title by id."""
    return {id_: scenario.title for id_, scenario in scenarios().items()}


def choose_scenario(start: str) -> str:
    """A scenario's id; the address may give its id or its title."""
    known = titles()
    read_address("scenario", known, among("scenario", known))
    ids = list(known)
    return str(
        st.selectbox(
            "Scenario",
            ids,
            index=ids.index(start) if start in known else 0,
            format_func=lambda id_: known.get(id_, str(id_)),
            key="scenario",
            bind="query-params",
            help="A scenario says which programmes run, and what is assumed differently.",
        )
    )


def among(kind: str, known: Mapping[str, str]) -> Callable[[str], str]:
    """A reader of ids that accepts those it knows."""

    def resolve(text: str) -> str:
        if text not in known:
            raise ScenarioError(f"There is no {kind} '{text}' here.")
        return text

    return resolve


def read_address(key: str, names: Mapping[str, str], resolve: Callable[[str], str]) -> None:
    """Let the address name a choice by its id: put in its place the name the picker knows.

    The picker itself accepts nothing but its own names, so whatever else stands in the
    address is answered with a notice and is then gone from it.
    """
    for message in st.session_state.pop(f"notice-{key}", []):
        st.warning(plain(message), title="The address names something that is not known")
    asked = st.query_params.get_all(key)
    if key in st.session_state or all(text in names.values() for text in asked):
        return
    found, unknown = [], []
    for text in asked[:MOST_READ]:
        try:
            found.append(text if text in names.values() else names[resolve(text[:200])])
        except (LookupError, ScenarioError) as fault:
            unknown.append(str(fault.args[0]))
    st.session_state[f"notice-{key}"] = unknown
    st.query_params[key] = found
    st.rerun()


def choose_scenarios(key: str, start: list[str], label: str) -> list[str]:
    """One scenario or more, by id."""
    known = titles()
    read_address(key, known, among("scenario", known))
    return list(
        st.multiselect(
            label,
            list(known),
            default=[id_ for id_ in start if id_ in known],
            format_func=lambda id_: known.get(id_, str(id_)),
            key=key,
            bind="query-params",
        )
    )
