"""What a visitor asks of the best mix: chosen here, kept while they look at other pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from prevention.dashboard import choices, working
from prevention.dashboard.session import DRAWS, Changes
from prevention.jobs import Request
from prevention.model.mix import choices_of
from prevention.model.scenarios import Plan
from prevention.model.search import GOALS
from prevention.reports import mix_words
from prevention.reports.words import plain
from prevention.years import format_year, parse_year

START, LIMIT, STEP, MOST = "whole-system", 500_000, 50_000, 1_000_000_000
"""Scenario and funding limit (GBP) to begin with, the limit's step, and the most it may be."""

YEARS = range(1, 11)
_KEPT = "mix-choices"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks: a request, GBP, a goal, a year ending, and programmes (none: all)."""

    request: Request
    limit: int
    goal: str
    latest: int
    only: tuple[str, ...]


def choose() -> tuple[Request, str]:
    """What the mix is chosen from, and the reader's unit of money."""
    with st.grid(4, min_column_width=230):
        with st.container():
            council = choices.choose_council("mix")
        with st.container():
            _recall("scenario", choices.titles())
            saved = st.session_state.pop(choices.GO_TO, None)  # for the next page, not for this
            id_ = choices.choose_scenario(START)
            scenario = choices.choose_version(id_)
            if saved:
                st.session_state[choices.GO_TO] = saved
        with st.container():
            _recall("years", [0, *YEARS])
            years = st.selectbox(
                "Number of years",
                [0, *YEARS],
                format_func=lambda count: str(count) if count else "As the scenario says",
                key="years",
                bind="query-params",
                help="Only money inside these years counts. A lag is long: look ten years ahead, "
                "too.",
            )
        with st.container():
            money = choices.choose_money()
    _keep("scenario", id_)
    _keep("years", years)
    return Request(council, scenario, (), None, int(years or 0) or None, DRAWS), money


def _recall(key: str, known: Collection[Any]) -> None:
    """Give a control what it had when its visitor was last here; let go what is not known."""
    kept = st.session_state.get(_KEPT, {})
    if key not in st.session_state and key not in st.query_params and key in kept:
        st.session_state[key] = kept[key]
    had = st.session_state.get(key)
    if isinstance(had, list):
        st.session_state[key] = [each for each in had if each in known]
    elif had is not None and had not in known:
        del st.session_state[key]


def _keep(key: str, value: Any) -> None:
    st.session_state.setdefault(_KEPT, {})[key] = value


def ask(request: Request, plan: Plan) -> tuple[Asked, bool]:
    """The rest of what is asked, and whether to search for it now."""
    years = [format_year(plan.first_year + place) for place in range(plan.years)]
    names = {c.programme: plan.programmes[c.programme].name for c in choices_of(plan)}
    with st.form("best-mix"):
        with st.grid(3, min_column_width=270):
            with st.container():
                _recall("limit", range(MOST + 1))
                limit = st.number_input(
                    "Funding limit, £", 0, MOST, LIMIT, STEP, key="limit", bind="query-params"
                )
                st.caption(
                    "The highest cumulative funding need: the most that may have been spent and "
                    "not yet saved back in any month. It is not the sum of costs."
                )
            with st.container():
                _recall("goal", GOALS)
                goal = st.radio(
                    "Have most of",
                    list(GOALS),
                    format_func=lambda name: mix_words.goal_name(str(name)),
                    key="goal",
                    bind="query-params",
                    help="Over the plan, on top of what already runs. Cashable saving alone does "
                    "not count what programmes cost.",
                )
            with st.container():
                # None but where a year is chosen: a plan made longer is then open to its end.
                _recall("latest", ["", *years])
                latest = st.selectbox(
                    "Nothing starts after",
                    ["", *years],
                    format_func=lambda year: str(year) or "The plan's last year",
                    key="latest",
                    bind="query-params",
                )
        _recall("only", names)
        only = st.multiselect(
            "Choose from these programmes",
            list(names),
            format_func=lambda id_: names.get(id_, str(id_)),
            key="only",
            bind="query-params",
            placeholder="All that can be started",
        )
        changes = _own_changes(request.scenario)
        pressed = st.form_submit_button("Find the best mix", type="primary")
    for key, value in (("limit", limit), ("goal", goal), ("latest", latest), ("only", only)):
        _keep(key, value)
    chosen = () if len(only) == len(names) else tuple(sorted(only))
    asked = replace(request, changes=changes)
    last = parse_year(str(latest or years[-1]))
    return Asked(asked, int(limit or 0), str(goal), last, chosen), pressed


def _own_changes(scenario: str) -> Changes:
    """The assumptions set under Adjust for this scenario, if wanted."""
    changes = working.changes(scenario)
    if not changes:
        return ()
    title = plain(choices.titles()[scenario.partition("@")[0]])
    _recall("use-mine-here", (True, False))
    wanted = st.checkbox(f"Use the assumptions I set under Adjust for {title}", key="use-mine-here")
    _keep("use-mine-here", wanted)
    return changes if wanted else ()
