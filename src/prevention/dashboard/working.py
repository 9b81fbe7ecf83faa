"""What a visitor has changed and not yet saved, by scenario: kept apart for each session.

A change is a key and a number, as for `--set`: the central value moves its range in
proportion, a `.low` or `.high` sets one end. The address carries them all, so that a link
restores the whole view; what an address may ask for is bounded and checked like any input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from prevention.dashboard.session import Changes, plan_of
from prevention.model.assumptions import Assumption
from prevention.model.scenarios import ScenarioError
from prevention.reports.words import plain

PARAMETER = "set"
"""Name in the address: `set=programmes.reablement.onset_lag=9`, once for each change."""

MOST_CHANGES, LONGEST_TEXT, MOST_UNDONE = 200, 200, 50
_PARTS = ("", ".low", ".high")
"""Central before its ends, so that the three are in order at every step."""


def _all() -> dict[str, dict[str, float]]:
    kept: dict[str, dict[str, float]] = st.session_state.setdefault("working", {})
    return kept


def _undone() -> dict[str, list[dict[str, float]]]:
    kept: dict[str, list[dict[str, float]]] = st.session_state.setdefault("undo", {})
    return kept


def changes(scenario: str) -> Changes:
    """This visitor's changes to a scenario, in an order that is always valid."""
    mine = _all().get(scenario, {})
    return tuple(sorted(mine.items(), key=lambda item: _place(item[0])))


def _place(key: str) -> tuple[str, int]:
    stem, _, part = key.rpartition(".")
    return (stem, _PARTS.index(f".{part}")) if f".{part}" in _PARTS else (key, 0)


def replace_with(scenario: str, new: Mapping[str, float]) -> None:
    """Put other changes in place of those there are; what was there can be had back."""
    before = _all().get(scenario, {})
    if dict(new) != before:
        stack = _undone().setdefault(scenario, [])
        stack.append(before)
        del stack[:-MOST_UNDONE]
        _all()[scenario] = dict(new)


def put(scenario: str, key: str, value: float | None) -> None:
    """Change one central value, or (None) put it back; ends set apart are let go."""
    kept = {k: v for k, v in _all().get(scenario, {}).items() if stem_of(k) != key}
    replace_with(scenario, kept if value is None else kept | {key: value})


def stem_of(key: str) -> str:
    """The key of the assumption a change belongs to."""
    return _place(key)[0]


def can_undo(scenario: str) -> bool:
    """Whether there is a change to take back."""
    return bool(_undone().get(scenario))


def undo(scenario: str) -> None:
    """Take the last change back."""
    stack = _undone().get(scenario, [])
    if stack:
        _all()[scenario] = stack.pop()


def reset(scenario: str, stem: str = "") -> None:
    """Take back every change whose key begins so."""
    kept = {k: v for k, v in _all().get(scenario, {}).items() if not k.startswith(stem)}
    replace_with(scenario, kept)


def edits(before: Assumption, low: float, central: float, high: float, key: str) -> Changes:
    """The changes that turn one assumption into another range; none where nothing differs."""
    if (low, central, high) == (before.low, before.central, before.high):
        return ()
    return ((key, central), (f"{key}.low", low), (f"{key}.high", high))


def arrive(page: str) -> None:
    """Note which page is shown: one come to by a link has lost its address, not its changes."""
    if st.session_state.get("page", page) != page:
        st.session_state["address-for"] = ("", "")
    st.session_state["page"] = page


def follow_address(page: str, scenario: str) -> None:
    """Let the address say what is changed, or say it in the address.

    A new visit, or an address altered in place, is read; coming from another page or
    scenario, the address is told what this session has.
    """
    here = (page, scenario)
    asked = tuple(st.query_params.get_all(PARAMETER))
    last_here = st.session_state.get("address-for")
    if last_here in (None, here) and asked != st.session_state.get("address-says", ()):
        found, refused = _read(scenario, asked)
        replace_with(scenario, found)
        if refused:
            st.session_state["notice-set"] = refused
    st.session_state["address-for"] = here
    write_address(scenario)
    for message in st.session_state.pop("notice-set", []):
        st.warning(plain(message), title="The address asks for something that cannot be")


def write_address(scenario: str) -> None:
    """Say this session's changes in the address."""
    says = tuple(f"{key}={value:g}" for key, value in changes(scenario))
    if says != tuple(st.query_params.get_all(PARAMETER)):
        if says:
            st.query_params[PARAMETER] = list(says)
        elif PARAMETER in st.query_params:
            del st.query_params[PARAMETER]
    st.session_state["address-says"] = says


def _read(scenario: str, asked: Iterable[str]) -> tuple[dict[str, float], list[str]]:
    """Changes an address asks for, each tried on the scenario; and why others are refused."""
    found: dict[str, float] = {}
    refused = []
    for text in list(asked)[:MOST_CHANGES]:
        key, _, number = text[:LONGEST_TEXT].partition("=")
        try:
            value = float(number)
            plan_of(scenario, (*found.items(), (key, value)))
        except ScenarioError as fault:
            refused.append(str(fault))
        except ValueError:
            refused.append(f"'{text[:LONGEST_TEXT]}' is not a change: write KEY=NUMBER.")
        else:
            found[key] = value
    return found, refused[:5]
