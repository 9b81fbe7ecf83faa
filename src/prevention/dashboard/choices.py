"""The choices every page starts from, kept in the address so that it can be sent on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from prevention.dashboard.session import NOTICES, bench, code_of_council, names_of_councils
from prevention.model.scenarios import Scenario, ScenarioError
from prevention.record.scenarios import scenario_history
from prevention.reports.words import plain
from prevention.years import format_year

WARRINGTON = "E06000007"

GO_TO = "go-to"
"""Where a session keeps the scenario and version that the next page is to open on."""

FIRST_YEARS = range(2026, 2037)
"""Years ending that a plan may be made to begin with on a page."""

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


def choose_first_year(key: str) -> int | None:
    """First year of the plan, as a year ending; None takes the scenario's own."""
    chosen = st.selectbox(
        "First year",
        [0, *FIRST_YEARS],
        format_func=lambda year: format_year(year) if year else "As the scenario says",
        key=key,
    )
    return int(chosen or 0) or None


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario on file and on the record, by id."""
    return bench().library.scenarios


def titles() -> dict[str, str]:
    """Every scenario's title by id."""
    return {id_: scenario.title for id_, scenario in scenarios().items()}


def choose_scenario(start: str) -> str:
    """A scenario's id; the address may give its id or its title."""
    known = titles()
    if GO_TO in st.session_state:
        go_to(*st.session_state.pop(GO_TO))
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


@st.cache_data(max_entries=64, show_spinner=False)
def _versions(stamp: tuple[int, int], path: str, id_: str) -> list[tuple[int, str, str]]:
    """Number, status and author of each version of a scenario on the record."""
    found = scenario_history(bench().record, id_)
    return [(version.version, version.status, version.who) for version in found]


def versions(id_: str) -> list[tuple[int, str, str]]:
    """Versions of a scenario, first to last: number, status, author; none for one on file."""
    if id_ in bench().on_file.scenarios:
        return []
    return _versions(bench().record.stamp, str(bench().store), id_)


def approved_name(name: str) -> str:
    """The approved version of a scenario as ID@3; "" where none is approved."""
    id_ = name.partition("@")[0]
    found = [number for number, status, _ in versions(id_) if status == "approved"]
    return f"{id_}@{found[-1]}" if found else ""


def choose_version(id_: str) -> str:
    """The scenario's name: its id alone, or with the version looked at, as ID@3.

    A visitor stays on the version they opened; a newer one is offered, not forced on them.
    """
    known = versions(id_)
    if not known:
        return id_
    numbers = [number for number, _, _ in known]
    if st.session_state.get("version-of", id_) != id_:
        st.session_state["version"] = numbers[-1]
    st.session_state["version-of"] = id_
    if st.session_state.get("version", numbers[-1]) not in numbers:
        del st.session_state["version"]
    chosen = st.selectbox(
        "Version",
        numbers,
        index=len(numbers) - 1,
        key="version",
        bind="query-params",
        help="; ".join(f"{n}: {status}, saved by {plain(who)}" for n, status, who in known[-5:]),
    )
    chosen = chosen if chosen in numbers else numbers[-1]
    return f"{id_}@{chosen}"


def say_if_newer(name: str) -> None:
    """Tell a visitor that somebody saved a later version than the one they look at."""
    id_, _, number = name.partition("@")
    known = versions(id_)
    if not number or not known or int(number) == known[-1][0]:
        return
    last, _, who = known[-1]
    st.warning(
        f"{plain(who)} saved version {last} of this scenario. You are looking at version "
        f"{number}; what you save from it will stand beside theirs, and neither is lost.",
        title="There is a later version",
    )
    st.button(f"Show version {last}", on_click=go_to, args=(id_, last))


def go_to(id_: str, version: int) -> None:
    """Show a version of a scenario at the next run."""
    st.session_state["scenario"] = id_
    st.session_state["version"] = version
    st.session_state["version-of"] = id_


def show_way_to_saved() -> None:
    """The way to what was saved last: the next page that asks for a scenario opens on it."""
    adjust = st.session_state.get("pages", {}).get("adjust")
    if GO_TO in st.session_state and adjust is not None:
        st.page_link(adjust, label="See it on Adjust", icon="➡️")


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
    notices = st.session_state.setdefault(NOTICES, {})
    for message in notices.get(key, ()):
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
    notices[key] = unknown
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
